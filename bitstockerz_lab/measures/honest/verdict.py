"""Skill or luck: the two deflated Sharpe ratios that have to agree."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.honest.sharpe_tests import (
    CONFIDENCE,
    deflated_sharpe,
    expected_maximum,
    minimum_track_record,
    moments,
    probabilistic_sharpe,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """What a run's Sharpe ratio proves after so many trials; None where a number is undefined.

    Attributes
    ----------
    days : number of daily returns
    sharpe : daily Sharpe ratio
    trials : distinct trials counted, this one included
    effective_trials : what they amount to, being alike
    expected_maximum : SR0, the daily Sharpe ratio luck gives the best of them
    probabilistic : PSR against 0
    deflated : DSR with `trials`
    deflated_effective : DSR with `effective_trials`
    deflated_over_benchmark : DSR of the returns minus the benchmark's, with `trials`
    track_record_days : days after which PSR against SR0 would reach 0.95
    """

    days: int
    sharpe: float | None
    trials: int
    effective_trials: float | None
    expected_maximum: float
    probabilistic: float | None
    deflated: float | None
    deflated_effective: float | None
    deflated_over_benchmark: float | None
    track_record_days: float | None

    @property
    def skill(self) -> bool:
        """Whether both deflated Sharpe ratios are above 0.95; undefined is not above."""
        both = (self.deflated, self.deflated_over_benchmark)
        return all(value is not None and value > CONFIDENCE for value in both)

    @property
    def sentences(self) -> dict[str, str]:
        """One sentence a number, for people."""
        return {
            "probabilistic": _probability(
                self.probabilistic, "the true Sharpe ratio is above zero, this being the only trial"
            ),
            "deflated": _probability(
                self.deflated,
                "the true Sharpe ratio is above zero, which is all that luck gives a single trial"
                if self.trials == 1
                else f"the true Sharpe ratio is above the {self.expected_maximum:.4f} a day that "
                f"luck alone gives the best of {self.trials:,} trials"
                + ("" if self.sharpe is None else f"; measured: {self.sharpe:.4f} a day"),
            ),
            "deflated_effective": _probability(
                self.deflated_effective, _effective(self.effective_trials)
            ),
            "deflated_over_benchmark": _probability(
                self.deflated_over_benchmark,
                "the same is true of the returns minus those of buy and hold",
            ),
            "track_record_days": _track_record(self.track_record_days, self.days),
            "skill": (
                "Skill: both deflated Sharpe ratios are above 95 %."
                if self.skill
                else "Not shown to be skill: that needs both deflated Sharpe ratios above 95 %."
            ),
        }

    def __repr__(self) -> str:
        return "\n".join(self._told())

    def _repr_html_(self) -> str:
        return f"<p>{'<br>'.join(html.escape(sentence) for sentence in self._told())}</p>"

    def _told(self) -> list[str]:
        """Return the sentences, the conclusion first."""
        found = self.sentences
        return [found.pop("skill"), *found.values()]


def judge(
    returns: NDArray[np.float64],
    benchmark: NDArray[np.float64],
    *,
    trials: int,
    variance: float | None,
    effective_trials: float | None = None,
) -> Verdict:
    """Judge daily returns of shape (n_days,) against luck and against the benchmark.

    Parameters
    ----------
    returns : of the run
    benchmark : buy and hold's, of the same days; may go on after a ruin of the run
    trials : distinct trials in scope, this one included
    variance : of the trials' daily Sharpe ratios, ddof 1; None where there are fewer than two
        It serves for the returns minus the benchmark as well.
    effective_trials : `effective_trials` of them, if known

    Raises
    ------
    DataError : fewer benchmark returns than returns, or no trial
    """
    if len(benchmark) < len(returns):
        raise DataError(
            f"The benchmark has {len(benchmark)} daily returns and the run {len(returns)}. "
            "Give the benchmark of the same days.",
            benchmark_days=len(benchmark),
            days=len(returns),
        )
    if trials < 1:
        raise DataError(f"{trials} trials were counted. The run itself is one.", trials=trials)
    luck = expected_maximum(trials, variance, len(returns))
    own, excess = moments(returns), moments(returns - benchmark[: len(returns)])
    return Verdict(
        days=len(returns),
        sharpe=own.sharpe if own else None,
        trials=trials,
        effective_trials=effective_trials,
        expected_maximum=luck,
        probabilistic=probabilistic_sharpe(own) if own else None,
        deflated=probabilistic_sharpe(own, luck) if own else None,
        deflated_effective=(
            deflated_sharpe(own, effective_trials, variance) if own and effective_trials else None
        ),
        deflated_over_benchmark=probabilistic_sharpe(excess, luck) if excess else None,
        track_record_days=minimum_track_record(own, luck) if own else None,
    )


def _probability(value: float | None, what: str) -> str:
    if value is None:
        return f"Whether {what} cannot be said of so few or such returns."
    return f"With a probability of {100 * value:.1f} % {what}."


def _effective(trials: float | None) -> str:
    if trials is None:
        return "it is above the best of the trials, were they counted as alike as they are,"
    return f"it is above the best of the {trials:,.1f} independent trials these amount to"


def _track_record(needed: float | None, days: int) -> str:
    if needed is None:
        return "No track record of such returns, however long, would be enough."
    return f"Such returns must last {needed:,.0f} days to be believed; these are {days:,}."
