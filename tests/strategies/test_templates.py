"""Templates: every one is valid, has a source, and trades on the bars it is meant for."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.strategies import signals, templates, validate
from tests.helpers import make_bars


@pytest.mark.parametrize("name", templates.names())
def test_a_template_holds_together_and_says_what_it_is_and_whence(name):
    definition = templates.get(name)
    assert validate(definition.to_json()) == []
    assert definition.name
    assert "Source: " in definition.description
    assert all(p.min is not None and p.max is not None for p in definition.parameters.values())


@pytest.mark.parametrize("name", templates.names())
def test_a_template_enters_and_leaves_on_random_bars(name):
    found = signals(templates.get(name), make_bars(3000, seed=5))
    assert found["long_entry"].any()
    assert found["long_exit"].any()


@pytest.mark.reference
@pytest.mark.parametrize("name", templates.names())
def test_a_template_enters_and_leaves_on_real_bars(reference, name):
    frame = pd.read_csv(reference / "bars" / "SPY_1d.csv", index_col="date", parse_dates=True)
    found = signals(templates.get(name), frame)
    assert found["long_entry"].any()
    assert found["long_exit"].any()
    assert not (found["long_entry"] & found["long_exit"]).any()


def test_an_unknown_template_suggests_the_nearest():
    with pytest.raises(
        UnknownName, match=r"No template 'golden_cross'\. Did you mean 'golden-cross'\?"
    ):
        templates.get("golden_cross")
    with pytest.raises(UnknownName, match="Known are ema-trend, golden-cross, rsi-reversal"):
        templates.get("zzz")
