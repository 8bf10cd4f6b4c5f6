"""What a sweep can show: pictures."""

from __future__ import annotations


class Pictures:
    """The part of a Sweep that deals with pictures."""
