"""The pictures of a sweep and what is drawn in them; a click on a place names a combination."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets
from markupsafe import Markup

from bitstockerz_lab import measures
from bitstockerz_lab.backtests.sweep import cells
from bitstockerz_lab.backtests.sweep.pictures import place
from bitstockerz_lab.widgets.controls import LABEL, row
from bitstockerz_lab.widgets.picture import Picture
from bitstockerz_lab.widgets.piece import Piece
from bitstockerz_lab.widgets.work import work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.sweep.result import Sweep
    from bitstockerz_lab.widgets.panel import Panel

KINDS = {"Heat map": "heatmap", "Surface": "surface", "All parameters": "parallel"}
HINT = Markup(
    '<p class="bz-quiet">Point at a place for its numbers; click on it to open that run.</p>'
)
MEDIAN, WINNERS = "their median", "as the winner has them"


class Landscape(ipywidgets.VBox):
    """A heat map, a surface, or a line a combination; of a unit, by a metric.

    Parameters
    ----------
    panel : shows what goes wrong
    chosen : called with the label, in `results`, of a combination that was clicked
    moved : called with the number of another unit that was chosen
    """

    def __init__(
        self,
        panel: Panel,
        chosen: Callable[[int], object],
        moved: Callable[[int], object],
    ) -> None:
        self._panel, self._chosen, self._moved = panel, chosen, moved
        self._sweep: Sweep | None = None
        self._pictured: tuple[str, dict[str, Any]] | None = None
        self._filling, self._draws = False, 0
        self._free: list[str] = []
        self.kind = ipywidgets.ToggleButtons(
            options=KINDS, tooltips=["Coloured cells", "In space", "A line a combination"]
        )
        self.by = _choice("Colour")
        self.x, self.y = _choice("Across"), _choice("Up")
        self.others = _choice("Others", (MEDIAN, WINNERS))
        self.unit = _choice("Unit")
        self.picture = Picture(label="A sweep's results over its parameters")
        self._hint = Piece()
        self.picture.on_click(self._clicked)
        super().__init__(
            [
                row(self.kind, self.by, self.x, self.y, self.others, self.unit),
                self.picture,
                self._hint,
            ]
        )
        self.add_class("bz-landscape")
        self.x.observe(lambda change: self._apart(self.y, change), "value")
        self.y.observe(lambda change: self._apart(self.x, change), "value")
        for field in (self.kind, self.by, self.x, self.y, self.others):
            field.observe(lambda _: self._draw(), "value")
        self.unit.observe(self._unit_chosen, "value")

    @property
    def drawn(self) -> dict[str, Any]:
        """What is drawn, as `Sweep.heatmap` takes it."""
        sweep = self._sweep
        if sweep is None:
            return {}
        found: dict[str, Any] = {"by": self.by.value, "unit": self.unit.value}
        if self.x.value is not None and self.y.value is not None:
            found |= {"x": self.x.value, "y": self.y.value}
        if self.others.value == WINNERS and len(self._free) > 2:  # noqa: PLR2004 - x and y
            shown = (self.x.value, self.y.value)
            best = sweep.best(1, unit=self.unit.value)["combination"]
            chosen = sweep.combinations[int(best.iloc[0])] if len(best) else {}
            found["hold"] = {n: v for n, v in chosen.items() if n in self._free and n not in shown}
        return found

    def show(self, sweep: Sweep, unit: int) -> None:
        """Draw a sweep, its unit of that number first."""
        self._sweep = sweep
        self._blank()  # it is of another sweep
        rows = sweep.unit(unit)
        names = sweep.combinations.names
        self._free = cells.view(rows, names, sweep.by).free
        pair = cells.pair(cells.view(rows, names, sweep.by)) or (None, None)
        begun = sorted(sweep.results["unit"].unique())
        measured = {
            known.label: name for name, known in measures.DEFINITIONS.items() if name in rows
        }
        self._filling = True
        _fill(self.by, measured, sweep.by)
        for field, name in ((self.x, pair[0]), (self.y, pair[1])):
            _fill(field, [one for one in names if one in self._free] if name else [], name)
            _seen(field, seen=len(self._free) > 2)  # noqa: PLR2004 - else there is no choice
        _fill(self.unit, {place(sweep, int(one)): int(one) for one in begun}, unit)
        _seen(self.unit, seen=len(begun) > 1)
        _seen(self.others, seen=len(self._free) > 2)  # noqa: PLR2004 - x and y
        self._filling = False
        self._draw()

    def _draw(self) -> None:
        if self._sweep is None or self._filling:
            return
        drawn, kind = self.drawn, self.kind.value
        if kind == "parallel":
            drawn = {name: drawn[name] for name in ("by", "unit")}
        self._panel.hush()
        self._draws += 1
        draws, draw = self._draws, getattr(self._sweep, kind)
        work(
            lambda: draw(**drawn),
            lambda figure: self._drew(figure, draws, (kind, drawn)),
            otherwise=lambda problem: self._undrawn(problem, draws),
        )

    def _drew(self, figure: go.Figure, draws: int, made: tuple[str, dict[str, Any]]) -> None:
        if draws == self._draws:  # else something else was asked for meanwhile
            self.picture.figure, self._pictured = figure, made
            self._hint.markup = HINT if made[0] != "parallel" else ""

    def _undrawn(self, problem: Exception, draws: int) -> None:
        if draws == self._draws:
            self._blank()
            self._panel.fail(problem)

    def _blank(self) -> None:
        """Show no picture: what stood there is not what the fields say."""
        self.picture.figure = self._pictured = None
        self._hint.markup = ""

    def _apart(self, other: ipywidgets.Dropdown, change: dict[str, Any]) -> None:
        """Let two axes change places where one is given the other's parameter."""
        if not self._filling and other.value == change["new"]:
            self._filling = True
            other.value = change["old"]
            self._filling = False

    def _clicked(self, point: dict[str, Any]) -> None:
        """Choose the combination at a place of the picture, as it was when it was drawn."""
        if self._sweep is None or self._pictured is None:
            return
        kind, drawn = self._pictured
        if kind != "parallel":
            with self._panel.guard():
                self._chosen(self._sweep.at(point, **drawn))

    def _unit_chosen(self, change: dict[str, Any]) -> None:
        if not self._filling and change["new"] is not None:
            self._draw()
            self._moved(change["new"])


def _choice(label: str, options: Iterable[str] = ()) -> ipywidgets.Dropdown:
    made = ipywidgets.Dropdown(options=[*options], description=label, style=LABEL, tooltip=label)
    made.add_class("bz-field")
    made.add_class("bz-short")
    return made


def _fill(field: ipywidgets.Dropdown, options: Any, value: object) -> None:  # noqa: ANN401 - as ipywidgets
    field.options = options
    field.value = value


def _seen(field: ipywidgets.Dropdown, *, seen: bool) -> None:
    field.layout.display = "" if seen else "none"
