"""The order of steps of a load of rates between currencies: read, check, store, tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import store
from bitstockerz_lab.market.report import LoadReport, no_examples

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitstockerz_lab.market.files.rate_files import IncomingRates
    from bitstockerz_lab.storage import Connection, Database

EXAMPLES = 10
NAMED = 3


def load(database: Database, incoming: IncomingRates, provider: str) -> LoadReport:
    """Store all good rates in one transaction, and what is kept out with its reason."""
    provider = str(provider).strip()
    if not provider:
        raise DataError("provider='' names nobody. Say who the rates are from, like 'ECB'.")
    good = incoming.good
    pairs = good["base"] + "/" + good["quote"]
    with database.write() as con:
        inserted, clashes = store.rates.add_rates(con, good, provider)
        kept_out = incoming.refused
        if len(clashes):
            kept_out = pd.concat([kept_out, _clashing(good, clashes).assign(pair=pairs)])
        _keep(con, incoming, kept_out)
    dates = good["date"].dt.tz_localize("UTC")
    return LoadReport(
        symbol=_named([*pairs, *incoming.refused["pair"]]),
        timeframe="1d",
        provider=provider,
        source=incoming.source,
        kind="rates",
        rows=len(good) + len(incoming.refused),
        inserted=inserted,
        duplicates=len(good) - inserted - len(clashes),
        conflicts=len(clashes),
        refused=len(incoming.refused),
        first=dates.min() if len(good) else None,
        last=dates.max() if len(good) else None,
        notes=incoming.notes,
        examples=_examples(kept_out),
    )


def no_rates(currencies: list[str], target: str, asked: str = "") -> DataError:
    """Return the error that says between which currencies a rate is missing.

    Parameters
    ----------
    currencies, target : from which, and to which
    asked : what else was asked of the rates, as the words that follow them
    """
    names = ", ".join(currencies[:NAMED]) + (", …" if len(currencies) > NAMED else "")
    pegged = [name for name in (*currencies, target) if name[:3] == "USD" != name]
    peg = f" {pegged[0]} is not USD: what it is worth needs a rate of its own." if pegged else ""
    return DataError(
        f"There is no rate from {names} to {target}{asked}, neither direct nor inverse nor through "
        f"one common currency.{peg} Load some with lab.market.load_rates(path, "
        f"base={currencies[0]!r}, quote={target!r}).",
        currencies=currencies,
        target=target,
    )


def _clashing(good: pd.DataFrame, clashes: pd.DataFrame) -> pd.DataFrame:
    """Return the rates that are stored with another value: line, reason, original."""
    rows = good.loc[clashes["place"].to_numpy(), ["line", "original", "rate"]]
    both = zip(clashes["stored"].tolist(), rows.pop("rate").tolist(), strict=True)
    return rows.assign(reason=[f"conflict: rate stored {old}, here {new}" for old, new in both])


def _keep(con: Connection, incoming: IncomingRates, rows: pd.DataFrame) -> None:
    """Keep what was kept out."""
    if len(rows):
        kept = rows[["line", "reason", "original"]].assign(
            source=incoming.source, digest=incoming.digest, symbol=rows["pair"], timeframe="1d"
        )
        store.bulk.add_many_refused(con, kept)


def _examples(rows: pd.DataFrame) -> pd.DataFrame:
    if rows.empty:
        return no_examples()
    shown = rows.sort_values("line", kind="stable").head(EXAMPLES)
    return shown[["line", "reason", "original"]].reset_index(drop=True)


def _named(pairs: Iterable[str]) -> str:
    """Return pairs as a report names them: a few, and how many more."""
    several = sorted(set(pairs))
    more = f" and {len(several) - NAMED} more" if len(several) > NAMED else ""
    return ", ".join(several[:NAMED]) + more
