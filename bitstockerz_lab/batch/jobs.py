"""The verb that lists jobs: the single notebooks of all batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitstockerz_lab.batch import registry, store

if TYPE_CHECKING:
    import pandas as pd

    from bitstockerz_lab.storage import Database
    from bitstockerz_lab.users import User


class Jobs:
    """Look at jobs, for `Batches`."""

    _database: Database
    _user: User

    def jobs(self, status: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """Return the jobs, the newest first.

        Parameters
        ----------
        status : "pending", "running", "completed", "failed", "timed_out" or "cancelled", only those
        limit : at most so many

        Returns
        -------
        DataFrame, a row a job
            id, batch_id, name, status, created_at, started_at, finished_at (UTC, missing if not
            yet), error_message.

        Examples
        --------
        >>> lab.batch.jobs("running")  # doctest: +SKIP
        """
        registry.settle_orphans(self._database)
        with self._database.read() as con:
            return store.jobs(con, self._user.id, status, limit)
