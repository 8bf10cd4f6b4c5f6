"""How far a sweep has come, and how that is drawn: a bar on a terminal, a line in a notebook."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.console import Console

PATIENCE_S = 1.0
"""What takes no longer is not worth a bar."""
REDRAW_S = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sweep has come.

    Attributes
    ----------
    done, total : combinations, those of all units together; what was there already is not counted
    seconds : since it began
    """

    done: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Combinations a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float:
        """About how many seconds are left; infinite before anything is done."""
        return (self.total - self.done) / self.rate if self.rate else float("inf")

    def __str__(self) -> str:
        left = f"{duration(self.left)} left" if self.done else "just begun"
        return f"{self.done:,} of {self.total:,} combinations, {self.rate:,.0f}/s, {left}"


@contextmanager
def drawn(
    total: int, progress: bool | Callable[[Progress], None] | None = None
) -> Iterator[Callable[[int], None]]:
    """Draw a sweep's progress for the block; yields what takes how many more are done.

    Parameters
    ----------
    total : how many combinations there are to do
    progress : None draws where somebody looks, a terminal or a notebook, once the sweep has taken
        a second and goes on; True draws from the start and everywhere; False nothing; a function is
        called with each Progress
    """
    if progress is False:
        yield lambda more: None  # noqa: ARG005 - nothing is drawn
        return
    if callable(progress):
        yield _counting(total, progress)
        return
    drawing = _Drawing(total, at_once=progress is True)
    try:
        yield _counting(total, drawing.draw)
    finally:
        drawing.close()


def _counting(total: int, tell: Callable[[Progress], None]) -> Callable[[int], None]:
    done, began = 0, time.monotonic()

    def count(more: int) -> None:
        nonlocal done
        done += more
        tell(Progress(done, total, time.monotonic() - began))

    return count


class _Drawing:
    """A bar or a line that appears when it is worth it, and is gone at the end."""

    def __init__(self, total: int, *, at_once: bool) -> None:
        self._total = total
        self._at_once = at_once
        self._began = self._drawn = time.monotonic()
        self._stop: Callable[[], None] | None = None
        self._show: Callable[[Progress], None] | None = None

    def draw(self, progress: Progress) -> None:
        now = time.monotonic()
        if self._show is None:
            if progress.done >= progress.total or not (
                self._at_once or now - self._began > PATIENCE_S
            ):
                return
            self._show = self._begin()
        elif now - self._drawn < REDRAW_S and progress.done < progress.total:
            return
        self._drawn = now
        self._show(progress)

    def close(self) -> None:
        if self._stop is not None:
            self._stop()

    def _begin(self) -> Callable[[Progress], None]:
        from rich.console import Console  # noqa: PLC0415 - reason: heavy

        console = Console(stderr=True)
        if console.is_terminal and not in_notebook():
            return self._bar(console)
        if not in_notebook() and not self._at_once:
            return lambda told: None  # noqa: ARG005 - nobody looks
        stream = sys.stdout if in_notebook() else sys.stderr
        self._stop = lambda: print(file=stream)
        return lambda told: print(f"\r{told}   ", end="", file=stream, flush=True)

    def _bar(self, console: Console) -> Callable[[Progress], None]:
        from rich.progress import BarColumn, TextColumn  # noqa: PLC0415 - reason: heavy
        from rich.progress import Progress as Bar  # noqa: PLC0415 - reason: heavy

        bar = Bar(BarColumn(), TextColumn("{task.fields[told]}"), console=console, transient=True)
        task = bar.add_task("sweep", total=self._total, told="")
        bar.start()
        self._stop = bar.stop
        return lambda told: bar.update(task, completed=told.done, told=str(told))


def in_notebook() -> bool:
    """Tell whether a notebook's kernel runs this."""
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    return running is not None and hasattr(running, "kernel")


def duration(seconds: float) -> str:
    """Return a time as people say it: ``42 s``, ``3:20 min``, ``1:05:00 h``."""
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02} h" if hours else f"{minutes}:{rest:02} min"
