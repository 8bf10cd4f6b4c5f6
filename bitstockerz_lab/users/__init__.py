"""Who is at work: one local user from the first day."""

from bitstockerz_lab.users.api import User, current

__all__ = ["User", "current"]
