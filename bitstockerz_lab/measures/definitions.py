"""What each metric means, in words, to be printed beside the number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.measures.metrics import Metrics


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """A metric's name for people, its unit ("%", "money", "days", "count", "") and its meaning."""

    label: str
    unit: str
    text: str


DEFINITIONS: dict[str, MetricDefinition] = {
    "final_equity": MetricDefinition(
        "Final equity",
        "money",
        "Account value after the last bar; open positions are closed, costs paid.",
    ),
    "total_return_pct": MetricDefinition(
        "Total return", "%", "Final equity over initial equity, minus one."
    ),
    "cagr_pct": MetricDefinition(
        "CAGR",
        "%",
        "Yearly growth that gives the total return over the period, a year being 365.25 days. "
        "Undefined below 90 days.",
    ),
    "max_drawdown_pct": MetricDefinition(
        "Max drawdown",
        "%",
        "Deepest fall from a peak of equity, over every bar's close, the initial equity included.",
    ),
    "longest_drawdown_days": MetricDefinition(
        "Longest drawdown",
        "days",
        "Longest time from a peak of equity until it was reached again, or the end.",
    ),
    "volatility_pct": MetricDefinition(
        "Volatility",
        "%",
        "Standard deviation of the daily returns times √N; N is 252 for stocks, 365 for coins.",
    ),
    "sharpe_ratio": MetricDefinition(
        "Sharpe ratio",
        "",
        "Mean over standard deviation of the daily returns times √N, no risk-free rate.",
    ),
    "sortino_ratio": MetricDefinition(
        "Sortino ratio",
        "",
        "Mean daily return times N over the downside deviation (root mean square of the negative "
        "returns) times √N.",
    ),
    "calmar_ratio": MetricDefinition("Calmar ratio", "", "CAGR over max drawdown."),
    "tail_ratio": MetricDefinition(
        "Tail ratio", "", "95th percentile of the daily returns over the 5th, without signs."
    ),
    "num_trades": MetricDefinition(
        "Trades", "count", "Closed round trips; an exit in parts counts each part."
    ),
    "win_rate_pct": MetricDefinition(
        "Win rate", "%", "Trades with a profit after costs, of all trades."
    ),
    "avg_win_pct": MetricDefinition(
        "Average win", "%", "Mean profit of the winning trades, of the money put in at entry."
    ),
    "avg_loss_pct": MetricDefinition(
        "Average loss", "%", "Mean loss of the losing trades, of the money put in at entry."
    ),
    "exposure_pct": MetricDefinition(
        "Exposure", "%", "Bars with a position at the close or a fill, of all bars."
    ),
    "turnover": MetricDefinition(
        "Turnover a year", "", "Money traded over mean equity, a year; 2 is once in and once out."
    ),
    "benchmark_return_pct": MetricDefinition(
        "Buy and hold",
        "%",
        "Return of the same bars from the first open to the last close, no costs.",
    ),
    "alpha": MetricDefinition(
        "Alpha", "", "Mean daily return not explained by beta times buy and hold, times N."
    ),
    "beta": MetricDefinition(
        "Beta", "", "Covariance with buy and hold's daily returns over their variance."
    ),
    "total_fees": MetricDefinition("Fees paid", "money", "All fees of all fills."),
    "total_borrow": MetricDefinition(
        "Borrow paid", "money", "All borrow costs of short positions."
    ),
}


def label(name: str) -> str:
    """Return a metric's name for people, of what is none the name itself."""
    return DEFINITIONS[name].label if name in DEFINITIONS else name


def table(metrics: Metrics) -> pd.DataFrame:
    """Return the metrics as a frame: label, value as text, definition.

    Returns
    -------
    DataFrame
        Index: metric; columns: label, value, definition.
    """
    import pandas as pd  # noqa: PLC0415 - keeps this file free of heavy imports

    rows = {
        name: {"label": known.label, "value": text(value, known.unit), "definition": known.text}
        for (name, known), value in zip(
            DEFINITIONS.items(), (getattr(metrics, name) for name in DEFINITIONS), strict=True
        )
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def text(value: float | None, unit: str) -> str:
    """Return a metric's value for people: ``12.50 %``, ``100,123.45``, ``–`` where undefined."""
    if value is None:
        return "–"
    if unit == "%":
        return f"{value:,.2f} %"
    if unit == "money":
        return f"{value:,.2f}"
    if unit == "days":
        return f"{value:,.1f} days"
    return f"{value:,.0f}" if unit == "count" else f"{value:,.2f}"
