"""What a notebook imports, read without running it."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def imports_of(notebook: Path) -> tuple[str, ...]:
    """Return the modules that a notebook's code cells import, in order, each once.

    Cells that are no Python (after their magics) are passed over.

    Examples
    --------
    >>> imports_of(Path("notebooks/batch/backtest.ipynb"))  # doctest: +SKIP
    ('bitstockerz_lab',)
    """
    found: dict[str, None] = {}
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        lines = "".join(cell["source"]).splitlines()
        try:
            parsed = ast.parse("\n".join(line for line in lines if line[:1] not in {"%", "!"}))
        except SyntaxError:
            continue
        for node in ast.walk(parsed):
            if isinstance(node, ast.Import):
                found |= dict.fromkeys(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found[node.module] = None
    return tuple(found)
