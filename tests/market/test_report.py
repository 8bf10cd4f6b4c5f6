"""What a load says of itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd

from bitstockerz_lab.market.report import LoadReport, LoadReports

EXAMPLES = pd.DataFrame(
    {"line": [3, 4], "reason": ["high below low", "x < y"], "original": ["a,b", "<b>"]}
)
FULL = LoadReport(
    symbol="ACME",
    timeframe="1d",
    provider="csv",
    source="acme.csv",
    rows=1234,
    inserted=1200,
    duplicates=20,
    conflicts=4,
    refused=10,
    first=pd.Timestamp("2020-01-02", tz="UTC"),
    last=pd.Timestamp("2024-12-31", tz="UTC"),
    notes=("A note.",),
    reasons=(("high below low", 10), ("x < y", 4)),
    examples=EXAMPLES,
)


def test_a_report_counts_every_row_and_shows_the_first_kept_out():
    assert str(FULL).splitlines() == [
        (
            "ACME 1d bars from acme.csv: 1,200 inserted, 20 duplicates, 4 conflicts, 10 refused of "
            "1,234 rows, 2020-01-02 to 2024-12-31 (provider csv)"
        ),
        "  A note.",
        "  10 × high below low",
        "  4 × x < y",
        "  line 3: high below low: a,b",
        "  line 4: x < y: <b>",
        "  … and 12 more in the table refused_rows.",
    ]


def test_simulated_bars_are_called_so():
    report = LoadReport(symbol="D", timeframe="1h", provider="synthetic", source="f", rows=0)
    assert str(report).endswith("(provider synthetic; simulated)")


def test_a_notebook_shows_the_report_with_its_texts_escaped():
    page = FULL._repr_html_()
    assert "1,200 inserted" in page
    assert "&lt;b&gt;" in page
    assert "<b>ACME" in page
    assert "14 kept out" in page
    assert "<li>4 × x &lt; y</li>" in page


def test_reports_add_their_reasons_up():
    reports = LoadReports((FULL, FULL))
    assert reports.reasons == (("high below low", 20), ("x < y", 8))
    assert "  20 × high below low" in str(reports).splitlines()
    assert "<li>8 × x &lt; y</li>" in reports._repr_html_()
    assert json.loads(json.dumps(reports.as_dict()))["reasons"]["x < y"] == 8
    many = replace(FULL, reasons=tuple((f"reason {at}", 1) for at in range(13)))
    assert "  3 × 3 other reasons" in str(many).splitlines()


def test_a_report_becomes_json():
    told = json.loads(json.dumps(FULL.as_dict()))
    assert told["inserted"] == 1200
    assert told["first"] == "2020-01-02T00:00:00+00:00"
    assert told["examples"][1] == {"line": 4, "reason": "x < y", "original": "<b>"}
    assert (
        LoadReport(symbol="D", timeframe="1h", provider="p", source="f", rows=0).as_dict()["last"]
        is None
    )
