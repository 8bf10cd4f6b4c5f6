"""What the editor's fields offer while one types: prices, indicators, parameters."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.document import PRICES, objects
from bitstockerz_lab.widgets.editor import operands

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.document import Document

EXPRESSIONS = {
    "close.bars_ago(1)": "as it stood one bar earlier",
    'close.on("1w")': "on longer bars: the newest that was complete",
    'close.of("SPY")': "of another symbol",
    "highest(20).bars_ago(1)": "the highest high of the 20 bars before this one",
    "100 * atr(14) / close": "arithmetic: the average true range in percent",
    "minimum(open, close)": "the smaller of two; maximum is the larger",
}


@cache
def catalogue() -> list[dict[str, Any]]:
    """Return an offer for each indicator there is, TA-Lib's last, and examples of expressions.

    Returns
    -------
    list of dict
        text (what is put into the field), kind, note (what it is), for (the kinds of fields).
    """
    found = [_indicator(name) for name in indicators.names()]
    examples = [_offer(text, "example", note, "operand") for text, note in EXPRESSIONS.items()]
    return found + examples


def _indicator(name: str) -> dict[str, Any]:
    entry = indicators.get(name)
    told = ", ".join(f"{one.name} {one.default}" for one in entry.settings)
    note = f"{told}: {entry.definition}" if told else entry.definition
    return _offer(name, "indicator", note, "operand", "indicator")


def names(document: Document) -> list[dict[str, Any]]:
    """Return an offer for each name a definition knows: its indicators, prices, parameters."""
    found = [
        _offer(name, "in use", _told(use), "operand")
        for name, _, use in objects(document, "indicators")
    ]
    found += [
        _offer(operands.OPEN if one == "open" else one, "price", "", "operand") for one in PRICES
    ]
    for name, _, declared in objects(document, "parameters"):
        text = operands.text({"parameter": name}, document)
        bounds = f"{declared.get('min', '…')} to {declared.get('max', '…')}"
        note = f"{declared.get('default')}, from {bounds}"
        found.append(_offer(text, "parameter", note, "operand", "value"))
    return found


def _told(use: Any) -> str:  # noqa: ANN401 - reason: any JSON
    entry = indicators.find(use.get("indicator"))
    if entry is None:
        return ""
    settings = {
        one.name: str(operands.text(use.get(one.name, one.default), {})) for one in entry.settings
    }
    output = use.get("output") if use.get("output") in entry.outputs else None
    return entry.say(settings, str(use.get("source", entry.source)), output)


def _offer(text: str, kind: str, note: str, *fields: str) -> dict[str, Any]:
    return {"text": text, "kind": kind, "note": note, "for": list(fields)}
