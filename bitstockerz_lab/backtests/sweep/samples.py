"""Some of a grid's combinations, drawn at random or spread evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from bitstockerz_lab.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Columns = dict[str, NDArray[Any]]

WAYS = ("random", "sobol", "optuna")
MOST = 1_000_000
DRAWS = 2**20
"""So many points are looked at before no more combinations are taken to meet the constraint."""


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
        places = _distinct(points(lengths, size, seed))
        columns = {name: axis[places[:, at]] for at, (name, axis) in enumerate(axes.items())}
        places = places[meets(columns)]
        if len(places) >= samples or size >= DRAWS:
            break
        size *= 2
    places = places[:samples]
    places = places[np.lexsort(places.T[::-1])]
    return {name: axis[places[:, at]] for at, (name, axis) in enumerate(axes.items())}


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


def _distinct(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return each row once, in the order in which they came."""
    _, first = np.unique(places, axis=0, return_index=True)
    return places[np.sort(first)]
