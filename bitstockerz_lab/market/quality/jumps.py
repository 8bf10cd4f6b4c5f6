"""Moves that are too large for their time: over a gap, like a split, or borne out by nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.enums import Severity
from bitstockerz_lab.market.quality import findings, sessions
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.market.calendars import Calendar
    from bitstockerz_lab.market.quality.moves import Moves

OUTLIER = {"1d": 8.0, "1h": 12.0}
"""Usual moves from which a return is an outlier; hours come in bursts, so theirs is higher."""

NEWS = {"1d": 12.0, "1h": 30.0}
"""Usual moves from which one that its volume bears out is told too, or one without volumes."""

RATIOS = (2.0, 3.0, 1.5, 4.0, 5.0, 7.0, 10.0, 20.0)
"""Splits as they happen: 2:1, 3:1, 3:2, 4:1, …, and their inverses."""

NEAR = 0.04
"""How far, as a logarithm, an overnight ratio may be from a split's: a day's news."""

PANIC = 4.0
"""Times the usual volume, and times the ratio, from which a move may be news all the same."""

HUGE = 50.0
"""Usual moves from which a return is an error, unless its volume is as far out."""

LARGEST = 2.5
"""The same, as a ratio of two closes either way: what bars of another unit or currency have."""


def outliers(moves: Moves, timeframe: str) -> np.ndarray:
    """Return which bars' returns are outliers, borne out by their volume or not."""
    far: np.ndarray = np.abs(moves.z) >= OUTLIER[timeframe]
    return far


def impossible(moves: Moves) -> np.ndarray:
    """Return which bars' returns are too large even for news, or come without the news' volume.

    Of two closes that far apart twice the usual volume proves nothing: every twentieth bar has
    it. `PANIC` times their ratio is asked for.
    """
    size = np.abs(moves.returns)
    far = (np.abs(moves.z) >= HUGE) | (size >= np.log(LARGEST))
    answer: np.ndarray = far & ~(moves.busy >= PANIC * np.exp(size))
    return answer


def jumps(
    adjusted: pd.DataFrame,
    moves: Moves,
    timeframe: str,
    calendar: Calendar,
    explained: np.ndarray,
) -> list[pd.DataFrame]:
    """Find returns that are outliers.

    Parameters
    ----------
    adjusted : bars at adjusted prices
    moves : of the same bars
    timeframe, calendar : of the bars
    explained : which bars are told as something else already

    Returns
    -------
    list of DataFrame
        Findings of kind "jump"; `value` is the return in %.
    """
    size = np.abs(moves.z)
    over_a_gap = outliers(moves, timeframe) & (moves.missing > 0) & ~explained
    rest = (moves.missing == 0) & ~explained
    known = np.isfinite(moves.busy)
    wrong = impossible(moves) & rest
    unlikely = outliers(moves, timeframe) & rest & known & ~moves.confirmed & ~wrong
    news = (size >= NEWS[timeframe]) & rest & (moves.confirmed | ~known) & ~wrong
    return [
        _over_gaps(adjusted, moves, over_a_gap, timeframe, calendar),
        _alone(adjusted, moves, wrong, Severity.ERROR),
        _alone(adjusted, moves, unlikely, Severity.WARNING),
        _alone(adjusted, moves, news, Severity.INFO),
    ]


def splits(
    raw: pd.DataFrame, adjusted: pd.DataFrame, moves: Moves, timeframe: str, explained: np.ndarray
) -> pd.DataFrame:
    """Find splits that no factor explains, and factors that no price explains.

    Parameters
    ----------
    raw, adjusted : the same bars as traded, and with the factors there are
    moves : of the adjusted bars
    timeframe : of the bars
    explained : which bars are told as something else already

    Returns
    -------
    DataFrame
        Findings of kind "split"; `value` is shares after for one before.
    """
    ratios = _overnight(adjusted)
    nearest, distance = _simple(ratios)
    like = outliers(moves, timeframe) & (distance <= NEAR) & (moves.missing == 0) & ~explained
    found = findings.points(like)
    factors = ratios[found.starts] / _overnight(raw)[found.starts]
    volumes = raw["volume"].to_numpy()
    before = np.array([np.median(volumes[max(at - 20, 0) : at]) for at in found.starts.tolist()])
    with np.errstate(divide="ignore", invalid="ignore"):
        times = np.exp(np.abs(np.log(nearest[found.starts])))
        rush = volumes[found.starts] / before / times
    severities = np.where(rush >= PANIC, str(Severity.WARNING), str(Severity.ERROR))

    def message(number: int) -> str:
        ratio = float(nearest[found.starts[number]])
        if abs(np.log(factors[number])) > NEAR:
            return (
                f"The factors change here like a {_named(1 / ratio)} split, and the price did not: "
                "those loaded are not of these bars, or their date is wrong."
            )
        moved = "fell" if ratio > 1 else "rose"
        doubt = f", or it {moved} on news: the volume is high" if rush[number] >= PANIC else ""
        return (
            f"The price opens at {1 / ratios[found.starts[number]]:.3f} of the close before, like "
            f"a {_named(ratio)} split, and no factor explains it{doubt}."
        )

    values = nearest[found.starts]
    return findings.rows("split", raw.index, found, severities, message, values=values)


def _over_gaps(
    adjusted: pd.DataFrame, moves: Moves, marked: np.ndarray, timeframe: str, calendar: Calendar
) -> pd.DataFrame:
    found = findings.points(marked)
    missing = moves.missing[found.starts]
    change = _percent(moves.returns[found.starts])

    def message(number: int) -> str:
        what = sessions.counted(int(missing[number]), timeframe, calendar)
        return (
            f"{formats.percent(change[number])} in one bar: the jump over {what} that are "
            "missing, which a position held meanwhile earns or loses at once."
        )

    severities = findings.graded(missing, *sessions.LONG_GAP[timeframe])
    too_large = impossible(moves) & (np.abs(moves.returns) >= np.log(LARGEST))
    severities = np.where(too_large[found.starts], str(Severity.ERROR), severities)
    return findings.rows("jump", adjusted.index, found, severities, message, values=change)


def _alone(
    adjusted: pd.DataFrame, moves: Moves, marked: np.ndarray, severity: Severity
) -> pd.DataFrame:
    found = findings.points(marked)
    change, times = _percent(moves.returns[found.starts]), np.abs(moves.z[found.starts])
    busy = moves.busy[found.starts]
    end = ": news, most likely" if severity is Severity.INFO else ", which does not bear it out"

    def message(number: int) -> str:
        at = f"at {busy[number]:,.1f} × the usual volume{end}"
        if not np.isfinite(busy[number]):
            at = "and there is no volume to judge it by"
        return (
            f"{formats.percent(change[number])} in one bar, {times[number]:,.0f} × the usual "
            f"move, {at}."
        )

    return findings.rows("jump", adjusted.index, found, severity, message, values=change)


def _overnight(bars: pd.DataFrame) -> np.ndarray:
    """Return the close before as a multiple of the open: 2.0 after a 2:1 split."""
    closes, opens = bars["close"].to_numpy(), bars["open"].to_numpy()
    ratios: np.ndarray = np.r_[np.nan, closes[:-1] / opens[1:]]
    return ratios


def _simple(ratios: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the nearest ratio of a split, and how far it is as a logarithm."""
    known = np.sort(np.r_[RATIOS, 1.0 / np.array(RATIOS)])
    logs = np.log(ratios)
    borders = (np.log(known[1:]) + np.log(known[:-1])) / 2
    nearest = known[np.searchsorted(borders, logs)]
    return nearest, np.abs(logs - np.log(nearest))


def _named(ratio: float) -> str:
    """Return a split as people write it: ``7:1``, ``3:2``, ``1:10``."""
    if ratio < 1:
        after, before = _named(1 / ratio).split(":")
        return f"{before}:{after}"
    return "3:2" if ratio == 1.5 else f"{ratio:.0f}:1"  # noqa: PLR2004 - the one of halves


def _percent(returns: np.ndarray) -> np.ndarray:
    change: np.ndarray = 100.0 * np.expm1(returns)
    return change
