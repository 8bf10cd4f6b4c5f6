"""The exits and terms of a run: what its strategy sets, joined with what the call sets."""

from __future__ import annotations

from dataclasses import asdict
from math import nan
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests.terms import COUNTS, Levels, Terms
from bitstockerz_lab.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.strategies.versions import StrategyVersion

LEVELS = ("stop_loss_pct", "take_profit_pct", "trailing_stop_pct", "break_even_pct", "targets")
EXITS = (*LEVELS, *COUNTS)
LATER_TERMS = ("cooldown_bars", "max_trades_per_day")
"""Terms that are younger than runs already recorded: in a fingerprint only where they are set."""


def join(
    version: StrategyVersion, parameters: Mapping[str, float], given: Mapping[str, Any]
) -> tuple[dict[str, Any], Terms]:
    """Join what the definition sets with what the call sets; both setting one is an error."""
    definition = version.definition
    fixed = dict(definition.exits(parameters))
    called = {name: value for name, value in given.items() if value is not None}
    moving = dict.fromkeys(definition.moving_exits, "by an expression")
    for name in sorted({*fixed, *moving} & set(called)):
        raise DefinitionError(
            f"{name}={called[name]!r} was given, but {version.name} version {version.version} sets "
            f"{name} itself ({fixed.get(name, moving.get(name))!r}). Leave it out, or save a "
            "version without it.",
            name=name,
        )
    both = {**called, **fixed}
    costs = {name: value for name, value in called.items() if name not in (*EXITS, "sizing")}
    sizing = {"sizing": both["sizing"]} if "sizing" in both else {}
    wanted: dict[str, Any] = {name: both.get(name) for name in COUNTS}
    terms = Terms(**costs, **sizing, **wanted)
    # NaN stands for a level that only the bars decide: it is there, and no number is wrong with it
    unknown: dict[str, Any] = {name: [] if name == "targets" else [nan] for name in moving}
    Levels(**{name: both[name] for name in LEVELS if name in both}, **unknown).check(terms)
    levels = fixed_levels(both)
    counts = {name: getattr(terms, name) for name in COUNTS if getattr(terms, name)}
    return levels | counts, terms


def fixed_levels(exits: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stops and targets among exits, as numbers; a target is [profit_pct, close_pct]."""
    found: dict[str, Any] = {name: exits[name] for name in LEVELS if name in exits}
    try:
        if "targets" in found:
            found["targets"] = [[float(number) for number in pair] for pair in found["targets"]]
        return {name: one if name == "targets" else float(one) for name, one in found.items()}
    except TypeError as problem:
        message = (
            "Stops and targets of a run are plain numbers. What differs from bar to bar is written "
            "into the strategy: stop_loss_pct=2 * 100 * atr(14) / close."
        )
        raise DefinitionError(message) from problem


def set_terms(terms: Terms) -> dict[str, Any]:
    """Return the terms for a fingerprint."""
    found = asdict(terms)
    return {k: v for k, v in found.items() if v is not None or k not in LATER_TERMS}
