"""A report: one self-contained page, or the same sections one by one in a notebook."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import report_sections

if TYPE_CHECKING:
    from pathlib import Path

    from bitstockerz_lab.backtests.report_sections import Section
    from bitstockerz_lab.backtests.run import Run

FIGURE = "application/vnd.plotly.v1+json"
RUN = "application/vnd.bitstockerz.run+json"
"""Says to programs which run an output shows: ``{"id": 12}``."""

CONFIG = {"responsive": True, "displaylogo": False, "showSendToCloud": False}


class Page:
    """Sections under a title: one self-contained page, or outputs of a notebook."""

    if TYPE_CHECKING:

        @property
        def sections(self) -> tuple[Section, ...]:
            """The sections in their order."""

        @property
        def title(self) -> str:
            """Plain text."""

        @property
        def file_name(self) -> str:
            """What its file may be called."""

    def html(self) -> str:
        """Return the whole page: offline, light and dark, plotly.js inside."""
        return pages.document(self.title, [section.html() for section in self.sections])

    def write(self, path: str | Path, *, interactive: bool = True) -> Path:
        """Write the page to a file, wholly or not at all, and return the file's path.

        Parameters
        ----------
        path : a file; folders above it are made, an older file is replaced; a path that ends in
            .pdf makes a PDF, through a Chromium
        interactive : False draws the figures as pictures, through a Chromium: a page of 200 kB

        Raises
        ------
        LabError
            The path is a folder, ends in neither .html, .htm nor .pdf, or cannot be written; a
            PDF is wanted and there is no Chromium.
        """
        body = "\n".join(section.html() for section in self.sections)
        return pages.save(path, self.title, body, interactive=interactive, name=self.file_name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.title}; .write('report.html') makes the page>"

    def _ipython_display_(self) -> None:
        from IPython.display import display  # noqa: PLC0415 - reason: heavy

        for output in self.outputs():
            display(output, raw=True)  # type: ignore[no-untyped-call]

    def outputs(self) -> list[dict[str, Any]]:
        """Return what a notebook shows, one bundle of types an output, in the page's order."""
        bundles: list[dict[str, Any]] = []
        for section in self.sections:
            for part in section.outputs():
                if isinstance(part, Markup):
                    shown = Markup('<div class="bz">{}</div>').format(part)
                    piece = pages.standalone(part) if not bundles else shown
                    bundles.append({"text/html": str(piece), "text/plain": section.title})
                else:
                    content = json.loads(part.to_json()) | {"config": CONFIG}
                    bundles.append({FIGURE: content, "text/plain": f"[chart: {section.title}]"})
        return bundles


@dataclass(frozen=True, repr=False)
class Report(Page):
    """What a run came to and what it was made of.

    In a notebook it shows itself section by section, as ordinary outputs.

    Parameters
    ----------
    run : a run of any status; one that failed says why

    Examples
    --------
    >>> run.report("reports/golden-cross.html")  # doctest: +SKIP
    """

    run: Run

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections in their order: header, headline, price, equity, …, definitions."""
        return report_sections.build(self.run)

    @property
    def title(self) -> str:
        """Strategy, symbol and run id, as plain text."""
        return f"{self.run.strategy} on {self.run.symbol} · run {self.run.id}"

    @property
    def file_name(self) -> str:
        """What its file may be called."""
        return f"run-{self.run.id}.html"

    def outputs(self) -> list[dict[str, Any]]:
        """Return what a notebook shows; the first output says which run it is of."""
        bundles = super().outputs()
        bundles[0][RUN] = {"id": self.run.id}
        return bundles
