"""All files of one load, read: each by what it is, named after whose bars it has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.files import sources
from bitstockerz_lab.market.files.csv_files import read_csv
from bitstockerz_lab.market.files.incoming import Incoming, Owners
from bitstockerz_lab.market.files.opening import unpack
from bitstockerz_lab.market.files.readers import read_frame, read_parquet

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.market.files.layout import Layout
    from bitstockerz_lab.market.files.sources import Paths, Source

PROBLEMS = 5
ENDINGS = {"csv": sources.TEXT, "parquet": ("parquet", "pq")}
VERBS = {"csv": "load_csv", "parquet": "load_parquet", "arrow": "load_file"}
WORDS = {"csv": "a text", "parquet": "a Parquet file", "arrow": "an Arrow file"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read.

    Attributes
    ----------
    layout : what was said of their columns, stamps and numbers
    timeframe : of all of them; None leaves it to their names, then to their stamps
    symbol : of all of them; None leaves it to a column of theirs, then to their names
    kind : the only one that is taken: "csv" or "parquet"; None takes all
    """

    layout: Layout
    timeframe: str | None = None
    symbol: str | None = None
    kind: str | None = None

    def files(self, paths: Paths) -> tuple[list[Incoming], list[str]]:
        """Read files, a folder, a pattern or a list of them; all or none.

        Returns
        -------
        incoming : in the order of the files' names
        notes : what was left out of a folder or an archive

        Raises
        ------
        DataError
            One of them cannot be read; the message names each and its reason.
        """
        endings = ENDINGS.get(self.kind or "", (*sources.TEXT, *sources.TABLES))
        found, notes = sources.find(paths, endings)
        incoming: list[Incoming] = []
        problems: list[DataError] = []
        for source in found:
            try:
                incoming.append(self._file(source))
            except DataError as problem:
                problems.append(problem)
        if problems:
            raise _together(problems, len(found))
        return incoming, notes

    def frame(self, frame: pd.DataFrame) -> Incoming:
        """Read a frame."""
        return _at_timeframe(
            self.timeframe,
            None,
            lambda timeframe: read_frame(frame, timeframe, layout=self.layout, symbol=self.symbol),
        )

    def _file(self, source: Source) -> Incoming:
        file = unpack(source)
        if self.kind not in (None, file.kind):
            verb = VERBS[file.kind]
            others = "load_file" if verb == "load_file" else f"{verb} or load_file"
            raise DataError(
                f"{file.name} is {WORDS[file.kind]}, not {WORDS[str(self.kind)]}. Load it with "
                f"{others}.",
                source=file.name,
            )
        named, timeframe = sources.of_name(source.name)
        read = read_csv if file.kind == "csv" else read_parquet
        incoming = _at_timeframe(
            self.timeframe,
            timeframe,
            lambda timeframe: read(file, timeframe, self.layout, self.symbol, named),
        )
        if incoming.owners.symbols:
            return incoming
        if named is None:
            raise DataError(
                f"{source.name} does not say whose bars it has, neither in a column nor by its "
                "name. Pass symbol=, or symbol_column= if a column of another name does.",
                source=source.name,
            )
        said = f"The symbol {named} is of the file's name."
        return replace(incoming, owners=Owners((named,)), notes=[*incoming.notes, said])


def _at_timeframe(said: str | None, named: str | None, read: Callable[[str], Incoming]) -> Incoming:
    """Read bars of the timeframe that was said, or that the name or the stamps tell."""
    if said is not None:
        return read(said)
    if named is not None:
        incoming = read(named)
        return replace(
            incoming, notes=[*incoming.notes, f"The timeframe {named} is of the file's name."]
        )
    try:
        return read("1d")
    except DataError as problem:
        if problem.values.get("step") != pd.Timedelta(hours=1):
            raise
    incoming = read("1h")
    return replace(incoming, notes=[*incoming.notes, "The timeframe 1h is told by the stamps."])


def _together(problems: list[DataError], files: int) -> DataError:
    """Return one error for all files that cannot be read."""
    if files == 1:
        return problems[0]
    told = "; ".join(str(problem).rstrip(".") for problem in problems[:PROBLEMS])
    more = f"; and {len(problems) - PROBLEMS:,} more" if len(problems) > PROBLEMS else ""
    return DataError(
        f"{len(problems):,} of {files:,} files cannot be read, and a load stores all of them or "
        f"none: {told}{more}.",
        problems=[str(problem) for problem in problems],
    )
