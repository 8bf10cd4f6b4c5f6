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
SYNONYMS = {
    "commission": "fee_bps", "commissions": "fee_bps", "fee": "fee_bps", "fees": "fee_bps",
    "slippage": "slippage_bps", "spread": "slippage_bps", "borrow": "borrow_bps",
    "cash": "initial_equity", "capital": "initial_equity", "equity": "initial_equity",
    "init_cash": "initial_equity", "maximize": "by", "maximise": "by", "metric": "by",
    "objective": "by", "sort_by": "by", "n_jobs": "threads", "workers": "threads",
    "n_workers": "threads", "jobs": "threads", "n_trials": "samples", "max_tries": "samples",
    "method": "sampling", "random_state": "seed", "params": "parameters", "param_grid": "grid",
    "stop_loss": "stop_loss_pct", "take_profit": "take_profit_pct", "size": "sizing",
}  # fmt: skip
"""What other tools call the arguments of a sweep."""
ONLY_RECORDED = ("client", "record", "rerun", "trust", "version", "adjusted", "timeframe")
"""Arguments of `lab.backtests.sweep` that `bz.sweep` does not have."""
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
    refuse_grid(start=start, end=end)
    for word in terms:
        if word not in TERMS:
            raise UnknownName(
                f"sweep has no argument {word!r}. {_hint(word, words)}", kind="argument", name=word
            )
    for name in EXITS:
        if name != "targets" and _is_list(terms.get(name)):
            raise DefinitionError(not_varied(name), name=name)
    costs = {name: _values(name, terms[name]) for name in MAY_VARY if _is_list(terms.get(name))}
    rest = {name: value for name, value in terms.items() if name not in costs}
    return Dimensions(_periods(start, end, periods), rest, costs)


def refuse_grid(**places: object) -> None:
    """Refuse a grid that is given where it has no place.

    Raises
    ------
    DefinitionError
    """
    for name, value in places.items():
        if isinstance(value, Mapping | pd.DataFrame):
            raise DefinitionError(
                f"{name} must be a text or a date; got {type(value).__name__}. A grid is given by "
                'name: grid={"fast": [5, 10]}.',
                name=name,
            )


def not_varied(name: str) -> str:
    """Return how what is no parameter of the strategy is varied, a cost or an exit."""
    if name in MAY_VARY:
        return f"{name} is no parameter of the strategy. Give it by itself: {name}=[0, 5]."
    if name not in EXITS:
        return f"{name} is no parameter of the strategy, and a sweep does not vary it."
    short = name.removesuffix("_pct")
    if name == "targets":
        value = '[(bz.parameter("near", 5, min=1, max=20), 50)]'
    else:
        value = f'bz.parameter("{short}", 5, min=1, max=20)'
    return (
        f"{name} is varied as a parameter of the strategy. Make it one, "
        f'{name}={value}, and then grid={{"{short if name != "targets" else "near"}": [5, 10]}}.'
    )


def _hint(word: str, words: Iterable[str]) -> str:
    """Return the way out of an argument that the verb does not know."""
    if word in SYNONYMS and (SYNONYMS[word] in words or SYNONYMS[word] in TERMS):
        return f"Did you mean {SYNONYMS[word]!r}?"
    if word in ONLY_RECORDED:
        return f"{word}= is taken by lab.backtests.sweep(...)."
    near = did_you_mean(word, (*words, *TERMS))
    return (
        f"{near} A parameter of the strategy goes into grid={{{word!r}: [...]}}, or stays with "
        f"parameters={{{word!r}: ...}}."
    ).lstrip()


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
