"""What a recorded run was made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitstockerz_lab.strategies import Definition


@dataclass(frozen=True, slots=True)
class RunDetails:
    """What a run was made of.

    Attributes
    ----------
    parameters : the strategy's own, resolved
    costs : fee_bps, fixed_fee, slippage_bps, borrow_bps, lot_size
    exits : stops, targets and max_bars that were set
    sizing : (method, value)
    adjusted : "all", "split" or "raw": what was done to the prices
    bars_digest, fingerprint : SHA-256 in hex; None where the run failed before it read its bars
    engine_version, versions : of the simulation and of the packages
    warnings : sentences
    skipped_entries, ruined : None unless completed
    definition : the rules
    provider, simulated : where its own bars come from, and whether any that it read were made up
    """

    parameters: dict[str, float]
    costs: dict[str, float]
    exits: dict[str, Any]
    sizing: tuple[str, float]
    adjusted: str
    bars_digest: str | None
    fingerprint: str | None
    engine_version: str
    versions: dict[str, str]
    warnings: list[str]
    skipped_entries: int | None
    ruined: bool | None
    definition: Definition
    provider: str
    simulated: bool
