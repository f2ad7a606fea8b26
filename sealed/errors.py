"""The one error of this package; whoever calls it adds the command that mends what is broken."""

from __future__ import annotations


class SealedError(Exception):
    """Something on the disk that is missing, unreadable, or not what was written; the message is one line that names it."""
