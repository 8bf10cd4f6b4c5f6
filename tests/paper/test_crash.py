"""A settlement that is killed happened wholly or not at all."""

from __future__ import annotations

import subprocess
import sys

DIES = """
import os, sys
import bitstockerz_lab as bz
from bitstockerz_lab.paper import store

write = store.write

def write_and_die(con, account_id, done):
    write(con, account_id, done)
    print(len(done.fills), "written, not committed", flush=True)
    os._exit(9)

store.write = write_and_die
bz.open_lab(sys.argv[1]).paper.advance("2020-01-12")
"""


def test_a_fill_that_is_killed_before_its_commit_leaves_the_account_as_it_was(market):
    paper = market.paper
    paper.open(1000, start="2020-01-07")
    paper.buy("ACME", 10)
    paper.buy("ACME-USD", 10, limit=9)
    before = paper.account()
    died = subprocess.run(
        [sys.executable, "-c", DIES, str(market.path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (died.returncode, died.stdout) == (9, "2 written, not committed\n"), died.stderr
    assert paper.account() == before
    assert paper.executions().empty
    assert paper.orders()["status"].tolist() == ["PENDING", "PENDING"]
    assert len(paper.advance("2020-01-12")) == 2
    assert len(paper.executions()) == 2
