"""How a batch's progress is drawn: a bar on a terminal, a table in a notebook, lines elsewhere."""

from __future__ import annotations

import html
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch.result import FAILED, SCROLLED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from bitstockerz_lab.batch.result import BatchItem, Progress

REDRAW_S = 0.3
SHOWN = 12
"""Rows of a live table besides those at work and those that failed."""


@contextmanager
def show_progress(console: Console | None = None) -> Iterator[Callable[[Progress], None]]:
    """Draw a batch's progress for the block; yields what `on_progress` takes.

    Parameters
    ----------
    console : a rich console; None is stderr, so that stdout stays for answers

    Examples
    --------
    >>> with show_progress() as on_progress:  # doctest: +SKIP
    ...     lab.batch.run("notebooks/batch/backtest.ipynb", on_progress=on_progress)
    """
    from rich.console import Console  # noqa: PLC0415 - reason: heavy

    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield lambda progress: _line(console, progress)
        return
    with _bar(console) as on_progress:
        yield on_progress


def _line(console: Console, progress: Progress) -> None:
    if progress.item is not None or progress.cell <= 1:
        console.print(str(progress), soft_wrap=True, markup=False, highlight=False)


@contextmanager
def _bar(console: Console) -> Iterator[Callable[[Progress], None]]:
    from rich.markup import escape  # noqa: PLC0415 - reason: heavy
    from rich.progress import (  # noqa: PLC0415 - reason: heavy
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar  # noqa: PLC0415 - reason: heavy

    columns = (
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("batch", total=None, told="")

        def draw(progress: Progress) -> None:
            failures = f", {progress.failed} failed" if progress.failed else ""
            at_work = f" ({progress.at_work})" if progress.at_work else ""
            told = f"{progress.name}{at_work}{failures}"
            rate = f", {progress.per_minute:.3g}/min" if progress.done else ""
            told = escape(told + rate)
            bar.update(task, completed=progress.done, total=progress.total, told=told)

        yield draw


def in_notebook() -> bool:
    """Tell whether a notebook's kernel runs this."""
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    return running is not None and hasattr(running, "kernel")


@contextmanager
def show_live(batch_id: int) -> Iterator[Callable[[Progress], None]]:
    """Draw a batch's progress below a notebook's cell, as a table that lives; no widgets needed.

    Parameters
    ----------
    batch_id : what its heading says
    """
    table = LiveTable(batch_id)
    try:
        yield table.take
    finally:
        table.close()


class LiveTable:
    """What is at work, what failed and what ended last; drawn anew as it changes.

    Parameters
    ----------
    batch_id : what its heading says
    """

    def __init__(self, batch_id: int) -> None:
        self._heading = f"Batch {batch_id}: begins"
        self._batch_id = batch_id
        self._at_work: dict[int, str] = {}
        self._ended: list[BatchItem] = []
        self._drawn = 0.0
        self._handle: Any = None

    def take(self, progress: Progress) -> None:
        """Take what has happened, and show it if the last drawing is old enough."""
        self._heading = f"Batch {self._batch_id}: {progress.standing}"
        if not progress.cells and progress.item is None:
            self._heading += f", {progress.name}"
        elif progress.item is None:
            told = _row(progress.name, progress.job_id, "running", progress.at_work)
            self._at_work[progress.job_id] = told
        else:
            self._at_work.pop(progress.job_id, None)
            self._ended.append(progress.item)
        if time.monotonic() - self._drawn > REDRAW_S:
            self.draw()

    def draw(self) -> None:
        """Show it as it is now."""
        from IPython.display import HTML, display  # noqa: PLC0415 - reason: only in a notebook

        self._drawn = time.monotonic()
        shown = HTML(self.html())  # type: ignore[no-untyped-call]
        if self._handle is None:
            self._handle = display(shown, display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(shown)

    def close(self) -> None:
        """Leave what failed alone, since the batch that is returned shows itself whole."""
        self._at_work.clear()
        self._ended = [item for item in self._ended if item.status in FAILED]
        self.draw()

    def html(self) -> str:
        """Return it as it is now; names and messages are escaped."""
        last = self._ended[-SHOWN:]
        kept = [item for item in self._ended[:-SHOWN] if item.status in FAILED]
        rows = [
            *self._at_work.values(),
            *(
                _row(item.name, item.job_id, item.status, item.error_message or "")
                for item in [*reversed(last), *reversed(kept)]
            ),
        ]
        heading = f"<p>{html.escape(self._heading)}</p>"
        names = "<tr><th>name</th><th>job_id</th><th>status</th><th></th></tr>"
        table = f'<div style="{SCROLLED}"><table>{names}{"".join(rows)}</table></div>'
        return heading + (table if rows else "")


def _row(*cells: object) -> str:
    return f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in cells)}</tr>"
