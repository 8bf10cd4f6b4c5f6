"""What a person sees in JupyterLab; everything a widget does is a verb that a cell could call."""

from bitstockerz_lab.widgets.chart import Chart
from bitstockerz_lab.widgets.dashboard import Dashboard
from bitstockerz_lab.widgets.editor import StrategyEditor
from bitstockerz_lab.widgets.explorer import SweepExplorer
from bitstockerz_lab.widgets.panel import Panel
from bitstockerz_lab.widgets.picture import Picture
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.runner import BacktestRunner
from bitstockerz_lab.widgets.runs import RunBrowser
from bitstockerz_lab.widgets.table import Table

__all__ = [
    "BacktestRunner",
    "Chart",
    "Dashboard",
    "Panel",
    "Picture",
    "Piece",
    "RunBrowser",
    "StrategyEditor",
    "SweepExplorer",
    "Table",
]
