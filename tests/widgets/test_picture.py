"""A figure: what goes to the front end, and what comes from it."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from bitstockerz_lab.widgets import Picture


@pytest.fixture
def picture():
    line = go.Scatter(x=[1, 2, 3], y=np.array([1.0, np.nan, 3.0]))
    return Picture(go.Figure(line, {"height": 300}), label="A line")


def told(picture, **content):
    picture._heard(picture, content, [])


def test_a_figure_is_sent_when_it_is_asked_for_and_is_not_part_of_the_state(picture, sent):
    messages = sent(picture)
    told(picture, ask="figure")
    content = messages[0][0]["content"]
    assert content["data"][0]["type"] == "scatter"
    json.dumps(content, allow_nan=False)
    state = {name: value for name, value in picture.get_state().items() if not name.startswith("_")}
    assert len(json.dumps(state, default=str)) < 1_000
    assert picture.height == 300


def test_another_figure_is_sent_at_once(picture, sent):
    messages = sent(picture)
    picture.figure = {"data": [{"type": "bar", "y": [1]}], "layout": {}}
    assert messages[0][0]["content"]["data"][0]["type"] == "bar"
    picture.figure = None
    assert messages[1][0]["content"]["data"] == []


def test_plotly_js_comes_from_the_kernel(picture, sent):
    messages = sent(picture)
    told(picture, ask="plotly")
    assert b"plotly.js v" in gzip.decompress(messages[0][1][0])[:200]


def test_an_update_sends_its_arrays_as_bytes_and_is_kept_for_who_looks_later(picture, sent):
    messages = sent(picture)
    stamps = pd.date_range("2020-01-01", periods=3, tz="UTC")
    picture.update({0: {"x": stamps, "y": pd.Series([1.0, np.nan, 2.0]), "name": "now"}})
    content, buffers = messages[0]
    x, y, name = content["changes"]
    assert np.frombuffer(buffers[x["buffer"]], "f8")[0] == 1577836800000.0
    assert np.isnan(np.frombuffer(buffers[y["buffer"]], "f8")[1])
    assert name["value"] == "now"
    told(picture, ask="figure")
    later = messages[1][0]["content"]["data"][0]
    assert later["y"] == [1.0, None, 2.0]
    assert later["x"][0].startswith("2020-01-01")


def test_texts_and_layouts_go_as_they_are(picture, sent):
    messages = sent(picture)
    picture.update({0: {"text": ["a", "b", "c"]}}, {"title": {"text": "Now"}})
    assert messages[0][0]["changes"][0]["value"] == ["a", "b", "c"]
    assert messages[0][0]["layout"] == {"title": {"text": "Now"}}
    assert picture.figure["layout"]["title"]["text"] == "Now"


def test_clicks_hovers_and_zooms_are_heard(picture):
    heard = []
    picture.on_click(lambda point: heard.append(("click", point["x"])))
    picture.on_hover(lambda point: heard.append(("hover", point["x"])))
    picture.on_zoom(lambda start, end: heard.append((start, end)))
    told(picture, event="click", point={"x": 1})
    told(picture, event="hover", point={"x": 2})
    told(picture, event="zoom", start="2020-01-01", end="2020-02-01")
    told(picture, event="zoom", start=None, end=None)
    assert heard == [("click", 1), ("hover", 2), ("2020-01-01", "2020-02-01"), (None, None)]
