"""What is stored of a function: its text and all it refers to."""

from __future__ import annotations

import ast
import math
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import signals
from bitstockerz_lab.strategies.python import capture
from bitstockerz_lab.strategies.python.literals import literal
from tests.strategies.python import written

MODEL = SimpleNamespace(weight=2)
LEVEL = 1.0


def refused(function, words):
    with pytest.raises(DefinitionError) as caught:
        bz.code_strategy("S")(function)
    for word in words:
        assert word in str(caught.value)


def test_the_text_holds_the_function_its_helpers_its_constants_and_its_imports(reversion):
    assert reversion.python.source == (
        '''from math import sqrt
import pandas as pd

BAND = 2.5
NAMES = {'close': ('close', [1, -2.0, float('inf'), None, True]), 'set': set([1, 2, 3])}


def spread(column: pd.Series, n, k=BAND):
    """The width of a band."""
    return column.rolling(n).std() * (k / sqrt(k * k))


def mean_reversion(bars: pd.DataFrame, n, width=2.0):
    # bought below the band
    column = bars[NAMES["close"][0]]
    middle = column.rolling(n).mean()
    return {
        "enter": column < middle - width * spread(column, n),
        "leave": column > middle,
    }
'''
    )
    assert set(reversion.python.imports) == {"pandas"}


def test_what_the_stored_text_says_is_what_the_live_function_says(reversion, bars):
    found = signals(reversion, bars, {"n": 10})
    live = written.mean_reversion(bars, 10, 2.0)
    assert found["long_entry"].sum() > 0
    assert (found["long_entry"] == live["enter"]).all()
    assert (found["long_exit"] == live["leave"]).all()
    assert not found[["short_entry", "short_exit"]].to_numpy().any()


def test_decorated_recursive_and_renamed_helpers_and_submodules_are_there(bars):
    made = bz.code_strategy("S")(written.all_kinds)
    source = made.python.source
    assert "@functools.cache\ndef doubled" in source
    assert "import scipy.signal\n" in source
    assert "from math import sqrt as halved\n" in source
    assert set(made.python.imports) == {"numpy", "pandas", "scipy"}
    namespace = {}
    exec(compile(source, "elsewhere", "exec"), namespace)  # noqa: S102 - our own text
    assert namespace["all_kinds"](bars)["enter"].all()


def test_a_helper_under_another_name_is_known_by_both(bars):
    def helper(column):
        return column > 0

    other = helper

    def rules(bars):
        return {"enter": other(bars["close"])}

    made = bz.code_strategy("S")(rules)
    assert "\n\nother = helper\n" in made.python.source
    assert signals(made, bars)["long_entry"].all()


def test_a_constant_of_the_function_around_it_is_kept_as_it_is_then(bars):
    level = 90.0

    def rules(bars):
        return {"enter": bars["close"] > level}

    made = bz.code_strategy("S")(rules)
    level = 1e9
    assert "level = 90.0\n" in made.python.source
    assert signals(made, bars)["long_entry"].any()


def test_a_local_name_that_is_a_constant_outside_is_not_stored():
    def rules(bars):
        LEVEL = 5  # noqa: N806
        return {"enter": [LEVEL * 2 for LEVEL in range(3)] or bars["close"] > LEVEL}

    assert bz.code_strategy("S")(rules).python.source.startswith("def rules(bars):")


def test_what_only_an_annotation_names_is_not_needed(bars):
    def rules(bars: Frame, n: int = 3) -> Answer:  # noqa: F821
        return {"enter": bars["close"] > n}

    assert signals(bz.code_strategy("S")(rules), bars)["long_entry"].all()


def test_a_lambda_a_method_and_what_is_no_function_are_refused():
    class Rules:
        def rules(self, bars):
            return {"enter": bars["close"] > 0}

    refused(lambda bars: bars, ["lambda", "def"])
    refused(Rules.rules, ["Rules.rules is a method", "outside"])
    refused(len, ["A function is needed", "len"])
    with pytest.raises(DefinitionError, match="with brackets"):
        bz.code_strategy(Rules.rules)


def test_an_object_and_a_name_that_is_not_there_are_refused_by_name():
    def with_object(bars):
        return {"enter": bars["close"] > MODEL.weight}

    def with_nothing(bars):
        return {"enter": bars["close"] > unheard_of}  # noqa: F821

    def with_global(bars):
        global LEVEL  # noqa: PLW0603
        LEVEL += 1
        return {"enter": bars["close"] > LEVEL}

    refused(with_object, ["'MODEL'", "namespace(weight=2)", "inside the function"])
    refused(with_nothing, ["'unheard_of'", "not defined"])
    refused(with_global, ["changes the global 'LEVEL'"])


def test_a_file_of_ones_own_is_refused_as_a_module_and_stored_by_name(bars, monkeypatch, tmp_path):
    (tmp_path / "my_own_rules.py").write_text("LEVEL = 90\ndef above(c):\n    return c > LEVEL\n")
    monkeypatch.syspath_prepend(tmp_path)
    import my_own_rules
    from my_own_rules import above

    def by_module(bars):
        return {"enter": my_own_rules.above(bars["close"])}

    def by_name(bars):
        return {"enter": above(bars["close"])}

    def inside(bars):
        import my_own_rules

        return {"enter": my_own_rules.above(bars["close"])}

    refused(by_module, ["'my_own_rules'", "by name"])
    refused(inside, ["'my_own_rules'", "no installed package"])
    made = bz.code_strategy("S")(by_name)
    assert "LEVEL = 90\n\n\ndef above(c):" in made.python.source
    assert signals(made, bars)["long_entry"].any()


def test_two_meanings_of_one_name_are_refused(monkeypatch, tmp_path):
    (tmp_path / "one_more_file.py").write_text("LEVEL = 90\ndef above(c):\n    return c > LEVEL\n")
    monkeypatch.syspath_prepend(tmp_path)
    from one_more_file import above

    def rules(bars):
        return {"enter": above(bars["close"]) & (bars["close"] > LEVEL)}

    refused(rules, ["'LEVEL' means different things"])


def test_code_without_a_file_says_so():
    namespace = {}
    exec("def rules(bars):\n    return {'enter': bars['close'] > 0}", namespace)  # noqa: S102
    refused(namespace["rules"], ["The text of rules cannot be found", "notebook"])


def test_imports_inside_the_function_count_too():
    def rules(bars):
        from scipy import signal

        return {"enter": signal.lfilter([1.0], [1.0], bars["close"]) > 0}

    assert "scipy" in bz.code_strategy("S")(rules).python.imports


def test_a_jitted_helper_is_stored_with_its_decorator(bars):
    from tests.strategies.python import jitted

    made = bz.code_strategy("S")(jitted.rules)
    assert "@numba.njit\ndef above" in made.python.source
    assert "numba" in made.python.imports
    assert signals(made, bars)["long_entry"].all()


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(PLAIN)
def test_a_constant_is_written_as_what_it_is(value):
    assert eval(literal(value)) == value  # noqa: S307 - our own text
    assert math.isnan(eval(literal(math.nan)))  # noqa: S307 - our own text


def test_the_text_is_the_same_whoever_writes_it_again(reversion):
    assert ast.parse(reversion.code())
    assert capture.module_of(written.mean_reversion) == reversion.python.source
