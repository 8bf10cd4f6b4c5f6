"""papermill's engine as a batch uses it: a draft that is whole at each moment, saved once a cell.

Import this only where a notebook runs: it loads papermill.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.iorw import papermill_io

from bitstockerz_lab.batch.endings import write_whole

if TYPE_CHECKING:
    from nbformat import NotebookNode

NAME = "bitstockerz"
DRAFT = "bitstockerz-draft://"
"""Begins the paths that are written whole or not at all."""


class Saving(NotebookExecutionManager):  # type: ignore[misc]  # papermill has no types
    """Saves as a code cell starts, and at the end.

    papermill saves before and after every cell; what a cell left is saved as the next one starts.
    """

    _passing = False

    def save(self, **options: Any) -> None:  # noqa: ANN401 - reason: papermill's
        """Save, unless another save follows at once."""
        if not self._passing:
            super().save(**options)

    def cell_start(self, cell: NotebookNode, cell_index: int | None = None, **options: Any) -> None:  # noqa: ANN401 - reason: papermill's
        """Note that a cell has begun; text is passed over."""
        self._passing = cell.cell_type != "code"
        super().cell_start(cell, cell_index, **options)
        self._passing = False

    def cell_complete(
        self,
        cell: NotebookNode,
        cell_index: int | None = None,
        **options: Any,  # noqa: ANN401 - reason: papermill's
    ) -> None:
        """Note that a cell has ended."""
        self._passing = True
        super().cell_complete(cell, cell_index, **options)
        self._passing = False


class Engine(NBClientEngine):  # type: ignore[misc]  # papermill has no types
    """papermill's own engine with `Saving`."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool = False,  # noqa: ARG003 - reason: papermill hands it over
        log_output: bool = False,
        autosave_cell_every: int = 30,
        **options: Any,  # noqa: ANN401 - reason: papermill's
    ) -> NotebookNode:
        """Run a notebook; it is saved whatever stops it."""
        saving = Saving(
            nb,
            output_path=output_path,
            progress_bar=False,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
        )
        saving.notebook_start()
        try:
            cls.execute_managed_notebook(saving, kernel_name, log_output=log_output, **options)
        finally:
            saving.notebook_complete()
        ran: NotebookNode = saving.nb
        return ran


class WholeWriter:
    """Writes for papermill: its own way leaves half a file where the disk is full."""

    def write(self, text: str, path: str) -> None:
        """Write a notebook's text."""
        write_whole(Path(path.removeprefix(DRAFT)), text)

    def pretty_path(self, path: str) -> str:
        """Return a path as it is told."""
        return path.removeprefix(DRAFT)


papermill_engines.register(NAME, Engine)
papermill_io.register(DRAFT, WholeWriter())
