"""Whether a strategy may be trusted with a backtest: does it peek, is it settled, does it act."""

from bitstockerz_lab.strategies.honesty.check import check, quick
from bitstockerz_lab.strategies.honesty.degenerate import inside_costs
from bitstockerz_lab.strategies.honesty.look_ahead import Peek, look_ahead
from bitstockerz_lab.strategies.honesty.needs import Needs, needs
from bitstockerz_lab.strategies.honesty.result import Honesty, Result, Tested
from bitstockerz_lab.strategies.honesty.warm_up import warm_up

__all__ = [
    "Honesty",
    "Needs",
    "Peek",
    "Result",
    "Tested",
    "check",
    "inside_costs",
    "look_ahead",
    "needs",
    "quick",
    "warm_up",
]
