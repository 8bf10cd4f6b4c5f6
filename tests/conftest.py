"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from bitstockerz_lab.storage import Database

PROJECT = Path(__file__).parent.parent
LOCAL = {"127.0.0.1", "::1", "localhost", ""}


NOWHERE = "http://127.0.0.1:9"
"""A proxy that is not there: curl, which yfinance uses, opens its sockets without Python."""


def pytest_collection_modifyitems(items):
    """Try a test that drives real kernels or a real browser once more before it has failed.

    A machine that others use as well may be slow for a moment. Each second try is listed at the
    end, as RERUN: one that comes back is to be looked into.
    """
    for item in items:
        if item.path.is_relative_to(PROJECT / "tests" / "batch") or item.get_closest_marker(
            "browser"
        ):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    """Refuse to connect to anything but this machine."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, NOWHERE)
        monkeypatch.setenv(name.upper(), NOWHERE)
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in LOCAL:
            pytest.fail(f"a test tried to reach {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_user(monkeypatch):
    """Be the same person on every machine, with no database in the environment."""
    monkeypatch.setenv("BITSTOCKERZ_USER", "tester@local")
    for name in ("BITSTOCKERZ_DB", "BITSTOCKERZ_JOB_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _own_trust(monkeypatch, tmp_path):
    """Keep what is trusted out of the home, and begin with nothing."""
    from bitstockerz_lab.strategies.python import consent

    monkeypatch.setenv(consent.TRUST, str(tmp_path / "trusted.json"))
    monkeypatch.setattr(consent, "_OWN", set())
    monkeypatch.setattr(consent, "_AGREED", set())


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """A migrated, empty database file, made once."""
    path = tmp_path_factory.mktemp("template") / "lab.duckdb"
    Database(path).open()
    return path


@pytest.fixture
def database(template, tmp_path):
    """The Database of a file of this test's own."""
    shutil.copy(template, tmp_path / "lab.duckdb")
    return Database(tmp_path / "lab.duckdb", timeout_s=20)


@pytest.fixture
def lab(database):
    """A Lab on a file of this test's own."""
    import bitstockerz_lab as bz

    return bz.open_lab(database.path)


@pytest.fixture(scope="session")
def reference():
    """The folder of reference data, which is not part of the project."""
    folder = Path(
        os.environ.get("BITSTOCKERZ_REFERENCE") or PROJECT.parent / "shared" / "reference"
    )
    if not (folder / "bars").is_dir():
        pytest.skip(
            f"REFERENCE DATA MISSING: no folder {folder}/bars; set BITSTOCKERZ_REFERENCE to it"
        )
    return folder
