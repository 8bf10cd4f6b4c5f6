"""The provider `file`: a folder of bars that another program keeps up to date."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import csv_files, readers
from bitstockerz_lab.market.providers.protocol import Page, Provider, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.market.symbols import Symbol

VARIABLE = "BITSTOCKERZ_FILES"
ENDINGS = {".csv": csv_files.read_csv, ".parquet": readers.read_parquet}


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
        """Yield one page: the bars of the file that were asked for."""
        path = self._path(request)
        incoming = ENDINGS[path.suffix](path, request.timeframe)
        notes = list(incoming.notes)
        if incoming.malformed.lines:
            count = len(incoming.malformed.lines)
            notes.append(
                f"{count} malformed line(s) of {path.name} are left out: load_csv keeps them."
            )
        yield Page(bars=request.cut(incoming.bars), notes=tuple(notes))

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
