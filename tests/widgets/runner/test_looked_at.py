"""Settings that were looked at are counted, whatever happens."""

import asyncio
import subprocess
import sys

import pytest

import bitstockerz_lab as bz
from bitstockerz_lab.errors import DatabaseBusy, LabError
from bitstockerz_lab.widgets.runner import looked_at
from bitstockerz_lab.widgets.runner.looked_at import LookedAt

ENDS = """
import asyncio
import sys
import bitstockerz_lab as bz
from bitstockerz_lab.widgets.runner.looked_at import LookedAt

lab = bz.open_lab(sys.argv[1])

async def look():
    looks = LookedAt(lab)
    for fast in (7, 9):
        looks.take(lab.backtests.preview("SMA cross", "AAA", parameters={"fast": fast}))
    assert looks.waiting == 2

asyncio.run(look())
"""


@pytest.fixture
def preview(stocked):
    return stocked.backtests.preview("SMA cross", "AAA")


@pytest.mark.parametrize("problem", [DatabaseBusy("Somebody else holds it."), ValueError("Odd.")])
def test_what_could_not_be_written_is_tried_again_though_nobody_looks_again(
    stocked, preview, monkeypatch, problem
):
    monkeypatch.setattr(looked_at, "REST_S", 0.02)
    genuine, tries, told = stocked.backtests.count_previews, [], []
    written = asyncio.Event()

    def busy_twice(previews):
        tries.append(looks.waiting)
        if len(tries) < 3:
            raise problem
        written.set()
        return genuine(previews)

    async def look():
        asyncio.get_running_loop().set_exception_handler(lambda _, heard: told.append(heard))
        looks.take(preview)
        await asyncio.wait_for(written.wait(), 20)

    monkeypatch.setattr(stocked.backtests, "count_previews", busy_twice)
    looks = LookedAt(stocked)
    asyncio.run(look())
    assert tries == [1, 1, 1]
    assert stocked.backtests.count_trials("AAA").trials == 1
    faults = 0 if isinstance(problem, LabError) else 2
    assert [heard["exception"] for heard in told] == [problem] * faults


def test_a_fault_loses_nothing_where_no_loop_runs(stocked, preview, monkeypatch):
    def odd(_previews):
        raise KeyboardInterrupt

    looks = LookedAt(stocked)
    with monkeypatch.context() as patched:
        patched.setattr(stocked.backtests, "count_previews", odd)
        with pytest.raises(KeyboardInterrupt):
            looks.take(preview)
    assert looks.waiting == 1
    assert (looks.write(), looks.waiting) == (1, 0)


def test_what_was_looked_at_just_before_the_end_is_counted(stocked):
    command = [sys.executable, "-W", "error", "-c", ENDS, str(stocked.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert bz.open_lab(stocked.path).backtests.count_trials("AAA").trials == 2
