"""What a sweep's report shows of all combinations: maps, neighbourhoods, the best, the units."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import measures, pages
from bitstockerz_lab.backtests import report_words
from bitstockerz_lab.backtests.report_sections import Section, caption
from bitstockerz_lab.backtests.search import MORE_IS_BETTER
from bitstockerz_lab.backtests.sweep import cells, charts, hover
from bitstockerz_lab.backtests.sweep.pictures import heading
from bitstockerz_lab.backtests.sweep.stability import plateau
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.pages import Column, formats

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.backtests.sweep.winner import Winner

TOP = 20
PLATEAUS = 5
UNITS = 100
"""Rows of the tables of the best combinations, of neighbourhoods, of units."""

MAIN = ("total_return_pct", "max_drawdown_pct", "sharpe_ratio", "num_trades")


def sections(sweep: Sweep, unit: int, best: Winner | None) -> tuple[Section, ...]:
    """Return the map of a unit's results, and the winner among its neighbours."""
    rows = sweep.unit(unit)
    if rows.empty:
        return ()
    title = heading(sweep, unit) if len(sweep.units) > 1 else ""
    found = [_map(sweep, rows, best, title)]
    if best is not None:
        found.append(neighbourhood(sweep, best))
    return tuple(found)


def _map(sweep: Sweep, rows: pd.DataFrame, best: Winner | None, unit: str) -> Section:
    names = sweep.combinations.names
    of = cells.view(rows, names, sweep.by)
    pair = cells.pair(of)
    over = [name for name in of.free if pair and name not in pair]
    words = (
        f"{hover.drawn(of, over)}. Empty: not tried. A cross: tried, but it never traded or the "
        "metric is undefined. The star: the best cell."
    )
    parts = [charts.heatmap(rows, names, sweep.by, title=unit), caption(words)]
    if pair and over and best is not None:
        hold = {name: best.chosen[name] for name in over}
        of = cells.view(rows, names, sweep.by, hold)
        parts += [
            charts.heatmap(rows, names, sweep.by, x=pair[0], y=pair[1], hold=hold, title=unit),
            caption(f"{hover.drawn(of)}: the winner's."),
        ]
    title = f"{measures.DEFINITIONS[sweep.by].label} over the parameters"
    return Section(title, "map", tuple(parts))


def neighbourhood(sweep: Sweep, best: Winner) -> Section:
    """Return the winner among its neighbours: whether it is a plateau or a lonely peak."""
    found = sweep.stability(unit=best.unit.number)
    own = found.loc[[best.label]].to_dict("records")[0]
    text = partial(report_words.value_text, sweep.by)
    ranks = found["neighbourhood"].rank(ascending=not MORE_IS_BETTER[sweep.by], method="min")
    label = measures.DEFINITIONS[sweep.by].label
    entries = {
        f"{label} of the winner": text(own["score"]),
        "Its neighbours, tried": f"{int(own['neighbours']):,}, "
        f"{formats.number(100 * own['tried_share'], 0, unit='%')} of the places one step away",
    }
    if own["neighbours"]:
        entries |= {
            "Median of its neighbours": text(own["neighbours_median"]),
            "Worst of its neighbours": text(own["neighbours_worst"]),
            "Its lead over their median": text(own["ahead"]),
            "Rank of its neighbourhood": f"{int(ranks[best.label]):,} of "
            f"{int(found['neighbourhood'].notna().sum()):,}",
        }
    at = plateau(found, more_is_better=MORE_IS_BETTER[sweep.by])
    if at is None:
        entries["The best neighbourhood"] = "none: hardly any combination has neighbours"
    else:
        chosen = sweep.combinations[int(found["combination"].iloc[at])]
        entries["The best neighbourhood"] = (
            f"{report_words.pairs(chosen)}: {text(found['score'].iloc[at])}, with its neighbours "
            f"{text(found['neighbourhood'].iloc[at])} in the median"
        )
    words = (
        "A neighbour is at most one step away in every parameter, the values tried being the "
        "steps; beyond the edge nothing was tried. A winner far ahead of its neighbours is a "
        "lonely peak: it rests on its exact parameters, and most such peaks are luck. "
        "sweep.stability() has the table, sweep.plateau() the parameters of the best neighbourhood."
    )
    return Section(
        "The winner among its neighbours", "neighbours", (pages.facts(entries), caption(words))
    )


def top(sweep: Sweep, unit: int | None) -> Section:
    """Return the best combinations, each beside its neighbours."""
    rows, columns = ranked(sweep, unit)
    every = sweep.results if unit is None else sweep.unit(unit)
    words = (
        f"{len(sweep.best(None, unit=unit)):,} of {len(every):,} results have a score; the best "
        f"{len(rows):,} of them, before any doubt about luck. Neighbours: the median of their "
        "scores; lead: how much better the result is than that."
    )
    return Section("The best combinations", "top", (pages.table(rows, columns), caption(words)))


def ranked(sweep: Sweep, unit: int | None) -> tuple[pd.DataFrame, dict[str, Column]]:
    """Return the rows of the best combinations, labelled as in `results`, and how to show them."""
    best = sweep.best(TOP, unit=unit)
    around = pd.concat([sweep.stability(unit=one) for one in sorted(best["unit"].unique())])
    rows = best.join(around[["neighbours_median", "ahead"]])
    rows = rows.assign(rank=range(1, len(rows) + 1))
    columns = {"rank": Column("#", formats.count)} | _unit(sweep)
    columns |= {name: Column(name) for name in sweep.combinations.names}
    shown = [name for name in dict.fromkeys((sweep.by, *MAIN)) if name in rows]
    text = partial(report_words.value_text, sweep.by)
    columns[sweep.by] = _column(sweep.by)
    columns["neighbours_median"] = Column("Neighbours", text)
    columns["ahead"] = Column("Lead", text)
    return rows, columns | {name: _column(name) for name in shown}


def units(sweep: Sweep, best: Winner) -> tuple[Section, ...]:
    """Return the best of each unit, and what the winner came to there; nothing of one unit."""
    if len(sweep.units) < 2:  # noqa: PLR2004 - to compare
        return ()
    results, by = sweep.results, sweep.by
    found = sweep.best(None).drop_duplicates("unit").set_index("unit").sort_index()
    same = results[results["combination"] == best.row["combination"]]
    here = pd.Series(cells.view(same, (), by).scores, same["unit"])
    rows = found.assign(unit=found.index, here=here)
    columns = {"unit": Column("Unit", formats.count)} | _facts(sweep)
    columns |= {name: Column(name) for name in sweep.combinations.names}
    columns[by] = _column(by)
    columns["num_trades"] = _column("num_trades")
    columns["here"] = Column("The winner here", partial(report_words.value_text, by))
    words = (
        f"The best combination of each symbol, period and set of costs by "
        f"{measures.DEFINITIONS[by].label}, and what the winner's parameters came to there."
    )
    return (
        Section("Every unit", "units", (pages.table(rows.head(UNITS), columns), caption(words))),
    )


def _unit(sweep: Sweep) -> dict[str, Column]:
    """Return the columns that name the unit; the table of every unit says what it is."""
    if len(sweep.units) < 2:  # noqa: PLR2004 - to tell apart
        return {}
    symbol = {"symbol": _facts(sweep)["symbol"]} if "symbol" in _facts(sweep) else {}
    return {"unit": Column("Unit", formats.count), **symbol}


def _facts(sweep: Sweep) -> dict[str, Column]:
    """Return the columns that tell units apart, where there are several."""
    if len(sweep.units) < 2:  # noqa: PLR2004 - to tell apart
        return {}
    facts = ("symbol", "start", "end")
    vary = [name for name in facts if len(sweep.results[name].unique()) > 1]
    columns = {
        name: Column(name.capitalize(), _when if name != "symbol" else formats.plain, number=False)
        for name in vary
    }
    return columns | {name: Column(name) for name in COSTS if name in sweep.results}


def _when(stamp: pd.Timestamp) -> str:
    return formats.when(stamp)


def _column(name: str) -> Column:
    return Column(measures.DEFINITIONS[name].label, partial(report_words.value_text, name))
