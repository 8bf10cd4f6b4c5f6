"""The tree of conditions as rows: groups, members, what they are put into, what they compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.document import names_of
from bitstockerz_lab.strategies.phrases import OPS
from bitstockerz_lab.widgets.editor import edits, paths

if TYPE_CHECKING:
    from bitstockerz_lab.widgets.editor.pen import Pen

SIGNS = {**OPS, "between": "is between"}
GROUPS = {"all": "all of these", "any": "any of these"}
MORE = {
    "": "⋯",
    "holds": "holds for some bars",
    "happened": "happened within some bars",
    "all": "into a group: all of",
    "any": "into a group: any of",
    "in": "move into the group above",
    "out": "move out of its group",
    "duplicate": "duplicate",
}
CHIPS = {"holds": ("for", "bars"), "happened": ("within", "bars")}


def side(pen: Pen, path: str, what: str) -> Markup:
    """Return the conditions of one side, to be entered or left by.

    Parameters
    ----------
    pen : writes the fields
    path : "enter_long", …
    what : "Buy when", …
    """
    node = pen.at(path)
    if node is None:
        rows, tools = Markup(), Markup()
    elif edits.is_list(node):
        rows, tools = _members(pen, path, node), _group_choice(pen, path)
    else:
        rows, tools = _part(pen, path, node, what), Markup()
    adds = [
        pen.button("add", path, "+ condition", f"{what}: add a condition"),
        pen.button("group", path, "+ group", f"{what}: add a group of conditions"),
    ]
    gone = pen.button("remove", path, "✕", f"{what}: remove all of it") if node is not None else ""
    return Markup(
        '<section class="bz-side" data-drop="{}"><h3><span>{}</span> {} {}</h3>{}'
        '<div class="bz-rows">{}</div><div class="bz-adds">{}</div></section>'
    ).format(path, what, tools, gone, pen.told(path), rows, Markup(" ").join(adds))


def _group_choice(pen: Pen, path: str) -> Markup:
    return pen.choice(
        "regroup", path, "How conditions are joined", edits.word_of(pen.at(path)), GROUPS
    )


def _members(pen: Pen, path: str, node: dict[str, Any]) -> Markup:
    found = edits.members(path, node)
    told = f"{path}.{edits.word_of(node)}"
    rows = [
        _part(pen, member, pen.at(member), f"Condition {number} of {len(found)}")
        for number, member in enumerate(found, start=1)
    ]
    return pen.told(told) + Markup("").join(rows)


def _part(pen: Pen, path: str, node: Any, name: str) -> Markup:  # noqa: ANN401 - reason: any JSON
    """Return a condition or a group with the chips of what it is put into in front."""
    chips, inner, place = Markup(), node, path
    wrong = pen.told(path)
    while edits.word_of(inner) in edits.WRAPS and set(inner) <= {edits.word_of(inner), "bars"}:
        word = edits.word_of(inner)
        chips += _chip(pen, place, word)
        place, inner = f"{place}.{word}", inner[word]
        wrong += pen.told(place)
    tools = _tools(pen, path)
    grip = Markup(
        '<span class="bz-grip" draggable="true" title="Drag, or Alt and an arrow key" '
        'aria-hidden="true">⠿</span>'
    )
    if edits.is_list(inner) and len(inner) == 1:
        head = Markup('<div class="bz-head">{}{}{}{}</div>').format(
            grip, chips, _group_choice(pen, place), tools
        )
        adds = pen.button("add", place, "+ condition", f"{name}: add a condition to this group")
        content = Markup('{}<div class="bz-rows">{}</div><div class="bz-adds">{}</div>').format(
            head, _members(pen, place, inner), adds
        )
        kind, drop = "bz-group", place
    else:
        content = Markup('<div class="bz-head">{}{}{}{}</div>').format(
            grip, chips, _comparison(pen, place, inner, name), tools
        )
        kind, drop = "bz-condition", path
    return Markup(
        '<div class="bz-part {}" tabindex="0" role="group" aria-label="{}" data-row="{}"'
        ' data-drop="{}" data-key="{}">{}{}</div>'
    ).format(kind, name, path, drop, f"{path}:row", content, wrong)


def _chip(pen: Pen, path: str, word: str) -> Markup:
    off = pen.button("unwrap", path, "✕", f"Take “{word}” off")
    if word == "not":
        return Markup('<span class="bz-chip">not {}</span>').format(off)
    before, behind = CHIPS[word]
    field = value(pen, f"{path}.bars", "How many bars")
    return Markup('<span class="bz-chip">{} {} {} {}</span>').format(before, field, behind, off)


def _tools(pen: Pen, path: str) -> Markup:
    told = [
        pen.button("move", path, "↑", "Move up (Alt + ↑)", **{"with": "up"}),
        pen.button("move", path, "↓", "Move down (Alt + ↓)", **{"with": "down"}),
        pen.button("negate", path, "not", "Make it its contrary (N)"),
        pen.choice("more", path, "More for this condition", "", MORE),
        pen.button("remove", path, "✕", "Remove it (Delete)"),
    ]
    return Markup('<span class="bz-tools">{}</span>').format(Markup("").join(told))


def _comparison(pen: Pen, path: str, node: Any, name: str) -> Markup:  # noqa: ANN401 - reason: any JSON
    keys = set(node) if isinstance(node, dict) else set()
    if (
        not keys
        or not keys <= {"left", "op", "right", "low", "high"}
        or node.get("op") not in SIGNS
    ):
        return pen.leaf(path, f"{name}, as JSON") + pen.told(path)
    ends = ["low", "high"] if node["op"] == "between" else ["right"]
    if not keys <= {"left", "op", *ends}:
        return pen.leaf(path, f"{name}, as JSON") + pen.told(path)
    sign = pen.choice("compare", path, f"{name}: how the two are compared", node["op"], SIGNS)
    fields = [operand(pen, f"{path}.{end}", f"{name}: {end}") for end in ends]
    between = Markup(' <span class="bz-and">and</span> ').join(fields)
    return Markup('<span class="bz-compared">{} {} {}</span>').format(
        operand(pen, f"{path}.left", f"{name}: left"), sign, between
    )


def operand(pen: Pen, path: str, label: str) -> Markup:
    """Return an operand's field with the settings of the indicator it names, and what is wrong."""
    return Markup('<span class="bz-operand">{}{}{}{}</span>').format(
        pen.operand(path, label), pen.parameter_button(path, label), _settings(pen, path),
        pen.told(path),
    )  # fmt: skip


def value(pen: Pen, path: str, label: str) -> Markup:
    """Return the field of a number or a parameter, and what is wrong with it."""
    field = pen.operand(path, label, kind="value")
    return field + pen.parameter_button(path, label) + pen.told(path)


def _settings(pen: Pen, path: str) -> Markup:
    """Return the settings of the indicator that an operand is, or is made of."""
    name = _indicator(pen.at(path))
    if name is None or name not in names_of(pen.document, "indicators"):
        return Markup()
    return settings(pen, name, brief=True)


def _indicator(operand_: Any) -> str | None:  # noqa: ANN401 - reason: any JSON
    while isinstance(operand_, dict) and "of" in operand_:
        operand_ = operand_["of"]
    return operand_ if isinstance(operand_, str) else None


def settings(pen: Pen, name: str, *, brief: bool = False) -> Markup:
    """Return the fields of a declared indicator's settings.

    Parameters
    ----------
    pen : writes the fields
    name : it is declared by
    brief : only its numbers and its output, as beside an operand
    """
    around = paths.written(("indicators", name))
    use = pen.at(around) or {}
    entry = indicators.find(use.get("indicator"))
    if entry is None:
        return Markup() if brief else pen.leaf(around, f"{name}, as JSON")
    fields = [
        _setting(pen, f"{around}.{one.name}", one.name, f"{name}: {one}") for one in entry.settings
    ]
    if "output" in entry.keys:
        outputs = {one: one.replace("_", " ") for one in entry.outputs}
        chosen = str(use.get("output", entry.outputs[0]))
        picked = pen.choice("output", f"{around}.output", f"{name}: which line", chosen, outputs)
        fields.append(Markup("<label>{} {}</label>").format("line", picked))
    for key in ("source", "other"):
        if key in entry.inputs and not (brief and key == "source"):
            of = pen.operand(f"{around}.{key}", f"{name}: {key}")
            fields.append(
                Markup("<label>{} {}{}</label>").format(
                    "of" if key == "source" else key, of, pen.told(f"{around}.{key}")
                )
            )
    return Markup('<span class="bz-settings">{}</span>').format(Markup(" ").join(fields))


def _setting(pen: Pen, path: str, name: str, label: str) -> Markup:
    return Markup("<label>{} {}</label>").format(name.replace("_", " "), value(pen, path, label))
