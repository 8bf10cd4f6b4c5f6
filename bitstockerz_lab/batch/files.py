"""Sets of parameters from a file: a CSV, or YAML."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DataError, UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.batch.parameters import Parameter

KEYS = ("over", "how", "parameters")
EXAMPLE = "Write a list of sets, or over:, how: and parameters: as lab.batch.run takes them."


def read_sets(path: str | Path, known: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return what a file says of a batch's parameters, as `run` takes it: over, how, parameters.

    Parameters
    ----------
    path : a CSV file, a column a parameter and a row a set, where an empty cell leaves a
        parameter at its default; or YAML, a list of sets or a mapping of over, how and parameters
    known : what the notebook declares; a CSV's texts are read as its types

    Raises
    ------
    UnknownName
        No such file, or a column that is no parameter.
    DataError
        The file is no such thing, or names nothing to run.

    Examples
    --------
    >>> lab.batch.run(notebook, **read_sets("sets.csv", known))  # doctest: +SKIP
    """
    file = Path(path).expanduser()
    if not file.is_file():
        near = [str(one) for one in file.parent.glob(f"*{file.suffix}")]
        raise UnknownName.of("file", str(path), near, "Give a .csv or .yaml file.")
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise DataError(f"{file} is no UTF-8 text. Save it as UTF-8.", path=str(file)) from problem
    match file.suffix.casefold():
        case ".csv":
            found: dict[str, Any] = {"over": _of_csv(text, file, known)}
        case ".yaml" | ".yml":
            found = _of_yaml(text, file)
        case other:
            raise DataError(f"{file}: {other!r} is no kind of file known here. Give .csv or .yaml.")
    if not found.get("over"):
        raise DataError(f"{file} holds no set of parameters. {EXAMPLE}", path=str(file))
    return found


def _of_csv(text: str, file: Path, known: Mapping[str, Parameter]) -> list[dict[str, Any]]:
    rows = csv.DictReader(text.splitlines())
    names = [name.strip() for name in rows.fieldnames or ()]
    rows.fieldnames = names
    for name in names:
        if name not in known:
            way_out = f"The notebook has {', '.join(known) or 'none'}."
            raise UnknownName.of("parameter", name, known, way_out)
    found = []
    for row in rows:
        cells = [row.get(name) for name in names]
        if None in row or None in cells:
            raise DataError(
                f"{file}, line {rows.line_num}: a row has {len(names)} cells, as the first line.",
                path=str(file),
            )
        written = {name: cell for name, cell in row.items() if cell.strip()}
        try:
            found.append({name: known[name].parse(cell.strip()) for name, cell in written.items()})
        except DataError as problem:
            told = f"{file}, line {rows.line_num}: {problem}"
            raise DataError(told, path=str(file), **problem.values) from problem
    return found


def _of_yaml(text: str, file: Path) -> dict[str, Any]:
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - reason: rarely asked for

    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        told = " ".join(str(problem).split())
        raise DataError(f"{file} is no YAML: {told}.", path=str(file)) from problem
    if isinstance(content, list):
        return {"over": content}
    if not isinstance(content, dict) or set(content) - set(KEYS):
        raise DataError(f"{file} is no list of parameter sets. {EXAMPLE}", path=str(file))
    return content
