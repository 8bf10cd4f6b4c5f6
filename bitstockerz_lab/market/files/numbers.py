"""Numbers as people and programs write them; what a mark means is decided by the whole file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

PLAIN = r"(?i)^[+-]?((\d+\.?\d*|\.\d+)(e[+-]?\d+)?|inf(inity)?)$"
SIGNS = r"^([+-]?)\s*[$€£¥₹₿]\s*|\s*[$€£¥₹₿]$"
SPACES = r"[ '’\x{00a0}\x{202f}]"
SPACED = rf"^[+-]?\d{{1,3}}({SPACES}\d{{3}})+([.,]\d*)?$"
ROUNDED = r"^([+-]?[\d.,]*\d)\s?([KkMmBbTt])$"
EXPONENTS = {"K": "e3", "M": "e6", "B": "e9", "T": "e12"}
MARKS = {".": (r"\.", ","), ",": (",", r"\.")}
"""A decimal mark, and what separates thousands then, as patterns."""

TELLING = r",|\..*\."
"""What a number needs to have for its marks to be of interest."""

EMPTY = ("", "-", "–", "—", "n/a", "na", "null", "none", "nan")


def read(
    columns: Mapping[str, pa.ChunkedArray],
    source: str,
    decimal: str | None = None,
    *,
    wary: bool = False,
) -> tuple[dict[str, np.ndarray], list[str]]:
    """Return columns as float64, NaN where a cell is empty or no number.

    Parameters
    ----------
    columns : of float64 or of texts, by what they are; a "volume" may be rounded like 1.2M
    source : what it is called in messages
    decimal : the decimal mark, if somebody said
    wary : 1.234 may be a thousand, because the file's cells are not parted by commas

    Raises
    ------
    DataError
        Nothing in the file decides which mark is the decimal one.
    """
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy

    texts = {name: column for name, column in columns.items() if pa.types.is_string(column.type)}
    numbers = {
        name: np.asarray(column.to_numpy(), dtype="float64")
        for name, column in columns.items()
        if name not in texts
    }
    texts, exponents, notes = _undressed(texts)
    mark, more = _mark(texts, source, decimal, wary=wary)
    for name, column in texts.items():
        numbers[name] = _floats(column, mark, exponents.get(name))
    return {name: numbers[name] for name in columns}, notes + more


def is_empty(column: pa.ChunkedArray) -> np.ndarray:
    """Return which cells of a column of texts or numbers say that there is nothing."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy
    from pyarrow import compute  # noqa: PLC0415 - reason: heavy

    if not pa.types.is_string(column.type):
        return np.asarray(compute.is_null(column, nan_is_null=True).to_numpy())
    said = compute.utf8_lower(compute.utf8_trim_whitespace(column))
    nothing = compute.is_in(said, pa.array(EMPTY))
    return np.asarray(compute.or_(nothing, compute.is_null(said)).to_numpy())


def _undressed(
    columns: dict[str, pa.ChunkedArray],
) -> tuple[dict[str, pa.ChunkedArray], dict[str, pa.ChunkedArray], list[str]]:
    """Take away spaces, currency signs and the letters of rounded volumes, and tell of the last."""
    from pyarrow import compute  # noqa: PLC0415 - reason: heavy

    bare, exponents, notes = {}, {}, []
    for name, column in columns.items():
        text = compute.utf8_trim_whitespace(column)
        if _any(text, r"[^0-9.eE+-]"):
            text = compute.replace_substring_regex(text, SIGNS, r"\1")
            joined = compute.replace_substring_regex(text, SPACES, "")
            text = compute.if_else(compute.match_substring_regex(text, SPACED), joined, text)
            rounded = compute.match_substring_regex(text, ROUNDED)
            if name == "volume" and compute.any(rounded).as_py():
                letters = compute.replace_substring_regex(text, ROUNDED, r"\2")
                exponents[name] = compute.if_else(rounded, compute.utf8_upper(letters), "")
                notes.append(
                    f"Volumes like {_first(text, ROUNDED)!r} are rounded by the source; they are "
                    "stored as the number that is written."
                )
                mantissas = compute.replace_substring_regex(text, ROUNDED, r"\1")
                text = compute.if_else(rounded, mantissas, text)
        bare[name] = text
    return bare, exponents, notes


def _mark(
    columns: dict[str, pa.ChunkedArray], source: str, decimal: str | None, *, wary: bool
) -> tuple[str, list[str]]:
    """Return the decimal mark, and what is to be told of it."""
    if decimal is None and not wary and not any(_any(text, TELLING) for text in columns.values()):
        return ".", []
    if decimal is None:
        proofs = {mark: _first_of(columns, _proof(mark)) for mark in MARKS}
        proved = [mark for mark, example in proofs.items() if example is not None]
        undecided = _first_of(columns, _undecided(",")) or (
            _first_of(columns, _undecided(r"\.")) if wary else None
        )
        if len(proved) > 1 or (undecided is not None and not proved):
            raise _ambiguous([text for text in proofs.values() if text] or [undecided], source)
        decimal = proved[0] if proved else "."
    separator = MARKS[decimal][1]
    grouped = _first_of(columns, rf"^[+-]?\d{{1,3}}({separator}\d{{2,3}})*{separator}\d{{3}}\b")
    if decimal == ",":
        example = _first_of(columns, r"^[+-]?\d.*,\d") or grouped
        said = f", like in {example!r}" if example else ""
        return decimal, [f"Numbers were read with a decimal comma{said}."]
    if grouped is not None:
        return decimal, [f"Commas part thousands, like in {grouped!r}."]
    return decimal, []


def _proof(mark: str) -> str:
    """Return the pattern of numbers in which a mark can only be the decimal one."""
    point, comma = MARKS[mark]
    return (
        rf"^[+-]?(\d*{point}(\d{{1,2}}|\d{{4,}})|0\d*{point}\d+|\d{{4,}}{point}\d+|{point}\d+"
        rf"|\d{{1,3}}({comma}\d{{2,3}})*{comma}\d{{3}}{point}\d*"
        rf"|\d{{1,3}}({comma}\d{{2,3}})+{comma}\d{{3}}|\d+{point}\d+[eE][+-]?\d+)$"
    )


def _undecided(mark: str) -> str:
    """Return the pattern of numbers in which a mark may be the decimal one or part thousands."""
    return rf"^[+-]?[1-9]\d{{0,2}}{mark}\d{{3}}$"


def _ambiguous(examples: list[str | None], source: str) -> DataError:
    told = " and ".join(repr(example) for example in examples)
    said = (
        f"numbers like {told} use different decimal marks"
        if len(examples) > 1
        else f"numbers like {told} may be thousands or have three decimals, and nothing decides"
    )
    return DataError(
        f"{source}: {said}. Pass decimal='.' or decimal=','.", source=source, examples=examples
    )


def _floats(texts: pa.ChunkedArray, mark: str, exponents: pa.ChunkedArray | None) -> np.ndarray:
    """Return numbers whose decimal mark is known, NaN where a text is none."""
    import pyarrow as pa  # noqa: PLC0415 - reason: heavy
    from pyarrow import compute  # noqa: PLC0415 - reason: heavy

    if mark == "," or _any(texts, ","):
        point, comma = MARKS[mark]
        groups = rf"^[+-]?\d{{1,3}}({comma}\d{{2,3}})*{comma}\d{{3}}({point}\d*)?$"
        joined = compute.replace_substring(texts, "," if mark == "." else ".", "")
        grouped = compute.match_substring_regex(texts, groups)
        if mark == ",":
            other = compute.match_substring(texts, ".")
            texts = compute.if_else(grouped, joined, compute.if_else(other, "", texts))
            texts = compute.replace_substring(texts, ",", ".")
        else:
            texts = compute.if_else(grouped, joined, texts)
    if exponents is not None:
        for letter, exponent in EXPONENTS.items():
            exponents = compute.replace_substring(exponents, letter, exponent)
        texts = compute.binary_join_element_wise(texts, exponents, "")
    good = compute.match_substring_regex(texts, PLAIN)
    return np.asarray(compute.if_else(good, texts, None).cast(pa.float64()).to_numpy(), "float64")


def _any(texts: pa.ChunkedArray, pattern: str) -> bool:
    from pyarrow import compute  # noqa: PLC0415 - reason: heavy

    return bool(compute.any(compute.match_substring_regex(texts, pattern)).as_py())


def _first(texts: pa.ChunkedArray, pattern: str) -> str | None:
    """Return the first text of a pattern."""
    from pyarrow import compute  # noqa: PLC0415 - reason: heavy

    at = compute.index(compute.match_substring_regex(texts, pattern), value=True).as_py()
    return None if at < 0 else texts[at].as_py()


def _first_of(columns: Mapping[str, pa.ChunkedArray], pattern: str) -> str | None:
    found = (_first(column, pattern) for column in columns.values())
    return next((text for text in found if text is not None), None)


def prove_a_point(cells: list[str]) -> bool:
    """Return whether a cell of a sample has a dot that can only be the decimal mark: 1.23."""
    proof = re.compile(_proof("."))
    return any(proof.match(cell.strip()) for cell in cells)
