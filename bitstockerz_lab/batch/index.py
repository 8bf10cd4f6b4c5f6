"""A batch as one page: what became of each notebook, its run's equity, and where its report is."""

from __future__ import annotations

import json
import os
import re
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import outlines_store as runs
from bitstockerz_lab.batch.said import declared_of, last_words
from bitstockerz_lab.batch.sparks import spark
from bitstockerz_lab.enums import Status
from bitstockerz_lab.pages import Card, Column, formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bitstockerz_lab.batch.parameters import Parameter
    from bitstockerz_lab.batch.result import Batch, BatchItem
    from bitstockerz_lab.storage import Database

BAD = (Status.FAILED, Status.TIMED_OUT, Status.CANCELLED)
GOOD_TO_KNOW = (
    "Equity lines are on a log scale, each on its own; the dashed line is the initial equity. Of "
    "many tries the best one also looks good by luck: each report says how much that explains."
)
SEVERAL = "The report shows them."
CHOSEN = re.compile(r"(Sweep|Walk-forward)\b")
"""How the last words of a notebook begin whose one run was chosen among many."""

ITS_RUN = re.compile(r"Run \d+ ")
"""How they begin where they only repeat the figures of its run."""

OWN = {"database"}
"""A parameter that says where, not what."""


@dataclass(frozen=True, slots=True)
class Line:
    """One item and all that its row says.

    Parameters
    ----------
    item : the item
    asked : what varies in the batch, of this item; of a dict, such as `parameters`, its entries
    outline : of its run; None where it has none, or several, or one chosen among many
    words : what the notebook itself says at its end, where the figures do not
    """

    item: BatchItem
    asked: dict[str, object]
    outline: Mapping[str, Any] | None
    words: str


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
    declared, outlines = declared_of(batch), _outlines(batch, database)
    defaults = {name: one.default_value for name, one in declared.items()}
    lines = [_line(item, batch.varying, defaults, outlines) for item in batch]
    title = _title(batch)
    parts = [
        _header(batch, title), _failures(lines, target), _cards(lines),
        _items(lines, target), _settings(batch, declared, lines),
    ]  # fmt: skip
    return pages.save(target, title, "\n".join(map(str, parts)), name="index.html")


def _outlines(batch: Batch, database: Database | None) -> dict[int, dict[str, Any]]:
    ids = sorted({run_id for item in batch for run_id in item.run_ids})
    if database is None or not ids:
        return {}
    with database.read() as con:
        found = runs.outlines(con, ids)
    return {outline["id"]: outline for outline in found}


def _line(
    item: BatchItem,
    varying: Iterable[str],
    defaults: Mapping[str, object],
    outlines: Mapping[int, Mapping[str, Any]],
) -> Line:
    words = last_words(item.executed) if item.status == Status.COMPLETED else ""
    alone = len(item.run_ids) == 1 and not CHOSEN.match(words)
    asked: dict[str, object] = {}
    for name in varying:
        value = item.parameters.get(name, defaults.get(name))
        asked |= value if isinstance(value, dict) else {name: value}
    outline = outlines.get(item.run_ids[0]) if alone else None
    if ITS_RUN.match(words):
        words = ""
    return Line(item, asked, outline, words or (SEVERAL if len(item.run_ids) > 1 else ""))


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


def _failures(lines: Sequence[Line], page: Path) -> Markup:
    """Return why items did not come to their end, each with a link to what is left of it."""
    bad = [line for line in lines if line.item.status in BAD]
    if not bad:
        return Markup()
    count = f"{len(bad)} of {len(lines)} did not come to their end."
    entry = Markup('<div><dt>{}<br><span class="bz-quiet">{}</span></dt><dd>{}</dd></div>')
    listed = Markup("\n").join(
        entry.format(_named(line.item, page), _told(line.asked), _reason(line.item)) for line in bad
    )
    facts = Markup('<dl class="bz-facts">\n{}\n</dl>').format(listed)
    return pages.section("What failed", pages.notice("failed", count), facts)


def _told(asked: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_value(value)}" for name, value in asked.items())


def _reason(item: BatchItem) -> str:
    told = item.error_message or str(item.status).replace("_", " ")
    where = "" if item.failed_cell is None else f" (cell {item.failed_cell})"
    return told if where in told else f"{told}{where}"


def _settings(batch: Batch, declared: Mapping[str, Parameter], lines: Sequence[Line]) -> Markup:
    """Return what was run: all that stays, given or by default, each with what it means."""
    ran = dict.fromkeys(_recorded(line.outline) for line in lines if line.outline)
    names = dict.fromkeys([*declared, *(name for item in batch for name in item.parameters)])
    entry = Markup('<div><dt>{}</dt><dd>{} <span class="bz-quiet">{}</span></dd></div>')
    told = [entry.format("recorded as", "; ".join(ran), "")] if len(ran) == 1 else []
    for name in names:
        if name in OWN or name in batch.varying:
            continue
        default = declared[name].default_value if name in declared else None
        value = _value(batch[0].parameters.get(name, default) if len(batch) else default)
        told.append(entry.format(name, value, declared[name].help if name in declared else ""))
    if not told:
        return Markup()
    facts = Markup('<dl class="bz-facts">\n{}\n</dl>').format(Markup("\n").join(told))
    return pages.section("What was run", facts)


def _recorded(outline: Mapping[str, Any]) -> str:
    return f"{outline['strategy']} version {outline['version']}"


def _cards(lines: Sequence[Line]) -> Markup:
    """Return the spread of the runs' figures; nothing where fewer than two are known."""
    told = [line.outline for line in lines if line.outline]
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
    shown.append(Card("Runs with a profit", f"{winners} of {len(told)}", "After all costs."))
    pairs = [(one["total_return_pct"], one["benchmark_return_pct"]) for one in told]
    known = [(own, held) for own, held in pairs if held is not None]
    better = sum(own > held for own, held in known)
    shown.append(
        Card("Better than buy and hold", f"{better} of {len(known)}", "Which pays no costs.")
    )
    return pages.section("At a glance", pages.cards(shown))


def _items(lines: Sequence[Line], page: Path) -> Markup:
    asked = dict.fromkeys(name for line in lines for name in line.asked)
    columns = _columns(asked, lines)
    frame = pd.DataFrame(
        [_row(line, page, asked) for line in lines], columns=list(columns), dtype=object
    )
    frame = frame.where(frame.notna(), None)
    with_runs = any(line.outline for line in lines)
    note = Markup('<p class="bz-caption">{}</p>').format(GOOD_TO_KNOW) if with_runs else ""
    return pages.section("Notebooks", pages.table(frame, columns), note)


def _columns(asked: Iterable[str], lines: Sequence[Line]) -> dict[str, Column]:
    with_runs = any(line.outline for line in lines)
    figures = {
        "curve": Column("Equity", _as_it_is, number=False, sorts=False),
        "total_return_pct": Column("Return", _signed, tone=True, unit="%"),
        "benchmark_return_pct": Column("Buy and hold", _signed, unit="%"),
        "max_drawdown_pct": Column("Max drawdown", formats.number, unit="%"),
        "sharpe_ratio": Column("Sharpe", formats.number),
        "num_trades": Column("Trades", formats.count),
    }
    words = {
        "runs": Column("Runs", formats.count),
        "words": Column("What it says", _as_it_is, number=False, sorts=False, prose=True),
    }
    return {
        "name": Column("Report", _as_it_is, number=False),
        **{f"parameter {name}": Column(str(name), _value, number=False) for name in asked},
        **(figures if with_runs else {}),
        **(words if any(line.words for line in lines) else {}),
        "status": Column("Status", _as_it_is, number=False),
        **({"period": Column("Period", _as_it_is, number=False)} if with_runs else {}),
        "seconds": Column("Time", lambda value: formats.number(value, 1), unit="s"),
        "executed": Column("Notebook", _as_it_is, number=False, sorts=False),
    }


def _row(line: Line, page: Path, asked: Iterable[str]) -> dict[str, object]:
    item, known = line.item, dict(line.outline or {})
    # an entry of `parameters` this item does not name is the strategy's own default
    own = {name: known["parameters"].get(name) for name in asked} if known else {}
    there = item.executed.exists()
    return {
        **known,
        **{f"parameter {name}": value for name, value in (own | line.asked).items()},
        "name": _named(item, page),
        "status": _status(item),
        "curve": spark(known["curve"], known["initial_equity"]) if known else formats.MISSING,
        "period": f"{known['start_date']:%Y-%m-%d} to {known['end_date']:%Y-%m-%d}"
        if known
        else None,
        "runs": len(item.run_ids),
        "words": line.words or None,
        "seconds": item.seconds or None,
        "executed": _link(item.executed, "notebook", page) if there else None,
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
    return formats.plain(value) if value != "" else formats.MISSING
