"""What a pipeline's file may say: named steps, each one kind of work, and what each needs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bitstockerz_lab.errors import DataError, UnknownName
from bitstockerz_lab.strategies.problems import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

KINDS = ("update", "batch", "index", "compact")
EXAMPLE = "See docs/schedules.md for a whole one."


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_as_list)]


class Part(BaseModel):
    """A part of the file: words it does not know are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Update(Part):
    """Fetch the bars that are missing, as `lab.market.update` does; `folder` is for files."""

    symbols: Names | None = None
    timeframe: str | None = None
    provider: str | None = None
    folder: str | None = None


class Notebooks(Part):
    """Run a notebook per set of parameters, as `lab.batch.run` does."""

    notebook: str
    over: dict[str, list[Any]] | list[dict[str, Any]] | None = None
    how: Literal["product", "zip"] = "product"
    parameters: dict[str, Any] = Field(default_factory=dict)
    workers: int = Field(default=2, ge=1)
    timeout_s: float | None = Field(default=None, gt=0)
    retries: int = Field(default=0, ge=0)
    fail_fast: bool = False


class Index(Part):
    """Write the page of a batch step's notebooks into the lab's reports, always the same file."""

    of: str
    path: str


class Compact(Part):
    """Make the lab's file anew, so that it is quick again, as `lab.database.compact` does."""


class Step(Part):
    """One kind of work, after the steps it needs."""

    needs: Names = Field(default_factory=list)
    update: Update | None = None
    batch: Notebooks | None = None
    index: Index | None = None
    compact: Compact | None = None

    @property
    def kind(self) -> str:
        """What it does: "update", "batch", "index" or "compact"."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


class When(Part):
    """When it is due, for a pipeline that stays and waits."""

    every: str | None = None
    cron: str | None = None
    zone: str = "UTC"


class PipelineFile(Part):
    """The whole file.

    Parameters
    ----------
    name : what it is called, the same on every host
    schedule : when it is due
    steps : by name, in the order they are done
    """

    name: str
    schedule: When | None = None
    steps: dict[str, Step] = Field(min_length=1)


def read(path: str | Path) -> PipelineFile:
    """Return what a pipeline's file says.

    Raises
    ------
    UnknownName
        There is no such file.
    DataError
        It is no YAML, or says something that nobody understands; every problem is told.

    Examples
    --------
    >>> read("nightly.yaml").steps["runs"].kind  # doctest: +SKIP
    'batch'
    """
    import yaml  # type: ignore[import-untyped]  # noqa: PLC0415 - rarely asked for

    file = Path(path).expanduser()
    if not file.is_file():
        near = [str(one) for one in file.parent.glob("*.y*ml")]
        raise UnknownName.of("file", str(path), near, "Give a pipeline's .yaml file.")
    try:
        content = yaml.safe_load(file.read_text("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        told = " ".join(str(problem).split())
        raise DataError(f"{file} is no YAML: {told}. {EXAMPLE}", path=str(file)) from problem
    try:
        found = PipelineFile.model_validate(content if isinstance(content, dict) else {})
    except ValidationError as problem:
        told = " ".join(_sentence(one) for one in problem.errors())
        raise DataError(f"{file}: {told} {EXAMPLE}", path=str(file)) from problem
    _refuse_what_does_not_hold_together(found, file)
    return found


def _sentence(problem: ErrorDetails) -> str:
    """Return a problem of the file's form in a sentence, with the word that is meant perhaps."""
    place = [str(part) for part in problem["loc"]]
    where = ".".join(place)
    match problem["type"]:
        case "extra_forbidden":
            hint = did_you_mean(place[-1], _known(place), f"Known are {', '.join(_known(place))}.")
            inside = f" in {'.'.join(place[:-1])}" if place[1:] else ""
            return f"No entry {place[-1]!r}{inside}. {hint}"
        case "missing":
            return f"{where} is missing."
        case _:
            return f"{where} is {problem['input']!r}: {problem['msg']}."


def _known(place: Sequence[str]) -> list[str]:
    """Return the words that may stand where an unknown one does: steps.NAME.batch.word."""
    parts: dict[tuple[int, str], type[Part]] = {
        (1, ""): PipelineFile,
        (2, "schedule"): When,
        (3, "steps"): Step,
    }
    of_kind: dict[str, type[Part]] = {
        "update": Update,
        "batch": Notebooks,
        "index": Index,
        "compact": Compact,
    }
    depth = len(place)
    if depth == 4:  # noqa: PLR2004 - steps.NAME.batch.word
        return list(of_kind[place[2]].model_fields)
    return list(parts[depth, place[0] if depth > 1 else ""].model_fields)


def _refuse_what_does_not_hold_together(pipeline: PipelineFile, file: Path) -> None:
    before: list[str] = []
    for name, step in pipeline.steps.items():
        kinds = [kind for kind in KINDS if getattr(step, kind) is not None]
        if len(kinds) != 1:
            told = f"has {' and '.join(kinds)}" if kinds else "does nothing"
            raise DataError(
                f"{file}: step {name!r} {told}. Give each step one of {', '.join(KINDS)}."
            )
        for needed in [*step.needs, *([step.index.of] if step.index else [])]:
            if needed not in before:
                hint = did_you_mean(needed, before, "Write a step after those it needs.")
                raise DataError(
                    f"{file}: step {name!r} needs {needed!r}, no step before it. {hint}"
                )
        if step.index and pipeline.steps[step.index.of].kind != "batch":
            raise DataError(
                f"{file}: step {name!r} is the index of {step.index.of!r}, which runs no "
                "notebooks. Name a batch step."
            )
        before.append(name)
