"""The verbs of `lab.market`; each family of them is a file in `verbs`."""

from __future__ import annotations

from bitstockerz_lab.market.verbs.facts import Facts
from bitstockerz_lab.market.verbs.listings import Listings
from bitstockerz_lab.market.verbs.loads import Loads
from bitstockerz_lab.market.verbs.pictures import Pictures
from bitstockerz_lab.market.verbs.providers import Providing
from bitstockerz_lab.market.verbs.quality import Checks
from bitstockerz_lab.market.verbs.quotes import Quotes
from bitstockerz_lab.market.verbs.reads import Reads
from bitstockerz_lab.market.verbs.watchlists import Watchlists


class Market(Loads, Providing, Facts, Reads, Checks, Listings, Watchlists, Quotes, Pictures):
    """Symbols and their bars in one database; a lab has it as `lab.market`.

    Parameters
    ----------
    database : where they are stored
    user_id : who is at work, a key of `users`
    """

    def __repr__(self) -> str:
        return f"Market({str(self._database.path)!r})"
