"""What a notebook tells of itself: what it runs with where nobody says, and its last words."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch.plan import notebook_parameters
from bitstockerz_lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from bitstockerz_lab.batch.parameters import Parameter
    from bitstockerz_lab.batch.result import Batch

LONGEST = 400
"""Characters of a notebook's last words that are told."""


def declared_of(batch: Batch) -> dict[str, Parameter]:
    """Return the parameters a batch's notebook declared when it ran; empty if that is not known.

    An executed notebook is asked first: the original may have been changed since.
    """
    executed = [item.executed for item in batch if item.executed.is_file()]
    for path in [*executed[:1], *([batch.notebook] if batch.notebook else [])]:
        with suppress(LabError):
            return notebook_parameters(path)
    return {}


def last_words(executed: Path) -> str:
    """Return the first line of the last text an executed notebook shows; empty if there is none."""
    try:
        cells = json.loads(executed.read_text("utf-8"))["cells"]
        outputs = [output for cell in cells for output in cell.get("outputs", [])]
        texts = [text for output in outputs if (text := _text(output).strip())]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ""
    return texts[-1].splitlines()[0][:LONGEST] if texts else ""


def _text(output: dict[str, Any]) -> str:
    """Return an output's text; a page or a figure is told by its own, not by a stand-in's."""
    if output.get("name") == "stderr":
        return ""
    data = output.get("data", {})
    return "".join(output.get("text", "" if len(data) > 1 else data.get("text/plain", "")))
