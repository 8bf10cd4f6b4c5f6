"""What pydantic found wrong with a document's shape, as problems a person can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bitstockerz_lab.strategies.document import OPERATIONS, number_hint
from bitstockerz_lab.strategies.language import KEYS, NODE_WORDS, OPS
from bitstockerz_lab.strategies.problems import Problem, did_you_mean, join, listed

SYNONYMS = {
    "=>": ">=", "=<": "<=", "≥": ">=", "≤": "<=", "gt": ">", "lt": "<", "gte": ">=", "lte": "<=",
    "ge": ">=", "le": "<=", "above": ">", "below": "<", "greater_than": ">", "less_than": "<",
    "cross_above": "crosses_above", "crosses_over": "crosses_above", "crossover": "crosses_above",
    "cross_below": "crosses_below", "crosses_under": "crosses_below", "crossunder": "crosses_below",
    "in_range": "between",
}  # fmt: skip
OPERAND_WORDS = {
    "plus": "add", "sum": "add", "minus": "subtract", "times": "multiply", "mul": "multiply",
    "div": "divide", "ratio": "divide", "min": "minimum", "max": "maximum", "abs": "absolute",
    "lag": "of", "shift": "of", "param": "parameter", "ticker": "symbol",
}  # fmt: skip
NODE_SYNONYMS = {
    "and": "all", "or": "any", "for_bars": "holds", "within": "happened", "occurred": "happened",
}  # fmt: skip

Location = Sequence[str | int]
Keys = Mapping[str, tuple[str, ...]]


def path_of(location: Location) -> str:
    """Return the JSON path of a pydantic location, whose tags in <> are not in the JSON."""
    path = ""
    for step in location:
        if not (isinstance(step, str) and step.startswith("<")):
            path = join(path, step)
    return path


def known_keys(location: Location, keys: Keys) -> tuple[str, ...]:
    """Return the keys that the object around a location knows."""
    tags = [step for step in location if isinstance(step, str) and step.startswith("<")]
    if tags:
        return KEYS[tags[-1]]
    return keys.get(str(location[0]) if len(location) > 1 else "", ())


def _unknown_key(location: Location, keys: Keys) -> Problem:
    key = str(location[-1])
    known = known_keys(location, keys)
    if known in {KEYS["<all>"], KEYS["<any>"], KEYS["<not>"]}:
        way_out = "A group has one key, all, any or not: put one group inside the other."
        return Problem(path_of(location), f"{key!r} stands beside {known[0]!r}.", way_out)
    way_out = f"Known are {listed(known)}."
    return Problem(path_of(location), f"No key {key!r} here.", did_you_mean(key, known, way_out))


def _wrong_choice(error: Mapping[str, Any]) -> Problem:
    path, given = path_of(error["loc"]), error["input"]
    expected = str(error["ctx"]["expected"])
    if path.rpartition(".")[2] == "op":
        meant = SYNONYMS.get(given.casefold()) if isinstance(given, str) else None
        hint = f"Did you mean {meant!r}?" if meant else ""
        hint = hint or did_you_mean(str(given), OPS, f"Known are {listed(OPS)}.")
        return Problem(path, f"No op {given!r}.", hint)
    choices = [choice.strip("' ") for choice in expected.replace(" or ", ",").split(",")]
    hint = did_you_mean(str(given), choices, f"Known are {expected}.")
    return Problem(path, f"{given!r} is not one of {expected}.", hint)


def _unknown_object(error: Mapping[str, Any]) -> Problem:
    """Tell of an object whose keys are those of no operand and no condition."""
    location, given = error["loc"], error["input"]
    path = path_of(location)
    is_condition = str(error["ctx"]["discriminator"]).startswith("_kind_of_node")
    kind = "condition" if is_condition else "operand"
    known = (*NODE_WORDS, "left") if is_condition else (
        "of", "parameter", "count", *OPERATIONS, "absolute")  # fmt: skip
    meant = NODE_SYNONYMS if is_condition else OPERAND_WORDS
    key = str(next(iter(given), ""))
    if not key:
        return Problem(path, "An empty object is no operand.", f"Known are {listed(known)}.")
    near = meant.get(key.casefold())
    hint = f"Did you mean {near!r}?" if near else ""
    hint = hint or did_you_mean(key, known, f"Known are {listed(known)}.")
    return Problem(path, f"No {kind} has the key {key!r}.", hint)


def _way_out(error: Mapping[str, Any]) -> str:
    """Return what to write instead of what a sentence says is wrong."""
    given = error["input"]
    if "number is needed" not in error["msg"]:
        return 'Write it in quotes: "…".' if "text is needed" in error["msg"] else ""
    return number_hint(given)


def _wrong_length(error: Mapping[str, Any]) -> Problem:
    path, ctx = path_of(error["loc"]), error["ctx"]
    word = path.rpartition(".")[2]
    needed = "two operands" if word in {"subtract", "divide"} else "two operands or more"
    told = f"{word} takes {needed}, not {ctx['actual_length']}."
    return Problem(path, told, f'Write it like {{"{word}": ["close", "open"]}}.')


def _wrong_shape(error: Mapping[str, Any]) -> Problem:
    location, given = error["loc"], error["input"]
    shown = repr(given) if len(repr(given)) <= 40 else type(given).__name__  # noqa: PLR2004 - a line
    path = path_of(location)
    if location[-1] == "<comparison>":
        what = "A condition or group"
        hint = 'Write it like {"left": "close", "op": ">", "right": 100}.'
    elif error["type"] == "tuple_type" and location[-1] in OPERATIONS:
        what, hint = "A list of operands", f'Write it like {{"{location[-1]}": ["close", "open"]}}.'
    elif error["type"] == "tuple_type" and location[-1] == "targets":
        what = "A list of targets"
        hint = 'Write it like [{"profit_pct": 5, "close_pct": 50}].'
    elif error["type"] == "tuple_type":
        what, hint = "A list of conditions", 'Write it like {"all": [ … ]}.'
    else:
        what, hint = "An object", "Write it in braces, like {…}."
    return Problem(path, f"{what} is needed, not {shown}.", hint)


def translate(errors: Sequence[Mapping[str, Any]], keys: Keys) -> list[Problem]:
    """Return pydantic's errors as problems.

    Parameters
    ----------
    errors : of ``ValidationError.errors()``
    keys : the keys known at the top ("") and inside its members by name

    Returns
    -------
    list of Problem, in pydantic's order
    """
    problems: list[Problem] = []
    for error in errors:
        location = error["loc"]
        kind = error["type"]
        if kind == "missing":
            around = path_of(location[:-1])
            problems.append(Problem(around, f"The key {location[-1]!r} is missing.", "Add it."))
        elif kind == "extra_forbidden":
            problems.append(_unknown_key(location, keys))
        elif kind == "literal_error":
            problems.append(_wrong_choice(error))
        elif kind == "union_tag_not_found":
            problems.append(_unknown_object(error))
        elif kind in {"too_short", "too_long"}:
            least = error["ctx"].get("min_length", 0)
            # pydantic does not count members that are wrong themselves; of those it has told
            if kind == "too_long" or len(error["input"]) < least:
                problems.append(_wrong_length(error))
        elif kind == "sentence":
            problems.append(Problem(path_of(location), error["msg"], _way_out(error)))
        else:
            problems.append(_wrong_shape(error))
    return problems
