"""35 grammars that nobody asked for, built only when somebody does."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

NAME = "rfc3987_syntax"


def put_off() -> None:
    """Import `jsonschema` without the 1.8 s that `rfc3987_syntax` takes to build its grammars.

    jsonschema takes one function of it, to check the formats "iri" and "iri-reference". It gets
    one that loads the real package when it is first called, so that nothing is checked less.
    """
    if NAME in sys.modules or "jsonschema" in sys.modules:
        return
    stand_in = ModuleType(NAME)
    stand_in.is_valid_syntax = _is_valid_syntax  # type: ignore[attr-defined]
    if importlib.util.find_spec(NAME) is None:
        return
    sys.modules[NAME] = stand_in
    try:
        importlib.import_module("jsonschema")
    finally:
        del sys.modules[NAME]


def _is_valid_syntax(*arguments: object) -> object:
    return importlib.import_module(NAME).is_valid_syntax(*arguments)
