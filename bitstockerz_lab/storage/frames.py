"""Frames in and out of the database, never rows: a thousand times faster than `executemany`."""

from __future__ import annotations

import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from bitstockerz_lab.storage.database import Connection


def append(con: Connection, table: str, frame: pd.DataFrame) -> int:
    """Add the rows of a frame to a table; columns go by name, the rest take their default.

    Parameters
    ----------
    con : a write lease's connection
    table : one of the schema's tables
    frame : its columns are columns of the table; tz-aware times are stored as UTC

    Returns
    -------
    int
        How many rows were added.
    """
    columns = ", ".join(f'"{name}"' for name in frame.columns)
    with registered(con, "appended_frame", frame):
        con.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM appended_frame')  # noqa: S608 - a table of ours
    return len(frame)


def read(
    con: Connection, query: str, parameters: object = (), *, zone: str | None = None
) -> pd.DataFrame:
    """Return a query's answer as a frame.

    Parameters
    ----------
    con : a lease's connection
    query : one statement that reads
    parameters : values for its ``?``
    zone : given to the columns of type TIMESTAMP, which are UTC; None leaves them naive
    """
    answer = con.execute(query, parameters)
    types = {name: str(kind) for name, kind, *_ in answer.description}
    with warnings.catch_warnings():
        # DuckDB 2.0's client calls a pandas function in a way that pandas 3.1 deprecates
        warnings.filterwarnings("ignore", message="The inplace keyword in DataFrame.drop")
        frame = answer.df()
    if zone is not None:
        for name in frame.columns[[types.get(name) == "TIMESTAMP" for name in frame.columns]]:
            frame[name] = frame[name].dt.tz_localize(zone)
    return frame


@contextmanager
def registered(con: Connection, name: str, frame: pd.DataFrame) -> Iterator[None]:
    """Let a frame stand as the table `name` for the block; its times are made UTC and naive."""
    zoned = frame.select_dtypes("datetimetz").columns
    if len(zoned):
        frame = frame.assign(
            **{column: frame[column].dt.tz_convert("UTC").dt.tz_localize(None) for column in zoned}
        )
    con.register(name, frame)
    try:
        yield
    except BaseException:
        with suppress(
            duckdb.Error
        ):  # refused in an aborted transaction; the next frame replaces it
            con.unregister(name)
        raise
    con.unregister(name)


def only(con: Connection, statement: str, values: object = ()) -> int:
    """Return the one number that a statement answers.

    All of the answer is fetched: DuckDB 2.0 takes no frame while a result is unfinished.
    """
    ((number,),) = con.execute(statement, values).fetchall()
    return int(number)
