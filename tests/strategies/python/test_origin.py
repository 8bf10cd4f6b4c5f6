"""Only a function that is what its text says is stored; everything else is refused."""

from __future__ import annotations

import functools
import importlib
import linecache
import sys

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import signals
from bitstockerz_lab.strategies.python import capture


@pytest.fixture
def module(monkeypatch, tmp_path):
    """Writes a person's file and imports it."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    written = []

    def write(text, name="a_persons_file"):
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
        importlib.invalidate_caches()
        linecache.checkcache()
        written.append(name)
        return importlib.import_module(name)

    yield write
    for name in written:
        sys.modules.pop(name, None)


def refused(function, *words):
    with pytest.raises(DefinitionError) as caught:
        capture.module_of(function)
    for word in words:
        assert word in str(caught.value)


INVERTED = """
import functools
import bitstockerz_lab as bz
def inverted(f):
    @functools.wraps(f)
    def inner(bars):
        return {"enter": ~f(bars)["enter"]}
    return inner
"""


@pytest.mark.parametrize(
    "above", ["@bz.code_strategy('S')\n@inverted", "@inverted\n@bz.code_strategy('S')"]
)
def test_a_second_decorator_is_refused_by_its_name(module, above):
    text = f"{INVERTED}{above}\ndef rules(bars):\n    return {{'enter': bars['close'] > 1}}\n"
    with pytest.raises(DefinitionError, match=r"another decorator .*: @inverted"):
        module(text)


def test_a_function_that_something_wrapped_is_refused(module):
    made = module(f"{INVERTED}def rules(bars):\n    return {{'enter': bars > 1}}\n")
    refused(made.inverted(made.rules), "one that wrapped it", "a helper")


def test_our_decorator_is_known_under_any_name(module):
    made = module(
        "from bitstockerz_lab import code_strategy as written\nmake = written('A')\n"
        "@make\ndef one(bars):\n    return {'enter': bars['close'] > 1}\n"
        "@written('B')\ndef two(bars):\n    return {'enter': bars['close'] > 1}\n"
    )
    assert (made.one.python.function, made.two.python.function) == ("one", "two")


NEGATED = """
import functools
import numba
FACTOR = 2
def negated(f):
    @functools.wraps(f)
    def inner(*a):
        return ~f(*a)
    return inner
def times(k):
    def decorate(f):
        @functools.wraps(f)
        def inner(*a):
            return f(*a) * k
        return inner
    return decorate
def up(bars):
    return bars["close"] > bars["open"]
def rules(bars):
    return {"enter": down(bars)}
"""


@pytest.mark.parametrize(
    "made",
    [
        "down = negated(up)",
        "down = numba.njit(up)",
        "up = down = negated(up)",
        "@negated\ndef down(bars):\n    return up(bars)\ndown = down.__wrapped__",
        "@negated\ndef some(bars):\n    return up(bars)\ndown = negated(some.__wrapped__)",
        "@negated\ndef down(bars):\n    return up(bars)\ndef negated(f):\n    return f",
        "@negated\n@negated\ndef down(bars):\n    return up(bars)\ndown = down.__wrapped__",
    ],
)
def test_a_helper_that_its_own_text_does_not_make_is_refused(module, made):
    found = module(f"{NEGATED}{made}\n")
    refused(found.rules, "with a decorator that does not stand above it", "@decorator above")


@pytest.mark.parametrize(
    "above", ["negated", "times(True)", "negated\n@times(True)", "functools.cache"]
)
def test_a_helper_with_its_decorators_above_it_is_stored_with_them(module, above, bars):
    text = f"{NEGATED}@{above}\ndef down(bars):\n    return ~(up(bars))\n"
    if above == "functools.cache":
        text = text.replace("down(bars)}", "bars['close'] > down(2)}").replace(
            "~(up(bars))", "bars"
        )
    found = module(text)
    made = bz.code_strategy("S")(found.rules)
    assert f"@{above}\ndef down" in made.python.source
    live = found.rules(bars)["enter"].astype(bool)
    assert (signals(made, bars)["long_entry"] == live).all()


def test_a_named_value_in_a_helpers_decorator_is_refused(module):
    text = f"{NEGATED}@times(FACTOR)\ndef down(bars):\n    return up(bars)\nFACTOR = 100\n"
    refused(module(text).rules, "@times(FACTOR)", "'FACTOR'", "Write the value itself")


DEFAULTS = """
WINDOW = 5
def mean(column, n=WINDOW, *, k=-WINDOW / 2):
    return column.rolling(n).mean() * k
def rules(bars):
    return {"enter": bars["close"] > mean(bars["close"])}
"""


def test_a_default_that_has_another_value_now_is_refused(module):
    assert "n=WINDOW" in capture.module_of(module(DEFAULTS).rules)
    changed = module(f"{DEFAULTS}WINDOW = 50\n", "changed")
    refused(changed.rules, "The default k=-WINDOW / 2 of mean is another one now")
    again = module(DEFAULTS, "again")
    again.mean.__defaults__ = (9,)
    refused(again.rules, "The default n=WINDOW of mean")
    again.mean.__defaults__ = None
    refused(again.rules, "The default n=WINDOW of mean")


def test_a_builtin_and_a_function_of_the_same_name_are_refused(module):
    module("def clip(x):\n    return max(x, 0)\n", "clipping")
    found = module(
        "from clipping import clip\ndef max(a, b):\n    return a\n"
        "def rules(bars):\n    return {'enter': bars['close'].map(clip) > max(1, 2)}\n"
    )
    refused(found.rules, "'max' means different things")


@pytest.mark.parametrize("sign", ["\x0b", "\x0c", "\x1c", "\x1e", "\x85", "\u2028", "\u2029"])
def test_a_character_that_ends_a_line_for_some_programs_only_is_refused(module, sign):
    text = f"def rules(bars):\n    '''one{sign}two'''\n    return {{'enter': bars['close'] > 1}}\n"
    refused(module(text).rules, "hides what is written there", "backslash")


def test_a_file_that_was_changed_since_it_was_imported_is_refused(module, tmp_path):
    text = "def rules(bars, n=5):\n    return {'enter': bars['close'] > 5 * n}\n"
    found = module(text)
    assert capture.module_of(found.rules) == text
    for new in (
        text.replace("5 * n", "6 * n"),
        text.replace("5 * n", "5.0 * n"),
        f"\n{text}",
        text.replace("n=5):", "n=5):  # told"),
    ):
        (tmp_path / "a_persons_file.py").write_text(f"{new}# changed\n", "utf-8")
        linecache.checkcache()
        if "told" in new:
            assert "# told" in capture.module_of(found.rules)  # it still says the same
        else:
            refused(found.rules, "is not what runs", "restart the kernel")
    (tmp_path / "a_persons_file.py").write_text(text.replace("n=5", "n=6") + "# more\n", "utf-8")
    linecache.checkcache()
    refused(found.rules, "The default n=6 of rules")


def test_what_a_cell_compiles_a_statement_at_a_time_is_found(bars):
    text = "import numpy as np\ndef rules(bars):\n    return {'enter': np.abs(bars['close']) > 1}\n"
    linecache.cache["<one cell>"] = (len(text), None, text.splitlines(keepends=True), "<one cell>")
    import ast

    names = {"__name__": "__main__"}
    for statement in ast.parse(text).body:
        exec(compile(ast.Module([statement], []), "<one cell>", "exec"), names)  # noqa: S102
    assert signals(bz.code_strategy("S")(names["rules"]), bars)["long_entry"].all()


def test_a_text_inside_an_indented_function_keeps_its_spaces(bars):
    def rules(bars):
        """Told in

        two lines.
        """
        # as long as the text
        told = """one
        two"""
        return {"enter": bars["close"] > (0 if len(told) == 15 else 1e9)}

    made = bz.code_strategy("S")(rules)
    assert "\n        two lines.\n" in made.python.source
    assert signals(made, bars)["long_entry"].all()


def test_what_changes_a_variable_of_the_function_around_it_is_refused():
    count = 0

    def rules(bars):
        nonlocal count
        count += 1
        return {"enter": bars["close"] > count}

    refused(rules, "changes a variable of the function around it", "'count'", "inside the function")


def test_a_helper_that_ran_is_still_its_text(bars):
    @functools.cache
    def helper(n):
        return sum(i * n for i in range(5) if [j for j in range(3)])  # noqa: C416

    def rules(bars):
        return {"enter": bars["close"] > helper(0)}

    for _ in range(200):
        helper.__wrapped__(1)
        rules(bars[:2])
    assert signals(bz.code_strategy("S")(rules), bars)["long_entry"].all()
