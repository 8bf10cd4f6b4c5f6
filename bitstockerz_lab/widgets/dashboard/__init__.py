"""The dashboard: the whole lab at a glance, and the way to every other widget."""

from bitstockerz_lab.widgets.dashboard.dashboard import Dashboard

__all__ = ["Dashboard"]
