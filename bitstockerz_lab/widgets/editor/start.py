"""What rules may begin with: nothing, a saved strategy, a template."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies import templates
from bitstockerz_lab.strategies.versions import StrategyVersion

if TYPE_CHECKING:
    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.strategies.definition import Definition

EMPTY = "an empty strategy"


class Start(ipywidgets.Dropdown):
    """A list of what there is to begin with.

    Parameters
    ----------
    lab : its strategies and templates
    """

    def __init__(self, lab: Lab, **words: object) -> None:
        self._lab = lab
        tip = "A template, or a saved strategy"
        super().__init__(description="Start from", tooltip=tip, options=[(EMPTY, "")], **words)
        self.refresh()

    def refresh(self) -> None:
        """Offer what is saved by now."""
        known = self._lab.strategies.templates()
        self.options = [
            (EMPTY, ""),
            *((f"{name} (saved)", f"saved {name}") for name in self._lab.strategies.list()["name"]),
            *(
                (f"{one.title} ({one.family} template)", f"template {one.name}")
                for one in known.itertuples()
            ),
        ]

    @property
    def rules(self) -> StrategyVersion | Definition | None:
        """What is chosen; None for nothing."""
        kind, _, name = self.value.partition(" ")
        if kind == "template":
            return self._lab.strategies.template(name)
        return self._lab.strategies.get(name) if name else None

    def show(self, rules: object) -> None:
        """Let the list show what was begun with, where it is in it."""
        name = str(getattr(rules, "name", ""))
        template = templates.named(name)
        wanted = f"saved {name}"
        if not isinstance(rules, StrategyVersion) and template is not None:
            wanted = f"template {template.name}"
        self.value = wanted if wanted in [value for _, value in self.options] else ""


def found(lab: Lab, name: str | int) -> StrategyVersion | Definition:
    """Return the saved strategy or the template of a name.

    Raises
    ------
    UnknownName
        There is neither.
    """
    try:
        return lab.strategies.get(name)
    except UnknownName as problem:
        try:
            return lab.strategies.template(str(name))
        except UnknownName:
            raise problem from None
