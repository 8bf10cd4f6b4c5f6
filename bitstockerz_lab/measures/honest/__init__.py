"""What a good result proves: tests that know how many were tried."""

from bitstockerz_lab.measures.honest.bootstrap import StationaryBootstrap
from bitstockerz_lab.measures.honest.monte_carlo import (
    Spread,
    noisy,
    resampled_returns,
    shuffled_trades,
)
from bitstockerz_lab.measures.honest.overfitting import Overfitting, probability_of_overfitting
from bitstockerz_lab.measures.honest.reality_check import RealityCheck, Superiority
from bitstockerz_lab.measures.honest.verdict import Verdict, judge

__all__ = [
    "Overfitting",
    "RealityCheck",
    "Spread",
    "StationaryBootstrap",
    "Superiority",
    "Verdict",
    "judge",
    "noisy",
    "probability_of_overfitting",
    "resampled_returns",
    "shuffled_trades",
]
