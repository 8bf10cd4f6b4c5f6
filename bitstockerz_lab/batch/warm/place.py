"""Where a warm parent listens, and on which machines there can be one."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

PROVISIONER = "bitstockerz-warm"
"""The provisioner's name among jupyter_client's; also `$JUPYTER_DEFAULT_PROVISIONER_NAME`'s."""

ADDRESS = "BITSTOCKERZ_WARM"
"""The environment variable that says which parent to ask."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that are 1 in a parent: a thread of a mathematics library would not survive a fork."""

LONGEST = 100
"""Bytes of a socket's path; Linux takes 107."""


def supported() -> bool:
    """Tell whether this machine has what warm kernels need: Linux, with process descriptors."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def standard_address() -> Path:
    """Return where this environment's own parent listens: one a user, interpreter and package.

    Raises
    ------
    PermissionError
        The folder belongs to someone else, or others may write into it.
    """
    from jupyter_core.paths import jupyter_runtime_dir  # noqa: PLC0415 - reason: asked for rarely

    package = Path(__file__).parents[2]
    who = f"{sys.prefix}\n{sys.version}\n{package}"
    name = f"bitstockerz-warm-{hashlib.sha256(who.encode()).hexdigest()[:12]}"
    folder = Path(jupyter_runtime_dir())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.stat()
    if found.st_uid != os.getuid() or found.st_mode & 0o022:
        raise PermissionError(f"The folder {folder} must be yours alone: chmod 700 {folder}")
    return folder / name


def address_of(environment: dict[str, str] | None = None) -> Path:
    """Return the parent to ask: the one the environment names, else the standard one."""
    named = (environment or {}).get(ADDRESS) or os.environ.get(ADDRESS)
    return Path(named) if named else standard_address()
