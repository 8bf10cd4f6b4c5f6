"""What changed between two definitions, in the words a trader reads: golden texts."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.strategies import (
    all_of,
    any_of,
    atr,
    between,
    close,
    crosses_above,
    happened,
    holds,
    low,
    number,
    open_,
    rsi,
    sma,
    templates,
    volume,
)
from bitstockerz_lab.strategies.diff import compare


def entered(condition, **keywords):
    return bz.strategy("S", enter=condition, **keywords)


def told(old, new):
    return list(compare(old, new).sentences)


CLOSE = close > sma(200)


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        (rsi(14) < 30, rsi(14) < 25, ["the 14-bar RSI below 30 → below 25"]),
        (rsi(14) < 30, rsi(14) <= 30, ["the 14-bar RSI below 30 → at or below 30"]),
        (rsi(14) < 30, rsi(2) < 30, ["the 14-bar RSI is below 30 → the 2-bar RSI is below 30"]),
        (
            crosses_above(close, sma(50)),
            crosses_above(close, sma(20)),
            ["the close crosses above the 50-bar SMA → crosses above the 20-bar SMA"],
        ),
        (close > 1, close > low.bars_ago(3), ["the close above 1 → above the low 3 bars earlier"]),
        (
            between(close, 1, 5),
            between(close, 1, 6),
            ["the close between 1 and 5 → between 1 and 6"],
        ),
        (close > 5, between(close, 5, 6), ["the close above 5 → between 5 and 6"]),
        (between(close, 1, 1), between(close, 1, 2), ["the close is 1 → between 1 and 2"]),
        (close > 5, ~(close > 5), ["the close is above 5 → the close is not above 5"]),
        (~(close > 5), ~(close > 6), [", not: the close above 5 → above 6"]),
        (
            holds(CLOSE, 3),
            holds(CLOSE, 5),
            ["the close is above the 200-bar SMA for 3 bars running → for 5 bars running"],
        ),
        (
            happened(close > 5, 3),
            happened(close > 6, 3),
            [", at one of the last 3 bars: the close above 5 → above 6"],
        ),
        (
            close.of("SPY") > sma(200).of("SPY"),
            close.of("SPY") > sma(100).of("SPY"),
            ["SPY's close above SPY's 200-bar SMA → above SPY's 100-bar SMA"],
        ),
        (
            close > sma(10).on("1w"),
            close > sma(10).on("1mo"),
            ["the close above the 10-week SMA → above the 10-month SMA"],
        ),
        (CLOSE, CLOSE & (volume > 9), [", added: and the volume is above 9"]),
        (CLOSE & (volume > 9), CLOSE, [", removed: and the volume is above 9"]),
        (CLOSE, CLOSE | (volume > 9), [", added: or the volume is above 9"]),
        (
            CLOSE & (rsi(2) < 10) & (volume > 9),
            CLOSE & (volume > 8),
            [
                "the volume above 9 → above 8",
                ", removed: and the 2-bar RSI is below 10",
            ],
        ),
        (
            CLOSE & (volume > 9),
            CLOSE | (volume > 9),
            [
                (
                    "the close is above the 200-bar SMA and the volume is above 9 → "
                    "the close is above the 200-bar SMA or the volume is above 9"
                )
            ],
        ),
        (
            any_of(CLOSE, all_of(volume > 9, open_ > 3)),
            any_of(CLOSE, all_of(volume > 9, open_ > 4)),
            ["the open above 3 → above 4"],
        ),
    ],
)  # fmt: skip
def test_an_entry_that_changed_is_told_where_it_changed(old, new, sentences):
    found = told(entered(old), entered(new))
    assert found == [f"entry{one}" if one.startswith(",") else f"entry: {one}" for one in sentences]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ({"stop_loss_pct": 8}, {"stop_loss_pct": 5}, "stop loss: 8 % → 5 %"),
        ({"break_even_pct": 2}, {}, "break-even gain removed: 2 %"),
        ({"break_even_pct": 2}, {"break_even_pct": 3}, "break-even gain: 2 % → 3 %"),
        ({}, {"cooldown_bars": 3}, "pause after a loss added: 3 bars"),
        ({}, {"stop_loss_pct": 5}, "stop loss added: 5 %"),
        ({"trailing_stop_pct": 5}, {}, "trailing stop removed: 5 %"),
        ({"max_bars": 1}, {"max_bars": 30}, "longest time held: 1 bar → 30 bars"),
        (
            {"max_trades_per_day": 1},
            {"max_trades_per_day": 2},
            "most entries a day (UTC): 1 → 2",
        ),
        (
            {"sizing": ("percent_of_equity", 50)},
            {"sizing": ("fixed_cash", 1000)},
            "sizing: uses 50 % of equity → spends 1,000 of cash",
        ),
        (
            {"targets": [(5, 50), (10, 50)]},
            {"targets": [(5, 50), (12, 50)]},
            (
                "target 2: 50 % of the position at a gain of 10 % → "
                "50 % of the position at a gain of 12 %"
            ),
        ),
        (
            {"targets": [(5, 50), (10, 50)]},
            {"targets": [(10, 50)]},
            "target 1 removed: 50 % of the position at a gain of 5 %",
        ),
        ({}, {"leave": close > 9}, "exit added: the close is above 9"),
        ({"leave": close > 9}, {}, "exit removed: the close is above 9"),
        ({"leave": close > 9}, {"leave": close > 8}, "exit: the close above 9 → above 8"),
        (
            {"stop_loss_pct": 8},
            {"stop_loss_pct": 100 * atr(14) / close},
            "stop loss: 8 % → the 14-bar ATR (in % of the close)",
        ),
    ],
)
def test_what_is_no_condition_is_told_by_its_name(old, new, sentence):
    assert told(entered(CLOSE, **old), entered(CLOSE, **new)) == [sentence]


def test_both_directions_are_told_apart():
    both = bz.strategy("S", enter=close > 5, enter_short=close < 3)
    assert told(both, bz.strategy("S", enter=close > 6, enter_short=close < 2)) == [
        "long entry: the close above 5 → above 6",
        "short entry: the close below 3 → below 2",
    ]
    assert told(entered(close > 5), both) == ["short entry added: the close is below 3"]


def test_parameters_are_told_by_their_names():
    def rules(default=50, name="fast", **bounds):
        return entered(crosses_above(sma(bz.parameter(name, default, **bounds)), sma(200)))

    assert told(rules(50), rules(20)) == ["parameter fast: default 50 → 20"]
    assert told(rules(max=100), rules(min=5, max=90)) == [
        "parameter fast: min none → 5",
        "parameter fast: max 100 → 90",
    ]
    assert told(rules(), rules(name="quick")) == ["parameter fast is called quick"]
    assert told(entered(rsi(14) < 30), entered(rsi(14) < bz.parameter("low_", 30, max=50))) == [
        "entry: the 14-bar RSI below 30 → below low_ (30)",
        "parameter low_ added: 30 (up to 50)",
    ]
    assert told(entered(CLOSE, max_bars=bz.parameter("n", 9)), entered(CLOSE, max_bars=9)) == [
        "longest time held: n (9) bars → 9 bars",
        "parameter n removed: 9",
    ]
    assert (
        told(
            entered(CLOSE, stop_loss_pct=bz.parameter("stop", 9)), entered(CLOSE, stop_loss_pct=9)
        )[0]
        == "stop loss: stop (9 %) → 9 %"
    )
    assert (
        told(entered(close > sma(bz.parameter("n", 5))), entered(close > sma(5)))[0]
        == "entry: the close above the 5-bar (n) SMA → above the 5-bar SMA"
    )
    whole, fraction = (bz.strategy("S", enter=close > bz.parameter("n", one)) for one in (2, 2.0))
    assert told(whole, fraction) == ["parameter n: type int → float"]


def test_an_indicator_with_a_name_of_its_own_is_told_once():
    def rules(bars):
        trend = sma(bars).named("trend")
        return entered(close > trend, leave=close < trend)

    found = compare(rules(50), rules(20))
    assert found.sentences == ("indicator trend: 50-bar SMA → 20-bar SMA",)
    assert found.changes[0].path == "indicators.trend.period"
    assert (found.changes[0].before, found.changes[0].after) == (50, 20)


def test_what_means_the_same_is_no_change_and_the_writing_is_told_apart():
    old = entered((sma(50).named("fast") > sma(200)) & (close > 5))
    new = entered((number(5) < close) & (sma(50).named("quick") > sma(200)))
    found = compare(old, new)
    assert not found
    assert found.changes == ()
    assert "written differently, with the same meaning" in str(found)
    assert str(found).startswith("S → S: the same rules")
    swapped = entered((sma(50).named("a") > 5) & (sma(20).named("b") > 9))
    again = entered((sma(20).named("a") > 9) & (sma(50).named("b") > 5))
    assert not compare(swapped, again)


def test_a_name_and_a_description_are_not_rules():
    found = compare(
        bz.strategy("A", enter=CLOSE), bz.strategy("B", enter=CLOSE, description="Why.")
    )
    assert not found
    assert str(found) == (
        "A → B: the same rules\nNot rules:\n- name: A → B\n- description added: Why."
    )
    assert not any(one.is_rule for one in found.remarks)


def test_an_indicator_that_no_rule_reads_is_not_a_rule():
    rules = {"enter_long": {"left": "close", "op": ">", "right": 1}}
    spare = rules | {"indicators": {"spare": {"indicator": "sma", "period": 5}}}
    other = rules | {"indicators": {"spare": {"indicator": "sma", "period": 6}}}
    read = [bz.strategies.Definition.parse(one) for one in (rules, spare, other)]
    added, changed, removed = (
        compare(read[0], read[1]), compare(read[1], read[2]), compare(read[1], read[0])
    )  # fmt: skip
    assert not any((added, changed, removed))
    assert added.remarks[0].sentence == "indicator spare, which no rule reads, added"
    assert changed.remarks[0].sentence == "indicator spare: 5-bar SMA → 6-bar SMA"
    assert removed.remarks[0].sentence == "indicator spare, which no rule reads, removed"


def test_each_change_has_its_path_its_kind_and_both_values():
    old = entered(CLOSE & (volume > 9), stop_loss_pct=8)
    new = entered((volume > 8) & CLOSE & (low > 1), leave=close < 3)
    frame = compare(old, new).as_frame()
    assert list(frame) == ["path", "kind", "before", "after", "sentence", "is_rule"]
    assert frame.drop(columns="sentence").to_numpy().tolist() == [
        ["enter_long.all[0].right", "changed", "9", "8", True],
        ["enter_long.all[2]", "added", "", '{"left": "low", "op": ">", "right": 1}', True],
        ["exit_long", "added", "", '{"left": "close", "op": "<", "right": 3}', True],
        ["stop_loss_pct", "removed", "8", "", True],
    ]
    assert compare(old, old).as_frame().empty


def test_a_diff_shows_itself_as_text_and_as_html():
    found = compare(entered(rsi(14) < 30), entered(rsi(14) < 25))
    assert repr(found) == str(found) == ("S → S\n- entry: the 14-bar RSI below 30 → below 25")
    page = compare(bz.strategy("<A>", enter=CLOSE), bz.strategy("&", enter=CLOSE))._repr_html_()
    assert "&lt;A&gt; → &amp;" in page
    assert "<A>" not in page


@pytest.mark.parametrize("name", templates.names())
def test_every_template_is_told_apart_from_every_other_and_not_from_itself(name):
    rules = templates.get(name)
    assert not compare(rules, rules)
    for other in templates.names():
        if other != name:
            assert compare(rules, templates.get(other)), other
