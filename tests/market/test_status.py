"""Whether a symbol is still traded, and since when it is not."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError, UnknownName
from tests.helpers import make_bars


@pytest.fixture
def market(lab):
    lab.market.load_frame(make_bars(5, start="2022-10-24"), "TWTR", exchange="XNYS")
    return lab.market


def active(market):
    return market.symbols().set_index("symbol")["is_active"].to_dict()


def test_a_retired_symbol_is_inactive_from_that_day_and_keeps_its_bars(market):
    change = market.retire("twtr", on="2022-10-28", reason=" bought ")
    assert (change.symbol, change.date, change.is_active, change.reason) == (
        "TWTR",
        date(2022, 10, 28),
        False,
        "bought",
    )
    assert active(market) == {"TWTR": False}
    assert len(market.bars("TWTR")) == 5


def test_its_history_is_kept_change_by_change(market):
    market.retire("TWTR", on="2022-10-28", reason="bought")
    market.restore("TWTR", on="2023-07-01")
    market.retire("TWTR", on=date(2023, 7, 24))
    shown = market.statuses("TWTR")
    assert shown["date"].dt.strftime("%Y-%m-%d").tolist() == [
        "2022-10-28",
        "2023-07-01",
        "2023-07-24",
    ]
    assert shown["is_active"].tolist() == [False, True, False]
    assert shown["reason"].fillna("none").tolist() == ["bought", "none", "none"]
    assert active(market) == {"TWTR": False}


def test_retiring_twice_says_since_when(market):
    market.retire("TWTR", on="2022-10-28", reason="bought")
    with pytest.raises(DataError, match=r"TWTR is retired since 2022-10-28 \(bought\)\..*restore"):
        market.retire("TWTR")
    assert len(market.statuses()) == 1


def test_what_is_active_cannot_be_restored(market):
    with pytest.raises(DataError, match=r"TWTR is active\. Nothing is to be restored"):
        market.restore("TWTR")
    market.retire("TWTR", on="2022-10-28")
    market.restore("TWTR", on="2022-11-01")
    with pytest.raises(DataError, match=r"TWTR is active since 2022-11-01\."):
        market.restore("TWTR")


def test_the_day_must_fit_what_is_known(market, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2023, 1, 1, 12))  # noqa: DTZ001 - as clock.now
    with pytest.raises(DataError, match=r"on=2023-01-02 is in the future"):
        market.retire("TWTR", on="2023-01-02")
    with pytest.raises(
        DataError, match=r"retired from 2022-10-27 on: it has bars until 2022-10-28"
    ):
        market.retire("TWTR", on="2022-10-27")
    market.retire("TWTR", on="2022-12-01")
    with pytest.raises(DataError, match=r"from 2022-11-30 on: its status changed on 2022-12-01"):
        market.restore("TWTR", on="2022-11-30")
    assert active(market) == {"TWTR": False}


def test_without_a_day_it_is_today(market, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2023, 1, 1, 23, 59))  # noqa: DTZ001 - as above
    assert market.retire("TWTR").date == date(2023, 1, 1)


def test_a_symbol_that_is_not_stored_has_no_status(market):
    with pytest.raises(UnknownName, match=r"Did you mean 'TWTR'"):
        market.retire("TWTTR")
    assert market.statuses().empty
