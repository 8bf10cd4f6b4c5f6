"""Carrying a run out and writing it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.backtests import honesty_warnings, store
from bitstockerz_lab.backtests.run import Run
from bitstockerz_lab.enums import Status
from bitstockerz_lab.errors import LabError
from bitstockerz_lab.strategies.honesty import store as checks_store

if TYPE_CHECKING:
    from bitstockerz_lab.backtests.plan import Materials
    from bitstockerz_lab.storage import Connection, Database


def known(con: Connection, database: Database, user_id: int, materials: Materials) -> Run | None:
    """Return the completed run of the same fingerprint, with what is to be said of it now."""
    if materials.fingerprint is None:
        return None
    version_id = materials.recipe.version.id
    run_id = store.completed(con, user_id, version_id, materials.fingerprint)
    if run_id is None:
        return None
    row = store.row(con, user_id, run_id)
    return Run.of_row(con, database, row, materials.recipe)


def run(database: Database, user_id: int, materials: Materials, *, rerun: bool = False) -> Run:
    """Carry a run out and record it, its failure too.

    Parameters
    ----------
    database, user_id : where, and whose it is
    materials : what it is made of
    rerun : False gives a completed run of the same fingerprint back
    """
    materials, checked = honesty_warnings.check_code(materials)
    with database.write() as con:
        store.settle_orphans(con)
        # somebody else may have completed it since
        found = None if rerun else known(con, database, user_id, materials)
        if found is not None:
            return found
        run_id = store.begin(con, user_id, materials)
        if checked is not None:
            checks_store.add(con, materials.recipe.version, checked)
    try:
        bars = materials.bars_or_raise()
        simulation = materials.recipe.simulate(bars, materials.others)
        with database.write() as con:
            store.record(con, run_id, simulation)
            row = store.row(con, user_id, run_id)
            done = Run.of_row(con, database, row, materials.recipe)
    except BaseException as failure:
        record_failure(database, run_id, failure)
        raise
    done.remember(bars, materials.others, simulation)
    return done


def record_failure(database: Database, run_id: int, failure: BaseException) -> None:
    """Say why a run did not come to its end; one that is completed stays so."""
    cancelled = isinstance(failure, KeyboardInterrupt)
    status = Status.CANCELLED if cancelled else Status.FAILED
    told = str(failure) if isinstance(failure, LabError) else repr(failure)
    message = "interrupted" if cancelled else told
    with database.write() as con:
        store.finish(con, run_id, status, message)
