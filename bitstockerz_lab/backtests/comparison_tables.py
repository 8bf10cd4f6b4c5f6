"""The tables of a comparison: what runs are, where they differ, every figure, the best marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import measures, pages
from bitstockerz_lab.backtests import charts, report_words, search
from bitstockerz_lab.pages import Column, formats
from bitstockerz_lab.strategies import diff as diffs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitstockerz_lab.backtests.run import Run

HEADLINE = (
    "total_return_pct", "cagr_pct", "max_drawdown_pct", "sharpe_ratio", "num_trades",
    "win_rate_pct", "benchmark_return_pct",
)  # fmt: skip
NOT_MARKED = {"num_trades"}
"""More of it is neither better nor worse where two runs stand beside each other."""
BEST = Markup('<strong class="bz-best"><span aria-label="best">★</span> {}</strong>')


def names(runs: Sequence[Run]) -> dict[int, str]:
    """Return what runs are called beside each other, by id: ``7 · Golden cross · AAPL · fast 20``.

    Of the parameters, those that are not the same in all that have them.
    """
    values: dict[str, set[Any]] = {}
    for run in runs:
        for parameter, value in run.details.parameters.items():
            values.setdefault(parameter, set()).add(value)
    found = {}
    for run in runs:
        own = {key: value for key, value in run.details.parameters.items() if len(values[key]) > 1}
        found[run.id] = " · ".join(
            filter(None, [str(run.id), run.strategy, run.symbol, _pairs(own)])
        )
    return found


def overview(runs: Sequence[Run]) -> Markup:
    """Return a row a run: what it is, and what came of it in brief."""
    rows = [
        {
            "run": run.id,
            "strategy": f"{run.strategy} v{run.version}",
            "symbol": f"{run.symbol} {run.timeframe}",
            "parameters": _pairs(run.details.parameters),
            "period": report_words.period(run),
            **{name: getattr(run.metrics, name) for name in HEADLINE},
        }
        for run in runs
    ]
    columns = {
        "run": Column("Run", formats.count),
        **{
            name: Column(name.capitalize(), str, number=False)
            for name in ("strategy", "symbol", "parameters", "period")
        },
        **{name: _metric(name) for name in HEADLINE},
    }
    return pages.table(pd.DataFrame(rows), columns)


def _metric(name: str) -> Column:
    tone = name in report_words.TONED
    label = measures.DEFINITIONS[name].label
    return Column(label, lambda value: report_words.value_text(name, value), tone=tone)


def figures(runs: Sequence[Run]) -> Markup:
    """Return every metric, a column a run; the best of a row has a star where there is one."""
    best = best_of(runs)
    rows = []
    for metric, known in measures.DEFINITIONS.items():
        row: dict[str, Any] = {"figure": known.label}
        for run in runs:
            value = getattr(run.metrics, metric)
            text = report_words.value_text(metric, value, charts.currency_of(run))
            row[str(run.id)] = BEST.format(text) if run.id in best[metric] else text
        rows.append(row)
    # as objects: pandas' texts would forget that a star is markup
    return pages.table(
        pd.DataFrame(rows, dtype=object), _columns(runs, "figure", "Figure", number=True)
    )


def best_of(runs: Sequence[Run]) -> dict[str, set[int]]:
    """Return the runs that are best by each metric.

    None is where neither more nor less is better, where only one run has a score, and where all
    are equal. A run that never traded has none: its drawdown of zero is no merit.

    Parameters
    ----------
    runs : with results

    Returns
    -------
    dict by the names of `measures.DEFINITIONS`
        Ids; several where they are equal.
    """
    found: dict[str, set[int]] = {}
    for metric in measures.DEFINITIONS:
        found[metric] = set()
        if metric not in search.MORE_IS_BETTER or metric in NOT_MARKED or not runs:
            continue
        values = {
            column: [getattr(run.metrics, column) for run in runs]
            for column in {metric, "num_trades"}
        }
        scores = pd.Series(search.scores(values, metric), [run.id for run in runs]).dropna()
        if len(set(scores)) > 1:
            found[metric] = set(scores.index[scores == scores.max()].tolist())
    return found


def differences(runs: Sequence[Run]) -> pd.DataFrame:
    """Return what runs were made of, where they differ.

    Parameters
    ----------
    runs : of any status

    Returns
    -------
    DataFrame
        Columns: run ids. Rows: those of strategy, version, symbol, timeframe, start_date,
        end_date, initial_equity, adjusted, sizing, then parameters, costs and exits by their
        names, that are not the same in all. None where a run has no such parameter or exit. A
        parameter called like something else here is told apart: "parameter lot_size".
    """
    facts = ("strategy", "version", "symbol", "timeframe", "start_date", "end_date",
             "initial_equity")  # fmt: skip
    taken = {*facts, "adjusted", "sizing"}
    for run in runs:
        taken |= {*run.details.costs, *run.details.exits}
    columns = {
        run.id: {fact: getattr(run, fact) for fact in facts}
        | {"adjusted": run.details.adjusted, "sizing": tuple(run.details.sizing)}
        | {
            f"parameter {name}" if name in taken else name: value
            for name, value in run.details.parameters.items()
        }
        | run.details.costs
        | {exit_: value for exit_, value in run.details.exits.items() if value is not None}
        for run in runs
    }
    names = dict.fromkeys(name for column in columns.values() for name in column)
    told = pd.DataFrame(
        {run_id: [column.get(name) for name in names] for run_id, column in columns.items()},
        index=list(names),
        dtype=object,
    )
    differ = [any(value != row[0] for value in row[1:]) for row in told.to_numpy().tolist()]
    return told[differ]


def differing(runs: Sequence[Run]) -> Markup:
    """Return `differences` as a table, or a sentence where there are none.

    Of two versions of one strategy, also what changed in the rules.
    """
    found = differences(runs)
    if found.empty:
        return Markup("<p>{}</p>").format("These runs were made of the same.")
    ids = [str(run_id) for run_id in found]
    rows = [
        {"what": _words(what), **dict(zip(ids, (_value(one, what) for one in values), strict=True))}
        for what, values in zip(map(str, found.index), found.to_numpy().tolist(), strict=True)
    ]
    table = pages.table(pd.DataFrame(rows), _columns(runs, "what", "What differs", number=False))
    return table + _rules(runs)


def _rules(runs: Sequence[Run]) -> Markup:
    versions = {run.version: run for run in runs}
    if len(versions) != 2 or len({run.strategy for run in runs}) != 1:  # noqa: PLR2004 - a pair
        return Markup()
    (old, one), (new, other) = sorted(versions.items())
    found = diffs.compare(one.details.definition, other.details.definition)
    sentences = Markup("").join(Markup("<li>{}</li>").format(text) for text in found.sentences)
    told = f"From version {old} to version {new} of the rules:"
    return Markup("<p>{}</p><ul>{}</ul>").format(told, sentences) if sentences else Markup()


def _columns(runs: Sequence[Run], first: str, label: str, *, number: bool) -> dict[str, Column]:
    columns = {first: Column(label, str, number=False)}
    # `str` would take a star's markup for plain text
    return columns | {
        str(run_id): Column(name, lambda text: text, number=number)
        for run_id, name in names(runs).items()
    }


def _words(what: str) -> str:
    label = what.removesuffix("_pct").removesuffix("_bps").replace("_", " ")
    unit = "%" if what.endswith("_pct") else "bps" if what.endswith("_bps") else ""
    return f"{label} ({unit})" if unit else label


def _value(value: object, what: str) -> str:
    if isinstance(value, pd.Timestamp):
        return formats.when(value)
    if what == "sizing" and isinstance(value, tuple):
        return report_words.sizing(*value)
    if isinstance(value, list):
        return ", ".join(f"{share:g} % at {profit:g} %" for profit, share in value)
    return formats.plain(value)


def _pairs(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {formats.plain(value)}" for name, value in values.items())
