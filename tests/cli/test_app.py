"""Help, exit statuses and errors of the command line."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from bitstockerz_lab.cli import run
from bitstockerz_lab.cli.app import app
from bitstockerz_lab.cli.settings import Settings

VERBS = {
    "init", "load", "symbols", "strategies", "backtest", "batch", "batches", "report", "verify",
    "sql", "demo", "lab", "check", "fetch", "health", "latest", "providers", "update",
    "walk-forward", "cross-validate", "sweep", "sweeps", "compact", "pipeline", "warm", "app",
    "runs", "paper",
}  # fmt: skip


def commands(command=None, words=()):
    """Every command with the words that call it."""
    command = command or typer.main.get_command(app)
    yield words, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*words, name))


EVERY = list(commands())


def parse(words):
    """Parse a command line as the program would, without running anything."""
    command = typer.main.get_command(app)
    context = command.make_context("bitstockerz", list(words), obj=Settings())
    while hasattr(command, "commands"):
        name, command, rest = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        context = command.make_context(name, rest, parent=context)
    return context


def test_the_verbs_of_the_api_are_there():
    assert set(typer.main.get_command(app).commands) == VERBS


@pytest.mark.parametrize("words", [words for words, _ in EVERY], ids=" ".join)
def test_the_help_of_every_command_has_examples_that_parse(words, capsys):
    assert run([*words, "--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    examples = [line.strip() for line in lines if line.strip().startswith("bitstockerz ")]
    assert examples or words in {
        ("strategies",),
        ("warm",),
        ("runs",),
        ("paper",),
    }  # groups: theirs are below
    for example in examples:
        parse(shlex.split(example)[1:])


def test_a_command_line_with_an_unknown_option_does_not_parse():
    with pytest.raises(typer.TyperException):
        parse(["load", "x.csv", "--symbl", "AAPL"])


def test_every_option_and_argument_has_a_help_or_an_obvious_name():
    silent = {
        option.name
        for words, command in EVERY
        for option in command.params
        if words and not option.help
    }
    assert silent <= {
        "break_even_pct", "description", "initial_equity", "max_bars", "max_trades_per_day",
        "stop_loss_pct", "take_profit_pct", "trailing_stop_pct",
    }  # fmt: skip


def test_help_starts_without_pandas_duckdb_or_rich():
    code = (
        "import sys, json\n"
        "from bitstockerz_lab.cli import run\n"
        "run(['backtest', '--help'])\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    loaded = set(json.loads(told.splitlines()[-1]))
    assert {"pandas", "numpy", "duckdb", "numba", "rich"} & loaded == set()


def test_no_words_ask_for_help(capsys):
    assert run([]) == 0
    assert "bitstockerz demo" in capsys.readouterr().out


def test_the_version_is_told(capsys):
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("bitstockerz-lab ")


def test_the_program_is_installed_under_its_name():
    program = Path(sys.executable).with_name("bitstockerz")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith("bitstockerz-lab ")


@pytest.mark.parametrize(
    "words",
    [
        ["frobnicate"],
        ["load"],
        ["load", "--factors", "f.csv"],
        ["load", "--symbol", "A"],
        ["load", "x.csv", "--factors", "f.csv", "--symbol", "A"],
        ["backtest", "A", "B", "--fee-bps", "much"],
        ["backtest", "A", "B", "--adjusted", "maybe"],
        ["backtest", "A", "B", "--parameter", "fast"],
        ["backtest", "A", "B", "--parameter", "fast=quick"],
        ["strategies"],
        ["strategies", "save"],
        ["strategies", "save", "x.json", "--template", "golden-cross"],
        ["batch", "n.ipynb", "--over", "symbol"],
        ["batch", "n.ipynb", "--set", "a=1", "--set", "a=2"],
        ["report", "first"],
        ["sql", "SELECT 1", "--json", "--csv"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_status_2_and_one_line_that_names_the_help(call, words):
    answer = call(*words)
    assert answer.status == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert answer.err.startswith("error: ")
    assert "--help" in answer.err


def test_what_the_lab_refuses_is_status_1_and_one_line(call):
    answer = call("backtest", "Nothing", "NOWHERE")
    assert answer.status == 1
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert "Traceback" not in answer.err


def test_debug_shows_where_an_error_came_from(database, capsys):
    assert run(["--debug", "--database", str(database.path), "report", "99"]) == 1
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.splitlines()[-1].startswith("error: No run 99")


def test_a_bug_is_one_line_too(call, monkeypatch):
    def broken(*_, **__):
        raise KeyError("surprise")

    monkeypatch.setattr("bitstockerz_lab.market.api.Market.symbols", broken)
    answer = call("symbols")
    assert answer.status == 1
    assert "KeyError" in answer.err
    assert "--debug" in answer.err
    assert answer.err.count("\n") == 1


def test_a_file_that_is_no_lab_is_refused_in_one_line(tmp_path, capsys):
    (tmp_path / "x.duckdb").write_text("hello")
    assert run(["--database", str(tmp_path / "x.duckdb"), "symbols"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_interruption_is_status_130(call, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("bitstockerz_lab.market.api.Market.symbols", interrupted)
    answer = call("symbols")
    assert (answer.status, answer.err) == (130, "error: interrupted\n")


@pytest.mark.usefixtures("ready")
def test_a_reader_that_hangs_up_causes_no_noise(database):
    query = "SELECT * FROM equity_daily_bars, range(200)"
    command = (
        f"{shlex.quote(sys.executable)} -m bitstockerz_lab.cli --database "
        f"{shlex.quote(str(database.path))} sql {shlex.quote(query)} --csv"
        " | head -n 1"
    )
    told = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602 - a pipe
    assert told.stdout.startswith("id,")
    assert told.stderr == ""
