"""Where numbers stand in a definition, and what each place needs of its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.document import (
    FURTHEST_BACK,
    Part,
    as_number,
    parts,
    targets,
    unlagged,
)
from bitstockerz_lab.strategies.problems import Problem, join

WORST_PCT = 10_000
LONGEST_HOLD = 10_000_000
LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Need:
    """The bounds of a place. `above` and `below` are excluded, `low` and `high` included."""

    whole: bool = False
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    because: str = ""

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        told = (
            ("from", self.low),
            ("above", self.above),
            ("up to", self.high),
            ("below", self.below),
        )
        bounds = " ".join(f"{word} {limit:.15g}" for word, limit in told if limit is not None)
        return " ".join(filter(None, [kind, bounds, self.because and f"({self.because})"]))

    def holds(self, number: float) -> bool:
        """Tell whether a number fits here."""
        return not (
            (self.whole and number != int(number))
            or (self.low is not None and number < self.low)
            or (self.high is not None and number > self.high)
            or (self.above is not None and number <= self.above)
            or (self.below is not None and number >= self.below)
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A number's place: its path, what stands there (a number or a reference), what it needs."""

    path: str
    value: object
    need: Need


def places(document: Mapping[str, Any], within: list[Part] | None = None) -> Iterator[Place]:
    """Yield every place with bounds: settings, numbers of bars, stops, sizing.

    Operands of a comparison have no bounds and are not among them, nor are stops that differ from
    bar to bar.

    Parameters
    ----------
    document : in whatever state
    within : its `parts`, where they are at hand
    """
    yield from _settings(document)
    back = Need(whole=True, low=0, high=FURTHEST_BACK)
    span = Need(whole=True, low=1, high=FURTHEST_BACK)
    for part in parts(document) if within is None else within:
        if isinstance(part.value, Mapping):
            for key, need in (("bars_ago", back), ("bars", span)):
                if key in part.value:
                    yield Place(join(part.path, key), part.value[key], need)
    needs = _exits(document)
    for name, need in needs.items():
        if document.get(name) is not None:
            yield Place(name, unlagged(document[name]), need)
    share = Need(above=0, high=100, because="percent of the position")
    for path, target in targets(document):
        for key, need in (("profit_pct", needs["take_profit_pct"]), ("close_pct", share)):
            if key in target:
                yield Place(join(path, key), unlagged(target[key]), need)
    yield from _sizing(document)


def _settings(document: Mapping[str, Any]) -> Iterator[Place]:
    uses = document.get("indicators")
    for name, use in uses.items() if isinstance(uses, Mapping) else ():
        kind = use.get("indicator") if isinstance(use, Mapping) else None
        entry = indicators.find(kind)
        for setting in entry.settings if entry else ():
            if setting.name in use:
                path = join(join("indicators", str(name)), setting.name)
                need = Need(setting.kind == "int", setting.minimum, setting.maximum)
                yield Place(path, use[setting.name], need)


def _exits(document: Mapping[str, Any]) -> dict[str, Need]:
    sides = [document.get("direction")] if "python" in document else []
    goes_long = "enter_long" in document or sides in (["long"], ["both"])
    goes_short = "enter_short" in document or sides in (["short"], ["both"])
    lost = "a long cannot lose more" if goes_long else ""
    gained = "a short cannot gain more" if goes_short else ""
    down = 100 if goes_long else None
    up = 100 if goes_short else None
    stop = Need(above=0, below=down, high=None if goes_long else WORST_PCT, because=lost)
    target = Need(above=0, below=up, high=None if goes_short else WORST_PCT, because=gained)
    counted = Need(whole=True, low=1, high=LONGEST_HOLD)
    return {
        "stop_loss_pct": stop,
        "take_profit_pct": target,
        "trailing_stop_pct": stop,
        "break_even_pct": target,
        "max_bars": counted,
        "cooldown_bars": counted,
        "max_trades_per_day": counted,
    }


def _sizing(document: Mapping[str, Any]) -> Iterator[Place]:
    sizing = document.get("sizing")
    if not isinstance(sizing, Mapping) or "value" not in sizing:
        return
    of_equity = Need(above=0, high=100, because="percent of equity; there is no leverage")
    needs = {
        "percent_of_equity": of_equity,
        "risk_percent": of_equity,
        "fixed_cash": Need(above=0, high=LARGEST),
        "fixed_quantity": Need(above=0, high=LARGEST),
    }
    method = sizing.get("method")
    if isinstance(method, str) and method in needs:
        yield Place("sizing.value", sizing["value"], needs[method])


def complaint(place: Place, value: object, who: str = "") -> Problem | None:
    """Return why a value does not fit a place, None if it does or is no number at all."""
    number = as_number(value)
    if number is None or place.need.holds(number):
        return None
    needed = str(place.need)
    hint = f"{needed[0].upper()}{needed[1:]} is needed here."
    return Problem(place.path, f"{who or number} does not fit.", hint)
