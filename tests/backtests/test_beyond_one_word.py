"""Orders are 64 bars to a word: backtests that reach beyond the first, against plain Python."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.market.bars import missing
from tests.helpers import make_bars

from .reference_simulator import reference_simulate
from .test_against_the_reference_simulator import assert_same

LENGTHS = (63, 64, 65, 66, 127, 128, 129, 192, 256)
EDGES = (0, 1, 62, 63, 64, 65, 126, 127, 128, 129, 191, 192)
PRICES = ["open", "high", "low", "close"]


def drawn(seed):
    """Bars with holes and signals at the edges of words, and options of every kind."""
    random = np.random.default_rng(seed)
    bars = make_bars(int(random.choice(LENGTHS)), seed=seed, timeframe=random.choice(["1d", "1h"]))
    edges = [place for place in (*EDGES, len(bars) - 2, len(bars) - 1) if place < len(bars)]
    for place in random.choice(edges, int(random.integers(6))):
        bars.iloc[place, int(random.integers(4))] = np.nan
    signals = []
    for chance in random.choice([0.0, 0.01, 0.05, 0.3], 4):
        flags = random.random(len(bars)) < chance
        flags[edges] |= random.random(len(edges)) < 2 * chance
        signals.append(pd.Series(flags, index=bars.index))
    options = {
        "initial_equity": 1000.0,
        "fee_bps": float(random.choice([0, 7, 150])),
        "fixed_fee": float(random.choice([0, 0.9])),
        "slippage_bps": float(random.choice([0, 3, 110])),
        "borrow_bps": float(random.choice([0, 300, 40_000])),
        "stop_loss_pct": random.choice([None, 2.3, 11.0]),
        "trailing_stop_pct": random.choice([None, None, 4.9]),
        "take_profit_pct": random.choice([None, None, 6.0]),
        "max_bars": random.choice([None, 1, 5, 63, 64, 65]),
        "cooldown_bars": random.choice([None, None, 1, 63, 64]),
        "max_trades_per_day": random.choice([None, None, 1]),
    }
    return bars, signals, options


@pytest.mark.parametrize("seed", range(60))
def test_every_trade_is_the_same_across_words(seed):
    bars, signals, options = drawn(seed)
    assert_same(
        bz.simulate(bars, *signals, **options), reference_simulate(bars, *signals, **options)
    )


@pytest.mark.parametrize("seed", range(20))
def test_the_worst_and_best_price_of_a_trade_are_those_of_its_bars(seed):
    bars, signals, options = drawn(seed)
    known = bars[~missing(bars)]
    for trade in bz.simulate(bars, *signals, **options).trades.itertuples():
        ended = trade.exit_reason == "end_of_data"
        seen = known.loc[trade.entry_time : trade.exit_time]
        seen = seen if ended else seen[seen.index < trade.exit_time]
        prices = [trade.entry_price, trade.exit_price, *seen["low"], *seen["high"]]
        sign = 1 if trade.side == "LONG" else -1
        moves = [100 * sign * (price / trade.entry_price - 1) for price in prices]
        assert trade.mae_pct == pytest.approx(min(moves), abs=1e-9)
        assert trade.mfe_pct == pytest.approx(max(moves), abs=1e-9)
