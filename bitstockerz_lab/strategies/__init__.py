"""Strategies: rules as data, written with the words below, told in English, turned into signals."""

from bitstockerz_lab.strategies import store, templates  # noqa: I001 - thirty lines at most
from bitstockerz_lab.strategies.api import Strategies
from bitstockerz_lab.strategies.builder import (
    all_of, any_of, atr, between, close, crosses_above, crosses_below, ema, high, highest, low,
    lowest, not_, open_, parameter, rsi, sma, strategy, volume,
)  # fmt: skip
from bitstockerz_lab.strategies.compile import signals
from bitstockerz_lab.strategies.definition import Definition, summary, validate
from bitstockerz_lab.strategies.problems import Problem
from bitstockerz_lab.strategies.versions import StrategyVersion

__all__ = [
    "Definition", "Problem", "Strategies", "StrategyVersion", "all_of", "any_of", "atr", "between",
    "close", "crosses_above", "crosses_below", "ema", "high", "highest", "low", "lowest", "not_",
    "open_", "parameter", "rsi", "signals", "sma", "store", "strategy", "summary", "templates",
    "validate", "volume",
]  # fmt: skip
