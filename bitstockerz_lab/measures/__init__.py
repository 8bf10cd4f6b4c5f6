"""What an equity curve and its trades amount to: one definition for every room."""

from bitstockerz_lab.measures.definitions import DEFINITIONS, MetricDefinition, table
from bitstockerz_lab.measures.metrics import (
    Metrics,
    benchmark_curve,
    daily_curve,
    drawdown_pct,
    measure,
)

__all__ = [
    "DEFINITIONS",
    "MetricDefinition",
    "Metrics",
    "benchmark_curve",
    "daily_curve",
    "drawdown_pct",
    "measure",
    "table",
]
