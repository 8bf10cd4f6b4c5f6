"""How much a Sharpe ratio proves, given its length, its tails and the trials before it.

BACKTEST_RULES section 21. Every Sharpe ratio here is per day, not annualised.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.measures.metrics import sharpe_ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

CONFIDENCE = 0.95
FEWEST_DAYS = 30
EULER = 0.5772156649015329
"""The Euler-Mascheroni constant."""
NO_DISPERSION = 1e-10
"""A variance that small beside the mean square is the rounding of sums: a daily Sharpe of 1e5."""
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Moments:
    """What the tests need of a series of daily returns.

    Attributes
    ----------
    days : number of returns
    sharpe : mean over standard deviation (ddof 1), per day: 0.1 is about 1.6 a year
    skew : γ3, population
    kurtosis : γ4, population; 3 for a normal distribution
    """

    days: int
    sharpe: float
    skew: float = 0.0
    kurtosis: float = 3.0


def moments(returns: NDArray[np.float64]) -> Moments | None:
    """Return days, daily Sharpe, skew and kurtosis of returns of shape (n_days,).

    Notes
    -----
    None with fewer than two returns or when all are equal. A NaN is an error of the caller's.

    Examples
    --------
    >>> moments(np.array([0.01, -0.01, 0.02]))
    Moments(days=3, sharpe=0.436..., skew=-0.381..., kurtosis=1.5)
    """
    sharpe = sharpe_ratio(returns, 1)
    if sharpe is None:
        return None
    away = returns - returns.mean()
    spread = float(np.mean(away**2))
    return Moments(
        days=len(returns),
        sharpe=sharpe,
        skew=float(np.mean(away**3)) / spread**1.5,
        kurtosis=float(np.mean(away**4)) / spread**2,
    )


def moments_of_sums(sums: NDArray[np.float64]) -> Moments | None:
    """Return the moments of the returns whose n, Σr, Σr², Σr³ and Σr⁴ are given.

    Parameters
    ----------
    sums : shape (5,)
        Sums of blocks add up to the sums of all their returns.

    Notes
    -----
    None as in `moments`; "all are equal" is a variance of at most 1e-10 of the mean square.
    """
    count, *powers = (float(value) for value in sums)
    if count < 2:  # noqa: PLR2004 - ddof 1
        return None
    mean, square, cube, fourth = (power / count for power in powers)
    spread = square - mean**2
    if spread <= NO_DISPERSION * square:
        return None
    third = cube - 3 * mean * square + 2 * mean**3
    tail = fourth - 4 * mean * cube + 6 * mean**2 * square - 3 * mean**4
    return Moments(
        days=int(count),
        sharpe=mean / math.sqrt(spread * count / (count - 1)),
        skew=third / spread**1.5,
        kurtosis=tail / spread**2,
    )


def probabilistic_sharpe(of: Moments, benchmark: float = 0.0) -> float | None:
    """Return PSR: the probability that the true Sharpe ratio is above `benchmark`.

    Parameters
    ----------
    of : moments of the daily returns
    benchmark : a daily Sharpe ratio

    Returns
    -------
    float or None
        0.9 means nine in ten. None below 30 days and where skew and tails leave no variance.

    Notes
    -----
    Φ((SR − s)·√(T − 1) / √(1 − γ3·SR + (γ4 − 1)/4·SR²)). Source: Bailey & López de Prado (2012),
    "The Sharpe Ratio Efficient Frontier", equation 11.
    """
    if of.days < FEWEST_DAYS:
        return None
    score = _score(of, benchmark)
    return None if score is None else NORMAL.cdf(score)


def minimum_track_record(
    of: Moments, benchmark: float = 0.0, confidence: float = CONFIDENCE
) -> float | None:
    """Return MinTRL: the days such returns must last for PSR to reach `confidence`.

    Returns
    -------
    float or None
        Days; over the periods a year it is years. None where the Sharpe ratio is not above
        `benchmark`: no length proves it then.

    Notes
    -----
    1 + (1 − γ3·SR + (γ4 − 1)/4·SR²)·(z / (SR − s))². Source: as `probabilistic_sharpe`,
    equation 13.
    """
    radicand = _radicand(of)
    if of.sharpe <= benchmark or radicand <= 0:
        return None
    return 1 + radicand * (NORMAL.inv_cdf(confidence) / (of.sharpe - benchmark)) ** 2


def expected_maximum(trials: float, variance: float | None, days: int) -> float:
    """Return SR0: the best daily Sharpe ratio to be expected of `trials` without any skill.

    Parameters
    ----------
    trials : number of distinct trials, or `effective_trials`
    variance : of the trials' daily Sharpe ratios, ddof 1; None where there are fewer than two
    days : number of returns of the one that is judged

    Returns
    -------
    float
        0.0 for one trial.

    Notes
    -----
    √max(V, 1/(T − 1))·[(1 − γ)·Φ⁻¹(1 − 1/N) + γ·Φ⁻¹(1 − 1/(N·e))]. Source: Bailey & López de
    Prado (2014), "The Deflated Sharpe Ratio", equation 1. The floor is ours: trials that are much
    alike scatter less than luck does, and in a drifting market a third of all random walks then
    looked like skill. Below two effective trials the approximation turns negative; 0 stands there.
    """
    if trials <= 1:
        return 0.0
    floor = 1 / (days - 1) if days > 1 else 0.0
    spread = math.sqrt(max(variance or 0.0, floor))
    score = (1 - EULER) * NORMAL.inv_cdf(1 - 1 / trials)
    score += EULER * NORMAL.inv_cdf(1 - 1 / (trials * math.e))
    return spread * max(score, 0.0)


def deflated_sharpe(of: Moments, trials: float, variance: float | None) -> float | None:
    """Return DSR: the probability that the true Sharpe ratio is above what luck gives the best.

    Parameters
    ----------
    of : moments of the daily returns of the best trial
    trials, variance : as in `expected_maximum`

    Notes
    -----
    PSR against SR0; None where PSR is. Source: as `expected_maximum`, equation 2.
    """
    return probabilistic_sharpe(of, expected_maximum(trials, variance, of.days))


def effective_trials(trials: int, average_correlation: float) -> float:
    """Return N_eff = ρ̄ + (1 − ρ̄)·N: how many independent trials so many alike ones amount to.

    Parameters
    ----------
    trials : number of distinct trials
    average_correlation : mean correlation of two different trials' daily returns
        A negative one counts as 0: more than N trials there cannot be.

    Notes
    -----
    Source: Bailey & López de Prado (2014), "The Deflated Sharpe Ratio", appendix 3.
    """
    alike = min(max(average_correlation, 0.0), 1.0)
    return alike + (1 - alike) * trials


class AverageCorrelation:
    """The mean correlation of all pairs of series, without the matrix of them.

    Series come in blocks; only the sum of the standardised ones is kept. Its mean over K series has
    the variance (1 + (K − 1)·ρ̄) / K, from which ρ̄ follows.

    Parameters
    ----------
    days : length of every series
    """

    def __init__(self, days: int) -> None:
        self._sum = np.zeros(days)
        self.series = 0

    def add(self, returns: NDArray[np.float64]) -> None:
        """Add series of shape (n_series, n_days); one without dispersion is left out.

        NaN, a day after ruin, counts as no return.
        """
        days = len(self._sum)
        if returns.ndim != 2 or returns.shape[1] != days:  # noqa: PLR2004 - series × days
            raise DataError(
                f"Series of {days} days are added, and these are of shape {returns.shape}. "
                "Give an array of shape (n_series, n_days).",
                days=days,
                shape=returns.shape,
            )
        known = np.where(np.isnan(returns), 0.0, returns)
        away = known - known.mean(axis=1, keepdims=True)
        spread = np.sqrt(np.mean(away**2, axis=1))
        moving = spread > math.sqrt(NO_DISPERSION) * np.sqrt(np.mean(known**2, axis=1))
        self._sum += (away[moving] / spread[moving, None]).sum(axis=0)
        self.series += int(moving.sum())

    def merge(self, other: AverageCorrelation) -> None:
        """Take in the series another process has added."""
        self._sum += other._sum
        self.series += other.series

    @property
    def value(self) -> float | None:
        """ρ̄, from −1/(K − 1) to 1; None below two series."""
        if self.series < 2:  # noqa: PLR2004 - a pair
            return None
        spread = float(np.mean((self._sum / self.series) ** 2))
        return (self.series * spread - 1) / (self.series - 1)


def _radicand(of: Moments) -> float:
    return 1 - of.skew * of.sharpe + (of.kurtosis - 1) / 4 * of.sharpe**2


def _score(of: Moments, benchmark: float) -> float | None:
    """Return how many standard errors the Sharpe ratio is above the benchmark."""
    radicand = _radicand(of)
    if radicand <= 0 or of.days < 2:  # noqa: PLR2004 - √(T − 1)
        return None
    return (of.sharpe - benchmark) * math.sqrt(of.days - 1) / math.sqrt(radicand)
