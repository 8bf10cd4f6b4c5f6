"""The fields of a grid, a row a parameter: one widget, however many there are."""

from __future__ import annotations

from dataclasses import asdict
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.widgets.explorer import spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bitstockerz_lab.widgets.explorer.spans import Span


class GridFields(anywidget.AnyWidget):
    """From, to and step of each parameter, how many values that makes, and what is wrong there.

    Attributes
    ----------
    rows : a dict a parameter: name, low, high, step, value, varies, whole; told, is_wrong

    Examples
    --------
    >>> fields.set("fast", low=5, high=60, step=5)
    >>> fields.keep("slow", 100)
    """

    _esm = files("bitstockerz_lab.widgets") / "assets" / "grid.js"
    rows = traitlets.List().tag(sync=True)

    def __init__(self, found: Iterable[Span] = ()) -> None:
        super().__init__()
        self._shown: list[Callable[[], object]] = []
        self.on_msg(lambda _widget, _content, _buffers: [hear() for hear in self._shown])
        self.observe(self._tell, "rows")
        self.spans = found

    @property
    def spans(self) -> tuple[Span, ...]:
        """What is tried of each parameter."""
        return tuple(spans.read(row) for row in self.rows)

    @spans.setter
    def spans(self, found: Iterable[Span]) -> None:
        self.rows = [_row(span) for span in found]

    def on_shown(self, hear: Callable[[], object]) -> None:
        """Call something once a front end shows the fields."""
        self._shown.append(hear)

    def set(self, name: str, **fields: Any) -> None:  # noqa: ANN401 - a number or None each
        """Fill the fields of a parameter that varies: low, high, step."""
        self._change(name, {**fields, "varies": True})

    def keep(self, name: str, value: float) -> None:
        """Let a parameter stay at a value."""
        self._change(name, {"value": value, "varies": False})

    def _change(self, name: str, fields: dict[str, Any]) -> None:
        known = [row["name"] for row in self.rows]
        if name not in known:
            raise UnknownName.of("parameter", name, known, f"Known: {', '.join(known)}.")
        self.rows = [row | fields if row["name"] == name else row for row in self.rows]

    def _tell(self, _change: object) -> None:
        """Say beside each row what its fields give."""
        self.rows = [_row(spans.read(row)) for row in self.rows]  # equal rows change nothing


def _row(span: Span) -> dict[str, Any]:
    return {**asdict(span), "told": span.told, "is_wrong": span.is_wrong}
