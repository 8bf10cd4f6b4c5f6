"""A strategy's own parameters are held against its definition before anything starts."""

from __future__ import annotations

import pytest

from bitstockerz_lab.batch.own_parameters import with_own_parameters
from bitstockerz_lab.batch.parameters import declared
from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import templates

KNOWN = declared(
    'strategy: str = "Golden cross"\nversion: int = 0\nsymbol: str = "A"\nparameters: dict = {}'
)


@pytest.fixture
def strategies(lab):
    lab.strategies.save(templates.get("golden-cross"))
    return lab.strategies


def checked(strategies, **values):
    return with_own_parameters([values], KNOWN, strategies)[0]


def test_values_get_the_type_the_definition_declares(strategies):
    found = checked(strategies, parameters={"fast": 20.0}, symbol="B")
    assert found == {"parameters": {"fast": 20}, "symbol": "B"}
    assert type(found["parameters"]["fast"]) is int


def test_an_unknown_one_names_the_nearest(strategies):
    with pytest.raises(UnknownName, match="Did you mean 'fast'"):
        checked(strategies, parameters={"fasst": 20})


def test_a_value_that_does_not_fit_is_refused(strategies):
    with pytest.raises(DefinitionError):
        checked(strategies, parameters={"fast": "much"})


def test_a_strategy_that_the_notebook_may_save_itself_is_left_to_it(strategies):
    own = {"strategy": "Not saved yet", "parameters": {"any": 1}}
    assert checked(strategies, **own) == own
    known = declared("parameters: dict = {}")
    assert with_own_parameters([own], known, strategies) == [own]
