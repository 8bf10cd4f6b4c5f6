"""Running a strategy's stored Python and reading what it returns.

It runs in a new namespace each time, so that nothing of one call is left for the next; where
nothing in the text could remember anything, the namespace is kept, and with it what numba compiled.
This is no sandbox: the code can do whatever its user can. `consent` decides whether it runs at all.
"""

from __future__ import annotations
import __future__

import linecache
import traceback
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.errors import DefinitionError, LabError
from bitstockerz_lab.strategies.document import PRICES
from bitstockerz_lab.strategies.problems import did_you_mean, listed
from bitstockerz_lab.strategies.python.memory import keeps_nothing
from bitstockerz_lab.strategies.python.model import parsed
from bitstockerz_lab.strategies.wording import shown

if TYPE_CHECKING:
    from types import CodeType

    from numpy.typing import NDArray

    from bitstockerz_lab.strategies.definition import Definition
    from bitstockerz_lab.strategies.python.model import PythonCode

    Flags = NDArray[np.bool_]

WORDS = {"enter": "enter_long", "leave": "exit_long",
         "enter_short": "enter_short", "leave_short": "exit_short"}  # fmt: skip
SIDES = {"long": ("enter", "leave"), "short": ("enter_short", "leave_short"), "both": tuple(WORDS)}
PAIR = 2
MOST_KEPT = 16
_KEPT: dict[str, dict[str, Any]] = {}


def flags(
    definition: Definition, bars: pd.DataFrame, resolved: Mapping[str, int | float]
) -> dict[str, Flags]:
    """Return what a definition's code says at each bar.

    Parameters
    ----------
    definition : with `python`; consent was asked for
    bars : frame of open, high, low, close, volume; the code gets a copy
    resolved : every parameter's value

    Returns
    -------
    dict with any of enter_long, exit_long, enter_short, exit_short
        Columns of shape (n_bars,), bool; missing values are False.

    Raises
    ------
    DefinitionError
        What the code returns are no signals.
    LabError
        The code raised: the line and what it said; the original is the cause.
    """
    code = definition.python
    assert code is not None  # noqa: S101 - asked for by who looked
    title = definition.name or code.function
    given = {name: resolved[name] for name in code.arguments[1:]}
    returned = _called(code, title, bars[[*PRICES]].copy(), given)
    found = _by_word(returned, title, definition.direction)
    return {WORDS[word]: _column(one, word, title, bars.index) for word, one in found.items()}


@lru_cache(maxsize=64)
def _compiled(source: str, sha256: str) -> CodeType:
    """Compile a source; its lines are shown in tracebacks."""
    filename = f"<strategy {sha256[:12]}>"
    lines = [f"{line}\n" for line in source.split("\n")]
    linecache.cache[filename] = (len(source), None, lines, filename)
    flag = __future__.annotations.compiler_flag
    found: CodeType = compile(source, filename, "exec", flags=flag, dont_inherit=True)
    return found


def _namespace(code: PythonCode, compiled: CodeType) -> dict[str, Any]:
    """Return the module's names, made anew unless none of them could remember a call."""
    if code.sha256 in _KEPT:
        return _KEPT[code.sha256]
    names: dict[str, Any] = {"__name__": f"strategy_{code.sha256[:12]}"}
    exec(compiled, names)  # noqa: S102 - the point of a code strategy, after consent
    if keeps_nothing(parsed(code.source)):
        if len(_KEPT) >= MOST_KEPT:
            del _KEPT[next(iter(_KEPT))]
        _KEPT[code.sha256] = names
    return names


def _called(
    code: PythonCode, title: str, bars: pd.DataFrame, given: Mapping[str, int | float]
) -> Any:  # noqa: ANN401 - whatever the code returns
    compiled = _compiled(code.source, code.sha256)
    try:
        return _namespace(code, compiled)[code.function](bars, **given)
    except (Exception, SystemExit) as problem:
        steps = traceback.extract_tb(problem.__traceback__)
        mine = [step for step in steps if step.filename == compiled.co_filename]
        line = (mine[-1].lineno or 0) if mine else 0
        text = linecache.getline(compiled.co_filename, line).strip() if line else ""
        where = f"line {line} of the strategy's code ({text})" if line else "the strategy's code"
        raise LabError(
            f"{title}: {where}: {type(problem).__name__}: {problem}".rstrip(": "),
            strategy=title,
            line=line,
        ) from problem


def _by_word(returned: Any, title: str, direction: str) -> dict[str, Any]:  # noqa: ANN401 - anything
    """Return what was returned by the builder's words, or say why it is no such thing."""
    if isinstance(returned, tuple) and len(returned) == PAIR:
        found: dict[Any, Any] = dict(zip(("enter", "leave"), returned, strict=True))
    elif isinstance(returned, pd.DataFrame):
        found = {name: returned[name] for name in returned.columns.unique()}
    elif isinstance(returned, Mapping):
        found = dict(returned)
    else:
        hint = 'Return a dict {"enter": …, "leave": …}, a frame of those, or the two in brackets.'
        raise DefinitionError(f"{title} returned {shown(returned)}. {hint}", strategy=title)
    found = {word: one for word, one in found.items() if one is not None or word not in WORDS}
    for word in found:
        if word not in WORDS:
            hint = did_you_mean(str(word), WORDS, f"Known are {listed(WORDS)}.")
            raise DefinitionError(f"{title} returned {word!r}. {hint}", strategy=title)
        if word not in SIDES[direction]:
            raise DefinitionError(
                f"{title} returned {word!r}, but its direction is {direction!r}. Decorate it with "
                'direction="both" or the side it trades.',
                strategy=title,
            )
    for word in SIDES[direction]:
        if word.startswith("enter") and word not in found:
            raise DefinitionError(
                f"{title} returned no {word!r}, and its direction is {direction!r}. Return it, or "
                "decorate it with the direction it trades.",
                strategy=title,
            )
    return found


def _column(given: Any, word: str, title: str, index: pd.Index) -> Flags:  # noqa: ANN401 - anything
    """Return one answer as a column of flags."""

    def refuse(told: str, hint: str) -> DefinitionError:
        return DefinitionError(f"{title} returned for {word!r} {told}. {hint}", strategy=title)

    if not isinstance(given, pd.Series | np.ndarray) or given.ndim != 1:
        hint = "A column is needed, true or false at each bar."
        raise refuse(shown(given), hint)
    if len(given) != len(index):
        hint = "Give one for each bar: do not drop rows."
        raise refuse(f"{len(given)} values for {len(index)} bars", hint)
    if isinstance(given, pd.Series) and not given.index.equals(index):
        hint = "Keep the index of bars."
        raise refuse("a Series with another index than the bars", hint)
    if type(given) is np.ndarray and given.dtype == np.bool_:  # a masked one has missing values
        return np.array(given)
    column = pd.Series(given)
    known = column.dropna()
    if column.dtype.kind != "b" and not all(isinstance(one, bool | np.bool_) for one in known):
        hint = "True or false is needed: compare it, like close > average."
        raise refuse(f"a column of {column.dtype}", hint)
    found: Flags = column.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
    return found
