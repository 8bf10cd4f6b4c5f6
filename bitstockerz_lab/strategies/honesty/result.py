"""What honesty checks came to, as a value that shows itself."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pandas as pd

LOOK_AHEAD, WARM_UP, DEGENERATE = "look-ahead", "warm-up", "degenerate"
CHECKS = (LOOK_AHEAD, WARM_UP, DEGENERATE)
BAD = (Verdict.FAILED, Verdict.WARNING)
SIGNS = {
    Verdict.FAILED: "✗",
    Verdict.WARNING: "!",
    Verdict.NOT_CHECKED: "?",
    Verdict.NOTE: "·",
    Verdict.OK: "✓",
}
UNBELIEVED = "This version looks ahead"
"""How the first warning of every run of such a version begins."""

COLUMNS = ("check", "verdict", "message", "column", "timestamp")


def not_believed(message: str) -> str:
    """Return what is said of every run of a version that looks ahead."""
    value = message.replace(" looks ahead: it is ", " is ", 1)
    return f"{UNBELIEVED}: {value} Its results are not to be believed."


@dataclass(frozen=True, slots=True)
class Result:
    """One line of honesty checks.

    Parameters
    ----------
    check : "look-ahead", "warm-up" or "degenerate"
    verdict : failed, warning, not checked, note or ok
    message : a sentence
    column, timestamp : the first value that looks ahead: which, and the bar (UTC); else None
    """

    check: str
    verdict: Verdict
    message: str
    column: str | None = None
    timestamp: pd.Timestamp | None = None

    def __str__(self) -> str:
        return f"{SIGNS[self.verdict]} {self.check}: {self.message}"


@dataclass(frozen=True, slots=True)
class Tested:
    """What rules were checked on.

    Parameters
    ----------
    symbol, timeframe : as the bars say; "" where they say nothing
    simulated : whether a generator made them
    bars : how many
    first, last : the first and the last stamp, UTC; None without bars
    digest : of the bars, those of other symbols included
    """

    symbol: str
    timeframe: str
    simulated: bool
    bars: int
    first: pd.Timestamp | None
    last: pd.Timestamp | None
    digest: str

    def __str__(self) -> str:
        what = " ".join(filter(None, [self.timeframe, "bars"]))
        whose = " of simulated prices" if self.simulated else ""
        whose = f" of {self.symbol}" if self.symbol and not self.simulated else whose
        if self.first is None or self.last is None:
            return f"{self.bars} {what}{whose}"
        return f"{self.bars:,} {what}{whose}, {self.first:%Y-%m-%d} to {self.last:%Y-%m-%d}"


def on(tested: Tested, parameters: Mapping[str, int | float]) -> str:
    """Return bars and parameters in words: "300 1d bars of AAPL, … to …, with k = 1"."""
    return f"{tested}, with {named(parameters)}" if parameters else str(tested)


def named(parameters: Mapping[str, int | float]) -> str:
    """Return parameters in words: "fast = 5, slow = 20"."""
    return ", ".join(f"{name} = {value:g}" for name, value in parameters.items())


@dataclass(frozen=True, slots=True)
class Honesty:
    """Whether rules may be trusted with a backtest: a verdict a line.

    Parameters
    ----------
    results : look-ahead, warm-up, then each degenerate rule, or that there is none
    tested : the bars they were checked on
    parameters : the values they were checked with
    fee_bps, slippage_bps : the costs they were checked with, basis points a fill
    name, version : whose rules; "" and None where they are not saved
    checked_at : UTC; None where the result is not stored

    Examples
    --------
    >>> honesty.check(definition, bars).ok  # doctest: +SKIP
    True
    """

    results: tuple[Result, ...]
    tested: Tested
    parameters: Mapping[str, int | float] = field(default_factory=dict)
    fee_bps: float = 0.0
    slippage_bps: float = 0.0
    name: str = ""
    version: int | None = None
    checked_at: datetime | None = None

    @property
    def ok(self) -> bool:
        """Whether everything was checked and nothing is wrong; notes are not."""
        return all(one.verdict in (Verdict.OK, Verdict.NOTE) for one in self.results)

    @property
    def findings(self) -> tuple[Result, ...]:
        """What is wrong, the worst first."""
        return tuple(one for verdict in BAD for one in self.results if one.verdict == verdict)

    @property
    def look_ahead(self) -> Verdict:
        """The verdict on looking ahead; the worst, where it was seen in another check."""
        return next(one.verdict for one in self.results if one.check == LOOK_AHEAD)

    @property
    def looks_ahead(self) -> str:
        """Why nothing these rules come to is to be believed, as a sentence; "" if they are."""
        for one in self.results:
            if one.check == LOOK_AHEAD and one.verdict == Verdict.FAILED:
                return not_believed(one.message)
        return ""

    def as_frame(self) -> pd.DataFrame:
        """Return a row a line.

        Returns
        -------
        DataFrame
            check, verdict, message, column, timestamp (UTC; NaT where it is about no bar).
        """
        import pandas as pd  # noqa: PLC0415 - only here

        rows = [[getattr(one, name) for name in COLUMNS] for one in self.results]
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        frame["verdict"] = frame["verdict"].map(str)
        frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True)
        return frame

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{one.check} {one.verdict}" for one in self.results)
        return f"<Honesty: {verdicts}>"

    def __str__(self) -> str:
        return "\n".join([*map(str, self.results), f"Tested on {self.on}."])

    @property
    def on(self) -> str:
        """The bars and parameters it was checked with, in words."""
        return on(self.tested, self.parameters)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{SIGNS[one.verdict]}</td><td>{html.escape(one.check)}</td><td>{one.verdict}"
            f"</td><td style='text-align:left'>{html.escape(one.message)}</td></tr>"
            for one in self.results
        )
        whose = f"{self.name} version {self.version}: " if self.name else ""
        told = html.escape(f"{whose}tested on {self.on}.")
        return f"<div><table>{rows}</table><p>{told}</p></div>"
