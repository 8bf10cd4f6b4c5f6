"""Who may import whom: DESIGN.md section 2, bottom up, imports inside functions included."""

from __future__ import annotations

import ast
from itertools import pairwise

import pytest

from tests.conventions.project import PACKAGE, modules, short, tree

GROUND = {"enums", "errors", "clock"}
BOTTOM = GROUND | {"storage", "measures", "pages"}
SHARED = BOTTOM | {"users", "ops", "market"}
ROOMS = SHARED | {"strategies", "backtests", "paper"}
MAY_IMPORT = {
    "enums": set(),
    "errors": set(),
    "clock": {"errors", "enums"},
    "storage": GROUND,
    "measures": GROUND,
    "pages": GROUND,
    "users": BOTTOM,
    "ops": BOTTOM,
    "market": BOTTOM,
    "strategies": SHARED,
    "paper": SHARED,
    "backtests": SHARED | {"strategies"},
    "batch": ROOMS,
    "lab": ROOMS | {"batch"},
    "": ROOMS | {"lab", "batch"},  # the package's own __init__
    "widgets": ROOMS | {"lab", "batch", ""},
    "cli": ROOMS | {"lab", "batch", ""},
}
DOORS = {("lab", "widgets")}
"""Arrows against the map that stand inside functions, or for the checker of types."""
ONLY_IN = {
    "duckdb": ("storage/",),
    "vectorbt": ("backtests/second_opinion.py",),
    "dask": ("backtests/sweep/cluster.py",),
    "distributed": ("backtests/sweep/cluster.py", "batch/elsewhere.py"),
    "papermill": ("batch/",),
    "ipywidgets": ("widgets/",),
    "typer": ("cli/",),
}


def room_of(dotted: str) -> str | None:
    """Return the room a dotted name is in; "" for the package itself, None for another package."""
    first, _, rest = dotted.partition(".")
    return rest.partition(".")[0] if first == PACKAGE.name else None


def imports(module: ast.Module, package: str) -> list[tuple[int, str]]:
    """Return line and dotted name of everything a module imports, wherever in it the import is."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base]).rstrip(".")
            inside = base == PACKAGE.name  # from bitstockerz_lab import errors: the name is a room
            found += [
                (node.lineno, f"{base}.{alias.name}" if inside and is_room(alias.name) else base)
                for alias in node.names
            ]
    return found


def is_room(name: str) -> bool:
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").exists()


def package_of(path) -> str:
    inside = path.relative_to(PACKAGE.parent).parts[:-1]
    return ".".join(inside)


def home_of(path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def wrong_arrows(module: ast.Module, home: str, package: str) -> list[str]:
    return [
        f"line {line}: {home or 'the package'} imports {name}"
        for line, name in imports(module, package)
        if (room := room_of(name)) is not None
        and room != home
        and (home, room) not in DOORS
        and room not in MAY_IMPORT.get(home, set())
    ]


@pytest.mark.parametrize("path", modules(), ids=short)
def test_a_room_imports_only_rooms_below_it(path):
    assert home_of(path) in MAY_IMPORT, "a new room: give it its place in MAY_IMPORT and DESIGN.md"
    assert wrong_arrows(tree(path), home_of(path), package_of(path)) == []


@pytest.mark.parametrize("path", modules(), ids=short)
def test_a_heavy_library_is_imported_only_where_it_belongs(path):
    inside = path.relative_to(PACKAGE).as_posix()
    strays = [
        f"line {line}: {name}"
        for line, name in imports(tree(path), package_of(path))
        if (places := ONLY_IN.get(name.partition(".")[0])) and not inside.startswith(places)
    ]
    assert strays == []


def test_an_import_against_the_map_is_found_inside_a_function_and_when_relative():
    lazy = ast.parse("def verb():\n    from bitstockerz_lab.backtests import api\n")
    relative = ast.parse("from ..lab import Lab\n")
    named = ast.parse("from bitstockerz_lab import backtests, errors\n")
    for planted in (lazy, relative, named):
        assert len(wrong_arrows(planted, "market", "bitstockerz_lab.market")) == 1


def test_a_door_opens_only_when_somebody_goes_through():
    for home, room in DOORS:
        module = ast.parse((PACKAGE / f"{home}.py").read_text("utf-8"))  # to take apart
        at_once = ast.Module([node for node in module.body if not isinstance(node, ast.If)], [])
        inside = [node for node in ast.walk(at_once) if isinstance(node, ast.FunctionDef)]
        for function in inside:
            function.body = [ast.Pass()]
        assert room not in {room_of(name) for _, name in imports(at_once, PACKAGE.name)}
        assert room in {room_of(name) for _, name in imports(tree(PACKAGE / f"{home}.py"), "")}


def test_the_map_has_no_way_round_in_a_circle():
    order = list(MAY_IMPORT)
    for lower, upper in pairwise(order):
        assert upper not in MAY_IMPORT[lower]
    assert all(
        order.index(below) < order.index(room) for room in order for below in MAY_IMPORT[room]
    )


def test_paper_and_backtests_never_meet():
    assert "backtests" not in MAY_IMPORT["paper"]
    assert "paper" not in MAY_IMPORT["backtests"]
