"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from bitstockerz_lab import market

MODULES = [
    name
    for _, name, _ in pkgutil.walk_packages(market.__path__, f"{market.__name__}.")
    if ".verbs" not in name
]
"""Verbs need a lab: their examples are skipped or run by tests of their own."""


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
