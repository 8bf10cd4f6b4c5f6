"""Where the rows of a CSV file stand in it."""

from __future__ import annotations

import mmap
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.market.files.opening import Opened


class Lines:
    """Where the rows of a file stand in it; the file is looked at only when somebody asks.

    Parameters
    ----------
    file : the file
    skipped : how many of its lines stand above the rows
    rows : how many rows were read
    malformed : positions of the others among the lines with text after the header
    """

    def __init__(self, file: Opened, skipped: int, rows: int, malformed: np.ndarray) -> None:
        self.file, self.skipped, self.rows = file, skipped, rows
        self.malformed = malformed

    def locate(self, rows: np.ndarray) -> tuple[list[int], list[str]]:
        """Return line numbers (from 1) and texts of rows by position among the read rows."""
        numbers, starts, ends = self._places
        read = np.delete(np.arange(len(numbers)), self.malformed)[rows]
        with self._bytes() as file:
            texts = [
                file[start:end].decode("utf-8", errors="replace").rstrip("\r\n")
                for start, end in zip(starts[read].tolist(), ends[read].tolist(), strict=True)
            ]
        return numbers[read].tolist(), texts

    def of_malformed(self) -> list[int]:
        """Return the line numbers of the rows that were not read."""
        return self._places[0][self.malformed].tolist() if len(self.malformed) else []

    @contextmanager
    def _bytes(self) -> Iterator[bytes | mmap.mmap]:
        if self.file.path is None:
            yield self.file.content or b""
            return
        with (
            self.file.path.open("rb") as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as file,
        ):
            yield file

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        data = (
            np.frombuffer(self.file.content or b"", dtype="uint8")
            if self.file.path is None
            else np.fromfile(self.file.path, dtype="uint8")
        )
        ends = np.append(np.flatnonzero(data == ord("\n")), len(data))
        starts = np.append(0, ends[:-1] + 1)
        length = ends - starts
        blank = (length == 0) | (
            (length == 1) & (data[np.minimum(starts, len(data) - 1)] == ord("\r"))
        )
        kept = ~blank
        kept[: self.skipped] = False
        numbers = np.flatnonzero(kept) + 1
        if len(numbers) != self.rows + len(self.malformed):
            raise DataError(
                f"{self.file.name} has cells that span lines, or lines that end in a lone carriage "
                "return. Save it with a row a line.",
                source=self.file.name,
            )
        return numbers, starts[kept], ends[kept]
