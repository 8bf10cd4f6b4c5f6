"""The leaves of what the builder's words return: prices, and indicators with their settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from bitstockerz_lab.errors import DefinitionError
from bitstockerz_lab.strategies import indicators
from bitstockerz_lab.strategies.expressions import Expression, equals
from bitstockerz_lab.strategies.problems import did_you_mean, listed
from bitstockerz_lab.strategies.wording import quoted

if TYPE_CHECKING:
    from bitstockerz_lab.strategies.expressions import ParameterValue


@dataclass(frozen=True, slots=True, repr=False)
class Price(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """A bar's open, high, low, close or volume.

    Examples
    --------
    >>> print(Price("close").bars_ago(1))
    close.bars_ago(1)
    """

    name: str

    __eq__ = equals

    def __call__(self, *_given: object) -> NoReturn:
        """Raise: a price is no function."""
        message = f"{self} is a price and takes nothing in brackets: write {self}, or "
        raise DefinitionError(f"{message}{self}.bars_ago(1) for an earlier bar.")

    def __str__(self) -> str:
        return "open_" if self.name == "open" else self.name


@dataclass(frozen=True, slots=True, repr=False)
class Use(Expression):  # noqa: PLW1641 - dataclass makes the hash
    """An indicator with its settings and what it is taken of; each output is an attribute."""

    indicator: str
    settings: tuple[tuple[str, int | float | ParameterValue], ...] = ()
    source: Expression | None = None
    other: Expression | None = None
    output: str | None = None
    name: str | None = None

    __eq__ = equals

    def named(self, name: str) -> Use:
        """Return the same indicator under a name of its own in the definition.

        Examples
        --------
        >>> from bitstockerz_lab.strategies import sma
        >>> print(sma(200).named("trend"))
        sma(200).named("trend")
        """
        return replace(self, name=name)

    def __getattr__(self, output: str) -> Use:
        known = () if output.startswith("_") else indicators.get(self.indicator).outputs
        if output in known:
            return replace(self, output=output)
        hint = did_you_mean(output, known, f"Its outputs are {listed(known)}.") if known else ""
        raise AttributeError(f"{self.indicator} has no output {output!r}. {hint}".rstrip())

    def __call__(self) -> Use:
        """Return the indicator itself, for who writes hour() where hour is enough."""
        return self

    def __str__(self) -> str:
        entry = indicators.get(self.indicator)
        told = [str(value) for _, value in self.settings]
        if self.source is not None and self.source != Price(entry.source or ""):
            told.append(str(self.source))
        if self.other is not None:
            told.append(f"other={self.other}")
        is_function = entry.settings or entry.source
        call = f"{self.indicator}({', '.join(told)})" if is_function else self.indicator
        output = f".{self.output}" if self.output not in (None, entry.outputs[0]) else ""
        return f"{call}{output}" + (f".named({quoted(self.name)})" if self.name else "")
