"""Symbols and their bars: loading, checking, adjusting and reading them back."""

from bitstockerz_lab.market.api import Market
from bitstockerz_lab.market.report import LoadReport, LoadReports
from bitstockerz_lab.market.symbols import Symbol

__all__ = ["LoadReport", "LoadReports", "Market", "Symbol"]
