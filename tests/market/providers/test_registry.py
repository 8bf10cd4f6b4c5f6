"""Who provides bars: ours, and a stranger's that is found by its entry point."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys

import pytest

from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.market.providers import Page, Provider, Request, registry
from tests.conventions.project import PROJECT, pyproject
from tests.helpers import make_bars

OF_A_STRANGER = """
import pandas as pd

from bitstockerz_lab.market.providers import Page, Provider


class Mine(Provider):
    name = "mine"
    about = "one stock of my own, 1d"

    def __init__(self, price=10.0):
        self.price = price

    def timeframes(self, symbol):
        return ("1d",)

    def fetch(self, request):
        days = pd.bdate_range("2020-01-01", "2020-01-31", tz="UTC", name="timestamp")
        bars = pd.DataFrame({name: self.price for name in ("open", "high", "low", "close")}, days)
        yield Page(bars=request.cut(bars.assign(volume=1000.0)), currency="USD")
"""


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """A package of somebody else, installed: its module and what its installer left."""

    def installed(name="mine", value="strange_bars:Mine"):
        folder = tmp_path / "site"
        about = folder / "strange_bars-1.0.dist-info"
        about.mkdir(parents=True)
        (folder / "strange_bars.py").write_text(OF_A_STRANGER)
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: strange-bars\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{name} = {value}\n")
        monkeypatch.syspath_prepend(str(folder))

    yield installed
    sys.modules.pop("strange_bars", None)


def test_a_strangers_provider_is_listed_loads_and_updates(market, stranger):
    stranger()
    row = market.providers().set_index("name").loc["mine"]
    assert row.to_dict() == {"has": "one stock of my own, 1d", "installed": "yes"}
    report = market.load("mine", "OWN", asset_type="EQUITY", end="2020-01-10", price=7.0)
    assert (report.inserted, report.provider) == (8, "mine")
    assert market.bars("OWN")["close"].unique().tolist() == [7.0]
    (row,) = market.update(provider="mine", price=7.0)
    assert (row.inserted, row.conflicts, row.error) == (15, 0, "")
    with pytest.raises(DataError, match=r"'mine' has no option 'cost'. It has price\."):
        market.load("mine", "OWN", cost=1)


def test_a_strangers_provider_that_breaks_down_says_so_and_the_others_go_on(
    market, stranger, monkeypatch
):
    stranger()
    for symbol in ("OWN", "TOO"):
        market.load("mine", symbol, asset_type="EQUITY", end="2020-01-10")
    import strange_bars

    right = strange_bars.Mine.fetch

    def broken(self, request):
        if request.text == "OWN":
            raise KeyError("oops")
        return right(self, request)

    monkeypatch.setattr(strange_bars.Mine, "fetch", broken)
    first, second = market.update()
    assert first.error == (
        "mine was asked for 1d bars of OWN from 2020-01-10 and broke down: KeyError: 'oops'. This "
        "is a bug of the provider."
    )
    assert (second.inserted, second.error) == (15, "")


def test_a_strangers_provider_that_cannot_be_imported_is_listed_with_why(market, stranger):
    stranger(value="strange_bars:Gone")
    row = market.providers().set_index("name").loc["mine"]
    assert "strange_bars:Gone cannot be imported" in row["installed"]
    with pytest.raises(DataError, match=r"'mine' is not installed: strange_bars:Gone cannot"):
        market.load("mine", "OWN", asset_type="EQUITY")


def test_nobody_can_take_the_name_of_one_of_ours(stranger):
    stranger(name="synthetic")
    assert type(registry.provider("synthetic")).__name__ == "Simulation"


def test_ours_are_the_four_of_pyproject_and_speak_the_protocol(market):
    assert pyproject()["project"]["entry-points"][registry.GROUP] == registry.OWN
    names = market.providers()["name"].tolist()
    assert names == ["ccxt", "file", "synthetic", "yfinance"]
    assert market.providers()["has"].str.len().min() > 10
    for name in names:
        assert registry.provider(name).name == name
    with pytest.raises(DataError, match=r"'yfinance' has no option 'args'. It has none."):
        registry.provider("yfinance", {"args": 1})


def test_an_unknown_provider_gets_the_nearest_name(market):
    with pytest.raises(UnknownName, match=r"No provider 'yfinanc'. Did you mean 'yfinance'\?"):
        market.load("yfinanc", "AAPL")
    with pytest.raises(UnknownName, match=r"No provider 'zzz'. There are ccxt, file, synthetic"):
        market.update(provider="zzz")


def test_a_library_that_is_missing_is_said_in_one_sentence(market, monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        registry, "find_spec", lambda name: None if name == "ccxt" else find_spec(name)
    )
    way_out = 'pip install "bitstockerz-lab[providers]"'
    row = market.providers().set_index("name").loc["ccxt"]
    assert row["installed"] == way_out
    assert "coins" in row["has"]
    with pytest.raises(
        DataError, match=re.escape(f"The provider 'ccxt' is not installed: {way_out}")
    ):
        market.load("ccxt", "BTC-USD", exchange="bitstamp")


def test_nothing_of_the_libraries_is_loaded_until_a_provider_is_asked():
    program = (
        "import sys, tempfile, bitstockerz_lab as bz\n"
        "lab = bz.open_lab(tempfile.mkdtemp() + '/lab.duckdb')\n"
        "lab.market.providers()\n"
        "heavy = ('ccxt', 'yfinance', 'curl_cffi', 'aiohttp', 'exchange_calendars')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PROJECT
    )
    assert told.stdout.strip() == "[]"


def test_the_example_of_the_protocol_is_whole():
    """What the module's docstring shows is a provider, with names of its own for the bars."""
    from bitstockerz_lab.market.providers import protocol

    text = protocol.__doc__.split("class like this one:\n")[1]
    example = "\n".join(line[4:] for line in text.splitlines())
    names = {"Provider": Provider, "Page": Page, "my_bars": lambda *_: make_bars(3)}
    exec(example, names)  # noqa: S102 - the project's own text
    (page,) = names["Mine"]().fetch(Request(None, "ACME", "1d"))
    assert len(page.bars) == 3


def test_what_lacks_a_part_of_the_protocol_is_refused_before_it_is_asked(market, stranger):
    stranger(value="fractions:Fraction")
    assert market.providers().set_index("name").loc["mine"].tolist() == ["", "yes"]
    with pytest.raises(DataError, match=r"'mine' has no name, about, listing, text, timeframes, f"):
        market.load("mine", "OWN", asset_type="EQUITY")
    assert market.update(provider="file").rows == ()


def test_a_provider_goes_by_the_name_of_its_entry_point_and_gets_what_it_needs(market, stranger):
    stranger(name="yours")
    with pytest.raises(DataError, match=r"The provider 'yours' calls itself 'mine'"):
        market.load("yours", "OWN", asset_type="EQUITY")
    import strange_bars

    def needs(self, folder):
        self.folder = folder

    strange_bars.Mine.__init__ = needs
    with pytest.raises(DataError, match=r"'yours' needs the option 'folder'. Pass folder="):
        market.load("yours", "OWN", asset_type="EQUITY")


def test_the_members_of_the_protocol_are_what_is_asked_for():
    own = {name for name in vars(Provider) if not name.startswith("_")}
    assert own | set(Provider.__annotations__) == set(registry.MEMBERS)


def test_the_example_of_the_documents_is_the_one_that_is_tested_here():
    assert OF_A_STRANGER.strip() in (PROJECT / "docs" / "providers.md").read_text("utf-8")
