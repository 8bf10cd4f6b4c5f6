"""Rules on their way to being a definition: changed step by step, each step can be taken back."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import definition as definitions
from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.definition import Definition
from bitstockerz_lab.strategies.document import GROUPS, as_number, names_of, read_text, to_text
from bitstockerz_lab.widgets.editor import edits, operands, paths, tidying, uses

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitstockerz_lab.strategies.document import Document
    from bitstockerz_lab.strategies.problems import Problem

SIZINGS = {
    "percent_of_equity": 100,
    "risk_percent": 1,
    "fixed_cash": 10_000,
    "fixed_quantity": 100,
}
"""What each way to size an entry begins with."""

LONGEST_HISTORY = 200

_TEXTS = ("op", "output", "indicator", "symbol", "timeframe", "type", "method")
_NUMBERS = ("bars", "bars_ago", "close_pct")
_COUNTS = ("max_bars", "cooldown_bars", "max_trades_per_day")
_OWN = ("indicator", "output")


class Draft:
    """A definition's JSON in whatever state, and what can be done to it.

    Parameters
    ----------
    document : the JSON to begin with; it is never changed

    Notes
    -----
    The JSON is all there is: what a form cannot show stands in it untouched. Places are named by
    their paths, as `lab.strategies.validate` names them.

    Examples
    --------
    >>> draft = Draft()
    >>> draft.add("enter_long")
    'enter_long'
    >>> draft.type("enter_long.right", "sma(50)")
    'enter_long.right'
    >>> print(draft.summary)
    Buy at the next open when the close is above the 50-bar SMA.
    Hold until the end of the data.
    """

    def __init__(self, document: Document | None = None) -> None:
        self._document: Document = copy.deepcopy(document or {})
        self._past: list[tuple[str, Document]] = []
        self._future: list[Document] = []
        self._read: tuple[Document, list[Problem], Definition | None] | None = None

    @property
    def document(self) -> Document:
        """The JSON as it stands. Do not change it."""
        return self._document

    @property
    def json(self) -> str:
        """The JSON as text, laid out to be read."""
        return to_text(self._document)

    @property
    def problems(self) -> list[Problem]:
        """What keeps it from being a definition, each with its path."""
        return self._told[1]

    @property
    def definition(self) -> Definition:
        """The definition it is.

        Raises
        ------
        DefinitionError
            It is none yet; the message lists every problem.
        """
        found = self._told[2]
        return Definition.parse(self._document) if found is None else found

    @property
    def summary(self) -> str:
        """It in plain English, a sentence a line; "" while it is no definition."""
        found = self._told[2]
        return "" if found is None else definitions.summary(found)

    @property
    def _told(self) -> tuple[Document, list[Problem], Definition | None]:
        if self._read is None or self._read[0] is not self._document:
            problems = definitions.validate(self._document)
            found = None if problems else Definition.parse(self._document)
            self._read = (self._document, problems, found)
        return self._read

    # -- conditions ---------------------------------------------------------------------------

    def add(self, path: str, condition: Any = None, *, beside: bool = False) -> str:  # noqa: ANN401 - reason: any JSON
        """Put a condition at the end of a group, or behind another condition; return its path.

        Parameters
        ----------
        path : a group, one of the four sides, or what the condition goes beside
        condition : its JSON; close > open if left out
        beside : behind what stands at the path instead of into it
        """
        do = edits.beside if beside else edits.add
        return self._do(lambda document: do(document, path, condition))

    def add_group(self, path: str, word: str = "any") -> str:
        """Put a group with one condition at the end of a group; return its path."""
        return self.add(path, {word: [dict(edits.FIRST)]})

    def duplicate(self, path: str) -> str:
        """Put a copy of a condition or group behind it; return its path."""
        return self.add(path, copy.deepcopy(paths.at(self._document, path)), beside=True)

    def regroup(self, path: str, word: str) -> str:
        """Make a group one of "all" or of "any"."""
        return self._do(lambda document: edits.regroup(document, path, word))

    def enclose(self, path: str, word: str) -> str:
        """Put a condition into "all", "any", "not", "holds" or "happened"."""
        return self._do(lambda document: edits.enclose(document, path, word))

    def compare(self, path: str, op: str) -> str:
        """Compare by another sign: ">", "<", ">=", "<=", crosses_above, crosses_below, between."""
        return self._do(lambda document: edits.compare(document, path, op))

    def unwrap(self, path: str) -> str:
        """Take a not, a holds, a happened or a group off what is in it."""
        return self._do(lambda document: edits.unwrap(document, path))

    def negate(self, path: str) -> str:
        """Make a condition or group its contrary; done twice, nothing has changed."""
        return self._do(lambda document: edits.negate(document, path))

    def remove(self, path: str) -> str:
        """Take away what stands at a path: a condition, a parameter, an indicator, a stop."""
        if paths.steps(path)[0] in GROUPS:
            return self._do(lambda document: edits.remove(document, path))
        return self._do(lambda document: (tidying.without(document, path), path))

    def move(self, path: str, to: str) -> str:
        """Take a condition before a member of a group, or to the end of a group; return its path.

        Parameters
        ----------
        path : of the condition or group
        to : a path; or "up", "down", "out" (of its group) or "in" (to the group before it)
        """
        if to in {"up", "down", "out", "in"}:
            return self._do(lambda document: edits.shift(document, path, to))
        return self._do(lambda document: edits.move(document, path, to))

    # -- values -------------------------------------------------------------------------------

    def put(self, path: str, value: Any, *, goes_on: bool = False) -> str:  # noqa: ANN401 - reason: any JSON
        """Put a value at a path as it is; None takes away what is there.

        Parameters
        ----------
        path : where
        value : JSON
        goes_on : whether more of the same is to come, as from a slider; taken back as one step
        """
        if value is None:
            return self.remove(path) if paths.stands(self._document, path) else path
        return self._do(lambda document: (paths.put(document, path, value), path), path, goes_on)

    def type(self, path: str, text: str, *, goes_on: bool = False) -> str:
        """Put what a text means at a path; what it does not mean is told by `problems`.

        Parameters
        ----------
        path : of an operand, a number or a text
        text : "close.bars_ago(1)", "sma(50)", "2 * atr_14", "fast", "30"; nothing takes it away
        goes_on : as of `put`
        """
        if not text.strip() and paths.steps(path)[0] not in GROUPS:
            return self.put(path, None)
        value, declared = self._meant(path, text)
        known = {**(self._document.get("indicators") or {}), **declared}

        def done(document: Document) -> edits.Edited:
            grown = {**document, "indicators": known} if declared else document
            return paths.put(grown, path, value), path

        return self._do(done, path, goes_on)

    def _meant(self, path: str, text: str) -> tuple[Any, Document]:
        taken = paths.steps(path)
        if taken[0] in ("name", "description", "direction") or taken[-1] in _TEXTS:
            return text, {}
        is_setting = taken[0] == "indicators" and taken[-1] not in ("source", "other")
        if taken[0] in {*_COUNTS, "parameters", "sizing"} or is_setting or taken[-1] in _NUMBERS:
            return operands.value(text, self._document), {}
        return operands.read(text, self._document)

    def size(self, method: str | None) -> str:
        """Choose how much an entry buys; None leaves it to the run."""
        value = None if method is None else {"method": method, "value": SIZINGS.get(method, 100)}
        return self.put("sizing", value)

    # -- parameters and indicators ------------------------------------------------------------

    def parametrize(self, path: str, name: str | None = None) -> str:
        """Give the number at a path a name and a range, so that runs and sweeps may change it.

        Parameters
        ----------
        path : of a number
        name : of the new parameter; the place's own if left out: period, period_2

        Returns
        -------
        str
            The path of the parameter.

        Raises
        ------
        DefinitionError
            No number stands there.
        """
        number = as_number(paths.at(self._document, path))
        if number is None:
            raise DefinitionError(f"{path} is no number, so it cannot be a parameter.", path=path)
        called = name or self._free(str(paths.steps(path)[-1]))

        def done(document: Document) -> edits.Edited:
            named = paths.put(document, path, {"parameter": called})
            place = paths.written(("parameters", called))
            return paths.put(named, place, tidying.ranged(number)), place

        return self._do(done)

    def _free(self, wanted: str) -> str:
        wanted = "level" if wanted in ("left", "right", "low", "high", "default") else wanted
        taken = {*names_of(self._document, "parameters"), *names_of(self._document, "indicators")}
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted}_{count}"
        return name

    def rename(self, path: str, name: str) -> str:
        """Give a parameter or an indicator another name, wherever it stands; return its path."""
        kind, old = paths.steps(path)[:2]
        if name in names_of(self._document, str(kind)) and name != old:
            raise DefinitionError(f"There is one called {name!r} already.", name=name)
        do = uses.rename if kind == "indicators" else uses.rename_parameter
        return self._do(
            lambda document: (do(document, str(old), name), paths.written((str(kind), name)))
        )

    def indicator(self, path: str, name: str) -> str:
        """Make what is declared at a path another indicator, with that one's defaults.

        Parameters
        ----------
        path : ``indicators.sma_50``
        name : of the catalogue: "ema"

        Raises
        ------
        UnknownName
            There is no such indicator.
        """
        entry = indicators.get(name)
        old = paths.at(self._document, path)
        made = uses.made(entry.name)
        kept = {key: one for key, one in old.items() if key in made and key not in _OWN}
        return self.put(path, {**made, **kept})

    # -- steps --------------------------------------------------------------------------------

    def replace(self, text: str) -> list[Problem]:
        """Take the JSON of a text; of what is no JSON, tell the problems and change nothing."""
        found, problems = read_text(text)
        if found is None or problems:
            return problems
        if found != self._document:
            self._do(lambda _: (found, ""), tidy=False)
        return []

    def restart(self, document: Document) -> None:
        """Take another document; where there were rules before, that is a step to take back."""
        if self._document:
            self._do(lambda _: (copy.deepcopy(document), ""), tidy=False)
        else:
            self._document = copy.deepcopy(document)

    def undo(self) -> None:
        """Take back the last step; nothing, if there is none."""
        if self._past:
            self._future.append(self._document)
            self._document = self._past.pop()[1]

    def redo(self) -> None:
        """Do again what was taken back last; nothing, if nothing was."""
        if self._future:
            self._past.append(("", self._document))
            self._document = self._future.pop()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._future)

    def _do(
        self,
        change: Callable[[Document], edits.Edited],
        step: str = "",
        goes_on: bool = False,
        *,
        tidy: bool = True,
    ) -> str:
        before = self._document
        begun = bool(step and self._past and self._past[-1][0] == step)
        changed, path = change(before)
        if tidy and not goes_on:
            changed, path = tidying.tidied(changed, self._past[-1][1] if begun else before, path)
        if changed != before:
            if not begun:
                self._past = [*self._past, (step, before)][-LONGEST_HISTORY:]
            self._future = []
            self._document = changed
        if self._past and not goes_on:
            self._past[-1] = ("", self._past[-1][1])  # what comes next is a step of its own
        return path
