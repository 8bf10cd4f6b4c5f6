"""Targets that hang on parameters: in every combination each must be further away than the last."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.backtests.sweep.combinations import Combinations
    from bitstockerz_lab.strategies.definition import Definition


def refuse_crossing(
    definition: Definition, combinations: Combinations, fixed: Mapping[str, float]
) -> None:
    """Refuse combinations that a single run refuses, for what their targets are to each other.

    Parameters
    ----------
    definition, combinations : what is tried
    fixed : the values of all parameters where they do not vary

    Raises
    ------
    DefinitionError
        It names the first such combination.
    """
    targets = definition.targets or ()
    values: dict[str, Any] = {**fixed, **combinations.columns}
    aims = [
        canonical.number(one.profit_pct, values)
        for one in targets
        if canonical.is_constant(one.profit_pct)
    ]
    wrong = np.zeros(len(combinations), bool)
    for nearer, further in itertools.pairwise(aims):
        wrong |= np.less_equal(further, nearer)
    _refuse(wrong, combinations, "targets must ascend: the nearest first, each further away")
    total = sum((canonical.number(one.close_pct, values) for one in targets), np.float64(0.0))
    wrong = np.broadcast_to(total > 100 * (1 + 1e-12), len(combinations))
    _refuse(wrong, combinations, "targets close more than all of a position")


def _refuse(wrong: np.ndarray, combinations: Combinations, why: str) -> None:
    if wrong.any():
        one = combinations[int(wrong.argmax())]
        raise DefinitionError(
            f"{int(wrong.sum()):,} of the {len(combinations):,} combinations cannot be run, such "
            f"as {one}: {why}. Leave them out with constraint=.",
            combination=one,
        )
