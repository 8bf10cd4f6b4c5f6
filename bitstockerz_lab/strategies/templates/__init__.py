"""Strategies to start from, each with when it works, when it fails, and a source."""

from bitstockerz_lab.strategies.templates.catalogue import TEMPLATES, get, named, names, table
from bitstockerz_lab.strategies.templates.template import Template

__all__ = ["TEMPLATES", "Template", "get", "named", "names", "table"]
