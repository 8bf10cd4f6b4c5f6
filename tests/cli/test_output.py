"""What answers look like: JSON for programs, tables for people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bitstockerz_lab.cli import output
from bitstockerz_lab.enums import Status


@dataclass(frozen=True, slots=True)
class Pair:
    left: object
    right: object


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (float("nan"), None),
        (float("inf"), None),
        (np.float64("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (0.1 + 0.2, 0.30000000000000004),
        (np.float64(1.5), 1.5),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (Status.COMPLETED, "completed"),
        (Path("a") / "b", "a/b"),
        (date(2020, 1, 2), "2020-01-02"),
        (datetime(2020, 1, 2, 3, tzinfo=UTC).replace(tzinfo=None), "2020-01-02T03:00:00+00:00"),
        (datetime(2020, 1, 2, 3, tzinfo=UTC), "2020-01-02T03:00:00+00:00"),
        (pd.Timestamp("2020-01-02", tz="UTC"), "2020-01-02T00:00:00+00:00"),
        (np.array([1.0, np.nan]), [1.0, None]),
        ((1, "a"), [1, "a"]),
        ({"a": {1: float("nan")}}, {"a": {"1": None}}),
        (Pair(1, pd.NaT), {"left": 1, "right": None}),
    ],
)
def test_a_value_becomes_json_without_rounding_and_nan_becomes_null(value, wanted):
    found = output.plain(value)
    assert found == wanted
    assert type(found) is type(wanted)


def test_a_frame_becomes_its_rows():
    frame = pd.DataFrame(
        {"when": pd.to_datetime(["2020-01-01", None], utc=True), "x": [1.5, np.nan], "n": [1, 2]}
    )
    assert output.plain(frame) == [
        {"when": "2020-01-01T00:00:00+00:00", "x": 1.5, "n": 1},
        {"when": None, "x": None, "n": 2},
    ]


def test_json_on_stdout_is_json_and_nothing_else(capsys):
    output.write_json({"a": np.float64("nan"), "ä": 1})
    told = capsys.readouterr()
    assert json.loads(told.out) == {"a": None, "ä": 1}
    assert told.err == ""


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (1234.5, "1,234.50"),
        (0.001234, "0.001234"),
        (7, "7"),
        (pd.Timestamp("2020-01-02", tz="UTC"), "2020-01-02"),
        (pd.Timestamp("2020-01-02 03:00", tz="UTC"), "2020-01-02 03:00:00"),
        ("a T+00:00", "a T+00:00"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_a_cell_reads_well(value, wanted):
    assert output.cell(value) == wanted


def test_a_table_in_a_pipe_breaks_no_line(capsys):
    output.write_table(("name", "text"), [("a", "word " * 100), ("b", "[bold]x[/bold]")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert "[bold]" in lines[2]


def test_an_empty_frame_says_its_sentence(capsys):
    output.write_frame(pd.DataFrame({"a": []}), "Nothing here.")
    assert capsys.readouterr().out == "Nothing here.\n"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            "Pass volume_column='a b' or zero_volume=True.",
            "Pass --volume-column 'a b' or --zero-volume.",
        ),
        ("or load with strict=False to", "or load with no --strict to"),
        (
            "timeframe= may be '1d'; pass date_format=, now",
            "--timeframe may be '1d'; pass --date-format, now",
        ),
        ("Pass columns=['a', 'b'].", "Pass --columns a,b."),
        ("lab.market.load_factors(...).", "bitstockerz load --factors."),
        (
            'lab.strategies.save(lab.strategies.template("rsi-2")).',
            "bitstockerz strategies save --template rsi-2.",
        ),
        ("lab.strategies.save(...).", "bitstockerz strategies save FILE."),
        ("lab.strategies.restore('A b') brings", "bitstockerz strategies restore 'A b' brings"),
        (
            "print(lab.strategies.get('A b', 2).definition.code()), then run with trust=True, or",
            "bitstockerz strategies show 'A b' --version 2, then run with --trust, or",
        ),
        ("the first line is 'a=1' and x.y=2", "the first line is 'a=1' and x.y=2"),
    ],
)
def test_a_message_of_the_api_is_told_in_words_of_the_command_line(said, told):
    assert output.in_its_own_words(said) == told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Only fail_on_errors=False lets it pass.", "Only fail_on_errors=False lets it pass."),
        ("timeout_s=0 leaves no time.", "--timeout 0 leaves no time."),
        ("how='zip' pairs values off", "how='zip' pairs values off"),
        ("keep it with parameters={'fast': 20}.", "keep it with --parameter fast=20."),
    ],
)
def test_only_options_of_the_command_are_renamed(said, told):
    options = {"timeout_s": "--timeout", "parameter": "--parameter"}
    assert output.in_its_own_words(said, options) == told


@pytest.mark.parametrize(
    ("said", "here"),
    [
        ("Leave it out of parameters=.", "Leave it out of --parameter."),
        ("keep it with parameters={'fast': 20}.", "keep it with --parameter fast=20."),
        ("Give values, grid={'fast': [...]}.", "Give values, --grid fast=...."),
        (
            'Say periods=[("2010-01-01", "2014-12-31"), ("2015-01-01", None)].',
            "Say --period 2010-01-01/2014-12-31 --period 2015-01-01/.",
        ),
    ],
)
def test_what_is_given_once_for_each_is_named_as_the_option_is(said, here):
    assert output.in_its_own_words(said) == here
