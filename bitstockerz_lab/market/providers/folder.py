"""The provider `file`: a folder of bars that another program keeps up to date."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import csv_files, readers
from bitstockerz_lab.market.files.texts import fold, shorten
from bitstockerz_lab.market.providers.protocol import Page, Provider, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.market.files.incoming import Incoming
    from bitstockerz_lab.market.symbols import Symbol

VARIABLE = "BITSTOCKERZ_FILES"
ENDINGS = {".csv": csv_files.read_csv, ".parquet": readers.read_parquet}
SHOWN = 5
"""So many rows that cannot be read are named."""


class Folder(Provider):
    """Files named SYMBOL_TIMEFRAME.csv or .parquet, like AAPL_1d.csv, in one folder.

    Parameters
    ----------
    folder : where they lie; None is the environment's BITSTOCKERZ_FILES
    """

    name = "file"
    about = f"a folder of SYMBOL_TIMEFRAME.csv or .parquet (folder=, or ${VARIABLE})"

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = folder or os.environ.get(VARIABLE)

    def timeframes(self, symbol: Symbol) -> tuple[str, ...]:
        """Return the timeframes of which there can be a file."""
        return ("1d",) if symbol.asset_type is AssetType.EQUITY else ("1d", "1h")

    def fetch(self, request: Request) -> Iterator[Page]:
        """Yield one page: the bars of the file that were asked for, and what cannot be read."""
        path = self._path(request)
        incoming = ENDINGS[path.suffix](path, request.timeframe, named=request.text)
        owner = _owner(incoming, request)
        rows = incoming.owners.rows
        own = np.ones(len(incoming.bars), dtype=bool) if rows is None else rows == owner
        notes = [*incoming.notes, *_left_out(incoming, own, owner)]
        if not own.all():
            notes.append(f"Only the bars of {incoming.owners.symbols[owner]} are taken.")
        yield Page(bars=request.cut(incoming.bars[own]), notes=tuple(notes))

    def _path(self, request: Request) -> Path:
        if not self.folder:
            raise DataError(
                f"The provider 'file' was asked for {request} and knows no folder. Set "
                f"{VARIABLE}, or pass folder=.",
                symbol=request.symbol.symbol,
            )
        folder = Path(self.folder).expanduser()
        names = [f"{request.text}_{request.timeframe}{ending}" for ending in ENDINGS]
        for name in names:
            if (folder / name).is_file():
                return folder / name
        raise DataError(
            f"There is no {' and no '.join(names)} in {folder}. Name the file so, or load it with "
            "load_csv.",
            symbol=request.symbol.symbol,
            folder=str(folder),
        )


def _owner(incoming: Incoming, request: Request) -> int:
    """Return the position of the asked symbol among those of a file.

    Raises
    ------
    DataError
        The file says whose bars it has, and they are of others.
    """
    symbols = incoming.owners.symbols
    if not symbols:
        return 0
    asked = (request.text.upper(), request.symbol.symbol.upper())
    exact = [symbols.index(text) for text in asked if text in symbols]
    alike = [at for at, text in enumerate(symbols) if fold(text) in map(fold, asked)]
    if exact or len(alike) == 1:
        return (exact or alike)[0]
    told = ", ".join(symbols[:SHOWN]) + (", …" if len(symbols) > SHOWN else "")
    raise DataError(
        f"{incoming.source} was asked for {request.text}, and its own column says that its bars "
        f"are of {told}. Correct the file or its name, or load it with load_csv.",
        symbol=request.symbol.symbol,
        source=incoming.source,
    )


def _left_out(incoming: Incoming, own: np.ndarray, owner: int) -> list[str]:
    """Return a sentence about the symbol's rows that have no stamp, or too few or many cells."""
    malformed = incoming.malformed
    whose = malformed.owners or [owner] * len(malformed.lines)
    told = list(zip(malformed.lines, malformed.originals, strict=True))
    told = [row for row, its in zip(told, whose, strict=True) if its == owner]
    lost = np.flatnonzero(own & np.asarray(incoming.bars.index.isna()))
    if len(lost):
        told += list(zip(*incoming.locate(lost), strict=True))
    if not told:
        return []
    named = ", ".join(f"line {line} ({shorten(text)!r})" for line, text in sorted(told)[:SHOWN])
    more = ", …" if len(told) > SHOWN else ""
    note = f"{len(told):,} row(s) of {incoming.source} cannot be read and are left out: "
    return [f"{note}{named}{more}. load_csv keeps them."]
