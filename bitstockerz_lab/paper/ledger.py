"""What executions, splits and dividends add up to: cash, positions and profit, and nothing else.

Cash and positions are a function of the entries; no other number is ever kept. A buy's fee is part
of what its units cost, a sale's is taken off its proceeds, so at any price of what is held
starting balance + realised + unrealised profit = cash + value, to the last decimal.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from itertools import takewhile
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import TradingError
from bitstockerz_lab.paper import money
from bitstockerz_lab.paper.matching import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from decimal import Decimal

BUYS = (Phase.BOUGHT_INSIDE, Phase.BOUGHT_AT_OPEN)
SALES = (Phase.SOLD_INSIDE, Phase.SOLD_AT_OPEN)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One change of the ledger; entries sort in the order in which they happened.

    Attributes
    ----------
    moment, phase : when, UTC naive, and its place among what happened then
    number : the order's id; 0 of a split or dividend
    symbol_id : what was traded
    quantity_change, cash_change : what came in, negative for what went out; fees are in the cash
    value : units after a split for one before, money a unit of a dividend; 0 of a trade
    """

    moment: datetime
    phase: Phase
    number: int
    symbol_id: int
    quantity_change: Decimal = field(compare=False)
    cash_change: Decimal = field(compare=False)
    value: Decimal = field(default=money.ZERO, compare=False)


@dataclass(slots=True)
class Position:
    """What is held of one symbol, and what it has earned.

    Attributes
    ----------
    quantity : units
    cost : what they cost, fees included
    realised : profit of what was sold, and dividends
    """

    quantity: Decimal = money.ZERO
    cost: Decimal = money.ZERO
    realised: Decimal = money.ZERO

    @property
    def avg_cost(self) -> Decimal:
        """What a unit cost, fees included; 0 of nothing."""
        return money.share(self.cost, money.ONE, self.quantity) if self else money.ZERO

    def __bool__(self) -> bool:
        return self.quantity != 0

    def take(self, entry: Entry) -> Decimal:
        """Take an entry in and return the profit that it realised.

        Raises
        ------
        TradingError
            More goes out than is held.
        """
        held = self.quantity + entry.quantity_change
        if held < 0:
            raise TradingError(
                f"More would leave the account than it held on {entry.moment:%Y-%m-%d}: a split "
                "was stored after units were sold that it takes away. lab.paper.reset() starts "
                "anew.",
                symbol_id=entry.symbol_id,
            )
        profit = money.ZERO
        if entry.phase in BUYS:
            self.cost -= entry.cash_change
        elif entry.phase in SALES:
            gone = money.share(self.cost, -entry.quantity_change, self.quantity)
            self.cost -= gone
            profit = entry.cash_change - gone
        else:  # a dividend, or what a split that was stored late adds to those after it
            profit = entry.cash_change
        self.quantity = held
        self.realised += profit
        return profit


class Ledger:
    """The entries of an account in the order in which they happened.

    Parameters
    ----------
    starting_balance : cash before the first
    entries : in any order
    """

    def __init__(self, starting_balance: Decimal, entries: Iterable[Entry] = ()) -> None:
        self.starting_balance = starting_balance
        self.entries = sorted(entries)

    def add(self, entry: Entry) -> None:
        """Put an entry in its place."""
        insort(self.entries, entry)

    def before(self, moment: datetime, phase: Phase) -> Ledger:
        """Return the ledger as it was just before what happens at a moment in a phase."""
        known = [entry for entry in self.entries if (entry.moment, entry.phase) < (moment, phase)]
        return Ledger(self.starting_balance, known)

    @property
    def cash(self) -> Decimal:
        """Money, after all entries."""
        return sum((entry.cash_change for entry in self.entries), self.starting_balance)

    def cash_to_spend(self, moment: datetime, phase: Phase) -> Decimal:
        """Return what may be spent at a moment, so that cash is below zero neither then nor later.

        Bars of one symbol may be loaded long after those of another, so what is carried out now
        may have happened before what was carried out then.
        """
        later = (entry.cash_change for entry in self._since(moment, phase))
        return _least(self.cash, later)

    def units_to_sell(self, symbol_id: int, moment: datetime, phase: Phase) -> Decimal:
        """Return how many units may go at a moment, so that none are missing then or later."""
        later = (e.quantity_change for e in self._since(moment, phase) if e.symbol_id == symbol_id)
        return _least(self.held(symbol_id), later)

    def dividends_of(self, symbol_id: int, more: Decimal, since: datetime) -> Decimal:
        """Return what the dividends from a day on had been more, had so many more been held."""
        owed = money.ZERO
        for paid in self._since(since, Phase.DIVIDEND):
            if (paid.symbol_id, paid.phase) == (symbol_id, Phase.DIVIDEND):
                held = self.before(paid.moment, paid.phase).held(symbol_id)
                owed += money.times(held + more, paid.value) - money.times(held, paid.value)
        return owed

    def positions(self) -> dict[int, Position]:
        """Return what was ever held, by symbol_id; nothing is left of a closed one but its profit.

        Raises
        ------
        TradingError
            More left the account than it held.
        """
        return self._folded()[0]

    def profits(self) -> dict[int, Decimal]:
        """Return the profit that each sale realised, by its order's id."""
        return self._folded()[1]

    def held(self, symbol_id: int) -> Decimal:
        """Return the units held of a symbol."""
        changes = (e.quantity_change for e in self.entries if e.symbol_id == symbol_id)
        return sum(changes, money.ZERO)

    def _since(self, moment: datetime, phase: Phase) -> Iterator[Entry]:
        """Return the entries of a moment's phase and later, the newest first."""
        return takewhile(lambda e: (e.moment, e.phase) >= (moment, phase), reversed(self.entries))

    def _folded(self) -> tuple[dict[int, Position], dict[int, Decimal]]:
        positions: dict[int, Position] = {}
        profits: dict[int, Decimal] = {}
        for entry in self.entries:
            profit = positions.setdefault(entry.symbol_id, Position()).take(entry)
            if entry.phase in SALES:
                profits[entry.number] = profit
        return positions, profits


def _least(now: Decimal, changes: Iterable[Decimal]) -> Decimal:
    """Return the least that there was, going back over changes, the newest first."""
    least = now
    for change in changes:
        now -= change
        least = min(least, now)
    return least
