"""What narrows the table of runs: words, a status, a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from bitstockerz_lab.widgets.controls import LABEL, row
from bitstockerz_lab.widgets.later import Later
from bitstockerz_lab.widgets.runs.listing import STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ANY = "any"


class Filters:
    """Fields that say which runs are wanted.

    Parameters
    ----------
    changed : called when another set of runs is wanted

    Attributes
    ----------
    query, status, tag, windows : the fields
    box : all of them in a row
    """

    def __init__(self, changed: Callable[[], object]) -> None:
        self.query = ipywidgets.Text(
            description="Search",
            placeholder="strategy, symbol, fast 20, a tag, a note …",
            style=LABEL,
            tooltip="Words that must stand in a run, or in what is said of it",
            continuous_update=True,
        )
        self.query.add_class("bz-field")
        self.status = _choice("Status", STATUSES, "What became of the run")
        self.tag = _choice("Tag", (), "Only runs that have it")
        self.windows = ipywidgets.Checkbox(
            description="windows of walk-forwards",
            indent=False,
            tooltip="Also the runs that are a window of a walk-forward",
            layout={"width": "auto"},
        )
        typed = Later(changed, delay_s=0.2)
        self.query.observe(lambda _: typed.call(), "value")
        for field in (self.status, self.tag, self.windows):
            field.observe(lambda _: changed(), "value")
        self.box = row(self.query, self.status, self.tag, self.windows)

    def offer(self, tags: Iterable[str]) -> None:
        """Offer these tags; a chosen one that is gone is let go."""
        options = (ANY, *tags)
        if self.tag.options != options:
            value = self.tag.value
            self.tag.options = options
            self.tag.value = value if value in options else ANY

    @property
    def wanted(self) -> dict[str, Any]:
        """What is asked for, as `lab.backtests.list` takes it."""
        chosen = {"status": self.status.value, "tag": self.tag.value}
        return {
            "query": self.query.value.strip(),
            "windows": self.windows.value,
            **{name: None if value == ANY else value for name, value in chosen.items()},
        }


def _choice(name: str, values: Iterable[str], tip: str) -> ipywidgets.Dropdown:
    return ipywidgets.Dropdown(
        options=(ANY, *values),
        description=name,
        style=LABEL,
        tooltip=tip,
        layout={"width": "auto"},
    )
