"""What was known then: bars, corrections and factors of any moment come back to the last bit."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab import clock
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import bars as rules
from tests.helpers import make_bars

HEADER = "date,price_factor,split_factor,reference_price\n"
BARS = make_bars(40, start="2020-01-01").round(2)

days = st.integers(0, 39)
EVENTS = st.one_of(
    st.tuples(st.just("load"), days, st.integers(1, 15)),
    st.tuples(st.just("correct"), days, st.integers(1, 9)),
    st.tuples(st.just("remove"), days, st.just(0)),
    st.tuples(st.just("bring back"), days, st.just(0)),
    st.tuples(st.just("correct many"), days, st.integers(2, 9)),
    st.tuples(st.just("factors"), days, st.integers(1, 9)),
    st.tuples(st.just("dividend"), days, st.integers(1, 9)),
)


def happen(market, folder, event):
    """Let one thing happen; what is refused changes nothing."""
    what, day, number = event
    stamp = BARS.index[day]
    try:
        if what == "load":
            market.load_frame(BARS[day : day + number], "ACME", exchange="XNYS")
        elif what == "correct":
            close = float(BARS["low"].iloc[day]) + number / 1000
            market.correct("ACME", stamp, close=close, reason="wrong")
        elif what == "remove":
            market.correct("ACME", stamp, remove=True, reason="never was")
        elif what == "bring back":
            market.correct("ACME", stamp, reason="it was")
        elif what == "correct many":
            frame = BARS[["volume"]].iloc[day : day + number] + number
            market.correct("ACME", frame, reason="another unit")
        elif what == "factors":
            path = folder / "factors.csv"
            path.write_text(f"{HEADER}{stamp:%Y-%m-%d},0.{number},0.5,1\n")
            market.load_factors(path, "ACME")
        else:
            actions = pd.DataFrame({"date": [stamp], "dividend": [number / 10]})
            market.load_actions(actions, "ACME")
    except (DataError, LookupError):
        pass


def known(market, **as_of):
    """Return the digests of what is known, raw and adjusted; None for nothing."""
    try:
        return tuple(
            rules.digest(market.bars("ACME", adjusted=how, **as_of))
            for how in (False, "split", "all")
        )
    except (DataError, LookupError):
        return None


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=st.lists(EVENTS, min_size=3, max_size=9))
def test_at_any_moment_the_bars_are_those_that_were_known(template, events):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(template, folder / "lab.duckdb")
        market = bz.open_lab(folder / "lab.duckdb").market
        market.load_frame(BARS[5:30], "ACME", exchange="XNYS")
        moments = [(clock.now(), known(market))]
        for event in events:
            happen(market, folder, event)
            moments.append((clock.now(), known(market)))
        for moment, then in moments:
            assert known(market, as_of=moment) == then


def test_a_correction_shows_before_and_after(lab):
    lab.market.load_frame(BARS, "ACME", exchange="XNYS")
    before = clock.now()
    told = lab.market.correct("ACME", "2020-01-05", volume=1, reason="wrong")
    lab.market.correct("ACME", "2020-01-06", remove=True, reason="a holiday")
    then = lab.market.bars("ACME", as_of=before)
    assert rules.digest(then) == rules.digest(BARS)
    between = lab.market.bars("ACME", as_of=told.created_at)
    assert (len(between), between["volume"].loc["2020-01-05"]) == (40, 1)
    assert len(lab.market.bars("ACME")) == 39
    assert len(lab.market.bars("ACME", as_of=clock.now().date())) == 39


def test_factors_and_actions_of_then_are_shown(lab):
    lab.market.load_frame(BARS, "ACME", exchange="XNYS")
    before = clock.now()
    lab.market.load_actions(pd.DataFrame({"date": ["2020-01-20"], "dividend": [1.0]}), "ACME")
    between = clock.now()
    lab.market.load_actions(pd.DataFrame({"date": ["2020-01-20"], "dividend": [2.0]}), "ACME")
    assert lab.market.actions("ACME", as_of=before).empty
    assert lab.market.factors("ACME", as_of=before).empty
    assert lab.market.actions("ACME", as_of=between)["value"].tolist() == [1.0]
    assert lab.market.actions("ACME")["value"].tolist() == [2.0]
    factors = [lab.market.factors("ACME", as_of=t)["price_factor"][0] for t in (between, None)]
    assert factors[0] > factors[1]


CORRECT = """
import sys, time
import pandas as pd
import bitstockerz_lab as bz
from bitstockerz_lab.market import actions

def pause(con, symbol):
    print("written, not committed", flush=True)
    time.sleep(60)

actions.derive = pause
market = bz.open_lab(sys.argv[1]).market
frame = market.bars("ACME")[["volume"]] + 1
market.correct("ACME", frame, reason="wrong")
"""


def test_a_correction_of_many_bars_killed_before_its_commit_leaves_nothing(lab):
    lab.market.load_frame(BARS, "ACME", exchange="XNYS")
    process = subprocess.Popen(
        [sys.executable, "-c", CORRECT, str(lab.path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "written, not committed\n"
    process.kill()
    process.wait()
    process.stdout.close()
    assert lab.market.revisions().empty
    assert rules.digest(lab.market.bars("ACME")) == rules.digest(BARS)
    assert len(lab.market.correct("ACME", BARS[["volume"]] + 1, reason="wrong").bars) == 40


@pytest.mark.parametrize("as_of", ["2020", "yesterday", 5])
def test_what_is_no_moment_is_refused(lab, as_of):
    lab.market.load_frame(BARS, "ACME", exchange="XNYS")
    for verb in (lab.market.factors, lab.market.actions, lab.market.bars):
        with pytest.raises(DataError, match="is no date or time"):
            verb("ACME", as_of=as_of)
