"""What the families of paper verbs stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.paper import book as books
from bitstockerz_lab.paper import store, views

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.paper.book import Book
    from bitstockerz_lab.storage import Connection, Database
    from bitstockerz_lab.users import User


class Room:
    """A database, and whose account it is.

    Parameters
    ----------
    database : where everything is stored
    user : who is at work
    """

    def __init__(self, database: Database, user: User) -> None:
        self._database = database
        self._user = user

    def _read(self, con: Connection) -> Book:
        return books.read(con, self._user.id)

    def _up_to_date(self, con: Connection) -> Book:
        """Return the account with all that known bars allow, written; needs a write lease."""
        book = self._read(con)
        store.sweep(con, book.opening.account_id)  # what a `reset` that was killed has left
        self._settled(con, book)
        return book

    def _settled(self, con: Connection, book: Book) -> pd.DataFrame:
        """Carry out and write what known bars allow; return the orders that it ended."""
        done = books.settle(con, book)
        if done:
            account_id = book.opening.account_id
            store.write(con, account_id, done)
            held = book.ledger.positions()
            changed = {entry.symbol_id for _, entry in done.actions}
            changed |= {fill.order.symbol_id for fill in done.fills}
            kept = [(symbol_id, held[symbol_id]) for symbol_id in sorted(changed)]
            store.keep(con, account_id, book.ledger.cash, kept)
        ended = [*(fill.order for fill in done.fills), *done.refused]
        return views.orders(sorted(ended, key=lambda order: order.id))
