"""Any function of TA-Lib by its name, ``talib.CCI``, as TA-Lib computes it.

The names, settings and bounds stand in talib_functions.json, so that a definition is checked
without TA-Lib; ``python -m tests.strategies.indicators.talib_table`` writes it anew from the
installed one, and a test compares. Where TA-Lib answers 0/0 with 0, so does this; the entries with
a plain name do not.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies.indicators.entry import Indicator, Setting, talib

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.strategies.indicators.entry import Compute, Length, Numbers, Settings

Kinds = dict[str, type[int] | type[float]]
PREFIX = "talib."
TABLE = Path(__file__).with_name("talib_functions.json")


@functools.cache
def functions() -> dict[str, Indicator]:
    """Return an entry for each function, by name: ``talib.CDLENGULFING``."""
    rows = json.loads(TABLE.read_text("utf-8"))
    return {PREFIX + name: _entry(name, row) for name, row in rows.items()}


def _entry(name: str, row: dict[str, Any]) -> Indicator:
    settings = tuple(
        Setting(key, default, low, high, "float" if isinstance(default, float) else "int")
        for key, default, low, high in row["settings"]
    )
    kinds: Kinds = {setting.name: float if setting.kind == "float" else int for setting in settings}
    told = f"({', '.join(f'{{{setting.name}}}' for setting in settings)})" if settings else ""
    several = len(row["outputs"]) > 1
    first = _lookback(name, kinds)
    start = "may depend on where the data starts" if row["from_start"] else "a window only counts"
    return Indicator(
        name=PREFIX + name,
        inputs=tuple(row["inputs"]),
        settings=settings,
        source="close" if "source" in row["inputs"] else None,
        outputs=tuple(row["outputs"]) if several else ("value",),
        phrase=f"{'{output} of ' if several else ''}TA-Lib {name}{told}"
        + (" of {source}" if "source" in row["inputs"] else ""),
        definition=f"{row['title']}, as TA-Lib computes it, with its 0 where 0/0; {start}.",
        reference=f"TA-Lib {name}",
        first=first,
        settled=(lambda _settings: None) if row["from_start"] else None,
        compute=_compute(name, kinds, first),
    )


def _told(settings: Settings, kinds: Kinds) -> dict[str, Any]:
    return {key: kind(settings[key]) for key, kind in kinds.items()}


def _lookback(name: str, kinds: Kinds) -> Length:
    def first(settings: Settings) -> int:
        talib()
        from talib import abstract  # noqa: PLC0415 - heavy

        function = abstract.Function(name)  # type: ignore[attr-defined]
        function.set_parameters(**_told(settings, kinds))
        return int(function.lookback)

    return first


def _compute(name: str, kinds: Kinds, first: Length) -> Compute:
    def compute(columns: Sequence[Numbers], settings: Settings) -> tuple[Numbers, ...]:
        library = talib()
        try:
            made = getattr(library, name)(*columns, **_told(settings, kinds))
        except Exception as problem:
            if type(problem) is not Exception:  # TA-Lib raises the plain one
                raise
            told = ", ".join(f"{key} = {value}" for key, value in settings.items())
            raise DataError(f"TA-Lib does not compute {name} with {told}: {problem}.") from problem
        found = []
        for values in made if isinstance(made, tuple | list) else (made,):
            column = values.astype(np.float64)
            if values.dtype.kind == "i":  # TA-Lib writes 0 before the first value
                column[: first(settings)] = np.nan
            found.append(column)
        return tuple(found)

    return compute
