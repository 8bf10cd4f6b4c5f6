"""Declared indicators: made with their defaults, renamed with their settings, dropped when idle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.collected import plain_name
from bitstockerz_lab.strategies.document import (
    Document,
    as_number,
    names_of,
    objects,
    parts,
    reference,
)
from bitstockerz_lab.widgets.editor import paths

if TYPE_CHECKING:
    from collections.abc import Mapping


def made(name: str) -> Document:
    """Return an indicator with every setting at its default, as it is declared."""
    return completed({"indicator": name})


def completed(use: Mapping[str, Any]) -> Document:
    """Return a declared indicator with what it leaves out written down."""
    entry = indicators.find(use.get("indicator"))
    if entry is None:
        return dict(use)
    told: Document = {"indicator": entry.name, **entry.defaults}
    told |= {"source": entry.source} if entry.source else {}
    told |= {"output": entry.outputs[0]} if len(entry.outputs) > 1 else {}
    return told | dict(use)


def name_of(use: Mapping[str, Any]) -> str | None:
    """Return what a declared indicator is called by itself: sma_50; None where it has no name."""
    entry = indicators.find(use.get("indicator"))
    if entry is None:
        return None
    told = [use[one.name] for one in entry.settings if one.name in use]
    if any(as_number(one) is None and reference(one) is None for one in told):
        return None
    return plain_name(use)


def free_name(use: Document, taken: Mapping[str, Any]) -> str:
    """Return the name an indicator gets: the plainest that is free, or its own if it is there."""
    plain = name_of(use) or str(use.get("indicator", "indicator")).replace(".", "_")
    name, count = plain, 1
    while name in taken and completed(taken[name]) != completed(use):
        count += 1
        name = f"{plain}_{count}"
    return name


def used(document: Document) -> set[str]:
    """Return the names of the indicators that some rule, stop or other indicator reads."""
    read = {part.value for part in parts(document) if isinstance(part.value, str)}
    return read & set(names_of(document, "indicators"))


def pruned(document: Document, before: Document) -> Document:
    """Return a document without the indicators that were read before a change and no longer are."""
    while True:
        idle = (used(before) - used(document)) & set(names_of(document, "indicators"))
        if not idle:
            return document
        before, document = document, _dropped(document, idle)


def _dropped(document: Document, idle: set[str]) -> Document:
    kept = {name: use for name, use in document["indicators"].items() if name not in idle}
    rest = {key: value for key, value in document.items() if key != "indicators"}
    return rest | ({"indicators": kept} if kept else {})


def renamed(document: Document, before: Document) -> Document:
    """Return a document whose indicators are called by what they are, where they were before."""
    old = {name: use for name, _, use in objects(before, "indicators")}
    for name, _, use in [*objects(document, "indicators")]:
        was = old.get(name)
        if was is None or was == use or not _is_plain(name, was):
            continue
        wanted = name_of(use)
        if wanted is not None and not _is_plain(name, use):
            others = {key: one for key, one in document["indicators"].items() if key != name}
            free = wanted
            count = 1
            while free in others:
                count += 1
                free = f"{wanted}_{count}"
            document = rename(document, name, free)
    return document


def _is_plain(name: str, use: Mapping[str, Any]) -> bool:
    """Tell whether a name is the one an indicator gets by itself, numbered or not."""
    plain = name_of(use)
    if plain is None:  # somebody is at it: a name of numbers would soon tell wrong ones
        kind = str(use.get("indicator")).replace(".", "_")
        return re.fullmatch(rf"{re.escape(kind)}(_\d+)+", name) is not None
    return re.fullmatch(rf"{re.escape(plain)}(_\d+)?", name) is not None


def rename(document: Document, name: str, wanted: str) -> Document:
    """Return a document in which an indicator has another name, wherever it is read."""
    declared = {
        (wanted if key == name else key): one for key, one in document["indicators"].items()
    }
    document = {**document, "indicators": declared}
    for part in [*parts(document)]:
        if part.value == name and not part.is_condition:
            document = paths.put(document, part.path, wanted)
    return document


def rename_parameter(document: Document, name: str, wanted: str) -> Document:
    """Return a document in which a parameter has another name, wherever it stands."""
    declared = {
        (wanted if key == name else key): one for key, one in document["parameters"].items()
    }

    def walk(value: Any) -> Any:  # noqa: ANN401 - reason: any JSON
        if reference(value) == name:
            return {"parameter": wanted}
        if isinstance(value, dict):
            return {key: walk(one) for key, one in value.items()}
        return [walk(one) for one in value] if isinstance(value, list) else value

    rest = {key: walk(one) for key, one in document.items() if key != "parameters"}
    return rest | {"parameters": declared}
