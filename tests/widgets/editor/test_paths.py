"""Paths lead where problems say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitstockerz_lab.errors import UnknownName
from bitstockerz_lab.widgets.editor import paths

KEYS = st.text("abc xyz._-$ü", min_size=1, max_size=6)


@given(st.lists(st.one_of(KEYS, st.integers(0, 20)), min_size=1, max_size=5))
def test_what_is_written_is_read_back(taken):
    assert paths.steps(paths.written(taken)) == tuple(taken)


def test_a_value_is_put_where_it_stands_and_the_rest_is_shared():
    document = {"a": {"b": [1, {"c": 2}]}, "d": {}}
    changed = paths.put(document, "a.b[1].c", 3)
    assert changed == {"a": {"b": [1, {"c": 3}]}, "d": {}}
    assert document["a"]["b"][1]["c"] == 2
    assert changed["d"] is document["d"]
    assert paths.without(changed, "a.b[0]") == {"a": {"b": [{"c": 3}]}, "d": {}}
    assert paths.put({}, "a.b", 1) == {"a": {"b": 1}}


@pytest.mark.parametrize("path", ["x", "a.b[9]", "a.b.c", "a.b[0].c"])
def test_a_path_that_leads_nowhere_is_an_error(path):
    document = {"a": {"b": [1]}}
    assert not paths.stands(document, path)
    with pytest.raises(UnknownName, match="Nothing stands"):
        paths.at(document, path)
