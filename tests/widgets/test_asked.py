"""What waits where the front end asks, and is done at once where code does."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bitstockerz_lab.widgets.asked import by_browser
from bitstockerz_lab.widgets.later import Later
from bitstockerz_lab.widgets.work import work


def test_code_is_no_front_end():
    assert by_browser() is False


def test_code_finds_it_done():
    done = []
    Later(lambda: done.append("now"), delay_s=60).call()
    work(threading.current_thread, done.append, otherwise=done.append)
    assert done == ["now", threading.main_thread()]


@pytest.mark.usefixtures("as_browser")
def test_calls_of_the_front_end_come_to_one_when_they_rest():
    done = []

    async def calls():
        later = Later(lambda: done.append("drawn"), delay_s=0.05)
        for _ in range(5):
            later.call()
            await asyncio.sleep(0.01)
        assert done == []
        await asyncio.sleep(0.1)
        later.call()
        later.cancel()
        await asyncio.sleep(0.1)

    asyncio.run(calls())
    assert done == ["drawn"]


@pytest.mark.usefixtures("as_browser")
def test_long_work_leaves_the_loop_free_and_comes_back_to_it():
    threads = []

    async def ask():
        free = asyncio.Event()
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()

        def long():
            threads.append(threading.current_thread())
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(5)  # the loop answers
            loop.call_soon_threadsafe(free.set)
            return 7

        def then(result):
            threads.append((threading.current_thread(), result))
            ended.set()

        work(long, then, otherwise=threads.append)
        await asyncio.wait_for(free.wait(), 5)
        await asyncio.wait_for(ended.wait(), 5)

    asyncio.run(ask())
    assert threads[0] is not threading.main_thread()
    assert threads[1] == (threading.main_thread(), 7)


def test_what_fails_is_handed_over():
    problems = []
    work(lambda: 1 / 0, problems.append, otherwise=problems.append)
    assert type(problems[0]) is ZeroDivisionError


def test_what_fails_of_what_follows_is_handed_over_too():
    problems = []
    work(lambda: 0, lambda zero: 1 / zero, otherwise=problems.append)
    assert type(problems[0]) is ZeroDivisionError


@pytest.mark.usefixtures("as_browser")
def test_what_fails_on_the_way_back_from_a_thread_is_told_and_not_only_logged():
    problems = []

    async def ask():
        ended = asyncio.Event()

        def told(problem):
            problems.append(type(problem))
            ended.set()

        work(lambda: 0, lambda zero: 1 / zero, otherwise=told)
        await asyncio.wait_for(ended.wait(), 5)

    asyncio.run(ask())
    assert problems == [ZeroDivisionError]
