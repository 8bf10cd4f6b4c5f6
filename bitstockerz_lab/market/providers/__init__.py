"""Where bars come from that are not in a file."""

from bitstockerz_lab.market.providers import synthetic

__all__ = ["synthetic"]
