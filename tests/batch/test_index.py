"""A batch as one page."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from bitstockerz_lab.batch import index
from bitstockerz_lab.batch.result import Batch, BatchItem
from bitstockerz_lab.batch.sparks import spark
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import LabError
from tests.batch.offline import read_page

EVIL = "<script>alert('from data')</script>"


def item(number=1, status=Status.COMPLETED, **given):
    known = {
        "job_id": number, "name": f"study-{number}", "parameters": {"symbol": "AAPL"},
        "status": status, "run_ids": (), "executed": Path("nowhere.ipynb"), "report": None,
        "seconds": 1.5,
    }  # fmt: skip
    return BatchItem(**known | given)


def write(tmp_path, *items, varying=("symbol",), database=None, **given):
    batch = Batch(tuple(items), varying, 60.0, **given)
    path = index.write(batch, tmp_path / "reports" / "index.html", database)
    return path.read_text("utf-8")


def test_reports_and_notebooks_are_linked_where_they_are(tmp_path):
    report = tmp_path / "reports" / "a #1 50%.html"
    executed = tmp_path / "executed" / "a.ipynb"
    for path in (report, executed):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    text = write(tmp_path, item(report=report, executed=executed))
    assert 'href="a%20%231%2050%25.html"' in text
    assert 'href="../executed/a.ipynb"' in text
    assert str(tmp_path) not in text  # the folder can be moved as it is


def test_a_file_that_is_not_there_is_not_linked(tmp_path):
    text = write(tmp_path, item(report=tmp_path / "gone.html"))
    assert "<a href=" not in text


def test_what_failed_is_told_above_all_with_its_reason_and_what_it_was_run_with(tmp_path):
    bad = item(
        2, Status.FAILED, error_message="ValueError: no bars", failed_cell=4,
        parameters={"symbol": "IBM", "parameters": {"fast": 20}}, run_ids=(),
    )  # fmt: skip
    late = item(3, Status.TIMED_OUT, error_message="It took longer than 5 s.")
    text = write(tmp_path, item(1), bad, late, varying=("symbol", "parameters"))
    assert "2 of 3 did not come to their end." in text
    assert "ValueError: no bars (cell 4)" in text
    assert "symbol IBM, fast 20" in text
    assert "It took longer than 5 s." in text
    assert text.index("What failed") < text.index(
        "<h2>Notebooks" if "<h2>" in text else "Notebooks"
    )
    assert "1 completed" in text
    assert "1 timed out" in text


def test_the_cell_that_failed_is_told_once(tmp_path):
    bad = item(1, Status.FAILED, error_message="ValueError: no bars (cell 4)", failed_cell=4)
    assert write(tmp_path, bad).count("(cell 4)") == 1


def test_a_batch_without_failures_says_nothing_of_failures(tmp_path):
    assert "What failed" not in write(tmp_path, item())


def test_a_dict_that_varies_has_a_column_an_entry(tmp_path):
    items = [item(n, parameters={"parameters": {"fast": n, "slow": 100 * n}}) for n in (1, 2)]
    text = write(tmp_path, *items, varying=("parameters",))
    heads = re.findall(r"<th scope[^>]*>([^<]*)", text)
    assert heads[:3] == ["Report", "fast", "slow"]
    assert "<td>200</td>" in text


def test_texts_from_data_are_escaped(tmp_path):
    bad = item(
        name=EVIL, status=Status.FAILED, error_message=EVIL, parameters={EVIL: EVIL, "list": [EVIL]}
    )
    text = write(tmp_path, bad, varying=(EVIL, "list"), notebook=Path(f"{EVIL}.ipynb"))
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;") > 5


def test_the_page_asks_for_nothing_and_has_no_plotly(tmp_path):
    read = read_page(write(tmp_path, item()))
    assert read.found == []
    assert read.plotly == 0


def test_an_empty_and_a_running_batch_have_a_page_too(tmp_path):
    assert "Notebooks" in write(tmp_path, varying=())
    text = write(tmp_path, item(1), item(2, Status.RUNNING), item(3, Status.PENDING))
    assert "1 running" in text
    assert "1 pending" in text
    assert "What failed" not in text


def test_a_path_that_is_no_page_is_refused(tmp_path):
    with pytest.raises(LabError, match="ends in"):
        index.write(Batch((), (), 0.0), tmp_path / "index.txt")


@pytest.fixture
def recorded(lab, make_run):
    """Ids of three recorded runs."""
    return [make_run(lab, fast) for fast in (3, 5, 8)]


@pytest.fixture
def make_run():
    from bitstockerz_lab.strategies import crosses_above, crosses_below, parameter, sma, strategy
    from tests.helpers import make_bars

    def made(lab, fast):
        if not lab.market.symbols("ACME").size:
            lab.market.load_frame(
                make_bars(300), symbol="ACME", timeframe="1d", asset_type="EQUITY"
            )
        rules = strategy(
            "Cross",
            enter=crosses_above(sma(parameter("fast", 5, min=2, max=50)), sma(20)),
            leave=crosses_below(sma(parameter("fast", 5, min=2, max=50)), sma(20)),
        )
        version = lab.strategies.save(rules, name="Cross")
        return lab.backtests.run(version, "ACME", parameters={"fast": fast}).id

    return made


def test_the_figures_and_the_line_of_equity_are_the_recorded_runs(tmp_path, lab, recorded):
    items = [item(n, run_ids=(run_id,)) for n, run_id in enumerate(recorded, 1)]
    text = write(tmp_path, *items, item(4, run_ids=tuple(recorded[:2])), database=lab.database)
    metrics = [lab.backtests.get(run_id).metrics for run_id in recorded]
    for metric in metrics:
        shown = f"{abs(metric.total_return_pct):,.2f}"
        assert f"{shown}</td>" in text
        assert f'<td class="bz-number">{metric.num_trades}</td>' in text
    assert text.count('<svg class="bz-spark') == 3  # the item of two runs says so instead
    assert '<td class="bz-number">2</td><td class="bz-prose">The report shows them.</td>' in text
    middle = sorted(metric.total_return_pct for metric in metrics)[1]
    assert f"{abs(middle):,.2f}<small> %" in text


def test_the_page_says_what_ran_and_what_holding_would_have_made(tmp_path, lab, recorded):
    items = [item(n, run_ids=(run_id,)) for n, run_id in enumerate(recorded, 1)]
    text = write(tmp_path, *items, database=lab.database)
    assert "Cross version 1" in text
    held = {lab.backtests.get(run_id).metrics.benchmark_return_pct for run_id in recorded}
    assert len(held) == 1
    assert text.count(f"{abs(held.pop()):,.2f}</td>") >= 3
    assert "Better than buy and hold" in text
    run = lab.backtests.get(recorded[0])
    assert f"{run.equity.index[0]:%Y-%m-%d} to {run.equity.index[-1]:%Y-%m-%d}" in text


def test_an_entry_that_an_item_does_not_name_shows_what_its_run_took(tmp_path, lab, recorded):
    given = [{"fast": 3}, {}, {"fast": 8}]
    items = [
        item(n, run_ids=(run_id,), parameters={"parameters": own})
        for n, (run_id, own) in enumerate(zip(recorded, given, strict=True), 1)
    ]
    text = write(tmp_path, *items, varying=("parameters",), database=lab.database)
    assert "<td>5</td>" in text, "the strategy's default, recorded with the run"


PARAMETERS = """symbol: str = "DEMO-A"
fee_bps: float = 5.0  # of the notional
start: str = ""  # empty takes the first stored
database: str = ""
"""


def executed_notebook(path, *said):
    cells = [
        nbformat.v4.new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}),
        *(
            nbformat.v4.new_code_cell(
                outputs=[nbformat.v4.new_output("stream", name="stdout", text=text)]
            )
            for text in said
        ),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_what_stays_is_told_given_or_by_default_and_so_is_a_default_that_varies(tmp_path):
    executed = executed_notebook(tmp_path / "a.ipynb")
    items = [
        item(1, executed=executed, parameters={"symbol": "AAPL", "strategy": "Mine"}),
        item(2, executed=executed, parameters={"strategy": "Mine"}),
    ]
    text = write(tmp_path, *items)
    assert "<dt>fee_bps</dt><dd>5 " in text
    assert "of the notional" in text
    assert "<dt>strategy</dt><dd>Mine" in text
    assert "<dt>symbol</dt>" not in text, "it varies, so it is a column"
    assert "<td>DEMO-A</td>" in text
    assert "<dt>database</dt>" not in text, "it says where, not what"


def test_the_one_run_a_sweep_chose_is_not_shown_as_if_it_were_all(tmp_path, lab, recorded):
    said = "Sweep 1 of 'Cross': best sharpe_ratio 1.4 of ACME at fast 3. It looks too good.\n"
    sweep = executed_notebook(tmp_path / "a.ipynb", f"Run {recorded[0]} completed\n", said)
    text = write(tmp_path, item(1, run_ids=(recorded[0],), executed=sweep), database=lab.database)
    assert "Max drawdown" not in text
    assert '<svg class="bz-spark' not in text
    assert "best sharpe_ratio 1.4 of ACME at fast 3. It looks too good." in text
    assert '<td class="bz-number">1</td><td class="bz-prose">Sweep 1' in text
    assert "<dt>symbol</dt>" not in text


def test_a_notebook_without_a_run_is_told_by_its_last_words(tmp_path):
    executed = executed_notebook(tmp_path / "a.ipynb", "first\n", "AAPL: 3 errors.\nmore\n")
    text = write(tmp_path, item(executed=executed))
    assert '<td class="bz-prose">AAPL: 3 errors.</td>' in text
    assert '<td class="bz-number">0</td>' in text


def test_what_a_run_prints_of_itself_is_not_told_twice(tmp_path, lab, recorded):
    executed = executed_notebook(tmp_path / "a.ipynb", f"Run {recorded[0]} completed: Cross\n")
    one = item(1, run_ids=(recorded[0],), executed=executed)
    text = write(tmp_path, one, database=lab.database)
    assert "Max drawdown" in text
    assert "What it says" not in text


def test_an_item_never_begun_has_no_notebook_to_look_at(tmp_path):
    text = write(tmp_path, item(1, Status.CANCELLED, seconds=0.0))
    assert ">notebook</td>" not in text


def test_without_a_database_the_figures_are_left_out(tmp_path):
    text = write(tmp_path, item(run_ids=(1,)))
    assert "Sharpe" not in text
    assert "bz-spark" not in text.split("</style>")[1]


def test_an_outline_ends_where_the_run_ended_and_has_so_many_points_at_most(lab, recorded):
    from bitstockerz_lab.backtests import outlines_store as store

    with lab.database.read() as con:
        outlines = {o["id"]: o for o in store.outlines(con, [*recorded, 999_999], points=10)}
    assert sorted(outlines) == sorted(recorded)
    for run_id, outline in outlines.items():
        run = lab.backtests.get(run_id)
        assert len(outline["curve"]) == 10
        assert outline["curve"][-1] == run.equity.iloc[-1]
        assert outline["initial_equity"] == 100_000
        assert set(outline["curve"]) <= set(run.equity)


def test_a_spark_starts_at_the_initial_equity_and_is_coloured_by_its_end():
    up, down = spark([100, 200], 100), spark([100, 50], 100)
    assert "bz-gain" in up
    assert "bz-loss" in down
    assert 'aria-label="Equity from 100.00 to 200.00"' in up
    assert 'points="2.0,28.0 66.0,28.0 130.0,2.0"' in up


def test_sparks_of_nothing_of_one_value_of_a_nan_and_of_ruin():
    assert spark([], 100) == "–"
    assert spark([float("nan")], 100) == "–"
    assert "2.0,2.0 130.0,2.0" in spark([100], 100)  # flat
    assert 'points="2.0,2.0 130.0,28.0"' in spark([-5.0], 100)  # below zero no log is taken


def test_the_table_names_no_file_that_is_not_there(tmp_path):
    there = tmp_path / "a.ipynb"
    there.touch()
    batch = Batch((item(1, executed=there), item(2, Status.CANCELLED)), ("symbol",), 1.0)
    assert list(batch.table["executed"]) == [str(there), ""]
