"""The front end, without one."""

from __future__ import annotations

import pytest


@pytest.fixture
def sent():
    """What a widget sends: sent(widget) is a list of (content, buffers) that grows."""

    def watch(widget):
        messages = []
        widget.send = lambda content, buffers=None: messages.append((content, buffers or []))
        return messages

    return watch


@pytest.fixture
def as_browser(monkeypatch):
    """Have what runs from here on count as asked by the front end."""
    for module in ("later", "work"):
        monkeypatch.setattr(f"bitstockerz_lab.widgets.{module}.by_browser", lambda: True)
