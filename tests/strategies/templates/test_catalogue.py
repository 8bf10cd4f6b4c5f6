"""Every template holds together, says what it is and whence, trades, and does not peek."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import Definition, levels, signals, templates, validate
from bitstockerz_lab.strategies.honesty import look_ahead
from bitstockerz_lab.strategies.templates import TEMPLATES
from tests.helpers import make_bars
from tests.strategies.templates.bars import REAL, random_pair, real, said

NAMES = templates.names()
ANSWERS = Path(__file__).parents[2] / "answers"
NEVER_LEAVES = {"buy-and-hold"}
NO_EXIT_RULE = {*NEVER_LEAVES, "gap-fade"}
CONSTRAINTS = {
    "golden-cross": "fast < slow", "ema-trend": "fast < slow", "turtle": "exit <= entry",
}  # fmt: skip
NO_GAPS = {("gap-fade", "BTC-USD")}
ASKED_FOR = {
    "golden-cross", "ema-ribbon", "rsi-reversal", "rsi-2", "bollinger-reversion",
    "bollinger-breakout", "turtle", "macd", "keltner", "supertrend", "momentum-12-1",
    "dual-momentum", "atr-channel", "gap-fade", "turn-of-month", "volatility-breakout",
    "buy-and-hold",
}  # fmt: skip


def test_every_classic_the_issue_asks_for_is_there():
    assert set(NAMES) >= ASKED_FOR
    assert list(NAMES) == sorted(NAMES)
    titles = [TEMPLATES[name].rules().name for name in NAMES]
    assert len(set(titles)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_holds_together_and_can_be_read_back(name):
    definition = templates.get(name)
    assert validate(definition.to_json()) == []
    assert Definition.parse(definition.to_json()) == definition
    scope = {}
    exec(compile(definition.code(), name, "exec"), scope)  # noqa: S102 - our own code
    assert scope["definition"] == definition


@pytest.mark.parametrize("name", NAMES)
def test_a_template_says_when_it_works_and_fails_and_whence(name):
    template = TEMPLATES[name]
    for told in (template.idea, template.works, template.fails):
        assert told.endswith(".")
        assert told[0].isupper()
    assert any(year in template.source for year in map(str, range(1950, 2025))) or (
        name == "supertrend"
    )
    whole = templates.get(name).description
    assert whole.startswith(template.idea)
    assert whole.endswith(f"Source: {template.source}.")
    assert template.fails in whole
    assert template.left_out in whole


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_has_a_range_with_steps_that_reach_its_default(name):
    for parameter in templates.get(name).parameters.values():
        assert parameter.min < parameter.max
        steps = (parameter.default - parameter.min) / parameter.step
        assert steps == pytest.approx(round(steps))
        assert (parameter.max - parameter.min) / parameter.step >= 2


@pytest.mark.parametrize("name", ["ema-trend", "golden-cross", "rsi-reversal"])
def test_the_first_templates_have_the_rules_that_runs_of_users_rest_on(name):
    stored = json.loads((ANSWERS / "definitions_of_format_1.json").read_text("utf-8"))
    assert TEMPLATES[name].rules().rules() == Definition.parse(stored[name]).rules()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_enters_and_leaves_on_random_bars(name):
    bars, other = random_pair()
    found = said(name, bars, others={"SPY": other})
    assert found["long_entry"].any()
    assert found["long_exit"].any() == (name not in NO_EXIT_RULE)
    shorts = templates.get(name).direction == "both"
    assert found["short_entry"].any() == found["short_exit"].any() == shorts


@pytest.mark.parametrize("name", NAMES)
def test_the_ends_of_every_range_run(name):
    definition = templates.get(name)
    bars = make_bars(900, seed=3)
    others = dict.fromkeys(definition.symbols, make_bars(900, seed=4))
    ends = [
        {parameter: getattr(settings, end)}
        for (parameter, settings), end in product(definition.parameters.items(), ("min", "max"))
    ]
    lowest = {name: settings.min for name, settings in definition.parameters.items()}
    highest = {name: settings.max for name, settings in definition.parameters.items()}
    for parameters in [*ends, lowest, highest]:
        found = signals(definition, bars, parameters, others)
        assert len(found) == len(bars)
        for level in levels(definition, bars, parameters, others).values():
            assert np.nanmin(level) > 0


def corners(name):
    """Every end of every range with every other."""
    told = templates.get(name).parameters
    ends = product(*((one.min, one.max) for one in told.values()))
    return [dict(zip(told, corner, strict=True)) for corner in ends]


def holds(constraint, parameters):
    return not constraint or eval(constraint, {}, dict(parameters))  # noqa: S307 - our own words


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_a_template_trades_at_every_corner_of_its_ranges_that_its_constraint_allows(name):
    bars, other = random_pair()
    constraint = TEMPLATES[name].constraint
    allowed = [corner for corner in corners(name) if holds(constraint, corner)]
    assert allowed
    for parameters in allowed:
        found = said(name, bars, parameters, others={"SPY": other})
        assert found["long_entry"].any(), parameters
        assert found["long_exit"].any(), parameters


@pytest.mark.parametrize(
    ("one", "other"), [("fast", "slow"), ("exit", "entry"), ("skip", "months"),
                       ("oversold", "recovered"), ("exit_average", "trend")],
)  # fmt: skip
@pytest.mark.parametrize("name", NAMES)
def test_what_must_be_smaller_is_by_its_range_or_by_the_constraint(name, one, other):
    template, constraint = templates.get(name), TEMPLATES[name].constraint
    assert holds(constraint, template.resolve()), "the defaults"
    if {one, other} <= set(template.parameters):
        for corner in corners(name):
            if holds(constraint, corner):
                assert corner[one] <= corner[other]


def test_the_constraints_are_these():
    told = {name: template.constraint for name, template in TEMPLATES.items()
            if template.constraint}  # fmt: skip
    assert told == CONSTRAINTS


@pytest.mark.reference
@pytest.mark.parametrize("symbol", REAL)
@pytest.mark.parametrize("name", NAMES)
def test_a_template_trades_on_real_bars(reference, name, symbol):
    bars, market = real(reference, symbol), real(reference, "SPY")
    definition = templates.get(name)
    others = dict.fromkeys(definition.symbols, market)
    found, exits = bz.strategies.decisions(definition, bars, others=others)
    simulation = bz.simulate(
        bars,
        long_entries=found["long_entry"],
        long_exits=found["long_exit"],
        short_entries=found["short_entry"],
        short_exits=found["short_exit"],
        fee_bps=5,
        slippage_bps=2,
        **exits,
        **{key: value for key, value in definition.exits().items() if key not in exits},
    )
    least = 1 if name in NEVER_LEAVES or (name, symbol) in NO_GAPS else 2
    assert len(simulation.trades) >= least
    assert np.isfinite(simulation.equity.to_numpy()).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_does_not_peek(name):
    definition = templates.get(name)
    others = dict.fromkeys(definition.symbols, make_bars(700, seed=9))

    def compute(bars):
        found, exits = bz.strategies.decisions(definition, bars, others=others)
        return found.assign(**exits)

    assert look_ahead(compute, make_bars(700, seed=8), cuts=25) is None


def test_an_unknown_template_suggests_the_nearest():
    with pytest.raises(
        UnknownName, match=r"No template 'golden_cross'\. Did you mean 'golden-cross'\?"
    ):
        templates.get("golden_cross")
    with pytest.raises(UnknownName, match=r"lab\.strategies\.templates\(\) lists them"):
        templates.get("zzz")


def test_the_lab_lists_the_templates_and_gives_one(lab):
    found = lab.strategies.templates()
    assert list(found.columns) == [
        "name", "title", "family", "direction", "parameters", "constraint", "symbols",
        "warm_up", "idea", "works", "fails", "left_out", "source",
    ]  # fmt: skip
    assert sorted(found["name"]) == NAMES
    row = found.set_index("name").loc["dual-momentum"]
    assert (row["title"], row["family"], row["symbols"]) == ("Dual momentum", "momentum", "SPY")
    assert row["parameters"] == "months 3…18"
    assert row["constraint"] == ""
    assert found.set_index("name").loc["double-seven", "warm_up"] == 199
    assert lab.strategies.template("golden-cross") == templates.get("golden-cross")
    with pytest.raises(UnknownName, match="Did you mean 'turtle'"):
        lab.strategies.template("turtel")


@pytest.mark.parametrize("name", ["golden-cross", "Golden cross", " golden CROSS "])
def test_asking_for_a_template_that_is_not_saved_says_how_to_save_it(lab, name):
    told = 'is a template: save it first with lab.strategies.save(lab.strategies.template("golden-'
    for ask in (lab.strategies.get, lambda it: lab.backtests.run(it, "AAPL")):
        with pytest.raises(UnknownName, match=re.escape(told)):
            ask(name)
    lab.strategies.save(lab.strategies.template("golden-cross"))
    with pytest.raises(UnknownName, match="Did you mean 'Golden cross'"):
        lab.strategies.get("golden-cross")


def test_saving_the_name_of_a_template_says_how_to_save_the_template(lab):
    with pytest.raises(DefinitionError, match="is the name of a template") as problem:
        lab.strategies.save("Golden cross")
    told = 'lab.strategies.save(lab.strategies.template("golden-cross"))'
    assert told in str(problem.value)
    assert eval(told, {"lab": lab}).name == "Golden cross"  # noqa: S307 - what the message says
