"""The sets of parameters that are tried, as columns: a row a combination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bitstockerz_lab.backtests.grid import Combination


@dataclass(frozen=True, slots=True, eq=False)
class Combinations(Sequence["Combination"]):
    """Sets of the parameters that vary; `combinations[k]` is the k-th as a dict.

    Attributes
    ----------
    columns : arrays of shape (n_combinations,) by parameter
        int64 for parameters of whole numbers, else float64.
    remarks : sentences on how they were found, where that is not as asked
    """

    columns: Mapping[str, NDArray]  # type: ignore[type-arg]
    remarks: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that vary."""
        return tuple(self.columns)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    @overload
    def __getitem__(self, at: int) -> Combination: ...
    @overload
    def __getitem__(self, at: slice) -> Combinations: ...
    def __getitem__(self, at: int | slice) -> Combination | Combinations:
        if isinstance(at, slice):
            return Combinations({name: column[at] for name, column in self.columns.items()})
        return {name: column[at].item() for name, column in self.columns.items()}

    def take(self, rows: Sequence[int] | NDArray) -> Combinations:  # type: ignore[type-arg]
        """Return the combinations at some positions, in that order."""
        return Combinations({name: column[rows] for name, column in self.columns.items()})
