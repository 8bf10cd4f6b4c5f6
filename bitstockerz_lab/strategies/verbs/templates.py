"""Classics to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.strategies import templates
from bitstockerz_lab.strategies.verbs.room import Room

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.strategies.definition import Definition


class Templates(Room):
    """List the templates, get one."""

    def templates(self) -> pd.DataFrame:
        """Return the classics there are to start from, family by family.

        Returns
        -------
        DataFrame, a row a template
            name, title (what it is saved as), family, direction ("long", "short", "both"),
            parameters (each with its range), constraint (what they must be to each other,
            "fast < slow"; other values turn the rules upside down), symbols (whose bars it reads
            besides its own), warm_up (bars until its values have settled; of months as many as a
            coin has days), idea, works, fails, left_out (what of the classic the rules cannot
            say), source.

        Examples
        --------
        >>> lab.strategies.templates().query("family == 'trend'")  # doctest: +SKIP
        """
        return templates.table()

    def template(self, name: str) -> Definition:
        """Return a template's definition, to look at, change or save.

        Parameters
        ----------
        name : one of `templates()`

        Raises
        ------
        UnknownName
            There is no such template; the nearest is suggested.

        Examples
        --------
        >>> lab.strategies.save(lab.strategies.template("golden-cross"))  # doctest: +SKIP
        StrategyVersion('Golden cross', version 1, id 1)
        """
        return templates.get(name)
