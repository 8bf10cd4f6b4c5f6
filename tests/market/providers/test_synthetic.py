"""Simulated bars: the committed samples, and what a generated path is like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import bars
from bitstockerz_lab.market.providers import synthetic
from tests.conftest import PROJECT

SAMPLE = PROJECT / "data" / "sample"
each_sample = pytest.mark.parametrize("entry", synthetic.SAMPLES, ids=lambda entry: entry.symbol)


@each_sample
def test_a_committed_sample_is_what_the_generator_makes_byte_for_byte(entry):
    assert (SAMPLE / entry.file).read_bytes() == synthetic.sample_text(entry).encode()


def test_the_samples_are_below_a_million_bytes_and_say_that_they_are_simulated(tmp_path):
    paths = synthetic.write_samples(tmp_path / "new folder")
    names = sorted(path.name for path in SAMPLE.iterdir())
    assert names == sorted([*(path.name for path in paths), "README.md"])
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 1_000_000
    assert "simulated" in (SAMPLE / "README.md").read_text("utf-8")
    for entry in synthetic.SAMPLES:
        assert entry.symbol.startswith("DEMO-")
        assert "simulated" in entry.name


@each_sample
def test_a_sample_loads_whole_as_what_it_says_it_is(database, entry):
    report = bz.open_lab(database.path).market.load_csv(
        SAMPLE / entry.file,
        entry.symbol,
        entry.timeframe,
        asset_type=entry.asset_type,
        exchange=entry.exchange,
        currency=entry.currency,
        provider=synthetic.PROVIDER,
        name=entry.name,
        strict=True,
    )
    assert report.inserted == report.rows == len(synthetic.sample_bars(entry))
    stored = bz.open_lab(database.path).market.bars(entry.symbol)
    assert bars.digest(stored) == bars.digest(synthetic.sample_bars(entry))


def test_a_stock_trades_in_the_sessions_of_new_york():
    days = synthetic.generate("1d", "EQUITY", "2001-09-01", "2001-09-30", seed=1).index
    closed = ["2001-09-03", "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14"]
    open_ = pd.bdate_range("2001-09-01", "2001-09-30", tz="UTC").difference(
        pd.DatetimeIndex(closed, tz="UTC")
    )
    assert days.tolist() == open_.tolist()


def test_a_coin_trades_every_hour_and_opens_where_it_closed():
    coin = synthetic.generate("1h", "CRYPTO", "2024-02-27", "2024-03-01", seed=1)
    assert len(coin) == 4 * 24
    assert (coin.index[1:] - coin.index[:-1] == pd.Timedelta(hours=1)).all()
    assert coin["open"].iloc[1:].tolist() == coin["close"].iloc[:-1].tolist()


@pytest.mark.parametrize(
    ("timeframe", "kind"), [("1d", "EQUITY"), ("1d", "CRYPTO"), ("1h", "CRYPTO")]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_simulated_row_is_a_bar(timeframe, kind, seed):
    made = synthetic.generate(timeframe, kind, "2019-01-01", "2021-12-31", seed=seed)
    accepted, refused = bars.check(made, timeframe)
    assert len(refused) == 0
    assert len(accepted) == len(made) > 700
    assert (made.iloc[:, :4] == made.iloc[:, :4].round(2)).all(axis=None)


def test_stocks_gap_overnight_tails_are_fat_and_volume_follows_volatility():
    made = synthetic.generate("1d", "EQUITY", "1995-01-01", "2024-12-31", seed=4)
    returns = np.log(made["close"]).diff().dropna()
    gaps = np.log(made["open"] / made["close"].shift()).dropna()
    assert 0.15 < returns.std() * np.sqrt(252) < 0.35
    assert 0.35 < gaps.std() / returns.std() < 0.65
    assert returns.kurt() > 3
    assert returns.abs().autocorr(5) > 0.05
    assert np.corrcoef(made["volume"].iloc[1:], returns.abs())[0, 1] > 0.25


def test_the_same_seed_makes_the_same_path_and_another_another():
    one, same, other = (
        synthetic.generate("1d", "CRYPTO", "2020-01-01", "2020-06-30", seed=seed)
        for seed in (1, 1, 2)
    )
    assert one.equals(same)
    assert not one.equals(other)


def test_a_period_without_a_session_is_an_error():
    with pytest.raises(DataError, match=r"From 2024-12-25 to 2024-12-25 there is no 1d bar"):
        synthetic.generate("1d", "EQUITY", "2024-12-25", "2024-12-25", seed=1)
