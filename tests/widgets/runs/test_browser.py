"""The run browser without a browser: every field set, every button clicked, the state read back."""

from __future__ import annotations

import shutil

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.backtests.comparison import STYLES
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.widgets.runs import RunBrowser
from bitstockerz_lab.widgets.runs.beside import OWN, SHARED
from tests.helpers import make_bars, sma_cross

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def master(template, tmp_path_factory):
    """The file of a lab with five runs: four on AAA, one of them failed, and one on BBB."""
    path = tmp_path_factory.mktemp("runs") / "lab.duckdb"
    shutil.copy(template, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BITSTOCKERZ_USER", "tester@local")
        lab = bz.open_lab(path)
        for seed, symbol in enumerate(("AAA", "BBB"), 1):
            bars = make_bars(300, seed=seed)
            lab.market.load_frame(bars, symbol=symbol, timeframe="1d", exchange="XNYS")
        lab.strategies.save(sma_cross())
        run = lab.backtests.run
        run("SMA cross", "AAA")
        run("SMA cross", "AAA", parameters={"fast": 8}, fee_bps=5)
        run("SMA cross", "BBB")
        run("SMA cross", "AAA", start="2020-06-01")
        with pytest.raises(LabError):
            run("SMA cross", "AAA", start="2031-01-01")
    return path


@pytest.fixture
def stocked(master, tmp_path):
    shutil.copy(master, tmp_path / "lab.duckdb")
    return bz.open_lab(tmp_path / "lab.duckdb")


@pytest.fixture
def browser(stocked):
    return RunBrowser(stocked)


def shown(browser):
    return browser.table.frame["id"].tolist()


def test_it_shows_every_run_newest_first_with_what_is_to_be_said_of_it(browser):
    assert shown(browser) == [5, 4, 3, 2, 1]
    page = browser.table.markup()
    assert page.count("<svg") == 4, "a line of equity for each run that has one"
    assert "SMA cross v1" in page
    assert "fast 8" in page
    failed = browser.table.frame.set_index("id").loc[5, "remark"]
    assert failed.startswith("Failed. AAA has no 1d bars from 2031-01-01")
    assert browser.state == {
        "query": "", "windows": False, "status": None, "tag": None, "found": 5, "chosen": [],
        "compared": [], "opened": None, "error": None,
    }  # fmt: skip


def test_every_filter_narrows_what_is_shown(browser, stocked):
    browser.filters.query.value = "fast 8"
    assert shown(browser) == [2]
    browser.filters.query.value = ""
    browser.filters.status.value = "failed"
    assert shown(browser) == [5]
    browser.filters.status.value = "any"
    stocked.backtests.tag([1, 3], "candidate")
    browser.refresh()
    browser.filters.tag.value = "candidate"
    assert shown(browser) == [3, 1]
    browser.filters.windows.value = True
    assert browser.state["windows"] is True
    stocked.backtests.untag([1, 3], "candidate")
    browser.refresh()
    assert (browser.filters.tag.value, len(shown(browser))) == ("any", 5)


def test_chosen_runs_are_set_side_by_side_and_stay_chosen_when_filters_hide_them(browser):
    browser.table.choose(1)
    browser.table.choose(2)
    assert [run.id for run in browser.beside.shown.runs] == [1, 2]
    assert len(browser.beside.growth.figure["data"]) == 2
    assert "fee (bps)" in browser.beside.tables.markup
    assert '<span aria-label="best">★</span>' in browser.beside.tables.markup
    browser.filters.query.value = "bbb"
    assert shown(browser) == [3]
    assert "1, 2 (2 not in this list)" in browser.actions.chosen.markup
    browser.table.choose(3)
    assert browser.state["compared"] == browser.chosen == [1, 2, 3]
    browser.filters.query.value = ""
    assert browser.table.selected == [1, 2, 3]
    browser.table.choose(2)
    assert browser.chosen == [1, 3]
    browser.actions.clear.click()
    assert (browser.chosen, browser.beside.shown, browser.table.selected) == ([], None, [])


def test_curves_begin_together_where_the_periods_differ_and_it_is_asked_for(browser):
    browser.chosen = [1, 2]
    assert browser.beside.since.layout.display == "none"
    browser.chosen = [1, 4]
    assert browser.beside.since.layout.display != "none"
    assert "the periods differ" in browser.beside.words.markup
    browser.beside.since.value = SHARED
    lines = browser.beside.growth.figure["data"]
    assert lines[0]["x"][0] == lines[1]["x"][0]
    browser.beside.since.value = OWN
    lines = browser.beside.growth.figure["data"]
    assert lines[0]["x"][0] < lines[1]["x"][0]


def test_a_run_without_results_can_be_chosen_but_not_compared(browser):
    browser.chosen = [5]
    assert (browser.error, browser.beside.shown) == (None, None)
    browser.chosen = [5, 1]
    assert browser.state["compared"] == [1]
    browser.actions.verify.click()
    assert "Run 5 is failed, so there is nothing to verify" in str(browser.error)
    assert browser.actions.verify.disabled is False


def test_only_so_many_runs_are_drawn_as_can_be_told_apart(browser, stocked):
    more = [
        stocked.backtests.run("SMA cross", "BBB", parameters={"fast": fast}).id
        for fast in range(20, 20 + len(STYLES))
    ]
    browser.refresh()
    browser.chosen = [1, *more]
    assert browser.state["compared"] == more
    assert "Drawn are the last 12." in browser.actions.chosen.markup


def test_buttons_are_there_for_what_can_be_done_with_so_many(browser):
    actions = browser.actions
    both = (*actions.one, *actions.any)
    assert all(one.disabled for one in both)
    browser.chosen = [1]
    assert not any(one.disabled for one in both)
    browser.chosen = [1, 2]
    assert [one.disabled for one in both] == [True] * len(actions.one) + [False] * len(actions.any)


def test_open_shows_the_run_and_a_double_click_does_too(browser):
    browser.chosen = [2]
    browser.actions.open.click()
    assert browser.opened.run.id == browser.state["opened"] == 2
    browser.table.open_row(5)
    assert browser.opened.run.status == "failed"
    assert "Run 5: SMA cross, version 1, on AAA 1d" in browser.heading.markup


def test_tags_and_notes_are_written_taken_off_and_shown(browser, stocked):
    browser.chosen = [1, 3]
    browser.actions.text.value = " candidate "
    browser.actions.tag.click()
    assert stocked.backtests.tags().to_dict("list") == {"tag": ["candidate"], "runs": [2]}
    assert browser.actions.text.value == ""
    assert "candidate" in browser.filters.tag.options
    assert "bz-chip" in browser.table.markup()
    browser.actions.text.value = "Too few <trades>."
    browser.actions.note.click()
    assert stocked.backtests.notes(3)["note"].tolist() == ["Too few <trades>."]
    assert "Too few &lt;trades&gt;." in browser.table.markup()
    browser.actions.text.value = "Candidate"
    browser.actions.untag.click()
    assert stocked.backtests.tags().empty
    assert browser.chosen == [1, 3]


def test_what_the_lab_refuses_is_said_and_kept_to_be_corrected(browser):
    browser.chosen = [1]
    browser.actions.text.value = "a,b"
    browser.actions.tag.click()
    assert "&#39;a,b&#39; is no tag" in browser.message.markup
    assert browser.actions.text.value == "a,b"
    assert browser.actions.tag.disabled is False
    browser.actions.text.value = ""
    browser.actions.note.click()
    assert "A note needs a text" in browser.state["error"]


def test_runs_are_exported_in_each_format_and_replaced_when_asked(browser, stocked, tmp_path):
    browser.chosen = [1, 2]
    assert browser.actions.folder.value == str(stocked.path.parent / "exports")
    browser.actions.folder.value = str(tmp_path / "out")
    for kind in ("csv", "parquet", "json"):
        browser.actions.format.value = kind
        browser.actions.replace.value = kind != "csv"
        browser.actions.export.click()
        assert browser.error is None
        assert [path.name for path in browser.came_of] == ["run-1", "run-2"]
        found = stocked.backtests.read_export(browser.came_of[1])
        assert found.equity.equals(stocked.backtests.get(2).equity)
        assert (browser.came_of[1] / f"trades.{kind}").is_file()
    browser.actions.replace.value = False
    browser.actions.export.click()
    assert "is there already" in str(browser.error)


def test_a_report_of_one_run_or_of_the_comparison_is_written(browser, stocked):
    browser.chosen = [1]
    browser.actions.report.click()
    assert browser.came_of == [stocked.reports_folder / "run-1.html"]
    browser.chosen = [1, 2]
    browser.actions.report.click()
    assert browser.came_of == [stocked.reports_folder / "comparison-1-2.html"]
    assert "side by side" in browser.came_of[0].read_text("utf-8")
    assert str(browser.came_of[0]) in browser.message.markup


def test_a_run_is_promoted_to_its_own_strategy_or_another(browser, stocked):
    browser.chosen = [2]
    browser.actions.promote.click()
    assert (browser.came_of.name, browser.came_of.version) == ("SMA cross", 2)
    browser.actions.name.value = "Quick cross"
    browser.actions.promote.click()
    assert "Quick cross, version 1, has the rules of run 2" in browser.message.markup
    assert stocked.strategies.get("Quick cross").definition.parameters["fast"].default == 8


def test_verify_recomputes_every_chosen_run(browser):
    browser.chosen = [1, 2]
    browser.actions.verify.click()
    assert [one.ok for one in browser.came_of] == [True, True]
    assert "✓ Run 1 recomputed: equal bit for bit" in browser.message.markup
    assert "bz-done" in browser.message.markup


def test_an_empty_lab_says_what_to_do(lab):
    browser = RunBrowser(lab)
    assert browser.state["found"] == 0
    assert "lab.backtests.run(...) makes the first" in browser.still()
    assert not browser.error


def test_where_there_is_no_front_end_the_newest_runs_stand_as_a_table(browser):
    bundle = browser._repr_mimebundle_()
    assert WIDGET in bundle
    assert "SMA cross v1" in bundle["text/html"]
    assert "<svg" in bundle["text/html"]
    assert len(bundle["text/html"]) < 60_000


def test_an_unknown_word_is_refused(stocked):
    with pytest.raises(TypeError):
        RunBrowser(stocked, symbl="AAA")


def test_a_run_that_was_at_work_when_it_was_listed_is_drawn_once_it_has_results(
    stocked, monkeypatch
):
    genuine = stocked.backtests.list

    def at_work(**asked):
        found = genuine(**asked)
        found.loc[found["id"] == 2, ["total_return_pct", "sharpe_ratio"]] = float("nan")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(stocked.backtests, "list", at_work)
        browser = RunBrowser(stocked)
        browser.chosen = [1, 2]
        assert browser.table.markup().count("<svg") == 3
        assert browser.state["compared"] == [1]
    browser.refresh()
    assert browser.state["compared"] == [1, 2]
    assert browser.table.markup().count("<svg") == 4
