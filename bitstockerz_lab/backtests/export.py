"""A run as a folder of files for other programs, and read back from it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from bitstockerz_lab.backtests.run_ids import refuse_preview
from bitstockerz_lab.errors import DataError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitstockerz_lab.backtests.run import Run

FORMAT = "bitstockerz-run"
FORMATS = ("csv", "parquet", "json")
RUN = "run.json"
FACTS = (
    "id", "status", "strategy", "version", "strategy_version_id", "symbol", "asset_type",
    "timeframe", "start_date", "end_date", "initial_equity", "created_at", "started_at",
    "finished_at",
)  # fmt: skip
MADE_OF = (
    "parameters", "costs", "exits", "sizing", "adjusted", "provider", "simulated", "bars_digest",
    "fingerprint", "engine_version", "versions", "warnings", "skipped_entries", "ruined",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """A run as it was exported.

    Attributes
    ----------
    run : what stands in run.json: facts, metrics, details, definition, tags, notes, files,
        sha256 (of all the rest)
    trades, equity : as `Run.trades` and `Run.equity`
    """

    run: Mapping[str, Any]
    trades: pd.DataFrame
    equity: pd.Series


def write(
    run: Run, folder: str | Path, kind: str, said: Mapping[str, Any], *, overwrite: bool
) -> Path:
    """Write a run to a folder of its own inside `folder`, whole or not at all; return its path.

    Parameters
    ----------
    run : with results
    folder : made where it is missing
    kind : "csv", "parquet" or "json"
    said : tags and notes
    overwrite : replace an earlier export

    Raises
    ------
    UnknownName
        There is no such format.
    TradingError
        It is a preview.
    DataError
        The run has no results; there is something of that name already; it cannot be written.
    """
    if kind not in FORMATS:
        raise UnknownName.of("format", str(kind), FORMATS, f"Known: {', '.join(FORMATS)}.")
    refuse_preview(run, "files")
    if run.metrics is None:
        raise DataError(
            f"Run {run.id} is {run.status}, so it has nothing to export. Export a completed one.",
            run_id=run.id,
        )
    target = Path(folder).expanduser().absolute() / f"run-{run.id}"
    _refuse(target, overwrite=overwrite)
    files = _files(run, kind, said)
    half = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        half.mkdir(parents=True)
        for name, content in files.items():
            (half / name).write_bytes(content)
        _put(half, target)
    except OSError as problem:
        raise DataError(
            f"Run {run.id} cannot be exported to {target}: {problem.strerror}. "
            "Give a folder you may write to.",
            path=target,
        ) from problem
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return target


def read(folder: str | Path) -> ExportedRun:
    """Read a run that `write` wrote: the numbers are those of the run, to the last bit.

    Raises
    ------
    DataError
        It is no exported run, or a file of it is missing or was changed.
    """
    place = Path(folder).expanduser().absolute()
    try:
        told = json.loads((place / RUN).read_bytes())
        if told.get("format") != FORMAT:
            raise DataError(_strange(place, f"{RUN} is of another kind"), path=place)
        if told["sha256"] != _digest(told):
            raise DataError(_strange(place, f"{RUN} was changed since"), path=place)
        frames = {}
        for name, known in told["files"].items():
            content = (place / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != known["sha256"]:
                raise DataError(_strange(place, f"{name} was changed since"), path=place)
            frames[Path(name).stem] = _frame(name, content, known["columns"])
    except OSError as problem:
        reason = f"{Path(problem.filename or place).name}: {problem.strerror}"
        raise DataError(_strange(place, reason), path=place) from problem
    except (ValueError, KeyError, AttributeError) as problem:
        if isinstance(problem, DataError):
            raise
        raise DataError(_strange(place, "it cannot be read"), path=place) from problem
    equity = frames["equity"].set_index("timestamp")["equity"]
    return ExportedRun(told, frames["trades"], equity)


def _strange(place: Path, reason: str) -> str:
    return f"{place} is no whole exported run: {reason}. Export it again with run.export(folder)."


def _files(run: Run, kind: str, said: Mapping[str, Any]) -> dict[str, bytes]:
    """Return every file's content by its name, run.json last."""
    frames = {"trades": run.trades, "equity": run.equity.rename("equity").reset_index()}
    files = {f"{name}.{kind}": WRITERS[kind](frame) for name, frame in frames.items()}
    assert run.metrics is not None  # noqa: S101 - `write` refused such a run
    told = {
        "format": FORMAT,
        **{name: getattr(run, name) for name in FACTS},
        "metrics": run.metrics.as_dict(),
        "details": {name: getattr(run.details, name) for name in MADE_OF},
        "definition": run.details.definition.document,
        **said,
        "files": {
            name: {
                "sha256": hashlib.sha256(content).hexdigest(),
                "columns": frames[Path(name).stem].dtypes.astype(str).to_dict(),
            }
            for name, content in files.items()
        },
    }
    told["sha256"] = _digest(told)
    return files | {RUN: f"{_json(told, indent=2)}\n".encode()}


def _digest(told: Mapping[str, Any]) -> str:
    """Return a SHA-256 of what stands in run.json but the digest itself, however laid out."""
    rest = {name: value for name, value in told.items() if name != "sha256"}
    return hashlib.sha256(_json(rest).encode()).hexdigest()


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    return frame.to_parquet(index=False)


def _columns(frame: pd.DataFrame) -> bytes:
    """Return JSON of a list a column, which `pandas.DataFrame` and most programs take."""
    return f"{_json(frame.to_dict('list'))}\n".encode()


WRITERS: dict[str, Callable[[pd.DataFrame], bytes]] = {
    "csv": _csv,
    "parquet": _parquet,
    "json": _columns,
}


def _frame(name: str, content: bytes, types: Mapping[str, str]) -> pd.DataFrame:
    """Return a file's content as the frame it was, each column in its type."""
    if name.endswith(".parquet"):
        found = pd.read_parquet(BytesIO(content))
    elif name.endswith(".json"):
        found = pd.DataFrame(json.loads(content), columns=list(types))
    else:
        found = pd.read_csv(BytesIO(content), dtype=str)  # numbers are read below, to the last bit
    for column, kind in types.items():
        values = found[column]
        if kind.startswith("datetime64"):
            values = pd.to_datetime(values, utc=True, format="ISO8601")
        found[column] = values.astype(pd.api.types.pandas_dtype(kind))
    return found[list(types)]


def _json(value: object, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what JSON has no word for: a moment in ISO 8601, a number of numpy as its own."""
    return value.isoformat() if hasattr(value, "isoformat") else value.item()


def _refuse(target: Path, *, overwrite: bool) -> None:
    if not target.exists():
        return
    if not overwrite:
        raise DataError(
            f"{target} is there already. Choose another folder, or pass overwrite=True.",
            path=target,
        )
    if not (target / RUN).is_file():
        raise DataError(
            f"{target} is no exported run, so it is not replaced. Choose another folder.",
            path=target,
        )


def _put(half: Path, target: Path) -> None:
    """Put a whole folder where it belongs; what was there goes only when that has succeeded."""
    if not target.exists():
        half.rename(target)
        return
    old = half.with_suffix(".old")
    target.rename(old)
    try:
        half.rename(target)
    except OSError:
        with suppress(OSError):
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)
