"""Carry out what bars allow: orders and corporate actions in the order in which they happened.

A pure step: it changes the ledger in memory and returns what is to be written.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bitstockerz_lab.enums import OrderStatus
from bitstockerz_lab.paper import matching, money
from bitstockerz_lab.paper.ledger import Entry
from bitstockerz_lab.paper.matching import Phase

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from fractions import Fraction

    from bitstockerz_lab.paper.ledger import Ledger
    from bitstockerz_lab.paper.matching import Touch
    from bitstockerz_lab.paper.orders import Order
    from bitstockerz_lab.paper.terms import Terms


SAME = timedelta(days=7)
"""A split or dividend so near to one that is entered may be that one, reported anew."""


@dataclass(frozen=True, slots=True)
class Action:
    """A split or dividend that is due.

    Attributes
    ----------
    symbol_id : whose
    phase : Phase.SPLIT or Phase.DIVIDEND
    value : units after for one before; money a unit
    effective_at : start of the first known bar without it, a day's, UTC naive
    """

    symbol_id: int
    phase: Phase
    value: Fraction
    effective_at: datetime

    @property
    def known_at(self) -> datetime:
        """The end of that bar: until then an account counts in the units before it."""
        return self.effective_at + timedelta(days=1)

    def of(self, held: Decimal) -> Decimal:
        """Return what it makes of a holding: units, or money."""
        numerator, denominator = self.value.as_integer_ratio()
        return money.share(held, Decimal(numerator), Decimal(denominator))


@dataclass(frozen=True, slots=True)
class Fill:
    """An order's whole quantity, traded.

    Attributes
    ----------
    order : as it is afterwards
    price, fee : of the fill, in the account's currency
    bar_at : start of the bar that made it
    """

    order: Order
    price: Decimal
    fee: Decimal
    bar_at: datetime


@dataclass(slots=True)
class Settlement:
    """What came of it, to be written.

    Attributes
    ----------
    fills : orders that traded
    refused : orders that were rejected, or cancelled by a split
    actions : splits and dividends of what was held, each with its entry
    """

    fills: list[Fill] = field(default_factory=list)
    refused: list[Order] = field(default_factory=list)
    actions: list[tuple[Action, Entry]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.fills or self.refused or self.actions)


def unentered(reported: Iterable[Action], entries: Iterable[Entry]) -> list[Action]:
    """Return the actions that no entry stands for; each stands for one at most, the nearest."""
    left = dict(enumerate(reported))
    entered = [one for one in entries if one.phase in (Phase.SPLIT, Phase.DIVIDEND)]
    pairs = [
        (apart, place, number)
        for place, action in left.items()
        for number, one in enumerate(entered)
        if (one.symbol_id, one.phase) == (action.symbol_id, action.phase)
        and (apart := abs(action.effective_at - one.moment)) <= SAME
    ]
    taken: set[int] = set()
    for _, place, number in sorted(pairs):
        if place in left and number not in taken:
            taken.add(number)
            del left[place]
    return list(left.values())


def settle(
    ledger: Ledger,
    touches: Mapping[Order, Touch],
    actions: Iterable[Action],
    waiting: Iterable[Order],
    terms: Terms,
) -> Settlement:
    """Carry out what is due, and enter it in the ledger.

    Parameters
    ----------
    ledger : gains the new entries
    touches : the first chance of each pending order that has one
    actions : splits and dividends that are not in the ledger
    waiting : pending orders without a chance; a split cancels those of its symbol
    terms : what a fill costs

    Notes
    -----
    An order trades whole or not at all. A buy that there is no cash for is rejected, and so is a
    sale whose units a split took away meanwhile.
    """
    done = Settlement()
    open_orders = {order.id: order for order in (*waiting, *touches)}
    due: list[tuple[datetime, Phase, int, Order | Action]] = [
        *((touch.moment, touch.phase, order.id, order) for order, touch in touches.items()),
        *((one.effective_at, one.phase, 0, one) for one in actions),
    ]
    for *_, wish in sorted(due, key=lambda entry: entry[:3]):
        if isinstance(wish, Action):
            _act(ledger, wish, open_orders, done)
        elif wish.id in open_orders:
            _trade(ledger, open_orders.pop(wish.id), touches[wish], terms, done)
    return done


def _act(ledger: Ledger, action: Action, open_orders: dict[int, Order], done: Settlement) -> None:
    """Enter a split or dividend of what is held; a split ends the orders placed unaware of it."""
    held = ledger.before(action.effective_at, action.phase).held(action.symbol_id)
    quantity = cash = money.ZERO
    if action.phase is Phase.SPLIT:
        quantity = action.of(held) - held
        cash = ledger.dividends_of(action.symbol_id, quantity, action.effective_at)
        ratio = "{}:{}".format(*action.value.as_integer_ratio())
        reason = f"split {ratio} on {action.effective_at:%Y-%m-%d}"
        for order in list(open_orders.values()):
            if order.symbol_id == action.symbol_id and order.requested_at < action.known_at:
                done.refused.append(
                    replace(
                        open_orders.pop(order.id),
                        status=OrderStatus.CANCELLED,
                        reject_reason=f"{reason}: its quantity and price mean something else now",
                    )
                )
    else:
        cash = action.of(held)
    if held:
        moment, phase = action.effective_at, action.phase
        entry = Entry(moment, phase, 0, action.symbol_id, quantity, cash, money.of(action.value))
        ledger.add(entry)
        done.actions.append((action, entry))


def _trade(ledger: Ledger, order: Order, touch: Touch, terms: Terms, done: Settlement) -> None:
    """Fill an order, or reject it with the reason."""
    asked = matching.fill_price(order, touch, terms)
    price = money.rounded(asked)
    amount = money.times(order.quantity, price)
    fee = terms.fee(amount)
    entry = entry_of(order, touch.moment, touch.bar_at, price, fee)
    reason = _inexact(asked, touch) or _impossible(ledger, order, touch, entry, price)
    if reason:
        done.refused.append(replace(order, status=OrderStatus.REJECTED, reject_reason=reason))
        return
    ledger.add(entry)
    filled = replace(order, status=OrderStatus.FILLED, avg_fill_price=price, filled_at=touch.moment)
    done.fills.append(Fill(filled, price, fee, touch.bar_at))


def _inexact(asked: Decimal, touch: Touch) -> str | None:
    """Return why a price cannot be written into the ledger."""
    if money.is_kept(asked):
        return None
    return (
        f"the price on {touch.moment:%Y-%m-%d} was {money.plain(asked)}, and the ledger keeps ten "
        "decimals, which would make it another"
    )


def _impossible(
    ledger: Ledger, order: Order, touch: Touch, entry: Entry, price: Decimal
) -> str | None:
    """Return why an account cannot pay or deliver."""
    spendable = ledger.cash_to_spend(touch.moment, touch.phase)
    if spendable + entry.cash_change < 0:
        return (
            f"at {money.plain(price)} on {touch.moment:%Y-%m-%d} it came to "
            f"{money.told(-entry.cash_change, order.currency)} with costs, and "
            f"{money.told(spendable, order.currency)} were there; nothing is lent"
        )
    there = ledger.units_to_sell(order.symbol_id, touch.moment, touch.phase)
    if there + entry.quantity_change < 0:
        return (
            f"on {touch.moment:%Y-%m-%d} {money.plain(there)} {order.symbol} were there to sell; "
            "nothing is sold short"
        )
    return None


def entry_of(
    order: Order, moment: datetime, bar_at: datetime, price: Decimal, fee: Decimal
) -> Entry:
    """Return the ledger's entry of an execution; where it was at a bar's open, `moment` is it."""
    at_open = moment == bar_at
    amount = money.times(order.quantity, price)
    if order.buys:
        phase = Phase.BOUGHT_AT_OPEN if at_open else Phase.BOUGHT_INSIDE
        return Entry(moment, phase, order.id, order.symbol_id, order.quantity, -amount - fee)
    phase = Phase.SOLD_AT_OPEN if at_open else Phase.SOLD_INSIDE
    return Entry(moment, phase, order.id, order.symbol_id, -order.quantity, amount - fee)
