"""The sections of a report, in their order; each a function from a run to a Section."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from bitstockerz_lab import pages
from bitstockerz_lab.backtests import (
    charts,
    report_data,
    report_honesty,
    report_skill,
    report_tables,
    report_words,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from bitstockerz_lab.backtests.data_check import DataCheck
    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.backtests.sweep.winner import Winner

HEADLINE = (
    "total_return_pct",
    "benchmark_return_pct",
    "cagr_pct",
    "max_drawdown_pct",
    "sharpe_ratio",
    "win_rate_pct",
    "num_trades",
    "final_equity",
)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a report.

    Parameters
    ----------
    title : plain text; the header's is ""
    anchor : its name in the page's address
    parts : pieces of HTML and plotly figures, in their order
    """

    title: str
    anchor: str
    parts: tuple[Markup | go.Figure, ...]

    def html(self) -> Markup:
        """Return the section as HTML, its figures drawn by the page's script."""
        pieces = [
            part if isinstance(part, Markup) else pages.figure(part, label=self.title)
            for part in self.parts
        ]
        if not self.title:
            return Markup("\n").join(pieces)
        return pages.section(self.title, *pieces, anchor=self.anchor)

    def outputs(self) -> list[Markup | go.Figure]:
        """Return the same for a notebook: HTML up to a figure, the figure, the HTML after it."""
        result: list[Markup | go.Figure] = []
        heading = pages.section(self.title, anchor=self.anchor) if self.title else Markup()
        for part in self.parts:
            if isinstance(part, Markup):
                heading += part
                continue
            if heading:
                result.append(heading)
            result.append(part)
            heading = Markup()
        return [*result, heading] if heading else result


def build(run: Run) -> tuple[Section, ...]:
    """Return a report's sections; a run without results has no charts, trades or numbers."""
    data = run.data_check
    if run.metrics is None:
        return header(run, data), *findings(data), honesty(run), provenance(run, data)
    return (
        header(run, data),
        headline(run),
        price(run),
        equity(run),
        drawdown(run),
        months(run),
        trades(run),
        costs(run),
        skill(run),
        *findings(data),
        honesty(run),
        provenance(run, data),
        definitions(run),
    )


def header(run: Run, data: DataCheck) -> Section:
    """Return what was run, and everything a reader must know before the numbers."""
    spans = Markup("").join(Markup("<span>{}</span>").format(word) for word in _subtitle(run))
    title = Markup(
        '<header class="bz-header"><p class="bz-eyebrow">Backtest report</p>'
        '<h1>{} on {}</h1><p class="bz-subtitle">{}</p></header>'
    ).format(run.strategy, run.symbol, spans)
    return Section("", "", (title, *report_words.notices(run, data)))


def _subtitle(run: Run) -> list[str]:
    return [
        report_words.period(run),
        f"{report_words.timeframe(run.timeframe)} bars",
        f"version {run.version}",
        f"run {run.id}",
    ]


def headline(run: Run | Winner) -> Section:
    """Return the numbers that matter most, each with its definition."""
    entries = []
    for name in HEADLINE:
        label, value, text = report_words.metric(run, name)
        entries.append(pages.Card(label, value, text, report_words.tone(run, name)))
    return Section("Headline figures", "headline", (pages.cards(entries),))


def price(run: Run) -> Section:
    """Return the price with entries and exits."""
    currency = charts.currency_of(run)
    drawing = charts.price(run.bars, run.trades, currency=currency)
    adjusted = report_words.adjusted(run.details.adjusted)
    words = (
        f"{adjusted} A decision taken at a bar's close fills at the next bar's open; "
        "markers stand at the fill prices."
    )
    return Section("Price, entries and exits", "price", (drawing, caption(words)))


def equity(run: Run | Winner) -> Section:
    """Return equity against buy and hold."""
    drawing = charts.equity(
        run.equity,
        run.benchmark,
        initial_equity=run.initial_equity,
        currency=charts.currency_of(run),
        timeframe=run.timeframe,
    )
    words = (
        "Marked to market at every close, after costs. Buy and hold puts the same money into "
        f"{run.symbol} at the first open, without costs."
    )
    return Section("Equity against buy and hold", "equity", (drawing, caption(words)))


def drawdown(run: Run) -> Section:
    """Return how far equity stood below its highest so far."""
    drawing = charts.drawdown(run.equity, run.initial_equity, timeframe=run.timeframe)
    words = "How far equity stood below its highest point so far, the initial equity included."
    return Section("Drawdown", "drawdown", (drawing, caption(words)))


def months(run: Run) -> Section:
    """Return the returns by calendar month and year."""
    words = (
        "Percent, compounded within each month (UTC); the first month is measured against the "
        "initial equity. The first and the last month may be incomplete."
    )
    table = report_tables.months(run.equity, run.initial_equity)
    return Section("Monthly returns", "months", (table, caption(words)))


def trades(run: Run) -> Section:
    """Return the trades, or the first and the last of very many."""
    if run.trades.empty:
        empty = pages.notice("note", "No trades.", report_words.no_trades(run))
        return Section("Trades", "trades", (empty,))
    parts = (report_tables.trades(run), caption(report_words.trades(run)))
    return Section("Trades", "trades", parts)


def costs(run: Run) -> Section:
    """Return the costs that were assumed and what they came to."""
    return Section("Costs", "costs", (pages.facts(report_words.costs(run)),))


def skill(run: Run) -> Section:
    """Return whether the result is more than luck, each number with its definition."""
    return Section("Is it skill?", "skill", report_skill.parts(run))


def findings(data: DataCheck) -> tuple[Section, ...]:
    """Return what is odd about the bars of the period; no section where nothing is."""
    if data.findings.empty:
        return ()
    return (Section("What is odd about the data", report_data.ANCHOR, (report_data.table(data),)),)


def honesty(run: Run) -> Section:
    """Return what the newest check of the rules came to, each verdict with what it asks."""
    return Section("Honesty of the rules", "honesty", report_honesty.parts(run))


def provenance(run: Run, data: DataCheck) -> Section:
    """Return everything the run was made of, enough to make it again."""
    parts = [Markup("<h3>Rules</h3>"), report_words.rules(run)]
    parts += [Markup("<h3>Inputs</h3>"), pages.facts(report_words.inputs(run, data))]
    parts += [Markup("<h3>Fingerprint</h3>"), pages.facts(report_words.fingerprint(run))]
    return Section("What this run was made of", "made-of", tuple(parts))


def definitions(run: Run) -> Section:
    """Return every number with its definition beside it."""
    return Section("Every figure and what it means", "definitions", (report_tables.metrics(run),))


def caption(words: str) -> Markup:
    """Return the small print below a chart or a table."""
    return Markup('<p class="bz-caption">{}</p>').format(words)
