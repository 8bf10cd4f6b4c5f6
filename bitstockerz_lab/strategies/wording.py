"""What is said to who writes something the builder's words cannot mean."""

from __future__ import annotations

import inspect
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
    "== compares exactly; use between(...), crosses_above(...), crosses_below(...), >, <, >= or "
    "<=. There is no !=; ~(...) is where a condition is false."
)
SIMULATE = (
    "Compute boolean signals yourself and hand them to bz.simulate(bars, long_entries, long_exits)."
)

NO_FUNCTION = (
    "Python's and numpy's functions know no {}: there are +, -, *, /, abs(), minimum, maximum and "
    "the indicators, which lab.strategies.indicators() lists."
)
OURS = {"open": "open_", "min": "minimum(a, b)", "max": "maximum(a, b)"}
"""What is meant by who writes a function of Python's own."""


def is_table(value: object) -> bool:
    """Tell whether it is a column or a table, of numpy or pandas."""
    return bool(getattr(value, "ndim", False))


def shown(value: object) -> str:
    """Return a value for a sentence; of a table, a column, a list or a function what it is."""
    if is_table(value) or isinstance(value, list | tuple | dict | set):
        root = type(value).__module__.split(".")[0]
        return (
            f"a {type(value).__name__}"
            if root == "builtins"
            else f"a {root} {type(value).__name__}"
        )
    if inspect.isroutine(value):
        name = value.__name__
        return "a function" if name == "<lambda>" else f"the function {name}"
    return repr(value)


def uncalled(function: object) -> str:
    """Return what to write instead of a function's name; "" where nobody knows."""
    name = getattr(function, "__name__", "")
    if function in (open, min, max):
        return f"It is Python's own: write {OURS[name]}."
    if not callable(function) or not str(function.__module__).startswith(__package__):
        return ""
    given = [one.default for one in inspect.signature(function).parameters.values()]
    numbers = ", ".join(str(one) for one in given if isinstance(one, int | float))
    return f"Write {name}({numbers or '...'})."


def quoted(text: str) -> str:
    """Return a text as Python writes it, in double quotes."""
    return json.dumps(text, ensure_ascii=False)
