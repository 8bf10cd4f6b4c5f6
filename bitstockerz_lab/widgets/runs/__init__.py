"""The run browser: find runs, set them side by side, say what they are, hand them over."""

from bitstockerz_lab.widgets.runs.browser import RunBrowser

__all__ = ["RunBrowser"]
