"""Cases small enough to be worked out by hand, one for each rule and corner of a backtest.

The cases are in ``corner_cases/*.toml``; their numbers are typed, never computed by a simulator.
Each is put to the engine and to the plain-Python reference simulator.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab import errors
from bitstockerz_lab.enums import ExitReason

from .reference_simulator import reference_simulate

FILES = sorted((Path(__file__).parent / "corner_cases").glob("*.toml"))
CASES = [case for file in FILES for case in tomllib.loads(file.read_text("utf-8"))["case"]]
SIMULATED = [case for case in CASES if "raises" not in case]
SIGNALS = ("long_entry", "long_exit", "short_entry", "short_exit")
STOPS = ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct", "break_even_pct")
TRADE_FIELDS = (
    ("side", str),
    ("entry_bar", int),
    ("entry_price", float),
    ("exit_bar", int),
    ("exit_price", float),
    ("quantity", float),
    ("pnl_abs", float),
    ("exit_reason", str),
    ("bars_held", int),
)

simulators = pytest.mark.parametrize(
    "simulate",
    [
        pytest.param(bz.simulate, id="engine"),
        pytest.param(reference_simulate, id="reference"),
    ],
)


def bars_of(case: dict) -> pd.DataFrame:
    rows = [[float(price) for price in row.split()] for row in case["bars"].split("|")]
    bars = pd.DataFrame(rows, columns=["open", "high", "low", "close"]).assign(volume=1000.0)
    times = case.get("times") or pd.date_range("2024-01-01", periods=len(bars), freq="D")
    bars.index = pd.DatetimeIndex(pd.to_datetime(times, format="mixed", utc=True), name="timestamp")
    return bars


def per_bar(pct: float | list[float], bars: pd.DataFrame) -> float | pd.Series:
    return pd.Series(pct, index=bars.index, dtype=float) if isinstance(pct, list) else pct


def run(case: dict, simulate):
    bars = bars_of(case)
    signals = [pd.Series(False, index=bars.index, name=name) for name in SIGNALS]
    for signal in signals:
        signal.iloc[case.get(signal.name, [])] = True
    options = {"initial_equity": 1000.0} | case.get("options", {})
    if "sizing" in options:
        options["sizing"] = tuple(options["sizing"])
    for name in STOPS:
        if name in options:
            options[name] = per_bar(options[name], bars)
    if "targets" in options:
        options["targets"] = [(per_bar(pct, bars), share) for pct, share in options["targets"]]
    return bars, simulate(bars, *signals, **options)


def trades_of(case: dict) -> list[dict]:
    return [
        {name: kind(word) for (name, kind), word in zip(TRADE_FIELDS, row.split(), strict=True)}
        for row in case["trades"]
    ]


def close_to(number: float):
    return pytest.approx(number, rel=1e-9, abs=1e-9)


def cases(chosen: list[dict]):
    return pytest.mark.parametrize("case", chosen, ids=[case["name"] for case in chosen])


@simulators
@cases(SIMULATED)
def test_worked_by_hand(case, simulate):
    bars, simulation = run(case, simulate)
    trades = simulation.trades
    expected = trades_of(case)
    assert len(trades) == len(expected)
    for row, (_, trade) in zip(expected, trades.iterrows(), strict=True):
        assert trade["side"] == row["side"]
        assert trade["exit_reason"] == row["exit_reason"]
        assert trade["entry_time"] == bars.index[row["entry_bar"]]
        assert trade["exit_time"] == bars.index[row["exit_bar"]]
        assert trade["bars_held"] == row["bars_held"]
        for name in ("entry_price", "exit_price", "quantity", "pnl_abs"):
            assert trade[name] == close_to(row[name]), name
        in_percent = 100 * row["pnl_abs"] / (row["quantity"] * row["entry_price"])
        assert trade["pnl_pct"] == close_to(in_percent)
    assert simulation.equity.tolist() == close_to(case["equity"])
    assert simulation.equity.index.equals(bars.index)
    assert simulation.skipped_entries == case.get("skipped_entries", 0)
    assert simulation.ruined == case.get("ruined", False)
    for column in ("fees", "borrow"):
        if column in case:
            assert trades[column].tolist() == close_to(case[column])
    one_part_each = list(range(1, len(expected) + 1))
    assert trades["position_no"].tolist() == case.get("position_no", one_part_each)


@simulators
@cases([case for case in CASES if "raises" in case])
def test_refused(case, simulate):
    with pytest.raises(getattr(errors, case["raises"])):
        run(case, simulate)


@simulators
@cases(SIMULATED)
def test_the_trades_add_up_to_the_change_in_equity(case, simulate):
    _, simulation = run(case, simulate)
    trades = simulation.trades
    change = simulation.equity.iloc[-1] - case.get("options", {}).get("initial_equity", 1000)
    notional = (trades["quantity"] * (trades["entry_price"] + trades["exit_price"])).sum()
    assert trades["pnl_abs"].sum() == pytest.approx(change, abs=max(0.005, 1e-9 * notional))


def test_the_typed_cases_themselves_add_up():
    for case in SIMULATED:
        change = case["equity"][-1] - case.get("options", {}).get("initial_equity", 1000)
        assert sum(row["pnl_abs"] for row in trades_of(case)) == pytest.approx(change), case["name"]


def test_there_is_a_case_for_every_reason_to_leave():
    reasons = {row["exit_reason"] for case in SIMULATED for row in trades_of(case)}
    assert reasons == set(ExitReason)
