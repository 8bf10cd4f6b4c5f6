"""What each card shows: functions from what was read to pieces of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import clock, pages
from bitstockerz_lab.batch.sparks import spark
from bitstockerz_lab.enums import Status
from bitstockerz_lab.pages import Column, formats
from bitstockerz_lab.widgets.dashboard.card import act

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitstockerz_lab.widgets.dashboard.reading import Held, Jobs, Runs, Worth

TOP = 5
"""Rows of a card."""

POINTS = 120
"""Points of the account's line, about."""

DONE = {Status.COMPLETED: "bz-good", Status.FAILED: "bz-bad", Status.TIMED_OUT: "bz-bad"}
MINUTE, HOUR, DAY, WEEKS = 60, 3_600, 86_400, 30 * 86_400


def account(worth: Worth | None) -> Markup:
    """Return the paper account: what it is worth, since it was opened, and a line of that."""
    if worth is None:
        return _empty(
            "You have no paper account. Open one to trade with play money on the stored bars: "
            "100,000 USD, no fees; " + _code("lab.paper.open(100_000, fee_bps=10)") + " has some.",
            _open_account(primary=True),
        )
    found = worth.account
    money, profit = formats.money, float(found.equity - found.starting_balance)
    entries = [
        pages.Card("Equity", money(float(found.equity), found.currency)),
        pages.Card(
            "Since the start",
            formats.percent(found.total_return_pct),
            money(profit, found.currency, signed=True),
            "gain" if profit > 0 else "loss" if profit < 0 else "",
        ),
        pages.Card("Cash", money(float(found.cash), found.currency)),
        pages.Card(
            "Positions", money(float(found.value), found.currency), _many(found.positions, "symbol")
        ),
    ]
    words = [_many(found.open_orders, "open order")] if found.open_orders else []
    if found.mode == "replay":
        words.append(f"replay, it is {formats.when(found.now)} there")
    elif found.marked_at is not None:
        words.append(f"at closes of {formats.when(found.marked_at)}")
    start = float(found.starting_balance)
    curve = worth.curve.to_numpy()
    step = max(1, len(curve) // POINTS)
    line = spark(curve[::-step][::-1].tolist(), start) if len(curve) > 1 else Markup()
    drawn = Markup('<div class="bz-curve">{}</div>').format(line)
    return pages.cards(entries) + drawn + _foot(", ".join(words))


def positions(held: Held | None) -> Markup:
    """Return the five largest positions."""
    if held is None:
        return _empty("What your paper account holds, the largest first.", _open_account())
    found = held.positions
    if found.empty:
        told = "No position. An order is one line: "
        if held.waiting:
            told = f"No position: {_many(held.waiting, 'order')} of yours waiting for later bars. "
        return _empty(told + _code(held.line))
    columns = {
        "symbol": _chart_link(),
        "quantity": Column("Quantity", formats.quantity),
        "value": Column("Value", formats.number),
        "unrealised_pct": Column("Gain", formats.percent, tone=True),
    }
    more = len(found) - TOP
    return _table(found.head(TOP), columns) + _foot(f"and {more:,} more" if more > 0 else "")


def strategies(found: pd.DataFrame) -> Markup:
    """Return the strategies in use, those that ran last first, with *edit* and *backtest*."""
    if found.empty:
        return _empty(
            "No strategy yet. Begin with a classic and change it, or write your own.",
            act("Save Golden cross", "save template", "golden-cross", primary=True),
            act("New strategy", "edit"),
        )
    newest = found[["last_run_at", "updated_at"]].max(axis=1)
    order = newest.sort_values(ascending=False, kind="stable").index
    shown = found.loc[order].head(TOP).reset_index(drop=True)
    shown["buttons"] = _pieces(_strategy_buttons(name) for name in shown["name"])
    columns = {
        "name": Column("Strategy", number=False),
        "version": Column("Version", formats.count),
        "runs": Column("Runs", formats.count),
        "last_run_at": Column("Last run", _ago, number=False),
        "buttons": Column("", _piece),
    }
    more = len(found) - TOP
    return _table(shown, columns) + _foot(
        f"and {more:,} more" if more > 0 else "", act("New strategy", "edit")
    )


def runs(found: Runs) -> Markup:
    """Return the newest runs, with a line of their equity each."""
    if found.newest.empty:
        return _empty(
            "No run yet. A backtest is kept with its trades, its equity and what it was made of.",
            act("Run a backtest", "backtest", primary=True),
        )
    lines = {
        run_id: spark(curve, initial)
        for run_id, curve, initial in _rows(found.outlines, "id", "curve", "initial_equity")
    }
    shown = found.newest.reset_index(drop=True)
    named = _rows(shown, "id", "strategy", "version", "symbol", "timeframe", "parameters")
    shown["run"] = _pieces(_run_link(*row) for row in named)
    shown["curve"] = _pieces(
        lines.get(one) or _status(status) for one, status in _rows(shown, "id", "status")
    )
    columns = {
        "run": Column("Run", _piece, number=False),
        "curve": Column("Equity", _piece, number=False),
        "total_return_pct": Column("Return", formats.percent, tone=True),
        "max_drawdown_pct": Column("Drawdown", lambda one: formats.percent(one, signed=False)),
        "sharpe_ratio": Column("Sharpe", formats.number),
        "created_at": Column("When", _ago, number=False),
    }
    return _table(shown, columns) + _foot(
        "", act("All runs", "runs"), act("Run a backtest", "backtest")
    )


def executions(found: pd.DataFrame | None) -> Markup:
    """Return the newest fills of the paper account."""
    if found is None:
        return _empty("What your paper account buys and sells, the newest first.", _open_account())
    if found.empty:
        return _empty(
            "No execution. Orders are filled at bars that come later: once those are loaded, "
            + _code("lab.paper.fill()")
            + "; in a replay, "
            + _code("lab.paper.advance(...)")
        )
    shown = found.head(TOP)
    columns = {
        "executed_at": Column("When", _moment, number=False),
        "side": Column("Side", number=False),
        "quantity": Column("Quantity", formats.quantity),
        "symbol": _chart_link(),
        "price": Column("Price", formats.price),
    }
    return _table(shown, columns)


def market(found: pd.DataFrame) -> Markup:
    """Return how good the stored bars are: how many, how late, what was found in them."""
    stored = found[found["bars"] > 0]
    if stored.empty:
        return _empty(
            "No bars yet. Load your own with "
            + _code('lab.market.load_file("AAPL_1d.csv", exchange="XNAS")')
            + ", or begin with simulated ones.",
            act("Load the sample bars", "load samples", primary=True),
        )
    numbers = {name: int(stored[name].sum()) for name in ("bars", "errors", "warnings")}
    checked = stored["errors"].notna().any()
    entries = [
        pages.Card(
            "Symbols",
            formats.count(stored["symbol"].nunique()),
            f"{formats.count(numbers['bars'])} bars",
        ),
        pages.Card(
            "Found in them",
            formats.count(numbers["errors"] + numbers["warnings"]) if checked else formats.MISSING,
            f"{_many(numbers['errors'], 'error')}, {_many(numbers['warnings'], 'warning')}"
            if checked
            else "not checked yet",
            "loss" if numbers["errors"] else "",
        ),
    ]
    columns = {
        "symbol": _chart_link(),
        "timeframe": Column("Bars", number=False),
        "last": Column("Last", formats.when, number=False),
        "errors": Column("Errors", _given),
        "warnings": Column("Warnings", _given),
    }
    odd = _odd(stored)
    table = _table(odd.head(TOP), columns) if len(odd) else Markup()
    unchecked = stored["errors"].isna().any()
    button = act("Check them", "check", primary=True) if unchecked else ""
    return pages.cards(entries) + table + _foot(_state_of(stored), button)


def _state_of(stored: pd.DataFrame) -> str:
    """Return how checked, how late and how real the stored bars are, in a line."""
    sets = _many(len(stored), "set")
    unchecked = int(stored["errors"].isna().sum())
    clean = "all checked" if len(_odd(stored)) else "all checked, nothing found"
    words = [f"{unchecked:,} not checked" if unchecked else clean]
    for name, what in (("stale", "behind"), ("simulated", "simulated")):
        number = int(stored[name].sum())
        words += [f"{number:,} of {sets} of bars {what}"] if number else []
    return ", ".join(words)


def jobs(found: Jobs) -> Markup:
    """Return what is at work: each batch with how far it is, then what ended last."""
    if found.batches.empty:
        return _empty(
            "No batch yet. One notebook over many symbols: "
            + _code('lab.batch.run("backtest.ipynb", over={"symbol": ["AAPL", "IBM"]})')
            + "."
        )
    running = found.batches[found.batches["status"] == Status.RUNNING]
    if running.empty:
        last = found.batches.iloc[0]
        return pages.facts({"At work": "nothing", "Last batch": _told(last)})
    bars = [
        Markup('<p>{}<br><progress max="{}" value="{}" aria-label="{}"></progress></p>').format(
            _told(batch), batch["items"], _ended(batch), _told(batch)
        )
        for _, batch in running.iterrows()
    ]
    columns = {
        "name": Column("At work", number=False),
        "started_at": Column("Since", _ago, number=False),
    }
    working = _table(found.running.head(TOP), columns) if len(found.running) else Markup()
    return Markup("").join(bars) + working


def _odd(stored: pd.DataFrame) -> pd.DataFrame:
    """Return what somebody should look at, the worst first."""
    odd = stored[
        stored["stale"] | stored["errors"].fillna(0).gt(0) | stored["warnings"].fillna(0).gt(0)
    ]
    return odd.sort_values(["errors", "stale", "warnings"], ascending=False, na_position="last")


def _told(batch: pd.Series) -> str:
    name = str(batch["notebook"]).replace("\\", "/").rpartition("/")[2]
    failed = f", {batch['failed']:,} failed" if batch["failed"] else ""
    return f"{name}, batch {batch['id']}: {batch['completed']:,} of {batch['items']:,} done{failed}"


def _ended(batch: pd.Series) -> int:
    return int(batch["completed"] + batch["failed"])


def _strategy_buttons(name: str) -> Markup:
    return act("Edit", "edit", name, tip=f"Edit {name}") + act(
        "Backtest", "backtest", name, tip=f"Backtest {name}"
    )


def _run_link(run_id: int, strategy: str, version: int, *told: str) -> Markup:
    symbol, timeframe, parameters = told
    words = f"{strategy} v{version} on {symbol} {timeframe}"
    link = _link(words, "run", run_id, f"Open run {run_id}: {words}")
    return link + Markup('<br><span class="bz-quiet">{}</span>').format(parameters or "")


def _chart_link() -> Column:
    return Column(
        "Symbol",
        lambda symbol: _link(symbol, "chart", symbol, f"Chart of {symbol}"),
        number=False,
    )


def _link(words: str, action: str, key: object, tip: str) -> Markup:
    made = act(words, action, key, tip=tip)
    return Markup(made.replace("bz-act", "bz-act bz-link", 1))  # noqa: S704 - reason: escaped by `act`


def _status(status: str) -> Markup:
    kind = DONE.get(Status(status), "")
    return Markup('<span class="bz-status {}">{}</span>').format(kind, status.replace("_", " "))


def _open_account(*, primary: bool = False) -> Markup:
    tip = "Open a paper account with 100,000 USD of play money and no fees"
    return act("Open a paper account", "open account", primary=primary, tip=tip)


def _empty(words: str, *buttons: Markup) -> Markup:
    return Markup('<p class="bz-empty">{}</p>').format(words) + _foot("", *buttons)


def _foot(words: str, *buttons: str) -> Markup:
    shown = [one for one in buttons if one]
    if not words and not shown:
        return Markup()
    said = Markup('<span class="bz-quiet">{}</span>').format(words)
    return Markup('<div class="bz-foot">{}{}</div>').format(said, Markup("").join(shown))


def _code(words: str) -> Markup:
    return Markup("<code>{}</code>").format(words)


def _table(frame: pd.DataFrame, columns: dict[str, Column]) -> Markup:
    return pages.table(frame, columns)


def _rows(frame: pd.DataFrame, *names: str) -> Iterable[tuple[Any, ...]]:
    return zip(*(frame[name].tolist() for name in names), strict=True)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _pieces(made: Iterable[Markup]) -> pd.Series:
    """Return a column of pieces; as strings they would be escaped."""
    return pd.Series(list(made), dtype=object)


def _piece(markup: Markup) -> Markup:
    """Return a cell that is a piece already."""
    return markup


def _given(value: object) -> str:
    return formats.MISSING if value is None or pd.isna(value) else formats.count(int(value))  # type: ignore[call-overload]


def _moment(stamp: pd.Timestamp) -> str:
    """Return a moment to the minute; the start of a day as its date."""
    return formats.when(stamp, "1d" if stamp == stamp.normalize() else "1h")


def _ago(moment: pd.Timestamp | None) -> str:
    """Return how long ago something was; its date where that is a month."""
    if moment is None or pd.isna(moment):
        return formats.MISSING
    seconds = (clock.utc(clock.now()) - moment).total_seconds()
    if seconds < MINUTE:
        return "just now"
    if seconds >= WEEKS:
        return formats.when(moment)
    units = {"day": DAY, "hour": HOUR, "minute": MINUTE}
    name, unit = next((name, unit) for name, unit in units.items() if seconds >= unit)
    return f"{_many(int(seconds // unit), name)} ago"
