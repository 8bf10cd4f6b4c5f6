"""A run's rules as a new version of its strategy: what was found good becomes the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.backtests.run_ids import refuse_preview
from bitstockerz_lab.backtests.run_terms import LEVELS
from bitstockerz_lab.backtests.terms import COUNTS, Terms
from bitstockerz_lab.strategies import notes_store as version_notes
from bitstockerz_lab.strategies import store as strategy_store
from bitstockerz_lab.strategies.api import Strategies
from bitstockerz_lab.strategies.definition import Definition

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.strategies.versions import StrategyVersion
    from bitstockerz_lab.users import User


def definition(run: Run) -> Definition:
    """Return the rules of a run with its parameters as their defaults.

    Stops, targets and a size that the call set, because the rules left them open, are written into
    the rules: the version then trades as the run did, at the same costs.

    Parameters
    ----------
    run : of any status
    """
    rules, details = run.recipe.version.definition, run.details
    document = {key: value for key, value in rules.document.items() if key != "format"}
    document["parameters"] = {
        name: {**known, "default": details.parameters[name]}
        for name, known in document.get("parameters", {}).items()
    }
    called = {
        name: details.exits[name]
        for name in (*LEVELS, *COUNTS)
        if name in details.exits and getattr(rules, name) is None
    }
    if "targets" in called:
        called["targets"] = [
            {"profit_pct": profit, "close_pct": share} for profit, share in called["targets"]
        ]
    if rules.sizing is None and tuple(details.sizing) != Terms().sizing:
        method, value = details.sizing
        called["sizing"] = {"method": method, "value": value}
    return Definition.parse({**document, **called})


def note(run: Run) -> str:
    """Return what is written on the version: which run it comes from, in a sentence."""
    values = ", ".join(f"{name} {value:g}" for name, value in run.details.parameters.items())
    told = f"with {values}" if values else "without parameters"
    return (
        f"Promoted from run {run.id} on {run.symbol} {run.timeframe}, "
        f"{run.start_date:%Y-%m-%d} to {run.end_date:%Y-%m-%d}, {told}."
    )


def promote(database: Database, user: User, run: Run, name: str | None) -> StrategyVersion:
    """Store a run's rules as a version, with a note that says which run it comes from."""
    refuse_preview(run, "number for a version's note")
    rules, origin = definition(run), run.recipe.version
    title = origin.name if name is None else name
    strategies = Strategies(database, user)
    # what the rules are meant for goes with them to a strategy that is new
    scope = {"asset_type": origin.asset_type, "symbol_scope": origin.symbol_scope,
             "timeframe": origin.timeframe}  # fmt: skip
    with database.read() as con:
        is_new = strategy_store.find(con, user.id, title) is None
    made = strategies.save(rules, title, **(scope if is_new else {}))
    text = note(run)
    with database.read() as con:
        written = [told for _, told in version_notes.notes_of(con, made.id)]
    if text not in written:
        strategies.note(made, text)
    return made
