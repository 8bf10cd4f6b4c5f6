"""What a sweep can show: statistics."""

from __future__ import annotations


class Honesty:
    """The part of a Sweep that deals with statistics."""
