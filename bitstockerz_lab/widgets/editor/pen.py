"""Writes the editor's fields: each with its label, its path, and what is wrong beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from bitstockerz_lab.widgets.editor import operands, paths
from bitstockerz_lab.widgets.editor.labels import labelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bitstockerz_lab.strategies.document import Document
    from bitstockerz_lab.strategies.problems import Problem


class Pen:
    """Writes fields of one document and puts each problem beside the nearest field around it.

    Parameters
    ----------
    document : the definition, in whatever state
    problems : what is wrong with it
    """

    def __init__(self, document: Document, problems: Iterable[Problem] = ()) -> None:
        self.document = document
        self.slots: set[str] = set()
        self._waiting = list(problems)
        self._beside: dict[str, list[Problem]] = {}

    def place(self) -> list[Problem]:
        """Give each problem to the innermost field around it; return those that none is around."""
        left = []
        for problem in self._waiting:
            taken = paths.steps(problem.path)
            around = [paths.written(taken[:length]) for length in range(len(taken), 0, -1)]
            nearest = next((path for path in around if path in self.slots), None)
            if nearest is None:
                left.append(problem)
            else:
                self._beside.setdefault(nearest, []).append(problem)
        return left

    def told(self, path: str) -> Markup:
        """Return what is wrong at a field, and remember that there is one."""
        self.slots.add(path)
        return Markup("").join(
            Markup('<p class="bz-problem" id="{}" role="alert">{} <span>{}</span></p>').format(
                f"bz:{path}", labelled(one.message), labelled(one.suggestion)
            )
            for one in self._beside.get(path, ())
        )

    def wrong(self, path: str) -> Markup:
        """Return the attributes of a field that something is wrong with."""
        self.slots.add(path)
        if path not in self._beside:
            return Markup()
        return Markup(' aria-invalid="true" aria-describedby="{}"').format(f"bz:{path}")

    def is_wrong(self, around: str) -> bool:
        """Tell whether something is wrong at a path or further in."""
        return any(paths.within(path, around) for path in self._beside)

    def at(self, path: str) -> Any:  # noqa: ANN401 - reason: any JSON
        """Return what stands at a path; None where nothing does."""
        return paths.at(self.document, path) if paths.stands(self.document, path) else None

    def text(self, path: str) -> str:
        """Return what stands at a path as it is typed."""
        found = self.at(path)
        return "" if found is None else operands.text(found, self.document)

    def operand(self, path: str, label: str, *, kind: str = "operand") -> Markup:
        """Return a field for an operand, which offers what may stand there as one types.

        Parameters
        ----------
        path : where it stands
        label : read aloud
        kind : "operand", "value" (a number or a parameter) or "indicator"
        """
        told = self.text(path) if kind != "indicator" else str(self.at(path) or "")
        size = min(max(len(told), 3 if kind == "value" else 9) + 1, 44)
        return Markup(
            '<input class="bz-in bz-in-{}" role="combobox" aria-expanded="false" autocomplete="off"'
            ' aria-autocomplete="list" spellcheck="false" aria-label="{}" title="{}" size="{}"'
            ' value="{}" data-do="type" data-offers="{}" data-path="{}" data-key="{}"{}>'
        ).format(
            kind, label, label, size, told, kind, path, f"{path}:in", self.wrong(path)
        )  # fmt: skip

    def number(self, path: str, label: str, **limits: object) -> Markup:
        """Return a field for a plain number that is heard while one types."""
        limits = {"step": "any"} | {key: one for key, one in limits.items() if one is not None}
        return Markup(
            '<input class="bz-in bz-in-number" type="number" aria-label="{}" title="{}" value="{}"'
            ' data-do="number" data-path="{}" data-key="{}"{}{}>'
        ).format(
            label, label, self.text(path), path, f"{path}:number", _attributes(limits),
            self.wrong(path),
        )  # fmt: skip

    def name(self, path: str, name: str) -> Markup:
        """Return the field of a parameter's or an indicator's name."""
        label = f"Name of {name}"
        return Markup(
            '<input class="bz-in bz-name" aria-label="{}" title="{}" value="{}" size="14"'
            ' spellcheck="false" data-do="rename" data-path="{}" data-key="{}">'
        ).format(label, label, name, path, f"{path}:name")

    def parameter_button(self, path: str, what: str) -> Markup:
        """Return the button that makes a plain number a parameter; "" where there is none."""
        found = self.at(path)
        if isinstance(found, bool) or not isinstance(found, int | float):
            return Markup()
        return self.button("parametrize", path, "slider", f"Make {what} a parameter with a slider")

    def button(self, do: str, path: str, label: str, tip: str, **more: str) -> Markup:
        """Return a button that does something to a path."""
        attributes = _attributes({f"data-{name}": value for name, value in more.items()})
        return Markup(
            '<button type="button" class="bz-do bz-do-{}" title="{}" aria-label="{}" data-do="{}"'
            ' data-path="{}" data-key="{}"{}>{}</button>'
        ).format(do, tip, tip, do, path, f"{path}:{do}:{more.get('with', '')}", attributes, label)

    def choice(
        self, do: str, path: str, label: str, chosen: str, choices: Mapping[str, str]
    ) -> Markup:
        """Return a list to choose one of."""
        options = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(
                value, Markup(" selected") if value == chosen else "", words
            )
            for value, words in choices.items()
        )
        return Markup(
            '<select class="bz-in bz-choice" aria-label="{}" title="{}" data-do="{}" data-path="{}"'
            ' data-key="{}" data-value="{}"{}>{}</select>'
        ).format(label, label, do, path, f"{path}:{do}", chosen, self.wrong(path), options)

    def leaf(self, path: str, label: str) -> Markup:
        """Return a field with the JSON of what no other field can show."""
        return Markup(
            '<textarea class="bz-in bz-leaf" rows="2" aria-label="{}" data-do="json" data-path="{}"'
            ' data-key="{}"{}>{}</textarea>'
        ).format(label, path, f"{path}:json", self.wrong(path), json.dumps(self.at(path)))


def _attributes(named: Mapping[str, object]) -> Markup:
    return Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in named.items())
