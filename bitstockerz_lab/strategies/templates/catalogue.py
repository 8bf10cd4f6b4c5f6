"""All templates, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies.templates import (
    breakout,
    calendar,
    momentum,
    passive,
    reversion,
    trend,
)
from bitstockerz_lab.strategies.templates.template import Template

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.strategies.definition import Definition

FAMILIES = (trend, reversion, breakout, momentum, calendar, passive)
TEMPLATES: dict[str, Template] = {
    one.name: one
    for one in sorted(
        (one for family in FAMILIES for one in vars(family).values() if isinstance(one, Template)),
        key=lambda one: one.name,
    )
}
"""Every template by its name, in alphabetical order."""


def names() -> list[str]:
    """Return the templates' names, in alphabetical order."""
    return list(TEMPLATES)


def get(name: str) -> Definition:
    """Return a template's definition; its description says when it works and when it fails.

    Raises
    ------
    UnknownName
        There is no such template; the nearest is suggested.

    Examples
    --------
    >>> get("golden-cross").name
    'Golden cross'
    """
    if name not in TEMPLATES:
        hint = "lab.strategies.templates() lists them."
        raise UnknownName.of("template", name, TEMPLATES, hint)
    return TEMPLATES[name]()


def named(name: str) -> Template | None:
    """Return the template of this name or title, in any case; None where there is none."""
    asked = name.strip().casefold()
    found = (one for one in TEMPLATES.values() if asked in (one.name, one.title.casefold()))
    return next(found, None)


def table() -> pd.DataFrame:
    """Return every template, a row each, family by family.

    Returns
    -------
    DataFrame
        name, title (what it is saved as), family, direction ("long", "short", "both"), parameters
        ("fast 5…100, slow 50…400"), constraint (on them: "fast < slow"), symbols (whose bars it
        reads besides its own), warm_up (bars until its values have settled; of months as many as a
        coin has days), idea, works, fails, left_out, source.
    """
    import pandas as pd  # noqa: PLC0415 - only here

    from bitstockerz_lab.strategies.honesty import needs  # noqa: PLC0415 - it stands on this room

    order = [family.__name__.rpartition(".")[2] for family in FAMILIES]
    found = sorted(TEMPLATES.values(), key=lambda one: order.index(one.family))
    told = [(one, one.rules()) for one in found]
    return pd.DataFrame([_row(one, rules, needs(rules).bars) for one, rules in told])


def _row(
    template: Template, definition: Definition, bars: int | None
) -> dict[str, str | int | None]:
    ranges = [
        f"{name} {one.min:g}…{one.max:g}" for name, one in sorted(definition.parameters.items())
    ]
    return {
        "name": template.name,
        "title": definition.name,
        "family": template.family,
        "direction": definition.direction,
        "parameters": ", ".join(ranges),
        "constraint": template.constraint,
        "symbols": ", ".join(definition.symbols),
        "warm_up": bars,
        "idea": template.idea,
        "works": template.works,
        "fails": template.fails,
        "left_out": template.left_out,
        "source": template.source,
    }
