"""Strategies: rules as data, written with the words below, told in English, turned into signals."""

from bitstockerz_lab.strategies import store, templates, words  # noqa: I001 - thirty lines at most
from bitstockerz_lab.strategies.api import Strategies
from bitstockerz_lab.strategies.builder import (
    all_of, any_of, between, close, count, crosses_above, crosses_below, happened, high, holds, low,
    maximum, minimum, not_, number, open_, parameter, strategy, volume,
)  # fmt: skip
from bitstockerz_lab.strategies.compile import decisions, levels, signals
from bitstockerz_lab.strategies.definition import Definition, summary, validate
from bitstockerz_lab.strategies.problems import Problem, did_you_mean
from bitstockerz_lab.strategies.python.decorator import code_strategy
from bitstockerz_lab.strategies.versions import StrategyVersion
from bitstockerz_lab.strategies.words import *  # noqa: F403 - a word an indicator

__all__ = [
    "Definition", "Problem", "Strategies", "StrategyVersion", "all_of", "any_of", "between",
    "close", "code_strategy", "count", "crosses_above", "crosses_below", "decisions", "happened",
    "high", "holds", "levels", "low", "maximum", "minimum", "not_", "number", "open_", "parameter",
    "signals", "store", "strategy", "summary", "templates", "validate", "volume",
]  # fmt: skip
__all__ += words.__all__
__all__.sort()


def __getattr__(name: str) -> object:
    """Say which word may have been meant."""
    hint = did_you_mean(name, __all__, "dir(bitstockerz_lab.strategies) lists what there is.")
    raise AttributeError(f"bitstockerz_lab.strategies has no {name!r}. {hint}")
