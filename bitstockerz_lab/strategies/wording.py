"""What is said to who writes something the builder's words cannot mean."""

from __future__ import annotations

import json

NO_TRUTH = (
    "A condition has no truth value until bars are there. Join conditions with &, | and ~ "
    "(not with and, or, not), and write between(rsi(14), 30, 70) for 30 < rsi(14) < 70 and "
    "minimum(a, b) for min(a, b)."
)
BRACKETS = (
    "& and | join conditions, not {}. Put each comparison in brackets: "
    "(close > sma(50)) & (rsi(14) < 30)."
)
EXACTLY = (
    "== compares exactly; use between(...) or crosses_above(...), or >= and <=, "
    "and not_(...) for !=."
)
SIMULATE = (
    "Compute boolean signals yourself and hand them to bz.simulate(bars, long_entries, long_exits)."
)


def is_table(value: object) -> bool:
    """Tell whether it is a column or a table, of numpy or pandas."""
    return bool(getattr(value, "ndim", False))


def shown(value: object) -> str:
    """Return a value for a sentence; of a table, a column or a list only what it is."""
    if is_table(value) or isinstance(value, list | tuple | dict | set):
        root = type(value).__module__.split(".")[0]
        return (
            f"a {type(value).__name__}"
            if root == "builtins"
            else f"a {root} {type(value).__name__}"
        )
    return repr(value)


def quoted(text: str) -> str:
    """Return a text as Python writes it, in double quotes."""
    return json.dumps(text, ensure_ascii=False)
