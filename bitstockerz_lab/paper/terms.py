"""On what terms a paper account is opened: money and costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.symbols import currency_of
from bitstockerz_lab.paper import money

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What an account begins with, and what a fill costs; `of` checks them.

    Attributes
    ----------
    name : how its owner calls it
    currency : of its cash and of everything it may buy
    starting_balance, fixed_fee : money; the fee on each fill
    fee_bps, slippage_bps : basis points on each fill; 10 is 0.1 %
    """

    name: str
    currency: str
    starting_balance: Decimal
    fee_bps: Decimal
    fixed_fee: Decimal
    slippage_bps: Decimal

    @classmethod
    def of(
        cls,
        cash: object,
        currency: str,
        name: str,
        fee_bps: object = 0,
        fixed_fee: object = 0,
        slippage_bps: object = 0,
    ) -> Terms:
        """Return terms of what a person gave.

        Raises
        ------
        DataError
            A number is none, is negative or too large, or the currency or name is none.
        """
        balance = money.exact("cash", cash)
        if balance <= 0:
            raise DataError(f"cash={cash!r} buys nothing. Open with more than 0.", cash=cash)
        costs = {
            key: _cost(key, value)
            for key, value in (
                ("fee_bps", fee_bps),
                ("fixed_fee", fixed_fee),
                ("slippage_bps", slippage_bps),
            )
        }
        told = str(name).strip()
        code = currency_of(currency)
        if not told or code is None:
            raise DataError("An account needs a name and a currency, like currency='USD'.")
        return cls(told, code, balance, **costs)

    def changed(
        self,
        cash: object = None,
        currency: str | None = None,
        name: str | None = None,
        **costs: object,
    ) -> Terms:
        """Return these terms with what is given instead; None leaves a thing as it is."""
        own = {"fee_bps": self.fee_bps, "fixed_fee": self.fixed_fee}
        own |= {"slippage_bps": self.slippage_bps}
        given = {key: value for key, value in costs.items() if value is not None}
        return Terms.of(
            self.starting_balance if cash is None else cash,
            self.currency if currency is None else currency,
            self.name if name is None else name,
            **(own | given),
        )

    def fee(self, amount: Decimal) -> Decimal:
        """Return the fee on a fill of so much money."""
        return money.bps(amount, self.fee_bps) + self.fixed_fee

    def slipped(self, price: Decimal, *, buys: bool) -> Decimal:
        """Return a price after slippage, which is against whoever trades; not rounded."""
        points = money.FULL_BPS + (self.slippage_bps if buys else -self.slippage_bps)
        return money.WIDE.divide(money.WIDE.multiply(price, points), money.FULL_BPS)


def _cost(name: str, value: object) -> Decimal:
    number = money.exact(name, value)
    if number < 0 or (name.endswith("_bps") and number >= money.FULL_BPS):
        hint = "from 0 to below 10,000 basis points; 10 is 0.1 %" if "bps" in name else "0 or more"
        raise DataError(f"{name}={value!r} must be {hint}.", **{name: value})
    return number
