"""Pictures of bars: functions from frames to plotly figures, with nothing of a page in them.

Colours and background come from `pages.template`, so a page can switch them from light to dark.
Stamps are UTC. Text that a person wrote is escaped, for plotly reads a few HTML tags.
"""

from bitstockerz_lab.market.charts.lines import Lines
from bitstockerz_lab.market.charts.price import CandleChart, candles
from bitstockerz_lab.market.charts.view import PERIODS, View, period, periods, view

__all__ = ["PERIODS", "CandleChart", "Lines", "View", "candles", "period", "periods", "view"]
