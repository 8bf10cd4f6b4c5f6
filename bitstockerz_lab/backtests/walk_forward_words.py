"""The arguments of `walk_forward` and `cross_validate`: what is missing, unknown, or too many."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from bitstockerz_lab.backtests.run_terms import EXITS
from bitstockerz_lab.backtests.terms import COSTS
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.strategies.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

P = ParamSpec("P")
Answer = TypeVar("Answer")

OF_RUN = ("version", "parameters", "adjusted", "initial_equity", "sizing", *COSTS, *EXITS)
EXAMPLES = {
    "strategy": '"Golden cross"',
    "symbol": '"AAPL"',
    "grid": 'grid={"fast": [10, 20, 50]}',
    "train": 'train="4y"',
    "test": 'test="1y"',
}
ALL_TRIED = "Every combination of the grid is tried: give fewer values, or constraint=."
ONE_PERIOD = "It covers one period: give start= and end=."
HERE = "It runs on this machine; lab.backtests.sweep takes a client."
NO_CHOICE = "It has no such choice: leave it out."
SHARED = {
    "symbols": "It takes one symbol: give them one by one.",
    "samples": ALL_TRIED,
    "sampling": ALL_TRIED,
    "seed": ALL_TRIED,
    "periods": ONE_PERIOD,
    "client": HERE,
    "threads": NO_CHOICE,
    "progress": NO_CHOICE,
}
OF_WALK = SHARED | {
    "train_bars": 'Lengths may be bars: train="500 bars".',
    "test_bars": 'Lengths may be bars: test="60 bars".',
    "train_size": 'Give a length: train="4y", or train="500 bars".',
    "test_size": 'Give a length: test="1y", or test="60 bars".',
    "record": "A walk-forward is always recorded: leave it out.",
    "memory_mb": NO_CHOICE,
    "metric": "The metric to choose by is by=.",
    **dict.fromkeys(
        ("folds", "n_folds", "n_splits", "windows", "n_windows"),
        "How many windows there are follows from train=, test= and step=; "
        "lab.backtests.cross_validate takes folds.",
    ),
    **dict.fromkeys(("purge", "embargo"), "lab.backtests.cross_validate leaves days out so."),
}
OF_VALIDATION = SHARED | {
    **dict.fromkeys(("n_folds", "n_splits", "splits"), "How many folds there are is folds=."),
    **dict.fromkeys(("n_test_folds", "test_size"), "How many folds are tested is test_folds=."),
    **dict.fromkeys(
        ("by", "metric"),
        "It chooses by the Sharpe ratio, always: leave it out. lab.backtests.walk_forward takes "
        "by=.",
    ),
    **dict.fromkeys(
        ("train", "test", "step", "anchored", "keep_rest"),
        "Its folds are of one length, which folds= decides; lab.backtests.walk_forward takes "
        "lengths.",
    ),
    "record": "Only its trials are recorded, always: leave it out.",
    "rerun": "It is computed every time: leave it out.",
}


def says_what_it_takes(
    meant: Mapping[str, str],
) -> Callable[[Callable[P, Answer]], Callable[P, Answer]]:
    """Return a decorator: of what is missing or unknown the verb says it, and the way out.

    Parameters
    ----------
    meant : by words that it does not take, a sentence that says what does what they mean
    """

    def decorated(verb: Callable[P, Answer]) -> Callable[P, Answer]:
        named = [
            one
            for one in inspect.signature(verb).parameters.values()
            if one.kind is not one.VAR_KEYWORD
        ][1:]
        name = getattr(verb, "__name__", "")
        own = [one.name for one in named]
        needed = [one.name for one in named if one.default is one.empty]

        @functools.wraps(verb)
        def told(*given: P.args, **words: P.kwargs) -> Answer:
            for word in words:
                if word not in own and word not in OF_RUN:
                    raise _unknown(name, word, own, meant)
            placed = own[: len(given) - 1]
            missing = [one for one in needed if one not in placed and one not in words]
            if missing:
                raise _missing(name, missing, needed)
            return verb(*given, **words)

        return told

    return decorated


def require_one_symbol(verb: str, symbol: object) -> None:
    """Refuse several symbols.

    Raises
    ------
    DataError
        It is no text.
    """
    if not isinstance(symbol, str):
        raise DataError(
            f"{verb} reads one symbol, not {symbol!r}. Take them one by one: "
            f"[lab.backtests.{verb}(strategy, one, ...) for one in symbols].",
            symbol=symbol,
        )


def _unknown(verb: str, word: str, own: Iterable[str], meant: Mapping[str, str]) -> UnknownName:
    known = (*own, *OF_RUN)
    hint = meant.get(word) or did_you_mean(word, known)
    if not hint:
        hint = (
            f"A parameter of the strategy goes into grid={{{word!r}: [...]}}, or stays with "
            f"parameters={{{word!r}: ...}}."
        )
    return UnknownName(
        f"{verb} has no argument {word!r}. {hint} Known are {', '.join(known)}.",
        kind="argument",
        name=word,
    )


def _missing(verb: str, missing: list[str], needed: Iterable[str]) -> DataError:
    example = ", ".join(EXAMPLES[one] for one in needed)
    return DataError(
        f"{verb} needs {' and '.join(missing)}. Give all it needs: "
        f"lab.backtests.{verb}({example}).",
        missing=tuple(missing),
    )
