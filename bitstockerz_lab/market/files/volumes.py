"""Which column is the volume: units traded, not the money paid, and never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files.texts import fold, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bitstockerz_lab.market.files.layout import Layout

NAMES = frozenset(["volume", "vol", "v", "basevolume", "baseassetvolume", "volumebase"])
"""What the volume is called, folded."""

RIVAL = re.compile(r"vol(?!atil)")
"""How the names of columns begin that may be the volume."""

SHORTEST_QUOTE = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """The column of the volume, and what is to be told of it; None is none."""

    place: int | None
    notes: list[str] = field(default_factory=list)


def may_be(folded: Iterable[str], volume_column: str | None) -> bool:
    """Return whether a column may be the volume."""
    if volume_column is not None:
        return fold(volume_column) in folded
    return any(name in NAMES or RIVAL.match(name) for name in folded)


def choose(
    names: Sequence[str],
    folded: Sequence[str],
    layout: Layout,
    source: str,
    symbols: Sequence[str | None] = (),
) -> Choice:
    """Return the column of the volume.

    Parameters
    ----------
    names, folded : the header, and its names folded
    layout : what was said
    source : what it is called in messages
    symbols : what may be known of whose bars they are; a column named after the base asset of a
        pair is the volume

    Raises
    ------
    DataError
        Several columns may be it, or the only one is not said to be in units.
    """
    if layout.volume_column is not None:
        return _named(names, folded, layout, source)
    rivals = [at for at, text in enumerate(folded) if text in NAMES or RIVAL.match(text)]
    bases = (base_of(symbol, folded) for symbol in symbols)
    base = next((found for found in bases if found is not None), None)
    by_base = [at for at in rivals if base and folded[at] in (f"volume{base}", f"vol{base}")]
    if len(by_base) == 1:
        asset = str(base).upper()
        return Choice(
            by_base[0], [f"The volume is the column {names[by_base[0]]!r}: {asset} is traded."]
        )
    if len(rivals) == 1 and folded[rivals[0]] in NAMES:
        return Choice(rivals[0])
    if not rivals:
        return Choice(None, ["No column of volumes: 0 is stored, as zero_volume=True asks."])
    raise _undecided([names[at] for at in rivals], source)


def base_of(symbol: str | None, folded: Iterable[str]) -> str | None:
    """Return the base asset of a pair, folded; of one without a hyphen if a column tells.

    Examples
    --------
    >>> base_of("BTC-USD", []), base_of("BTCUSD", ["volumebtc", "volume"]), base_of("AAPL", [])
    ('btc', 'btc', None)
    """
    text = str(symbol or "").strip().casefold().replace("/", "-")
    base, hyphen, _ = text.rpartition("-")
    if hyphen:
        return fold(base)
    assets = {
        name.removeprefix("volume").removeprefix("vol") for name in folded if RIVAL.match(name)
    }
    bases = [
        asset
        for asset in assets
        if asset and text.startswith(asset) and len(text) - len(asset) >= SHORTEST_QUOTE
    ]
    return bases[0] if len(bases) == 1 else None


def _named(names: Sequence[str], folded: Sequence[str], layout: Layout, source: str) -> Choice:
    wanted = str(layout.volume_column)
    exact = [at for at, name in enumerate(names) if name.strip().casefold() == wanted.casefold()]
    found = exact or [at for at, text in enumerate(folded) if text == fold(wanted)]
    if len(found) == 1:
        return Choice(found[0], [f"The volume is the column {names[found[0]]!r}."])
    raise DataError(
        f"{source} has {len(found)} columns {wanted}; its header reads "
        f"{shorten(','.join(names))!r}. Pass volume_column= with one of these names.",
        source=source,
        missing=[wanted],
    )


def _undecided(rivals: list[str], source: str) -> DataError:
    ways = " or ".join(f"volume_column={name!r}" for name in rivals)
    several = len(rivals) > 1
    said = (
        f"has more than one column of volumes: {' and '.join(map(repr, rivals))}, and picking one "
        "would be a guess"
        if several
        else f"has no column volume but {rivals[0]!r}, which may be in other units"
    )
    return DataError(
        f"{source} {said}. The volume is the number of units traded, not the money paid. "
        f"Pass {ways}.",
        source=source,
        columns=rivals,
    )
