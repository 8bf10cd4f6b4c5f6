"""The command line: each command is the same verb as the API."""

from bitstockerz_lab.cli.app import main, run

__all__ = ["main", "run"]
