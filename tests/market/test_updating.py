"""Updates: what is asked for, what is told, and what stays when one breaks off."""

from __future__ import annotations

import json

import pytest

from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market.update_report import Updated, UpdateReport
from tests.helpers import make_bars


@pytest.fixture
def market(lab):
    return lab.market


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The folder of the provider `file`, and what writes a symbol's days into it."""
    monkeypatch.setenv("BITSTOCKERZ_FILES", str(tmp_path))

    def write(symbol, count):
        make_bars(30).round(4).iloc[:count].to_csv(
            tmp_path / f"{symbol}_1d.csv", index_label="date", date_format="%Y-%m-%d"
        )

    return write


def begin(market, folder, *symbols):
    for symbol in symbols:
        folder(symbol, 20)
        market.load("file", symbol, asset_type="EQUITY")
        folder(symbol, 25)


def test_without_names_all_active_symbols_are_asked_for_that_somebody_can_continue(market, folder):
    begin(market, folder, "AAA", "BBB", "OLD")
    market.retire("OLD")
    market.load("synthetic", "DEMO-C-USD", start="2024-12-01")
    market.load_frame(make_bars(5), "MINE", asset_type="EQUITY")
    report = market.update()
    assert [(row.symbol, row.inserted) for row in report] == [("AAA", 5), ("BBB", 5)]
    assert market.update("old").rows[0].inserted == 5


def test_names_that_cannot_be_asked_for_are_rows_with_the_way_out(market, folder):
    begin(market, folder, "AAA")
    market.load("synthetic", "DEMO-A", start="2024-12-01")
    market.load_frame(make_bars(5), "MINE", asset_type="EQUITY")
    report = market.update(["DEMO-A", "MINE", "AAA"])
    told = {row.symbol: row.error for row in report}
    assert "are simulated, which cannot be asked for more" in told["DEMO-A"]
    assert "are from 'frame', which cannot be asked" in told["MINE"]
    assert told["AAA"] == ""
    assert "has no 1h bars to go on from" in market.update("AAA", "1h").rows[0].error


def test_a_symbol_that_is_not_there_stops_before_anything_is_asked(market, folder):
    begin(market, folder, "AAA")
    with pytest.raises(UnknownName, match=r"No symbol 'AAB'. Did you mean 'AAA'\?"):
        market.update(["AAA", "AAB"])
    with pytest.raises(DataError, match=r"folder is an option of a provider. Name it too"):
        market.update("AAA", folder="x")
    assert market.update().rows[0].inserted == 5


def test_another_provider_goes_on_where_a_file_ended(market, folder):
    folder("AAA", 25)
    market.load_frame(make_bars(30).round(4).iloc[:20], "AAA", asset_type="EQUITY")
    (row,) = market.update("AAA", provider="file")
    assert (row.inserted, row.conflicts, row.provider) == (5, 0, "file")


def test_an_interrupt_keeps_what_is_stored(market, folder):
    begin(market, folder, "AAA", "BBB")

    def interrupt(_row):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        market.update(on_progress=interrupt)
    assert len(market.bars("AAA")) == 25
    assert len(market.bars("BBB")) == 20
    assert [(row.inserted, row.conflicts) for row in market.update()] == [(0, 0), (5, 0)]


def test_the_report_is_text_a_frame_json_and_html(market, folder):
    begin(market, folder, "AAA", "BBB")
    folder("BBB", 0)
    report = market.update()
    assert str(report).startswith("5 bars inserted, 2 asked for, 1 failed\n")
    assert "AAA 1d from file: 5 inserted, 2020-01-21 to 2020-01-25" in str(report)
    assert "BBB 1d from file: 0 inserted\n    error: " in str(report)
    assert list(report.frame.columns) == [
        "symbol", "timeframe", "provider", "inserted", "actions", "conflicts", "refused", "first",
        "last", "error",
    ]  # fmt: skip
    assert str(report.frame["first"].dtype) == "datetime64[us, UTC]"
    told = json.loads(json.dumps(report.as_dict()))
    assert (told["inserted"], told["failed"]) == (5, 1)
    assert told["rows"][0]["last"] == "2020-01-25T00:00:00+00:00"
    assert "<td>AAA</td>" in report._repr_html_()


def test_a_long_report_shows_what_is_the_matter_first():
    quiet = [Updated(symbol=f"A{n}", timeframe="1d", provider="mine") for n in range(30)]
    failed = Updated(symbol="BAD", timeframe="1d", provider="mine", error="<it> broke.")
    report = UpdateReport((*quiet, failed))
    assert str(report).splitlines()[1:3] == [
        "  BAD 1d from mine: 0 inserted",
        "    error: <it> broke.",
    ]
    assert str(report).endswith("… and 21 more without a problem.")
    assert "&lt;it&gt; broke." in report._repr_html_()
    assert str(UpdateReport(())).startswith("Nothing was asked for")
    assert UpdateReport(()).frame.empty
