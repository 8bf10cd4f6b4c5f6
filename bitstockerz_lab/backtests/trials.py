"""What counts as a trial, and how many there were; BACKTEST_RULES section 20."""

from __future__ import annotations

import hashlib
import html
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.plan import Recipe
    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.backtests.sweep.question import Part, Question
    from bitstockerz_lab.backtests.sweep.unit import Unit
    from bitstockerz_lab.strategies import Definition


@dataclass(frozen=True, slots=True, repr=False)
class Counted:
    """How many trials there were.

    Attributes
    ----------
    trials : distinct ones with a Sharpe ratio: N
    variance : of their daily Sharpe ratios, ddof 1: V; None below two
    undefined : distinct ones without a Sharpe ratio, as of what never traded; not in N
    scope : what was counted, in words: "by you on AAPL 1d, whatever the strategy"
    of_strategy : how many of N are of the strategy that is judged; None where nobody asked
    """

    trials: int
    variance: float | None
    undefined: int
    scope: str
    of_strategy: int | None = None

    @property
    def sentence(self) -> str:
        """The count, for people."""
        many = "1 distinct trial" if self.trials == 1 else f"{self.trials:,} distinct trials"
        own = ""
        if self.of_strategy is not None and self.trials > 1:
            share = "all" if self.of_strategy == self.trials else f"{self.of_strategy:,}"
            own = f", {share} of them of this strategy"
        more = f" {self.undefined:,} more had no Sharpe ratio." if self.undefined else ""
        return f"{many} {self.scope}{own}.{more}"

    def __repr__(self) -> str:
        return self.sentence

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(self.sentence)}</p>"


def count(
    daily_sharpes: NDArray[np.float64], scope: str, *, of_strategy: int | None = None
) -> Counted:
    """Count distinct trials by their daily Sharpe ratios, NaN where one is undefined."""
    known = daily_sharpes[~np.isnan(daily_sharpes)]
    return Counted(
        trials=len(known),
        variance=float(known.var(ddof=1)) if len(known) > 1 else None,
        undefined=len(daily_sharpes) - len(known),
        scope=scope,
        of_strategy=of_strategy,
    )


def scope(symbol: str | None, timeframe: str | None, strategy: str | None = None) -> str:
    """Return in words what is counted; None is all.

    Examples
    --------
    >>> scope("AAPL", "1d")
    'by you on AAPL 1d, whatever the strategy'
    """
    on = " ".join(filter(None, [symbol, timeframe])) or "all symbols"
    return f"by you on {on}, {f'of {strategy}' if strategy else 'whatever the strategy'}"


def keys(
    definition: Definition,
    symbol: str,
    timeframe: str,
    combinations: Combinations,
    fixed: Mapping[str, float] | None = None,
) -> list[str]:
    """Return the keys of combinations: SHA-256 in hex, in their order.

    Parameters
    ----------
    definition : its rules count, its name and description do not
    symbol, timeframe : as stored: "AAPL", "1d"
    combinations : the parameters that vary
    fixed : the values of all parameters, resolved; those that vary replace theirs

    Notes
    -----
    20 and 20.0 are one number. Costs, period, bars and money are in no key.
    """
    texts: dict[str, Any] = {name: _number(value) for name, value in (fixed or {}).items()}
    for name, column in combinations.columns.items():
        different, places = np.unique(column, return_inverse=True)
        written = [_number(value) for value in different.tolist()]
        texts[name] = [written[place] for place in places.tolist()]
    names = sorted(texts)
    pattern = ",".join(f"{_escaped(json.dumps(name))}:{_slot(texts[name])}" for name in names)
    columns = [texts[name] for name in names if isinstance(texts[name], list)]
    head = _head(definition, symbol, timeframe)
    return [_finished(head, pattern % row) for row in zip(*columns, strict=True)]


def key(
    definition: Definition, symbol: str, timeframe: str, parameters: Mapping[str, float]
) -> str:
    """Return the key of one trial; `parameters` are resolved."""
    texts = [f"{json.dumps(name)}:{_number(value)}" for name, value in sorted(parameters.items())]
    return _finished(_head(definition, symbol, timeframe), ",".join(texts))


def of_unit(
    unit: Unit, combinations: Combinations, values: Mapping[str, NDArray[np.float64]]
) -> pd.DataFrame:
    """Return the trials that combinations on a unit are, a row each, for `trials_store.add`.

    Parameters
    ----------
    unit : its strategy version, symbol and timeframe
    combinations : those that were tried
    values : `Measured.values`: daily_sharpe and days, of shape (n_combinations,)

    Returns
    -------
    DataFrame
        trial_key, strategy_id, symbol_id, timeframe, daily_sharpe (NaN where undefined), days.
    """
    import pandas as pd  # noqa: PLC0415 - reason: heavy

    recipe = unit.recipe
    found = keys(
        recipe.version.definition,
        recipe.symbol.symbol,
        recipe.timeframe,
        combinations,
        recipe.parameters,
    )
    return pd.DataFrame(
        {
            "trial_key": pd.array(found, dtype="str"),
            "strategy_id": recipe.version.strategy_id,
            "symbol_id": recipe.symbol.id,
            "timeframe": recipe.timeframe,
            "daily_sharpe": values["daily_sharpe"],
            "days": np.asarray(values["days"]).astype(np.int64),
        }
    )


def of_recipe(recipe: Recipe, numbers: Mapping[str, float]) -> pd.DataFrame:
    """Return the trial that one simulation is; `numbers` and columns as those of `of_unit`."""
    import pandas as pd  # noqa: PLC0415 - reason: heavy

    symbol = recipe.symbol
    found = key(recipe.version.definition, symbol.symbol, recipe.timeframe, recipe.parameters)
    return pd.DataFrame(
        {
            "trial_key": pd.array([found], dtype="str"),
            "strategy_id": recipe.version.strategy_id,
            "symbol_id": symbol.id,
            "timeframe": recipe.timeframe,
            "daily_sharpe": numbers["daily_sharpe"],
            "days": int(numbers["days"]),
        }
    )


def of_part(question: Question, part: Part) -> pd.DataFrame:
    """Return the trials of a part of a sweep; columns as `of_unit`."""
    tried = question.combinations[part.start : part.stop]
    return of_unit(question.units[part.unit], tried, part.measured.values)


def _head(definition: Definition, symbol: str, timeframe: str) -> Any:  # noqa: ANN401 - a hash
    """Return the hash of all that the trials of one definition on one symbol share."""
    shared = {"rules": definition.rules(), "symbol": symbol, "timeframe": timeframe}
    text = json.dumps(shared, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode())


def _finished(head: Any, parameters: str) -> str:  # noqa: ANN401 - a hash
    whole = head.copy()
    whole.update(parameters.encode())
    return str(whole.hexdigest())


def _number(value: float) -> str:
    """Return a number as it stands in a key: a whole one without a point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _slot(text: str | list[str]) -> str:
    return "%s" if isinstance(text, list) else _escaped(text)


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
