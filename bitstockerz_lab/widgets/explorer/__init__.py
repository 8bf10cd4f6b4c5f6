"""The sweep explorer: a grid is set up, swept, looked at, and a combination opened as a run."""

from bitstockerz_lab.widgets.explorer.explorer import SweepExplorer

__all__ = ["SweepExplorer"]
