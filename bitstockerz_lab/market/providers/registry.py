"""Who provides bars: the lab's own providers, and those that other packages add."""

from __future__ import annotations

import inspect
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.errors import DataError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.market.providers.protocol import Provider

GROUP = "bitstockerz.providers"

HERE = "bitstockerz_lab.market.providers"
OWN = {
    "ccxt": f"{HERE}.coins:Coins",
    "file": f"{HERE}.folder:Folder",
    "synthetic": f"{HERE}.simulation:Simulation",
    "yfinance": f"{HERE}.yahoo:Yahoo",
}
"""The same as in pyproject.toml, for a package that was updated and not installed again."""

MEMBERS = ("name", "about", "listing", "text", "timeframes", "fetch")
"""What `Provider` asks of a provider."""

EXTRAS = {"ccxt": "providers", "yfinance": "providers"}
"""Own providers that need the library of their name, and the extra that installs it."""


class _Missing(Exception):
    """Why a provider cannot be used here."""


def names() -> list[str]:
    """Return the names of all providers, sorted."""
    return sorted(_entries())


def provider(
    name: str,
    options: Mapping[str, Any] | None = None,
    perhaps: Mapping[str, Any] | None = None,
) -> Provider:
    """Return a provider, made with its options; what is None is left out.

    Parameters
    ----------
    name : "yfinance"
    options : what its constructor takes, like {"folder": "bars"}
    perhaps : what it may take; left out where it does not

    Raises
    ------
    UnknownName
        There is no such provider.
    DataError
        It is not installed, or has no such option.
    """
    entries = _entries()
    if name not in entries:
        way_out = f"There are {', '.join(sorted(entries))}; a file is loaded with load_csv."
        raise UnknownName.of("provider", str(name), entries, way_out)
    try:
        made = _load(entries[name], needed=True)
    except _Missing as problem:
        raise DataError(
            f"The provider {name!r} is not installed: {problem}", provider=name
        ) from problem
    given = {key: value for key, value in (options or {}).items() if value is not None}
    known, needed = _options(made)
    _refuse_options(name, set(given), known, needed)
    for key, value in (perhaps or {}).items():
        if key in known and value is not None:
            given.setdefault(key, value)
    found: Provider = made(**given)
    _refuse_halves(name, found)
    return found


def listing() -> pd.DataFrame:
    """Return every provider: name, what it has, and whether it is installed or how it would be."""
    rows = []
    for name, entry in sorted(_entries().items()):
        try:
            about = str(getattr(_load(entry), "about", ""))
            installed = _way_in(name) or "yes"
        except _Missing as problem:
            about, installed = "", str(problem)
        rows.append((name, about, installed))
    return pd.DataFrame(rows, columns=["name", "has", "installed"])


def _entries() -> dict[str, EntryPoint]:
    """Return the entry point of each name; the lab's own names are nobody else's."""
    added = {entry.name: entry for entry in entry_points(group=GROUP)}
    return added | {name: EntryPoint(name, value, GROUP) for name, value in OWN.items()}


def _way_in(name: str) -> str | None:
    """Return how an own provider's library is installed if it is not; found without importing."""
    if name in EXTRAS and find_spec(name) is None:
        return f'pip install "bitstockerz-lab[{EXTRAS[name]}]"'
    return None


def _load(entry: EntryPoint, *, needed: bool = False) -> Any:  # noqa: ANN401 - makes a provider
    way_in = _way_in(entry.name) if needed else None
    if way_in:
        raise _Missing(way_in)
    try:
        return entry.load()
    except (ImportError, AttributeError) as problem:
        raise _Missing(f"{entry.value} cannot be imported ({problem})") from problem


def _options(made: Any) -> tuple[list[str], set[str]]:  # noqa: ANN401 - makes a provider
    """Return the names of a constructor's options, and those it cannot do without."""
    named = [
        parameter
        for parameter in inspect.signature(made).parameters.values()
        if parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
    ]
    needed = {parameter.name for parameter in named if parameter.default is parameter.empty}
    return [parameter.name for parameter in named], needed


def _refuse_options(name: str, given: set[str], known: list[str], needed: set[str]) -> None:
    has = f"It has {', '.join(known)}." if known else "It has none."
    for option in sorted(given - set(known)):
        raise DataError(
            f"The provider {name!r} has no option {option!r}. {has}", provider=name, option=option
        )
    for option in sorted(needed - given):
        raise DataError(
            f"The provider {name!r} needs the option {option!r}. Pass {option}=.",
            provider=name,
            option=option,
        )


def _refuse_halves(name: str, found: object) -> None:
    """Raise if a provider lacks a part of the protocol, before it is asked."""
    lacking = [member for member in MEMBERS if not hasattr(found, member)]
    told = getattr(found, "name", None)
    if lacking or told != name:
        what = f"has no {', '.join(lacking)}" if lacking else f"calls itself {told!r}"
        raise DataError(
            f"The provider {name!r} {what}. Its package must be mended: "
            "bitstockerz_lab.market.providers.Provider says what a provider is.",
            provider=name,
        )
