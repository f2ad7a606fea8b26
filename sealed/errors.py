"""The errors of this package; whoever calls it adds the command that mends what is broken."""

from __future__ import annotations


class SealedError(Exception):
    """Something on the disk that is missing, unreadable, or not what was written; the message is one line that names it."""

    def mended_by(self, how: str) -> str:
        """The message, with what mends what is broken."""
        return f"{self}; {how}"


class OtherVersionError(SealedError):
    """Something that is as another version wrote it, and says what this one does not know."""

    def mended_by(self, how: str) -> str:  # noqa: ARG002 - nothing is broken
        return f"{self}; use a version as new as that"
