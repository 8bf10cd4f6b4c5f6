"""Runs for the tests of charts and reports, simulated in memory and recorded nowhere."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pandas as pd

from bitstockerz_lab import clock, measures
from bitstockerz_lab.backtests import engine, run_honesty, trials
from bitstockerz_lab.backtests.data_check import DataCheck
from bitstockerz_lab.market import bars as market_bars
from bitstockerz_lab.market.quality import findings
from tests.helpers import make_bars

NOTHING_FOUND = findings.none()


@dataclass
class FakeDefinition:
    text: str = "Buy when sma(close, 10) crosses above sma(close, 30).\nSell when it crosses below."
    rules: dict = field(default_factory=lambda: {"direction": "long", "enter": {"all": []}})
    python: None = None

    def to_json(self):
        return json.dumps(self.rules)


@dataclass
class FakeDetails:
    definition: FakeDefinition
    parameters: dict
    costs: dict
    exits: dict
    sizing: tuple = ("percent_of_equity", 100)
    adjusted: str = "all"
    bars_digest: str = "9f2c" * 16
    fingerprint: str = "07ab" * 16
    engine_version: str = "1"
    versions: dict = field(default_factory=lambda: {"numba": "0.68.0", "pandas": "3.1.0"})
    warnings: list = field(default_factory=list)
    skipped_entries: int = 0
    ruined: bool = False
    provider: str = "csv"
    simulated: bool = False


@dataclass
class FakeRun:
    bars: pd.DataFrame
    trades: pd.DataFrame
    equity: pd.Series
    metrics: object
    details: FakeDetails
    benchmark: pd.Series
    recipe: SimpleNamespace
    symbol: str
    asset_type: str
    timeframe: str
    start_date: pd.Timestamp
    end_date: pd.Timestamp
    initial_equity: float = 100_000.0
    strategy: str = "Golden cross"
    id: int = 17
    called: str = "Run 17"
    version: int = 3
    strategy_version_id: int = 5
    status: str = "completed"
    error_message: str | None = None
    bars_revised: str = ""
    rules_check: object = None
    data_check: DataCheck = field(
        default_factory=lambda: DataCheck(
            "ACME", "1d", NOTHING_FOUND, pd.Timestamp("2026-11-21 06:00", tz="UTC"), is_current=True
        )
    )
    created_at: datetime = datetime(2026, 11, 21, 6, 30)  # noqa: DTZ001 - as stored: UTC, naive
    finished_at: datetime = datetime(2026, 11, 21, 6, 30)  # noqa: DTZ001 - as stored: UTC, naive

    def honesty(self, *, robust=True):
        return run_honesty.of_run(self, trials.count(np.array([0.05, 0.01]), "here"), robust=robust)


def fake_run(
    bars=None,
    *,
    fast=10,
    slow=30,
    symbol="ACME",
    asset_type="EQUITY",
    currency="USD",
    shorts=False,
    simulated=False,
    never=False,
    entries=None,
    initial_equity=100_000.0,
    fee_bps=5,
    **terms,
):
    """Return a completed run of a crossover of two averages on bars."""
    bars = (make_bars(1500) if bars is None else bars).copy()
    timeframe = clock.infer_timeframe(bars.index)
    bars.attrs |= {
        "symbol": symbol, "asset_type": asset_type, "timeframe": timeframe,
        "adjusted": "all", "provider": "csv", "simulated": simulated,
    }  # fmt: skip
    above = bars["close"].rolling(fast).mean() > bars["close"].rolling(slow).mean()
    up = above & ~above.shift(1, fill_value=False) & ~never if entries is None else entries
    down = ~above
    result = engine.simulate(
        bars, up, down, down & shorts if shorts else None, above if shorts else None,
        initial_equity=initial_equity, fee_bps=fee_bps, asset_type=asset_type, **terms,
    )  # fmt: skip
    costs = {"fee_bps": fee_bps, "fixed_fee": 0, "slippage_bps": 0, "borrow_bps": 0, "lot_size": 0}
    costs |= {name: value for name, value in terms.items() if name in costs}
    exits = {name: value for name, value in terms.items() if name not in costs}
    details = FakeDetails(
        FakeDefinition(), {"fast": fast, "slow": slow}, costs, exits,
        skipped_entries=result.skipped_entries, ruined=result.ruined,
        simulated=simulated, provider="synthetic" if simulated else "csv",
    )  # fmt: skip
    return FakeRun(
        bars, result.trades, result.equity, result.metrics, details,
        measures.benchmark_curve(bars, market_bars.missing(bars), initial_equity),
        SimpleNamespace(symbol=SimpleNamespace(currency=currency)), symbol, asset_type, timeframe,
        bars.index[0], bars.index[-1], initial_equity,
    )  # fmt: skip


def failed_run():
    """Return a run that failed before it had results."""
    run = fake_run(make_bars(40))
    run.status, run.metrics = "failed", None
    run.error_message = "ACME has no 1d bars from 2031-01-01 to 2031-12-31. Load some."
    run.trades, run.equity = run.trades.iloc[:0], run.equity.iloc[:0]
    return run
