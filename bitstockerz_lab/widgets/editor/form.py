"""The editor's form as HTML: made anew of the definition's JSON after each change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bitstockerz_lab.strategies.document import as_number, names_of, objects
from bitstockerz_lab.widgets.editor import conditions, paths
from bitstockerz_lab.widgets.editor.labels import COUNTS, SIDES, SIZINGS, STOPS, labelled
from bitstockerz_lab.widgets.editor.pen import Pen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitstockerz_lab.strategies.document import Document
    from bitstockerz_lab.strategies.problems import Problem

KEYS = Markup(
    '<p class="bz-note">On a condition: Alt and an arrow move it, N negates it, + adds one behind '
    "it, Delete removes it, Escape leaves its fields.</p>"
)


def form(document: Document, problems: Iterable[Problem] = ()) -> Markup:
    """Return the whole form.

    Parameters
    ----------
    document : the definition's JSON, in whatever state
    problems : what is wrong with it; each stands beside the field it is about
    """
    pen = Pen(document, problems)
    body = _body(pen)
    left = pen.place()
    if problems:
        body = _body(pen)
    around = Markup("").join(
        Markup('<p class="bz-problem" role="alert">{} <span>{}</span></p>').format(
            f"{one.path}: {labelled(one.message)}" if one.path else labelled(one.message),
            labelled(one.suggestion),
        )
        for one in left
    )
    return Markup('<div class="bz-form">{}{}</div>').format(around, body)


def _body(pen: Pen) -> Markup:
    parts = [_parameters(pen), _python(pen)]
    if "python" not in pen.document:
        shown = [name for name in SIDES if _is_shown(pen.document, name)]
        parts += [conditions.side(pen, name, SIDES[name]) for name in shown]
        parts += [_hidden(pen, [name for name in SIDES if name not in shown])]
        parts += [KEYS]
    return Markup("").join([*parts, _exits(pen), _indicators(pen)])


def _is_shown(document: Document, name: str) -> bool:
    if name in document or (name == "enter_long" and "enter_short" not in document):
        return True
    return name.startswith("exit") and name.replace("exit", "enter") in document


def _hidden(pen: Pen, names: list[str]) -> Markup:
    adds = [
        pen.button("add", name, f"+ {SIDES[name].lower()} …", f"Add rules: {SIDES[name]}")
        for name in names
        if name.startswith("enter")
    ]
    return Markup('<div class="bz-adds">{}</div>').format(Markup(" ").join(adds))


def _python(pen: Pen) -> Markup:
    if "python" not in pen.document:
        return Markup()
    return Markup(
        '<p class="bz-note">Python decides when these rules enter and leave. Its code is written '
        "in a cell, with @bz.code_strategy; parameters, stops and size can be set here.</p>{}"
    ).format(pen.told("python"))


def _parameters(pen: Pen) -> Markup:
    rows = [_parameter(pen, name, one) for name, _, one in objects(pen.document, "parameters")]
    if not rows and "parameters" not in pen.document:
        return Markup()
    return Markup('<section class="bz-parameters"><h3>Parameters</h3>{}{}</section>').format(
        pen.told("parameters"), Markup("").join(rows)
    )


def _parameter(pen: Pen, name: str, declared: Any) -> Markup:  # noqa: ANN401 - reason: any JSON
    path = paths.written(("parameters", name))
    low, high = as_number(declared.get("min")), as_number(declared.get("max"))
    step = as_number(declared.get("step")) or (
        "1" if isinstance(declared.get("default"), int) else "any"
    )
    place = f"{path}.default"
    slider = Markup()
    if low is not None and high is not None:
        slider = Markup(
            '<input type="range" min="{}" max="{}" step="{}" value="{}" aria-label="{}" title="{}"'
            ' data-do="number" data-path="{}" data-key="{}">'
        ).format(low, high, step, pen.text(place), name, name, place, f"{place}:range")
    ranges = Markup(" ").join(
        Markup("<label>{} {}{}</label>").format(
            key, pen.number(f"{path}.{key}", f"{name}: {key}"), pen.told(f"{path}.{key}")
        )
        for key in ("min", "max", "step")
    )
    return Markup(
        '<div class="bz-parameter">{}{}{}'
        '<details data-key="{}"><summary title="Range of {}">range</summary>{} {}</details>'
        "{}{}</div>"
    ).format(
        pen.name(path, name), slider, pen.number(place, name, min=low, max=high, step=step),
        f"{path}:range", name, ranges,
        pen.button("remove", path, "✕", f"Remove the parameter {name}"),
        pen.told(place), pen.told(path),
    )  # fmt: skip


def _exits(pen: Pen) -> Markup:
    stops = [
        _line(name, conditions.operand(pen, path, name), unit)
        for path, (name, unit) in STOPS.items()
    ]
    counts = [
        _line(name, conditions.value(pen, path, name), unit)
        for path, (name, unit) in COUNTS.items()
    ]
    return Markup('<section class="bz-exits"><h3>Stops and size</h3>{}{}{}{}</section>').format(
        Markup("").join(stops), _targets(pen), Markup("").join(counts), _sizing(pen)
    )


def _line(name: str, field: Markup, unit: str = "") -> Markup:
    told = Markup('<span class="bz-unit">{}</span>').format(unit) if unit else ""
    title = Markup('<span class="bz-name">{}</span>').format(name)
    return Markup('<div class="bz-line">{}{}{}</div>').format(title, field, told)


def _targets(pen: Pen) -> Markup:
    given = pen.at("targets")
    rows = Markup()
    for place in range(len(given) if isinstance(given, list) else 0):
        path = f"targets[{place}]"
        name = f"Target {place + 1}"
        field = Markup("at {} % close {} % of it {}{}").format(
            conditions.operand(pen, f"{path}.profit_pct", f"{name}: gain"),
            conditions.value(pen, f"{path}.close_pct", f"{name}: percent of the position"),
            pen.button("remove", path, "✕", f"Remove target {place + 1}"),
            pen.told(path),
        )
        rows += _line(name, field)
    add = pen.button("target", "targets", "+ target", "Close part of the position at a gain")
    return Markup('{}{}<div class="bz-adds">{}</div>').format(rows, pen.told("targets"), add)


def _sizing(pen: Pen) -> Markup:
    chosen = pen.at("sizing")
    method = str(chosen.get("method", "")) if isinstance(chosen, dict) else ""
    known = SIZINGS if method in SIZINGS else {**SIZINGS, method: method}
    field = pen.choice("size", "sizing", "How much an entry buys", method, known)
    if method:
        field += conditions.value(pen, "sizing.value", "size")
    return _line("Size of an entry", field + pen.told("sizing"))


def _indicators(pen: Pen) -> Markup:
    names = names_of(pen.document, "indicators")
    if not names:
        return Markup()
    rows = [_use(pen, name) for name in names]
    return Markup(
        '<details class="bz-uses" data-key="uses"{}><summary>Indicators ({})</summary>{}{}'
        "</details>"
    ).format(
        Markup(" open") if pen.is_wrong("indicators") else "", len(names),
        pen.told("indicators"), Markup("").join(rows),
    )  # fmt: skip


def _use(pen: Pen, name: str) -> Markup:
    path = paths.written(("indicators", name))
    kind = pen.operand(f"{path}.indicator", f"{name}: which indicator", kind="indicator")
    return Markup('<div class="bz-line">{}{} {} {}{}{}</div>').format(
        pen.name(path, name), kind, conditions.settings(pen, name),
        pen.button("remove", path, "✕", f"Remove the indicator {name}"),
        pen.told(f"{path}.indicator"), pen.told(path),
    )  # fmt: skip
