"""Which stored bars of other symbols are read for what rules look at."""

from __future__ import annotations

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.strategies import close, others, sma
from tests.helpers import make_bars

SPY, ETH = close.of("SPY"), close.of("ETH-USD")


@pytest.fixture
def stored(lab):
    lab.market.load_frame(make_bars(30), "SPY", exchange="ARCX")
    lab.market.load_frame(make_bars(30), "ETH-USD", "1d", exchange="bitstamp")
    lab.market.load_frame(make_bars(300, timeframe="1h"), "SOL-USD", "1h", exchange="bitstamp")
    return lab


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("rules", "timeframe", "read"),
    [
        (SPY > 1, "1d", {"SPY": "1d"}),
        (SPY > 1, "1mo", {"SPY": "1d"}),
        (SPY.on("1d") > SPY.on("1w"), "1h", {"SPY": "1d"}),
        (ETH.on("1w") > 1, "1h", {"ETH-USD": "1d"}),
        (ETH > 1, "4h", {"ETH-USD": "1h"}),
        ((ETH > 1) & (ETH.on("1w") > 1), "4h", {"ETH-USD": "1h"}),
        (close.of("SOL-USD").on("1w") > 1, "1d", {"SOL-USD": "1h"}),
        (sma(3).of("SOL-USD").on("1d") > SPY.on("1mo"), "1h", {"SOL-USD": "1h", "SPY": "1d"}),
    ],
)
def test_the_longest_bars_are_read_of_which_all_can_be_made(database, rules, timeframe, read):
    with database.read() as con:
        found = others.resolve(con, bz.strategy("S", enter=rules), timeframe)
    assert {one.name: one.timeframe for one in found} == read


@pytest.mark.usefixtures("stored")
def test_bars_that_cannot_be_stored_and_symbols_that_are_not_there_are_refused(database):
    with database.read() as con:
        with pytest.raises(DataError, match=r"1h bars of SPY.*close\.of\('SPY'\)\.on\('1d'\)"):
            others.resolve(con, bz.strategy("S", enter=SPY > 1), "1h")
        with pytest.raises(UnknownName, match="No symbol 'QQQ'"):
            others.resolve(con, bz.strategy("S", enter=close.of("QQQ") > 1), "1d")
