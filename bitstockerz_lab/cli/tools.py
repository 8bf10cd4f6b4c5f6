"""Commands that belong to no room: sql, compact, lab and app."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, Settings, examples, open_lab
from bitstockerz_lab.errors import LabError


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command(
        epilog=examples(
            'bitstockerz sql "SELECT symbol, asset_type FROM symbols"',
            'bitstockerz sql "SELECT * FROM backtest_results" --csv',
        )
    )(sql)
    app.command(epilog=examples("bitstockerz compact"))(compact)
    app.command(
        epilog=examples("bitstockerz lab", "bitstockerz lab -- --no-browser --port 9999"),
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(lab)
    app.command(
        "app",
        epilog=examples("bitstockerz app", "bitstockerz app -- --no-browser --theme=dark"),
        context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    )(page)


def sql(
    context: typer.Context,
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SELECT.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer in CSV.")] = False,
    timeout_s: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", help="A longer query is stopped.")
    ] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Ask the database a question in SQL.

    Nothing that writes gets through.
    """
    if as_json and as_csv:
        raise typer.BadParameter("--json and --csv exclude each other")
    answer = open_lab(context).sql(query, timeout_s=timeout_s)
    if as_json:
        output.write_json(answer)
    elif as_csv:
        answer.to_csv(sys.stdout, index=False)
    else:
        output.write_frame(answer, "No rows.")


def compact(context: typer.Context) -> None:
    """Make the lab's file anew, so that every verb is as quick as on a new one.

    Files up to 250 MB do so by themselves; others wait meanwhile, a second per million rows.
    """
    opened = open_lab(context)
    before = opened.path.stat().st_size
    with output.working("Making the file anew"):
        opened.database.compact()
    after = opened.path.stat().st_size
    output.write(
        f"{opened.path} is made anew: {before / 1e6:,.1f} MB before, {after / 1e6:,.1f} now."
    )


def lab(context: typer.Context) -> None:
    """Open JupyterLab on notebooks/.

    What follows -- is handed to JupyterLab.
    """
    folder = find_folder("notebooks")
    where = [str(Path.cwd())]
    if folder is not None:  # the root is the project, since the guide links to docs/
        where = [str(folder.parent), "--LabApp.default_url=/lab/tree/notebooks"]
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    _replace_this_process(context, "JupyterLab", ["jupyterlab", *where, *as_root])


def page(context: typer.Context) -> None:
    """Open the dashboard and the widgets as a page of their own, without a notebook around them.

    What follows -- is handed to Voilà.
    """
    folder = find_folder("notebooks")
    if folder is None:
        raise LabError(
            f"There is no notebooks/app.ipynb around {Path.cwd()}. Call it in the project's folder."
        )
    if importlib.util.find_spec("voila") is None:
        raise LabError(
            "A page of its own needs Voilà, which is not installed. Install it with"
            " pip install 'bitstockerz-lab[app]', or by make app."
        )
    words = ["voila", str(folder / "app.ipynb"), f"--Voila.config_file_paths={folder}"]
    _replace_this_process(context, "Voilà", words)


def _replace_this_process(context: typer.Context, name: str, words: list[str]) -> None:
    settings: Settings = context.obj
    if settings.database is not None:
        path = open_lab(context).path
        os.environ["BITSTOCKERZ_DB"] = str(path)
    # JupyterLab's own terminals find the program
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [sys.executable, "-m", *words, *context.args]
    try:
        os.execv(command[0], command)  # noqa: S606 - the user's own program, no shell
    except OSError as problem:
        raise LabError(f"{name} cannot be started: {problem.strerror}.") from problem


def find_folder(inside: str) -> Path | None:
    """Return a folder of the project: of the folder we are in or its parents, else of the clone.

    Parameters
    ----------
    inside : its path in the project, "notebooks" or "data/sample"
    """
    here = Path.cwd()
    clone = Path(__file__).parents[2]
    for folder in (here, *here.parents, clone):
        if (folder / inside).is_dir() and (folder / "pyproject.toml").is_file():
            return folder / inside
    return None
