"""A strategy's Python code, as it is stored, and what can be read off its text."""

from __future__ import annotations

import ast
import hashlib
import unicodedata
import warnings
from dataclasses import dataclass
from functools import lru_cache

from pydantic import Field

from bitstockerz_lab.strategies.language import Model, Text

PLAIN_BREAKS = "\n\t"
HIDDEN = {"Cc", "Zl", "Zp"}
"""The categories of control characters, and of those that end a line for some programs only."""
REVERSING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that show text in another order than it is read in."""


class PythonCode(Model):
    """A module's text and the function in it that decides. It is only run after consent.

    Parameters
    ----------
    source : the whole module: imports, constants, helpers, the function
    function : its name; it is called with the bars and with parameters by name
    sha256 : of the source, in UTF-8, in hex
    imports : the packages it needs, with the versions it was saved with
    """

    source: Text
    function: Text
    sha256: Text
    imports: dict[str, Text] = Field(default_factory=dict)

    @property
    def lines(self) -> int:
        """How many lines the source has."""
        return len(self.source.removesuffix("\n").split("\n"))

    @property
    def arguments(self) -> tuple[str, ...]:
        """The function's arguments, the bars first."""
        found = functions(self.source)[self.function].args
        return tuple(one.arg for one in (*found.posonlyargs, *found.args, *found.kwonlyargs))


@dataclass(frozen=True, slots=True)
class Unreadable(Exception):
    """Why a source is no Python, and on which line; 0 where no line can be told."""

    line: int
    reason: str


def digest(source: str) -> str:
    """Return the SHA-256 of a source, in hex."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=256)
def parsed(source: str) -> ast.Module:
    """Return a source's syntax tree; nothing is run.

    Raises
    ------
    Unreadable
        It is no Python, or holds characters that hide what it says.
    """
    for number, line in enumerate(source.split("\n"), start=1):
        for sign in line:
            hidden = unicodedata.category(sign) in HIDDEN and sign not in PLAIN_BREAKS
            if hidden or sign in REVERSING:
                raise Unreadable(number, f"the character {sign!r} hides what is written there")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError as problem:
        raise Unreadable(problem.lineno or 0, problem.msg) from None
    except (ValueError, MemoryError, RecursionError) as problem:
        raise Unreadable(0, str(problem) or type(problem).__name__) from None


def functions(source: str) -> dict[str, ast.FunctionDef]:
    """Return the functions at the top of a source, by name; the last of a name counts."""
    return {node.name: node for node in parsed(source).body if isinstance(node, ast.FunctionDef)}
