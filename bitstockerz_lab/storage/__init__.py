"""The database file: short leases on it, its migrations, and frames in and out."""

from bitstockerz_lab.storage.database import Connection, Database

__all__ = ["Connection", "Database"]
