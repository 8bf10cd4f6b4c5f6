"""Where bars come from that are not in a file: one small protocol, and who speaks it."""

from bitstockerz_lab.market.providers.patience import Busy, patiently
from bitstockerz_lab.market.providers.protocol import Page, Provider, Request

__all__ = ["Busy", "Page", "Provider", "Request", "patiently"]
