"""The settings that were looked at and not recorded: each is a trial, and is counted as one."""

from __future__ import annotations

import asyncio
import atexit
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

LONGEST_S = 300.0
"""What could not be written is tried again after twice as long each time, and at most so long."""


class LookedAt:
    """Counts previews as trials, all of them in one lease once nobody has moved for a moment.

    Where no event loop runs, as in a plain script, each is counted at once. What still waits when
    the process ends is counted then.

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
        self._pause_s = REST_S
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
        self._until_the_end()
        self._pause_s = REST_S
        self._rest()

    def write(self) -> int:
        """Write down what waits, now, and return how many settings that were."""
        self._still()
        previews = dict(self._waiting)
        written = self._lab.backtests.count_previews(previews.values())
        # only now: whatever keeps them from being written, they go on waiting
        for setting, preview in previews.items():
            if self._waiting.get(setting) is preview:
                del self._waiting[setting]
        self._until_the_end()
        return written

    def _until_the_end(self) -> None:
        """Have what waits written when the process ends, if it still waits then."""
        atexit.unregister(self._last)
        if self._waiting:
            atexit.register(self._last)

    def _last(self) -> None:
        if self._lab.path.exists():  # a lab that was deleted counts nothing any more
            self.write()

    def _rest(self) -> None:
        self._still()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            with contextlib.suppress(LabError):  # it waits, and the next who looks tries again
                self.write()
        else:
            self._timer = loop.call_later(self._pause_s, self._later)

    def _still(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _later(self) -> None:
        # a file that is busy must not hold the kernel up
        work(self.write, lambda _: None, otherwise=self._again)

    def _again(self, problem: Exception) -> None:
        """Try again later; what is no refusal of the lab is a fault, and is told."""
        self._pause_s = min(2 * self._pause_s, LONGEST_S)
        self._rest()
        if not isinstance(problem, LabError):
            raise problem
