"""A batch as one page: what became of each notebook, its run's equity, and where its report is."""

from __future__ import annotations

import json
import os
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import store as runs
from bitstockerz_lab.batch.sparks import spark
from bitstockerz_lab.enums import Status
from bitstockerz_lab.pages import Card, Column, formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bitstockerz_lab.batch.result import Batch, BatchItem
    from bitstockerz_lab.storage import Database

BAD = (Status.FAILED, Status.TIMED_OUT, Status.CANCELLED)
GOOD_TO_KNOW = (
    "Equity lines are on a log scale, each on its own; the dashed line is the initial equity. Of "
    "many tries the best one also looks good by luck: each report says how much that explains."
)
SEVERAL = "{} runs; the report shows them"


def write(batch: Batch, path: str | Path, database: Database | None = None) -> Path:
    """Write a batch's page and return its path.

    Parameters
    ----------
    batch : finished or not; items that have not ended yet are told as they stand
    path : ends in .html; links to reports and notebooks are relative to its folder, so that all
        of them can be moved together
    database : the lab's, read in one lease for the figures and equity of the items' runs; None
        leaves those out

    Raises
    ------
    LabError
        It cannot be written there.
    """
    target = Path(path).expanduser().absolute()
    outlines = _outlines(batch, database)
    title = _title(batch)
    parts = [_header(batch, title), _failures(batch, target), _cards(batch, outlines)]
    body = "\n".join([*map(str, parts), str(_items(batch, outlines, target))])
    return pages.save(target, title, body, name="index.html")


def _outlines(batch: Batch, database: Database | None) -> dict[int, dict[str, Any]]:
    ids = sorted({run_id for item in batch for run_id in item.run_ids})
    if database is None or not ids:
        return {}
    with database.read() as con:
        found = runs.outlines(con, ids)
    return {outline["id"]: outline for outline in found}


def _title(batch: Batch) -> str:
    names = [batch.notebook.stem] if batch.notebook else []
    told = f"batch {batch.id}" if batch.id is not None else "batch"
    return " · ".join([*names, told])


def _header(batch: Batch, title: str) -> Markup:
    counts = {status: sum(item.status == status for item in batch) for status in Status}
    told = [f"{count:,} {status}".replace("_", " ") for status, count in counts.items() if count]
    rate = 60 * len(batch.completed) / batch.seconds if batch.seconds else 0
    told += [_lasted(batch.seconds), f"{rate:,.1f} a minute"]
    spans = Markup("").join(Markup("<span>{}</span>").format(word) for word in told)
    return Markup(
        '<header class="bz-header"><p class="bz-eyebrow">Batch of notebooks</p><h1>{}</h1>'
        '<p class="bz-subtitle">{}</p></header>'
    ).format(title, spans)


def _lasted(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def _failures(batch: Batch, page: Path) -> Markup:
    """Return why items did not come to their end, each with a link to what is left of it."""
    bad = [item for item in batch if item.status in BAD]
    if not bad:
        return Markup()
    count = f"{len(bad)} of {len(batch)} did not come to their end."
    entry = Markup('<div><dt>{}<br><span class="bz-quiet">{}</span></dt><dd>{}</dd></div>')
    listed = Markup("\n").join(
        entry.format(_named(item, page), _told(item, batch.varying), _reason(item)) for item in bad
    )
    facts = Markup('<dl class="bz-facts">\n{}\n</dl>').format(listed)
    return pages.section("What failed", pages.notice("failed", count), facts)


def _told(item: BatchItem, varying: Iterable[str]) -> str:
    asked = _asked(item, varying).items()
    return ", ".join(f"{name} {formats.plain(value)}" for name, value in asked)


def _reason(item: BatchItem) -> str:
    told = item.error_message or str(item.status).replace("_", " ")
    where = "" if item.failed_cell is None else f" (cell {item.failed_cell})"
    return told if where in told else f"{told}{where}"


def _asked(item: BatchItem, varying: Iterable[str]) -> dict[str, object]:
    """Return what varies in a batch, of one item; of a dict, such as `parameters`, its entries."""
    asked: dict[str, object] = {}
    for name in varying:
        value = item.parameters.get(name)
        asked |= value if isinstance(value, dict) else {name: value}
    return asked


def _cards(batch: Batch, outlines: Mapping[int, Mapping[str, Any]]) -> Markup:
    """Return the spread of the runs' figures; nothing where fewer than two are known."""
    told = [found for item in batch if (found := _one(item, outlines))]
    if len(told) < 2:  # noqa: PLR2004 - reason: one run has no spread
        return Markup()
    shown = []
    for name, label in {
        "total_return_pct": "Total return",
        "max_drawdown_pct": "Max drawdown",
    }.items():
        values = [outline[name] for outline in told]
        signed = name == "total_return_pct"
        low, high = (formats.percent(bound(values), signed=signed) for bound in (min, max))
        middle = formats.percent(statistics.median(values), signed=signed)
        shown.append(Card(f"{label}, median", middle, f"From {low} to {high}."))
    winners = sum(outline["total_return_pct"] > 0 for outline in told)
    share = Card("Runs with a profit", f"{winners} of {len(told)}", "After all costs.")
    return pages.section("At a glance", pages.cards([*shown, share]))


def _one(item: BatchItem, outlines: Mapping[int, Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the outline of an item's run; None where it has none, or several."""
    return outlines.get(item.run_ids[0]) if len(item.run_ids) == 1 else None


def _items(batch: Batch, outlines: Mapping[int, Mapping[str, Any]], page: Path) -> Markup:
    asked = dict.fromkeys(name for item in batch for name in _asked(item, batch.varying))
    with_runs = any(_one(item, outlines) for item in batch)
    columns = _columns(asked, with_runs=with_runs)
    rows = [_row(item, batch.varying, _one(item, outlines), page) for item in batch]
    frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
    frame = frame.where(frame.notna(), None)
    note = Markup('<p class="bz-caption">{}</p>').format(GOOD_TO_KNOW) if with_runs else ""
    return pages.section("Notebooks", pages.table(frame, columns), note)


def _columns(asked: Iterable[str], *, with_runs: bool) -> dict[str, Column]:
    figures = {
        "curve": Column("Equity", _as_it_is, number=False, sorts=False),
        "total_return_pct": Column("Return", _signed, tone=True, unit="%"),
        "max_drawdown_pct": Column("Max drawdown", formats.number, unit="%"),
        "sharpe_ratio": Column("Sharpe", formats.number),
        "num_trades": Column("Trades", formats.count),
    }
    return {
        "name": Column("Report", _as_it_is, number=False),
        **{f"parameter {name}": Column(str(name), _value, number=False) for name in asked},
        **(figures if with_runs else {}),
        "status": Column("Status", _as_it_is, number=False),
        "seconds": Column("Time", lambda value: formats.number(value, 1), unit="s"),
        "executed": Column("Notebook", _as_it_is, number=False, sorts=False),
    }


def _row(
    item: BatchItem, varying: Iterable[str], outline: Mapping[str, Any] | None, page: Path
) -> dict[str, object]:
    known = dict(outline or {})
    several = SEVERAL.format(len(item.run_ids)) if len(item.run_ids) > 1 else formats.MISSING
    return {
        **known,
        **{f"parameter {name}": value for name, value in _asked(item, varying).items()},
        "name": _named(item, page),
        "status": _status(item),
        "curve": spark(known["curve"], known["initial_equity"]) if known else several,
        "seconds": item.seconds or None,
        "executed": _link(item.executed, "notebook", page),
    }


def _named(item: BatchItem, page: Path) -> Markup:
    return _link(item.report, item.name, page)


def _link(path: Path | None, words: str, page: Path) -> Markup:
    """Return a link relative to the page; the bare words where there is no such file."""
    if path is None or not Path(path).exists():
        return Markup("{}").format(words)
    try:
        target = quote(Path(os.path.relpath(path, page.parent)).as_posix())
    except ValueError:  # on another drive of a Windows machine
        target = Path(path).absolute().as_uri()
    return Markup('<a href="{}">{}</a>').format(target, words)


def _status(item: BatchItem) -> Markup:
    word = str(item.status).replace("_", " ")
    tries = f" (attempt {item.attempts})" if item.attempts > 1 else ""
    kind = "bz-bad" if item.status in BAD else "bz-good" if item.status == "completed" else ""
    return Markup('<span class="bz-status {}">{}</span>{}').format(kind, word, tries)


def _as_it_is(value: object) -> str:
    return value if isinstance(value, str) else formats.plain(value)


def _signed(value: object) -> str:
    return formats.number(value, 2, signed=True)


def _value(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    return formats.plain(value)
