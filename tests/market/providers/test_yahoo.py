"""yfinance, asked on this machine through its real client: what of Yahoo's answers is stored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError, NoBars
from bitstockerz_lab.market.providers import yahoo, yahoo_chart
from tests.helpers import make_bars
from tests.market.providers.local_server import Answer
from tests.market.providers.yahoo_words import Share

DAILY = "equity_daily_bars"
TOO_MANY = Answer("Too Many Requests\r\n", 429, {"Content-Type": "text/html"})
BROKEN = Answer("<html>Will be right back</html>", 500, {"Content-Type": "text/html"})


def sessions(first, last):
    """Raw bars in cents on weekdays, prices near 100."""
    days = pd.bdate_range(first, last, tz="UTC", name="timestamp")
    bars = make_bars(len(days), seed=5)
    return bars.set_index(days).round(dict.fromkeys(("open", "high", "low", "close"), 2))


@pytest.fixture
def acme(yahoo_server):
    """ACME, until yesterday; it is Wednesday 2026-03-11, 12:30 UTC."""
    share = Share(sessions("2025-12-01", "2026-03-10"))
    yahoo_server.shares["ACME"] = share
    return share


def split(share, day, new, old):
    """Split a share: from that day on its prices are lower and its volumes higher."""
    since = share.bars.index >= pd.Timestamp(day, tz="UTC")
    prices = share.bars.columns[:4]
    share.bars.loc[since, prices] = (share.bars.loc[since, prices] * old / new).round(2)
    share.bars.loc[since, "volume"] = np.round(share.bars.loc[since, "volume"] * new / old)
    share.splits[day] = (new, old)


def values(bars, provider="yfinance"):
    return [
        (stamp.date(), *row, provider)
        for stamp, row in zip(bars.index, bars.to_numpy().tolist(), strict=True)
    ]


def half(answer):
    return answer.truncated()


def silent_half(answer):
    return answer.truncated(honest=True)


def no_result(_):
    return Answer({"chart": {"result": [], "error": None}})


# --- what is right ---------------------------------------------------------------------------


def test_a_load_stores_days_as_they_were_traded_without_yahoos_noise(market, stored, acme):
    report = market.load("yfinance", "ACME", start="2026-01-05", exchange="XNAS")
    assert report.inserted == len(acme.bars["2026-01-05":])
    assert stored(DAILY, "ACME") == values(acme.bars["2026-01-05":])
    (symbol,) = market.symbols().to_dict("records")
    assert (symbol["asset_type"], symbol["exchange"], symbol["currency"]) == (
        "EQUITY", "XNAS", "USD",
    )  # fmt: skip


def test_splits_are_undone_and_handed_over_with_dividends_as_paid(market, stored, acme, database):
    acme.dividends = {"2026-01-15": 0.82, "2026-02-20": 0.25}
    split(acme, "2026-02-05", 4, 1)
    split(acme, "2026-03-03", 3, 2)
    market.load("yfinance", "ACME")
    rows, right = stored(DAILY, "ACME"), values(acme.bars)
    assert [row[:5] for row in rows] == [row[:5] for row in right]
    assert np.allclose([row[5] for row in rows], [row[5] for row in right], atol=1)
    with database.read() as con:
        actions = con.execute(
            "SELECT date, kind, value FROM corporate_actions ORDER BY date"
        ).fetchall()
    assert actions == [
        (date(2026, 1, 15), "DIVIDEND", 0.82),
        (date(2026, 2, 5), "SPLIT", 4.0),
        (date(2026, 2, 20), "DIVIDEND", 0.25),
        (date(2026, 3, 3), "SPLIT", 1.5),
    ]


def test_an_update_after_a_split_finds_the_last_stored_bar_unchanged(
    market, stored, acme, yahoo_server
):
    market.load("yfinance", "ACME", end="2026-02-20")
    split(acme, "2026-03-02", 7, 1)
    (row,) = market.update()
    assert (row.inserted, row.actions, row.conflicts, row.error) == (12, 1, 0, "")
    assert [line[:5] for line in stored(DAILY, "ACME")] == [line[:5] for line in values(acme.bars)]
    period = yahoo_server.requests[-1][1]
    assert int(period["period1"]) == int(datetime(2026, 2, 19, tzinfo=UTC).timestamp())


def test_todays_bar_is_not_stored_before_the_day_is_over(market, stored, acme, yahoo_server, now):
    acme.bars = sessions("2025-12-01", "2026-03-11")
    market.load("yfinance", "ACME", start="2026-03-02")
    assert stored(DAILY, "ACME")[-1][0] == date(2026, 3, 10)
    now.is_("2026-03-11 23:59")
    yahoo_server.now = datetime(2026, 3, 11, 23, 59, tzinfo=UTC)
    assert market.update().rows[0].inserted == 0
    now.is_("2026-03-12 00:00")
    assert market.update().rows[0].inserted == 0  # Yahoo's clock says that it is not over
    yahoo_server.now = datetime(2026, 3, 12, tzinfo=UTC)
    assert market.update().rows[0].inserted == 1


def test_a_day_that_comes_twice_is_its_newer_row_and_an_empty_row_no_bar(
    market, stored, acme, yahoo_server
):
    def also_now(answer):
        (result,) = answer.body["chart"]["result"]
        result["timestamp"].append(result["timestamp"][-1] + 23_000)
        for name, column in result["indicators"]["quote"][0].items():
            column.append(column[-1] + (name == "volume"))
            column[3] = None
        return answer

    yahoo_server.faults = [also_now]
    market.load("yfinance", "ACME")
    right = acme.bars.drop(acme.bars.index[3])
    right.loc[right.index[-1], "volume"] += 1
    assert stored(DAILY, "ACME") == values(right)


def test_a_volume_that_yahoo_does_not_know_is_not_taken_for_zero(market, stored, acme):
    acme.bars.loc[acme.bars.index[3], "volume"] = np.nan
    report = market.load("yfinance", "ACME")
    assert (report.refused, len(stored(DAILY, "ACME"))) == (1, len(acme.bars) - 1)


def test_a_stock_of_tokyo_has_the_date_of_tokyo(market, stored, yahoo_server):
    bars = sessions("2026-03-02", "2026-03-10")
    yahoo_server.shares["7203.T"] = Share(bars, currency="JPY", zone="Asia/Tokyo", opening="09:00")
    market.load("yfinance", "7203", exchange="XTKS")
    assert stored(DAILY, "7203") == values(bars)
    assert market.symbols()["currency"].tolist() == ["JPY"]


def test_pence_are_stored_as_pounds_and_dividends_of_an_unknown_unit_left_out(
    market, stored, yahoo_server, database
):
    bars = sessions("2026-03-02", "2026-03-10")
    yahoo_server.shares["VOD.L"] = Share(
        bars, currency="GBp", zone="Europe/London", opening="08:00", dividends={"2026-03-05": 4.5}
    )
    report = market.load("yfinance", "VOD", exchange="XLON")
    assert [row[4] for row in stored(DAILY, "VOD")] == (bars["close"] / 100).round(4).tolist()
    assert market.symbols()["currency"].tolist() == ["GBP"]
    assert "Yahoo quotes VOD.L in GBp: stored in GBP." in report.notes
    assert any("1 dividend(s) are left out" in note for note in report.notes)
    with database.read() as con:
        assert con.execute("SELECT count(*) FROM corporate_actions").fetchall() == [(0,)]


def test_prices_in_another_currency_than_stored_are_refused(market, stored, acme):
    market.load_frame(acme.bars.iloc[:5], "ACME", asset_type="EQUITY", currency="EUR")
    with pytest.raises(DataError, match=r"stored with prices in EUR, but currency='USD'"):
        market.load("yfinance", "ACME")
    with pytest.raises(DataError, match=r"tells the prices of ACME in USD, but currency='EUR'"):
        market.load("yfinance", "ACME", currency="EUR")
    assert len(stored(DAILY, "ACME")) == 5


@pytest.mark.reference
def test_aapl_as_yahoo_tells_it_becomes_the_raw_prices_of_the_reference(
    market, stored, yahoo_server, reference
):
    raw = pd.read_csv(reference / "bars" / "AAPL_1d.csv", index_col="date", parse_dates=True)
    raw.index = raw.index.tz_localize("UTC")
    splits = {
        "2000-06-21": (2, 1), "2005-02-28": (2, 1), "2014-06-09": (7, 1), "2020-08-31": (4, 1),
    }  # fmt: skip
    yahoo_server.shares["AAPL"] = Share(raw, splits, dividends={"2014-05-08": 3.29})
    market.load("yfinance", "AAPL", exchange="XNAS")
    rows = stored(DAILY, "AAPL")
    assert [row[0] for row in rows] == list(raw.index.date)
    told = np.array([row[1:6] for row in rows])
    # the file has hundredths of a cent, of which single precision holds seven digits
    assert np.allclose(told[:, :4], raw.iloc[:, :4], rtol=1.2e-7, atol=5e-5)
    assert np.allclose(told[:, 4], raw["volume"], atol=1)
    cents = (raw.iloc[:, :4] * 100).round(6) % 1 == 0
    assert (told[:, :4][cents] == raw.iloc[:, :4].to_numpy()[cents]).all()
    adjusted = market.bars("AAPL", adjusted="split")["close"].pct_change()
    days = ["2000-06-21", "2005-02-28", "2014-06-09", "2020-08-31"]
    assert adjusted.loc[days].abs().max() < 0.11


# --- faults ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [[TOO_MANY] * 2, [BROKEN] * 2, [half], [silent_half]])
def test_after_a_passing_fault_the_same_is_stored(market, stored, acme, yahoo_server, waits, fault):
    yahoo_server.faults = [*fault]
    market.load("yfinance", "ACME")
    assert stored(DAILY, "ACME") == values(acme.bars)
    assert len(waits) == 1


def test_an_answer_that_does_not_come_is_asked_for_again(
    market, stored, acme, yahoo_server, waits, monkeypatch
):
    monkeypatch.setattr(yahoo, "TIMEOUT_S", 1.0)
    yahoo_server.faults = [Answer(hang=True)]
    market.load("yfinance", "ACME")
    assert stored(DAILY, "ACME") == values(acme.bars)
    assert len(waits) >= 1


@pytest.mark.usefixtures("acme")
def test_retry_after_is_done_as_told(market, yahoo_server, waits):
    told = Answer("Too Many Requests", 429, {"Retry-After": "9"})
    yahoo_server.faults = [told, told]  # yfinance itself asks a second time, with other cookies
    market.load("yfinance", "ACME")
    assert waits == [9.0]


@pytest.mark.usefixtures("acme")
def test_a_load_that_gives_up_stores_nothing_and_says_what_was_asked(market, yahoo_server, waits):
    yahoo_server.faults = [TOO_MANY] * 12
    with pytest.raises(DataError) as raised:
        market.load("yfinance", "ACME", start="2026-01-05")
    assert str(raised.value) == (
        "Yahoo was asked for 1d bars of ACME from 2026-01-05: status 429 (asked 6 times). What is "
        "stored is kept; ask again later."
    )
    assert len(waits) == 5
    assert waits == sorted(waits)
    assert market.symbols().empty


def test_one_symbol_that_fails_does_not_stop_the_others(market, stored, acme, yahoo_server):
    yahoo_server.shares["BOLT"] = Share(acme.bars)
    for symbol in ("ACME", "BOLT"):
        market.load("yfinance", symbol, end="2026-02-20")
    yahoo_server.faults = [BROKEN] * 12
    seen = []
    report = market.update(on_progress=seen.append)
    first, second = report
    assert (first.symbol, first.inserted) == ("ACME", 0)
    assert "status 500" in first.error
    assert (second.symbol, second.inserted, second.error) == ("BOLT", 12, "")
    assert len(stored(DAILY, "ACME")) == len(acme.bars) - 12
    assert seen == list(report)
    assert (len(report.failed), report.as_dict()["failed"]) == (1, 1)
    assert market.update().rows[0].inserted == 12


def test_a_provider_that_is_silent_for_two_symbols_is_not_asked_for_the_rest(
    market, acme, yahoo_server, waits, caplog
):
    symbols = ["ACME", "BOLT", "CLIP", "DUST"]
    for symbol in symbols:
        yahoo_server.shares[symbol] = Share(acme.bars)
        market.load("yfinance", symbol, end="2026-02-20")
    yahoo_server.requests.clear()
    yahoo_server.faults = [BROKEN] * 1000
    rows = market.update().rows
    assert [row.error[:44] for row in rows[2:]] == [
        "yfinance did not answer for the 2 symbols be"
    ] * 2
    assert {query for query, _ in yahoo_server.requests} == {
        f"v8/finance/chart/{symbol}" for symbol in symbols[:2]
    }
    assert len(waits) == 2 * 5
    assert caplog.messages == []
    yahoo_server.faults = []
    assert [row.inserted for row in market.update()] == [12] * 4


def test_a_bar_that_changes_between_two_calls_stays_and_is_a_conflict(market, stored, acme):
    market.load("yfinance", "ACME", end="2026-03-06")
    before = stored(DAILY, "ACME")
    acme.bars.loc["2026-03-06", "close"] = 99.99
    acme.bars.loc["2026-03-06", ["high", "low"]] = [200, 50]
    (row,) = market.update()
    assert (row.inserted, row.conflicts, row.error) == (2, 1, "")
    assert "here 99.99. The stored bar stays; lab.market.correct" in row.notes[0]
    assert stored(DAILY, "ACME")[: len(before)] == before


def test_an_answer_without_the_last_stored_bar_stores_nothing(market, stored, acme):
    market.load("yfinance", "ACME", end="2026-02-20")
    acme.bars = acme.bars.loc["2026-03-02":]
    (row,) = market.update()
    assert "gives bars from 2026-03-02 on without it" in row.error
    assert stored(DAILY, "ACME")[-1][0] == date(2026, 2, 20)
    acme.bars = acme.bars.iloc[:0]
    assert "gives no bars without it" in market.update().rows[0].error


def test_a_split_by_which_prices_are_not_divided_is_refused(market, stored, acme):
    split(acme, "2026-03-03", 4, 1)
    acme.later = lambda days: np.ones(len(days))
    with pytest.raises(DataError, match=r"4 for 1 on 2026-03-03, but its prices are not divided"):
        market.load("yfinance", "ACME")
    acme.bars = acme.bars.loc[:"2026-03-02"]
    acme.splits = {"2026-03-11": (4, 1)}
    with pytest.raises(DataError, match=r"has no bar since"):
        market.load("yfinance", "ACME")
    assert stored(DAILY, "ACME") == []


def test_what_yahoo_does_not_have_is_said(market, acme, yahoo_server, waits):
    with pytest.raises(NoBars, match=r"Yahoo has no 1d bars of ACMEE.*delisted.*provider_symbol="):
        market.load("yfinance", "ACMEE")
    with pytest.raises(NoBars, match=r"has none that have ended"):
        market.load("yfinance", "ACME", start="2026-03-11")
    yahoo_server.faults = [no_result]
    with pytest.raises(NoBars, match=r"Yahoo has no 1d bars"):
        market.load("yfinance", "ACME")
    acme.meta = {"symbol": "OTHER"}
    with pytest.raises(DataError, match=r"asked for ACME and answers with OTHER"):
        market.load("yfinance", "ACME")
    acme.meta = {"dataGranularity": "1mo"}
    with pytest.raises(DataError, match=r"answers with bars of 1mo"):
        market.load("yfinance", "ACME")
    acme.meta = {"currency": None}
    with pytest.raises(DataError, match=r"does not say the currency of ACME"):
        market.load("yfinance", "ACME")
    assert waits == []
    with pytest.raises(DataError, match=r"yfinance has no 1h bars of ACME"):
        market.load("yfinance", "ACME", "1h")


def test_what_yahoo_calls_a_symbol_is_remembered(market, stored, acme, yahoo_server):
    yahoo_server.shares["ACME-NEW.XX"] = yahoo_server.shares.pop("ACME")
    market.load("yfinance", "ACME", end="2026-02-20", provider_symbol="ACME-NEW.XX")
    assert market.update().rows[0].inserted == 12
    assert len(stored(DAILY, "ACME")) == len(acme.bars)


# --- pure ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("symbol", "exchange", "text"),
    [
        ("AAPL", "XNAS", "AAPL"), ("BRK.B", "XNYS", "BRK-B"), ("BRK.B", None, "BRK-B"),
        ("VOD", "XLON", "VOD.L"), ("VOD.L", "XLON", "VOD.L"), ("VOD.L", None, "VOD.L"),
        ("BT.A", "XLON", "BT-A.L"), ("RCI.B", "XTSE", "RCI-B.TO"), ("700", "XHKG", "0700.HK"),
        ("MC", "XPAR", "MC.PA"), ("SAP", "XETR", "SAP.DE"), ("BHP", "XASX", "BHP.AX"),
        ("^GSPC", None, "^GSPC"),
    ],
)  # fmt: skip
def test_symbols_are_called_as_yahoo_calls_them(symbol, exchange, text):
    named = SimpleNamespace(symbol=symbol, exchange=exchange)
    assert yahoo.Yahoo().text(named) == text


def test_an_exchange_without_a_known_ending_needs_to_be_told():
    with pytest.raises(DataError, match=r"XXXX is not known.*provider_symbol='ACME.XX'"):
        yahoo.Yahoo().text(SimpleNamespace(symbol="ACME", exchange="XXXX"))


def test_noise_of_single_precision_goes_and_ticks_stay():
    told = np.array([189.84, 0.0625, 28.03125, 5123.5, 639.66, 0.128348, 421000.0, np.nan])
    single = told.astype("float32").astype("float64")
    assert np.array_equal(yahoo_chart._as_traded(single), told, equal_nan=True)


def test_prices_of_hundreds_of_thousands_keep_the_decimal_that_is_sure():
    told = np.array([628930.02, 433000.5, 749999.97, 1_048_575.9, 2_499_999.94])
    single = told.astype("float32").astype("float64")
    found = yahoo_chart._as_traded(single)
    assert found.tolist() == [628930.0, 433000.5, 750000.0, 1_048_575.9, 2_500_000]
    assert yahoo_chart._as_traded(np.array([628930.25]))[0] == 628930.2


def test_endings_are_of_exchanges_we_know():
    from bitstockerz_lab.market.symbols import STOCK_EXCHANGES

    assert set(yahoo.SUFFIXES) <= STOCK_EXCHANGES
    assert len(set(yahoo.SUFFIXES.values())) > 40
