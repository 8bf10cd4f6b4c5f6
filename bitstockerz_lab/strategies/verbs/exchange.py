"""Strategies carried elsewhere: copied under another name, exported to a file, imported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import files, files_store, notes_store, store
from bitstockerz_lab.strategies.python import consent
from bitstockerz_lab.strategies.verbs.honesty import Checking
from bitstockerz_lab.strategies.versions import Scope

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.versions import StrategyVersion


class Exchange(Checking):
    """Copy, export, import."""

    def copy(
        self, name: str | int | StrategyVersion, new_name: str, version: int | None = None
    ) -> StrategyVersion:
        """Make a new strategy of a version's rules; a note on it says where they came from.

        Parameters
        ----------
        name : the strategy's, of a retired one too
        new_name : of the new strategy, whose version 1 it becomes
        version : None is the newest

        Raises
        ------
        UnknownName
            There is none of that name or number.
        TradingError
            There is a strategy of the new name already.
        DefinitionError
            The new name is empty.
        """
        with self._database.write() as con:
            user = self._user.id
            found = store.get_version(con, user, name, version)
            store.free_name(con, user, new_name)
            rules = found.definition.titled(new_name.strip())
            scope = Scope(found.asset_type, found.symbol_scope, found.timeframe)
            made = store.save(con, user, rules, scope, None)
            notes_store.add_note(con, made.id, f"Copy of {found.name} version {found.version}.")
        return self._check_once(made)

    def export(
        self,
        name: str | int | StrategyVersion,
        path: str | Path | None = None,
        *,
        version: int | Literal["all"] | None = "all",
        overwrite: bool = False,
    ) -> Path:
        """Write a strategy to a JSON file and return the file's path.

        Name, description, what it is meant for, and its versions with rules, notes and tags; no
        runs. The same strategy gives the same file.

        Parameters
        ----------
        name : the strategy's, of a retired one too
        path : a file, or a folder; ``golden-cross.json`` in this folder if left out
        version : "all", a number, or None for the newest alone
        overwrite : replace a file that is there

        Raises
        ------
        UnknownName
            There is none of that name or number.
        DataError
            The file is there already, or cannot be written.
        """
        if isinstance(version, str) and version != "all":
            raise DefinitionError(f"No version {version!r}. Give a number, None or 'all'.")
        number = None if version == "all" else version
        with self._database.read() as con:
            found = store.get_version(con, self._user.id, name, number)
            strategy = files_store.collect(con, found, every=version == "all")
        target = Path(path) if path is not None else Path(f"{files.slug(strategy.name)}.json")
        return files.write(strategy, target, overwrite=overwrite)

    def import_file(self, path: str | Path, name: str | None = None) -> StrategyVersion:
        """Store the strategy of a file that `export` wrote, whole or not at all.

        Versions keep their numbers. What is stored already stays as it is; the file's further
        versions, notes and tags are added to it. Nothing is run.

        Parameters
        ----------
        path : the file
        name : a name to store it under; the file's if left out

        Returns
        -------
        StrategyVersion
            The newest of the file.

        Raises
        ------
        DataError
            The file cannot be read, is no such file, or is damaged: a rule that does not hold
            together, rules that are not those exported, a number twice.
        TradingError
            A strategy of this name has other rules under the same number, or is retired.
        """
        strategy = files.read(path)
        title = (strategy.name if name is None else name).strip()
        if not title:
            raise DefinitionError("A strategy needs a name, not an empty text.")
        rules = strategy.definitions(title)
        for one in rules:
            consent.imported(one)
        with self._database.write() as con:
            newest = files_store.add(con, self._user.id, strategy, rules)
        return self._check_once(newest)
