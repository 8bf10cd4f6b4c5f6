"""Code strategies compared: their source, as a unified diff."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies.diff.changes import Change
from bitstockerz_lab.strategies.document import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.strategies.definition import Definition

SOURCE = "python"
"""The key of a definition whose rules are Python source."""


def source(old: Definition, new: Definition) -> Iterator[Change]:
    """Yield what changed about the Python source and what is kept beside it."""
    before: Any = old.rules().get(SOURCE)
    after: Any = new.rules().get(SOURCE)
    if before == after:
        return
    if before is None:
        yield Change(SOURCE, "added", None, after, f"rules in Python added:\n{_text(after)}")
    elif after is None:
        yield Change(SOURCE, "removed", before, None, f"rules in Python removed:\n{_text(before)}")
    else:
        yield from _changed(before, after)


def _changed(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for key in sorted(before.keys() | after.keys()):
        one, other = before.get(key), after.get(key)
        derived = key == "sha256" and before.get("source") != after.get("source")
        if one == other or derived:
            continue
        if key == "source":
            told = f"source changed:\n{_lines(one or '', other or '')}"
        else:
            told = f"{key}: {to_text(one)} → {to_text(other)}"
        yield Change(f"{SOURCE}.{key}", "changed", one, other, f"Python {told}")


def _lines(before: str, after: str) -> str:
    found = unified_diff(before.splitlines(), after.splitlines(), "before", "after", lineterm="")
    return "\n".join(found)


def _text(python: dict[str, Any]) -> str:
    return str(python.get("source", to_text(python)))
