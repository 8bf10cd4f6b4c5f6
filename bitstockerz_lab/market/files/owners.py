"""Whose bars the rows of a source are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files.incoming import Malformed, Owners
from bitstockerz_lab.market.files.texts import fold, shorten
from bitstockerz_lab.market.files.volumes import base_of

if TYPE_CHECKING:
    import pyarrow as pa

    from bitstockerz_lab.market.files.headers import Header

SHOWN = 5


def of_column(
    column: pa.ChunkedArray | None, asked: str | None, source: str, names: list[str]
) -> tuple[Owners, list[str]]:
    """Return whose the rows are, and what is to be told of it.

    Parameters
    ----------
    column : of symbols, dictionary-encoded; None without one
    asked : the symbol under which they are to be loaded, if one was given
    source : what it is called in messages
    names : the header, which may tell where a pair like BTCUSD is to be parted

    Raises
    ------
    DataError
        A row names none, or there are several and one was given.
    """
    if column is None:
        return Owners() if asked is None else Owners((asked,)), []
    texts, rows = _encoded(column)
    lost = rows < 0
    if lost.any():
        raise DataError(
            f"{source}: {int(lost.sum()):,} row(s) name no symbol, the first is row "
            f"{int(lost.argmax()) + 1:,}. Correct them, or leave them out.",
            source=source,
        )
    if asked is not None:
        return Owners((asked,), said=texts[0]), _renamed(texts, asked, source)
    symbols = tuple(_parted(text, names) for text in texts)
    return _several(symbols, rows), _told(texts, symbols)


def of_header(text: str, asked: str | None, source: str) -> tuple[Owners, list[str]]:
    """Return whose the rows are by a line of the header, and what is to be told of it."""
    if asked is not None:
        return Owners((asked,), said=text), _renamed([text], asked, source)
    return Owners((text,)), [f"The symbol {text} is of the file's own header."]


def of_malformed(malformed: Malformed, owners: Owners, header: Header, source: str) -> Malformed:
    """Say whose the rows are that have too few or too many cells.

    Raises
    ------
    DataError
        The source has several symbols, and a row does not tell.
    """
    if len(owners.symbols) < 2 or not malformed.lines:  # noqa: PLR2004 - several
        return malformed
    known = {fold(symbol): at for at, symbol in enumerate(owners.symbols)}
    place = header.places.symbol or 0
    found = []
    for line, text in zip(malformed.lines, malformed.originals, strict=True):
        cells = text.split(header.delimiter)
        owner = known.get(fold(cells[place]) if place < len(cells) else "")
        if owner is None:
            raise DataError(
                f"{source}, line {line}: {shorten(text)!r} has too few or too many cells, and "
                "nobody can say whose bar it is. Correct it, or leave it out.",
                source=source,
                line=line,
            )
        found.append(owner)
    return Malformed(malformed.lines, malformed.reasons, malformed.originals, found)


def _encoded(column: pa.ChunkedArray) -> tuple[list[str], np.ndarray]:
    """Return the upper-case texts and for each row its text's position, -1 without one."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    array = column.combine_chunks()
    chunk = pa.chunked_array([array]).unify_dictionaries().combine_chunks()
    chunk = chunk.chunk(0) if isinstance(chunk, pa.ChunkedArray) else chunk
    texts = [str(text or "").strip().upper() for text in chunk.dictionary.to_pylist()]
    rows = np.asarray(chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype="int64")
    places = {text: at for at, text in enumerate(dict.fromkeys(filter(None, texts)))}
    return list(places), np.array([*(places.get(text, -1) for text in texts), -1])[rows]


def _several(symbols: tuple[str, ...], rows: np.ndarray) -> Owners:
    """Return owners with each symbol once."""
    once = tuple(dict.fromkeys(symbols))
    if len(once) < len(symbols):
        rows = np.array([once.index(symbol) for symbol in symbols])[rows]
    return Owners(once, rows if len(once) > 1 else None)


def _parted(text: str, names: list[str]) -> str:
    """Return a pair with a hyphen where a column of volumes says what its base is."""
    text = text.replace("/", "-")
    base = base_of(text, [fold(name) for name in names])
    if base is None or "-" in text:
        return text
    return f"{text[: len(base)]}-{text[len(base) :]}"


def _renamed(texts: list[str], asked: str, source: str) -> list[str]:
    if len(texts) > 1:
        raise DataError(
            f"{source} has bars of {len(texts)} symbols: {_few(texts)}. Leave symbol={asked!r} "
            "out to load them all.",
            source=source,
            symbols=texts,
        )
    if texts and fold(texts[0]) != fold(asked):
        return [f"The file says {texts[0]!r}; its bars are loaded as {asked}, as asked."]
    return []


def _told(texts: list[str], symbols: tuple[str, ...]) -> list[str]:
    if len(symbols) == 1:
        said = "" if texts[0] == symbols[0] else f", written {texts[0]!r} there"
        return [f"The symbol {symbols[0]} is of the file's own column{said}."]
    return [f"{len(symbols):,} symbols are of the file's own column."]


def _few(texts: list[str]) -> str:
    return ", ".join(texts[:SHOWN]) + (", …" if len(texts) > SHOWN else "")
