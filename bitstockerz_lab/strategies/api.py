"""The verbs of `lab.strategies`; each family of them is a file in `verbs`."""

from __future__ import annotations

from bitstockerz_lab.strategies.verbs.exchange import Exchange
from bitstockerz_lab.strategies.verbs.listings import Listings
from bitstockerz_lab.strategies.verbs.saving import Saving
from bitstockerz_lab.strategies.verbs.templates import Templates
from bitstockerz_lab.strategies.verbs.trust import Trust
from bitstockerz_lab.strategies.verbs.values import Values
from bitstockerz_lab.strategies.verbs.versions import Versions


class Strategies(Saving, Exchange, Listings, Templates, Trust, Values, Versions):
    """`lab.strategies`: save rules, look at them, check, compare and carry them.

    Parameters
    ----------
    database : the lab's file
    user : whose strategies these are
    """

    def __repr__(self) -> str:
        return f"<strategies of {self._user.email}: save, get, check, versions, diff, templates>"
