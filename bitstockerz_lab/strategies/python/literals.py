"""Plain constants as Python writes them."""

from __future__ import annotations

import math

DEEPEST = 20


class NoLiteral(Exception):
    """The value is no plain constant."""


def literal(value: object, depth: int = 0) -> str:
    """Return a number, a text, a truth value, None, or a collection of those, as code.

    Raises
    ------
    NoLiteral
        It is anything else: a numpy number, an object, a list that holds itself.

    Examples
    --------
    >>> literal({"fast": (5, 10.0), "names": ["a"]})
    "{'fast': (5, 10.0), 'names': ['a']}"
    """
    kind = type(value)
    if depth > DEEPEST:
        raise NoLiteral
    if isinstance(value, float) and kind is float and not math.isfinite(value):
        return f"float({str(value)!r})"
    if value is None or kind in {bool, int, float, str, bytes}:
        return repr(value)
    if isinstance(value, dict) and kind is dict:
        pairs = (
            f"{literal(key, depth + 1)}: {literal(one, depth + 1)}" for key, one in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list) and kind is list:
        return f"[{', '.join(literal(one, depth + 1) for one in value)}]"
    if isinstance(value, tuple) and kind is tuple:
        inner = ", ".join(literal(one, depth + 1) for one in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, set | frozenset) and kind in {set, frozenset}:
        inner = ", ".join(sorted(literal(one, depth + 1) for one in value))
        return f"{kind.__name__}([{inner}])"
    raise NoLiteral
