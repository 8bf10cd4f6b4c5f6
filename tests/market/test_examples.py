"""The examples in the room's docstrings are true."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ["bars", "csv_files", "factors", "history", "readers", "report", "stamps", "symbols"]


@pytest.mark.parametrize("name", [*MODULES, "api", "loading", "store", "providers.synthetic"])
def test_the_examples_of_a_module_are_true(name):
    module = importlib.import_module(f"bitstockerz_lab.market.{name}")
    assert doctest.testmod(module).failed == 0
