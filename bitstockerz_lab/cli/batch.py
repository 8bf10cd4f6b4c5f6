"""The batch room's commands."""

from __future__ import annotations

import ast
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bitstockerz_lab.cli import grids, output, pipelines
from bitstockerz_lab.cli.settings import AsJson, assignments, examples, open_lab
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitstockerz_lab.batch import Batch, Parameter

BATCH = ("id", "status", "notebook", "seconds", "index", "error_message")
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
    "failed_cell",
    "error_message",
)
VARYING = "A parameter that varies; repeatable. Also 10:50:10, or JSON: {…},{…}."
EXAMPLE = '{"fast": 20},{"fast": 50}'
WITH_A_NOTEBOOK = (
    "--over",
    "--set",
    "--zip",
    "--from",
    "--timeout",
    "--retries",
    "--fail-fast",
    "--every",
    "--cron",
)


def add_to(app: typer.Typer) -> None:
    """Add this file's commands."""
    notebook = "notebooks/batch/backtest.ipynb"
    app.command(
        epilog=examples(
            f"bitstockerz batch {notebook} --over symbol=DEMO-A,DEMO-B --set fee_bps=5",
            f"bitstockerz batch {notebook} --over symbol=DEMO-A,DEMO-B --over fee_bps=0,10 --zip",
            f"bitstockerz batch {notebook} --set 'parameters={{\"fast\": 20}}'",
            f"bitstockerz batch {notebook} --from sets.csv --workers 4 --timeout 120",
            "bitstockerz batch --resume 3",
            f"bitstockerz batch {notebook} --over symbol=DEMO-A,DEMO-B --cron '0 6 * * 1-5'",
        )
    )(batch)
    app.command(epilog=examples("bitstockerz batches", "bitstockerz batches 3 --json"))(batches)


def batch(
    context: typer.Context,
    notebook: Annotated[
        str | None, typer.Argument(metavar="NOTEBOOK", help="The notebook's file.")
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option("--over", metavar="NAME=A,B,…", help=VARYING),
    ] = None,
    fixed: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A parameter that stays; repeatable."),
    ] = None,
    zipped: Annotated[
        bool, typer.Option("--zip", help="First values together, then second ones, …")
    ] = False,
    file: Annotated[
        str | None,
        typer.Option("--from", metavar="FILE", help="Parameter sets: .csv or .yaml."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", help="How many at once. Default: 2.")
    ] = None,
    timeout_s: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="For each notebook.")
    ] = None,
    retries: Annotated[int, typer.Option("--retries", help="Tries more where one fails.")] = 0,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="Begin no more once one has failed.")
    ] = False,
    cold: Annotated[
        bool, typer.Option("--cold", help="Start each kernel anew, without a warm parent.")
    ] = False,
    resume: Annotated[
        int | None, typer.Option("--resume", metavar="ID", help="Do what is missing of a batch.")
    ] = None,
    every: pipelines.Every = None,
    cron: pipelines.Cron = None,
    zone: pipelines.Zone = None,
    as_json: AsJson = False,
) -> None:
    """Run a notebook once per set of parameters, several at once.

    Each gives a job, an executed notebook and an HTML page. Exit status 1 if one failed.
    """
    asked = (over, fixed, zipped, file, timeout_s, retries, fail_fast, every, cron)
    pipelines.refuse_lone_zone(cron, zone)
    _refuse_contradictions(notebook, resume, dict(zip(WITH_A_NOTEBOOK, asked, strict=True)))
    varying, staying = assignments(over, "--over"), assignments(fixed, "--set")
    lab = open_lab(context)
    crew: dict[str, Any] = {"warm": not cold}
    if workers is not None:
        crew["workers"] = workers
    if resume is not None:
        _carry_out(partial(lab.batch.resume, resume, **crew), as_json=as_json)
        return
    sets = _sets(lab.batch.parameters(str(notebook)), varying, staying, file)
    if zipped:
        sets["how"] = "zip"
    terms: dict[str, Any] = {"timeout_s": timeout_s, "retries": retries, "fail_fast": fail_fast}
    run = partial(lab.batch.run, str(notebook), **sets, **terms, **crew)
    work = partial(_carry_out, run, as_json=as_json)
    if every or cron:
        counts: dict[str, Any] = {} if workers is None else {"workers": workers}
        lab.batch.check(str(notebook), **sets, timeout_s=timeout_s, retries=retries, **counts)
        name = pipelines.name_of("batch", Path(str(notebook)).name, sets)
        pipelines.repeat(lab, name, work, every, cron, zone)
    else:
        work()


def _refuse_contradictions(
    notebook: str | None, resume: int | None, asked: Mapping[str, object]
) -> None:
    if (notebook is None) == (resume is None):
        raise typer.BadParameter("name a NOTEBOOK, or a batch to --resume")
    for option, value in asked.items() if resume is not None else ():
        if value:
            raise typer.BadParameter(f"--resume goes on as the batch was begun, without {option}")
    if asked["--from"] and (asked["--over"] or asked["--zip"]):
        raise typer.BadParameter("--from names all that varies, so leave --over and --zip out")


def _carry_out(verb: Callable[..., Batch], *, as_json: bool) -> None:
    """Run or resume a batch and tell what came of it; one that is stopped says how to go on."""
    from bitstockerz_lab.batch import show_progress  # noqa: PLC0415 - reason: heavy

    try:
        with show_progress() as on_progress:
            done = verb(on_progress=on_progress)
    except BaseException as problem:
        for note in getattr(problem, "__notes__", []):
            typer.echo(output.in_its_own_words(note), err=True)
        raise
    _tell(done, as_json=as_json)


def batches(
    context: typer.Context,
    batch_id: Annotated[
        int | None, typer.Argument(metavar="BATCH_ID", help="Show the items of this one.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the batches, or show the items of one."""
    lab = open_lab(context)
    if batch_id is not None:
        found = lab.batch.get(batch_id)
        if as_json:
            output.write_json(_whole(found))
            return
        output.write(found.heading)
        output.write_frame(found.overview, "No items.")
        if found.missing and found.status != Status.RUNNING:
            output.write(f"bitstockerz batch --resume {found.id} does what is missing.")
        return
    listed = lab.batch.list()
    if as_json:
        output.write_json(listed)
    else:
        listed["notebook"] = [Path(path).name for path in listed["notebook"]]
        output.write_frame(listed, "No batches.")


def _tell(done: Batch, *, as_json: bool) -> None:
    """Write what a batch came to; raise if something is missing."""
    if as_json:
        output.write_json(_whole(done))
    else:
        output.write_frame(done.overview, "Nothing was run.")
        if done.index is not None:
            output.write(f"All of them: {done.index}")
    done.raise_for_failures()


def _whole(done: Batch) -> dict[str, Any]:
    items = [{name: getattr(item, name) for name in ITEM} for item in done]
    return {name: getattr(done, name) for name in BATCH} | {"items": items}


def _sets(
    known: Mapping[str, Parameter],
    varying: Mapping[str, str],
    staying: Mapping[str, str],
    file: str | None,
) -> dict[str, Any]:
    """Return over, how and parameters as the verb takes them."""
    from bitstockerz_lab.batch.files import read_sets  # noqa: PLC0415 - reason: heavy

    over = {name: _values(known, name, text) for name, text in varying.items()} or None
    told = read_sets(file, known) if file else {"over": over}
    set_here = {name: _value(known, name, text) for name, text in staying.items()}
    return told | {"parameters": {**(told.get("parameters") or {}), **set_here}}


def _value(known: Mapping[str, Parameter], name: str, text: str) -> object:
    """Return what a text means for a parameter; of an unknown one it stays text, to be refused."""
    return known[name].parse(text) if name in known else text


def _values(known: Mapping[str, Parameter], name: str, text: str) -> list[object]:
    """Return the values of ``A,B``, of JSON as in ``{…},{…}``, or of a range of numbers."""
    if name not in known:
        return [text]
    parameter = known[name]
    if "str" not in parameter.kinds or text.strip().startswith("["):
        found = _read(text)
        if len(found) == 1 and isinstance(found[0], list) and "list" not in parameter.kinds:
            found = found[0]
        if found:
            return [parameter.check(value) for value in found]
    if "dict" in parameter.kinds and text.strip():
        raise DataError(
            f"--over {name}={text} cannot be read. Write JSON between commas, as in "
            f"--over '{name}={EXAMPLE}', or sets in a file: --from sets.yaml.",
            name=name,
        )
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise DataError(f"--over {name}= names no value. Write them like {name}=A,B.", name=name)
    return [value for part in parts for value in _of_part(parameter, part)]


def _of_part(parameter: Parameter, part: str) -> list[object]:
    """Return the value of a part between commas, or those of its range."""
    is_number = bool(parameter.kinds) and set(parameter.kinds) <= {"int", "float", "None"}
    if ":" in part and is_number:
        values = grids.grid([f"{parameter.name}={part}"], "--over")[parameter.name]
        return [parameter.check(value) for value in values]
    return [parameter.parse(part)]


def _read(text: str) -> list[Any]:
    """Return the JSON or Python values between commas; none where a text is neither."""
    for read in (json.loads, ast.literal_eval):
        try:
            found = read(f"[{text}]")
        except (ValueError, SyntaxError, TypeError):
            continue
        if isinstance(found, list):
            return found
    return []
