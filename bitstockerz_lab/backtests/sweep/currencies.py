"""Units of different currencies: what is counted in money does not compare between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitstockerz_lab.backtests.sweep.unit import Unit

MONEY = ("final_equity", "total_fees", "total_borrow")
"""The metrics that are sums of money."""
SHOWN = 5


def told(units: Iterable[Unit]) -> tuple[str, ...]:
    """Return what is to be said of units of several currencies; nothing where there is one."""
    mixed = _mixed(units)
    if not mixed:
        return ()
    return (f"{mixed}: money metrics do not compare ({', '.join(MONEY)}).",)


def refuse(units: Iterable[Unit], by: str) -> None:
    """Refuse to rank units of several currencies by money.

    Raises
    ------
    DefinitionError
    """
    mixed = _mixed(units) if by in MONEY else ""
    if mixed:
        raise DefinitionError(
            f"by={by!r} compares money, and {mixed}. Rank by total_return_pct, or each unit on "
            f"its own: sweep.best(by={by!r}, unit=0).",
            by=by,
        )


def _mixed(units: Iterable[Unit]) -> str:
    """Return which symbol is in which currency; empty where all are in one."""
    symbols = [unit.recipe.symbol for unit in units]
    known = {one.symbol: one.currency for one in symbols if one.currency}
    if len(set(known.values())) < 2:  # noqa: PLR2004 - several
        return ""
    first: dict[str, str] = {}
    for name, currency in known.items():
        first.setdefault(currency, name)
    each = [f"{name} is in {currency}" for currency, name in first.items()][:SHOWN]
    return f"{', '.join(each[:-1])} and {each[-1]}"
