"""Answers: tables for people, JSON for programs. Nothing else is written on stdout."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import sys
from collections.abc import Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd
    from rich.console import Console

_MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?\+00:00$")
_OPTION = re.compile(r"(?<![\w.'\"])([a-z]+(?:_[a-z]+)*)=(True|False)?(\[[^\]]*\])?")
_VERBS = (
    (r"(?:lab\.market\.)?load_(factors|actions)(?:\(\.\.\.\))?", r"bitstockerz load --\1"),
    (r"lab\.market\.load_csv\(\.\.\.\)", "bitstockerz load"),
    (r"lab\.market\.(symbols|providers|health)\(\)", r"bitstockerz \1"),
    (r"lab\.backtests\.sweeps\(\)", "bitstockerz sweeps"),
    (r"lab\.backtests\.list\(\)", "bitstockerz runs list"),
    (r"lab\.paper\.open\(100_000\)", "bitstockerz paper open 100000"),
    (r"lab\.paper\.reset\(start='(.+?)'\)", r"bitstockerz paper reset --start \1"),
    (r"lab\.paper\.reset\(start=\.\.\.\)", "bitstockerz paper reset --start DATE"),
    (r"lab\.paper\.(\w+)\(\.*\)", r"bitstockerz paper \1"),
    (r"lab\.batch\.list\(\)", "bitstockerz batches"),
    (r"lab\.batch\.resume\((\d+)\)", r"bitstockerz batch --resume \1"),
    (r"lab\.batch\.run\('(.+?)', \.\.\.\)", r"bitstockerz batch \1"),
    (r"in the grid and in parameters\.", "in --grid and in --parameter."),
    (
        r'periods=\[\("(\S+)", "(\S+)"\), \("(\S+)", None\)\]',
        r"--period \1/\2 --period \3/",
    ),
    (
        r'lab\.strategies\.save\(lab\.strategies\.template\("(.+?)"\)\)',
        r"bitstockerz strategies save --template \1",
    ),
    (
        r"print\(lab\.strategies\.get\((.+?), (\d+)\)\.definition\.code\(\)\)",
        r"bitstockerz strategies show \1 --version \2",
    ),
    (r"lab\.strategies\.save\((?:\.\.\.|definition|text)\)", "bitstockerz strategies save FILE"),
    (r"lab\.strategies\.import_file\(path\)", "bitstockerz strategies import FILE"),
    (r"lab\.strategies\.export\(\.\.\.\)", "bitstockerz strategies export"),
    (r"lab\.strategies\.tag\(name, tag\)", "bitstockerz strategies tag NAME TAG"),
    (r"lab\.strategies\.trust\(\)", "bitstockerz strategies trust --all"),
    (r"lab\.strategies\.(list|templates)\(\)", r"bitstockerz strategies \1"),
    (r"lab\.strategies\.(trust|restore)\(('.+?')\)", r"bitstockerz strategies \1 \2"),
    (r"\bdiff\(name, other\)", "bitstockerz strategies diff NAME OTHER"),
)
"""How the API's verbs are said here, where there is a command for them."""
_SINGLE = (
    (r"--parameters?\{'(\w+)': (.+?)\}", r"--parameter \1=\2"),
    (r"--(grid|over)\{'(\w+)': \[\.\.\.\]\}", r"--\1 \2=..."),
    (r"--(parameter|period|target)s(?![\w-])", r"--\1"),
)
"""Options that are given once for each, where the API takes several at once."""
_ZIPPED = (
    (r"how='zip'", "--zip"),
    (r"use how='product' for", "leave --zip out for"),
    (r"Use 'product' or 'zip'\.", "Say --zip, or leave it out for every combination."),
)
"""How combinations are asked for, where there is an option ``--zip``."""
WIDE = 10_000  # of a table that goes into a pipe: no line of it is broken


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return a value in JSON's types: numbers as they are, NaN as null, times in ISO 8601 UTC.

    Parameters
    ----------
    value : a frame becomes a list of its rows; a dataclass or mapping a dict

    Examples
    --------
    >>> plain({"sharpe_ratio": float("nan"), "when": datetime(2020, 1, 2)})
    {'sharpe_ratio': None, 'when': '2020-01-02T00:00:00+00:00'}
    """
    match value:
        case Enum() | Path():
            found: Any = str(value)
        case None | bool() | int() | str():
            found = value
        case float():
            found = float(value) if math.isfinite(value) else None
        case datetime():
            found = _moment(value)
        case date():
            found = value.isoformat()
        case Mapping():
            found = {str(key): plain(entry) for key, entry in value.items()}
        case list() | tuple() | set() | frozenset():
            found = [plain(entry) for entry in value]
        case _ if dataclasses.is_dataclass(value):
            names = [field.name for field in dataclasses.fields(value)]
            found = {name: plain(getattr(value, name)) for name in names}
        case _:
            found = _of_numpy(value)
    return found


def _moment(when: datetime) -> str | None:
    """Return a time with its zone, UTC where it has none."""
    if when != when:  # noqa: PLR0124 - pandas' NaT is a datetime, and unlike itself
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).isoformat()


def _of_numpy(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return what numpy and pandas hold in JSON's types; anything else as its text."""
    import pandas as pd  # noqa: PLC0415 - reason: heavy

    if isinstance(value, pd.DataFrame):
        return [plain(row) for row in value.to_dict("records")]
    if value is pd.NA:
        return None
    return plain(value.tolist()) if hasattr(value, "tolist") else str(value)


def in_its_own_words(message: str, options: Mapping[str, str] | None = None) -> str:
    """Return a message of the API as the command line says it: ``name=`` is ``--name``.

    Parameters
    ----------
    message : what the API says
    options : the command's options by the API's words; other words stay as they are. None is any.

    Examples
    --------
    >>> in_its_own_words("Pass volume_column='vol' or zero_volume=True.")
    "Pass --volume-column 'vol' or --zero-volume."
    """
    for verb, command in _VERBS:
        message = re.sub(verb, command, message)
    for pattern, said in _ZIPPED if options and "zip" in options else ():
        message = re.sub(pattern, said, message)
    message = _OPTION.sub(partial(_as_option, options), message)
    for pattern, said in _SINGLE:
        message = re.sub(pattern, said, message)
    return message


def _as_option(options: Mapping[str, str] | None, found: re.Match[str]) -> str:
    name, flag, listed = found.groups()
    option: str | None = f"--{name.replace('_', '-')}"
    if options is not None:
        option = options.get(name) or options.get(name.removesuffix("s"))
    if option is None or "{" in (listed or ""):
        return found.group()
    if flag is not None:
        return option if flag == "True" else f"no {option}"
    if listed is not None:
        return (
            f"{option} {','.join(part.strip(' []').strip(chr(39)) for part in listed.split(','))}"
        )
    follows = found.string[found.end() : found.end() + 1]
    return f"{option} " if follows.isalnum() or follows in ("'", '"', "-") else option


def write_json(value: object) -> None:
    """Write a value on stdout as JSON."""
    text = json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    sys.stdout.write(f"{text}\n")


def write(text: str) -> None:
    """Write text on stdout, as it is."""
    sys.stdout.write(f"{text}\n")


def console(*, stderr: bool = False) -> Console:
    """Return a rich console: coloured on a terminal, plain and wide in a pipe."""
    from rich.console import Console  # noqa: PLC0415 - only for people

    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr,
        width=None if stream.isatty() else WIDE,
        highlight=False,
        soft_wrap=not stream.isatty(),
    )


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, right: Sequence[str] = ()
) -> None:
    """Write a table on stdout.

    Parameters
    ----------
    columns : their headings
    rows : texts, as many as there are columns
    right : the headings of columns whose numbers are aligned at their right end
    """
    from rich import box  # noqa: PLC0415 - only for people
    from rich.table import Table  # noqa: PLC0415 - only for people
    from rich.text import Text  # noqa: PLC0415 - only for people

    target = console()
    table = Table(box=box.SIMPLE_HEAD if target.is_terminal else None, pad_edge=False)
    for column in columns:
        table.add_column(
            Text(column),
            justify="right" if column in right else "left",
            overflow="fold",
            no_wrap=not target.is_terminal,
        )
    for row in rows:
        table.add_row(*[Text(cell) for cell in row])
    target.print(table, soft_wrap=False)


def write_frame(frame: pd.DataFrame, nothing: str) -> None:
    """Write a frame as a table.

    Parameters
    ----------
    frame : a column a column
    nothing : the sentence that stands for a frame without rows
    """
    if frame.empty:
        write(nothing)
        return
    names = [str(name) for name in frame.columns]
    numeric = [str(name) for name in frame.columns if frame[name].dtype.kind in "iuf"]
    rows = [[cell(entry) for entry in row] for row in frame.itertuples(index=False, name=None)]
    write_table(names, rows, right=numeric)


def cell(value: object) -> str:
    """Return a value as a person reads it: a dash for none, midnight as its date."""
    value = plain(value)
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1 or value == 0 else f"{value:.6g}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return _MOMENT.sub(_short, value) if isinstance(value, str) else str(value)


def _short(moment: re.Match[str]) -> str:
    day, time = moment.groups()
    return day if time == "00:00:00" else f"{day} {time}"


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal's stderr that something is at work, for the block."""
    target = console(stderr=True)
    if not target.is_terminal:
        yield
        return
    with target.status(f"{what} …"):
        yield
