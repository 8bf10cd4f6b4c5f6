"""Frames and Parquet files as they come, read into bars; CSV files are in `csv_files`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.files import stamps

if TYPE_CHECKING:
    from collections.abc import Callable

STAMP_COLUMNS = ("timestamp", "date")
VOLUMES = re.compile(r"vol(?!atil)")
"""How the names of columns begin that may be the volume."""

LINE = 120


@dataclass(frozen=True, slots=True)
class Malformed:
    """Rows of a file with too few or too many cells, which never became rows of a frame."""

    lines: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    originals: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows on their way in, not yet checked.

    Attributes
    ----------
    source : name of the file, or "frame"
    bars : DataFrame of shape (n_rows, 5), float64, index `timestamp` (tz-aware UTC, NaT where a
        stamp could not be read), in the order of the source
    malformed : rows that are not in `bars`
    notes : what the reader found out, a sentence each
    locate : line numbers (from 1) and original texts of rows, by position in `bars`
    digest : SHA-256 of the source
    """

    source: str
    bars: pd.DataFrame
    malformed: Malformed
    notes: list[str]
    locate: Callable[[np.ndarray], tuple[list[int], list[str]]]
    digest: Callable[[], str]


def read_frame(
    frame: pd.DataFrame,
    timeframe: str = "1d",
    date_format: str | None = None,
    source: str = "frame",
    volume_column: str | None = None,
) -> Incoming:
    """Take a frame of bars as it comes.

    Parameters
    ----------
    frame : columns open, high, low, close, volume in any case and order; its index are the stamps
        (DatetimeIndex; without a zone they are UTC), else a column `timestamp` or `date`
    timeframe : "1d" or "1h"
    date_format : how to read stamps that are text but not ISO 8601, like "%m/%d/%Y"
    source : what it is called in messages
    volume_column : the column that is the volume, in any case; None is `volume`

    Raises
    ------
    DataError
        A column is missing, there are no rows, or the stamps or the volume cannot be decided.
    """
    indexed = isinstance(frame.index, pd.DatetimeIndex)
    names = [str(name) for name in frame.columns]
    wanted = wanted_columns(COLUMNS, () if indexed else STAMP_COLUMNS, volume_column)
    places, notes = find_columns(names, wanted, source, volume_column)
    if frame.empty:
        raise DataError(f"{source} has no rows. Give one with bars in it.", source=source)
    times = frame.index if indexed else frame.iloc[:, places["timestamp"]]
    index, more = _index(pd.Series(times), timeframe, source, date_format)
    columns = {
        name: pd.to_numeric(frame.iloc[:, places[name]], errors="coerce").to_numpy(
            dtype="float64", na_value=np.nan
        )
        for name in COLUMNS
    }
    stamps.fit(index, timeframe, source)

    def locate(rows: np.ndarray) -> tuple[list[int], list[str]]:
        chosen = frame.iloc[rows].itertuples(index=indexed)
        return (rows + 1).tolist(), [",".join(map(str, row)) for row in chosen]

    bars = pd.DataFrame(columns, index=index, copy=False)
    return Incoming(source, bars, Malformed(), notes + more, locate, lambda: _frame_digest(frame))


def read_parquet(
    path: str | Path,
    timeframe: str = "1d",
    date_format: str | None = None,
    volume_column: str | None = None,
) -> Incoming:
    """Read a Parquet file of bars; its columns are those of `read_frame`.

    Raises
    ------
    DataError
        There is no such file, or it is no Parquet file of bars.
    """
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy
    from pyarrow import parquet  # noqa: PLC0415 - reason: heavy

    file = existing_file(path)
    try:
        frame = parquet.read_table(file).to_pandas(split_blocks=True, self_destruct=True)
    except (pa.ArrowException, OSError) as problem:
        raise DataError(
            f"{file.name} cannot be read as Parquet: {one_line(problem)}. A CSV file is loaded "
            "with load_csv.",
            source=file.name,
        ) from problem
    incoming = read_frame(frame, timeframe, date_format, file.name, volume_column)
    return replace(incoming, digest=lambda: file_digest(file))


def existing_file(path: str | Path) -> Path:
    """Return the path of a file that is there and not empty.

    Raises
    ------
    DataError
        It is not there, is a folder, may not be read, or is empty.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise DataError(f"{path} is a folder. Give the path of one file.", path=str(path))
    try:
        with path.open("rb") as stream:
            empty = not stream.read(1)
    except FileNotFoundError as problem:
        raise DataError(
            f"There is no file {path}. The folder looked from is {Path.cwd()}.", path=str(path)
        ) from problem
    except OSError as problem:
        raise DataError(
            f"{path} cannot be read ({problem.strerror}). Give a file you may read.",
            path=str(path),
        ) from problem
    if empty:
        raise DataError(f"{path} is empty. Give a file with rows in it.", path=str(path))
    return path


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def wanted_columns(
    needed: tuple[str, ...], stamp_columns: tuple[str, ...], volume_column: str | None = None
) -> dict[str, tuple[str, ...]]:
    """Return by what folded names the needed columns are known; "timestamp" is the stamps'."""
    wanted: dict[str, tuple[str, ...]] = {name: (name,) for name in needed}
    if stamp_columns:
        wanted["timestamp"] = stamp_columns
    if volume_column is not None:
        wanted["volume"] = (_fold(str(volume_column)),)
    return wanted


def not_found(names: list[str], wanted: dict[str, tuple[str, ...]]) -> list[str]:
    """Return which of the wanted columns are not among the names."""
    folded = {_fold(name) for name in names}
    return [name for name, spellings in wanted.items() if not folded & set(spellings)]


def find_columns(
    names: list[str],
    wanted: dict[str, tuple[str, ...]],
    source: str,
    volume_column: str | None = None,
) -> tuple[dict[str, int], list[str]]:
    """Return where the wanted columns stand, and notes.

    Parameters
    ----------
    names : the header
    wanted : what `wanted_columns` returns
    source : what it is called in messages
    volume_column : what was said of the volume; None allows one column only that may be it

    Raises
    ------
    DataError
        One is missing or there twice, or which one is the volume would be a guess.
    """
    folded = [_fold(name) for name in names]
    volumes = [name for name, text in zip(names, folded, strict=True) if VOLUMES.match(text)]
    _refuse_missing(names, wanted, volumes, source)
    found = {
        name: [at for at, text in enumerate(folded) if text in spellings]
        for name, spellings in wanted.items()
    }
    _refuse_twice(names, found, source)
    if "volume" in wanted and volume_column is None and len(volumes) > 1:
        ways = " or ".join(f"volume_column={name!r}" for name in volumes)
        raise DataError(
            f"{source} has more than one column of volumes: {' and '.join(map(repr, volumes))}, "
            "and picking one would be a guess. The volume is the number of units traded, not the "
            f"money paid. Pass {ways} with load_csv, load_parquet or load_frame.",
            source=source,
            columns=volumes,
        )
    places = {name: at for name, (at,) in found.items()}
    left_out = [name for at, name in enumerate(names) if at not in places.values()]
    notes = [f"Columns left out: {', '.join(left_out)}."] if left_out else []
    if volume_column is not None:
        notes.insert(0, f"The volume is the column {names[places['volume']]!r}.")
    return places, notes


def _fold(name: str) -> str:
    return name.strip().casefold()


def _refuse_missing(
    names: list[str], wanted: dict[str, tuple[str, ...]], volumes: list[str], source: str
) -> None:
    missing = not_found(names, wanted)
    if not missing:
        return
    ways = " or ".join(f"volume_column={name!r}" for name in volumes)
    way_out = f" Pass {ways}." if ways and "volume" in missing else ""
    raise DataError(
        f"{source} has no column {', '.join(' or '.join(wanted[name]) for name in missing)}; its "
        f"header reads {shorten(','.join(names))!r}. A file's header is among its first lines and "
        "names every column, in any case and order; a frame's stamps may be its DatetimeIndex."
        f"{way_out}",
        source=source,
        missing=missing,
    )


def _refuse_twice(names: list[str], found: dict[str, list[int]], source: str) -> None:
    twice = [" and ".join(repr(names[at]) for at in at_) for at_ in found.values() if len(at_) > 1]
    if twice:
        raise DataError(
            f"{source} has more than one column for the same thing: {'; '.join(twice)}. "
            "Rename or remove all but one.",
            source=source,
            columns=twice,
        )
    shared = [name for name in found if name != "volume" and found[name] == found.get("volume")]
    if shared:
        raise DataError(
            f"volume_column={names[found['volume'][0]]!r} is the column of {shared[0]} in "
            f"{source}. Name the column of the volume.",
            source=source,
            columns=shared,
        )


def shorten(text: str) -> str:
    """Return a text cut to the length of a line."""
    return text if len(text) <= LINE else f"{text[: LINE - 1]}…"


def one_line(problem: Exception) -> str:
    """Return an error's first line without its full stop, for a sentence of our own."""
    return shorten(str(problem).partition("\n")[0].rstrip(". "))


def _index(
    times: pd.Series, timeframe: str, source: str, date_format: str | None
) -> tuple[pd.DatetimeIndex, list[str]]:
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        stamps_ = pd.DatetimeIndex(times)
        return stamps.of_times(stamps_, timeframe), stamps.notes_on_days(stamps_, timeframe)
    return stamps.parse(times, timeframe, source, date_format)


def _frame_digest(frame: pd.DataFrame) -> str:
    hashed = hashlib.sha256(",".join(map(str, frame.columns)).encode())
    try:
        hashed.update(pd.util.hash_pandas_object(frame).to_numpy().tobytes())
    except TypeError:  # a cell that has no hash, like a list
        hashed.update(frame.to_csv().encode())
    return hashed.hexdigest()
