"""Whose code runs without asking: a person's own, and what that person agreed to.

The list belongs to the person on this machine, not to the database: a database that comes from
somebody else cannot bring its own consent. Code is agreed to by its SHA-256, so changed code is
other code.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from bitstockerz_lab import clock
from bitstockerz_lab.errors import LabError, StorageError, Untrusted
from bitstockerz_lab.strategies.python.model import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitstockerz_lab.strategies.definition import Definition

    Listed = dict[str, dict[str, dict[str, str]]]

TRUST = "BITSTOCKERZ_TRUST"
KINDS = ("code", "databases", "imported")
LOCK_S = 10
_OWN: set[str] = set()
"""What was decorated in this process."""
_AGREED: set[str] = set()
"""What this process was allowed to run; the file is not asked again."""


def path() -> Path:
    """Return the file of what is trusted: $BITSTOCKERZ_TRUST, or one in the person's own folder."""
    given = os.environ.get(TRUST)
    if given:
        return Path(given).expanduser()
    import platformdirs  # noqa: PLC0415 - only where consent is asked for

    return Path(platformdirs.user_config_dir("bitstockerz")) / "trusted.json"


def decorated(definition: Definition) -> None:
    """Note that code was written in this process."""
    if definition.python is not None:
        _OWN.add(digest(definition.python.source))


def saved(definition: Definition) -> None:
    """Remember code as the person's own, for later processes, if it was written in this one.

    Else it came as text from somewhere. Where the list cannot be written, a later process asks.
    """
    if definition.python is None:
        return
    if digest(definition.python.source) not in _OWN:
        imported(definition)
        return
    with contextlib.suppress(LabError):
        agree(definition)


def imported(definition: Definition) -> None:
    """Remember, for ever, code that comes as text or in a file: no trust in a database covers it.

    What was agreed to by itself runs all the same, until that is taken back.

    Raises
    ------
    StorageError
        The list cannot be read or written.
    """
    if definition.python is None:
        return
    sha256, known = digest(definition.python.source), entries()
    through_its_database = sha256 in _AGREED and sha256 not in known["code"]
    if sha256 in _OWN or sha256 in known["imported"] or through_its_database:
        return
    with _changing() as listed:
        when = {"name": definition.name, "imported_at": clock.now().isoformat()}
        listed["imported"][sha256] = when


def agree(definition: Definition) -> None:
    """Agree to a definition's code for good.

    Raises
    ------
    StorageError
        The list cannot be read or written. The running process may run the code all the same.
    """
    if definition.python is None:
        return
    sha256 = digest(definition.python.source)
    _AGREED.add(sha256)
    if sha256 in entries()["code"]:
        return
    title = definition.name or definition.python.function
    with _changing() as listed:
        listed["code"][sha256] = {"name": title, "agreed_at": clock.now().isoformat()}


def passed_on(definition: Definition) -> None:
    """Let this process, a worker, run what the person agreed to in the one that asks for it."""
    if definition.python is not None:
        _AGREED.add(digest(definition.python.source))


def agree_to_database(database: Path) -> None:
    """Agree to every strategy of a database file, also to those that are saved to it later."""
    with _changing() as listed:
        listed["databases"][str(database.resolve())] = {"agreed_at": clock.now().isoformat()}


def take_back(definition: Definition) -> None:
    """Strike a definition's code off the list, and off what this process may run."""
    if definition.python is not None:
        sha256 = digest(definition.python.source)
        _OWN.discard(sha256)
        _AGREED.discard(sha256)
        with _changing() as listed:
            listed["code"].pop(sha256, None)


def take_back_database(database: Path) -> None:
    """Strike a database file off the list; code that was agreed to by itself stays agreed to."""
    _AGREED.clear()  # some of it may have been agreed to through that database only
    with _changing() as listed:
        listed["databases"].pop(str(database.resolve()), None)


def given(definition: Definition, database: Path | None = None) -> bool:
    """Tell whether a definition may run without asking; one without code always may.

    Parameters
    ----------
    definition : any
    database : the file it comes from; None where it comes from none
    """
    if definition.python is None:
        return True
    sha256 = digest(definition.python.source)
    if sha256 in _OWN or sha256 in _AGREED:
        return True
    listed = entries()
    agreed = sha256 in listed["code"]
    if sha256 not in listed["imported"] and database is not None:
        agreed |= str(database.resolve()) in listed["databases"]
    if agreed:
        _AGREED.add(sha256)
        return True
    return False


def require(
    definition: Definition,
    database: Path | None = None,
    *,
    version: int | None = None,
    trust: bool = False,
) -> None:
    """Let a definition run, or raise; `trust` agrees to its code for good.

    Parameters
    ----------
    definition : any; one without code always may run
    database : the file it comes from; None where it comes from none
    version : its number there, for the message
    trust : the person says so

    Raises
    ------
    Untrusted
        Its code was neither written nor agreed to on this machine.
    """
    code = definition.python
    if code is None:
        return
    if trust:
        with contextlib.suppress(StorageError):  # said again next time, where it cannot be kept
            agree(definition)
        return
    if given(definition, database):
        return
    name = definition.name or code.function
    lines = f"{code.lines} line{'' if code.lines == 1 else 's'} of Python"
    told = "" if version is None else f" version {version}"
    read, way_out = "definition.code()", ""
    if version is not None:
        read = f"lab.strategies.get({name!r}, {version}).definition.code()"
        way_out = ", or trust every strategy of this file with lab.strategies.trust()"
    raise Untrusted(
        f"Strategy {name!r}{told} is {lines} that {'was' if code.lines == 1 else 'were'} not "
        f"written or agreed to on this machine. Read them with print({read}), then run with "
        f"trust=True{way_out}.",
        name=name,
        version=version,
        sha256=digest(code.source),
    )


def entries() -> Listed:
    """Return the list: "code" and "imported" by SHA-256, "databases" by path, each with its time.

    Raises
    ------
    StorageError
        The file cannot be read, or somebody wrote something else into it.
    """
    file = path()
    try:
        listed: Any = json.loads(file.read_text("utf-8"))
        found = {kind: dict(listed.get(kind, {})) for kind in KINDS}
        plain = all(isinstance(one, dict) for kind in KINDS for one in found[kind].values())
    except FileNotFoundError:
        return {kind: {} for kind in KINDS}
    except (OSError, ValueError, AttributeError, TypeError) as problem:
        raise _unusable(file, "read", problem) from problem
    if not plain:
        raise _unusable(file, "read", ValueError("no list of what is trusted"))
    return found


@contextlib.contextmanager
def _changing() -> Iterator[Listed]:
    """Read the list, and write it back as it was changed: in one step, for the person alone."""
    file = path()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{file}.lock", timeout=LOCK_S):
            listed = entries()
            yield listed
            handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # of mode 600
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as stream:
                    json.dump(listed, stream, indent=1, sort_keys=True)
                Path(name).replace(file)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
    except (OSError, Timeout) as problem:
        raise _unusable(file, "written", problem) from problem


def _unusable(file: Path, what: str, problem: Exception) -> StorageError:
    return StorageError(
        f"The list of what you trust, {file}, cannot be {what} ({problem}). Mend or remove it, or "
        f"name another file in {TRUST}.",
        path=str(file),
    )
