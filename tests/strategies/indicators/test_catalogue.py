"""The catalogue as a whole: a frame, names, sentences, and what importing it loads."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies import indicators
from tests.strategies.indicators.examples import NAMES

ASKED_FOR = [
    "sma", "ema", "wma", "dema", "tema", "hma", "kama", "vwma", "rsi", "stoch_rsi", "stochastic",
    "macd", "roc", "momentum", "cci", "williams_r", "mfi", "adx", "aroon", "atr", "natr",
    "true_range", "bollinger", "keltner", "donchian", "stddev", "supertrend", "parabolic_sar",
    "ichimoku", "obv", "ad", "cmf", "vwap_session", "vwap_rolling", "zscore", "percentile_rank",
    "highest", "lowest", "linreg_slope", "realised_volatility", "correlation", "day_of_week",
    "hour", "month", "typical_price", "median_price",
]  # fmt: skip


def test_every_indicator_asked_for_is_there():
    assert set(ASKED_FOR) <= set(indicators.CATALOGUE)
    assert len(indicators.CATALOGUE) >= 40


def test_the_catalogue_is_a_frame_that_says_everything():
    frame = indicators.catalogue()
    assert list(frame.index) == list(indicators.names())
    assert list(frame) == [
        "inputs",
        "parameters",
        "outputs",
        "warm_up",
        "settles",
        "definition",
        "reference",
    ]
    assert frame.loc["rsi"].tolist()[:5] == [
        "source (default close)",
        "period: int from 2 to 100000, default 14",
        "value",
        "14",
        "418",
    ]
    assert frame.loc["macd", ["outputs", "warm_up"]].tolist() == [
        "macd, signal, histogram",
        "25, 33, 33",
    ]
    assert frame.loc["obv", "settles"] == "never"
    assert frame.loc["vwma", "inputs"] == "source (default close), volume"
    assert frame.drop(columns="parameters").map(bool).all(axis=None)


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_holds_together(name):
    entry = indicators.get(name)
    known = {"open", "high", "low", "close", "volume", "source", "other", "time"}
    assert set(entry.inputs) <= known
    assert ("source" in entry.inputs) == (entry.source is not None)
    assert len(set(entry.outputs)) == len(entry.outputs)
    assert entry.definition.endswith(".")
    for setting in entry.settings:
        assert setting.minimum <= setting.default <= setting.maximum
        kinds = {"int": int, "float": int | float}
        assert isinstance(setting.default, kinds[setting.kind])
        assert setting.name not in {"indicator", "source", "output", "other"}


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_tells_every_setting_and_output(name):
    entry = indicators.get(name)
    told = {setting.name: f"<{setting.name}>" for setting in entry.settings}
    spoken = {entry.say(told, "SOURCE", output) for output in entry.outputs}
    assert len(spoken) == len(entry.outputs)
    for sentence in spoken:
        unsaid = {"changes"}  # whether values or their changes: told by the definition
        assert all(f"<{setting}>" in sentence for setting in told if setting not in unsaid)
        assert ("SOURCE" in sentence) == (entry.source is not None)
        assert "{" not in sentence


def test_an_unknown_indicator_suggests_the_nearest():
    with pytest.raises(UnknownName, match=r"No indicator 'smaa'\. Did you mean 'sma'\?"):
        indicators.get("smaa")
    with pytest.raises(UnknownName, match=r"Did you mean 'talib\.CDLENGULFING'\?"):
        indicators.get("talib.cdlengulfing")
    assert indicators.find("smaa") is indicators.find("talib.NO") is indicators.find(3) is None


HEAVY = "{'talib', 'numba', 'scipy'} & set(sys.modules)"


def loaded(code):
    found = subprocess.run(
        [sys.executable, "-c", f"import sys; {code}; print(*sorted({HEAVY}))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return found.stdout.split()


def test_importing_the_strategies_loads_nothing_heavy():
    assert loaded("import bitstockerz_lab.strategies") == []


def test_checking_a_definition_loads_nothing_heavy():
    uses = {"a": {"indicator": "macd"}, "b": {"indicator": "talib.CDL2CROWS"}}
    enter = {"left": "a", "op": ">", "right": "b"}
    document = {"indicators": uses, "enter_long": enter}
    code = f"from bitstockerz_lab.strategies import summary; summary({document!r})"
    assert loaded(code) == []
