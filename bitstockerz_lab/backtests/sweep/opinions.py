"""What a sweep can show: second_opinions."""

from __future__ import annotations


class Opinions:
    """The part of a Sweep that deals with second_opinions."""
