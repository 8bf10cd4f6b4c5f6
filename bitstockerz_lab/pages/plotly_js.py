"""plotly.js for a page: as it is, or compressed once and kept in the user's cache folder."""

from __future__ import annotations

import base64
import gzip
import os
from contextlib import suppress
from functools import cache
from importlib.metadata import version

MEDIA_TYPE = "application/gzip;base64"
"""Of the script element that holds it; no browser runs such a script, the page inflates it."""


def pack(text: str, level: int = 6) -> str:
    """Return a text compressed, as text: gzip inside base64."""
    return base64.b64encode(gzip.compress(text.encode(), level, mtime=0)).decode("ascii")


def plain() -> str:
    """Return plotly.js (4.8 MB) for the inside of a script element."""
    from plotly.offline import get_plotlyjs  # noqa: PLC0415 - reason: heavy

    return str(get_plotlyjs()).replace("</script", "<\\/script")


@cache
def packed() -> str:
    """Return plotly.js compressed, as text (2.0 MB): gzip inside base64."""
    return base64.b64encode(compressed()).decode("ascii")


def compressed() -> bytes:
    """Return plotly.js (1.5 MB) as gzip makes it.

    Compressing takes 0.2 s, so the text is kept in the user's cache folder under the version of
    plotly it is of. Where that folder cannot be written, each process compresses for itself.
    """
    from platformdirs import user_cache_path  # noqa: PLC0415 - reason: heavy

    kept = user_cache_path("bitstockerz-lab") / f"plotly-{version('plotly')}.js.gz"
    with suppress(OSError, EOFError):
        found = kept.read_bytes()
        if _is_whole(found):
            return found
    made = gzip.compress(plain().encode(), 9, mtime=0)
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_name(f".{kept.name}.{os.getpid()}")
        draft.write_bytes(made)
        draft.replace(kept)
    return made


def _is_whole(compressed: bytes) -> bool:
    """Tell whether a kept copy is what was once written; a damaged one is made anew."""
    try:
        return b"plotly.js v" in gzip.decompress(compressed)[:200]
    except (OSError, EOFError, ValueError):
        return False
