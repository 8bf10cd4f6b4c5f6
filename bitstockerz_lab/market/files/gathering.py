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
from bitstockerz_lab.market.files.texts import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.market.files.layout import Layout
    from bitstockerz_lab.market.files.sources import Paths, Source

PROBLEMS = 5
NAMED = 3
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
        problems: list[tuple[str, DataError]] = []
        for source in found:
            try:
                incoming.append(self._file(source))
            except DataError as problem:
                problems.append((source.name, problem))
        if problems:
            raise _together(problems, len(found))
        return incoming, notes

    def frame(self, frame: pd.DataFrame) -> Incoming:
        """Read a frame."""
        incoming = _at_timeframe(
            self.timeframe,
            None,
            lambda timeframe: read_frame(frame, timeframe, layout=self.layout, symbol=self.symbol),
        )
        if not incoming.owners.symbols:
            raise _nobodys(incoming.source, "neither in a column nor by a name")
        return incoming

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
        if self.symbol is not None:
            return _with_name(incoming, sources.symbol_of_name(source.name))
        if incoming.owners.symbols:
            return incoming
        if named is None:
            raise _nobodys(source.name, "neither in a column nor by its name")
        said = f"The symbol {named} is of the file's name."
        return replace(incoming, owners=Owners((named,)), notes=[*incoming.notes, said])


def _nobodys(source: str, where: str) -> DataError:
    return DataError(
        f"{source} does not say whose bars it has, {where}. Pass symbol=, or symbol_column= if a "
        "column of another name does.",
        source=source,
    )


def _with_name(incoming: Incoming, named: str | None) -> Incoming:
    """Say what a file's name says of its symbol, if no column does."""
    owners = incoming.owners
    if owners.said is not None or named is None or fold(named) == fold(owners.symbols[0]):
        return incoming
    asked = owners.symbols[0].strip().upper().replace("/", "-")
    note = f"The file's name says {named}; its bars were loaded as {asked}."
    return replace(incoming, owners=replace(owners, said=named), notes=[*incoming.notes, note])


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


def _together(problems: list[tuple[str, DataError]], files: int) -> DataError:
    """Return one error for all files that cannot be read, each reason said once."""
    if files == 1:
        return problems[0][1]
    groups: dict[str, list[str]] = {}
    for name, problem in problems:
        groups.setdefault(str(problem).removeprefix(name).strip(" .,:"), []).append(name)
    shown = list(groups.items())[:PROBLEMS]
    texts = {name: str(problem).rstrip(".") for name, problem in problems}
    told = [
        texts[names[0]] if len(names) == 1 else f"{_few(names)}, for each the same: {reason}"
        for reason, names in shown
    ]
    hidden = len(problems) - sum(len(names) for _, names in shown)
    more = f"; and {hidden:,} more" if hidden else ""
    return DataError(
        f"{len(problems):,} of {files:,} files cannot be read, and a load stores all of them or "
        f"none: {'; '.join(told)}{more}.",
        problems=[str(problem) for _, problem in problems],
    )


def _few(names: list[str]) -> str:
    rest = len(names) - NAMED
    if rest <= 0:
        return " and ".join(names)
    return f"{', '.join(names[:NAMED])} and {rest:,} more"
