"""Simulated bars: made by a seeded generator, real in shape and false in every number.

Volatility switches between a calm and a stormy regime; returns are fat-tailed (Student t, 4
degrees of freedom); a stock gaps overnight and trades in the sessions of XNYS, a coin trades every
hour; high and low are the exact extremes of a Brownian bridge from open to close; volume follows
volatility.

The numbers must be the same on every machine and NumPy version, because `data/sample/` is compared
byte by byte. So only `standard_normal` and `random` of `Generator(PCG64(seed))` are drawn, whose
streams have not changed since NumPy 1.17, and prices are rounded to cents.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import calendars
from bitstockerz_lab.market.bars import COLUMNS, PRICES

if TYPE_CHECKING:
    from pathlib import Path

PROVIDER = "synthetic"
TAIL = 4
"""Degrees of freedom of the returns' t distribution."""

OVERNIGHT = 0.25
"""Share of a stock's daily variance that falls between close and open."""

HOURS = (
    0.9, 0.85, 0.8, 0.8, 0.8, 0.85, 0.9, 1.0, 1.05, 1.05, 1.0, 1.0,
    1.05, 1.2, 1.3, 1.3, 1.25, 1.2, 1.1, 1.05, 1.0, 0.95, 0.9, 0.9,
)  # fmt: skip
"""How lively a coin is, by hour of the day, UTC."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a simulated price behaves.

    Attributes
    ----------
    first_price : of the first open
    volatility : yearly, 0.2 = 20 %, averaged over the regimes
    drift : yearly, in the calm and in the stormy regime, as a logarithm
    spells : mean length of the calm and of the stormy regime, in trading days
    volume : typical, of a day
    decimals : of volume
    """

    first_price: float
    volatility: float
    drift: tuple[float, float]
    spells: tuple[float, float]
    volume: float
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """A symbol of `data/sample/`, with what its load needs and how its bars are made.

    Attributes
    ----------
    symbol, file, timeframe, asset_type, exchange, currency, name : what `load_csv` is told
    start, end : first and last day, inclusive
    seed : of the generator
    style : how the price behaves
    """

    symbol: str
    file: str
    timeframe: str
    asset_type: str
    exchange: str | None
    currency: str
    name: str
    start: str
    end: str
    seed: int
    style: Style


STOCK = Style(80.0, 0.20, (0.16, -0.20), (160, 40), 2_400_000)
GROWTH = Style(35.0, 0.30, (0.26, -0.32), (120, 40), 5_500_000)
COIN = Style(240.0, 0.55, (0.90, -0.90), (40, 15), 20_000, 1)

SAMPLES: tuple[Sample, ...] = (
    Sample(
        "DEMO-A", "DEMO-A_1d.csv", "1d", AssetType.EQUITY, "XNYS", "USD",
        "Demo stock A (simulated)", "2015-01-01", "2024-12-31", 13, STOCK,
    ),
    Sample(
        "DEMO-B", "DEMO-B_1d.csv", "1d", AssetType.EQUITY, "XNYS", "USD",
        "Demo stock B (simulated)", "2015-01-01", "2024-12-31", 9, GROWTH,
    ),
    Sample(
        "DEMO-C-USD", "DEMO-C-USD_1h.csv", "1h", AssetType.CRYPTO, None, "USD",
        "Demo coin C (simulated)", "2023-07-01", "2024-12-31", 3, COIN,
    ),
)  # fmt: skip
"""What `data/sample/` holds, in the order in which the demo loads it."""


def generate(
    timeframe: str,
    asset_type: str,
    start: str | pd.Timestamp,
    end: str | pd.Timestamp,
    *,
    seed: int,
    style: Style | None = None,
) -> pd.DataFrame:
    """Return simulated bars.

    Parameters
    ----------
    timeframe : "1d" or "1h"
    asset_type : EQUITY has the sessions of XNYS and overnight gaps, CRYPTO trades without a pause
    start, end : first and last day, inclusive, UTC
    seed : the same seed and period give the same bars
    style : how the price behaves; None is usual for the asset type

    Returns
    -------
    DataFrame of shape (n_bars, 5)
        open, high, low, close (cents) and volume; index `timestamp`, tz-aware UTC.

    Raises
    ------
    DataError
        There is no bar in the period.

    Examples
    --------
    >>> len(generate("1h", "CRYPTO", "2024-01-01", "2024-01-02", seed=1))
    48
    """
    stamps = _stamps(timeframe, asset_type, start, end)
    if stamps.empty:
        raise DataError(
            f"From {start} to {end} there is no {timeframe} bar to simulate. Give a longer period.",
            start=start,
            end=end,
        )
    stock = asset_type == AssetType.EQUITY
    style = style or (STOCK if stock else COIN)
    path = _walk(stamps, style, _Draws(seed, len(stamps)), stock=stock, hourly=timeframe == "1h")
    bars = {name: np.maximum(np.round(path[name], 2), 0.01) for name in PRICES}
    bars["high"] = np.maximum.reduce([bars["high"], bars["open"], bars["close"]])
    bars["low"] = np.minimum.reduce([bars["low"], bars["open"], bars["close"]])
    bars["volume"] = np.round(path["volume"], style.decimals)
    return pd.DataFrame({name: bars[name] for name in COLUMNS}, index=stamps)


def sample(symbol: str) -> Sample | None:
    """Return the sample of that symbol, if it is one."""
    return next((entry for entry in SAMPLES if entry.symbol == symbol), None)


def plan(symbol: str, asset_type: str) -> Sample:
    """Return what is simulated for a symbol of your own: ten years of days, a seed of its text."""
    stock = asset_type == AssetType.EQUITY
    return Sample(
        symbol=symbol,
        file=f"{symbol}_1d.csv",
        timeframe="1d",
        asset_type=asset_type,
        exchange=None,
        currency="USD",
        name=f"{symbol} (simulated)",
        start="2015-01-01",
        end="2024-12-31",
        seed=int.from_bytes(hashlib.sha256(symbol.encode()).digest()[:4], "big"),
        style=STOCK if stock else COIN,
    )


def sample_bars(entry: Sample) -> pd.DataFrame:
    """Return the bars of a sample, the same on every machine."""
    return generate(
        entry.timeframe,
        entry.asset_type,
        entry.start,
        entry.end,
        seed=entry.seed,
        style=entry.style,
    )


def sample_text(entry: Sample) -> str:
    """Return a sample's file: prices with two decimals, lines end in a line feed."""
    bars = sample_bars(entry)
    daily = entry.timeframe == "1d"
    stamps = bars.index.strftime("%Y-%m-%d" if daily else "%Y-%m-%d %H:%M")  # type: ignore[attr-defined]
    form = f"%s,%.2f,%.2f,%.2f,%.2f,%.{entry.style.decimals}f"
    columns = [bars[name].tolist() for name in COLUMNS]
    rows = [form % row for row in zip(stamps, *columns, strict=True)]
    header = ",".join(["date" if daily else "timestamp", *COLUMNS])
    return "\n".join([header, *rows, ""])


def write_samples(folder: Path) -> list[Path]:
    """Write every sample's CSV file; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for entry in SAMPLES:
        path = folder / entry.file
        path.write_text(sample_text(entry), encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


class _Draws:
    """The random numbers of a path, drawn in a fixed order."""

    def __init__(self, seed: int, bars: int) -> None:
        generator = np.random.Generator(np.random.PCG64(seed))
        self.overnight = self._tailed(generator, bars)
        self.intraday = self._tailed(generator, bars)
        self.top, self.bottom = generator.random(bars), generator.random(bars)
        self.noise = generator.standard_normal(bars)
        self.switches = generator.random(bars)

    @staticmethod
    def _tailed(generator: np.random.Generator, bars: int) -> np.ndarray:
        """Return Student t numbers of variance 1, made of normal ones only."""
        normal = generator.standard_normal((bars, TAIL + 1))
        chi_squared = (normal[:, 1:] ** 2).sum(axis=1)
        tailed: np.ndarray = normal[:, 0] * np.sqrt((TAIL - 2) / chi_squared)
        return tailed


def _stamps(
    timeframe: str, asset_type: str, start: str | pd.Timestamp, end: str | pd.Timestamp
) -> pd.DatetimeIndex:
    first, last = clock.utc(start), clock.last_stamp(end, timeframe)
    stock = asset_type == AssetType.EQUITY
    calendar = calendars.Calendar(calendars.HOME if stock else calendars.ALWAYS_OPEN)
    return calendar.expected(timeframe, first, last)


def _walk(
    stamps: pd.DatetimeIndex, style: Style, draws: _Draws, *, stock: bool, hourly: bool
) -> dict[str, np.ndarray]:
    """Return unrounded open, high, low, close and volume."""
    bars_per_day = 24 if hourly else 1
    bars_per_year = (252 if stock else 365) * bars_per_day
    stormy = _regimes(draws.switches, [days * bars_per_day for days in style.spells])
    hours = np.array(HOURS)[stamps.hour] if hourly else np.ones(len(stamps))
    relative = np.where(stormy, 1.7, 0.75) * np.sqrt(hours / np.mean(HOURS) if hourly else 1.0)
    sigma = style.volatility / np.sqrt(bars_per_year) * relative
    drift = np.where(stormy, style.drift[1], style.drift[0]) / bars_per_year
    share = OVERNIGHT if stock else 0.0
    inside = sigma * np.sqrt(1 - share)
    gap = sigma * np.sqrt(share) * draws.overnight
    move = drift - sigma**2 / 2 + inside * draws.intraday
    gap[0] = 0.0
    opened = np.log(style.first_price) + np.cumsum(gap + np.append(0.0, move[:-1]))
    up, down = (
        np.sqrt(move**2 - 2 * inside**2 * np.log(1.0 - uniform))
        for uniform in (draws.top, draws.bottom)
    )
    busy = 0.45 * np.log(relative) + 0.16 * np.abs(draws.intraday) + _remembering(draws.noise)
    return {
        "open": np.exp(opened),
        "high": np.exp(opened + (move + up) / 2),
        "low": np.exp(opened + (move - down) / 2),
        "close": np.exp(opened + move),
        "volume": style.volume / bars_per_day * np.exp(busy) * hours,
    }


def _regimes(switches: np.ndarray, spells: list[float]) -> np.ndarray:
    """Return which bars are stormy; a regime ends in each bar with probability 1/length."""
    stormy = np.zeros(len(switches), dtype=bool)
    regime, at = 0, 0
    while at < len(switches):
        ends = np.flatnonzero(switches[at:] < 1 / spells[regime])
        until = at + int(ends[0]) + 1 if len(ends) else len(switches)
        stormy[at:until] = bool(regime)
        regime, at = 1 - regime, until
    return stormy


def _remembering(noise: np.ndarray, memory: int = 20) -> np.ndarray:
    """Return noise that remembers its last bars: a mean with weights 0.8, 0.64 …, summed."""
    weights = 0.8 ** np.arange(memory)
    return 0.15 * np.convolve(noise, weights)[: len(noise)]
