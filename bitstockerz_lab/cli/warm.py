"""The command warm: kernels that start in a fraction of a second."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bitstockerz_lab.cli import output
from bitstockerz_lab.cli.settings import AsJson, examples

if TYPE_CHECKING:
    from bitstockerz_lab.batch.warm import Parent

app = typer.Typer(
    help="Keep a process that has imported what notebooks use, and fork kernels from it. Linux.",
    no_args_is_help=True,
)


@app.command(epilog=examples("bitstockerz warm start", "bitstockerz warm start --import sklearn"))
def start(
    also: Annotated[
        list[str] | None,
        typer.Option("--import", metavar="MODULE", help="Import this too. May be repeated."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start the warm parent of this environment, or replace one that is stale.

    It stays until `bitstockerz warm stop`, and takes a few hundred MB.
    """
    from bitstockerz_lab.batch import warm  # noqa: PLC0415 - reason: heavy
    from bitstockerz_lab.batch.warm.preload import USUAL  # noqa: PLC0415 - reason: heavy

    _tell(warm.start([*USUAL, *(also or ())]), as_json=as_json)


@app.command(epilog=examples("bitstockerz warm status"))
def status(as_json: AsJson = False) -> None:
    """Tell what the warm parent has imported, and whether it still gives kernels.

    Exit status 1 if there is none.
    """
    from bitstockerz_lab.batch import warm  # noqa: PLC0415 - reason: heavy

    found = warm.ask()
    if found is None:
        output.write("No warm parent. `bitstockerz warm start` starts one.")
        raise typer.Exit(1)
    _tell(found, as_json=as_json)


@app.command(epilog=examples("bitstockerz warm stop"))
def stop() -> None:
    """End the warm parent; kernels it has started go on."""
    from bitstockerz_lab.batch import warm  # noqa: PLC0415 - reason: heavy

    output.write("Stopped." if warm.stop() else "There was no warm parent.")


@app.command(epilog=examples("bitstockerz warm install"))
def install() -> None:
    """Add the kernel "BitStockerz (warm)" to JupyterLab's list, in this environment."""
    from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415 - reason: heavy

    from bitstockerz_lab.batch import warm  # noqa: PLC0415 - reason: heavy

    folder = Path(sys.prefix) / "share" / "jupyter" / "kernels" / warm.PROVISIONER
    folder.mkdir(parents=True, exist_ok=True)
    plain = KernelSpecManager(kernel_dirs=[]).get_kernel_spec("python3").to_dict()
    plain["display_name"] = "BitStockerz (warm)"
    plain["metadata"] = {
        **plain.get("metadata", {}),
        "kernel_provisioner": {"provisioner_name": warm.PROVISIONER},
    }
    (folder / "kernel.json").write_text(json.dumps(plain, indent=1) + "\n", "utf-8")
    output.write(f"Installed {folder}")


def _tell(found: Parent, *, as_json: bool) -> None:
    if as_json:
        output.write_json(found)
        return
    state = f"stale: {found.stale}" if found.stale else "ready"
    output.write(f"Warm parent {found.pid}, {state}.")
    output.write(f"It imported {found.modules:,} modules in {found.started_in_s:.1f} s.")
    output.write(f"Kernels forked: {found.forked}, of which {found.alive} at work.")
    output.write("export JUPYTER_DEFAULT_PROVISIONER_NAME=bitstockerz-warm has them used.")
