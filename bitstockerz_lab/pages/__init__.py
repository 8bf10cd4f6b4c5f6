"""One look for every page the project writes: a shell, its pieces, its figures, its numbers.

A whole page is `shell(title, body_html)`; inside the body `figure_html(figure_json)` stands for
each `application/vnd.plotly.v1+json`. The style and plotly.js come with the shell, once; `css()` is
that style alone. Pages made of pieces: `document`, `section`, `cards`, `table`, `notice`, …
Text handed to a piece is escaped; only `Markup`, which the pieces return, goes in as it is.
"""

from bitstockerz_lab.pages import formats
from bitstockerz_lab.pages.figures import COLOURS, figure, figure_html, template
from bitstockerz_lab.pages.pieces import Card, cards, details, facts, notice, preformatted, section
from bitstockerz_lab.pages.saving import save
from bitstockerz_lab.pages.shells import css, document, piece_css, shell, standalone
from bitstockerz_lab.pages.tables import Column, table

__all__ = [
    "COLOURS", "Card", "Column", "cards", "css", "details", "document", "facts", "figure",
    "figure_html", "formats", "notice", "piece_css", "preformatted", "save", "section",
    "shell", "standalone", "table", "template",
]  # fmt: skip
