"""What the tests of the house rules look at."""

from __future__ import annotations

import ast
import functools
import subprocess
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "bitstockerz_lab"


@functools.cache
def files() -> list[Path]:
    """Every file git tracks or would track; without git, every file that is not ignored."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode == 0:
        paths = [PROJECT / name for name in listing.stdout.splitlines()]
        return sorted(path for path in paths if path.is_file())
    return sorted(path for path in PROJECT.rglob("*") if path.is_file() and not _ignored(path))


def _ignored(path: Path) -> bool:
    parts = path.relative_to(PROJECT).parts
    if parts[0] == "data":
        return parts[1] != "sample"
    return any(
        part in {".git", "__pycache__", "build", "dist"}
        or (part.startswith(".") and part.endswith(("_cache", "venv", "checkpoints", "hypothesis")))
        or part.endswith(".egg-info")
        for part in parts
    )


def modules() -> list[Path]:
    """Every Python file of the package."""
    return [path for path in files() if path.suffix == ".py" and PACKAGE in path.parents]


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def short(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@functools.cache
def pyproject() -> dict:
    return tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
