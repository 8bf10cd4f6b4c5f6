"""A sweep as a report: one self-contained page, or the same sections one by one in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bitstockerz_lab.backtests.report import Page
from bitstockerz_lab.backtests.sweep import report_asked, report_landscape, report_winner
from bitstockerz_lab.backtests.sweep.winner import unit_of, winner

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.report_sections import Section
    from bitstockerz_lab.backtests.sweep.result import Sweep


@dataclass(frozen=True, repr=False)
class SweepReport(Page):
    """What a sweep came to, and what its winner proves.

    In a notebook it shows itself section by section, as ordinary outputs.

    Parameters
    ----------
    sweep : of any status; one that was stopped says so
    unit : the winner and the pictures are of this unit; None takes the best of all

    Examples
    --------
    >>> sweep.report("reports/sweep.html")  # doctest: +SKIP
    """

    sweep: Sweep
    unit: int | None = None

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in their order: header, what was asked, winner, …, how it was made."""
        sweep, best = self.sweep, winner(self.sweep, self.unit)
        unit = sweep.units[unit_of(sweep, self.unit)]
        judged = None if best is None else report_winner.judged(sweep, best)
        found = [
            report_asked.header(sweep, unit, best, judged),
            report_asked.asked(sweep, unit, best),
        ]
        if best is not None and judged is not None:
            found += report_winner.sections(sweep, best, judged, self.unit)
        found += report_landscape.sections(sweep, unit.number, best)
        if best is not None:
            found += [report_landscape.top(sweep, self.unit), *report_landscape.units(sweep, best)]
        found.append(report_asked.made(sweep, unit, best))
        if best is not None:
            found.append(report_winner.definitions(best))
        return tuple(found)

    @property
    def title(self) -> str:
        """Strategy and symbols, and the sweep's number, as plain text."""
        number = f" · sweep {self.sweep.id}" if self.sweep.id is not None else ""
        return f"Sweep of {self.sweep.strategy} on {report_asked.symbols(self.sweep)}{number}"

    @property
    def file_name(self) -> str:
        """What its file may be called."""
        return f"sweep-{self.sweep.id}.html" if self.sweep.id is not None else "sweep.html"
