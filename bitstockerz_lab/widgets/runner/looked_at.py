"""The settings that were looked at and not recorded: each is a trial, and is counted as one."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import LabError
from bitstockerz_lab.widgets.work import work

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.preview import Preview
    from bitstockerz_lab.lab import Lab

REST_S = 3.0
"""So long nobody has looked at another setting when those looked at are written down."""


class LookedAt:
    """Counts previews as trials, all of them in one lease once nobody has moved for a moment.

    Where no event loop runs, as in a plain script, each is counted at once.

    Parameters
    ----------
    lab : whose registry of trials counts them

    Attributes
    ----------
    settings : how many different ones there were
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._known: set[str] = set()
        self._waiting: dict[str, Preview] = {}
        self._timer: asyncio.TimerHandle | None = None

    @property
    def settings(self) -> int:
        """How many different settings were looked at."""
        return len(self._known)

    @property
    def waiting(self) -> int:
        """How many of them are not written down yet."""
        return len(self._waiting)

    def take(self, preview: Preview) -> None:
        """Note that somebody looked at a preview."""
        recipe = preview.recipe
        values = sorted(recipe.parameters.items())
        rules = recipe.version.id or recipe.version.definition.to_json()
        setting = json.dumps([rules, recipe.symbol.symbol, recipe.timeframe, values])
        self._known.add(setting)
        self._waiting[setting] = preview
        self._rest()

    def write(self) -> int:
        """Write down what waits, now, and return how many settings that were."""
        self._still()
        previews, self._waiting = self._waiting, {}
        try:
            return self._lab.backtests.count_previews(previews.values())
        except LabError:
            self._waiting = previews | self._waiting  # the next who comes to rest tries again
            raise

    def _rest(self) -> None:
        self._still()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            with contextlib.suppress(LabError):  # it waits, and the next who looks tries again
                self.write()
        else:
            self._timer = loop.call_later(REST_S, self._later)

    def _still(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _later(self) -> None:
        # a file that is busy must not hold the kernel up; what cannot be written goes on waiting
        work(self.write, lambda _: None, otherwise=lambda _: None)
