"""A search that is guided by what was found so far: Optuna asks, the engine measures.

Optuna chooses among the combinations of the grid that meet the constraint. What counts is the mean
over all units of the metric the sweep ranks by; one that has no score on some unit has failed.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.backtests import search
from bitstockerz_lab.backtests.sweep import carry_out as carrying
from bitstockerz_lab.backtests.sweep import progress
from bitstockerz_lab.backtests.sweep.combinations import Combinations
from bitstockerz_lab.backtests.sweep.engine import Measured
from bitstockerz_lab.backtests.sweep.question import Part
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.sweep.attempt import Attempt
    from bitstockerz_lab.backtests.sweep.question import Question

BATCHES = 20
LEAST_BATCH = 8


def carry_out(attempt: Attempt, samples: int, seed: int) -> None:
    """Try so many combinations, each batch where those before it promise most.

    The attempt's question becomes that of the combinations that were tried, which is what is
    recorded.

    Parameters
    ----------
    attempt : its question's combinations are what there is to choose from
    samples : how many to try
    seed : the same seed tries the same combinations

    Raises
    ------
    LabError
        Optuna is not installed.
    """
    optuna = _optuna()
    whole = attempt.question
    batches: list[tuple[NDArray[np.intp], list[Measured]]] = []
    samples = min(samples, len(whole.combinations))
    size = max(LEAST_BATCH, -(-samples // BATCHES))
    try:
        with _quiet(optuna), progress.drawn(samples * len(whole.units), attempt.progress) as count:
            guide = _Guide(optuna, whole.combinations, seed)
            while guide.tried < samples:
                rows = guide.ask(min(size, samples - guide.tried))
                measured = [*_measured(attempt, whole, rows)]
                guide.tell(rows, _scores(measured, whole.by))
                batches.append((rows, measured))
                count(len(rows) * len(whole.units))
                if attempt.is_cancelled and guide.tried < samples:
                    attempt.status = Status.CANCELLED
                    break
    except KeyboardInterrupt:
        attempt.status = Status.CANCELLED
    attempt.wanted = samples * len(whole.units)
    _record(attempt, batches)


def _optuna() -> Any:  # noqa: ANN401 - the module
    try:
        return import_module("optuna")
    except ImportError as problem:
        raise LabError(
            'sampling="optuna" needs the package optuna, which is not installed. Install it with '
            'pip install "bitstockerz-lab[optuna]", or take sampling="sobol".'
        ) from problem


@contextmanager
def _quiet(optuna: Any) -> Iterator[None]:  # noqa: ANN401 - the module
    """Keep optuna from telling every trial."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)


class _Guide:
    """Optuna's study of combinations by the places of their values among those of the grid."""

    def __init__(self, optuna: Any, combinations: Combinations, seed: int) -> None:  # noqa: ANN401 - the module
        self._optuna = optuna
        sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=True)
        self._study = optuna.create_study(direction="maximize", sampler=sampler)
        found = [np.unique(column, return_inverse=True) for column in combinations.columns.values()]
        self._names = combinations.names
        self._places = np.column_stack([places for _, places in found])
        self._scale = np.array([max(len(values) - 1, 1) for values, _ in found])
        self._free = np.ones(len(combinations), bool)
        between = optuna.distributions.IntDistribution
        self._where = {
            name: between(0, len(values) - 1)
            for name, (values, _) in zip(self._names, found, strict=True)
        }
        self._open: list[Any] = []

    @property
    def tried(self) -> int:
        """How many combinations were asked for."""
        return int((~self._free).sum())

    def ask(self, count: int) -> NDArray[np.intp]:
        """Return so many combinations that were not tried: those nearest to what Optuna names.

        It may name such as were tried before, or as the constraint leaves out.
        """
        rows = []
        for _ in range(count):
            trial = self._study.ask(self._where)
            named = np.array([trial.params[name] for name in self._names])
            free = np.flatnonzero(self._free)
            away = np.abs(self._places[free] - named) / self._scale
            row = int(free[(away**2).sum(axis=1).argmin()])
            self._free[row] = False
            self._open.append(trial)
            rows.append(row)
        return np.array(rows, np.intp)

    def tell(self, rows: NDArray[np.intp], scores: NDArray[np.float64]) -> None:
        """Tell what combinations came to; NaN is a failure."""
        state = self._optuna.trial.TrialState
        for trial in self._open:
            self._study.tell(trial, state=state.FAIL)
        self._open = []
        for row, score in zip(rows, scores, strict=True):
            params = dict(zip(self._names, self._places[row].tolist(), strict=True))
            trial = self._optuna.trial.create_trial(
                params=params,
                distributions=self._where,
                value=None if np.isnan(score) else float(score),
                state=state.FAIL if np.isnan(score) else state.COMPLETE,
            )
            self._study.add_trial(trial)


def _measured(attempt: Attempt, whole: Question, rows: NDArray[np.intp]) -> Iterator[Measured]:
    """Yield what some combinations come to, unit by unit."""
    combinations = Combinations({n: c[rows] for n, c in whole.combinations.columns.items()})
    parts = carrying.carry_out(
        replace(whole, combinations=combinations),
        progress=False,
        client=attempt.client,
        threads=attempt.threads,
        memory_mb=attempt.memory_mb,
        metrics=attempt.metrics,
    )
    yield from _by_unit(parts, len(whole.units))


def _by_unit(parts: Iterator[Part], units: int) -> list[Measured]:
    of: list[list[Part]] = [[] for _ in range(units)]
    for part in parts:
        of[part.unit].append(part)
    return [joined([one.measured for one in sorted(found, key=_start)]) for found in of]


def _start(part: Part) -> int:
    return part.start


def joined(measured: Sequence[Measured]) -> Measured:
    """Return what neighbouring combinations came to as one."""
    if len(measured) == 1:
        return measured[0]
    return Measured(
        {
            name: np.concatenate([one.values[name] for one in measured])
            for name in measured[0].values
        },
        np.concatenate([one.sums for one in measured]),
    )


def _scores(measured: Sequence[Measured], by: str) -> NDArray[np.float64]:
    """Return the mean score over the units; NaN where a unit has none."""
    each: NDArray[np.float64] = np.mean([search.scores(one.values, by) for one in measured], axis=0)
    return each


def _record(attempt: Attempt, batches: Sequence[tuple[NDArray[np.intp], list[Measured]]]) -> None:
    """Make what was tried the attempt's question and parts, and record it."""
    whole = attempt.question
    rows = np.concatenate([found for found, _ in batches]) if batches else np.empty(0, np.intp)
    order = np.argsort(rows)
    columns = {n: c[rows[order]] for n, c in whole.combinations.columns.items()}
    tried = Combinations(columns, whole.combinations.remarks)
    attempt.question = question = replace(whole, combinations=tried)
    if not batches:
        return
    found = []
    for unit in range(len(question.units)):
        one = joined([measured[unit] for _, measured in batches])
        values = {name: column[order] for name, column in one.values.items()}
        found.append(Part(unit, 0, len(rows), Measured(values, one.sums[order])))
    recorder = attempt.recorder
    if recorder is not None:
        stored = recorder.begin(question, rerun=attempt.rerun)
        done = [(part.unit, part.start, part.stop) for part in stored]
        if carrying.missing(question, done):
            for part in found:
                if not any(unit == part.unit for unit, _, _ in done):
                    recorder.take(part)
            cancelled = attempt.status is Status.CANCELLED
            recorder.finish(attempt.status, "interrupted" if cancelled else None)
    attempt.parts = found
