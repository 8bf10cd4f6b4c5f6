"""What a person says of a file's layout, where it does not speak for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What is said of a file's columns, stamps and numbers; None leaves it to the file.

    Attributes
    ----------
    columns : names of a file's columns in order, for a file without a header
    time_column : the column of the stamps, where several are there and disagree
    date_format : how to read stamps that are not ISO 8601, like "%m/%d/%Y"
    timezone : IANA name of the zone of hours that say none, like "America/New_York"; None is UTC
    symbol_column : the column that says whose bar a row is
    volume_column : the column that is the volume, in units traded
    decimal : "." or ",", where the numbers of a file do not tell
    zero_volume : store 0 where no volume is written, or no column of it is there

    Raises
    ------
    DataError
        A value is none of the possible ones.
    """

    columns: Sequence[str] | None = None
    time_column: str | None = None
    date_format: str | None = None
    timezone: str | None = None
    symbol_column: str | None = None
    volume_column: str | None = None
    decimal: str | None = None
    zero_volume: bool = False

    def __post_init__(self) -> None:
        if self.decimal not in (None, ".", ","):
            raise DataError(
                f"decimal={self.decimal!r} is no decimal mark. It is '.' or ','.",
                decimal=self.decimal,
            )
        if self.timezone is not None:
            _refuse_unknown_zone(self.timezone)
        if isinstance(self.columns, str):
            raise DataError(
                f"columns={self.columns!r} is one text. Give a list of names, in the order of the "
                "file's columns.",
                columns=self.columns,
            )


AS_IT_COMES = Layout()
"""Nothing is said."""


def _refuse_unknown_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as problem:
        raise DataError(
            f"timezone={name!r} is unknown. Write it like 'America/New_York', 'Asia/Tokyo' or "
            "'UTC'.",
            timezone=name,
        ) from problem
