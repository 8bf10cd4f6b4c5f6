"""Lines that are kept out more than once keep each reason."""

from __future__ import annotations

import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.market import store

HEADER = "date,open,high,low,close,volume\n"
GOOD = "2020-01-02,10,12,9,11,100\n2020-01-03,11,13,10,12,200\n"
OTHER = GOOD.replace("12,200", "12.5,200")


@pytest.fixture
def market(database):
    return bz.open_lab(database.path).market


@pytest.fixture
def load(market, tmp_path):
    def loading(rows):
        path = tmp_path / "file.csv"
        path.write_text(HEADER + rows)
        return market.load_csv(path, "ACME", asset_type="EQUITY")

    return loading


def reasons(database):
    with database.read() as con:
        return [row[0] for row in con.execute("SELECT reason FROM refused_rows").fetchall()]


def test_a_line_kept_out_again_for_another_reason_keeps_both(database, load, market):
    load(GOOD)
    load(OTHER)
    market.correct("ACME", "2020-01-03", reason="venue", close=11.5)
    assert load(OTHER).conflicts == 1
    assert load(OTHER).conflicts == 1
    (kept,) = reasons(database)
    first, second = kept.split("; then ")
    assert first == "conflict: close stored 12.0, here 12.5"
    assert second.startswith("conflict: close stored 11.5, here 12.5 (corrected ")


def test_a_reason_that_begins_like_another_is_kept_and_one_row_twice_is_one(database):
    row = {"source": "a.csv", "digest": "d", "line": 2, "symbol": "X", "timeframe": "1d"}
    kept = []
    for reason in ("conflict: 1, 2", "conflict: 1", "conflict: 1", "conflict: 1, 2"):
        rows = pd.DataFrame([row | {"reason": reason, "original": "text"}] * 2)
        with database.write() as con:
            kept.append(store.bulk.add_many_refused(con, rows))
    assert kept == [1, 1, 0, 0]
    assert reasons(database) == ["conflict: 1, 2; then conflict: 1"]
