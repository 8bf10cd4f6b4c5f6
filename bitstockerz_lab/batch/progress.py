"""How a batch's progress is drawn: a bar on a terminal, a line an item elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

    from bitstockerz_lab.batch.result import Progress


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
    if progress.item is not None or progress.cell == 1:
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
            told = f"{progress.name} (cell {progress.cell} of {progress.cells}){failures}"
            part = 0.0 if progress.item else (progress.cell - 1) / max(progress.cells, 1)
            done = progress.done + part
            bar.update(task, completed=done, total=progress.total, told=escape(told))

        yield draw
