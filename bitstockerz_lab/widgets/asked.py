"""Who asked for what runs now: the front end, or code."""

from __future__ import annotations

import sys


def by_browser() -> bool:
    """Tell whether the front end asked for what runs now; a cell or a test did otherwise."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    header = kernel.get_parent().get("header", {})
    return bool(header.get("msg_type") == "comm_msg")
