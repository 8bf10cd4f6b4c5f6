"""What a sweep varies besides parameters: periods, and costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests.run_terms import EXITS
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

MAY_VARY = ("fee_bps", "fixed_fee", "slippage_bps", "borrow_bps")
TERMS = ("initial_equity", "sizing", *COSTS, *EXITS)
Period = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Periods and terms of trading.

    Attributes
    ----------
    periods : (start, end) each, as asked: None is the first or last bar
    terms : costs, sizing and exits that are the same everywhere
    costs : values by the name of each cost that is given as a list
    """

    periods: tuple[Period, ...]
    terms: Mapping[str, Any]
    costs: Mapping[str, tuple[float, ...]]

    def every_terms(self) -> Iterator[dict[str, Any]]:
        """Yield the terms of each set of costs, the last cost varying fastest."""
        for values in product(*self.costs.values()):
            yield {**self.terms, **dict(zip(self.costs, values, strict=True))}


def dimensions(
    start: object,
    end: object,
    periods: object,
    terms: Mapping[str, Any],
    words: Iterable[str] = (),
) -> Dimensions:
    """Return what was asked for, checked.

    Parameters
    ----------
    start, end, periods : one period, or pairs of (start, end)
    terms : costs, sizing and exits by name; each of MAY_VARY may be a list
    words : other arguments of the verb, for the message about one that it does not know

    Raises
    ------
    UnknownName
        There is no such argument.
    DefinitionError
        Both, or a list that cannot be used.
    """
    for word in terms:
        if word not in TERMS:
            known = (*words, *TERMS)
            hint = f"{did_you_mean(word, known)} A parameter of the strategy goes into".lstrip()
            raise UnknownName(
                f"sweep has no argument {word!r}. {hint} grid={{{word!r}: [...]}}, or stays with "
                f"parameters={{{word!r}: ...}}.",
                kind="argument",
                name=word,
            )
    costs = {name: _values(name, terms[name]) for name in MAY_VARY if _is_list(terms.get(name))}
    rest = {name: value for name, value in terms.items() if name not in costs}
    return Dimensions(_periods(start, end, periods), rest, costs)


def _is_list(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str)


def _values(name: str, given: Iterable[Any]) -> tuple[float, ...]:
    plain = [one.item() if isinstance(one, np.generic) else one for one in given]
    for one in plain:
        if isinstance(one, bool) or not isinstance(one, int | float):
            raise DefinitionError(
                f"{name} must be a number or a list of numbers; {one!r} is none.", name=name
            )
    if not plain:
        raise DefinitionError(
            f"{name} is an empty list. Give at least one value, or leave it out.", name=name
        )
    return tuple(dict.fromkeys(plain))


def _periods(start: object, end: object, periods: object) -> tuple[Period, ...]:
    if periods is None:
        return ((start, end),)
    if start is not None or end is not None:
        raise DefinitionError(
            "Both periods and start or end are given. Write each period out: "
            'periods=[("2010-01-01", "2014-12-31"), ("2015-01-01", None)].'
        )
    pairs = list(periods) if isinstance(periods, Sequence) and not isinstance(periods, str) else []
    wrong = [
        one
        for one in pairs
        if isinstance(one, str) or not isinstance(one, Sequence) or len(one) != 2  # noqa: PLR2004 - from, to
    ]
    if not pairs or wrong:
        raise DefinitionError(
            f"periods must be pairs of (start, end); got {(wrong or [periods])[0]!r}. Write "
            'periods=[("2010-01-01", "2014-12-31"), ("2015-01-01", None)].',
            periods=periods,
        )
    return tuple(dict.fromkeys((first, last) for first, last in pairs))


def as_json(value: Any) -> Any:  # noqa: ANN401 - any argument
    """Return an argument as JSON can hold it: to be shown, and to see whether the same was asked.

    Examples
    --------
    >>> as_json({"fast": range(3)}), as_json(pd.Timestamp("2020-01-01", tz="UTC"))
    ({'fast': [0, 1, 2]}, '2020-01-01 00:00:00+00:00')
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, pd.DataFrame):
        return as_json(value.to_dict("list"))
    if isinstance(value, Mapping):
        return {str(name): as_json(one) for name, one in value.items()}
    if isinstance(value, Iterable):
        return [as_json(one) for one in value]
    return getattr(value, "__name__", None) or str(value)
