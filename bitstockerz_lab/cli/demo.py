"""The command `demo`: sample bars, two strategies, a recorded run and a report each."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples, open_lab
from bitstockerz_lab.cli.tools import find_folder
from bitstockerz_lab.errors import LabError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

    from bitstockerz_lab.backtests.run import Run
    from bitstockerz_lab.lab import Lab

NOTEBOOK = "backtest.ipynb"
COSTS = {"fee_bps": 10.0, "slippage_bps": 5.0}


@dataclass(frozen=True, slots=True)
class Item:
    """One backtest of the demo: a template on a sample symbol."""

    template: str
    symbol: str


ITEMS = (Item("golden-cross", "DEMO-A"), Item("ema-trend", "DEMO-C-USD"))
"""A stock, daily, and a coin, hourly."""


@dataclass(frozen=True, slots=True)
class Done:
    """A run of the demo and its page."""

    run: Run
    report: Path


def add_to(app: typer.Typer) -> None:
    """Add this file's command."""
    app.command(epilog=examples("bitstockerz demo", "bitstockerz demo --json"))(demo)


def demo(context: typer.Context, as_json: AsJson = False) -> None:
    """Try it all on simulated bars.

    Loads the sample bars, saves two strategies, backtests them through the batch
    notebook. A second call finds the recorded runs and their reports and adds nothing.
    """
    began = time.perf_counter()
    said = output.console(stderr=True)
    folder = find_folder("notebooks/batch")
    if folder is None:
        raise LabError(
            f"The demo runs notebooks/batch/{NOTEBOOK}, which is in the project's repository, not "
            "in the installed package. Clone the project and call the demo in its folder."
        )
    lab = open_lab(context)
    said.print(f"Lab: {lab.path}")
    _load_samples(lab, said)
    names = _save_strategies(lab, said)
    wanted = [(names[item.template], item.symbol) for item in ITEMS]
    done = {pair: found for pair in wanted if (found := _find(lab, *pair))}
    missing = [pair for pair in wanted if pair not in done]
    if missing:
        said.print(f"Running {NOTEBOOK} for {', '.join(symbol for _, symbol in missing)}")
        done |= _run_notebooks(lab, folder / NOTEBOOK, missing)
    said.print(f"Done in {time.perf_counter() - began:.1f} s\n")
    _tell([done[pair] for pair in wanted], as_json=as_json)


def _load_samples(lab: Lab, said: Console) -> None:
    """Load the committed sample bars; outside a clone the generator makes the same ones."""
    from bitstockerz_lab.market.providers import synthetic  # noqa: PLC0415 - reason: heavy

    folder = find_folder("data/sample")
    for sample in synthetic.SAMPLES:
        path = folder / sample.file if folder is not None else None
        if path is not None and path.exists():
            report = lab.market.load_csv(
                path,
                sample.symbol,
                sample.timeframe,
                sample.asset_type,
                sample.exchange,
                sample.currency,
                synthetic.PROVIDER,
                name=sample.name,
            )
        else:
            report = lab.market.load(synthetic.PROVIDER, sample.symbol)
        count = f"{report.inserted:,} new, {report.duplicates:,} there already"
        said.print(f"Simulated {sample.timeframe} bars of {sample.symbol}: {count}")


def _save_strategies(lab: Lab, said: Console) -> dict[str, str]:
    """Save the templates; returns their strategies' names by template."""
    from bitstockerz_lab.strategies import templates  # noqa: PLC0415 - reason: heavy

    names = {}
    for item in ITEMS:
        version = lab.strategies.save(templates.get(item.template))
        names[item.template] = version.name
        said.print(f"Strategy {version.name}, version {version.version}")
    return names


def _find(lab: Lab, strategy: str, symbol: str) -> Done | None:
    """Return the demo's own run of an earlier call, if its page is still there.

    It is the run that the same question gives back, started by a batch: a batch's files end with
    its job's number.
    """
    run = lab.backtests.find(strategy, symbol, **COSTS)
    if run is None or run.job_id is None:
        return None
    pages = sorted(lab.reports_folder.glob(f"*-{run.job_id:06d}.html"))
    return Done(run, pages[0]) if pages else None


def _run_notebooks(
    lab: Lab, notebook: Path, wanted: list[tuple[str, str]]
) -> dict[tuple[str, str], Done]:
    """Run the batch notebook once for each strategy and symbol."""
    from bitstockerz_lab.batch import show_progress  # noqa: PLC0415 - reason: heavy

    with show_progress() as on_progress:
        batch = lab.batch.run(
            notebook,
            over={
                "strategy": [strategy for strategy, _ in wanted],
                "symbol": [symbol for _, symbol in wanted],
            },
            how="zip",
            parameters=COSTS,
            on_progress=on_progress,
        )
    batch.raise_for_failures()
    done = {}
    for pair, item in zip(wanted, batch, strict=True):
        if not item.run_ids or item.report is None:
            raise LabError(f"{item.name} ran, but recorded no run. See {item.executed}.")
        done[pair] = Done(lab.backtests.get(item.run_ids[-1]), item.report)
    return done


def _tell(done: list[Done], *, as_json: bool) -> None:
    if as_json:
        from bitstockerz_lab.cli.backtests import told  # noqa: PLC0415 - only here

        output.write_json([told(entry.run) | {"report": str(entry.report)} for entry in done])
        return
    from bitstockerz_lab.pages import formats  # noqa: PLC0415 - reason: heavy

    headings = (
        "run id", "strategy", "symbol", "total return", "max drawdown", "Sharpe", "trades",
    )  # fmt: skip
    rows = []
    for entry in done:
        metrics = entry.run.metrics
        if metrics is None:
            raise LabError(f"Run {entry.run.id} is {entry.run.status}: {entry.run.error_message}")
        rows.append(
            (
                str(entry.run.id),
                entry.run.strategy,
                f"{entry.run.symbol} {entry.run.timeframe}",
                formats.percent(metrics.total_return_pct),
                formats.percent(metrics.max_drawdown_pct, signed=False),
                formats.number(metrics.sharpe_ratio),
                formats.count(metrics.num_trades),
            )
        )
    output.write_table(headings, rows, right=("run id", *headings[3:]))
    output.write("\nReports (open them in a browser; they need no network):")
    for entry in done:
        output.write(f"  {entry.report}")
    output.write("The bars are simulated: the results say nothing about any market.")
