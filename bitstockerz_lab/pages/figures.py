"""Plotly figures inside a page: their JSON, their colours, their height.

The page's own script draws them and redraws their text and grid in the colours of the theme in
force; so a figure here has no background and sets its colours in its template, not in its layout.
"""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLOURS = {
    "ink": "#7c8794",
    "accent": "#2f7ebf",
    "gain": "#2f7ebf",
    "loss": "#d9682b",
    "other": "#9a6fb0",
    "grid": "rgba(128, 138, 150, 0.22)",
}
"""Told apart with any colour vision; a contrast of 3 : 1 on white and on near black."""

HEIGHT = 420
"""Pixels of a figure that does not say its own height."""

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
UNSAFE = {sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def template() -> dict[str, Any]:
    """Return the plotly template of our figures: no background, a quiet grid, for both themes."""
    axis = {
        "gridcolor": COLOURS["grid"],
        "linecolor": COLOURS["grid"],
        "zerolinecolor": COLOURS["grid"],
        "automargin": True,
        "title": {"standoff": 8, "font": {"size": 12}},
        "tickfont": {"size": 11},
    }
    across = {
        "showgrid": False,
        "showline": True,
        "ticks": "outside",
        "rangeslider": {"visible": False},
    }
    return {
        "layout": {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 12, "color": COLOURS["ink"]},
            "colorway": [COLOURS[name] for name in ("accent", "loss", "other", "ink")],
            "xaxis": axis | across,
            "yaxis": axis | {"showgrid": True, "zeroline": False},
            "hoverlabel": {"font": {"family": FONT, "size": 12}, "align": "left"},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
                "font": {"size": 11},
            },
            "modebar": {
                "bgcolor": "rgba(0,0,0,0)",
                "color": COLOURS["ink"],
                "activecolor": COLOURS["accent"],
            },
            "margin": {"l": 8, "r": 8, "t": 40, "b": 8},
        }
    }


def figure(drawing: go.Figure, *, label: str = "") -> Markup:
    """Return a plotly figure as HTML for the body of a page; see `figure_html`."""
    return figure_html(str(drawing.to_json()), label=label)


def figure_html(figure_json: str | dict[str, Any], *, label: str = "") -> Markup:
    """Return a figure's JSON as HTML for the body of a page made by `shell`.

    Parameters
    ----------
    figure_json : str or dict
        What stands in a notebook's ``application/vnd.plotly.v1+json``: data, layout, frames. Its
        config is not used: the page has its own, which shares nothing with a server.
    label : what the figure shows, read aloud to those who cannot see it

    Notes
    -----
    The JSON cannot end the script element it stands in. NaN and infinite become null.
    """
    content = json.loads(figure_json) if isinstance(figure_json, str) else figure_json
    content = {name: content[name] for name in ("data", "layout", "frames") if name in content}
    height = content.get("layout", {}).get("height") or HEIGHT
    return Markup(
        '<figure class="bz-figure"{}><div class="bz-plot" style="--bz-height: {}px"></div>'
        '<script type="application/json">{}</script></figure>'
    ).format(
        Markup(' role="img" aria-label="{}"').format(label) if label else "",
        int(height),
        Markup(_script_safe(content)),  # noqa: S704 - reason: made safe on this line
    )


def _script_safe(content: dict[str, Any]) -> str:
    try:
        text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        text = json.dumps(_finite(content), ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda found: UNSAFE[found.group()], text)


def _finite(value: Any) -> Any:  # noqa: ANN401 - reason: any JSON
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(entry) for name, entry in value.items()}
    return [_finite(entry) for entry in value] if isinstance(value, list | tuple) else value
