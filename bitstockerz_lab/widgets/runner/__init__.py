"""Backtest a strategy: choose, run, look at what came of it, move parameters."""

from bitstockerz_lab.widgets.runner.result import Result
from bitstockerz_lab.widgets.runner.runner import BacktestRunner

__all__ = ["BacktestRunner", "Result"]
