"""Rules in Python compared line by line, and carried to another lab, where they ask first."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import Untrusted
from bitstockerz_lab.strategies import close
from bitstockerz_lab.strategies.diff import compare
from bitstockerz_lab.strategies.python import consent
from tests.helpers import make_bars


def rising(bars, n):
    return {"enter": bars["close"] > bars["close"].rolling(n).mean()}


def falling(bars, n):
    return {"enter": bars["close"] < bars["close"].rolling(n).mean()}


def code(function, default=20, **exits):
    parameters = {"n": bz.parameter("n", default, min=5, max=100)}
    return bz.code_strategy("Code", parameters=parameters, **exits)(function)


def test_changed_source_is_shown_line_by_line():
    found = compare(code(rising), code(falling, stop_loss_pct=5))
    told = {change.path: change for change in found.changes}
    assert set(told) == {"python.source", "python.function", "stop_loss_pct"}
    sentence = told["python.source"].sentence
    assert sentence.startswith("Python source changed:\n--- before\n+++ after\n")
    assert '-    return {"enter": bars["close"] > ' in sentence
    assert '+    return {"enter": bars["close"] < ' in sentence
    assert "<pre>--- before" in found._repr_html_()


def test_the_same_source_is_no_change_and_its_parameters_are_told_as_any():
    assert not compare(code(rising), code(rising))
    assert compare(code(rising), code(rising, default=30)).sentences == (
        "parameter n: default 20 → 30",
    )


def test_conditions_that_became_python_are_told_with_both():
    rules = bz.strategy("S", enter=close > 5)
    found = compare(rules, code(rising))
    assert [change.path for change in found.changes] == ["enter_long", "python", "parameters.n"]
    assert "def rising" in found.changes[1].sentence
    assert [one.kind for one in compare(code(rising), rules).changes] == [
        "added",
        "removed",
        "removed",
    ]


def test_the_list_of_versions_names_the_change_in_a_line(lab):
    lab.strategies.save(code(rising))
    lab.strategies.save(code(falling))
    assert lab.strategies.versions("Code")["changes"].tolist() == [
        "the first version",
        'Python function: "rising" → "falling"\nPython source changed',
    ]


def test_imported_code_asks_before_it_runs(lab, template, tmp_path, monkeypatch):
    lab.strategies.save(code(rising))
    file = lab.strategies.export("Code", tmp_path / "code.json")
    monkeypatch.setenv(consent.TRUST, str(tmp_path / "another machine" / "trusted.json"))
    monkeypatch.setattr(consent, "_OWN", set())
    monkeypatch.setattr(consent, "_AGREED", set())
    path = tmp_path / "other.duckdb"
    path.write_bytes(template.read_bytes())
    other = bz.open_lab(path)
    made = other.strategies.import_file(file)
    assert made.definition == lab.strategies.get("Code").definition
    other.strategies.copy("Code", "Code again")
    other.market.load_frame(make_bars(100), "AAPL", asset_type="EQUITY")
    for name in ("Code", "Code again"):
        with pytest.raises(Untrusted):
            other.backtests.run(name, "AAPL")
