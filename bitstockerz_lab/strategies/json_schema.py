"""The JSON Schema of a definition, exported from the model, for editors and other programs.

``python -m bitstockerz_lab.strategies.json_schema`` writes it anew; a test compares.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bitstockerz_lab.strategies.definition import Definition

SCHEMA = Path(__file__).with_name("schema") / "definition.schema.json"
FILLED_IN = {"direction", "type"}
"""Keys that a document may leave out because they follow from the rest."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a definition, as its JSON text may look.

    It tells shapes, not what depends on something else: whether a name is declared, a number
    fits its place or a circle is there, `lab.strategies.validate` tells.
    """
    found = Definition.model_json_schema(by_alias=True, mode="validation")
    for part in (found, *found["$defs"].values()):
        part["required"] = [key for key in part.get("required", []) if key not in FILLED_IN]
        if not part["required"]:
            del part["required"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **found,
        "title": "A strategy's definition",
        "description": "The rules of a strategy of BitStockerz Lab.",
    }


def text() -> str:
    """Return the schema as it is stored."""
    return json.dumps(schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(text(), "utf-8")
