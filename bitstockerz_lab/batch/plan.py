"""What a batch is going to do, settled and checked before anything runs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.batch.parameters import Parameter, declared
from bitstockerz_lab.errors import DataError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LONGEST_NAME = 80
"""Characters of a file's name before its job's id; file systems take 255 bytes."""

Values = dict[str, Any]


def notebook_parameters(notebook: Path) -> dict[str, Parameter]:
    """Return what a notebook's cell tagged ``parameters`` declares; empty if it has no such cell.

    Raises
    ------
    UnknownName
        There is no such file.
    DataError
        The file is no notebook, or its parameters cell is no plain Python.
    """
    if not notebook.is_file():
        near = [str(path) for path in notebook.parent.glob("*.ipynb")]
        raise UnknownName.of("notebook", str(notebook), near, "Give the path of an .ipynb file.")
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
        source = "".join(tagged[0]["source"]) if tagged else ""
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as problem:
        raise DataError(
            f"{notebook} is no Jupyter notebook of format 4. Open it in JupyterLab and save it.",
            notebook=str(notebook),
        ) from problem
    try:
        return declared(source)
    except (SyntaxError, ValueError) as problem:
        raise DataError(
            f"The parameters cell of {notebook.name} is no plain Python ({problem}). "
            'Keep it to lines like symbol: str = "AAPL".',
            notebook=str(notebook),
        ) from problem


def parameter_sets(
    over: Mapping[str, Sequence[object]] | Sequence[Mapping[str, object]] | None,
    how: str,
    parameters: Mapping[str, object] | None,
    known: Mapping[str, Parameter],
    notebook: str,
) -> list[Values]:
    """Return the parameters of each item of a batch, checked against the notebook's own.

    Parameters
    ----------
    over : the values that vary, by name; or a list of sets; None is one item
    how : "product" for every combination, "zip" for the first values, the second ones, …
    parameters : the values that stay
    known : what the notebook declares
    notebook : its name, for messages

    Raises
    ------
    UnknownName
        The notebook has no such parameter.
    DataError
        A value of another type than declared; nothing to vary over; unequal lengths for "zip"; a
        name that both varies and stays; two sets that are the same.
    """
    if over is not None and not len(over):
        raise DataError(f"over={over!r} varies nothing. Name a parameter and its values.")
    if over is None or isinstance(over, Mapping):
        varying = {name: _listed(name, values) for name, values in (over or {}).items()}
        names, sets = list(varying), _combined(varying, how)
        asked: list[Values] = [dict(zip(names, values, strict=True)) for values in sets]
    else:
        asked = [_named(number, one) for number, one in enumerate(over, 1)]
        names = list(dict.fromkeys(name for one in asked for name in one))
    staying = dict(parameters or {})
    for name in [*names, *staying]:
        _refuse_unknown(name, known, notebook)
    both = sorted(set(names) & set(staying))
    if both:
        raise DataError(
            f"Parameter {both[0]!r} both varies (over) and stays (parameters). Take it out of one.",
            parameter=both[0],
        )
    listed = over is not None and not isinstance(over, Mapping)
    checked = [
        _checked(one | staying, known, f"Set {number}: " if listed else "")
        for number, one in enumerate(asked, 1)
    ]
    _refuse_twins(checked)
    return checked


def _checked(values: Values, known: Mapping[str, Parameter], place: str) -> Values:
    """Return a set's values as the types declared; an error begins with the set's place."""
    try:
        return {name: known[name].check(value) for name, value in values.items()}
    except DataError as problem:
        raise DataError(f"{place}{problem}", **problem.values) from problem


def _refuse_twins(sets: Sequence[Values]) -> None:
    """Refuse two sets of the same values: they would be one run, recorded twice."""
    first: dict[str, int] = {}
    for number, values in enumerate(sets, 1):
        earlier = first.setdefault(json.dumps(values, sort_keys=True), number)
        if earlier != number:
            raise DataError(
                f"Sets {earlier} and {number} are the same: {values}. Take one out.",
                first=earlier,
                second=number,
            )


def _named(number: int, one: object) -> Values:
    if not isinstance(one, Mapping):
        raise DataError(
            f"Set {number} is {one!r}; each set is a dict: over=[{{'symbol': 'AAPL'}}, ...]."
        )
    return dict(one)


def _listed(name: str, values: object) -> list[object]:
    """Return a parameter's values as a list; one text is no list of its letters."""
    if isinstance(values, str | bytes | dict) or not hasattr(values, "__iter__"):
        raise DataError(
            f"over[{name!r}] is {values!r}; it must be a list of values: over={{{name!r}: [...]}}.",
            parameter=name,
        )
    listed = list(values)
    if not listed:
        raise DataError(f"over[{name!r}] is empty: there is nothing to run.", parameter=name)
    return listed


def _refuse_unknown(name: str, known: Mapping[str, Parameter], notebook: str) -> None:
    if not known:
        raise DataError(
            f"{notebook} has no cell tagged 'parameters', so it takes no {name!r}. Tag the cell "
            "that sets its defaults (property inspector, Cell Tags) or leave parameters out.",
            notebook=notebook,
        )
    if name not in known:
        way_out = f"{notebook} has {', '.join(known)}."
        raise UnknownName.of("parameter", name, known, way_out)


def _combined(varying: Mapping[str, list[object]], how: str) -> Iterable[tuple[object, ...]]:
    if how == "product":
        return product(*varying.values())
    if how != "zip":
        raise DataError(f"how={how!r} is unknown. Use 'product' or 'zip'.", how=how)
    lengths = {name: len(values) for name, values in varying.items()}
    if len(set(lengths.values())) > 1:
        counts = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise DataError(
            f"how='zip' pairs values off, but {counts}. Give equally many of each, or use "
            "how='product' for every combination.",
            lengths=lengths,
        )
    return zip(*varying.values(), strict=True) if varying else [()]


def item_name(notebook: str | Path, values: Mapping[str, object], varying: Iterable[str]) -> str:
    """Return a readable name for an item's files, safe on any file system, without its job's id.

    Examples
    --------
    >>> from pathlib import Path
    >>> item_name(Path("backtest.ipynb"), {"symbol": "BTC/USD", "fee_bps": 5.0}, ["symbol"])
    'backtest-BTC-USD'
    >>> values = {"symbol": "AAPL", "parameters": {"fast": 20}}
    >>> item_name("backtest.ipynb", values, ["symbol", "parameters"])
    'backtest-AAPL-fast-20'
    """
    names = list(varying)
    plain = [name for name in names if not isinstance(values[name], dict | list)]
    if not plain and isinstance(values.get("symbol"), str):
        names = ["symbol", *names]
    told = [word for name in names for word in _words(values[name])]
    words = [Path(notebook).stem, *told]
    safe = [re.sub(r"[^A-Za-z0-9._]+", "-", word).strip("-.") for word in words]
    return "-".join(word for word in safe if word)[:LONGEST_NAME].strip("-.") or "notebook"


def _words(value: object) -> list[str]:
    """Return what tells a value from others: of a dict its names too, and all of a list."""
    if isinstance(value, dict):
        return [word for name, one in value.items() for word in (str(name), *_words(one))]
    if isinstance(value, list | tuple):
        return [word for one in value for word in _words(one)]
    if isinstance(value, int | float):
        return [f"{value:.12g}".replace("-", "minus")]
    return [str(value)]


def free_paths(name: str, job_id: int, executed: Path, reports: Path) -> tuple[Path, Path]:
    """Return where an item's executed notebook and report go: a pair of names not yet taken.

    A job's id makes a name unique in one database; two databases in one folder share both folders.
    """
    for attempt in range(1, 1000):
        middle = "" if attempt == 1 else f"-{attempt}"
        stem = f"{name}{middle}-{job_id:06d}"
        pair = executed / f"{stem}.ipynb", reports / f"{stem}.html"
        if not any(path.exists() for path in pair):
            return pair
    raise DataError(f"{executed} holds a thousand notebooks named {name}. Clear it out.")
