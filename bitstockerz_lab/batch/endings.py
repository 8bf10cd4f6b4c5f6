"""How a notebook ended, kept in the executed notebook itself.

A hidden draft grows beside the place of the executed notebook. Before it takes its name it is told
how it ended, so that nothing that finished is lost, even if nobody lived to write it down.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch.task import Ended, from_line, to_line

if TYPE_CHECKING:
    from pathlib import Path

KEY = "bitstockerz"
"""Where a notebook's metadata keep it."""


def draft_of(executed: Path) -> Path:
    """Return where a notebook grows until it is over."""
    return executed.with_name(f".{executed.stem}.draft.ipynb")


def keep(executed: Path, ended: Ended) -> None:
    """Give a draft its name, and how it ended with it; nothing happens where there is no draft.

    Where the disk is too full to write that, the draft takes its name as it is.
    """
    draft = draft_of(executed)
    if not draft.exists():
        return
    try:
        content = _read(draft)
        content["metadata"][KEY] = json.loads(to_line(ended))
        _write(draft, content)
    except (OSError, ValueError, KeyError):
        pass  # half a notebook is better than none, and its row tells the rest
    draft.replace(executed)


def ending_of(executed: Path, job_id: int) -> Ended | None:
    """Return how a job's executed notebook says it ended; None if it does not say."""
    try:
        told = _read(executed)["metadata"][KEY]
        ended = from_line(json.dumps(told))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return ended if isinstance(ended, Ended) and ended.job_id == job_id else None


def mark(draft: Path, name: str, message: str) -> int | None:
    """Write why it stopped into the cell it stopped at; what the kernel itself said there stays.

    Returns
    -------
    int or None
        The cell's number, as in [4]; None where no cell had begun.
    """
    try:
        content = _read(draft)
        code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        begun = [cell for cell in code if cell["metadata"].get("papermill", {}).get("start_time")]
        for cell in begun[-1:] or code[:1]:
            said = [output for output in cell["outputs"] if output["output_type"] == "error"]
            lines = [line for output in said for line in output["traceback"]]
            error = {
                "output_type": "error",
                "ename": name,
                "evalue": message,
                "traceback": [*lines, f"{name}: {message}"],
            }
            kept = [output for output in cell["outputs"] if output["output_type"] != "error"]
            cell["outputs"] = [*kept, error]
            cell["metadata"].setdefault("papermill", {}).update(status="failed", exception=True)
        with suppress(OSError):  # a full disk may be what stopped it
            _write(draft, content)
    except (OSError, ValueError, KeyError):
        return None
    # nbclient leaves out cells that are empty, so they have no number
    return sum(bool("".join(cell["source"]).strip()) for cell in begun) or None


def _read(path: Path) -> Any:  # noqa: ANN401 - reason: any JSON
    return json.loads(path.read_text("utf-8"))


def _write(path: Path, content: object) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    write_whole(path, text)


def write_whole(path: Path, text: str) -> None:
    """Write a text so that the path holds either all of it or what it held before."""
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text(text, "utf-8")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
