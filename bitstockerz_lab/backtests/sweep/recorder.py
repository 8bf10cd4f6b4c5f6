"""Writing a sweep down while it is carried out, so that a killed one can go on."""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bitstockerz_lab.backtests import trials, trials_store
from bitstockerz_lab.backtests.sweep import store
from bitstockerz_lab.backtests.sweep.engine import BESIDES, METRICS, Measured
from bitstockerz_lab.backtests.sweep.question import Part
from bitstockerz_lab.backtests.sweep.rows import parts_of, rows_of
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import TradingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitstockerz_lab.backtests.sweep.question import Question
    from bitstockerz_lab.backtests.sweep.rows import Rows
    from bitstockerz_lab.backtests.sweep.store import Known
    from bitstockerz_lab.storage import Connection, Database
    from bitstockerz_lab.users import User

AT_ONCE_S = 5.0
"""A sweep that takes no longer is written in one transaction at its end."""
EVERY_S = 3.0
"""A longer one is written so often: what a killed one loses."""
COUNTED = ("daily_sharpe", "days")
"""What trials need."""
ACTIVE: set[str] = set()
"""The words by which this process holds sweeps that it carries out."""


class Recorder:
    """Writes one sweep: `begin`, `take` each part, `finish`.

    Parameters
    ----------
    database, user : where, and whose it is
    record : False keeps only what was tried (BACKTEST_RULES 20), not the results

    Attributes
    ----------
    id : sweeps.id; None before the first rows are written, and where nothing is recorded
    remarks : sentences for whoever looks at the sweep
    seconds : how long it took, all attempts together
    """

    def __init__(self, database: Database, user: User, *, record: bool = True) -> None:
        self._database = database
        self._user = user
        self._record = record
        self._word = uuid.uuid4().hex
        self._buffer: list[Part] = []
        self._rerun = self._over = self._begun = self._unsure = False
        self.id: int | None = None
        self.remarks: tuple[str, ...] = ()
        self._seconds_before = 0.0
        self._started = self._written = time.monotonic()
        self._ended: float | None = None

    @property
    def seconds(self) -> float:
        """How long it took so far, all attempts together."""
        now = self._ended if self._ended is not None else time.monotonic()
        return self._seconds_before + now - self._started

    def begin(self, question: Question, *, rerun: bool) -> Sequence[Part]:
        """Take a sweep of the same fingerprint up, or begin a new one.

        Parameters
        ----------
        question : what the sweep is to find out
        rerun : True begins a new one whatever there is

        Returns
        -------
        list of Part
            What is recorded already: everything of a completed sweep, which is neither taken nor
            finished then. Their block sums are not recorded: they have shape (n, 0, 0).

        Raises
        ------
        TradingError
            Another process carries the same sweep out.
        """
        self._question, self._rerun = question, rerun
        self._asked = json.dumps(dict(question.asked), default=str)
        if rerun or not self._record:
            return []
        found = list(question.digests)
        question.fingerprint  # noqa: B018 - computed before the lease
        with self._database.read() as con:
            known = self._known(con)
            if known is None:
                self._remark_on_bars(con, found)
                return []
            _refuse_if_held(known)
            results = store.results(con, known.id)
        parts = parts_of(results)
        self.id, self._seconds_before = known.id, known.seconds
        if known.status == Status.COMPLETED:
            self._ended = self._started
        else:
            whole = len(results) == question.size
            self._take_over(known, whole=whole)
            self._begun, self._ended = True, self._started if whole else None
            told = f"Sweep {known.id} went on where it had stopped"
            self.remarks = (f"{told}: {len(results):,} of its results were there.",)
        return parts

    def take(self, part: Part) -> None:
        """Take a part that was measured; writes now and then, in one transaction."""
        names = (*METRICS, *BESIDES) if self._record else COUNTED
        values = {name: part.measured.values[name] for name in names}  # noqa: PD011 - no frame
        # the block sums are many and are not recorded
        kept = Measured(values, np.empty((part.stop - part.start, 0, 0)))
        self._buffer.append(Part(part.unit, part.start, part.stop, kept))
        if time.monotonic() - self._written > (EVERY_S if self._begun else AT_ONCE_S):
            self._write()

    def finish(self, status: Status, message: str | None = None) -> None:
        """Write what is left and say how the sweep ended."""
        try:
            self._write(status, message)
            self._ended = time.monotonic()
        finally:
            ACTIVE.discard(self._word)

    def _write(self, status: Status | None = None, message: str | None = None) -> None:
        """Write what was taken, with the sweep's row if it has none, and its end if it ended."""
        if self._over:
            return
        tried = [trials.of_part(self._question, part) for part in self._buffer]
        rows = None if self.id or not self._record else rows_of(self._question)
        unsure, self._unsure = self._unsure, True
        with self._database.write() as con:
            sweep_id = self.id
            if unsure and rows is not None:
                sweep_id = store.held_by(con, self._word)
            if rows is not None and sweep_id is None:
                sweep_id = self._added(con, rows, status)
            if sweep_id is not None and not self._over:
                self._append(con, sweep_id, unsure=unsure)
                if status is not None:
                    store.finish(con, sweep_id, status, self.seconds, message)
            if tried:
                trials_store.add(con, self._user.id, pd.concat(tried, ignore_index=True))
        self.id, self._buffer = sweep_id, []
        self._begun, self._unsure = True, False
        self._written = time.monotonic()

    def _added(self, con: Connection, rows: Rows, status: Status | None) -> int:
        """Return the id of the sweep that was added, or that somebody else has completed since."""
        known = None if self._rerun else self._known(con)
        if known is not None and known.status == Status.COMPLETED:
            self._over = True
            return known.id
        if known is not None and status is None:
            _refuse_if_held(known)
        whose = {"user_id": self._user.id, "asked_json": self._asked, "claim": self._word}
        columns = self._question.combinations.columns
        ACTIVE.add(self._word)
        return store.begin(con, rows.sweep | whose, rows.units, rows.reads, columns)

    def _append(self, con: Connection, sweep_id: int, *, unsure: bool) -> None:
        """Add what was taken; `unsure` where the last attempt may have done so before it broke."""
        if not store.holds(con, sweep_id, self._word):
            self._over = True
            raise TradingError(
                f"Sweep {sweep_id} was taken over by somebody else meanwhile. Look at "
                f"lab.backtests.get_sweep({sweep_id}), or ask with rerun=True.",
                sweep_id=sweep_id,
            )
        parts = self._buffer
        if unsure:
            parts = [one for one in parts if not store.has(con, sweep_id, one.unit, one.start)]
        if parts:
            store.add_results(con, sweep_id, parts, self.seconds)

    def _take_over(self, known: Known, *, whole: bool) -> None:
        """Go on with a sweep that was stopped; where nothing is left to do, say so."""
        with self._database.write() as con:
            held = store.claim(con, known.id, known.claim, self._word)
            if held and whole:
                store.finish(con, known.id, Status.COMPLETED, known.seconds)
        if not held:
            raise _busy(known.id, "another process")
        if not whole:
            ACTIVE.add(self._word)

    def _known(self, con: Connection) -> Known | None:
        version_id = self._question.version.id
        return store.known(con, self._user.id, version_id, self._question.fingerprint)

    def _remark_on_bars(self, con: Connection, now: list[str]) -> None:
        question = self._question
        found = store.alike(
            con, self._user.id, question.version.id, self._asked, question.fingerprint
        )
        if found is not None and found[1] != now:
            told = f"The stored bars are not those of sweep {found[0]}, which asked the same"
            self.remarks = (f"{told}: this is a new sweep.",)


def _refuse_if_held(known: Known) -> None:
    """Raise where a process that lives carries the sweep out."""
    ours = known.is_here and known.pid == store.process()["pid"]
    if known.status == Status.RUNNING and (known.claim in ACTIVE if ours else known.lives):
        raise _busy(known.id, f"process {known.pid} on {known.host}")


def _busy(sweep_id: int, who: str) -> TradingError:
    return TradingError(
        f"Sweep {sweep_id}, the same, is being carried out by {who}. Wait for it, stop it, or ask "
        "with rerun=True.",
        sweep_id=sweep_id,
    )
