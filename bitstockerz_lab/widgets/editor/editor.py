"""The strategy editor: rules made by hand, told in English and tried on bars as they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from bitstockerz_lab import pages
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.versions import StrategyVersion
from bitstockerz_lab.widgets.controls import button, row
from bitstockerz_lab.widgets.editor import offers, views
from bitstockerz_lab.widgets.editor.acts import act
from bitstockerz_lab.widgets.editor.draft import Draft
from bitstockerz_lab.widgets.editor.form import form
from bitstockerz_lab.widgets.editor.live import LiveForm
from bitstockerz_lab.widgets.editor.outcomes import Outcomes
from bitstockerz_lab.widgets.editor.preview_box import PreviewBox
from bitstockerz_lab.widgets.editor.start import Start, found
from bitstockerz_lab.widgets.panel import Panel
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.work import work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from bitstockerz_lab.backtests.preview import Preview
    from bitstockerz_lab.lab import Lab
    from bitstockerz_lab.strategies.diff.changes import Diff
    from bitstockerz_lab.strategies.honesty.result import Honesty
    from bitstockerz_lab.strategies.problems import Problem

    Rules = str | int | Definition | StrategyVersion | Mapping[str, Any] | None

NEW: dict[str, Any] = {"name": "My strategy"}


class StrategyEditor(Panel):
    """An editor of a strategy's rules.

    Parameters
    ----------
    lab : where templates, strategies and bars come from, and versions go
    strategy : a template's name, a saved strategy's name or id, a StrategyVersion, a Definition,
        a dict, or None for an empty one
    symbol : whose bars entries and exits are previewed on; the first there is if left out

    Attributes
    ----------
    draft : the rules as they stand, with a verb for whatever the mouse can do
    beside : what the rules do on a symbol's bars
    version : the version that was opened or saved last, or None
    diff, honesty : what was compared and checked last, or None

    Examples
    --------
    >>> editor = lab.editor("golden-cross")
    >>> editor.type("parameters.fast.default", "20")
    >>> editor.save()
    """

    css = ("editor",)

    def __init__(self, lab: Lab, strategy: Rules = None, symbol: str | None = None) -> None:
        super().__init__(lab, "Strategy editor")
        self.draft = Draft(NEW)
        self.version: StrategyVersion | None = None
        self.diff: Diff | None = None
        self.honesty: Honesty | None = None
        self._drawing = False
        self._warned: str | None = None
        self._controls()
        self.beside = PreviewBox(lab, symbol)
        self._lay_out()
        if strategy is None:
            self._drawn()
        else:
            self.draft = Draft()
            self.begin(strategy)

    def _controls(self) -> None:
        wide = ipywidgets.Layout(flex="1 1 220px", min_width="180px", width="auto")
        words = {"style": {"description_width": "initial"}, "layout": wide}
        self.start = Start(self.lab, **words)
        self.start_button = button("Open", self._start, tip="Begin anew from what is chosen")
        self.name = ipywidgets.Text(description="Name", continuous_update=False, **words)
        self.undo_button = button("Undo", self.undo, icon="undo", tip="Take back the last step")
        self.redo_button = button("Redo", self.redo, icon="repeat", tip="Do it again")
        self.save_button = button("Save version", self._save, primary=True, icon="floppy-o")
        self.diff_button = button(
            "Changes", self._compare, tip="What differs from the version before"
        )
        self.check_button = button(
            "Check honesty", self._check, tip="Does it look ahead? Can it act?"
        )
        self.form = LiveForm(self._acted, offers.catalogue())
        self.told = Piece()
        self.outcomes = Outcomes(self._written)
        self.name.observe(lambda change: self._named(change["new"]), "value")

    def _lay_out(self) -> None:
        rules = ipywidgets.VBox([self.form])
        rules.add_class("bz-editor-rules")
        beside = ipywidgets.VBox([self.told, self.beside])
        beside.add_class("bz-editor-beside")
        both = ipywidgets.Box([rules, beside])
        both.add_class("bz-editor-both")
        self.show(
            row(self.start, self.start_button, self.name),
            row(
                self.save_button,
                self.diff_button,
                self.check_button,
                self.undo_button,
                self.redo_button,
            ),
            both,
            self.outcomes,
        )

    # -- what a cell may call -----------------------------------------------------------------

    def begin(self, strategy: Rules) -> None:
        """Begin with other rules: a template, a saved strategy, a definition; None for empty ones.

        What was there before comes back by `undo`.

        Raises
        ------
        UnknownName
            There is neither a strategy nor a template of that name.
        """
        if isinstance(strategy, str | int):
            strategy = found(self.lab, strategy)
        self.version = self._warned = None
        self.start.show(strategy)
        if isinstance(strategy, StrategyVersion):
            self.version = strategy
            strategy = strategy.definition.titled(name=strategy.name)
        if isinstance(strategy, Definition):
            strategy = strategy.document
        self.draft.restart(NEW if strategy is None else dict(strategy))
        self.diff = None
        self.honesty = None if self.version is None else self.version.honesty
        self.outcomes.show_changes(self.diff)
        self.outcomes.show_honesty(self.honesty)
        self._drawn()

    def add(self, path: str, condition: Any = None, *, beside: bool = False) -> str:  # noqa: ANN401 - reason: any JSON
        """As `Draft.add`."""
        return self._after(self.draft.add(path, condition, beside=beside))

    def type(self, path: str, text: str) -> str:
        """As `Draft.type`: ``editor.type("enter_long.right", "sma(50)")``."""
        return self._after(self.draft.type(path, text))

    def put(self, path: str, value: Any) -> str:  # noqa: ANN401 - reason: any JSON
        """As `Draft.put`."""
        return self._after(self.draft.put(path, value))

    def move(self, path: str, to: str) -> str:
        """As `Draft.move`."""
        return self._after(self.draft.move(path, to))

    def negate(self, path: str) -> str:
        """As `Draft.negate`."""
        return self._after(self.draft.negate(path))

    def remove(self, path: str) -> str:
        """As `Draft.remove`."""
        return self._after(self.draft.remove(path))

    def undo(self) -> None:
        """Take back the last step."""
        self.draft.undo()
        self._drawn()

    def redo(self) -> None:
        """Do again what was taken back last."""
        self.draft.redo()
        self._drawn()

    def save(self) -> StrategyVersion:
        """Save the rules as a version and return it.

        Raises
        ------
        DefinitionError
            They are no definition yet, or have no name. Or another strategy, which was not begun
            with, has that name: saved again, they become its next version.
        """
        self._warn()
        self.version = self.lab.strategies.save(self.definition)
        self.honesty = self.version.honesty
        self.beside.count()
        self.start.refresh()
        self.start.show(self.version)
        self.outcomes.show_honesty(self.honesty)
        return self.version

    def _warn(self) -> None:
        """Raise, once a name, where other rules than those begun with have it already."""
        name, rules = self.definition.name, self.definition.rules()
        begun = None if self.version is None else self.version.name
        if not name or name in {begun, self._warned}:
            return
        try:
            newest = self.lab.strategies.get(name)
        except UnknownName:
            return
        if newest.definition.rules() != rules:
            self._warned = name
            message = (
                f"{name} exists with other rules; press Save version again to make this its "
                f"version {newest.version + 1}, or give another name."
            )
            raise DefinitionError(message, name=name)

    def compare(self) -> Diff:
        """Return what differs from the saved version; of the newest itself, from the one before.

        Raises
        ------
        UnknownName
            No strategy of this name is saved, or only these rules are.
        """
        rules = self.definition
        newest = self.lab.strategies.get(rules.name)
        same = newest.definition.rules() == rules.rules()
        diff = (
            self.lab.strategies.diff(rules.name)
            if same
            else self.lab.strategies.diff(newest, rules)
        )
        self.diff = diff
        self.outcomes.show_changes(diff)
        return diff

    def check(self) -> Honesty:
        """Check the saved version on the bars of the symbol and return the verdicts.

        Raises
        ------
        DefinitionError
            The rules have changed since they were saved: checks are stored with a version.
        """
        self._took(self.lab.strategies.check(*self._asked()))
        return self.honesty

    def _asked(self) -> tuple[StrategyVersion, str | None]:
        """Return what is checked, and on whose bars."""
        if self.version is None or self.version.definition.rules() != self.definition.rules():
            raise DefinitionError("These rules are not saved. Save them, then check them.")
        return self.version, self.beside.symbol.symbol or None

    @property
    def definition(self) -> Definition:
        """The rules as a definition; raises DefinitionError while they are none."""
        return self.draft.definition

    @property
    def preview(self) -> Preview | None:
        """What the rules did on the symbol's bars when they last held together."""
        return self.beside.preview

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with the rules, each with its path."""
        return self.draft.problems

    @property
    def state(self) -> dict[str, Any]:
        """The rules, what is wrong with them, and what came of them."""
        return {
            "definition": self.draft.document,
            "problems": [str(one) for one in self.draft.problems],
            "summary": self.draft.summary,
            "symbol": self.beside.symbol.symbol,
            "trades": None if self.preview is None else len(self.preview.trades),
            "version": None if self.version is None else self.version.version,
        }

    def still(self) -> Markup:
        """Return the rules in English."""
        title = str(self.draft.document.get("name", ""))
        return pages.section(title or self.title, views.summary(self.draft))

    # -- what buttons and fields do -----------------------------------------------------------

    def _start(self) -> None:
        with self.guard(self.start_button):
            self.begin(self.start.rules)

    def _save(self) -> None:
        with self.guard(self.save_button):
            before = self.version
            made = self.save()
            same = before is not None and before.id == made.id
            told = "These rules are already" if same else "Saved as"
            self.say(f"{told} {made.name}, version {made.version}.", "done")

    def _compare(self) -> None:
        with self.guard(self.diff_button):
            self.compare()
            self.outcomes.selected_index = 1

    def _check(self) -> None:
        with self.guard():
            asked = self._asked()
            self.check_button.disabled = True
            work(lambda: self.lab.strategies.check(*asked), self._checked, otherwise=self._failed)

    def _checked(self, found: Honesty) -> None:
        self.check_button.disabled = False
        self._took(found)
        self.outcomes.selected_index = 2

    def _took(self, found: Honesty) -> None:
        self.honesty = found
        self.outcomes.show_honesty(found)

    def _failed(self, problem: Exception) -> None:
        self.check_button.disabled = False
        self.fail(problem)

    def _acted(self, done: dict[str, Any]) -> None:
        """Do what the front end asks for; whatever it is, the form is drawn again."""
        path = None
        with self.guard():
            path = act(self.draft, done)
        self._drawn(path, goes_on=bool(done.get("goes_on")))

    def _after(self, path: str) -> str:
        self._drawn()
        return path

    def _named(self, name: str) -> None:
        if not self._drawing:
            self.draft.put("name", name)
            self._drawn()

    def _written(self, text: str) -> list[Problem]:
        """Take JSON that somebody wrote; return why not, where it is none."""
        problems = self.draft.replace(text)
        if not problems:
            self._drawn()
        return problems

    def _drawn(self, path: str | None = None, *, goes_on: bool = False) -> None:
        """Show the draft as it stands, and look at what it does on bars once it rests."""
        draft = self.draft
        focus = None if path is None or goes_on else {"path": path}
        self.form.draw(form(draft.document, draft.problems), offers.names(draft.document), focus)
        self._drawing = True
        try:
            self.told.markup = views.summary(draft)
            self.name.value = str(draft.document.get("name", ""))
            self.undo_button.disabled, self.redo_button.disabled = (
                not draft.can_undo, not draft.can_redo,
            )  # fmt: skip
        finally:
            self._drawing = False
        self.outcomes.show_json(draft.json)
        self.beside.take(draft)
