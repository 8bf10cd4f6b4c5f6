"""The dashboard: cards that load each by itself, and the widget that one of them opened."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import LabError, UnknownName
from bitstockerz_lab.widgets.controls import button, row
from bitstockerz_lab.widgets.dashboard import pieces, reading
from bitstockerz_lab.widgets.dashboard.card import Card
from bitstockerz_lab.widgets.panel import Panel
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.runner.result import Result, heading
from bitstockerz_lab.widgets.work import work

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.lab import Lab

AGAIN_S = 5
"""Seconds after which jobs at work are looked at again."""

START = 100_000
"""What a new paper account begins with."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a card is: its title, how it is read and how that is drawn."""

    title: str
    read: Callable[[Lab], Any]
    draw: Callable[[Any], Markup]
    wide: bool = False


KINDS = {
    "account": Kind("Paper account", reading.account, pieces.account),
    "positions": Kind("Positions", reading.positions, pieces.positions),
    "strategies": Kind("Strategies", reading.strategies, pieces.strategies, wide=True),
    "market": Kind("Market data", reading.market, pieces.market),
    "runs": Kind("Recent runs", reading.runs, pieces.runs, wide=True),
    "executions": Kind("Recent executions", reading.executions, pieces.executions),
    "jobs": Kind("Running jobs", reading.jobs, pieces.jobs),
}
"""The cards in their order."""


class Dashboard(Panel):
    """The whole lab at a glance: account, positions, strategies, runs, executions, data, jobs.

    Parameters
    ----------
    lab : what is shown

    Attributes
    ----------
    cards : by name, in their order
    opened : the widget that a card opened here, or None
    refresh_button, close_button : read every card anew; go back from what was opened

    Examples
    --------
    >>> dashboard = lab.dashboard()
    >>> dashboard.cards["strategies"].press("edit", "Golden cross")  # doctest: +SKIP
    >>> dashboard.opened  # doctest: +SKIP
    StrategyEditor(…)
    """

    css = ("dashboard", "runner")

    def __init__(self, lab: Lab) -> None:
        super().__init__(lab, "Dashboard")
        self.opened: ipywidgets.Widget | None = None
        self.cards = {name: Card(kind.title, wide=kind.wide) for name, kind in KINDS.items()}
        for name, card in self.cards.items():
            card.on_act(partial(self.act, name))
        self.refresh_button = button(
            "Refresh", self.refresh, icon="refresh", tip="Read every card anew"
        )
        self.close_button = button(
            "Back to the dashboard", self.close_opened, icon="arrow-left", primary=True
        )
        self.tools = row(self.refresh_button)
        self.workspace = ipywidgets.VBox()
        self.workspace.add_class("bz-workspace")
        self.grid = ipywidgets.Box(tuple(self.cards.values()))
        self.grid.add_class("bz-dash")
        self.show(self.tools, self.workspace, self.grid)
        self.refresh()

    def refresh(self, *names: str) -> None:
        """Read cards anew.

        Parameters
        ----------
        names : of which cards; none is all
        """
        for name in names or self.cards:
            self._work(name, partial(KINDS[name].read, self.lab), partial(self._took, name))

    def act(self, name: str, action: str, key: str = "") -> None:
        """Do what a button in a card stands for; what cannot be done is told in that card.

        Parameters
        ----------
        name : of the card
        action : "again", "edit", "backtest", "run", "runs", "chart", "check", "load samples",
            "save template" or "open account"
        key : of what: a strategy, a symbol, a run's id, a template

        Raises
        ------
        UnknownName
            There is no such action.
        """
        openers: dict[str, Callable[[], ipywidgets.Widget]] = {
            "edit": lambda: self.lab.editor(key or None),
            "backtest": lambda: self.lab.runner(key or None),
            "run": lambda: self._result(int(key)),
            "runs": self.lab.runs,
            "chart": lambda: self.lab.chart(key),
        }
        workers: dict[str, tuple[Callable[[], object], tuple[str, ...]]] = {
            "check": (self.lab.market.health, ("market",)),
            "load samples": (self._load_samples, ("market",)),
            "save template": (
                lambda: self.lab.strategies.save(self.lab.strategies.template(key)),
                ("strategies",),
            ),
            "open account": (
                self._open_account,
                ("account", "positions", "executions"),
            ),
        }
        if action == "again":
            self.refresh(name)
        elif action in workers:
            function, changed = workers[action]
            self._work(name, function, lambda _: self.refresh(*changed))
        elif action in openers:
            self._open(name, openers[action])
        else:
            known = ["again", *openers, *workers]
            raise UnknownName.of("action of the dashboard", action, known)

    def close_opened(self) -> None:
        """Go back from what was opened to the cards, read anew."""
        self.opened = None
        self.workspace.children = ()
        self.tools.children = (self.refresh_button,)
        self.grid.layout.display = ""
        self.refresh()

    @property
    def state(self) -> dict[str, Any]:
        """Which cards stand and what is open.

        Returns
        -------
        dict
            cards (name → "shown", "failed" or "reading"), opened (the name of a widget's class, or
            None).
        """
        opened = self.opened
        return {
            "cards": {name: _standing(card) for name, card in self.cards.items()},
            "opened": None if opened is None else type(opened).__name__,
        }

    def still(self) -> Markup:
        """Return the cards as a page shows them, without buttons."""
        tile = Markup('<section style="margin: 0 0 20px">{}</section>')
        return Markup("").join(tile.format(card.still()) for card in self.cards.values())

    def _open(self, name: str, make: Callable[[], ipywidgets.Widget]) -> None:
        try:
            self.opened = make()
        except LabError as problem:
            self._failed(name, problem)
            return
        self.error = self.cards[name].problem = None
        named = isinstance(self.opened, Result) and self.opened.run
        above = [Piece(heading(named))] if named else []
        self.workspace.children = (*above, self.opened)
        self.tools.children = (self.close_button,)
        self.grid.layout.display = "none"

    def _result(self, run_id: int) -> Result:
        shown = Result(self.lab)
        shown.run = self.lab.backtests.get(run_id)
        return shown

    def _open_account(self) -> None:
        """Open an account that can trade: a replay of old bars, if there are no others."""
        self.lab.paper.open(START, start=reading.replay_start(self.lab))

    def _load_samples(self) -> None:
        from bitstockerz_lab.market.providers import synthetic  # noqa: PLC0415 - reason: rare

        for sample in synthetic.SAMPLES:
            self.lab.market.load(synthetic.PROVIDER, sample.symbol)

    def _work(
        self, name: str, function: Callable[[], object], then: Callable[[Any], object]
    ) -> None:
        self.cards[name].wait()
        work(function, then, otherwise=partial(self._failed, name))

    def _took(self, name: str, found: object) -> None:
        card = self.cards[name]
        try:
            card.show(KINDS[name].draw(found))
        except Exception as problem:  # noqa: BLE001 - reason: the other cards stand
            self._failed(name, problem)
            return
        if name == "jobs" and isinstance(found, reading.Jobs):
            at_work = (found.batches["status"] == Status.RUNNING).any()
            card.again_s = AGAIN_S if at_work else 0

    def _failed(self, name: str, problem: Exception) -> None:
        if isinstance(problem, LabError):
            self.error = problem
        self.cards[name].fail(problem)


def _standing(card: Card) -> str:
    return "failed" if card.problem else "reading" if card.busy else "shown"
