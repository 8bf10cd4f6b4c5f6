"""Panels: one field of many symbols side by side, and which of them were traded when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError, NoBars
from bitstockerz_lab.market import coverage, factors, history, store, wide
from bitstockerz_lab.market.bars import COLUMNS
from bitstockerz_lab.market.symbols import asset_type_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from datetime import datetime

    from bitstockerz_lab.market.history import Span, When
    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection

FIELDS = (*COLUMNS, "returns")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a panel is asked for, resolved."""

    symbols: Sequence[Symbol]
    timeframe: str
    field: str
    span: Span
    adjusted: factors.Adjusted
    known: datetime

    @property
    def asset_type(self) -> AssetType:
        """What all of its symbols are."""
        return self.symbols[0].asset_type


@dataclass(frozen=True, slots=True)
class Part:
    """Symbols that are read from one stored timeframe.

    Attributes
    ----------
    source : the timeframe
    fields : their raw values, a wide frame for each field that is needed
    spans : first and last stamp they have in it, in the period or outside
    simulated : some of it is
    """

    source: str
    fields: dict[str, pd.DataFrame]
    spans: wide.Spans
    simulated: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the database says to a question; `values` and the rest need no lease.

    Attributes
    ----------
    question : what was asked
    parts : the symbols, by the stored timeframe their bars are of or made of
    sets : the factor sets in force; None where nothing is adjusted
    """

    question: Question
    parts: list[Part]
    sets: wide.FactorSets | None


def read(
    con: Connection,
    symbols: Sequence[Symbol],
    field: str = "close",
    timeframe: str | None = None,
    start: When | None = None,
    end: When | None = None,
    adjusted: str | bool | None = "all",
    as_of: When | None = None,
) -> Panel:
    """Read all that a panel is made of; the rest of the arguments are those of `lab.market.panel`.

    Of a symbol the first source with bars counts, as for `history.read`.

    Raises
    ------
    DataError
        The symbols do not go together, or an argument has no meaning.
    """
    if field not in FIELDS:
        raise DataError(
            f"field={field!r} is unknown. It is one of {', '.join(map(repr, FIELDS))}.", field=field
        )
    _check_kind(symbols)
    wanted, known = factors.how(adjusted), history.known_at(as_of)
    name = _timeframe(con, symbols, timeframe, known)
    question = Question(
        symbols=symbols,
        timeframe=name,
        field=field,
        span=history.span_of(name, start, end),
        adjusted=wanted,
        known=known,
    )
    parts: list[Part] = []
    left = list(symbols)
    for source in history.sources(question.asset_type, name):
        if left:
            part = _part(con, question, source, left)
            parts += [part] if part.spans else []
            left = [symbol for symbol in left if symbol.symbol not in part.spans]
    return Panel(question, parts, _factor_sets(con, question))


def only(symbols: Sequence[Symbol], asset_type: str | None) -> Sequence[Symbol]:
    """Return those of some symbols that are of an asset type; all of them for None.

    Raises
    ------
    DataError
        The type is unknown, or none of them is of it.
    """
    wanted = asset_type_of(asset_type)
    kept = [symbol for symbol in symbols if wanted in (None, symbol.asset_type)]
    if symbols and not kept:
        names = ", ".join(symbol.symbol for symbol in symbols[: coverage.SHOWN])
        more = ", …" if len(symbols) > coverage.SHOWN else ""
        raise DataError(
            f"None of {names}{more} is {wanted}. Leave asset_type out, or name other symbols.",
            asset_type=asset_type,
        )
    return kept


def _check_kind(symbols: Sequence[Symbol]) -> None:
    if not symbols:
        raise DataError("A panel needs symbols. Name some, like ['AAPL', 'MSFT'].")
    first = symbols[0]
    other = next((one for one in symbols if one.asset_type is not first.asset_type), None)
    if other is not None:
        raise DataError(
            f"A panel holds stocks or coins, not both: {first.symbol} is {first.asset_type} and "
            f'{other.symbol} is {other.asset_type}. Say asset_type="{first.asset_type}" or '
            f'asset_type="{other.asset_type}", or ask twice and join the two: '
            "stocks.join(coins, how='outer').",
            symbols=[first.symbol, other.symbol],
        )


def _timeframe(
    con: Connection, symbols: Sequence[Symbol], timeframe: str | None, known: datetime
) -> str:
    """Return the timeframe that is meant: the one named, or the only one stored."""
    kind = symbols[0].asset_type
    if timeframe is not None:
        return history.possible(kind, timeframe)
    names = [name for stored, name in store.TABLES if stored is kind]
    if len(names) > 1:
        names = [name for name in names if store.panel.spans(con, symbols, name, known)] or names[
            :1
        ]
    if len(names) > 1:
        raise DataError(
            f"These symbols have bars in several timeframes: {', '.join(names)}. Say which, like "
            f"timeframe={names[0]!r}.",
            timeframes=names,
        )
    return names[0]


def _part(con: Connection, question: Question, source: str, symbols: Sequence[Symbol]) -> Part:
    own = source == question.timeframe
    span = question.span if own else history.EVER
    field = "close" if question.field == "returns" else question.field
    texts = {symbol.id: symbol.symbol for symbol in symbols}
    fields, simulated = {}, False
    for name in (field,) if own else COLUMNS:
        rows = store.panel.read_field(con, symbols, source, name, span, question.known)
        fields[name] = wide.widen(rows, texts, source)
        simulated |= bool(rows["simulated"].any())
    if span == history.EVER:
        spans = wide.spans(fields[field])
    else:
        spans = store.panel.spans(con, symbols, source, question.known)
    kept = [symbol.symbol for symbol in symbols if symbol.symbol in spans]
    if len(kept) < len(symbols):
        fields = {name: values[kept] for name, values in fields.items()}
    return Part(source, fields, spans, simulated)


def _factor_sets(con: Connection, question: Question) -> wide.FactorSets | None:
    if question.asset_type is not AssetType.EQUITY or question.adjusted == "raw":
        return None
    texts = {symbol.id: symbol.symbol for symbol in question.symbols}
    sets = store.panel.read_factor_sets(con, question.symbols, question.known)
    numbers = sets.pop("symbol_id")
    edges = np.flatnonzero(np.diff(numbers, prepend=-1, append=-1))
    whose = [texts[number] for number in numbers[edges[:-1]].tolist()]
    return wide.FactorSets(whose, edges, **sets) if whose else None


def values(panel: Panel) -> tuple[pd.DataFrame, wide.Spans]:
    """Return a panel's wide frame, and each symbol's first and last stamp, outside it too.

    Raises
    ------
    NoBars
        No symbol has any in the period.
    """
    question = panel.question
    field = "close" if question.field == "returns" else question.field
    frames: list[pd.DataFrame] = []
    spans: wide.Spans = {}
    for part in panel.parts:
        fields = part.fields
        if panel.sets:
            fields = {
                name: wide.adjust(raw, panel.sets, name, question.adjusted)
                for name, raw in fields.items()
            }
        if part.source == question.timeframe:
            frames.append(fields[field])
            spans |= part.spans
        else:
            whole = wide.longer(fields, part.source, question.timeframe, field)
            frames.append(history.cut(whole, question.span))
            spans |= wide.spans(whole)
    if all(frame.empty for frame in frames):
        raise _no_bars(question)
    names = pd.Index([symbol.symbol for symbol in question.symbols], name="symbol")
    both = frames[0] if len(frames) == 1 else pd.concat(frames, axis=1, sort=True)
    if not both.columns.equals(names):
        both = both.reindex(columns=names)
    return (wide.returns(both) if question.field == "returns" else both), spans


def _no_bars(question: Question) -> NoBars:
    names = ", ".join(symbol.symbol for symbol in question.symbols[: coverage.SHOWN])
    more = ", …" if len(question.symbols) > coverage.SHOWN else ""
    first, last = question.span
    period = f" from {first:%Y-%m-%d}" if first != history.EVER[0] else ""
    period += f" to {last:%Y-%m-%d}" if last != history.EVER[1] else ""
    return NoBars(
        f"None of {names}{more} has {question.timeframe} bars{period}. lab.market.health() shows "
        "what is stored.",
        symbols=[symbol.symbol for symbol in question.symbols],
        timeframe=question.timeframe,
    )


def told(panel: Panel, frame: pd.DataFrame, spans: wide.Spans) -> dict[Hashable | None, Any]:
    """Return the `attrs` of a panel's frame: plain words and numbers, so that frames still join."""
    question = panel.question
    currencies: dict[str, list[str]] = {}
    for symbol in question.symbols:
        currencies.setdefault(f"prices in {symbol.currency}", []).append(symbol.symbol)
    adjusted = set(panel.sets.symbols) if panel.sets else set()
    raw = [one.symbol for one in question.symbols if one.symbol not in adjusted]
    note = coverage.note(frame, spans, question.symbols)
    if len(currencies) > 1:
        note += f" {coverage.sentences(currencies)}"
    if adjusted and raw:
        note += f" {coverage.sentences({'not adjusted, for want of factors': raw})}"
    return {
        "field": question.field,
        "asset_type": str(question.asset_type),
        "timeframe": question.timeframe,
        "adjusted": question.adjusted if adjusted else "raw",
        "currency": ", ".join(name.removeprefix("prices in ") for name in currencies),
        "simulated": any(part.simulated for part in panel.parts),
        "note": note.strip(),
    }
