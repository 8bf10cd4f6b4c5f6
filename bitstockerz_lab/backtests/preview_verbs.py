"""The verbs about previews of the backtests room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bitstockerz_lab.backtests import plan, trials_store
from bitstockerz_lab.backtests.preview import Preview, unsaved
from bitstockerz_lab.backtests.run_ids import UNSAVED
from bitstockerz_lab.strategies import Definition
from bitstockerz_lab.strategies.python import consent
from bitstockerz_lab.strategies.versions import StrategyVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitstockerz_lab.backtests.plan import Materials, Wish
    from bitstockerz_lab.storage import Connection, Database
    from bitstockerz_lab.users import User

KEPT = 4
"""So many questions' bars stay in memory: whoever moves a slider asks the same one again."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a question read, and the state in which the database was before."""

    state: object
    materials: Materials


class Previews:
    """What `lab.backtests` shows without recording it."""

    _database: Database
    _user: User

    def preview(
        self,
        strategy: str | int | StrategyVersion | Definition | Mapping[str, Any],
        symbol: str,
        *,
        trust: bool = False,
        **asked: Any,  # noqa: ANN401 - as `run`
    ) -> Preview:
        """Return what `run` would record of the same question, without recording it.

        Bars stay in memory for as long as nobody writes to the database file, so other parameters
        or costs take milliseconds. Whoever looks at many settings tries many: `count_previews`
        counts them.

        Parameters
        ----------
        strategy : as `run` takes it, or rules that are not saved: a Definition or a dict
        symbol, asked : the arguments of `run`, but for rerun
        trust : agree, for good, to the strategy's Python where it comes from somebody else

        Raises
        ------
        UnknownName, DataError, NoBars, DefinitionError, TradingError, Untrusted
            As `run`.

        Examples
        --------
        >>> lab.backtests.preview("Golden cross", "AAPL", parameters={"fast": 20}).metrics
        """
        rules = Definition.parse(strategy) if isinstance(strategy, Mapping) else strategy
        version = unsaved(rules) if isinstance(rules, Definition) else rules
        materials = self._materials(plan.wish(version, symbol, **asked))
        made_of = materials.recipe.version
        consent.require(
            made_of.definition, self._database.path, version=made_of.version, trust=trust
        )
        return Preview(self._database, self._user.id, materials)

    def count_previews(self, previews: Iterable[Preview]) -> int:
        """Count previews that were looked at as trials, and return how many distinct ones.

        A setting that is counted already counts once, and so does one that is run later.

        Parameters
        ----------
        previews : as `preview` gives them

        Examples
        --------
        >>> lab.backtests.count_previews([preview])
        1
        """
        import pandas as pd  # noqa: PLC0415 - reason: heavy

        rows = [one.trial for one in previews]
        if not rows:
            return 0
        tried = pd.concat(rows, ignore_index=True)
        with self._database.write() as con:
            trials_store.add(con, self._user.id, tried, source="preview")
        return int(tried["trial_key"].nunique())

    @cached_property
    def _kept(self) -> dict[object, Read]:
        return {}

    def _materials(self, wish: Wish) -> Materials:
        """Return what a question is made of, with bars that are kept where they are still true."""
        question, state = _question(wish), self._database.state
        read = self._kept.pop(question, None)
        if read is None or read.state != state:
            with self._database.read() as con:
                read = Read(state, self._gather(con, wish))
        self._kept[question] = read  # the newest is the last
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        found = replace(
            read.materials, recipe=plan.with_parameters(read.materials.recipe, wish, {})
        )
        if found.bars is None:
            return found
        return plan.warned(found, asked=wish.start is not None)

    def _gather(self, con: Connection, wish: Wish) -> Materials:
        version = wish.strategy
        if isinstance(version, StrategyVersion) and version.id == UNSAVED:
            recipe = plan.resolve_version(con, version, wish)
            return plan.gather_recipe(con, recipe, asked=wish.start is not None)
        return plan.gather(con, self._user.id, wish)


def _question(wish: Wish) -> object:
    """Return what decides the rules and the bars of a wish; its parameters and costs do not."""
    asked = wish.strategy
    strategy = asked if isinstance(asked, str | int) else (asked.id, asked.definition.to_json())
    period = [str(one) for one in (wish.start, wish.end)]
    return (
        strategy, wish.version, wish.symbol.upper(), wish.timeframe, *period, str(wish.adjusted),
    )  # fmt: skip
