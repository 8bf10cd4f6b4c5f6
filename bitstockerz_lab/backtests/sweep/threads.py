"""Compiled work spread over cores; it lets other threads run, Python does not."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LITTLE_WORK = 1_000_000
"""Bars × combinations (or columns) that one thread has done before another has begun."""
SHARES = 4
"""So many shares for each thread: who is done first takes another one."""


def spread(work: Callable[[int, int], None], count: int, size: int, threads: int | None) -> None:
    """Do compiled work on `count` things, in threads where that pays.

    Parameters
    ----------
    work : called with the first thing and the one after the last; no two overlap
    count, size : how many things there are, and how many bars each has
    threads : None takes one for little work, else all cores
    """
    wanted = threads or (len(os.sched_getaffinity(0)) if count * size > LITTLE_WORK else 1)
    some = min(wanted, count)
    if some <= 1:
        work(0, count)
        return
    edges = [round(k * count / (SHARES * some)) for k in range(SHARES * some + 1)]
    with ThreadPoolExecutor(some) as pool:
        for done in [pool.submit(work, *edge) for edge in pairwise(edges)]:
            done.result()
