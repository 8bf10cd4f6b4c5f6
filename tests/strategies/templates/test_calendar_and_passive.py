"""Trading by the date, and not at all."""

from __future__ import annotations

import numpy as np

import bitstockerz_lab as bz
from tests.helpers import make_bars
from tests.strategies.templates.bars import said


def sessions(n=100, start="2021-01-04"):
    """Bars of Mondays to Fridays."""
    bars = make_bars(n, start=start)
    return bars[bars.index.day_of_week < 5]


def dates(column):
    return [f"{stamp:%m-%d}" for stamp in column.index[column.to_numpy()]]


def test_turn_of_month_enters_from_the_26th_and_leaves_at_the_third_session():
    found = said("turn-of-month", sessions())
    assert dates(found["long_entry"]) == [
        "01-26", "01-27", "01-28", "01-29", "02-26", "03-26", "03-29", "03-30", "03-31",
    ]  # fmt: skip
    february = [day for day in dates(found["long_exit"]) if day.startswith("02")]
    assert february == ["02-03", "02-04", "02-05", "02-08", "02-09", "02-10", "02-11", "02-12"]


def test_turn_of_month_is_held_from_the_27th_to_the_fourth_session():
    bars = sessions()
    found = said("turn-of-month", bars)
    trades = bz.simulate(
        bars, long_entries=found["long_entry"], long_exits=found["long_exit"]
    ).trades
    held = [
        (f"{trade.entry_time:%m-%d}", f"{trade.exit_time:%m-%d}") for trade in trades.itertuples()
    ]
    # of February the last close is the 26th's, so March begins before the entry fills
    assert held == [("01-27", "02-04"), ("03-01", "03-04"), ("03-29", "04-06")]


def test_turn_of_month_does_not_know_how_many_sessions_are_left():
    bars = sessions()
    shorter = bars[bars.index < "2021-01-27"]
    assert dates(said("turn-of-month", shorter)["long_entry"]) == ["01-26"]


def test_buy_and_hold_buys_once_and_never_sells():
    bars = make_bars(50)
    found = said("buy-and-hold", bars)
    assert found["long_entry"].all()
    assert not found["long_exit"].any()
    entries, leaves = found["long_entry"], found["long_exit"]
    trades = bz.simulate(bars, long_entries=entries, long_exits=leaves).trades
    assert trades["exit_reason"].tolist() == ["end_of_data"]
    assert trades["entry_time"].tolist() == [bars.index[1]]


def test_buy_and_hold_does_not_buy_what_has_no_price():
    bars = make_bars(10)
    bars.iloc[4, 0] = np.nan
    assert said("buy-and-hold", bars)["long_entry"].tolist() == [True] * 4 + [False] + [True] * 5
