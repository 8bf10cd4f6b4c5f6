"""What can be drawn of a widget without its kernel: plotly's `FigureWidget`."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

KINDS = {
    f"{name}{8 * size}": f"{name[0]}{size}"
    for name, sizes in {"int": (1, 2, 4), "uint": (1, 2, 4), "float": (4, 8)}.items()
    for size in sizes
}
"""plotly.js's names of numpy's types: float64 is f8."""


def figure_of(state: Mapping[str, Any], model_id: str) -> dict[str, Any] | None:
    """Return the figure a widget showed when its notebook was saved; None if it showed none.

    Parameters
    ----------
    state : the notebook's widget state, a model an entry
    model_id : the widget
    """
    model = state.get(model_id, {})
    kept = model.get("state", {})
    if not isinstance(kept.get("_widget_data"), list):
        return None
    kept = copy.deepcopy({name: kept.get(name) for name in ("_widget_data", "_widget_layout")})
    for buffer in model.get("buffers", []):
        _put(kept, list(buffer.get("path", [])), str(buffer.get("data", "")))
    return {"data": kept["_widget_data"], "layout": kept["_widget_layout"] or {}}


def _put(kept: Any, path: list[Any], packed: str) -> None:  # noqa: ANN401 - reason: any JSON
    """Put an array, in base64, back where it was; the last name of its path is its own."""
    try:
        for name in path[:-2]:
            kept = kept[name]
        array = kept[path[-2]]
        shape = ", ".join(map(str, array["shape"]))
        kept[path[-2]] = {"dtype": KINDS[array["dtype"]], "bdata": packed, "shape": shape}
    except (KeyError, IndexError, TypeError):
        return
