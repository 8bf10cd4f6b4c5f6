"""A strategy's versions: what changed from one to the next, notes and tags on them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from bitstockerz_lab.errors import DefinitionError, UnknownName
from bitstockerz_lab.strategies import definition as definitions
from bitstockerz_lab.strategies import diff as diffs
from bitstockerz_lab.strategies import listings_store, notes_store, store
from bitstockerz_lab.strategies import versions as version_words
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.verbs.room import Room
from bitstockerz_lab.strategies.versions import StrategyVersion

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.storage import Connection
    from bitstockerz_lab.strategies.diff import Diff

    Rules = str | int | Definition | StrategyVersion

FIRST = "the first version"


class Versions(Room):
    """Versions, diff, note, notes, tag, untag."""

    def versions(self, name: str) -> pd.DataFrame:
        """Return a strategy's versions, oldest first.

        Returns
        -------
        DataFrame, a row a version
            version, strategy_version_id, created_at (UTC), tags (with commas between), note (the
            newest), runs (completed), last_run_at (UTC, missing if never), changes (what differs
            from the version before, a sentence a line), summary (plain English).
        """
        with self._database.read() as con:
            found = listings_store.list_versions(con, self._user.id, name)
        rules = [Definition.parse(text) for text in found.pop("definition_json")]
        later = [_told(diffs.compare(old, new)) for old, new in pairwise(rules)]
        found["changes"] = [FIRST, *later]
        found["summary"] = [definitions.summary(one) for one in rules]
        return found

    def diff(self, name: Rules, old: int | Rules | None = None, new: int | None = None) -> Diff:
        """Return what changed from one version to another, as sentences.

        Parameters
        ----------
        name : a strategy's name; or a definition or StrategyVersion, compared with `old`, which
            is then another one, or the name of a strategy
        old, new : version numbers; the newest against the one before if left out, and `old`
            against the newest if only `new` is

        Returns
        -------
        Diff
            Shows itself as text; false where both mean the same rules. ``as_frame()`` is a table,
            ``changes`` has a `Change` (path, kind, before, after, sentence) for each.

        Raises
        ------
        UnknownName
            There is none of that name or number.

        Examples
        --------
        >>> lab.strategies.diff("Dip", 1, 2)  # doctest: +SKIP
        Dip, version 1 → version 2
        - entry: the 14-bar RSI below 30 → below 25
        """
        if isinstance(name, Definition | StrategyVersion) and old is None and new is None:
            message = "diff(rules) needs something beside it: diff(rules, other)."
            raise DefinitionError(message)
        if isinstance(name, Definition | StrategyVersion) and isinstance(old, Definition):
            return _compared(name, old)
        with self._database.read() as con:
            one, other = self._pair(con, name, old, new)
        return _compared(one, other)

    def _pair(
        self, con: Connection, name: Rules, old: Rules | None, new: int | None
    ) -> tuple[Definition | StrategyVersion, Definition | StrategyVersion]:
        """Return the two that `diff` was asked for, the older or first one first."""

        def stored(wanted: Rules, number: int | None = None) -> Definition | StrategyVersion:
            if isinstance(wanted, Definition):
                return wanted
            return store.get_version(con, self._user.id, wanted, number)

        if isinstance(name, Definition) or isinstance(old, Definition | StrategyVersion | str):
            return stored(name), stored(name if old is None else old, new)
        later = store.get_version(con, self._user.id, name, new)
        earlier = old if old is not None else _before(con, later)
        return stored(later, earlier), later

    def note(self, name: str | StrategyVersion, text: str, version: int | None = None) -> None:
        """Write a note on a version; earlier notes stay.

        Parameters
        ----------
        name : the strategy's, or a StrategyVersion
        text : the note
        version : None is the newest

        Raises
        ------
        UnknownName
            There is none of that name or number.
        DefinitionError
            The note is empty.
        """
        if not text.strip():
            raise DefinitionError("A note needs a text, not an empty one.")
        with self._database.write() as con:
            found = store.get_version(con, self._user.id, name, version)
            notes_store.add_note(con, found.id, text.strip())

    def notes(self, name: str) -> pd.DataFrame:
        """Return a strategy's notes, oldest first.

        Returns
        -------
        DataFrame, a row a note
            version, created_at (UTC), note.
        """
        with self._database.read() as con:
            return notes_store.list_notes(con, store.strategy_id(con, self._user.id, name))

    def tag(self, name: str | StrategyVersion, *tags: str, version: int | None = None) -> None:
        """Put tags on a version, such as "live" or "candidate"; what it has already stays.

        Parameters
        ----------
        name : the strategy's, or a StrategyVersion
        *tags : words without commas; case is kept, and two that differ by it are one
        version : None is the newest

        Raises
        ------
        UnknownName
            There is none of that name or number.
        DefinitionError
            A tag is empty, too long or has a comma.
        """
        wanted = _wanted(tags)
        with self._database.write() as con:
            found = store.get_version(con, self._user.id, name, version)
            notes_store.add_tags(con, found.id, wanted)

    def untag(self, name: str | StrategyVersion, *tags: str, version: int | None = None) -> None:
        """Take tags off a version.

        Raises
        ------
        UnknownName
            There is none of that name or number, or the version has no such tag.
        """
        wanted = _wanted(tags)
        with self._database.write() as con:
            found = store.get_version(con, self._user.id, name, version)
            notes_store.remove_tags(con, found, wanted)


def _wanted(tags: tuple[str, ...]) -> list[str]:
    if not tags:
        raise DefinitionError("No tag was given. Give one: tag(name, 'live').")
    return version_words.tags(tags)


def _before(con: Connection, later: StrategyVersion) -> int:
    numbers = [number for _, number, _ in store.definitions(con, later.strategy_id)]
    earlier = [number for number in numbers if number < later.version]
    if not earlier:
        message = (
            f"{later.name!r} version {later.version} has no version before it. "
            "diff(name, other) compares it with another strategy."
        )
        raise UnknownName(message, name=later.name, version=later.version)
    return earlier[-1]


def _compared(one: Definition | StrategyVersion, other: Definition | StrategyVersion) -> Diff:
    both = [
        rules.definition if isinstance(rules, StrategyVersion) else rules for rules in (one, other)
    ]
    titles = [_title(one, "one"), _title(other, "the other")]
    if isinstance(one, StrategyVersion) and isinstance(other, StrategyVersion):
        same = one.strategy_id == other.strategy_id and one.name == other.name
        titles[1] = f"version {other.version}" if same else titles[1]
    return diffs.compare(both[0], both[1], (titles[0], titles[1]))


def _title(rules: Definition | StrategyVersion, nameless: str) -> str:
    if isinstance(rules, StrategyVersion):
        return f"{rules.name}, version {rules.version}"
    return rules.name or nameless


def _told(diff: Diff) -> str:
    sentences = diff.sentences or tuple(remark.sentence for remark in diff.remarks)
    return "\n".join(sentence.partition("\n")[0].rstrip(":") for sentence in sentences)
