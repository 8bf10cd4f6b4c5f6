"""Which files are meant by a path, a folder, a pattern or a list of them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files.texts import one_line, shorten

Paths = str | Path | Sequence[str | Path]

TEXT, TABLES = ("csv", "tsv", "txt"), ("parquet", "pq", "feather", "arrow", "ipc")
PACKED = ("gz", "bz2", "xz", "zst")
FACTOR_FILE = re.compile(r"_factors?\.", re.IGNORECASE)
ASIDE = (
    "md", "rst", "pdf", "html", "htm", "json", "xml", "log", "png", "jpg", "jpeg", "doc", "docx",
    "py", "ipynb", "ini", "yaml", "yml", "toml", "sql", "sha256", "md5",
)  # fmt: skip
"""How files end that are no tables of bars."""

ABOUT = re.compile(
    r"(read[ _-]?me|licen[cs]e|changelog|notes?|about|copying|terms)\b.*", re.IGNORECASE
)
"""How texts are named that are about the files beside them."""

YEARS = re.compile(r"(19|20)\d{2}([_\- ]?\d{1,2}){0,2}")
WORDS = frozenset(
    ["bars", "candles", "coin", "data", "download", "export", "file", "history", "ohlc", "ohlcv",
     "part", "prices", "quotes", "stock", "table"]
)  # fmt: skip
"""What files are named that are named after no symbol."""

SIDE = ("__MACOSX/", ".")
"""How members of an archive begin that are not its content."""

TIMEFRAMES = {
    "1d": ("1d", "d", "day", "daily", "1day"),
    "1h": ("1h", "h", "hour", "hourly", "1hour", "60m", "60min"),
}
NAME = re.compile(
    r"(?P<symbol>[A-Z0-9^$][A-Z0-9.\-=^]{0,31}?)(?:[_\- ](?P<timeframe>"
    + "|".join(word for words in TIMEFRAMES.values() for word in words)
    + r"))?(?:[_\-]\d{4}(?:-\d{2}){0,2})?",
    re.IGNORECASE,
)
"""How a file is named after a symbol: AAPL, AAPL_1d, BTC-USD_1h, BTCUSDT-1h-2024-01."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file, or one member of an archive."""

    path: Path
    member: str | None = None

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.path.name if self.member is None else f"{self.path.name}/{self.member}"


def find(paths: Paths, suffixes: Sequence[str]) -> tuple[list[Source], list[str]]:
    """Return the files that are meant, and what of a folder or archive was left out.

    Parameters
    ----------
    paths : a file, a folder (its own files, not those of folders in it), a pattern like
        "bars/*.csv", or a list of them
    suffixes : of the files that are taken of a folder or an archive, packed ones too

    Raises
    ------
    DataError
        There is none, or an archive cannot be read.
    """
    if isinstance(paths, str | Path):
        return _of_one(Path(paths).expanduser(), suffixes)
    sources, notes = [], []
    for path in paths:
        found, said = _of_one(Path(path).expanduser(), suffixes)
        sources += found
        notes += said
    if not sources:
        raise DataError("The list of files is empty. Give at least one path.")
    return sources, notes


def of_name(name: str) -> tuple[str | None, str | None]:
    """Return the symbol and the timeframe that a file's name says, None where it does not.

    Examples
    --------
    >>> of_name("BTC-USD_1h.csv.gz"), of_name("all.zip/aapl.csv"), of_name("coinbase_export.csv")
    (('BTC-USD', '1h'), ('AAPL', None), (None, None))
    """
    stem = name.rpartition("/")[2]
    while (ending := stem.lower().rpartition(".")[2]) in (*TEXT, *TABLES, *PACKED, "zip"):
        stem = stem[: -len(ending) - 1]
    found = NAME.fullmatch(stem)
    if found is None:
        timeframe = re.search(r"[_\- ](1d|1h|daily|hourly)$", stem, re.IGNORECASE)
        return None, _timeframe(timeframe[1]) if timeframe else None
    return found["symbol"].upper(), _timeframe(found["timeframe"])


def symbol_of_name(name: str) -> str | None:
    """Return the symbol that a file's name says for sure: neither a year nor a usual word.

    Examples
    --------
    >>> symbol_of_name("AAPL_1d.csv"), symbol_of_name("2019-05.csv"), symbol_of_name("data-2.csv")
    ('AAPL', None, None)
    """
    symbol, _ = of_name(name)
    if symbol is None or YEARS.fullmatch(symbol):
        return None
    return None if symbol.lower().strip("0123456789-.=^_") in WORDS else symbol


def _timeframe(word: str | None) -> str | None:
    found = [name for name, words in TIMEFRAMES.items() if word and word.lower() in words]
    return found[0] if found else None


def _of_one(path: Path, suffixes: Sequence[str]) -> tuple[list[Source], list[str]]:
    if path.is_dir():
        files = sorted(entry for entry in path.iterdir() if entry.is_file())
        sources, notes = _taken([Source(entry) for entry in files], suffixes)
        if not sources:
            raise DataError(
                f"The folder {path} has no file to load. Give one with files that end in "
                f"{', '.join(suffixes)}.",
                path=str(path),
            )
        return _members(sources, suffixes, notes)
    if not path.exists() and has_magic(str(path)):
        matches = [Source(Path(name)) for name in sorted(glob(str(path), recursive=True))]  # noqa: PTH207 - of a whole path
        sources, notes = _taken([entry for entry in matches if entry.path.is_file()])
        if not sources:
            raise DataError(
                f"No file is named like {path}. The folder looked from is {Path.cwd()}.",
                path=str(path),
            )
        return _members(sources, suffixes, notes)
    return _members([Source(path)], suffixes, [])


def _taken(
    sources: list[Source], suffixes: Sequence[str] | None = None
) -> tuple[list[Source], list[str]]:
    """Leave out the files of a folder that are no bars, and say so."""
    taken, factors, others = [], [], []
    for source in sources:
        last = source.name.rpartition("/")[2]
        if last.startswith("."):
            continue
        if FACTOR_FILE.search(last):
            factors.append(source.name)
        elif _ending(last) in ASIDE or ABOUT.fullmatch(last.rpartition(".")[0] or last):
            others.append(source.name)
        elif suffixes is None or _ending(last) in suffixes or last.lower().endswith(".zip"):
            taken.append(source)
        else:
            others.append(source.name)
    notes = []
    if factors:
        notes.append(f"Left out {_few(factors)}: price factors, which load_factors loads.")
    if others:
        notes.append(f"Left out {_few(others)}: not named like a file of bars.")
    return taken, notes


def _ending(name: str) -> str:
    """Return what a name ends with, before the ending of a packer."""
    parts = name.lower().split(".")
    return parts[-2] if len(parts) > 2 and parts[-1] in PACKED else parts[-1]  # noqa: PLR2004 - a.b.c


def _members(
    sources: list[Source], suffixes: Sequence[str], notes: list[str]
) -> tuple[list[Source], list[str]]:
    """Put in an archive's place its members."""
    found: list[Source] = []
    for source in sources:
        if not _is_archive(source.path):
            found.append(source)
            continue
        members, said = _taken(_listed(source.path), suffixes)
        if not members:
            raise DataError(
                f"{source.name} has no file to load in it. Its files must end in "
                f"{', '.join(suffixes)}.",
                source=source.name,
            )
        found += members
        notes = notes + said
    return found, notes


def _is_archive(path: Path) -> bool:
    """Return whether a file is a ZIP archive of other files; workbooks are one file."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".ods") or not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def _listed(path: Path) -> list[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [
                Source(path, entry.filename)
                for entry in archive.infolist()
                if not entry.is_dir() and not entry.filename.startswith(SIDE)
            ]
    except (zipfile.BadZipFile, OSError) as problem:
        raise DataError(
            f"{path.name} cannot be unpacked: {one_line(problem)}. Get the file again.",
            source=path.name,
        ) from problem


def _few(names: list[str]) -> str:
    return shorten(", ".join(names))
