"""The controls for chosen runs: open, verify, report, promote, export, tag, note."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets

from bitstockerz_lab.backtests.export import FORMATS
from bitstockerz_lab.widgets.controls import LABEL, button, row
from bitstockerz_lab.widgets.piece import Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class Actions:
    """Buttons and what they need to know.

    Parameters
    ----------
    verbs : what each button does, by its name below
    folder : where exports go unless said otherwise

    Attributes
    ----------
    open, verify, report, promote, export, tag, untag, note, clear : the buttons
    name : of the strategy that `promote` makes a version of; empty is the run's own
    format, folder, replace : of an export
    text : a tag, or a note
    box : all of it
    """

    def __init__(self, verbs: Mapping[str, Callable[[], object]], folder: Path) -> None:
        self.chosen = Piece()
        self.open = button("Open", verbs["open"], primary=True, tip="Show the run", icon="eye")
        self.verify = button("Verify", verbs["verify"], tip="Recompute the runs, bit for bit")
        self.report = button("Report", verbs["report"], tip="Write the report as one HTML page")
        self.clear = button("Choose none", verbs["clear"], tip="Choose no run any more")
        self.promote = button(
            "Promote", verbs["promote"], tip="Make its parameters the defaults of a new version"
        )
        self.name = _text("as", "its own strategy", "The strategy it becomes a version of")
        self.export = button("Export", verbs["export"], tip="Write facts, trades and equity")
        self.format = ipywidgets.Dropdown(
            options=FORMATS, description="as", style=LABEL, tooltip="Format of the files",
            layout={"width": "auto"},
        )  # fmt: skip
        self.folder = _text("into", str(folder), "The folder that gets a folder for each run")
        self.folder.value = str(folder)
        self.replace = ipywidgets.Checkbox(
            description="overwrite", indent=False, layout={"width": "auto"},
            tooltip="Replace an earlier export of the same run",
        )  # fmt: skip
        self.text = _text("Say", "a tag, or a note", "A tag, or a note on the chosen runs")
        self.tag = button("Tag", verbs["tag"], tip="Put it on the chosen runs as a tag")
        self.untag = button("Untag", verbs["untag"], tip="Take the tag off the chosen runs")
        self.note = button("Note", verbs["note"], tip="Write it on the chosen runs as a note")
        self.one = (self.open, self.promote)
        self.any = (
            self.verify, self.report, self.export, self.tag, self.untag, self.note, self.clear,
        )  # fmt: skip
        self.box = ipywidgets.VBox(
            [
                row(self.chosen, self.clear),
                row(self.open, self.verify, self.report, self.promote, self.name),
                row(self.text, self.tag, self.untag, self.note),
                row(self.export, self.format, self.folder, self.replace),
            ]
        )
        self.box.add_class("bz-actions")
        self.fit([])

    def fit(self, chosen: Sequence[int], hidden: int = 0, most: int = 0) -> None:
        """Say which runs are chosen, and enable what can be done with so many.

        Parameters
        ----------
        chosen : ids
        hidden : how many of them are not in the table that is shown
        most : so many are drawn
        """
        words = "Choose runs: a click, or the space bar; a double click opens one."
        if chosen:
            besides = f" ({hidden} not in this list)" if hidden else ""
            words = f"Chosen: {', '.join(map(str, chosen))}{besides}."
            words += f" Drawn are the last {most}." if len(chosen) > most else ""
        self.chosen.markup = words
        for one in self.one:
            one.disabled = len(chosen) != 1
        for one in self.any:
            one.disabled = not chosen

    def rest(self) -> None:
        """Disable every button while something is at work."""
        for one in (*self.one, *self.any):
            one.disabled = True


def _text(label: str, placeholder: str, tip: str) -> ipywidgets.Text:
    field = ipywidgets.Text(description=label, placeholder=placeholder, style=LABEL, tooltip=tip)
    field.add_class("bz-field")
    return field
