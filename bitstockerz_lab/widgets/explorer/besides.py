"""What a recorded sweep was asked that the explorer has no field for."""

from __future__ import annotations

from datetime import date
from textwrap import shorten
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.result import Sweep

WIDEST = 60


def besides(sweep: Sweep, fields: Mapping[str, object]) -> dict[str, Any]:
    """Return what fields cannot say, as words of `lab.backtests.sweep`.

    Parameters
    ----------
    sweep : a recorded one
    fields : the costs that have a field, by name

    Returns
    -------
    dict
        `grid` with `parameters` where the grid is no range or list a parameter (None is each
        parameter's declared range), `start` and `end` where they are no whole days, and
        whatever else was not left at its default.
    """
    asked = sweep.asked
    found = {name: one for name, one in (asked.get("terms") or {}).items() if name not in fields}
    found |= {
        name: asked[name]
        for name, default in {"adjusted": "all", "sampling": "random", "seed": 0}.items()
        if asked.get(name, default) != default
    }
    if asked.get("periods"):
        found["periods"] = asked["periods"]
    found |= {name: asked[name] for name in ("start", "end") if not is_day(asked.get(name))}
    grid = asked.get("grid")
    rows = _rows(grid, sweep.combinations) if isinstance(grid, dict) else grid
    if rows is not grid or not isinstance(grid, dict):
        found |= {"grid": rows, "parameters": asked.get("parameters")}
    return found


def is_day(text: object) -> bool:
    """Tell whether a field for a day can hold it; None is an empty field."""
    if text is None:
        return True
    try:
        return date.fromisoformat(str(text)).isoformat() == text
    except ValueError:
        return False


def told(found: Mapping[str, Any]) -> str:
    """Return it as one line."""
    words = {name: value for name, value in found.items() if value is not None}
    if "grid" in found and found["grid"] is None:
        words["grid"] = "what each parameter declares"
    return ", ".join(
        f"{name} = {shorten(str(value), WIDEST, placeholder=' …')}" for name, value in words.items()
    )


def _rows(grid: dict[str, Any], tried: Combinations) -> Any:  # noqa: ANN401 - as a grid is given
    """Return the rows of a frame that is recorded by its columns; else the grid itself."""
    lengths = {len(values) for values in grid.values()}
    if len(grid) < 2 or len(lengths) > 1 or lengths == {1}:  # noqa: PLR2004 - one is a range
        return grid
    rows = [dict(zip(grid, one, strict=True)) for one in zip(*grid.values(), strict=True)]
    known = {tuple(row[name] for name in tried.names) for row in rows if set(row) == {*tried.names}}
    columns = [tried.columns[name].tolist() for name in tried.names]
    return rows if known.issuperset(zip(*columns, strict=True)) else grid
