"""One notebook, once, in a kernel of its own."""

from __future__ import annotations

import json
import logging
import math
import os
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from bitstockerz_lab.enums import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from jupyter_client.manager import AsyncKernelManager

START_LIMIT_S = 60.0
SHUTDOWN_S = 2.0
"""How long a kernel may take to end by itself; half of it until SIGTERM, then SIGKILL."""

MARKER = "papermill-error-cell-tag"
"""Tag of the cells that papermill adds where a notebook failed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a notebook ended."""

    status: Status
    error_message: str | None = None


def execute(
    notebook: Path,
    executed: Path,
    parameters: Mapping[str, object],
    *,
    environment: Mapping[str, str],
    timeout_s: float | None = None,
    on_cell: Callable[[int, int], None] = lambda _cell, _cells: None,
) -> Outcome:
    """Run a notebook and leave it, executed, at `executed`: whole, or up to what stopped it.

    Parameters
    ----------
    notebook : the notebook, which is not changed; its kernel works in the notebook's folder
    executed : appears when all is over; a hidden draft beside it grows meanwhile, cell by cell
    parameters : injected behind the cell tagged ``parameters``
    environment : variables for the kernel, besides this process's own
    timeout_s : for the whole notebook; the kernel is ended at its end
    on_cell : called as each cell starts, with its number, from 1, and how many there are

    Raises
    ------
    KeyboardInterrupt
        It was interrupted; kernel ended, draft kept as `executed`.
    """
    draft = executed.with_name(f".{executed.stem}.draft.ipynb")
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    try:
        with tempfile.TemporaryFile() as noise:
            kernel = _kernel_class(environment, notebook.parent, noise)
            outcome = _run(notebook, draft, parameters, kernel, deadline, on_cell)
            last_words = _last_words(noise)
    except BaseException as problem:
        _mark(draft, type(problem).__name__, str(problem) or "Stopped here.")
        raise
    else:
        if outcome.status == Status.COMPLETED or outcome.error_message:
            return outcome
        told = f"The kernel died. {last_words}".strip()
        if outcome.status == Status.TIMED_OUT:
            told = f"It took longer than {timeout_s:g} s and was ended."
        _mark(draft, outcome.status, told)
        return Outcome(outcome.status, told)
    finally:
        with suppress(FileNotFoundError):
            draft.replace(executed)


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

    # papermill reports what it also raises; with a handler of its own that stays off stderr
    logging.getLogger("papermill").addHandler(logging.NullHandler())

    cells = len(json.loads(notebook.read_text("utf-8"))["cells"]) + bool(parameters)

    def left(_cell: object = None) -> float | None:
        return None if deadline is None else max(0.001, deadline - time.monotonic())

    try:
        papermill.execute_notebook(
            _unformatted(notebook),
            _unformatted(draft),
            dict(parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=math.ceil(min(START_LIMIT_S, left() or START_LIMIT_S)),
            kernel_manager_class=kernel,
            timeout_func=left,
            on_cell_start=lambda cell, cell_index: on_cell(cell_index + 1, cells),  # noqa: ARG005 - reason: nbclient's names
        )
    except PapermillExecutionError as failure:
        where = f" (cell {failure.exec_count})" if failure.exec_count else ""
        return Outcome(Status.FAILED, f"{failure.ename}: {_one_line(failure.evalue)}{where}")
    except CellTimeoutError:
        return Outcome(Status.TIMED_OUT)
    except RuntimeError as problem:
        if "ernel d" not in str(problem):  # "Kernel died …", "Kernel didn't respond …"
            raise
        late = deadline is not None and time.monotonic() >= deadline
        return Outcome(Status.TIMED_OUT if late else Status.FAILED)
    return Outcome(Status.COMPLETED)


def _kernel_class(
    environment: Mapping[str, str], folder: Path, noise: IO[bytes]
) -> type[AsyncKernelManager]:
    """Return a kernel manager that starts this interpreter, with `environment`, in `folder`.

    papermill hands nothing on to a kernel's start, so the manager itself knows it. Searching no
    folder for kernel specifications leaves ipykernel's own, whose command is `sys.executable`: a
    "python3" installed elsewhere cannot take its place.
    """
    from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415 - reason: heavy
    from jupyter_client.manager import AsyncKernelManager  # noqa: PLC0415 - reason: heavy

    class BatchKernel(AsyncKernelManager):
        def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - reason: jupyter_client's
            specifications = KernelSpecManager(kernel_dirs=[])
            super().__init__(**settings, kernel_spec_manager=specifications)
            self.shutdown_wait_time = SHUTDOWN_S

        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]  # noqa: ANN401 - reason: as above
            options |= {"env": {**os.environ, **environment}, "cwd": str(folder)}
            await super().start_kernel(**options, stdout=subprocess.DEVNULL, stderr=noise)

    return BatchKernel


def _unformatted(path: Path) -> str:
    """Return a path that papermill's `str.format` leaves alone."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _last_words(noise: IO[bytes]) -> str:
    noise.seek(0)
    lines = noise.read().decode(errors="replace").strip().splitlines()
    told = [line for line in lines if not line.startswith("[IPKernelApp]")]
    return f"Its last words: {_one_line(told[-1])}" if told else ""


def _mark(draft: Path, name: str, message: str) -> None:
    """Write why it stopped into the cell it stopped at; what the kernel itself said there stays."""
    if not draft.exists():
        return
    content = json.loads(draft.read_text("utf-8"))
    code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
    begun = [cell for cell in code if cell["metadata"].get("papermill", {}).get("start_time")]
    for cell in begun[-1:] or code[:1]:
        said = [output for output in cell["outputs"] if output["output_type"] == "error"]
        lines = [*(line for output in said for line in output["traceback"]), f"{name}: {message}"]
        error = {"output_type": "error", "ename": name, "evalue": message, "traceback": lines}
        kept = [output for output in cell["outputs"] if output["output_type"] != "error"]
        cell["outputs"] = [*kept, error]
        cell["metadata"].setdefault("papermill", {}).update(status="failed", exception=True)
    draft.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
