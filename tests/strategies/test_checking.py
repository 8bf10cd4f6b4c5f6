"""A version is checked as it is saved and when somebody asks; the newest check is kept and told."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.enums import Verdict
from bitstockerz_lab.errors import NoBars, UnknownName
from bitstockerz_lab.strategies import close, honesty, sma
from bitstockerz_lab.strategies.python import consent
from tests.helpers import make_bars, sma_cross

LOOKS_AHEAD = "This version looks ahead: long_entry of "


def load(lab, symbol="ACME", n=400, *, asset_type="EQUITY", timeframe="1d", seed=1):
    lab.market.load_frame(
        make_bars(n, seed=seed, timeframe=timeframe), symbol=symbol, timeframe=timeframe,
        asset_type=asset_type, currency="USD",
    )  # fmt: skip


def peeking():
    def tomorrow(bars):
        up = bars["close"].shift(-1) > bars["close"]
        return {"enter": up, "leave": ~up}

    return bz.code_strategy("Tomorrow")(tomorrow)


def never():
    return bz.strategy("Never", enter=close < 0, leave=close > sma(5))


def test_a_new_version_is_checked_and_shows_it(lab):
    load(lab)
    version = lab.strategies.save(sma_cross())
    assert version.honesty.ok
    assert version.honesty.tested.symbol == "ACME"
    assert str(version.honesty) in str(version)
    assert "look-ahead" in version._repr_html_()
    assert repr(version) == "StrategyVersion('SMA cross', version 1, id 1)"


def test_a_finding_is_no_refusal_but_stands_beside_what_save_returns(lab):
    version = lab.strategies.save(never())
    (finding,) = version.honesty.findings
    assert finding.message in repr(version)
    assert finding.message in str(version)


def test_without_bars_simulated_ones_are_checked_and_it_is_said(lab):
    version = lab.strategies.save(sma_cross())
    assert version.honesty.tested.simulated
    assert "bars of simulated prices" in str(version)


def test_bars_that_do_not_suit_the_rules_give_way_to_simulated_ones(lab):
    load(lab)
    both = bz.strategy("Both", enter=close.of("SPY") > sma(20).of("SPY"), leave=close < sma(5))
    assert lab.strategies.save(both).honesty.tested.simulated


@pytest.mark.parametrize(
    ("scope", "wanted"),
    [
        ({}, ("MANY", "1d")),
        ({"symbol_scope": "FEW"}, ("FEW", "1d")),
        ({"asset_type": "CRYPTO"}, ("COIN-USD", "1h")),
        ({"timeframe": "1h"}, ("COIN-USD", "1h")),
        ({"symbol_scope": "NOBODY"}, ("MANY", "1d")),
    ],
)
def test_the_bars_are_those_the_strategy_is_meant_for_else_the_most(lab, scope, wanted):
    load(lab, "FEW", 300)
    load(lab, "MANY", 500)
    load(lab, "COIN-USD", 400, asset_type="CRYPTO", timeframe="1h")
    tested = lab.strategies.save(sma_cross(), **scope).honesty.tested
    assert (tested.symbol, tested.timeframe) == wanted


def test_the_same_rules_are_not_checked_again_but_shown_again(lab, monkeypatch):
    first = lab.strategies.save(sma_cross())
    monkeypatch.setattr("bitstockerz_lab.strategies.verbs.honesty.check", None)
    again = lab.strategies.save(sma_cross())
    assert again.honesty == first.honesty
    assert len(lab.sql("SELECT id FROM version_checks")) == 1


def test_a_check_asked_for_is_kept_and_is_the_newest(lab):
    load(lab)
    lab.strategies.save(sma_cross(stop_loss_pct=0.1))
    found = lab.strategies.check("SMA cross", "acme", fee_bps=20, parameters={"fast": 7})
    assert "stop loss of 0.1 %" in str(found.findings[0])
    assert found.parameters == {"fast": 7}
    assert "with fast = 7." in str(found)
    assert lab.strategies.save(sma_cross(stop_loss_pct=0.1)).honesty == found
    frame = lab.strategies.checks("SMA cross")
    assert frame["verdict"].tolist() == ["ok", "ok", "warning"]
    assert frame["fee_bps"].tolist() == [20.0] * 3
    assert str(frame["checked_at"].dt.tz) == "UTC"
    assert lab.strategies.checks().equals(frame)


def test_what_is_stored_is_what_was_found(lab):
    load(lab)
    made = lab.strategies.save(peeking())
    stored = lab.strategies.save(peeking()).honesty
    assert stored.results == made.honesty.results
    assert stored.tested == made.honesty.tested
    assert stored.results[0].timestamp.tzinfo is not None


def test_what_does_not_exist_cannot_be_checked(lab):
    lab.strategies.save(sma_cross())
    with pytest.raises(UnknownName):
        lab.strategies.check("SMA crass")
    with pytest.raises(UnknownName):
        lab.strategies.check("SMA cross", "NOBODY")
    with pytest.raises(UnknownName):
        lab.strategies.checks("Nothing")
    load(lab, "COIN-USD", asset_type="CRYPTO", timeframe="1h")
    with pytest.raises(NoBars):
        lab.strategies.check("SMA cross", "COIN-USD", "1mo")


def test_code_nobody_agreed_to_is_saved_unchecked(lab, monkeypatch):
    rules = peeking()
    monkeypatch.setattr(consent, "_OWN", set())
    version = lab.strategies.save(rules)
    assert {one.verdict for one in version.honesty.results} == {Verdict.NOT_CHECKED}
    assert "not written or agreed to" in str(version.honesty)


def test_every_run_of_a_version_that_looks_ahead_says_so_first(lab):
    load(lab)
    version = lab.strategies.save(peeking())
    run = lab.backtests.run(version, "ACME", fee_bps=5)
    assert run.details.warnings[0].startswith(LOOKS_AHEAD)
    assert run.details.warnings[0].endswith("Its results are not to be believed.")
    assert lab.backtests.get(run.id).details.warnings[0].startswith(LOOKS_AHEAD)
    assert run.rules_check == version.honesty
    page = run.report().html()
    assert "Do not believe the results above." in page
    assert "Honesty of the rules" in page


def test_a_peek_once_seen_is_told_for_ever_whatever_a_lesser_check_finds(lab):
    load(lab)
    load(lab, "TINY", 2)
    version = lab.strategies.save(peeking())
    told = version.honesty.results[0].message
    assert " Seen on 400 1d bars of ACME, 2020-01-01 to 2021-02-03." in told
    found = lab.strategies.check("Tomorrow", "TINY")
    assert [str(one.verdict) for one in found.results[:2]] == ["failed", "not checked"]
    assert found.tested.symbol == "TINY"
    assert found.results[0].message == told
    assert lab.strategies.save(peeking()).honesty.looks_ahead
    assert told in lab.backtests.run("Tomorrow", "ACME").details.warnings[0].replace(
        " is true with", " looks ahead: it is true with"
    ).replace(" is false with", " looks ahead: it is false with")
    rows = lab.strategies.checks("Tomorrow")
    assert rows.query("verdict == 'failed'")["symbol"].tolist() == ["ACME"]
    assert rows.query("verdict != 'failed'")["symbol"].unique().tolist() == ["TINY"]


def shifted():
    def by_shift(bars, k=0):
        closes = bars["close"]
        return {"enter": closes.shift(-k) > closes.shift(1), "leave": closes.shift(-k) < closes}

    return bz.code_strategy("Shifted", parameters={"k": bz.parameter("k", 0, min=0, max=5)})(
        by_shift
    )


def test_code_run_with_parameters_nobody_checked_is_checked_then_and_remembered(lab):
    load(lab, asset_type="CRYPTO")
    assert lab.strategies.save(shifted()).honesty.look_ahead == Verdict.OK
    assert lab.backtests.run("Shifted", "ACME").details.warnings == []
    run = lab.backtests.run("Shifted", "ACME", parameters={"k": 1})
    assert run.details.warnings[0].startswith(LOOKS_AHEAD)
    assert ", with k = 1. Its results" in run.details.warnings[0]
    assert run.rules_check.parameters == {"k": 1}
    assert ", with k = 1." in run.report().html()
    later = lab.backtests.run("Shifted", "ACME", fee_bps=1)
    assert later.details.warnings[0].startswith(LOOKS_AHEAD), "the version peeks, for ever"
    assert later.rules_check.parameters == {"k": 0}
    assert later.rules_check.look_ahead == Verdict.FAILED
    assert lab.strategies.get("Shifted").honesty.looks_ahead


def test_code_is_checked_once_for_each_of_its_parameters(lab, monkeypatch):
    load(lab, asset_type="CRYPTO")

    def by_average(bars, period=5):
        average = bars["close"].rolling(period).mean()
        return {"enter": bars["close"] > average, "leave": bars["close"] < average}

    lab.strategies.save(bz.code_strategy("Average")(by_average))
    run = lab.backtests.run("Average", "ACME", parameters={"period": 7})
    assert run.details.warnings == []
    assert run.rules_check.parameters == {"period": 7}
    monkeypatch.setattr("bitstockerz_lab.backtests.honesty_warnings.quick", None)
    assert lab.backtests.run("Average", "ACME", parameters={"period": 7}, fee_bps=1).metrics
    assert lab.backtests.run("Average", "ACME", fee_bps=1).rules_check.parameters == {"period": 5}


def test_code_that_takes_too_long_to_check_is_told_as_not_checked(lab, monkeypatch):
    load(lab, asset_type="CRYPTO")
    monkeypatch.setattr("bitstockerz_lab.backtests.honesty_warnings.SECONDS", 0.0)
    lab.strategies.save(shifted())
    (told,) = lab.backtests.run("Shifted", "ACME", parameters={"k": 2}).details.warnings
    assert told == (
        "Nobody knows whether this code looks ahead with k = 2. Not checked: within 0 s the code "
        "could be looked at at 0 of 60 places. lab.strategies.check('Shifted', 'ACME', "
        "version=1, parameters={'k': 2}) takes its time."
    )
    found = lab.strategies.check("Shifted", "ACME", version=1, parameters={"k": 2})
    assert found.looks_ahead


def test_a_version_whose_check_was_never_stored_is_checked_by_saving_it_again(lab):
    load(lab, asset_type="CRYPTO")
    lab.strategies.save(peeking())
    with lab.database.write() as con:
        con.execute("DELETE FROM version_check_results")
        con.execute("DELETE FROM version_checks")
    run = lab.backtests.run("Tomorrow", "ACME")
    assert run.details.warnings[0].startswith(LOOKS_AHEAD), "code is checked as it runs"
    lab.strategies.save(sma_cross())
    with lab.database.write() as con:
        con.execute("DELETE FROM version_check_results")
        con.execute("DELETE FROM version_checks")
    words = lab.backtests.run("SMA cross", "ACME")
    assert (words.rules_check, words.details.warnings) == (None, [])
    assert lab.strategies.save(sma_cross()).honesty.ok
    assert words.rules_check.ok


def test_a_report_says_with_which_parameters_the_rules_were_checked(lab):
    load(lab)
    lab.strategies.save(sma_cross())
    page = lab.backtests.run("SMA cross", "ACME", parameters={"fast": 9}).report().html()
    assert "with fast = 5. This run has other parameters: fast = 9." in page
    assert "other parameters" not in lab.backtests.run("SMA cross", "ACME").report().html()


def test_a_report_says_where_nobody_checked(lab):
    load(lab)
    run = lab.backtests.run(lab.strategies.save(sma_cross()), "ACME")
    page = run.report().html()
    assert "computed again with the future cut off" in page
    with lab.database.write() as con:
        con.execute("DELETE FROM version_check_results")
    assert "Nobody checked these rules" in run.report().html()


def test_the_values_of_a_check_are_the_same_as_those_of_the_function(lab):
    load(lab)
    lab.strategies.save(sma_cross())
    found = lab.strategies.check("SMA cross", "ACME")
    plain = honesty.check(sma_cross(), lab.market.bars("ACME"))
    assert found.as_frame()["verdict"].equals(plain.as_frame()["verdict"])
    assert found.tested == plain.tested


def test_a_copy_and_the_newest_of_an_import_are_checked_like_what_is_saved(lab, tmp_path):
    load(lab)
    lab.strategies.save(peeking())
    copy = lab.strategies.copy("Tomorrow", "Another")
    assert copy.honesty.looks_ahead.startswith(LOOKS_AHEAD)
    path = lab.strategies.export("Tomorrow", tmp_path / "tomorrow.json")
    brought = lab.strategies.import_file(path, name="Brought")
    assert brought.honesty.looks_ahead.startswith(LOOKS_AHEAD)


def test_rules_saved_for_other_bars_are_checked_on_those(lab):
    lab.market.load_frame(make_bars(900, timeframe="1h"), "COIN-USD", "1h", exchange="bitstamp")
    rules = bz.strategy("Above", enter=close > sma(20), leave=close < sma(20))
    assert lab.strategies.save(rules).honesty.tested.symbol == "COIN-USD"
    lab.market.load_frame(make_bars(400), "AAA", exchange="XNYS")
    assert lab.strategies.save(rules).honesty.tested.symbol == "COIN-USD"
    meant = lab.strategies.save(rules, asset_type="EQUITY")
    assert meant.honesty.tested.symbol == "AAA"
    other = bz.strategy("Below", enter=close < sma(20), leave=close > sma(20))
    assert lab.strategies.save(other).honesty.tested.timeframe == "1d"  # days rather than hours
    assert lab.strategies.get("Above").honesty.tested.symbol == "AAA"


def test_going_back_to_old_rules_says_that_newer_ones_run(lab):
    rules = [bz.strategy("Back", enter=close > sma(n)) for n in (10, 50)]
    first, second, again = (lab.strategies.save(one) for one in (*rules, rules[0]))
    assert again.id == first.id
    assert "version 1, id" in repr(again)
    assert "the newest is 2, which runs unless version=1 is given" in repr(again)
    assert "the newest is 2" in str(again)
    assert "newest" not in repr(second)
