"""A sweep on more than one machine: dask's workers measure blocks of combinations.

A unit's bars are sent once; blocks come back as they are done. What is lost with a worker is
computed again, what fails by its own error fails the sweep. Nothing is written here.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests import plan
from bitstockerz_lab.backtests.engine import ENGINE_VERSION
from bitstockerz_lab.backtests.sweep import engine
from bitstockerz_lab.backtests.sweep.carry_out import FIRST_S, GUESS_NS, PART_S, SLOW_GUESS_NS
from bitstockerz_lab.backtests.sweep.question import Part
from bitstockerz_lab.errors import LabError, TradingError
from bitstockerz_lab.strategies.python import consent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bitstockerz_lab.backtests.sweep.carry_out import Range
    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.engine import Measured
    from bitstockerz_lab.backtests.sweep.question import Question
    from bitstockerz_lab.backtests.sweep.unit import Unit

ATTEMPTS = 3
"""How often a block is sent out whose workers die, each time after dask's own retries."""
PATIENCE_S = 60
LOST = (CancelledError, asyncio.CancelledError)


def parts(
    question: Question,
    todo: Sequence[Range],
    client: Any,  # noqa: ANN401 - dask is an extra, so its types may not be there
    *,
    threads: int | None = None,
    memory_mb: float = 512,
) -> Iterator[Part]:
    """Yield what workers made of combinations, in whatever order they are done with them.

    Parameters
    ----------
    question : what to find out
    todo : (unit, start, stop) each: the combinations to measure
    client : a distributed.Client; every worker has this package in the same version
    threads : of one block; None is one, a worker being as many blocks at once as it has threads
    memory_mb : roughly the most memory that one block takes besides the bars

    Raises
    ------
    TradingError
        `client` is no client or not connected; there are no workers, or other versions on them;
        a block's workers died again and again.
    LabError
        What a single run would raise too.
    """
    consent.require(question.version.definition)
    crew = _Crew(question, checked_client(client), deque(todo), threads or 1, memory_mb)
    try:
        yield from crew.work()
    finally:
        crew.dismiss()


@dataclass(slots=True)
class _Crew:
    """The workers, what they have at hand and what is still to be sent to them."""

    question: Question
    client: Any
    waiting: deque[Range]
    threads: int
    memory_mb: float
    out: dict[Any, Range] = field(default_factory=dict)
    """The ranges that are being computed, by dask's futures."""
    sent: dict[int, Any] = field(default_factory=dict)
    """Units that the workers have, as dask's futures."""
    deaths: Counter[Range] = field(default_factory=Counter)
    speed: float = math.inf
    """The fastest seen, in seconds a bar and combination."""
    broadcast: bool = False
    slots: int = 1

    def work(self) -> Iterator[Part]:
        """Send out blocks, a few more than there are threads, and yield what comes back."""
        from distributed import as_completed  # noqa: PLC0415 - an extra

        self.broadcast = self._many_workers_a_unit()
        done = as_completed([], loop=self.client.loop)
        self._send(done)
        while self.out:
            future = next(done)
            block = self.out.pop(future)
            found = self._result(future, block)
            future.release()
            if found is None:
                self.waiting.appendleft(block)
            self._forget(block[0])
            try:
                self._send(done)
            finally:  # where nothing can be sent any more, this block came back all the same
                if found is not None:
                    yield Part(*block, found)

    def dismiss(self) -> None:
        """Cancel what is still out: a block that has begun ends, but nobody waits for it."""
        with suppress(Exception):  # the cluster may be gone, and with it what is to be cancelled
            self.client.cancel([*self.out], force=True)
        self.out.clear()
        self.sent.clear()

    def _many_workers_a_unit(self) -> bool:
        """Whether a unit is the work of several workers, so that each of them needs its bars."""
        self.slots = max(1, sum(_threads(self.client).values()))
        return len({unit for unit, _, _ in self.waiting}) < 2 * self.slots

    def _send(self, done: Any) -> None:  # noqa: ANN401 - dask's
        """Keep every thread busy with a block, and a next one at hand."""
        while self.waiting and len(self.out) < 2 * self.slots:
            unit, start, stop = self._cut()
            future = self.client.submit(
                _measured,
                self._bars_of(unit),
                self.question.combinations[start:stop],
                threads=self.threads,
                memory_mb=self.memory_mb,
                versions=_versions(self.question.units[unit]),
                pure=False,
            )
            self.out[future] = (unit, start, stop)
            done.add(future)
        self.slots = max(1, sum(_threads(self.client).values()))  # workers come and go

    def _cut(self) -> Range:
        """Take the next block: PART_S of work, less towards the end so that all end together."""
        unit, start, stop = self.waiting.popleft()
        if math.isfinite(self.speed):
            wanted = PART_S / self.speed
        else:
            in_python = self.question.version.definition.python is not None
            wanted = FIRST_S / (1e-9 * (SLOW_GUESS_NS if in_python else GUESS_NS))
        wanted /= len(self.question.units[unit].bars)
        left = (stop - start) + sum(last - first for _, first, last in self.waiting)
        size = max(1, min(int(wanted), math.ceil(left / (2 * self.slots))))
        if self.deaths[unit, start, stop]:
            size = stop - start  # the same block again, so that its deaths are counted
        middle = min(stop, start + size)
        if middle < stop:
            self.waiting.appendleft((unit, middle, stop))
        return unit, start, middle

    def _bars_of(self, unit: int) -> Any:  # noqa: ANN401 - dask's future of a Unit
        """Return the unit as the workers have it, sending it where they do not."""
        if unit not in self.sent:
            self.sent[unit] = self._scattered(self.question.units[unit])
        return self.sent[unit]

    def _scattered(self, unit: Unit) -> Any:  # noqa: ANN401 - dask's future of a Unit
        why = "they are lost as soon as they come"
        for _ in range(ATTEMPTS):
            try:
                return self.client.scatter(unit, broadcast=self.broadcast, hash=False)
            except Exception as problem:  # noqa: BLE001 - a worker went just now: of many kinds
                why = f"{type(problem).__name__}, {problem}"
                _wait(self.client)
        raise _no_workers(why)

    def _forget(self, unit: int) -> None:
        """Let the workers forget a unit of which nothing is left to do."""
        left = [*self.out.values(), *self.waiting]
        if not any(other == unit for other, _, _ in left):
            self.sent.pop(unit, None)

    def _result(self, future: Any, block: Range) -> Measured | None:  # noqa: ANN401 - dask's
        """Return what came of a block; None if it was lost with a worker, to be sent out again."""
        from distributed import KilledWorker  # noqa: PLC0415 - an extra

        problem: BaseException
        measured: Measured | LabError
        try:
            measured, seconds = future.result()
        except (*LOST, KilledWorker) as lost:
            problem = lost
        except ImportError as absent:
            raise _absent(absent) from None
        except Exception as own:  # noqa: BLE001 - whatever the block came to, raised again
            raise own.with_traceback(None) from None  # its sentence, without dask's way to it
        else:
            if isinstance(measured, LabError):
                raise measured
            bars = len(self.question.units[block[0]].bars)
            self.speed = min(self.speed, seconds / (bars * (block[2] - block[1])))
            return measured
        self.sent.pop(block[0], None)  # its bars may be lost too
        self.deaths[block] += 1
        if self.deaths[block] == ATTEMPTS:
            raise self._deadly(block) from problem
        return None

    def _deadly(self, block: Range) -> TradingError:
        unit, start, stop = block
        symbol = self.question.units[unit].recipe.symbol.symbol
        return TradingError(
            f"Combinations {start} to {stop - 1} of {symbol} were lost with their workers "
            f"{ATTEMPTS} times. Give the workers more memory, or lower memory_mb "
            f"({self.memory_mb:g}).",
            symbol=symbol,
            start=start,
            stop=stop,
        )


def _measured(
    unit: Unit,
    combinations: Combinations,
    *,
    threads: int,
    memory_mb: float,
    versions: Mapping[str, str],
) -> tuple[Measured | LabError, float]:
    """Measure a block where the worker is; returns the seconds it took too.

    What the lab refuses is a result: raised here it would fill dask's logs.
    """
    here = _versions(unit)
    for name, wanted in versions.items():
        if here.get(name) != wanted:
            told = (
                f"A worker has {name} {here.get(name)}, and this sweep is made with {wanted}, so "
                "its numbers could differ. Install the same versions on every worker."
            )
            return TradingError(told, package=name, wanted=wanted, found=here.get(name)), 0.0
    consent.passed_on(unit.recipe.version.definition)
    began = perf_counter()
    try:
        measured = engine.measure(unit, combinations, threads=threads, memory_mb=memory_mb)
    except LabError as refusal:
        return refusal.with_traceback(None), 0.0
    return measured, perf_counter() - began


def _versions(unit: Unit) -> dict[str, str]:
    """Return the versions of all that decides a unit's numbers."""
    return {"the engine": ENGINE_VERSION, **plan.versions(), **unit.recipe.packages}


def checked_client(client: Any) -> Any:  # noqa: ANN401 - whatever was handed in
    """Return a client that can be asked, or raise why it cannot."""
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and heavy
    except ImportError as problem:
        raise TradingError(
            f"client={client!r} needs dask, which is not installed here. Install it with "
            "pip install 'bitstockerz-lab[cluster]', or leave client out."
        ) from problem
    if not isinstance(client, Client) or client.asynchronous:
        raise TradingError(
            f"client must be a distributed.Client that is not asynchronous; got {client!r}. Make "
            "one with Client(cluster)."
        )
    if client.status != "running":
        raise TradingError(
            f"The client's connection is {client.status}. Connect again with Client(cluster)."
        )
    if not _threads(client):
        _wait(client)
    return client


def _wait(client: Any) -> None:  # noqa: ANN401 - a Client
    """Wait for a worker, which may be on its way."""
    try:
        client.wait_for_workers(1, timeout=PATIENCE_S)
    except (OSError, TimeoutError) as problem:
        raise _no_workers(f"none came in {PATIENCE_S} s") from problem


def _threads(client: Any) -> dict[str, int]:  # noqa: ANN401 - a Client
    """Return how many threads each worker has."""
    found: dict[str, int] = client.nthreads()
    return found


def _no_workers(why: str) -> TradingError:
    return TradingError(
        f"The cluster has no workers to send work to: {why}. Start some with cluster.scale(2); "
        "what is recorded already stays, and the rest can be done later."
    )


def _absent(problem: ImportError) -> TradingError:
    return TradingError(
        f"A worker cannot import what the sweep needs ({problem}). Install bitstockerz-lab in the "
        "same version on every worker."
    )
