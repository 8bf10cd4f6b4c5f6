"""A strategy as a JSON file: every version with its rules, notes and tags; read and checked whole.

``{"format": "bitstockerz-strategy", "format_version": 1, "name": …, "description": …,
"asset_type": …, "symbol_scope": …, "timeframe": …, "versions": [{"version": 1, "created_at": …,
"definition": {…}, "rules_sha256": …, "notes": [{"created_at": …, "note": …}], "tags": […]}]}``
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError

from bitstockerz_lab.errors import DataError, DefinitionError
from bitstockerz_lab.strategies import versions
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.document import read_text, to_text
from bitstockerz_lab.strategies.language import Model, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT: Literal["bitstockerz-strategy"] = "bitstockerz-strategy"
FORMAT_VERSION: Literal[1] = 1
LARGEST = 2**31 - 1
"""The highest number a version may have."""


def _utc(when: datetime) -> datetime:
    """Return a time in UTC; what lies beyond the calendar there is refused as any wrong value."""
    try:
        return when.astimezone(UTC)
    except OverflowError as problem:
        raise ValueError("In UTC there is no such time") from problem


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]


class Note(Model):
    """A note on a version."""

    created_at: Moment
    note: Text = Field(min_length=1)


class FileVersion(Model):
    """One version in a file."""

    version: int = Field(ge=1, le=LARGEST, strict=True)
    created_at: Moment
    definition: dict[str, Any]
    rules_sha256: Text
    notes: tuple[Note, ...] = ()
    tags: tuple[Text, ...] = ()


class StrategyFile(Model):
    """A strategy with some or all of its versions, as a file has it."""

    format: Literal["bitstockerz-strategy"] = FORMAT
    format_version: Literal[1] = FORMAT_VERSION
    name: Text = Field(min_length=1)
    description: Text | None = None
    asset_type: Text = versions.ANY
    symbol_scope: Text = versions.ANY
    timeframe: Text = versions.ANY
    versions: tuple[FileVersion, ...] = Field(min_length=1)

    def definitions(self, name: str) -> list[Definition]:
        """Return each version's rules under a name."""
        return [Definition.parse({**one.definition, "name": name}) for one in self.versions]


def rules_sha256(definition: Definition) -> str:
    """Return the SHA-256 of the rules' canonical text: name and description do not count.

    Examples
    --------
    >>> rules = Definition.parse('{"enter_long": {"left": "close", "op": ">", "right": 1}}')
    >>> rules_sha256(rules)[:12]
    '2821314c4c6c'
    """
    return hashlib.sha256(to_text(definition.rules()).encode()).hexdigest()


def write(strategy: StrategyFile, path: Path, *, overwrite: bool) -> Path:
    """Write a strategy to a file, wholly or not at all.

    Raises
    ------
    DataError
        The file is there already, or the path cannot be written.
    """
    text = json.dumps(strategy.model_dump(mode="json"), indent=2, ensure_ascii=False) + "\n"
    target = path.expanduser().absolute()
    if target.is_dir():
        target = target / f"{slug(strategy.name)}.json"
    if target.exists() and not overwrite:
        message = f"{target} is there already. Give another path, or overwrite=True."
        raise DataError(message, path=str(target))
    half = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        half.write_text(text, encoding="utf-8")
        half.replace(target)
    except OSError as problem:
        message = (
            f"{strategy.name!r} cannot be written to {target}: {problem.strerror}. "
            "Give the path of a file in a folder you may write to."
        )
        raise DataError(message, path=str(target)) from problem
    finally:
        with suppress(OSError):
            half.unlink(missing_ok=True)
    return target


def read(path: str | Path) -> StrategyFile:
    """Read a strategy's file; everything in it is checked.

    Raises
    ------
    DataError
        It cannot be read, is no such file, or is damaged.
    """
    source = Path(path).expanduser()
    try:
        text = source.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is no UTF-8 text"
        message = f"{source} cannot be read: {reason}. Give a file of lab.strategies.export(...)."
        raise DataError(message, path=str(source)) from None
    told = next(iter(_problems(text)), None)
    if told is not None:
        raise DataError(f"{source}: {told} Nothing was imported.", path=str(source))
    return _parsed(text)


def _parsed(text: str) -> StrategyFile:
    return StrategyFile.model_validate(json.loads(text))


def _problems(text: str) -> Iterator[str]:
    """Yield what is wrong with a file, the most basic first."""
    raw, found = read_text(text)
    if raw is None or found:
        yield found[0].message
        return
    if raw.get("format") != FORMAT:
        yield (
            f"This is no strategy's file: its format is {raw.get('format')!r}, not {FORMAT!r}. "
            "A definition alone is saved with lab.strategies.save(text)."
        )
        return
    if raw.get("format_version") != FORMAT_VERSION:
        yield (
            f"Its format_version is {raw.get('format_version')!r}; this bitstockerz_lab reads "
            f"{FORMAT_VERSION}. A newer one may read it."
        )
        return
    try:
        strategy = _parsed(text)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        yield f"{where}: {first['msg']}."
        return
    yield from _scope_problems(strategy)
    yield from _version_problems(strategy)


def _scope_problems(strategy: StrategyFile) -> Iterator[str]:
    try:
        versions.scope(strategy.asset_type, strategy.symbol_scope, strategy.timeframe)
    except (DefinitionError, DataError) as problem:
        yield str(problem)


def _version_problems(strategy: StrategyFile) -> Iterator[str]:
    """Yield what is wrong with the versions: numbers, rules, digests."""
    numbers: set[int] = set()
    digests: dict[str, int] = {}
    for one in strategy.versions:
        if one.version in numbers:
            yield f"Version {one.version} stands in it twice."
        numbers.add(one.version)
        try:
            versions.tags(one.tags)
        except DefinitionError as problem:
            yield f"Version {one.version}: {problem}"
        try:
            definition = Definition.parse(one.definition)
        except DefinitionError as problem:
            yield f"Version {one.version} does not hold together: {problem}"
            continue
        digest = rules_sha256(definition)
        if digest != one.rules_sha256:
            yield (
                f"The rules of version {one.version} are not those that were exported: their "
                f"SHA-256 is {digest[:12]}…, not {one.rules_sha256[:12]}…"
            )
        if digest in digests:
            yield f"Versions {digests[digest]} and {one.version} have the same rules."
        digests[digest] = one.version


def slug(name: str) -> str:
    """Return a name as a file may be called.

    Examples
    --------
    >>> slug("Golden cross / 2")
    'golden-cross-2'
    """
    kept = "".join(letter if letter.isalnum() else "-" for letter in name.casefold())
    return "-".join(part for part in kept.split("-") if part) or "strategy"


def moment(when: datetime) -> datetime:
    """Return a time as the database keeps it: UTC, without a zone."""
    return when.astimezone(UTC).replace(tzinfo=None)
