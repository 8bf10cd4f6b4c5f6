"""The packages a source imports, and their versions: those it was saved with, and those here."""

from __future__ import annotations

import ast
import sys
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING

from bitstockerz_lab.strategies.python.model import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitstockerz_lab.strategies.definition import Definition

ALWAYS = "pandas"
"""The bars are its frames, whatever a source imports."""


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Return the installed distributions by what is imported; reading them takes a while."""
    return metadata.packages_distributions()


def is_installed(module: str) -> bool:
    """Tell whether a module is Python's own or of an installed package; a file of yours is not."""
    root = module.partition(".")[0]
    return root in sys.stdlib_module_names or root in _distributions()


def modules(source: str) -> Iterator[str]:
    """Yield what a source imports, wherever in it; "" for an import relative to itself."""
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "" if not node.level else ""


def versions(source: str) -> dict[str, str]:
    """Return the installed version of each distribution a source imports, pandas with them."""
    roots = {name.partition(".")[0] for name in modules(source)} - sys.stdlib_module_names
    names = {name for root in roots for name in _distributions().get(root, [])}
    return {name: metadata.version(name) for name in sorted({*names, ALWAYS})}


def here(definition: Definition) -> dict[str, str]:
    """Return the versions that would run a definition's code; "" for what is not installed.

    Empty for a definition without code.
    """
    if definition.python is None:
        return {}
    return {name: _version(name) for name in sorted(definition.python.imports)}


def changes(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return what is another version now, as words: "numpy 2.1.3 then, 2.2.0 now"; "" if none."""
    told = [
        f"{name} {before.get(name) or 'missing'} then, {version or 'missing'} now"
        for name, version in now.items()
        if before.get(name) != version
    ]
    return "; ".join(told)


def warnings(definition: Definition) -> Iterator[str]:
    """Yield a sentence for each package that is not of the version the code was saved with."""
    for name, version in here(definition).items():
        saved = definition.python.imports[name] if definition.python else version
        if version != saved:
            yield (
                f"The strategy was saved with {name} {saved}; "
                f"{f'{version} ran it' if version else 'it is not installed here'}."
            )


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""
