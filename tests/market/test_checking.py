"""lab.market.check, findings and health: what is recorded, and when."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError, NoBars, UnknownName
from bitstockerz_lab.market import checking
from bitstockerz_lab.market.calendars import Calendar
from tests.helpers import make_bars


@pytest.fixture
def market(lab):
    return lab.market


def coin(market, bars=None, symbol="A-USD", timeframe="1d"):
    bars = make_bars(300, timeframe=timeframe) if bars is None else bars
    return market.load_frame(bars, symbol, timeframe, asset_type="CRYPTO")


def holed(rows=300, hole=slice(100, 110)):
    bars = make_bars(rows)
    return bars.drop(bars.index[hole])


def count(lab, table):
    return int(lab.sql(f"SELECT count(*) AS n FROM {table}")["n"].iloc[0])  # noqa: S608 - ours


def test_a_check_finds_records_and_shows(lab, market):
    coin(market, holed())
    quality = market.check("a-usd")
    assert (quality.symbol, quality.timeframe, quality.calendar) == (
        "A-USD",
        "1d",
        Calendar("24/7"),
    )
    assert quality.findings["kind"].tolist() == ["gap", "stale"]
    assert not quality.ok
    assert count(lab, "bar_checks") == 1
    assert str(quality).startswith(
        "A-USD 1d: 290 bars, 2020-01-01 to 2020-10-26, calendar 24/7: 1 error, 1 warning.\n"
        "  error    2020-04-10 to 2020-04-19  gap: 10 days are missing"
    )


def test_recorded_findings_are_those_of_the_check_but_not_how_far_behind_it_is(market):
    coin(market, holed())
    assert market.findings().empty
    quality = market.check("A-USD")
    recorded = market.findings("A-USD")
    assert recorded["kind"].tolist() == ["gap"]
    pd.testing.assert_frame_equal(
        recorded[list(quality.findings.columns)], quality.findings.iloc[:1], check_dtype=False
    )
    assert list(recorded.columns) == [
        "symbol", "timeframe", "kind", "severity", "first", "last", "bars", "value", "message",
        "checked_at",
    ]  # fmt: skip
    assert market.findings("A-USD", "1h").empty
    with pytest.raises(UnknownName):
        market.findings("NONE")


def test_checking_again_writes_nothing(lab, market):
    coin(market, holed())
    first, again = market.check("A-USD"), market.check("A-USD")
    pd.testing.assert_frame_equal(first.findings, again.findings)
    assert (count(lab, "bar_checks"), count(lab, "bar_findings")) == (1, 1)


def test_new_bars_are_checked_anew_and_the_same_findings_are_not_stored_twice(lab, market):
    bars = make_bars(320)
    coin(market, bars.drop(bars.index[100:110]).iloc[:280])
    market.check("A-USD")
    coin(market, bars.drop(bars.index[100:110]))
    market.check("A-USD")
    assert (count(lab, "bar_checks"), count(lab, "bar_findings")) == (2, 1)
    assert len(market.findings("A-USD")) == 1
    coin(market, bars)  # the hole is filled
    assert market.check("A-USD").ok
    assert (count(lab, "bar_checks"), count(lab, "bar_findings")) == (3, 1)
    assert market.findings("A-USD").empty


def test_other_rules_ask_for_another_check(lab, market, monkeypatch):
    coin(market)
    market.check("A-USD")
    monkeypatch.setattr(checking, "RULES", 999)
    market.check("A-USD")
    assert lab.sql("SELECT rules FROM bar_checks")["rules"].tolist()[-1] == 999
    assert count(lab, "bar_checks") == 2


def test_bars_are_checked_as_corrected(market):
    bars = make_bars(300)
    bars.iloc[150, 2] *= 0.1
    coin(market, bars)
    day = bars.index[150]
    assert market.check("A-USD").findings["kind"].tolist() == ["wick", "stale"]
    market.correct(
        "A-USD", day, low=float(bars.iloc[150][["open", "close"]].min()), reason="a bad tick"
    )
    assert market.health()["errors"].tolist() == [0]
    assert market.check("A-USD").findings["kind"].tolist() == ["stale"]


def test_a_retired_symbol_is_not_stale_and_a_simulated_one_neither(market):
    coin(market)
    market.load("synthetic", "DEMO-A")
    assert market.health().set_index("symbol")["stale"].to_dict() == {
        "A-USD": True,
        "DEMO-A": False,
    }
    market.retire("A-USD", on="2020-10-27", reason="gone")
    assert not market.health()["stale"].any()
    assert market.check("A-USD").findings.empty


def test_what_cannot_be_checked_is_refused_with_the_way_out(market):
    coin(market)
    coin(market, timeframe="1h")
    with pytest.raises(DataError, match=r"several timeframes"):
        market.check("A-USD")
    with pytest.raises(NoBars, match=r"no stored 4h bars to check. Stored are 1d and 1h"):
        market.check("A-USD", "4h")
    with pytest.raises(UnknownName, match=r"Did you mean 'A-USD'"):
        market.check("A-US")
    coin(market, symbol="B-USD", timeframe="1h")
    with pytest.raises(NoBars, match=r"B-USD has no stored 1d bars to check. Stored are 1h"):
        market.check("B-USD", "1d")


def test_health_checks_what_is_unchecked_and_counts(lab, market):
    coin(market, holed())
    coin(market, symbol="B-USD", timeframe="1h")
    health = market.health().set_index("symbol")
    assert health["errors"].to_dict() == {"A-USD": 1, "B-USD": 0}
    assert health["warnings"].sum() == 0
    assert health["stale"].all()
    assert (health["behind"] > 1000).all()
    assert health["checked_at"].notna().all()
    assert count(lab, "bar_checks") == 2
    again = market.health().set_index("symbol")
    assert count(lab, "bar_checks") == 2
    assert again["errors"].to_dict() == {"A-USD": 1, "B-USD": 0}


def test_health_of_very_many_bars_goes_on_where_it_stopped(market, monkeypatch):
    for name in ("A-USD", "B-USD", "C-USD"):
        coin(market, symbol=name)
    monkeypatch.setattr(checking, "AT_ONCE", 1)
    monkeypatch.setattr(checking, "AT_MOST", 301)
    assert market.health()["checked_at"].isna().tolist() == [False, False, True]
    assert pd.isna(market.health()["errors"].iloc[2]) is False
    assert market.health()["checked_at"].notna().all()


def test_bars_stored_since_make_counts_unknown_until_they_are_checked(lab, market):
    coin(market)
    market.check("A-USD")
    coin(market, make_bars(310))
    with lab.database.read() as con:
        from bitstockerz_lab.market import store

        (state,) = store.findings.check_states(con)
    assert not state.is_current
    assert market.health()["errors"].notna().all()


def test_a_symbol_without_bars_and_refused_rows_only_are_no_trouble(market):
    market.load_frame(make_bars(4).assign(open=0), "NONE", asset_type="EQUITY")
    row = market.health().iloc[0]
    assert (row["bars"], row["refused"], row["stale"]) == (0, 4, False)
    assert pd.isna(row["errors"])


def test_the_notebook_table_says_severity_in_words_and_escapes(market):
    coin(market, holed())
    shown = market.check("A-USD")._repr_html_()
    assert "<td>Error</td>" in shown
    assert "10 days are missing" in shown
    assert market.check("A-USD").chart().data
    market.load("synthetic", "DEMO-A")
    assert "No findings." in market.check("DEMO-A")._repr_html_()


def test_a_check_takes_two_short_leases_at_most(market, monkeypatch):
    coin(market, holed())
    taken = []
    for name in ("read", "write"):
        lease = getattr(type(market._database), name)

        def counted(self, lease=lease, name=name):
            taken.append(name)
            return lease(self)

        monkeypatch.setattr(type(market._database), name, counted)
    market.check("A-USD")
    assert taken == ["read", "write"]
    market.check("A-USD")
    assert taken == ["read", "write", "read"]
    coin(market, make_bars(310))
    taken.clear()
    market.health()
    assert taken == ["read", "write"]
    market.health()
    assert taken == ["read", "write", "read"]
