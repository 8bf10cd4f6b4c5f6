"""What stored code returns, and what happens where it fails."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError, LabError
from bitstockerz_lab.strategies import Definition, decisions, signals
from bitstockerz_lab.strategies.honesty.look_ahead import look_ahead
from bitstockerz_lab.strategies.python import consent, execution
from bitstockerz_lab.strategies.python.memory import keeps_nothing
from bitstockerz_lab.strategies.python.model import digest, parsed
from tests.helpers import make_bars, typed_bars

THREE = typed_bars("10 11 9 10\n10 12 10 11\n10 12 10 9")


def of_text(body, **document):
    """A definition whose function's body is a text, as if it had been written here."""
    source = f"import numpy as np\nimport pandas as pd\n\ndef rules(bars):\n    {body}\n"
    python = {"source": source, "function": "rules", "sha256": digest(source)}
    made = Definition.parse({"name": "S", "python": python, **document})
    consent.decorated(made)
    return made


@pytest.mark.parametrize(
    ("returned", "entry", "leave"),
    [
        ('{"enter": bars["close"] > 10}', [0, 1, 0], [0, 0, 0]),
        ('(bars["close"] > 10, bars["close"] < 10)', [0, 1, 0], [0, 0, 1]),
        ('pd.DataFrame({"enter": bars["close"] > 10, "leave": bars["close"] < 10})',
         [0, 1, 0], [0, 0, 1]),
        ('{"enter": (bars["close"] > 10).to_numpy(), "leave": None}', [0, 1, 0], [0, 0, 0]),
        ('{"enter": (bars["close"] > 10).shift(1)}', [0, 0, 1], [0, 0, 0]),
        ('{"enter": (bars["close"] > 10).astype("boolean").shift(1)}', [0, 0, 1], [0, 0, 0]),
        ('{"enter": np.array([True, None, np.nan], dtype=object)}', [1, 0, 0], [0, 0, 0]),
        ('{"enter": np.array([None, None, None])}', [0, 0, 0], [0, 0, 0]),
        ('{"enter": np.ma.masked_array([True, True, False], [True, False, True])}',
         [0, 1, 0], [0, 0, 0]),
    ],
)  # fmt: skip
def test_true_and_false_at_each_bar_are_signals_and_missing_is_false(returned, entry, leave):
    found = signals(of_text(f"return {returned}"), THREE)
    assert found["long_entry"].tolist() == entry
    assert found["long_exit"].tolist() == leave
    assert found.dtypes.eq(bool).all()


@pytest.mark.parametrize(
    ("returned", "told"),
    [
        ('bars["close"]', "S returned a pandas Series. Return a dict"),
        ("None", "S returned None. Return a dict"),
        ('{"entry": bars["close"] > 1}', "S returned 'entry'. Did you mean 'enter'?"),
        ('{"leave": bars["close"] > 1}', "S returned no 'enter', and its direction is 'long'"),
        ('{"enter": bars["close"] > 1, "enter_short": bars["close"] < 1}',
         "S returned 'enter_short', but its direction is 'long'"),
        ('{"enter": True}', "S returned for 'enter' True. A column is needed"),
        ('{"enter": bars["close"]}', "S returned for 'enter' a column of float64. True or false"),
        ('{"enter": (bars["close"] > 1).astype(int)}', "a column of int64"),
        ('{"enter": (bars["close"] > 1).iloc[1:]}', "2 values for 3 bars"),
        ('{"enter": (bars["close"] > 1).reset_index(drop=True)}', "another index than the bars"),
        ('{"enter": bars[["close"]] > 1}', "a pandas DataFrame"),
        ('{"enter": (bars["close"] > 1).tolist()}', "a list"),
    ],
)  # fmt: skip
def test_anything_else_is_one_sentence_with_the_strategy_and_what_it_returned(returned, told):
    with pytest.raises(DefinitionError) as caught:
        signals(of_text(f"return {returned}"), THREE)
    assert told in str(caught.value)
    assert caught.value.values["strategy"] == "S"


def test_both_sides_need_both_entries_and_give_all_four():
    body = 'up = bars["close"] > 10; return {"enter": up, "enter_short": ~up, "leave_short": up}'
    found = signals(of_text(body, direction="both"), THREE)
    assert found.to_numpy().T.astype(int).tolist() == [[0, 1, 0], [0] * 3, [1, 0, 1], [0, 1, 0]]
    short = of_text('return {"enter_short": bars["close"] > 10}', direction="short")
    assert signals(short, THREE)["short_entry"].tolist() == [False, True, False]
    with pytest.raises(DefinitionError, match="returned no 'enter_short'"):
        signals(of_text('return {"enter": bars["close"] > 1}', direction="both"), THREE)


def test_a_missing_bar_gives_no_signal():
    bars = typed_bars("10 11 9 10\n-\n10 12 10 9")
    found = signals(of_text('return {"enter": ~(bars["close"] > 99)}'), bars)
    assert found["long_entry"].tolist() == [True, False, True]


def test_the_code_gets_a_copy_of_the_bars_with_their_columns_and_attrs_and_cannot_change_ours():
    bars = make_bars(5)
    bars["extra"] = 1.0
    bars.attrs["timeframe"] = "1d"
    before = bars.copy()
    body = """assert [*bars] == ["open", "high", "low", "close", "volume"]
    assert bars.attrs["timeframe"] == "1d" and bars.index.name == "timestamp"
    bars.loc[:, "close"] = 0.0
    bars.attrs["timeframe"] = "1h"
    bars["mine"] = 1
    return {"enter": bars["close"] == 0}"""
    assert signals(of_text(body), bars)["long_entry"].all()
    pd.testing.assert_frame_equal(bars, before)
    assert bars.attrs == before.attrs


def test_nothing_of_one_call_is_left_for_the_next():
    source = (
        "seen = []\n\ndef rules(bars, kept=[]):\n    seen.append(1)\n    kept.append(1)\n"
        "    return {'enter': bars['close'] > (9 if len(seen) == len(kept) == 1 else 99)}\n"
    )
    python = {"source": source, "function": "rules", "sha256": digest(source)}
    made = Definition.parse({"parameters": {"kept": {"default": 1}}, "python": python})
    consent.decorated(made)
    with pytest.raises(LabError, match="'int' object has no attribute 'append'"):
        signals(made, THREE)
    source = source.replace(", kept=[]", "").replace(
        "    kept.append(1)\n    ", "    kept = seen; "
    )
    python = {"source": source, "function": "rules", "sha256": digest(source)}
    made = Definition.parse({"python": python})
    consent.decorated(made)
    assert [signals(made, THREE)["long_entry"].sum() for _ in range(3)] == [2, 2, 2]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (
            "import numpy\nA = -1\nB = (1, ('x', None))\ndef f(bars, n=A, *, m=2): return m",
            True,
        ),
        ("A = [1]", False),
        ("A = {}", False),
        ("A = set([1])", False),
        ("def f(bars, n=[]): return bars", False),
        ("def f(bars):\n    def g(*, n={}): return n\n    return g", False),
        ("def f(bars):\n    global A\n    A = 1", False),
        ("def f(bars):\n    f.seen = 1", False),
        ("for i in range(3): pass", False),
        ("def f(bars):\n    bars['a'] = max(1, 2)\n    return g(bars)\ndef g(n): return n", True),
        ("import numba as nb\n@nb.njit(cache=False)\ndef f(n): return n", True),
        ("from numba import njit\n@njit\ndef f(n): return n", True),
        ("import numpy as np\ndef f(bars): return np.abs(bars).to_numpy()[0]", True),
        ("def f(bars): return globals()", False),
        ("def f(bars): return vars(bars)", False),
        ("def f(bars): setattr(bars, 'a', 1)", False),
        ("def f(bars): exec('A = 1')", False),
        ("def f(bars): return __builtins__", False),
        ("def f(bars): return f.__dict__", False),
        ("def f(bars): return bars.map(f)", False),
        ("def f(bars):\n    me = f\n    me.seen = 1", False),
        ("def f(bars):\n    bars.attrs = 1", False),
        ("import functools\n@functools.cache\ndef f(n): return []", False),
        ("def g(h): return h\n@g\ndef f(n): return n", False),
        ("import builtins\ndef f(n): builtins.setattr(n, 'a', 1)", False),
        ("def f(n):\n    import sys\n    return sys", False),
        ("from numpy import *\ndef f(n): return n", False),
        ("import numpy as np\ndef f(n): np.seen = 1", False),
        ("import numpy as np\ndef f(n): np.table[0] = 1", False),
        ("class A:\n    seen = []\ndef f(n): A.seen.append(1)", False),
        ("def f(n):\n    k = 0\n    def g():\n        nonlocal k\n    return g", False),
    ],
)
def test_names_are_kept_between_calls_only_where_none_could_remember(text, kept):
    assert keeps_nothing(parsed(text)) is kept


@pytest.mark.parametrize(
    "body",
    [
        'g = globals(); g["n"] = n = g.get("n", 0) + 1',
        'n = getattr(rules, "n", 1); setattr(rules, "n", n + 1)',
        'me = rules; n = me.__dict__.get("n", 1); me.n = n + 1',
        'import builtins as b; n = b.getattr(rules, "n", 1); b.setattr(rules, "n", n + 1)',
    ],
)
def test_no_way_of_remembering_a_call_reaches_the_next(body):
    made = of_text(f'{body}; return {{"enter": bars["close"] > (0 if n == 1 else 99)}}')
    assert [signals(made, THREE)["long_entry"].sum() for _ in range(3)] == [3, 3, 3]


def test_what_numba_compiled_is_kept_for_the_next_call(bars):
    from tests.strategies.python import jitted

    made = bz.code_strategy("S")(jitted.rules)
    signals(made, bars)
    compiled = execution._KEPT[made.python.sha256]["above"]
    signals(made, bars, {"n": 99})
    assert execution._KEPT[made.python.sha256]["above"] is compiled
    assert len(execution._KEPT) <= execution.MOST_KEPT


def test_an_error_inside_names_the_line_what_stands_there_and_keeps_the_original():
    with pytest.raises(LabError) as caught:
        signals(of_text("x = 1\n    return {'enter': 1 / 0}"), THREE)
    assert str(caught.value) == (
        "S: line 6 of the strategy's code (return {'enter': 1 / 0}): "
        "ZeroDivisionError: division by zero"
    )
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert caught.value.values["line"] == 6


def test_leaving_the_program_is_an_error_of_the_strategy_and_an_interruption_is_not():
    with pytest.raises(LabError, match="SystemExit: 3"):
        signals(of_text("raise SystemExit(3)"), THREE)
    with pytest.raises(KeyboardInterrupt):
        signals(of_text("raise KeyboardInterrupt"), THREE)


def test_the_line_of_an_error_in_a_library_is_that_of_the_strategy():
    with pytest.raises(LabError, match=r"line 5 of the strategy's code .*KeyError: 'nothing'"):
        signals(of_text('return {"enter": bars["nothing"] > 1}'), THREE)


def test_a_peek_at_the_next_bar_is_caught_and_an_honest_one_is_not(reversion):
    bars = make_bars(200)
    peeking = of_text('return {"enter": bars["close"].shift(-1) > bars["close"]}')
    found = look_ahead(lambda some: signals(peeking, some), bars)
    assert found.column == "long_entry"
    assert look_ahead(lambda some: signals(reversion, some), bars) is None


def test_exits_that_move_with_the_bars_stand_beside_the_code(bars):
    from bitstockerz_lab.strategies import atr, close
    from tests.strategies.python.written import mean_reversion

    width = 100 * atr(14) / close
    made = bz.code_strategy("S", parameters={"n": 20}, stop_loss_pct=2 * width)(mean_reversion)
    found, levels = decisions(made, bars)
    assert found["long_entry"].any()
    assert np.nanmin(levels["stop_loss_pct"]) > 0
