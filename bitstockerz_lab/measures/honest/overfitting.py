"""The probability of backtest overfitting, from sums of sixteen blocks of days.

BACKTEST_RULES section 22. No daily return is needed here, only its sums: 640 bytes a combination.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLOCKS = 16
POWERS = 5
"""n, Σr, Σr², Σr³, Σr⁴."""
FEWEST_DAYS = 160
SPLITS = 12_870
"""Ways to choose 8 blocks of 16."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Overfitting:
    """How often the best combination of one half of the days was below the median in the other.

    Attributes
    ----------
    pbo : share of the splits, 0 to 1; at 0.5 choosing the best was worth nothing
    logits : λ of each split, of shape (12870,); ≤ 0 is below the median or on it
    combinations : those that traded
    days : daily returns of the longest of them
    """

    pbo: float
    logits: NDArray[np.float64]
    combinations: int
    days: int

    @property
    def sentence(self) -> str:
        """The number, for people."""
        return (
            f"In {100 * self.pbo:.1f} % of {len(self.logits):,} ways to halve the {self.days:,} "
            f"days, the best of {self.combinations:,} combinations in one half was no better than "
            "the median of them in the other."
        )

    def __repr__(self) -> str:
        return (
            f"{self.sentence}\nOverfitting(pbo={self.pbo:.4g}, combinations={self.combinations}, "
            f"days={self.days})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.sentence)}</p>"


def block_edges(days: int) -> NDArray[np.int64]:
    """Return where the sixteen blocks of so many days begin and end: round(k·T/16), 17 numbers.

    Half a day rounds to the even one, as Python and numpy round.
    """
    return np.array([round(k * days / BLOCKS) for k in range(BLOCKS + 1)], dtype=np.int64)


def block_sums(returns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return n, Σr, Σr², Σr³ and Σr⁴ of each block of days.

    Parameters
    ----------
    returns : shape (n_combinations, n_days)
        NaN, a day after ruin, is in no sum.

    Returns
    -------
    Array of shape (n_combinations, 16, 5)
    """
    sums = np.zeros((len(returns), BLOCKS, POWERS))
    for block, (start, end) in enumerate(pairwise(block_edges(returns.shape[1]))):
        part = returns[:, start:end]
        known = ~np.isnan(part)
        values = np.where(known, part, 0.0)
        sums[:, block, 0] = known.sum(axis=1)
        raised = values
        for power in range(1, POWERS):
            sums[:, block, power] = raised.sum(axis=1)
            raised = raised * values
    return sums


def probability_of_overfitting(sums: NDArray[np.float64]) -> Overfitting | None:
    """Return PBO by combinatorially symmetric cross-validation over 8 of 16 blocks.

    Parameters
    ----------
    sums : shape (n_combinations, 16, ≥ 3)
        `block_sums`: of one symbol, one set of costs and one period. Combinations without any
        return other than zero did not trade and are left out.

    Returns
    -------
    Overfitting or None
        None with fewer than two combinations that traded or fewer than 160 days.

    Notes
    -----
    Of each split the winner is the combination with the highest Sharpe ratio of the chosen blocks
    (the first of equals); ω is its average rank in the other blocks over K + 1, λ = ln(ω/(1 − ω)),
    PBO the share of λ ≤ 0. A set of blocks without dispersion has a Sharpe ratio of 0. Source:
    Bailey, Borwein, López de Prado & Zhu (2017), "The Probability of Backtest Overfitting",
    section 2.2.

    About 1 s and 1 MB for 10,000 combinations, linear in them; no matrix of splits is kept.
    """
    if sums.ndim != POWERS - 2 or sums.shape[1] != BLOCKS or sums.shape[2] < 3:  # noqa: PLR2004 - n, Σr, Σr²
        raise DataError(
            f"Sums of shape {sums.shape} are no sums of sixteen blocks. Use `block_sums`.",
            shape=sums.shape,
        )
    traded = np.ascontiguousarray(sums[sums[:, :, 2].sum(axis=1) > 0, :, :3], dtype=np.float64)
    days = int(traded[:, :, 0].sum(axis=1).max(initial=0))
    if len(traded) < 2 or days < FEWEST_DAYS:  # noqa: PLR2004 - one is best and worst at once
        return None
    from bitstockerz_lab.measures.honest import split_loops  # noqa: PLC0415 - heavy: numba

    chosen = halves()
    winner = split_loops.winners(traded, chosen)
    rank = split_loops.ranks(traded, (1 << BLOCKS) - 1 - chosen, winner)
    share = rank / (len(traded) + 1)
    logits = np.log(share / (1 - share))
    return Overfitting(
        pbo=float(np.mean(rank <= (len(traded) + 1) / 2)),
        logits=logits,
        combinations=len(traded),
        days=days,
    )


def halves() -> NDArray[np.int64]:
    """Return every choice of 8 of 16 blocks as a number of sixteen bits; shape (12870,)."""
    return np.array(
        [sum(1 << block for block in half) for half in combinations(range(BLOCKS), BLOCKS // 2)],
        dtype=np.int64,
    )
