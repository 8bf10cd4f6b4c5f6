"""Rules that did nothing, or one thing only, on the bars they were tested on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.strategies.compile import COLUMNS
from bitstockerz_lab.strategies.document import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from bitstockerz_lab.strategies.honesty.computed import Computed

    Flags = NDArray[np.bool_]


def never_or_always(
    computed: Computed, bars: pd.DataFrame, whole: pd.DataFrame
) -> Iterator[tuple[str, int, str]]:
    """Yield group, number of bars and sentence of entries never or always true and idle exits.

    Parameters
    ----------
    computed : the rules
    bars : what they were tested on
    whole : what `computed` made of them
    """
    columns = None if computed.is_code else computed.columns(bars)
    for side in ("long", "short"):
        entry, leave = f"enter_{side}", f"exit_{side}"
        node = getattr(computed.definition, entry)
        true = whole[COLUMNS[entry]].to_numpy()
        if node is None and not (computed.is_code and true.any()):
            continue
        if columns is None:
            known = np.ones(len(true), dtype=bool)
        else:
            known = true | (columns.condition(node, wanted=False) & ~columns.missing)
        told = _told(entry, true, known)
        if told:
            yield entry, int(known.sum()), told
        out = whole[COLUMNS[leave]].to_numpy()
        if true.any() and not (true & ~out).any():
            told = f"{entry} is true at {int(true.sum()):,} of these bars, and so is {leave} "
            yield entry, len(out), f"{told}at each of them, which makes the entry void."
        if true.any() and not out.any() and _only_leaves(computed, leave):
            told = f"{leave} is never true on these {len(out):,} bars, and nothing else leaves: "
            yield leave, len(out), f"{told}what is entered is held to the end."


def _told(entry: str, true: Flags, known: Flags) -> str:
    count = int(known.sum())
    if not count:
        return f"{entry} is missing at each of these {len(true):,} bars: it needs more of them."
    if not true.any():
        return f"{entry} is never true on the {count:,} of these bars at which it is known."
    if true[known].all():
        return (
            f"{entry} is true at each of the {count:,} bars at which it is known: it chooses "
            "nothing."
        )
    return ""


def _only_leaves(computed: Computed, leave: str) -> bool:
    """Tell whether a position ends by this group only."""
    rules: Any = computed.definition
    if not computed.is_code and getattr(rules, leave) is None:
        return False  # said to be held
    others = (*LEVELS, "targets", "max_bars")
    return rules.direction != "both" and all(getattr(rules, name) is None for name in others)
