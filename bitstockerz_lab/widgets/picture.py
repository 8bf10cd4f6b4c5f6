"""A plotly figure in a notebook that is drawn, and not kept in it."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import traitlets

from bitstockerz_lab.pages import plotly_js, shells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import plotly.graph_objects as go

HEIGHT = 360
ASSETS = files("bitstockerz_lab.widgets") / "assets"


class Picture(anywidget.AnyWidget):
    """A figure; its data goes to the front end by messages, so no notebook grows by it.

    Parameters
    ----------
    figure : a plotly figure, its dict, or None for nothing yet
    label : what it shows, read aloud to those who cannot see it
    height : pixels; None takes the figure's own

    Examples
    --------
    >>> picture = Picture(run.chart(), label="Price with trades")
    >>> picture.update({0: {"y": equity}})  # the first trace's values, and nothing else
    """

    _esm = shells.asset("theme.js") + (ASSETS / "picture.js").read_text("utf-8")
    label = traitlets.Unicode().tag(sync=True)
    height = traitlets.Int(HEIGHT).tag(sync=True)

    def __init__(
        self,
        figure: go.Figure | dict[str, Any] | None = None,
        label: str = "",
        height: int | None = None,
    ) -> None:
        super().__init__(label=label)
        self._fixed = height
        self._content: dict[str, Any] = {"data": [], "layout": {}}
        self._hear: dict[str, list[Callable[..., object]]] = {"click": [], "hover": [], "zoom": []}
        self.on_msg(self._heard)
        self.figure = figure

    @property
    def figure(self) -> dict[str, Any]:
        """What is drawn, as plotly's dict; set a figure to draw another, None to show none."""
        return self._content

    @figure.setter
    def figure(self, figure: go.Figure | dict[str, Any] | None) -> None:
        content = figure.to_dict() if hasattr(figure, "to_dict") else figure or {}
        self._content = {"data": list(content.get("data", ())), "layout": content.get("layout", {})}
        self.layout.display = None if self._content["data"] else "none"  # no bare axes
        self.height = int(self._fixed or self._content["layout"].get("height") or HEIGHT)
        self._draw()

    def update(
        self,
        traces: Mapping[int, Mapping[str, Any]],
        layout: Mapping[str, Any] | None = None,
    ) -> None:
        """Change some traces, and send nothing else.

        Parameters
        ----------
        traces : what to set of which trace, by its number; arrays go as bytes, and times as
            milliseconds
        layout : entries of the layout to set
        """
        changes: list[dict[str, Any]] = []
        buffers: list[bytes] = []
        for number, entries in traces.items():
            for name, value in entries.items():
                self._content["data"][number][name] = value
                change = {"trace": number, "name": name}
                packed = _packed(value)
                if packed is None:
                    change["value"] = _plain(value)
                else:
                    change |= {"kind": packed.dtype.str[1:], "buffer": len(buffers)}
                    buffers.append(packed.tobytes())
                changes.append(change)
        self._content["layout"] |= layout or {}
        told = {"tell": "update", "changes": changes, "layout": _plain(dict(layout or {}))}
        self.send(told, buffers)

    def on_click(self, hear: Callable[[dict[str, Any]], object]) -> None:
        """Call something with a point that was clicked: x, y, customdata, curve, index."""
        self._hear["click"].append(hear)

    def on_hover(self, hear: Callable[[dict[str, Any]], object]) -> None:
        """Call something with a point that the mouse is at; as `on_click`."""
        self._hear["hover"].append(hear)

    def on_zoom(self, hear: Callable[[Any, Any], object]) -> None:
        """Call something with the first and last x in view; None and None for all."""
        self._hear["zoom"].append(hear)

    def _heard(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        if content.get("ask") == "plotly":
            self.send({"tell": "plotly"}, [plotly_js.compressed()])
        elif content.get("ask") == "figure":
            self._draw()
        elif content.get("event") == "zoom":
            for hear in self._hear["zoom"]:
                hear(content.get("start"), content.get("end"))
        else:
            for hear in self._hear.get(str(content.get("event")), ()):
                hear(content["point"])

    def _draw(self) -> None:
        if self.comm is not None:
            self.send({"tell": "figure", "content": _plain(self._content)})


def _packed(value: object) -> np.ndarray | None:
    """Return an array as a browser holds one; None for what is no array of numbers or times."""
    if not hasattr(value, "__array__"):
        return None
    array = np.asarray(value)
    if array.dtype.kind == "M" or str(getattr(value, "dtype", "")).startswith("datetime64"):
        stamps = np.asarray(value, dtype="datetime64[ms]")
        return stamps.astype(np.float64)
    if array.dtype.kind == "b":
        return array.astype("<u1")
    if array.dtype.kind not in "iuf":
        return None
    return np.ascontiguousarray(array, dtype=np.float64)


def _plain(value: object) -> Any:  # noqa: ANN401 - reason: any JSON
    """Return what plotly's JSON has: no array, no NaN, no stamp."""
    from plotly.io.json import to_json_plotly  # noqa: PLC0415 - reason: heavy

    return json.loads(to_json_plotly(value))
