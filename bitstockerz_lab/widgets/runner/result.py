"""A run in tabs, each loaded when it is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.widgets.later import Later
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.runner import tabs

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.lab import Lab

LIVE = "Overview"
"""The tab that follows a slider at every step."""

HONESTY = "Honesty"
WITHOUT_RESULTS = (LIVE, HONESTY, "Made of")
"""The tabs that say something of a run that failed."""

FAILED = "This could not be shown."


def heading(run: Run) -> Markup:
    """Return what a recorded run is called above its results."""
    name = f"Run {run.id}: {run.strategy}, version {run.version}, on {run.symbol}"
    return Markup("<h3>{}</h3>").format(f"{name} {run.timeframe}")


class Result(ipywidgets.VBox):
    """A run of any status, or a preview, in the pieces of its report.

    Parameters
    ----------
    lab : where its checks are read
    count : called before a run is judged among all trials: it counts those not counted yet

    Attributes
    ----------
    run : what is shown; None is nothing
    tabs : the names of the tabs, the open one its value
    loaded : the tabs that were opened, by name

    Examples
    --------
    >>> result = Result(lab)
    >>> result.run = lab.backtests.get(12)
    >>> result.tabs.value = "Trades"
    """

    def __init__(self, lab: Lab, count: Callable[[], object] | None = None) -> None:
        self._count = count
        self._makers: dict[str, Callable[[], Any]] = {
            LIVE: lambda: tabs.Overview(lab),
            "Price and trades": lambda: tabs.Sections(tabs.price),
            "Equity and drawdown": lambda: tabs.Sections(tabs.equity),
            "Months": lambda: tabs.Sections(tabs.months),
            "Trades": tabs.Trades,
            "Costs": lambda: tabs.Sections(tabs.costs),
            HONESTY: lambda: tabs.Sections(tabs.honesty),
            "Made of": lambda: tabs.Sections(tabs.made_of),
        }
        self.loaded: dict[str, Any] = {}
        self._run: Run | None = None
        self._shown: dict[str, Run] = {}
        self.tabs = ipywidgets.ToggleButtons(
            options=list(self._makers), tooltips=[f"Show {name}" for name in self._makers]
        )
        self.tabs.add_class("bz-tabs")
        self.tabs.observe(lambda _: self._fill(), "value")
        self._rested = Later(self._fill)
        self._place = ipywidgets.VBox()
        self._place.add_class("bz-tab")
        super().__init__([self.tabs, self._place])
        self.add_class("bz-result")
        self.layout.display = "none"

    @property
    def run(self) -> Run | None:
        """What is shown."""
        return self._run

    @run.setter
    def run(self, run: Run | None) -> None:
        self._run = run
        self.layout.display = "none" if run is None else ""
        if self.tabs.value == LIVE or self.tabs.value not in self._shown:
            self._fill()
        else:  # a chart of another tab takes too long to follow every step of a slider
            self._place.add_class("bz-waiting")
            self._rested.call()

    def _fill(self) -> None:
        """Show the run in the open tab; the others follow when they are opened."""
        name, run = self.tabs.value, self._run
        self._place.remove_class("bz-waiting")
        if run is None or (self._shown.get(name) is run and self._is_open(name)):
            return
        if run.metrics is None and name not in WITHOUT_RESULTS:
            words = "This run has no results. The overview says why."
            self._shown.pop(name, None)
            self._place.children = [Piece(pages.notice("note", "Nothing here.", words))]
            return
        try:
            self._load(name, run)
        except Exception as problem:
            # not the tab that was open before: what it tells is something else
            self._shown.pop(name, None)
            self._place.children = [Piece(pages.notice("failed", FAILED, str(problem)))]
            if not isinstance(problem, LabError):
                raise
            return
        if not self._is_open(name):
            self._place.children = [self.loaded[name]]

    def _load(self, name: str, run: Run) -> None:
        if name not in self.loaded:
            self.loaded[name] = self._makers[name]()
        if self._shown.get(name) is not run:
            if name == HONESTY and self._count is not None:
                self._count()
            self.loaded[name].take(run)
            self._shown[name] = run

    def _is_open(self, name: str) -> bool:
        return self._place.children == (self.loaded.get(name),)
