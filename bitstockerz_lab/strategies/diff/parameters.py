"""Parameters compared: added, removed, called otherwise, other defaults and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies import canonical
from bitstockerz_lab.strategies.diff.changes import Change
from bitstockerz_lab.strategies.document import to_text
from bitstockerz_lab.strategies.phrases import figure
from bitstockerz_lab.strategies.problems import join

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.parts import Parameter

KEYS = ("default", "min", "max", "step")


def renamed(old: Definition, new: Definition) -> dict[str, str]:
    """Return the new name of each parameter that is declared alike under another name.

    Only where one alone left and one alone came that is declared so: else nobody could tell.
    """
    left = _by_text(old, old.parameters.keys() - new.parameters.keys())
    came = _by_text(new, new.parameters.keys() - old.parameters.keys())
    return {
        names[0]: came[text][0]
        for text, names in left.items()
        if len(names) == 1 and len(came.get(text, ())) == 1
    }


def parameters(old: Definition, new: Definition, called: Mapping[str, str]) -> Iterator[Change]:
    """Yield what changed about the parameters; `called` is what `renamed` gave."""
    for name, parameter in new.parameters.items():
        path = join("parameters", name)
        after = canonical.parameter(parameter)
        if name in old.parameters:
            yield from _changed(name, path, old.parameters[name], parameter)
        elif name in called.values():
            was = next(one for one, other in called.items() if other == name)
            yield Change(path, "changed", was, name, f"parameter {was} is called {name}")
        else:
            yield Change(path, "added", None, after, f"parameter {name} added: {_told(parameter)}")
    for name in sorted(old.parameters.keys() - new.parameters.keys() - called.keys()):
        parameter = old.parameters[name]
        sentence = f"parameter {name} removed: {_told(parameter)}"
        path, before = join("parameters", name), canonical.parameter(parameter)
        yield Change(path, "removed", before, None, sentence)


def _changed(name: str, path: str, old: Parameter, new: Parameter) -> Iterator[Change]:
    for key in KEYS:
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            texts = ["none" if value is None else figure(value) for value in (before, after)]
            kind = "added" if before is None else "removed" if after is None else "changed"
            sentence = f"parameter {name}: {key} {' → '.join(texts)}"
            yield Change(join(path, key), kind, before, after, sentence)  # type: ignore[arg-type]
    told = [canonical.parameter(one).get("type") for one in (old, new)]
    if told[0] != told[1] or (old.type != new.type and old.default == new.default):
        sentence = f"parameter {name}: type {old.type} → {new.type}"
        yield Change(join(path, "type"), "changed", old.type, new.type, sentence)


def _told(parameter: Parameter) -> str:
    words = {"min": "from", "max": "up to", "step": "in steps of"}
    numbers = {key: getattr(parameter, key) for key in words}
    bounds = [f"{words[key]} {figure(n)}" for key, n in numbers.items() if n is not None]
    allowed = f" ({' '.join(bounds)})" if bounds else ""
    return f"{figure(parameter.default)}{allowed}"


def _by_text(definition: Definition, names: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        text = to_text(canonical.parameter(definition.parameters[name]))
        found.setdefault(text, []).append(name)
    return found
