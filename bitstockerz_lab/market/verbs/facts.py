"""Verbs about facts that change bars after they were stored: corrections, splits, dividends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bitstockerz_lab import clock
from bitstockerz_lab.enums import AssetType
from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market import action_lists, actions, corrections, factors, history, store
from bitstockerz_lab.market.report import LoadReport
from bitstockerz_lab.market.verbs.room import Room

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.market.corrections import Correction
    from bitstockerz_lab.market.history import When
    from bitstockerz_lab.market.symbols import Symbol
    from bitstockerz_lab.storage import Connection


class Facts(Room):
    """Correct and adjust bars."""

    def correct(  # noqa: PLR0913 - the five values of a bar
        self,
        symbol: str,
        timestamp: When | pd.DataFrame,
        *,
        reason: str,
        timeframe: str | None = None,
        open: float | None = None,  # noqa: A002 - the column's name
        high: float | None = None,
        low: float | None = None,
        close: float | None = None,
        volume: float | None = None,
        remove: bool = False,
    ) -> Correction:
        """Correct stored bars. What was stored stays: `as_of` still shows what was known before.

        Parameters
        ----------
        symbol : in any case
        timestamp : the bar's stamp, UTC; or a frame of corrections, whose index are stamps and
            whose columns any of the five, which is stored whole or not at all
        reason : why the stored bar is wrong, kept for ever
        timeframe : None takes the only one stored
        open, high, low, close, volume : raw values; what is not named keeps its value. A bar that
            was taken out comes back, with the values it had where none is named
        remove : the bar never was; it is taken out

        Returns
        -------
        Correction
            What changed, who said so, and since when.

        Raises
        ------
        NoBars
            No bar is stored for a stamp; a missing bar is loaded, not corrected.
        BadBars
            The corrected bar would break a rule of bars.
        DataError
            Nothing would change, there is no reason, or what is asked for contradicts itself.

        Examples
        --------
        >>> lab.market.correct("AAPL", "2020-01-03", close=74.36, reason="a digit was missing")
        """
        values = {"open": open, "high": high, "low": low, "close": close, "volume": volume}
        changes = corrections.wanted(timestamp, values, reason=reason, remove=remove)
        with self._database.write() as con:
            found = store.find_symbol(con, symbol)
            name = history.timeframe_of(con, found, timeframe)
            known = _known(con, found, name, changes.index)
            checked = any(
                state.timeframe == name and state.checked_at is not None
                for state in store.findings.check_states(con, found)
            )
            revisions = corrections.revise(found, name, known, changes, remove=remove)
            moment, user = store.revisions.add(
                con, found, name, revisions, reason=reason.strip(), user_id=self._user_id
            )
            if found.asset_type is AssetType.EQUITY:
                actions.derive(con, found)
        return corrections.Correction(
            symbol=found.symbol,
            timeframe=name,
            reason=reason.strip(),
            user=user,
            created_at=clock.utc(moment),
            bars=revisions,
            unchanged=len(changes) - len(revisions),
            checked=checked,
        )

    def revisions(self, symbol: str | None = None) -> pd.DataFrame:
        """Return all corrections of bars, oldest first.

        Parameters
        ----------
        symbol : None for all symbols

        Returns
        -------
        DataFrame
            symbol, timeframe, timestamp, old_open … old_volume, open … volume (NaN where the bar
            was, or is, taken out), reason, user (e-mail), created_at.
        """
        with self._database.read() as con:
            found = None if symbol is None else store.find_symbol(con, symbol)
            return store.revisions.listed(con, found)

    def load_actions(
        self,
        path_or_frame: str | Path | pd.DataFrame,
        symbol: str,
        provider: str = "csv",
        *,
        split_adjusted: bool | None = None,
        large: bool = False,
    ) -> LoadReport:
        """Load splits and dividends of a stock; its adjusted prices follow from them.

        Parameters
        ----------
        path_or_frame : a CSV file or a frame with a column date (the ex-date) and split ("4:1",
            "4/1", "4", "0.25") or dividend (money a share) or both; or date, kind and value; or
            Yahoo's columns Dividends and Stock Splits
        symbol : a stored EQUITY with daily bars as they were traded
        provider : who says so
        split_adjusted : whether the dividends are adjusted for later splits, as Yahoo's are; None
            says yes for Yahoo's columns. They are stored as paid on the day
        large : take dividends above 15 % of the close before them too, which else are refused: 18
            instead of 0.18 would spoil every earlier price

        Returns
        -------
        LoadReport
            What was stored already counts as duplicate; another value for the same date and kind
            is in force from now on, and said. `date, kind, value` with a dividend of 0 or a split
            of 1 takes one back. Where a factor file is loaded, it holds as far as it reaches and
            later actions extend it. What is dated on a day without a bar is said.

        Raises
        ------
        UnknownName, NoBars
            No such symbol is stored, or no daily bars of it.
        DataError
            The list cannot be read, the symbol is no EQUITY, a dividend is above 15 % of the close
            before it (with `large`: not below it), or the prices do not jump where a split says
            they do. Nothing is stored.

        Examples
        --------
        >>> splits = pd.DataFrame({"date": ["2014-06-09", "2020-08-31"], "split": ["7:1", "4:1"]})
        >>> lab.market.load_actions(splits, "AAPL")
        """
        told = action_lists.read(path_or_frame)
        adjusted = told.yahoo if split_adjusted is None else split_adjusted
        provider = _provider(provider)
        with self._database.write() as con:
            found = _stock(con, symbol, "splits and dividends")
            new, remarks = actions.note(
                con, found, told.rows, provider, split_adjusted=adjusted, large=large
            )
        return LoadReport(
            symbol=found.symbol,
            timeframe="1d",
            provider=provider,
            source=told.source,
            kind="actions",
            rows=told.told,
            inserted=len(new),
            duplicates=told.told - len(new),
            first=told.rows["date"].iloc[0].tz_localize("UTC") if len(told.rows) else None,
            last=told.rows["date"].iloc[-1].tz_localize("UTC") if len(told.rows) else None,
            notes=tuple(remarks),
        )

    def load_factors(self, path: str | Path, symbol: str, provider: str = "csv") -> LoadReport:
        """Load the price factors of a stock, which make its adjusted prices.

        Parameters
        ----------
        path : CSV file with columns date, price_factor, split_factor, reference_price; for a bar
            of date d the row with the smallest date ≥ d holds, and factor 1 after the last row
        symbol : a stored one
        provider : who the factors are from

        Returns
        -------
        LoadReport
            The set as a whole is stored and in force from now on; the same set again adds nothing.
            Splits and dividends after its last step, if some are loaded, extend it.

        Raises
        ------
        UnknownName
            No such symbol is stored.
        DataError
            The file is no factor file, the symbol no EQUITY, or most of the file's reference
            prices are more than 20 % off the stored raw closes: it is another symbol's.
        """
        provider = _provider(provider)
        incoming = factors.read_factors(path)
        with self._database.write() as con:
            found = _stock(con, symbol, "price factors")
            bars, _ = store.read_bars(con, found, "1d", history.EVER, store.ALWAYS)
            factors.refuse_strange(found.symbol, incoming, bars["close"])
            loaded = store.factors.loaded(con, found)
            known = factors.same(incoming, loaded)
            in_force = store.read_factors(con, found)
            inserted = 0 if known else store.add_factors(con, found, incoming, provider)
            actions.derive(con, found)
        notes = () if known or in_force.empty else (f"It replaces a set of {len(in_force)} rows.",)
        return LoadReport(
            symbol=found.symbol,
            timeframe="1d",
            provider=provider,
            source=Path(path).name,
            kind="factors",
            rows=len(incoming),
            inserted=inserted,
            duplicates=len(incoming) - inserted,
            first=incoming["date"].iloc[0].tz_localize("UTC"),
            last=incoming["date"].iloc[-1].tz_localize("UTC"),
            notes=notes,
        )

    def actions(self, symbol: str, as_of: When | None = None) -> pd.DataFrame:
        """Return the splits and dividends of a stock.

        Parameters
        ----------
        symbol : in any case
        as_of : what was known then; a bare date means the end of that day, UTC

        Returns
        -------
        DataFrame
            date (the ex-date), kind ("SPLIT" or "DIVIDEND"), value (shares after for one before;
            money a share as paid on the day), provider, created_at.
        """
        with self._database.read() as con:
            found = store.find_symbol(con, symbol)
            known = actions.real(store.actions.read(con, found, history.known_at(as_of)))
        return known.assign(created_at=known["created_at"].dt.tz_localize("UTC"))

    def factors(self, symbol: str, as_of: When | None = None) -> pd.DataFrame:
        """Return the factor set in force, which makes a stock's adjusted prices.

        Parameters
        ----------
        symbol : in any case
        as_of : the set in force then; a bare date means the end of that day, UTC

        Returns
        -------
        DataFrame
            date (a row holds for bars up to and with it), price_factor, split_factor,
            reference_price, provider, created_at; empty without a set.
        """
        with self._database.read() as con:
            found = store.find_symbol(con, symbol)
            return store.factors.shown(con, found, history.known_at(as_of))


def _known(
    con: Connection, symbol: Symbol, timeframe: str, stamps: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the bars in force between stamps, and those taken out, as they were before."""
    first, last = stamps.min(), stamps.max()
    span = history.span_of(timeframe, first, last) if len(stamps) else history.EVER
    bars, _ = store.read_bars(con, symbol, timeframe, span, store.ALWAYS)
    return bars, store.revisions.taken_out(con, symbol, timeframe)


def _stock(con: Connection, symbol: str, what: str) -> Symbol:
    found = store.find_symbol(con, symbol)
    if found.asset_type is not AssetType.EQUITY:
        raise DataError(
            f"{found.symbol} is {found.asset_type}; {what} are for EQUITY symbols, which have "
            "splits and dividends.",
            symbol=found.symbol,
        )
    return found


def _provider(text: str) -> str:
    provider = str(text).strip()
    if not provider or provider.startswith(store.factors.DERIVED):
        raise DataError(f"provider={text!r} names nobody. Say who it is from, like 'csv'.")
    return provider
