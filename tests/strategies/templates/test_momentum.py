"""Momentum templates: what was known of the months, and from which day on."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.strategies import signals, templates
from tests.strategies.templates.bars import closes, said

FIRST = "2019-01-01"


def months(values):
    """Daily bars from January 2019 on, each month at one price."""
    days = pd.date_range(FIRST, periods=31 * len(values), tz="UTC")
    number = (days.year - 2019) * 12 + days.month - 1
    return closes([float(values[n]) for n in number if n < len(values)], start=FIRST)


def first(column):
    """Return the first day on which it is said."""
    return f"{column.index[column.to_numpy()][0]:%Y-%m-%d}"


def test_momentum_12_1_leaves_the_newest_month_out():
    found = said("momentum-12-1", months([100] * 13 + [110, 110]))
    # the rise is February 2020's; it counts once March is complete, at the close of its last day
    assert first(found["long_entry"]) == "2020-03-31"
    assert first(found["long_exit"]) == "2020-01-31"
    found = said("momentum-12-1", months([100] * 13 + [110, 110]), {"skip": 0})
    assert first(found["long_entry"]) == "2020-02-29"


def test_momentum_12_1_leaves_after_a_fall_of_a_month():
    found = said("momentum-12-1", months([100 + i for i in range(14)] + [90, 90]))
    assert found["long_entry"].loc["2020-02-01":"2020-04-29"].all()
    assert first(found["long_exit"]) == "2020-04-30"  # March's 90 against 104 of May 2019


def test_a_falling_market_is_never_bought():
    fallen = months([200 - 3 * i for i in range(20)])
    for name in ("momentum-12-1", "dual-momentum", "ten-month-average"):
        assert not said(name, fallen)["long_entry"].any(), name
        assert said(name, fallen)["long_exit"].iloc[-1], name


def test_dual_momentum_wants_a_rise_and_one_as_large_as_the_markets():
    own, market = months([100] * 13 + [110] * 3), months([100] * 14 + [108, 112])
    found = said("dual-momentum", own, others={"SPY": market})
    entered = found["long_entry"]
    assert first(entered) == "2020-02-29"  # 10 % against 0 %
    assert entered.loc["2020-03-31":"2020-04-29"].all()  # 10 % against 8 %
    assert not entered.loc["2020-04-30":].any()  # 10 % against 12 %
    assert found["long_exit"].loc["2020-04-30":].all()


def test_on_the_market_itself_dual_momentum_is_absolute_momentum():
    market = months([100] * 13 + [110, 120, 90, 95])
    found = said("dual-momentum", market, others={"SPY": market})
    assert found["long_entry"].loc["2020-02-29":"2020-04-29"].all()
    assert not found["long_entry"].loc["2020-04-30":].any()
    assert found["long_exit"].loc["2020-04-30":].all()


def test_dual_momentum_without_bars_of_the_market_says_so():
    bars = months([100] * 14)
    with pytest.raises(DataError, match="bars of SPY"):
        signals(templates.get("dual-momentum"), bars)


def test_the_ten_month_average_is_asked_once_a_month():
    found = said("ten-month-average", months([100] * 10 + [110, 90, 90]))
    entered, left = found["long_entry"], found["long_exit"]
    assert first(entered) == "2019-11-30"  # 110 against 101
    assert entered.loc["2019-11-30":"2019-12-30"].all()  # whatever December brings
    assert not entered.loc["2019-12-31":].any()
    assert left.loc["2019-12-31":].all()
