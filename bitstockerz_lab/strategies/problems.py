"""What is wrong with a definition, and where: path, sentence, suggestion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DefinitionError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a definition.

    Parameters
    ----------
    path : where in the JSON: ``enter_long.all[0].left``; empty for the whole definition
    message : a sentence with the values
    suggestion : the way out; may be empty
    """

    path: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        sentence = f"{self.message} {self.suggestion}".rstrip()
        return f"{self.path}: {sentence}" if self.path else sentence


def join(path: str, key: str | int) -> str:
    """Return the path of a member.

    Examples
    --------
    >>> join(join("enter_long", "all"), 0)
    'enter_long.all[0]'
    """
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not PLAIN_KEY.fullmatch(key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key


def did_you_mean(asked: str, known: Iterable[str], way_out: str = "") -> str:
    """Return ``Did you mean 'sma'?``, or the way out where nothing known is near."""
    by_folded = {name.casefold(): name for name in known}
    longer = [name for name in by_folded if asked and name.startswith(f"{asked.casefold()}_")]
    near = longer[:1] or get_close_matches(asked.casefold(), by_folded, n=1, cutoff=0.6)
    return f"Did you mean {by_folded[near[0]]!r}?" if near else way_out


def listed(names: Iterable[str]) -> str:
    """Return the names as a person would list them: ``'a', 'b' or 'c'``."""
    quoted = [repr(name) for name in names]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), *quoted[-1:]]))


def raise_for(problems: Sequence[Problem]) -> None:
    """Raise one DefinitionError that lists every problem; do nothing if there is none.

    Raises
    ------
    DefinitionError
        ``values["problems"]`` holds them.
    """
    if not problems:
        return
    if len(problems) == 1:
        message = str(problems[0])
    else:
        lines = "".join(f"\n- {problem}" for problem in problems)
        message = f"The definition has {len(problems)} problems:{lines}"
    raise DefinitionError(message, problems=tuple(problems))
