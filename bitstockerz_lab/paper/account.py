"""An account at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab import pages
from bitstockerz_lab.enums import OrderStatus
from bitstockerz_lab.pages import formats
from bitstockerz_lab.paper import money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from markupsafe import Markup

    from bitstockerz_lab.paper.book import Book
    from bitstockerz_lab.paper.prices import Close

LIVE, REPLAY = "live", "replay"


@dataclass(frozen=True, slots=True)
class Account:
    """What an account is worth, exact: starting balance + both profits = equity = cash + value.

    Attributes
    ----------
    id, name, currency : of the account; its money is in that currency
    mode : "live" keeps the real time; "replay" goes over bars that are history
    now, opened_at : the account's time, and where it began, UTC
    starting_balance, cash : money, exact
    value : of what is held, at the newest closes that are known
    equity : cash + value
    realised_profit : of what was sold, fees taken off, and dividends
    unrealised_profit : of what is held, over what it cost with fees
    fees : paid so far; they are in the profits already
    total_return_pct : change of equity since the start; 12.5 is 12.5 %
    positions, open_orders : how many
    marked_at : when the oldest of those closes was known, UTC; None where nothing is held
    fee_bps, fixed_fee, slippage_bps : what a fill costs
    opening : 1, and one more with every reset
    """

    id: int
    name: str
    currency: str
    mode: str
    now: pd.Timestamp
    opened_at: pd.Timestamp
    starting_balance: Decimal
    cash: Decimal
    value: Decimal
    realised_profit: Decimal
    unrealised_profit: Decimal
    fees: Decimal
    positions: int
    open_orders: int
    marked_at: pd.Timestamp | None
    fee_bps: Decimal
    fixed_fee: Decimal
    slippage_bps: Decimal
    opening: int

    @property
    def equity(self) -> Decimal:
        """Cash and the value of what is held."""
        return self.cash + self.value

    @property
    def total_return_pct(self) -> float:
        """Change of equity since the start, in percent."""
        return float(100 * (self.equity / self.starting_balance - 1))

    def _repr_html_(self) -> str:
        """Return the account as cards, for a notebook."""
        return pages.standalone(self.cards())

    def cards(self) -> Markup:
        """Return the account as a piece of a page; a replay says that it is one."""
        opened = formats.when(self.opened_at)
        held = _counted(self.positions, "position")
        known = f"closes of {formats.when(self.marked_at, '1h')}" if self.positions else ""
        fees = f"fees {formats.money(float(self.fees))}"
        shown = pages.cards(
            [
                pages.Card(
                    "Equity",
                    formats.money(float(self.equity), self.currency),
                    f"{formats.percent(self.total_return_pct)} since {opened}",
                ),
                pages.Card(
                    "Cash",
                    formats.money(float(self.cash), self.currency),
                    f"{held}, {_counted(self.open_orders, 'open order')}",
                ),
                _profit("Realised profit", self.realised_profit, fees),
                _profit("Unrealised profit", self.unrealised_profit, known),
            ]
        )
        if self.mode == LIVE:
            return shown
        stands = f"over stored bars; its clock stands at {formats.when(self.now, '1h')} UTC."
        return pages.notice("note", "Replay", stands) + shown


def _profit(label: str, profit: Decimal, note: str) -> pages.Card:
    tone = "gain" if profit > 0 else "loss" if profit < 0 else ""
    return pages.Card(label, formats.money(float(profit), signed=True), note, tone)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def account_of(book: Book, marks: Mapping[int, Close]) -> Account:
    """Return what a book comes to at the newest closes."""
    opening, terms = book.opening, book.terms
    held = {number: one for number, one in book.ledger.positions().items() if one}
    values = [money.times(one.quantity, marks[number].price) for number, one in held.items()]
    value = sum(values, money.ZERO)
    cash = book.ledger.cash
    unrealised = value - sum((one.cost for one in held.values()), money.ZERO)
    known = [close.known_at for close in marks.values()]
    return Account(
        id=opening.account_id,
        name=terms.name,
        currency=terms.currency,
        mode=LIVE if opening.replay_at is None else REPLAY,
        now=pd.Timestamp(book.now, tz="UTC"),
        opened_at=pd.Timestamp(opening.started_at, tz="UTC"),
        starting_balance=terms.starting_balance,
        cash=cash,
        value=value,
        realised_profit=sum((one.realised for one in book.ledger.positions().values()), money.ZERO),
        unrealised_profit=unrealised,
        fees=sum((one.fee for one in book.executions), money.ZERO),
        positions=len(held),
        open_orders=sum(one.status is OrderStatus.PENDING for one in book.orders.values()),
        marked_at=pd.Timestamp(min(known), tz="UTC") if known else None,
        fee_bps=terms.fee_bps,
        fixed_fee=terms.fixed_fee,
        slippage_bps=terms.slippage_bps,
        opening=opening.number,
    )
