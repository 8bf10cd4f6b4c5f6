"""A diff over random definitions: nothing differs unsaid, nothing is said that does not."""

from __future__ import annotations

import copy
import re

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import Definition, signals
from bitstockerz_lab.strategies.diff import compare
from bitstockerz_lab.strategies.problems import join
from tests.helpers import make_bars
from tests.strategies import random_definitions, random_rules

DOCUMENTS = st.one_of(
    random_definitions.documents(),
    random_rules.documents(exits=True),
    random_rules.documents(operands=random_rules.ANYWHERE),
)
TURNED = {">": "<", "<": ">", ">=": "<=", "<=": ">=",
          "crosses_above": "crosses_below", "crosses_below": "crosses_above"}  # fmt: skip
WORDS = {
    "op": lambda op: "<" if op == ">" else ">",
    "symbol": lambda _: "QQQ",
    "timeframe": lambda _: "1mo",
    "parameter": lambda name: "span" if name != "span" else "back",
}
SAME = ("indicator", "output", "method", "type", "format", "direction", "name")


def parsed(document):
    try:
        return Definition.parse(document)
    except DefinitionError:
        return None


def without_places(path):
    return re.sub(r"\[\d+\]", "[]", path)


def leaves(value, path=""):
    """Yield path, holder and key of everything in a document that is no object and no list."""
    members = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in members:
        where = join(path, key)
        if isinstance(one, dict | list):
            yield from leaves(one, where)
        elif key not in SAME:
            yield where, value, key


def mutated(key, value):
    if key in WORDS:
        return WORDS[key](value)
    if isinstance(value, str):
        return "high" if value != "high" else "low"
    return value + 13


@given(DOCUMENTS)
def test_nothing_differs_from_itself(document):
    rules = Definition.parse(document)
    found = compare(rules, Definition.parse(rules.to_json()))
    assert not found
    assert found.remarks == ()


@given(DOCUMENTS, DOCUMENTS)
def test_something_is_said_exactly_where_the_rules_differ(one, other):
    old, new = Definition.parse(one), Definition.parse(other)
    found = compare(old, new)
    assert bool(found.changes or found.remarks) == (old.rules() != new.rules())
    for change in found.changes:
        assert change.sentence == str(change) != ""
        assert change.before != change.after


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_one_leaf_that_changed_is_one_change_at_its_path(document, data):
    old = Definition.parse(document)
    changed = copy.deepcopy(old.document)
    path, holder, key = data.draw(st.sampled_from([*leaves(changed)]), label="leaf")
    before = holder[key]
    assume(key != "op" or holder["left"] != holder.get("right"))  # x > x turned round is x < x
    holder[key] = after = mutated(key, before)
    new = parsed(changed)
    assume(new is not None)
    wanted, given_ = (
        {k: v for k, v in d.items() if k != "format"} for d in (changed, new.document)
    )
    assume(wanted == given_)  # what is simplified on the way has changed in more places
    found = compare(old, new)
    (change,) = (*found.changes, *found.remarks)
    assert without_places(change.path) == without_places(path), str(found)
    assert (change.kind, change.before, change.after) == ("changed", before, after)
    read = path.startswith("indicators.") and repr(path.split(".")[1]) not in str(
        {k: v for k, v in old.document.items() if k != "indicators"}
    )
    assert change.is_rule or read


@settings(deadline=None, max_examples=40)
@given(random_rules.documents(), st.randoms(use_true_random=False))
def test_what_is_no_change_gives_the_same_signals(document, random):
    old = Definition.parse(document)
    rewritten = _rewritten(copy.deepcopy(old.document), random)
    new = Definition.parse(rewritten)
    assert not compare(old, new)
    assert not compare(new, old)
    bars = make_bars(80, seed=4, volatility=0.05)
    told = [signals(one, bars) for one in (old, new)]
    np.testing.assert_array_equal(*(one.to_numpy() for one in told))


@settings(deadline=None, max_examples=40)
@given(random_definitions.documents(), random_definitions.documents())
def test_signals_differ_only_where_a_rule_does(one, other):
    old, new = Definition.parse(one), Definition.parse(other)
    bars = make_bars(60, seed=5, volatility=0.05)
    told = [signals(rules, bars) for rules in (old, new)]
    if not told[0].equals(told[1]):
        assert compare(old, new)


def _rewritten(document, random):
    """Return the document with other names, members in another order, comparisons turned round."""
    names = {name: f"x{i}_{name}" for i, name in enumerate(document["indicators"])}

    def walk(value, key=""):
        if isinstance(value, str):
            return names.get(value, value) if key not in (*SAME, "op", "parameter") else value
        if isinstance(value, list):
            made = [walk(one) for one in value]
            if key in ("all", "any"):
                random.shuffle(made)
            return made
        if not isinstance(value, dict):
            return value
        made = {k: walk(one, k) for k, one in value.items()}
        if made.get("op") in TURNED and random.random() < 0.5:
            made |= {"left": made["right"], "op": TURNED[made["op"]], "right": made["left"]}
        return made

    made = walk(document)
    made["indicators"] = {names[name]: use for name, use in made["indicators"].items()}
    return made
