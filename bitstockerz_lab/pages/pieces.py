"""What pages are made of: sections, cards, notices, lists of facts, folded text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from bitstockerz_lab.pages import formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Card:
    """One number that matters.

    Parameters
    ----------
    label : what it is
    value : the number as text
    note : a line below it
    tone : "gain", "loss" or "" colours the value
    """

    label: str
    value: str
    note: str = ""
    tone: str = ""


def section(title: str, *parts: str, anchor: str = "") -> Markup:
    """Return a section: a heading and its parts; parts that are no Markup are escaped."""
    return Markup('<section class="bz-section"{}>\n<h2>{}</h2>\n{}\n</section>').format(
        Markup(' id="{}"').format(anchor) if anchor else "", title, Markup("\n").join(parts)
    )


def cards(entries: Iterable[Card]) -> Markup:
    """Return cards side by side; they wrap where there is no room."""
    card = Markup(
        '<div class="bz-card"><dt>{}</dt><dd class="bz-value{}">{}<small>{}</small></dd>'
        '<dd class="bz-note">{}</dd></div>'
    )
    body = Markup("\n").join(
        card.format(
            entry.label, f" bz-{entry.tone}" if entry.tone else "", *_parts(entry.value), entry.note
        )
        for entry in entries
    )
    return Markup('<dl class="bz-cards">\n{}\n</dl>').format(body)


def _parts(value: str) -> tuple[str, str]:
    """Part a number from its unit, which is set smaller."""
    number, space, unit = value.partition(formats.SPACE)
    return number, f" {unit}" if space else ""


def notice(kind: str, title: str, text: str = "") -> Markup:
    """Return a banner. `kind` is "simulated", "warning", "failed" or "note"."""
    return Markup(
        '<div class="bz-notice bz-notice-{}" role="note"><strong>{}</strong> <span>{}</span></div>'
    ).format(kind, title, text)


def facts(entries: Mapping[str, str]) -> Markup:
    """Return names and values as a list of two columns; one below the other on a phone."""
    body = Markup("\n").join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(name, value)
        for name, value in entries.items()
    )
    return Markup('<dl class="bz-facts">\n{}\n</dl>').format(body)


def details(title: str, body: str) -> Markup:
    """Return something folded away behind its title."""
    return Markup('<details class="bz-details"><summary>{}</summary>\n{}\n</details>').format(
        title, body
    )


def preformatted(text: str) -> Markup:
    """Return text in a fixed-width face, its lines kept."""
    return Markup('<pre class="bz-pre" tabindex="0">{}</pre>').format(text)
