"""How long a provider is waited for."""

from __future__ import annotations

import pandas as pd
import pytest

from bitstockerz_lab.errors import DataError
from bitstockerz_lab.market.providers.patience import Busy, date_of, patiently


def failing(*problems):
    """Return what fails with each of these, then answers."""
    left = list(problems)

    def ask():
        if left:
            raise left.pop(0)
        return "answer"

    return ask


def test_waits_grow_and_end_after_six_questions(waits):
    with pytest.raises(DataError, match=r"^Nobody: status 500 \(asked 6 times\)\. What is stored"):
        patiently(failing(*[Busy("status 500")] * 6), "Nobody")
    assert [round(wait) for wait in waits] == sorted(round(wait) for wait in waits)
    assert len(waits) == 5
    assert 15 <= sum(waits) <= 36 + 5


@pytest.mark.parametrize("told", ["0", "12", " 12 "])
def test_what_is_told_to_wait_is_waited(waits, told):
    assert patiently(failing(Busy("status 429", told)), "Nobody") == "answer"
    assert waits == [float(told)]


@pytest.mark.parametrize("told", ["", "soon", None])
def test_a_retry_after_that_cannot_be_read_is_none(waits, told):
    assert patiently(failing(Busy("status 429", told)), "Nobody") == "answer"
    assert 1 <= waits[0] <= 2


def test_a_date_is_read_as_the_seconds_until_then(waits, now):
    now.is_("2026-03-11 12:00:00")
    patiently(failing(Busy("status 429", "Wed, 11 Mar 2026 12:01:30 GMT")), "Nobody")
    patiently(failing(Busy("status 429", "Wed, 11 Mar 2026 11:00:00 GMT")), "Nobody")
    assert waits == [90.0, 0.0]
    assert date_of("Wed, 11 Mar 2026 12:01:30 GMT") == pd.Timestamp("2026-03-11 12:01:30Z")


def test_another_error_is_not_asked_again(waits):
    with pytest.raises(ValueError, match="mine"):
        patiently(failing(ValueError("mine")), "Nobody")
    assert waits == []
