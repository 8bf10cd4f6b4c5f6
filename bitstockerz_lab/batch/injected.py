"""What papermill was told, held against what the notebook takes: papermill itself only warns.

This runs inside the notebook's kernel, where cells have no tags: papermill's cell is known by its
first line, the parameters cell by its types.
"""

from __future__ import annotations

import tokenize
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch.parameters import declared
from bitstockerz_lab.errors import DataError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bitstockerz_lab.batch.parameters import Parameter

COMMENT = "# Parameters\n"
"""How papermill begins the cell that it puts behind the one tagged ``parameters``."""

BUILT_IN = "PAPERMILL_"
"""Begins the names that papermill adds itself: ``--inject-paths``."""


def check_parameters() -> None:
    """Refuse parameters that this notebook does not take, or takes as another type.

    Called by a batch notebook right behind its typed parameters cell. `lab.batch` and
    the command line refuse them before a kernel starts; the plain `papermill` command only warns
    of an unknown one and then runs with the default. Where papermill injected nothing, as in
    JupyterLab, there is nothing to check.

    Raises
    ------
    UnknownName
        The parameters cell declares no such name.
    DataError
        A value does not fit the type that it declares. The command line's ``-p`` guesses types:
        ``-p start 2016`` is a number; ``-r start 2016`` is text.

    Examples
    --------
    >>> import bitstockerz_lab as bz
    >>> bz.check_parameters()
    """
    from IPython import get_ipython  # noqa: PLC0415 - reason: only a kernel has it

    shell = get_ipython()
    if shell is not None:
        refuse_others(shell.user_ns.get("In", []), shell.user_ns)


def refuse_others(cells: Sequence[str], names: Mapping[str, Any]) -> None:
    """Check what papermill injected, if it did.

    Parameters
    ----------
    cells : the source of the cells that were run, in their order
    names : what the notebook's names stand for now
    """
    known: dict[str, Parameter] = {}
    for cell in cells:
        found = _declared(cell)
        if any(parameter.kind for parameter in found.values()):
            known = found
        elif known and cell.startswith(COMMENT):
            for name in found:
                _check(name, names.get(name), known)


def _declared(cell: str) -> dict[str, Parameter]:
    try:
        return declared(cell)
    except (SyntaxError, ValueError, tokenize.TokenError):  # a magic, say
        return {}


def _check(name: str, value: object, known: Mapping[str, Parameter]) -> None:
    if name.startswith(BUILT_IN):
        return
    if name not in known:
        way_out = f"This notebook has {', '.join(known)}."
        raise UnknownName.of("parameter", name, known, way_out)
    try:
        known[name].check(value)
    except DataError as problem:
        raise DataError(
            f"{problem} papermill's -p guesses a type; -r hands text over as it is, -y a list or "
            "a dict.",
            parameter=name,
            value=value,
        ) from None
