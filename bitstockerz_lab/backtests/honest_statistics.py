"""What a result proves, a line a number: value, definition, and one sentence of what it says."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab.measures import honest
from bitstockerz_lab.measures.honest import sharpe_tests
from bitstockerz_lab.measures.honest.definitions import DEFINITIONS
from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.trials import Counted
    from bitstockerz_lab.measures.honest import Spread, Verdict

NOT_ALIKE = "How alike the trials are is known only of the combinations of a sweep."
SHORT_YEARS = 3
DAYS_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class Line:
    """One number.

    Attributes
    ----------
    name : of DEFINITIONS
    number : None where it is undefined
    sentence : what it says here, or why it is undefined
    """

    name: str
    number: float | None
    sentence: str

    @property
    def text(self) -> str:
        """The number for people; a dash where it is undefined."""
        unit = DEFINITIONS[self.name].unit
        if unit == "probability":
            return formats.number(self.number and 100 * self.number, 1, unit="%")
        if unit == "count":
            return formats.count(self.number)
        if unit == "a day":
            return formats.number(self.number, 4)
        return formats.number(self.number, unit="%" if unit == "%" else "")


@dataclass(frozen=True, eq=False)
class HonestStatistics:
    """What a run, or the winner of a sweep, proves.

    Attributes
    ----------
    title : what is judged
    verdict : the `Verdict`; its `skill` says whether both deflated Sharpe ratios are above 0.95
    counted : which trials it was judged against
    lines : a number each
    spreads : what else could have come of it, by line: `Spread`
    """

    title: str
    verdict: Verdict
    counted: Counted
    lines: tuple[Line, ...]
    spreads: Mapping[str, Spread] = field(default_factory=dict)

    @property
    def skill(self) -> bool:
        """Whether it is more than luck and more than the market."""
        return self.verdict.skill

    @property
    def conclusion(self) -> str:
        """The verdict in one sentence."""
        return self.verdict.sentences["skill"]

    @property
    def numbers(self) -> dict[str, float | None]:
        """The numbers by name."""
        return {line.name: line.number for line in self.lines}

    @property
    def sentences(self) -> dict[str, str]:
        """One sentence a number, by name."""
        return {line.name: line.sentence for line in self.lines}

    @property
    def table(self) -> pd.DataFrame:
        """A row a number: name, label, value (text, "–" where undefined), definition, sentence."""
        rows = []
        for line in self.lines:
            meaning = DEFINITIONS[line.name]
            rows.append((line.name, meaning.label, line.text, meaning.text, line.sentence))
        return pd.DataFrame(rows, columns=["name", "label", "value", "definition", "sentence"])

    def __str__(self) -> str:
        width = max(len(DEFINITIONS[line.name].label) for line in self.lines)
        rows = [f"{DEFINITIONS[one.name].label:{width}}  {one.text:>12}" for one in self.lines]
        return "\n".join([f"{self.title}. {self.conclusion}", *rows])

    def __repr__(self) -> str:
        return f"<HonestStatistics: {self.title}. {self.conclusion}>"

    def _repr_html_(self) -> str:
        row = "<tr><th style='text-align:left'>{}</th><td style='text-align:right'>{}</td>{}</tr>"
        cell = "<td style='text-align:left'>{}</td>"
        rows = "".join(
            row.format(
                html.escape(label),
                html.escape(value),
                cell.format(html.escape(definition)) + cell.format(html.escape(sentence)),
            )
            for label, value, definition, sentence in self.table.iloc[:, 1:].itertuples(index=False)
        )
        heads = "".join(
            f"<th>{one}</th>" for one in ("Number", "Value", "What it is", "What it says here")
        )
        told = html.escape(f"{self.title}. {self.conclusion}")
        return f"<p>{told}</p><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def statistics(
    title: str,
    verdict: Verdict,
    counted: Counted,
    lines: Iterable[Line],
    spreads: Mapping[str, Spread | None],
) -> HonestStatistics:
    """Return statistics with the verdict's lines first and those of the spreads last.

    Parameters
    ----------
    title : what is judged
    verdict, counted : of it
    lines : what there is besides
    spreads : by name; None where one is undefined
    """
    told = (*_judged(verdict, counted), *lines, *_spread(spreads))
    order = list(DEFINITIONS)
    return HonestStatistics(
        title=title,
        verdict=verdict,
        counted=counted,
        lines=tuple(sorted(told, key=lambda line: order.index(line.name))),
        spreads={name: one for name, one in spreads.items() if one is not None},
    )


def other_paths(
    returns: NDArray[np.float64], trades: pd.DataFrame, initial_equity: float, seed: int = 0
) -> dict[str, Spread | None]:
    """Return the same trades in other orders and the same days in other blocks."""
    return {
        "trade_order": honest.shuffled_trades(trades, initial_equity, seed=seed),
        "block_bootstrap": honest.resampled_returns(returns, initial_equity, seed=seed),
    }


def overfitting_line(found: honest.Overfitting | None) -> Line:
    """Return the line of a PBO; None is undefined."""
    if found is None:
        told = "It needs two combinations that traded and 160 days."
        return Line("overfitting", None, told)
    return Line("overfitting", found.pbo, found.sentence)


def superiority_lines(found: honest.Superiority | None, against: str) -> tuple[Line, Line]:
    """Return the lines of a reality check against a benchmark; None is undefined."""
    if found is None:
        told = f"It needs a combination that traded and {sharpe_tests.FEWEST_DAYS} days."
        return Line("white", None, told), Line("spa", None, told)
    short = (
        f" With fewer than {SHORT_YEARS} years of days it says so too often."
        if found.days < SHORT_YEARS * DAYS_A_YEAR
        else ""
    )
    white = (
        f"If none of the {found.combinations:,} combinations were better than {against}, the "
        f"highest mean return would be as high as this one with a probability of "
        f"{100 * found.white:.1f} %."
    )
    spa = f"The benchmark is {against}. {found.sentence}{short}"
    return Line("white", found.white, white), Line("spa", found.spa, spa)


def _judged(verdict: Verdict, counted: Counted) -> list[Line]:
    told = verdict.sentences
    named = ("probabilistic", "deflated", "deflated_over_benchmark", "track_record_days")
    sharpe = (
        "There are fewer than two daily returns, or all are equal."
        if verdict.sharpe is None
        else f"{verdict.sharpe:.4f} a day over {verdict.days:,} days."
    )
    luck = (
        f"Luck alone gives the best of {verdict.trials:,} trials {verdict.expected_maximum:.4f} "
        "a day."
        if verdict.trials > 1
        else "It is the only trial, so nothing was chosen by luck."
    )
    alike = (
        NOT_ALIKE
        if verdict.effective_trials is None
        else f"The {verdict.trials:,} trials amount to {verdict.effective_trials:,.1f} independent "
        "ones."
    )
    return [
        Line("trials", verdict.trials, counted.sentence),
        Line("effective_trials", verdict.effective_trials, alike),
        Line("daily_sharpe", verdict.sharpe, sharpe),
        Line("expected_maximum", verdict.expected_maximum, luck),
        *(Line(name, getattr(verdict, name), told[name]) for name in named),
        Line(
            "deflated_effective",
            verdict.deflated_effective,
            NOT_ALIKE if verdict.effective_trials is None else told["deflated_effective"],
        ),
    ]


SHOWN = {
    "trade_order": ("max_drawdown_pct", "q95", "There is one trade or none, so no other order."),
    "block_bootstrap": ("final_equity", "q05", "There are fewer than two days."),
    "fill_noise": ("sharpe_ratio", "q05", "Nothing was traded."),
}
"""Which cell of a spread's table stands for it, and why there may be none."""


def _spread(spreads: Mapping[str, Spread | None]) -> list[Line]:
    lines = []
    for name, spread in spreads.items():
        outcome, quantile, why = SHOWN[name]
        if spread is None or not spread.table.loc[outcome, "known"]:
            lines.append(Line(name, None, why))
            continue
        lines.append(Line(name, float(spread.table[quantile].loc[outcome]), spread.sentence))
    return lines
