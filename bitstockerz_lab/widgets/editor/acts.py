"""What the front end asks for, as verbs of a draft."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.widgets.editor import paths

if TYPE_CHECKING:
    from bitstockerz_lab.widgets.editor.draft import Draft


def act(draft: Draft, done: dict[str, Any]) -> str | None:
    """Do to a draft what was done in the form.

    Parameters
    ----------
    draft : the rules
    done : do and path, with what was typed (text) or chosen (with); goes_on while one is at it

    Returns
    -------
    str or None
        The path of what now has the focus; None where it stays where it is.

    Raises
    ------
    LabError
        It cannot be done.
    """
    do, path = str(done.get("do")), str(done.get("path", ""))
    chosen = str(done.get("with") or "")
    if do in ("type", "number", "json", "output") and not _is_there(draft, path):
        return None  # sent before the front end heard that it has gone or has another name
    if do in ("type", "number", "json"):
        _fill(draft, do, path, str(done.get("text", "")), goes_on=bool(done.get("goes_on")))
        return None
    if do == "rename":
        draft.rename(path, str(done.get("text", "")).strip())
        return None
    if do in _CHOICES:
        _CHOICES[do](draft, path, chosen)
        return None
    if do in _STEPS:
        return _STEPS[do](draft, path, chosen)
    raise DefinitionError(f"The editor cannot {do!r}.", do=do)


def _is_there(draft: Draft, path: str) -> bool:
    """Tell whether what a field is part of still stands: the field itself may be empty."""
    return paths.stands(draft.document, paths.parent(path)[0])


def _fill(draft: Draft, do: str, path: str, text: str, *, goes_on: bool) -> None:
    if do == "json":
        try:
            draft.put(path, json.loads(text))
        except ValueError as problem:
            raise DefinitionError(f"The text at {path} is no JSON: {problem}.") from None
    elif path.endswith(".indicator"):
        draft.indicator(path.removesuffix(".indicator"), text.strip())
    else:
        draft.type(path, text, goes_on=goes_on)


def _more(draft: Draft, path: str, chosen: str) -> str:
    if chosen == "duplicate":
        return draft.duplicate(path)
    if chosen in ("in", "out"):
        return draft.move(path, chosen)
    return draft.enclose(path, chosen)


def _target(draft: Draft, _path: str, _chosen: str) -> str:
    held = draft.document.get("targets") or []
    draft.put("targets", [*held, {"profit_pct": 5 * (len(held) + 1), "close_pct": 50}])
    return f"targets[{len(held)}].profit_pct"


_CHOICES = {
    "regroup": lambda draft, path, chosen: draft.regroup(path, chosen),
    "compare": lambda draft, path, chosen: draft.compare(path, chosen),
    "output": lambda draft, path, chosen: draft.type(path, chosen),
    "size": lambda draft, _path, chosen: draft.size(chosen or None),
}
_STEPS = {
    "add": lambda draft, path, _chosen: draft.add(path),
    "beside": lambda draft, path, _chosen: draft.add(path, beside=True),
    "group": lambda draft, path, _chosen: draft.add_group(path),
    "move": lambda draft, path, chosen: draft.move(path, chosen),
    "negate": lambda draft, path, _chosen: draft.negate(path),
    "remove": lambda draft, path, _chosen: draft.remove(path),
    "unwrap": lambda draft, path, _chosen: draft.unwrap(path),
    "parametrize": lambda draft, path, _chosen: draft.parametrize(path),
    "target": _target,
    "more": _more,
}
