"""One notebook, once, in a kernel of its own."""

from __future__ import annotations

import json
import logging
import math
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bitstockerz_lab.batch import endings
from bitstockerz_lab.batch.kernel import Kernels, how_it_died, socket_folder
from bitstockerz_lab.enums import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jupyter_client.manager import AsyncKernelManager
    from papermill.exceptions import PapermillExecutionError

START_LIMIT_S = 60.0

OUTPUTS_S = 60
"""How long a cell's last outputs may be on their way once it has ended; papermill's 4 s are too few
on a busy machine."""

ROUNDED_S = 0.1
"""So much before its end a time limit counts as over: who waits for it rounds it."""

MARKER = "papermill-error-cell-tag"
"""Tag of the cells that papermill adds where a notebook failed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a notebook ended: its status, why, and the number of the cell it stopped at."""

    status: Status
    error_message: str | None = None
    failed_cell: int | None = None


def execute(
    notebook: Path,
    draft: Path,
    parameters: Mapping[str, object],
    *,
    environment: Mapping[str, str],
    timeout_s: float | None = None,
    warm: bool = False,
    sockets: str | None = None,
    on_cell: Callable[[int, int], None] = lambda _cell, _cells: None,
) -> Outcome:
    """Run a notebook and leave it, executed, at `draft`: whole, or up to what stopped it.

    Parameters
    ----------
    notebook : the notebook, which is not changed; its kernel works in the notebook's folder
    draft : grows cell by cell; at each moment a whole notebook
    parameters : injected behind the cell tagged ``parameters``
    environment : variables for the kernel, besides this process's own
    timeout_s : for the whole notebook; the kernel is ended at its end
    warm : whether the kernel is forked from the warm parent
    sockets : the folder that the folder of its sockets is made in; None is the usual one
    on_cell : called as each cell starts, with its number, from 1, and how many there are

    Raises
    ------
    KeyboardInterrupt
        It was interrupted; the kernel has ended, and the draft says so.
    """
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    with (
        tempfile.TemporaryFile() as noise,
        socket_folder(sockets) as folder,
    ):
        kernels = Kernels(environment, notebook.parent, Path(folder), noise, warm=warm)
        try:
            outcome = _run(notebook, draft, parameters, kernels.manager_class(), deadline, on_cell)
        except Exception as problem:  # noqa: BLE001 - reason: a full disk, a notebook that is gone
            told = f"{type(problem).__name__}: {_one_line(str(problem))}"
            cell = endings.mark(draft, type(problem).__name__, str(problem))
            return Outcome(Status.FAILED, told, cell)
        except BaseException as problem:
            endings.mark(draft, type(problem).__name__, str(problem) or "Stopped here.")
            raise
        finally:
            kernels.end()
        if outcome.status == Status.COMPLETED or outcome.error_message:
            return outcome
        told = f"The kernel died{how_it_died(kernels.status)}. {_last_words(noise)}".strip()
        if outcome.status == Status.TIMED_OUT:
            told = f"It took longer than {timeout_s:g} s and was ended."
        return Outcome(outcome.status, told, endings.mark(draft, outcome.status, told))


def _run(
    notebook: Path,
    draft: Path,
    parameters: Mapping[str, object],
    kernel: type[AsyncKernelManager],
    deadline: float | None,
    on_cell: Callable[[int, int], None],
) -> Outcome:
    import papermill  # noqa: PLC0415 - reason: heavy
    from nbclient.exceptions import CellTimeoutError  # noqa: PLC0415 - reason: heavy
    from papermill.exceptions import PapermillExecutionError  # noqa: PLC0415 - reason: heavy

    from bitstockerz_lab.batch import engine  # noqa: PLC0415 - reason: heavy

    # papermill reports what it also raises; with a handler of its own that stays off stderr
    logging.getLogger("papermill").addHandler(logging.NullHandler())
    cells = len(json.loads(notebook.read_text("utf-8"))["cells"]) + bool(parameters)

    def left(_cell: object = None) -> float | None:
        return None if deadline is None else max(0.001, deadline - time.monotonic())

    try:
        papermill.execute_notebook(
            _unformatted(str(notebook)),
            _unformatted(f"{engine.DRAFT}{draft}"),
            dict(parameters),
            engine_name=engine.NAME,
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=math.ceil(min(START_LIMIT_S, left() or START_LIMIT_S)),
            kernel_manager_class=kernel,
            timeout_func=left,
            iopub_timeout=OUTPUTS_S,
            on_cell_start=lambda cell, cell_index: on_cell(cell_index + 1, cells),  # noqa: ARG005 - reason: nbclient's names
        )
    except PapermillExecutionError as failure:
        return _failed(failure)
    except CellTimeoutError:
        if not _past(deadline):  # its last outputs did not come
            raise
        return Outcome(Status.TIMED_OUT)
    except RuntimeError as problem:
        if "ernel d" not in str(problem):  # "Kernel died …", "Kernel didn't respond …"
            raise
        return Outcome(Status.TIMED_OUT if _past(deadline) else Status.FAILED)
    else:
        return Outcome(Status.COMPLETED)


def _past(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() > deadline - ROUNDED_S


def _failed(failure: PapermillExecutionError) -> Outcome:
    cell = failure.exec_count
    where = f" (cell {cell})" if cell else ""
    told = f"{failure.ename}: {_one_line(failure.evalue)}{where}"
    return Outcome(Status.FAILED, told, cell or None)


def _unformatted(path: str) -> str:
    """Return a path that papermill's `str.format` leaves alone."""
    return path.replace("{", "{{").replace("}", "}}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _last_words(noise: IO[bytes]) -> str:
    noise.seek(0)
    lines = noise.read().decode(errors="replace").strip().splitlines()
    told = [line for line in lines if not line.startswith("[IPKernelApp]")]
    return f"Its last words: {_one_line(told[-1])}" if told else ""
