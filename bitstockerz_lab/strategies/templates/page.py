"""docs/templates.md, made of the templates: what they are for, and their rules in English.

``python -m bitstockerz_lab.strategies.templates.page`` writes it anew; a test compares.
"""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from bitstockerz_lab.strategies import english
from bitstockerz_lab.strategies.templates.catalogue import TEMPLATES, table

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.templates.template import Template

PAGE = Path(__file__).parents[3] / "docs" / "templates.md"
WIDTH = 120
HEAD = """\
# Templates

Classics to start from. None is advice: each says where it fails, and what of the original rules
bars alone cannot say.

```python
import bitstockerz_lab as bz

lab = bz.open_lab()
lab.strategies.templates()  # this table as a frame
turtle = lab.strategies.template("turtle")  # print(turtle) shows its rules, code and JSON
lab.strategies.save(turtle)
```

On the command line: `bitstockerz strategies templates` and
`bitstockerz strategies save --template turtle`. All are meant for daily bars unless they say
otherwise. Most numbers in the rules are parameters: `parameters={"entry": 55}` changes one for a
run; its range is where a sweep makes sense, not a promise. Where "Parameters" says `fast < slow`,
other values turn the rules upside down.
"""


def text() -> str:
    """Return the page."""
    rows = table().to_dict("records")
    lines = [
        f"| [`{row['name']}`](#{row['name']}) | {row['title']} | {row['family']} "
        f"| {row['direction']} | {row['idea']} |"
        for row in rows
    ]
    head = "| name | saved as | family | direction | idea |\n|---|---|---|---|---|"
    sections = [_section(TEMPLATES[row["name"]]) for row in rows]
    return "\n".join([HEAD, head, *lines, "", *sections])


def _section(template: Template) -> str:
    told = {
        "Works": template.works,
        "Fails": template.fails,
        "Left out": template.left_out,
        "Parameters": template.constraint and f"`{template.constraint}`.",
        "Source": f"{template.source}.",
    }
    paragraphs = [template.idea, *(f"**{word}.** {said}" for word, said in told.items() if said)]
    shown = "\n\n".join(textwrap.fill(one, WIDTH, break_on_hyphens=False) for one in paragraphs)
    rules = english.describe(template.rules()).splitlines()
    wrapped = "\n".join(textwrap.fill(one, WIDTH, subsequent_indent="  ") for one in rules)
    return f"## {template.name}\n\n{shown}\n\n```text\n{wrapped}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(text(), "utf-8")
