"""A file's bytes, unpacked, and what kind of file they are."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files.sources import Source
from bitstockerz_lab.market.files.texts import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\xd0\xcf\x11\xe0": "workbook",
    b"\xff\xfe": "utf16",
    b"\xfe\xff": "utf16",
}
"""How the first bytes of a kind of file read; anything else is text, or is found not to be."""

LONGEST = 8
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is unpacked: where it lies, or its bytes.

    Attributes
    ----------
    name : what it is called in messages
    kind : "csv", "parquet" or "arrow"
    path : where it lies; None if it was unpacked
    content : its bytes; None if it lies somewhere
    """

    name: str
    kind: str
    path: Path | None = None
    content: bytes | None = None

    def start(self, size: int) -> bytes:
        """Return the first bytes."""
        if self.content is not None:
            return self.content[:size]
        with self._place().open("rb") as stream:
            return stream.read(size)

    def for_arrow(self) -> Any:  # noqa: ANN401 - a path or pyarrow's own
        """Return what pyarrow's readers take."""
        import pyarrow as pa  # noqa: PLC0415 - reason: heavy

        return self._place() if self.content is None else pa.BufferReader(self.content)

    def digest(self) -> str:
        """Return the SHA-256 of the unpacked bytes, 64 hex digits."""
        if self.content is not None:
            return hashlib.sha256(self.content).hexdigest()
        with self._place().open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def _place(self) -> Path:
        if self.path is None:  # pragma: no cover - one of the two is always there
            raise DataError(f"{self.name} lies nowhere.")
        return self.path


def unpack(source: Source | str | Path) -> Opened:
    """Return a file that is there and not empty, unpacked.

    Raises
    ------
    DataError
        It is not there, is a folder, may not be read, is empty or damaged, or is a workbook.
    """
    source = source if isinstance(source, Source) else Source(Path(source).expanduser())
    path = source.path
    if path.is_dir():
        raise DataError(f"{path} is a folder. Give the path of one file.", path=str(path))
    try:
        start, content = _bytes(source)
    except FileNotFoundError as problem:
        raise DataError(
            f"There is no file {path}. The folder looked from is {Path.cwd()}.", path=str(path)
        ) from problem
    except OSError as problem:
        raise DataError(
            f"{path} cannot be read ({problem.strerror or one_line(problem)}). Give a file you "
            "may read.",
            path=str(path),
        ) from problem
    if not start:
        raise DataError(f"{path} is empty. Give a file with rows in it.", path=str(path))
    kind = _kind(start)
    while kind in UNPACKERS:
        content = _unpacked(source, kind, content if content is not None else path.read_bytes())
        kind = _kind(content[:LONGEST])
    _refuse(source.name, kind)
    return Opened(source.name, kind, None if content is not None else path, content)


def _bytes(source: Source) -> tuple[bytes, bytes | None]:
    """Return the first bytes, and all of a member of an archive."""
    if source.member is None:
        with source.path.open("rb") as stream:
            return stream.read(LONGEST), None
    try:
        with zipfile.ZipFile(source.path) as archive:
            content = archive.read(source.member)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError) as problem:
        raise DataError(
            f"{source.name} cannot be unpacked: {one_line(problem)}. Unpack it yourself and load "
            "what comes out.",
            source=source.name,
        ) from problem
    return content[:LONGEST], content


def _kind(start: bytes) -> str:
    return next((kind for magic, kind in KINDS.items() if start.startswith(magic)), "csv")


def _unpacked(source: Source, kind: str, packed: bytes) -> bytes:
    try:
        return UNPACKERS[kind](packed)
    except (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error) as problem:
        what = "read as UTF-16 text" if kind == "utf16" else "unpacked"
        raise DataError(
            f"{source.name} cannot be {what}: {one_line(problem)}. Get the file again.",
            source=source.name,
        ) from problem


def _zstd(packed: bytes) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    with pa.CompressedInputStream(pa.BufferReader(packed), "zstd") as stream:
        return stream.read()  # type: ignore[no-any-return]


def _utf16(text: bytes) -> bytes:
    return text.decode("utf-16").encode()


UNPACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "bzip2": bz2.decompress,
    "xz": lzma.decompress,
    "zstd": _zstd,
    "utf16": _utf16,
}


def _refuse(name: str, kind: str) -> None:
    if kind == "workbook" or (kind == "zip" and name.lower().endswith(WORKBOOKS)):
        raise DataError(
            f"{name} is a workbook. Save its sheet as CSV, or load a frame: "
            "load_frame(pandas.read_excel(…)).",
            source=name,
        )
    if kind == "zip":
        raise DataError(
            f"{name} is an archive where one file is needed. Unpack it yourself and load what "
            "comes out.",
            source=name,
        )
