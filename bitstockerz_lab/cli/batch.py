"""The batch room's command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, assignments, examples, open_lab
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitstockerz_lab.batch import Parameter

ITEM = (
    "job_id",
    "name",
    "status",
    "parameters",
    "run_ids",
    "executed",
    "report",
    "seconds",
    "attempts",
    "error_message",
)


def add_to(app: typer.Typer) -> None:
    """Add this file's command."""
    notebook = "notebooks/batch/backtest.ipynb"
    app.command(
        epilog=examples(
            f"bitstockerz batch {notebook} --over symbol=DEMO-A,DEMO-B --set fee_bps=5",
            f"bitstockerz batch {notebook} --over symbol=DEMO-A,DEMO-B --over fee_bps=0,10 --zip",
            f"bitstockerz batch {notebook} --set 'parameters={{\"fast\": 20}}'",
        )
    )(batch)


def batch(
    context: typer.Context,
    notebook: Annotated[str, typer.Argument(metavar="NOTEBOOK", help="The notebook's file.")],
    over: Annotated[
        list[str] | None,
        typer.Option("--over", metavar="NAME=A,B,…", help="A parameter that varies; repeatable."),
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter that stays; repeatable."),
    ] = None,
    zipped: Annotated[
        bool, typer.Option("--zip", help="First values together, then second ones, …")
    ] = False,
    timeout_s: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="For each notebook.")
    ] = None,
    retries: Annotated[int, typer.Option("--retries", help="Tries more where one fails.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Run a notebook once per set of parameters.

    Each gives a job, an executed notebook and an HTML page. Exit status 1 if one failed.
    """
    varying = assignments(over, "--over")
    staying = assignments(fixed, "--set")
    from bitstockerz_lab.batch import show_progress  # noqa: PLC0415 - reason: heavy

    lab = open_lab(context)
    known = lab.batch.parameters(notebook)
    with show_progress() as on_progress:
        done = lab.batch.run(
            notebook,
            over={name: _values(known, name, text) for name, text in varying.items()} or None,
            how="zip" if zipped else "product",
            parameters={name: _value(known, name, text) for name, text in staying.items()},
            timeout_s=timeout_s,
            retries=retries,
            on_progress=on_progress,
        )
    if as_json:
        output.write_json([{name: getattr(item, name) for name in ITEM} for item in done])
    else:
        output.write_frame(done.table, "Nothing was run.")
    done.raise_for_failures()


def _value(known: Mapping[str, Parameter], name: str, text: str) -> object:
    """Return what a text means for a parameter; of an unknown one it stays text, to be refused."""
    return known[name].parse(text) if name in known else text


def _values(known: Mapping[str, Parameter], name: str, text: str) -> list[object]:
    """Return the values of ``A,B,C``."""
    texts = [part.strip() for part in text.split(",") if part.strip()]
    if not texts:
        raise DataError(f"--over {name}= names no value. Write them like {name}=A,B.", name=name)
    return [_value(known, name, part) for part in texts]
