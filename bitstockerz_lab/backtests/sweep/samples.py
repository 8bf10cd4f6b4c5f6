"""Some of a grid's combinations, drawn at random or spread evenly."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

GUIDED = "optuna"
WAYS = ("random", "sobol", GUIDED)
MOST = 1_000_000
DRAWS = 2**20
"""So many points are looked at before no more combinations are taken to meet the constraint."""
SEARCHED = 100_000_000
"""Of no more combinations than that each is looked at, where draws do not find enough: seconds."""
BLOCK = 1_000_000
CANDIDATES = 100_000
"""Among so many Optuna chooses where there are more than MOST."""


def check(samples: int | None, sampling: str, seed: int) -> None:
    """Refuse a sample that is none.

    Raises
    ------
    DefinitionError
    """
    if sampling not in WAYS:
        raise DefinitionError(
            f"sampling must be {', '.join(map(repr, WAYS[:-1]))} or {WAYS[-1]!r}; got "
            f"{sampling!r}.",
            sampling=sampling,
        )
    for name, value, least in (("samples", samples, 1), ("seed", seed, 0)):
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        if not (name == "samples" and value is None) and not (whole and value >= least):  # type: ignore[operator]
            raise DefinitionError(
                f"{name} must be a whole number from {least}; got {value!r}.", **{name: value}
            )
    if samples is not None and samples > MOST:
        raise DefinitionError(f"samples={samples:,} is too many; {MOST:,} are the most.")
    if samples is None and sampling != "random":
        raise DefinitionError(
            f"sampling={sampling!r} needs samples, how many combinations to try: samples=200.",
            sampling=sampling,
        )


def some(columns: Columns, samples: int, seed: int) -> Columns:
    """Return so many rows at random in their order; all where there are no more."""
    count = len(next(iter(columns.values())))
    if samples >= count:
        return columns
    chosen = np.random.default_rng(seed).choice(count, samples, replace=False, shuffle=False)
    chosen.sort()
    return {name: column[chosen] for name, column in columns.items()}


def drawn(
    axes: Mapping[str, NDArray[Any]],
    samples: int,
    sampling: str,
    seed: int,
    meets: Callable[[Columns], NDArray[np.bool_]],
) -> Columns:
    """Return distinct combinations of the values on the axes that meet a constraint, in order.

    Parameters
    ----------
    axes : values by parameter
    samples : how many
    sampling : "random" or "sobol"
    seed : of the generator
    meets : tells which of some combinations meet the constraint

    Returns
    -------
    columns by parameter; fewer than asked for where DRAWS points gave no more
    """
    lengths = np.array([len(axis) for axis in axes.values()])
    points = _sobol if sampling == "sobol" else _random
    size = 1 << max(samples - 1, 1).bit_length()
    while True:
        places = _distinct(points(lengths, size, seed), lengths)
        columns = {name: axis[places[:, at]] for at, (name, axis) in enumerate(axes.items())}
        places = places[meets(columns)]
        if len(places) >= samples or size >= DRAWS:
            break
        size *= 2
    places = places[:samples]
    places = places[np.lexsort(places.T[::-1])]
    return {name: axis[places[:, at]] for at, (name, axis) in enumerate(axes.items())}


def searched(
    axes: Mapping[str, NDArray[Any]],
    samples: int,
    seed: int,
    meets: Callable[[Columns], NDArray[np.bool_]],
) -> Columns:
    """Return what `drawn` does, having looked at every combination; fewer where there are fewer."""
    lengths = tuple(len(axis) for axis in axes.values())
    count = math.prod(lengths)

    def at(rows: NDArray[np.int64]) -> Columns:
        places = np.unravel_index(rows, lengths)
        return {name: axis[place] for (name, axis), place in zip(axes.items(), places, strict=True)}

    blocks = (np.arange(k, min(k + BLOCK, count)) for k in range(0, count, BLOCK))
    found = some({"row": np.concatenate([rows[meets(at(rows))] for rows in blocks])}, samples, seed)
    return at(found["row"])


def _random(lengths: NDArray[np.int64], size: int, seed: int) -> NDArray[np.int64]:
    found: NDArray[np.int64] = np.random.default_rng(seed).integers(
        0, lengths, (size, len(lengths))
    )
    return found


def _sobol(lengths: NDArray[np.int64], size: int, seed: int) -> NDArray[np.int64]:
    from scipy.stats import qmc  # noqa: PLC0415 - reason: heavy

    generator = qmc.Sobol(len(lengths), rng=np.random.default_rng(seed))
    points = generator.random_base2(size.bit_length() - 1)
    found: NDArray[np.int64] = np.minimum((points * lengths).astype(np.int64), lengths - 1)
    return found


def _distinct(places: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each row once, in the order in which they came."""
    if math.prod(lengths.tolist()) < 2**63:  # a number a row: ten times faster than rows
        rows = np.ravel_multi_index(tuple(places.T), tuple(lengths.tolist()))
        _, first = np.unique(rows, return_index=True)
    else:
        _, first = np.unique(places, axis=0, return_index=True)
    return places[np.sort(first)]
