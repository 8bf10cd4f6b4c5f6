"""Whether a strategy may be trusted with a backtest: does it peek, since when is it settled."""

from bitstockerz_lab.strategies.honesty.look_ahead import Peek, look_ahead
from bitstockerz_lab.strategies.honesty.warm_up import warm_up

__all__ = ["Peek", "look_ahead", "warm_up"]
