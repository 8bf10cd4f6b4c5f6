"""The tables of a report: months, trades, metrics."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import measures, pages
from bitstockerz_lab.backtests import charts, report_frames, report_words
from bitstockerz_lab.pages import Column, formats

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.backtests.sweep.winner import Winner

ALL_TRADES = 400
"""Trades up to which the table shows every one."""

ENDS = 100
"""Of more trades, so many of the first and of the last are shown."""

FULL_SHADE_PCT = 15.0
"""A month's return from which on its cell is shaded fully."""

DEEPEST = 0.62
"""The opacity of a full shade: text on it stays legible in light and in dark."""


def months(equity: pd.Series, initial_equity: float) -> Markup:
    """Return the monthly returns as a table with shaded cells, a row a year."""
    returns = report_frames.monthly_returns(equity, initial_equity)
    largest = returns.drop(columns="Year").abs().max().max()
    full = min(FULL_SHADE_PCT, largest) if largest > 0 else FULL_SHADE_PCT
    rows = Markup("\n").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            year, Markup("").join(_month(value, full) for value in values)
        )
        for year, *values in returns.itertuples()
    )
    heads = Markup("").join(
        Markup('<th scope="col">{}</th>').format(name) for name in returns.columns
    )
    return Markup(
        '<div class="bz-scroll" tabindex="0"><table class="bz-table bz-months"><thead><tr>'
        '<th scope="col">Year</th>{}</tr></thead><tbody>\n{}\n</tbody></table></div>'
    ).format(heads, rows)


def _month(value: float, full: float) -> Markup:
    if pd.isna(value):
        return Markup('<td class="bz-none">{}</td>').format(formats.MISSING)
    depth = min(1.0, abs(value) / full) * DEEPEST
    side = "bz-up" if value > 0 else "bz-down" if value < 0 else "bz-flat"
    return Markup('<td class="{}" style="--bz-depth: {}">{}</td>').format(
        side, f"{depth:.2f}", formats.number(value, 2, signed=True)
    )


def trades(run: Run) -> Markup:
    """Return the trades of a run as a table; of very many the first and the last."""
    every = numbered(run)
    columns = trade_columns(run)
    if len(every) <= ALL_TRADES:
        return pages.table(every, columns)
    left_out = len(every) - 2 * ENDS
    ends = pd.concat([every.head(ENDS), every.tail(ENDS)])
    words = f"{formats.count(left_out)} trades between these are left out here"
    return pages.table(ends, columns, gap=(ENDS, words))


def numbered(run: Run) -> pd.DataFrame:
    """Return the trades of a run with their numbers, from 1, as the column `number`."""
    return run.trades.assign(number=range(1, len(run.trades) + 1))


def trade_columns(run: Run) -> dict[str, Column]:
    """Return how the trades of a run are shown, by the names of `numbered`."""
    currency = charts.currency_of(run)
    closed = run.trades
    when = partial(formats.when, timeframe=run.timeframe)
    places = formats.price_decimals(closed[["entry_price", "exit_price"]].to_numpy().ravel())
    price = partial(formats.number, decimals=places)
    share = partial(formats.number, decimals=2, signed=True)
    columns = {
        "number": Column("#", formats.count),
        "side": Column("Side", _capital, number=False),
        "entry_time": Column("Entry", when, number=False),
        "entry_price": Column("Price", price, unit=currency),
        "exit_time": Column("Exit", when, number=False),
        "exit_price": Column("Price", price, unit=currency),
        "quantity": Column(
            "Quantity", partial(formats.number, decimals=_quantity_decimals(closed))
        ),
        "pnl_abs": Column("Profit", partial(share), tone=True, unit=currency),
        "pnl_pct": Column("Profit", partial(share), tone=True, unit="%"),
        "exit_reason": Column("Exit reason", _words, number=False),
        "bars_held": Column("Bars", formats.count),
        "mae_pct": Column("Worst", share, unit="%"),
        "mfe_pct": Column("Best", share, unit="%"),
        "fees": Column("Fees", formats.money, unit=currency),
        "borrow": Column("Borrow", formats.money, unit=currency),
    }
    if not (closed["borrow"] != 0).any():
        del columns["borrow"]
    return columns


def _quantity_decimals(closed: pd.DataFrame) -> int:
    """Return the decimals that show six digits of the least quantity; none of whole ones."""
    quantities = closed["quantity"].to_numpy()
    whole = bool((quantities == quantities.round()).all())
    digits = len(str(int(quantities.min()))) if quantities.min() >= 1 else 0
    return 0 if whole else max(2, 6 - digits) if digits else formats.price_decimals(quantities)


def _capital(text: object) -> str:
    return str(text).capitalize()


def _words(text: object) -> str:
    return str(text).replace("_", " ")


def metrics(run: Run | Winner) -> Markup:
    """Return every metric with its value and its definition."""
    row = Markup(
        '<tr><th scope="row">{}</th><td class="bz-number">{}</td><td class="bz-prose">{}</td></tr>'
    )
    rows = Markup("\n").join(
        row.format(*report_words.metric(run, name)) for name in measures.DEFINITIONS
    )
    return Markup(
        '<div class="bz-scroll" tabindex="0"><table class="bz-table"><thead><tr>'
        '<th scope="col">Figure</th><th scope="col" class="bz-number">Value</th>'
        '<th scope="col">What it means</th></tr></thead><tbody>\n{}\n</tbody></table></div>'
    ).format(rows)
