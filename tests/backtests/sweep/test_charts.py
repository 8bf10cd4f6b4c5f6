from __future__ import annotations

import json

import numpy as np
import pytest

from bitstockerz_lab.backtests.sweep import charts, hover, shades
from bitstockerz_lab.errors import DataError, UnknownName
from tests.backtests.sweep.fake_results import fake_results

NAN = float("nan")
FAST = [5, 5, 10, 10, 20]
SLOW = [50, 100, 50, 100, 100]
SCORES = [0.1, -0.2, NAN, 0.4, 0.3]
NAMES = ("fast", "slow")


@pytest.fixture
def results():
    return fake_results({"fast": FAST, "slow": SLOW}, SCORES)


def text(drawing):
    return str(json.loads(drawing.to_json()))


def tiles(drawing):
    return next(trace for trace in drawing.data if trace.type == "heatmap")


def test_the_cells_are_the_scores_by_row_and_column(results):
    drawing = charts.heatmap(results, NAMES, "sharpe_ratio")
    found = tiles(drawing)
    assert list(found.x) == ["5", "10", "20"]
    assert list(found.y) == ["50", "100"]
    np.testing.assert_array_equal(found.z, [[0.1, NAN, NAN], [-0.2, 0.4, 0.3]])
    assert drawing.layout.xaxis.title.text.startswith("fast")
    assert drawing.layout.yaxis.title.text == "slow"
    assert list(drawing.layout.xaxis.categoryarray) == ["5", "10", "20"]


def test_x_and_y_can_be_chosen(results):
    found = tiles(charts.heatmap(results, NAMES, "sharpe_ratio", x="slow"))
    np.testing.assert_array_equal(found.z, [[0.1, -0.2], [NAN, 0.4], [NAN, 0.3]])


def test_what_was_not_tried_is_empty_and_what_has_no_score_has_a_cross(results):
    drawing = charts.heatmap(results, NAMES, "sharpe_ratio")
    cross = next(trace for trace in drawing.data if trace.name == "Tried, no score")
    assert (list(cross.x), list(cross.y)) == (["10"], ["50"])
    assert tiles(drawing).hoverongaps is False
    assert "1 of 5 combinations has no score" in text(drawing)


def test_what_never_traded_has_no_score_however_small_its_drawdown(results):
    results["max_drawdown_pct"] = [10.0, 20.0, 5.0, 0.0, 30.0]
    results.loc[3, "num_trades"] = 0
    drawing = charts.heatmap(results, NAMES, "max_drawdown_pct")
    assert np.isnan(tiles(drawing).z[1][1])
    star = drawing.data[-1]
    assert (list(star.x), list(star.y)) == (["10"], ["50"])
    assert (
        "less is better"
        in charts.heatmap(results, NAMES, "max_drawdown_pct", title="A").layout.title.text
    )


def test_the_best_has_a_star_and_stands_in_the_legend(results):
    drawing = charts.heatmap(results, NAMES, "sharpe_ratio")
    star = drawing.data[-1]
    assert (list(star.x), list(star.y)) == (["10"], ["100"])
    assert star.name == "Best: fast 10, slow 100 (0.40)"
    assert drawing.layout.showlegend is True


def test_of_a_metric_that_nothing_ranks_by_there_is_no_best(results):
    drawing = charts.heatmap(results, NAMES, "exposure_pct")
    assert not any("Best" in (trace.name or "") for trace in drawing.data)


def test_the_pointer_shows_the_main_metrics(results):
    found = tiles(charts.heatmap(results, NAMES, "sharpe_ratio"))
    assert list(found.customdata[1][1]) == [
        "0.40", "+4.00\N{NO-BREAK SPACE}%", "4.00\N{NO-BREAK SPACE}%", "4",
    ]  # fmt: skip
    assert found.hovertemplate.startswith("<b>fast %{x}, slow %{y}</b><br>Sharpe ratio %{customd")
    assert "Total return %{customdata[1]}<br>Max drawdown %{customdata[2]}" in found.hovertemplate


def three():
    fast = [5, 5, 5, 10, 10, 10]
    slow = [50, 100, 200, 50, 100, 200]
    stop = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]
    scores = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, NAN]
    return fake_results({"fast": fast * 2, "slow": slow * 2, "stop": stop}, scores)


def test_of_three_parameters_the_median_over_the_third_is_drawn_and_the_title_says_so():
    names = ("fast", "slow", "stop")
    drawing = charts.heatmap(three(), names, "sharpe_ratio", title="A")
    found = tiles(drawing)
    np.testing.assert_array_equal(found.z, [[3, 6], [4, 7], [5, 5]])
    assert "median over stop" in drawing.layout.title.text
    assert list(found.customdata[0][0]) == ["3.00", "6.00", "0.00", "2 of 2 combinations"]
    assert list(found.customdata[2][1]) == ["5.00", "5.00", "5.00", "1 of 2 combinations"]


def test_what_is_held_is_not_in_the_median():
    names = ("fast", "slow", "stop")
    drawing = charts.heatmap(three(), names, "sharpe_ratio", hold={"stop": 2}, title="A")
    np.testing.assert_array_equal(tiles(drawing).z, [[6, 9], [7, 10], [8, NAN]])
    assert "stop held at 2" in drawing.layout.title.text
    assert "median" not in drawing.layout.title.text


def test_the_two_parameters_of_the_most_values_are_drawn():
    rows = fake_results(
        {"a": [1, 1, 1, 1], "b": [1, 2, 3, 4], "c": [1, 1, 2, 2], "d": [3, 1, 2, 3]}, np.arange(4)
    )
    drawing = charts.heatmap(rows, tuple("abcd"), "sharpe_ratio")
    assert drawing.layout.xaxis.title.text.startswith("b")
    assert drawing.layout.yaxis.title.text == "d"


def test_one_parameter_is_a_line_that_says_so_and_is_open_where_there_is_no_score():
    rows = fake_results({"fast": [20, 5, 10]}, [0.5, 0.1, NAN])
    drawing = charts.heatmap(rows, ("fast",), "sharpe_ratio")
    line, star = drawing.data
    assert list(line.x) == [5, 10, 20]
    np.testing.assert_array_equal(line.y, [0.1, NAN, 0.5])
    assert (star.x[0], star.y[0], star.name) == (20, 0.5, "Best: fast 20 (0.50)")
    assert "only fast varies here" in drawing.layout.xaxis.title.text


def test_holding_all_but_one_parameter_is_a_line(results):
    drawing = charts.heatmap(results, NAMES, "sharpe_ratio", hold={"slow": 100})
    np.testing.assert_array_equal(drawing.data[0].y, [-0.2, 0.4, 0.3])


def test_one_combination_is_a_point_that_says_so(results):
    drawing = charts.heatmap(results.iloc[:1], NAMES, "sharpe_ratio")
    assert list(drawing.data[0].y) == [0.1]
    assert "one combination: nothing varies here" in drawing.layout.xaxis.title.text


def test_where_nothing_traded_there_are_crosses_and_no_star(results):
    drawing = charts.heatmap(results.assign(num_trades=0.0), NAMES, "sharpe_ratio")
    assert np.isnan(tiles(drawing).z.astype(float)).all()
    assert [trace.type for trace in drawing.data] == ["heatmap", "scatter"]
    assert len(drawing.data[1].x) == 5
    assert "5 of 5 combinations have no score" in text(drawing)
    json.loads(charts.parallel(results.assign(num_trades=0.0), NAMES, "sharpe_ratio").to_json())


def test_a_large_grid_that_is_hardly_filled_is_drawn_as_dots():
    random = np.random.default_rng(1)
    rows = fake_results(
        {"a": random.uniform(0, 1, 300), "b": random.uniform(0, 1, 300)}, [*range(300)]
    )
    drawing = charts.heatmap(rows, ("a", "b"), "sharpe_ratio")
    dots, star = drawing.data
    np.testing.assert_array_equal(dots.marker.color, np.arange(300.0))
    np.testing.assert_array_equal(dots.x, rows["a"])
    assert star.x[0] == rows["a"].iloc[-1]
    assert charts.DOTS in drawing.layout.xaxis.title.text
    assert charts.surface(rows, ("a", "b"), "sharpe_ratio").data[0].type == "scatter3d"


def test_values_close_to_each_other_are_different_cells():
    close = np.array([0.1 + 0.2, 0.3, 1e-12, 2e-12])
    assert len(set(hover.texts(close))) == 4
    assert hover.texts(np.array([0.1 + 0.2, 0.7])) == ["0.3", "0.7"]
    assert hover.texts(np.array([5, 1000])) == ["5", "1,000"]


def test_a_surface_has_the_same_cells_and_a_text_for_each(results):
    drawing = charts.surface(results, NAMES, "sharpe_ratio", title="A")
    found = drawing.data[0]
    np.testing.assert_array_equal(found.z, [[0.1, NAN, NAN], [-0.2, 0.4, 0.3]])
    assert list(found.x) == [5, 10, 20]
    assert found.hovertext[1][1].startswith("<b>fast 10, slow 100</b><br>Sharpe ratio 0.40<br>")
    assert "1 of 5 combinations has no score" in drawing.layout.title.text
    assert (
        charts.surface(results, NAMES, "sharpe_ratio", hold={"slow": 50}).data[0].type == "scatter"
    )


def test_parallel_lines_are_the_combinations_with_a_score_the_best_on_top(results):
    found = charts.parallel(results, NAMES, "sharpe_ratio").data[0]
    lines = {side.label: list(side["values"]) for side in found.dimensions}
    assert lines == {
        "fast": [5, 5, 20, 10], "slow": [100, 50, 100, 100], "Sharpe ratio": [-0.2, 0.1, 0.3, 0.4],
    }  # fmt: skip
    down = charts.parallel(results, NAMES, "max_drawdown_pct").data[0].dimensions[-1]
    assert list(down["values"]) == sorted(down["values"], reverse=True)


def test_of_many_parallel_lines_some_are_left_out_and_the_title_says_so(monkeypatch):
    monkeypatch.setattr(charts, "LINES", 4)
    rows = fake_results({"a": np.arange(9), "b": np.arange(9)}, np.arange(9))
    drawing = charts.parallel(rows, ("a", "b"), "sharpe_ratio", title="A")
    assert list(drawing.data[0].dimensions[-1]["values"]) == [0, 3, 5, 8]
    assert "drawn: 4 of 9, evenly by rank" in drawing.layout.title.text


def test_names_are_escaped():
    evil = "<script>"
    rows = fake_results({evil: [1, 2, 1, 2], "<b>": [1, 1, 2, 2]}, np.arange(4))
    for chart in (charts.heatmap, charts.surface, charts.parallel):
        assert evil not in text(chart(rows, (evil, "<b>"), "sharpe_ratio", title=evil))
    assert evil not in text(charts.heatmap(rows, (evil, "<b>"), "sharpe_ratio", hold={"<b>": 1}))


def test_what_is_not_there_is_refused_with_the_way_out(results):
    with pytest.raises(UnknownName, match=r"No metric 'sharpe'. Did you mean 'sharpe_ratio'\?"):
        charts.heatmap(results, NAMES, "sharpe")
    with pytest.raises(UnknownName, match=r"No parameter of the sweep 'fats'. Did you mean 'fast'"):
        charts.heatmap(results, NAMES, "sharpe_ratio", x="fats")
    with pytest.raises(UnknownName, match="No parameter of the sweep 'stop'"):
        charts.heatmap(results, NAMES, "sharpe_ratio", hold={"stop": 1})
    with pytest.raises(DataError, match=r"x and y are both 'fast'. Give two"):
        charts.heatmap(results, NAMES, "sharpe_ratio", x="fast", y="fast")
    with pytest.raises(
        DataError, match=r"No combination with slow = 70 was tried here. Hold one of 50, 100."
    ):
        charts.heatmap(results, NAMES, "sharpe_ratio", hold={"slow": 70})


def test_what_was_not_measured_is_not_said_and_not_drawn(results):
    some = results[["fast", "slow", "sharpe_ratio", "num_trades"]]
    found = tiles(charts.heatmap(some, NAMES, "sharpe_ratio"))
    assert list(found.customdata[1][1]) == ["0.40", "4"]
    with pytest.raises(UnknownName, match=r"cagr_pct was not measured in this sweep. Sweep with"):
        charts.heatmap(some, NAMES, "cagr_pct")


def test_a_signed_metric_is_grey_at_zero():
    found = shades.shades(np.array([-1.0, 0.5, 2.0]), "sharpe_ratio")
    assert (found.least, found.most) == (-2.0, 2.0)
    assert found.scale[2] == [0.5, shades.NEUTRAL]
    assert not found.cut


@pytest.mark.parametrize(
    ("values", "by", "colours"),
    [
        ([0.5, 1.0], "sharpe_ratio", shades.ABOVE),
        ([-0.5, -1.0], "sharpe_ratio", shades.BELOW),
        ([-0.5], "sharpe_ratio", shades.BELOW),
        ([0.0], "sharpe_ratio", shades.ABOVE),
        ([5.0, 10.0], "max_drawdown_pct", shades.PLAIN),
        ([NAN], "sharpe_ratio", shades.PLAIN),
        ([], "sharpe_ratio", shades.PLAIN),
    ],
)
def test_hue_tells_the_sign(values, by, colours):
    found = shades.shades(np.array(values), by)
    assert found.colours == colours
    assert found.least < found.most


def test_one_extreme_does_not_flatten_the_rest_and_the_chart_says_so():
    scores = np.append(np.linspace(0, 1, 99), 1000.0)
    found = shades.shades(scores, "calmar_ratio")
    assert found.cut
    assert found.most < 50
    rows = fake_results(
        {"a": np.arange(100) % 10, "b": np.arange(100) // 10}, scores, by="calmar_ratio"
    )
    assert "colours end at" in text(charts.heatmap(rows, ("a", "b"), "calmar_ratio"))
