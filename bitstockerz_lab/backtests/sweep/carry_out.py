"""Carrying a sweep out, in parts that take about a second each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests.sweep import engine, progress
from bitstockerz_lab.backtests.sweep.question import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from bitstockerz_lab.backtests.sweep.progress import Progress
    from bitstockerz_lab.backtests.sweep.question import Question

Range = tuple[int, int, int]
"""A unit's number, and the positions of its first combination and of the one after its last."""

PART_S = 1.0
FIRST_S = 0.5
"""A part takes about so long; the first, whose length is a guess, less."""
GUESS_NS = 5.0
"""What a bar and combination is taken to cost before anything was measured."""
SLOW_GUESS_NS = 5_000.0
"""The same where every combination is a simulation of its own."""


def carry_out(
    question: Question,
    *,
    done: Iterable[Range] = (),
    progress: bool | Callable[[Progress], None] | None = None,
    client: Any = None,  # noqa: ANN401 - dask's, which is not imported here
    threads: int | None = None,
    memory_mb: float = 512,
    metrics: Sequence[str] | None = None,
) -> Iterator[Part]:
    """Measure every combination on every unit; yields what is done, a part at a time.

    Parameters
    ----------
    question : what is to be found out
    done : what is measured already and is left out; ranges of any size
    progress : as `progress.drawn` takes it
    client : a dask client whose workers do it; the parts come as they are done, in any order
    threads : None takes one for little work, else all cores
    memory_mb : roughly the most memory taken besides the bars
    metrics : only these of `Metrics`, where it is done in this process; None is all

    Notes
    -----
    Ctrl-C comes out between parts as KeyboardInterrupt; what was yielded is whole.
    """
    todo = missing(question, done)
    total = sum(stop - start for _, start, stop in todo)
    if client is None:
        settings: dict[str, Any] = {"threads": threads, "memory_mb": memory_mb}
        if metrics is not None:
            settings["metrics"] = metrics
        parts = _here(question, todo, settings)
    else:
        from bitstockerz_lab.backtests.sweep import cluster  # noqa: PLC0415 - reason: an extra

        parts = cluster.parts(question, todo, client, threads=threads, memory_mb=memory_mb)
    with _drawn(total, progress) as count:
        for part in parts:
            count(part.stop - part.start)
            yield part


_drawn = progress.drawn


def missing(question: Question, done: Iterable[Range]) -> list[Range]:
    """Return the gaps between what is done, in order, as long as they are.

    Examples
    --------
    >>> missing(question, [(0, 0, 400)])  # of two units and 1,000 combinations
    [(0, 400, 1000), (1, 0, 1000)]
    """
    known: dict[int, list[tuple[int, int]]] = {}
    for unit, start, stop in done:
        known.setdefault(unit, []).append((start, stop))
    found, n = [], len(question.combinations)
    for unit in range(len(question.units)):
        at = 0
        for start, stop in sorted(known.get(unit, ())):
            if start > at:
                found.append((unit, at, start))
            at = max(at, stop)
        if at < n:
            found.append((unit, at, n))
    return found


def _here(question: Question, todo: Iterable[Range], settings: Mapping[str, Any]) -> Iterator[Part]:
    """Measure in this process, a part a call."""
    from bitstockerz_lab.backtests.sweep import exits  # noqa: PLC0415 - heavy: numba

    compiled = exits.expressible(question.version.definition)
    cost, wanted = (GUESS_NS if compiled else SLOW_GUESS_NS) * 1e-9, FIRST_S
    for number, first, last in todo:
        unit, at = question.units[number], first
        while at < last:
            size = max(1, int(wanted / (cost * len(unit.bars))))
            # two halves rather than a whole and a rest
            stop = last if last - at <= size else at + min(size, (last - at + 1) // 2)
            began = time.perf_counter()
            measured = engine.measure(unit, question.combinations[at:stop], **settings)
            took = max(time.perf_counter() - began, 1e-6)
            cost, wanted = took / ((stop - at) * len(unit.bars)), PART_S
            yield Part(number, at, stop, measured)
            at = stop
