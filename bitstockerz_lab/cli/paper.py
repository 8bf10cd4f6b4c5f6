"""The command paper: one account, its orders, and what later bars make of them."""

from __future__ import annotations

import dataclasses
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.paper import Account, Order

app = typer.Typer(
    help="Paper trading: orders that fill on bars which came after them.", no_args_is_help=True
)

CASH = typer.Argument(metavar="[CASH]", help="What the account begins with.")
CURRENCY = typer.Option("--currency", help="Of its cash, and of all it may buy.")
FEE_BPS = typer.Option("--fee-bps", help="Fee on each fill, basis points.")
FIXED_FEE = typer.Option("--fixed-fee", help="Fee on each fill, money.")
SLIPPAGE_BPS = typer.Option("--slippage-bps", help="By how much an open is missed.")
Cash = Annotated[str, CASH]
Currency = Annotated[str, CURRENCY]
FeeBps = Annotated[str, FEE_BPS]
FixedFee = Annotated[str, FIXED_FEE]
SlippageBps = Annotated[str, SLIPPAGE_BPS]
Start = Annotated[
    str | None,
    typer.Option("--start", help="Replay stored bars from here. Default: the real time."),
]
SymbolName = Annotated[str, typer.Argument(metavar="SYMBOL", help="In any case.")]
Quantity = Annotated[str, typer.Argument(metavar="QUANTITY", help="Units, fractions too.")]
Limit = Annotated[str | None, typer.Option("--limit", help="The worst price that is taken.")]
ClientOrderId = Annotated[
    str | None, typer.Option("--client-order-id", help="A name of your own; placed once.")
]


@app.command(name="open", epilog=examples("bitstockerz paper open 100000 --fee-bps 10"))
def open_(
    context: typer.Context,
    cash: Cash = "100000",
    currency: Currency = "USD",
    fee_bps: FeeBps = "0",
    fixed_fee: FixedFee = "0",
    slippage_bps: SlippageBps = "0",
    start: Start = None,
    as_json: AsJson = False,
) -> None:
    """Open the account: one a user."""
    terms = {"fee_bps": fee_bps, "fixed_fee": fixed_fee, "slippage_bps": slippage_bps}
    paper = open_lab(context).paper
    _tell_account(paper.open(cash, currency=currency, start=start, **terms), as_json=as_json)


@app.command(epilog=examples("bitstockerz paper reset --start 2020-01-01 --yes"))
def reset(
    context: typer.Context,
    cash: Annotated[str | None, CASH] = None,
    currency: Annotated[str | None, CURRENCY] = None,
    fee_bps: Annotated[str | None, FEE_BPS] = None,
    fixed_fee: Annotated[str | None, FIXED_FEE] = None,
    slippage_bps: Annotated[str | None, SLIPPAGE_BPS] = None,
    start: Start = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open the account anew: its orders are deleted, money and costs stay unless given."""
    paper = open_lab(context).paper
    if not yes:
        _ask(f"deletes the account's {len(paper.orders()):,} orders, its executions and positions")
    terms = {"fee_bps": fee_bps, "fixed_fee": fixed_fee, "slippage_bps": slippage_bps}
    _tell_account(paper.reset(cash, currency=currency, start=start, **terms), as_json=as_json)


@app.command(epilog=examples("bitstockerz paper account --json"))
def account(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what the account is worth."""
    _tell_account(open_lab(context).paper.account(), as_json=as_json)


@app.command(
    epilog=examples("bitstockerz paper buy AAPL 10", "bitstockerz paper buy AAPL 10 --limit 120")
)
def buy(
    context: typer.Context,
    symbol: SymbolName,
    quantity: Quantity,
    limit: Limit = None,
    client_order_id: ClientOrderId = None,
    as_json: AsJson = False,
) -> None:
    """Place an order to buy. Exit status 1 if it is rejected."""
    paper = open_lab(context).paper
    words = {"limit": limit, "client_order_id": client_order_id}
    _tell_order(paper.buy(symbol, quantity, **words), as_json=as_json)


@app.command(epilog=examples("bitstockerz paper sell AAPL 5"))
def sell(
    context: typer.Context,
    symbol: SymbolName,
    quantity: Quantity,
    limit: Limit = None,
    client_order_id: ClientOrderId = None,
    as_json: AsJson = False,
) -> None:
    """Place an order to sell what is held. Exit status 1 if it is rejected."""
    paper = open_lab(context).paper
    words = {"limit": limit, "client_order_id": client_order_id}
    _tell_order(paper.sell(symbol, quantity, **words), as_json=as_json)


@app.command(epilog=examples("bitstockerz paper cancel 3"))
def cancel(
    context: typer.Context,
    order_id: Annotated[int, typer.Argument(metavar="ORDER_ID", help="As orders lists it.")],
    as_json: AsJson = False,
) -> None:
    """Cancel an open order; one that stored bars fill is filled first."""
    _tell_order(open_lab(context).paper.cancel(order_id), as_json=as_json)


@app.command(epilog=examples("bitstockerz paper fill"))
def fill(context: typer.Context, as_json: AsJson = False) -> None:
    """Carry out what the bars loaded since allow."""
    _tell(open_lab(context).paper.fill(), "Nothing to carry out.", as_json=as_json)


@app.command(epilog=examples("bitstockerz paper advance 2020-02-01"))
def advance(
    context: typer.Context,
    to: Annotated[str, typer.Argument(metavar="TIME", help="UTC; a date is its first moment.")],
    as_json: AsJson = False,
) -> None:
    """Move a replay's clock on, and carry out what happened until then."""
    _tell(open_lab(context).paper.advance(to), "Nothing happened.", as_json=as_json)


@app.command(epilog=examples("bitstockerz paper positions"))
def positions(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is held, the largest value first."""
    _tell(open_lab(context).paper.positions(), "Nothing is held.", as_json=as_json)


@app.command(epilog=examples("bitstockerz paper orders --status pending"))
def orders(
    context: typer.Context,
    status: Annotated[
        str | None, typer.Option("--status", help="pending, filled, rejected or cancelled.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the orders, the newest first."""
    _tell(open_lab(context).paper.orders(status), "No such orders.", as_json=as_json)


@app.command(epilog=examples("bitstockerz paper executions --json"))
def executions(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what was traded, the newest first."""
    _tell(open_lab(context).paper.executions(), "Nothing was traded yet.", as_json=as_json)


def _tell(frame: pd.DataFrame, nothing: str, *, as_json: bool) -> None:
    if as_json:
        output.write_json(frame)
    else:
        output.write_frame(frame.dropna(axis="columns", how="all"), nothing)


def _tell_order(order: Order, *, as_json: bool) -> None:
    if as_json:
        output.write_json(_numbers(order) | {"order_type": order.order_type})
    else:
        output.write(str(order))
    if order.status == "REJECTED":
        raise typer.Exit(1)


def _ask(told: str) -> None:
    """Ask whether that is wanted; where nobody can answer, it needs --yes."""
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"reset {told}: add --yes if that is wanted")
    typer.confirm(f"This {told}. Go on?", abort=True, err=True)


def _tell_account(account: Account, *, as_json: bool) -> None:
    found = _numbers(account)
    found |= {
        "equity": float(account.equity),
        "total_return_pct": account.total_return_pct,
    }
    if as_json:
        output.write_json(found)
    else:
        output.write_table(["", account.name], [(k, output.cell(v)) for k, v in found.items()])


def _numbers(value: Account | Order) -> dict[str, object]:
    """Return a dataclass as a dict, exact numbers as JSON's."""
    named = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return {
        name: float(entry) if isinstance(entry, Decimal) else entry for name, entry in named.items()
    }
