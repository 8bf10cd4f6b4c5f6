"""What a template is: rules to start from, and what a trader must know about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.strategies.definition import Definition

    Rules = Callable[[], Definition]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Rules to start from, made anew at each call.

    Parameters
    ----------
    name : what it is got by: "golden-cross"
    family : "trend", "reversion", "breakout", "momentum", "calendar" or "passive"
    idea : what it does, in a sentence
    works, fails : when it does, and when it does not
    left_out : what of the classic the rules cannot say, or say otherwise; "" for nothing
    source : author, title, year
    constraint : what its parameters must be to each other, for the rules to mean what they say;
        "fast < slow", or "" where their ranges see to it
    rules : makes the definition, without a description
    """

    name: str
    family: str
    idea: str
    works: str
    fails: str
    left_out: str
    source: str
    constraint: str = ""
    rules: Rules

    @property
    def description(self) -> str:
        """All of it as one paragraph."""
        told = (self.idea, self.works, self.fails, self.left_out, f"Source: {self.source}.")
        return " ".join(filter(None, told))

    @property
    def title(self) -> str:
        """What it is saved as: "Golden cross"."""
        return self.rules().name

    @property
    def saving(self) -> str:
        """The code that saves it."""
        return f'lab.strategies.save(lab.strategies.template("{self.name}"))'

    def __call__(self) -> Definition:
        """Return the definition; its description is the whole paragraph."""
        return self.rules().titled(description=self.description)


def template(
    name: str,
    *,
    family: str,
    idea: str,
    works: str,
    fails: str,
    left_out: str = "",
    source: str,
    constraint: str = "",
) -> Callable[[Rules], Template]:
    """Return what makes a Template of a function that returns rules."""

    def made(rules: Rules) -> Template:
        return Template(
            name=name,
            family=family,
            idea=idea,
            works=works,
            fails=fails,
            left_out=left_out,
            source=source,
            constraint=constraint,
            rules=rules,
        )

    return made
