"""What is put up with of a feed, and what is refused or told of it: rows that cannot be used, and items that would go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.datasets.findings import Findings
from models.errors import InputError
from models.progress import Warn


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an import puts up with.

    Attributes:
        rejected: the largest share of rows that may be set aside. left: the least share of the served items that there must be again.
    """

    rejected: float = 0.5
    left: float = 0.5


BOUNDS: Final = Bounds()
MANY_GONE: Final = 0.1
"""The share of the served items of which it is a warning that a feed lacks more."""


def check_rejected(data: Path, findings: Findings, bounds: Bounds) -> None:
    """Refuse a feed of which too much cannot be used; what is passed over, such as drafts, does not count for it.

    Raises:
        InputError: that is so; names the first row.
    """
    rejected, rows = findings.rejects.rows if findings.rejects else 0, max(findings.feed.meant if findings.feed else 0, 1)
    if rejected > bounds.rejected * rows:
        first = next((f"; the first: {kind.first[0]}" for kind in findings.of("rejected")), "")
        msg = f"{rejected:,} of {rows:,} rows cannot be used, more than {bounds.rejected:.0%}; mend them, or give --force{first}"
        raise InputError(msg, path=data)


def check_some(data: Path, items: int) -> None:
    """Refuse a feed without items.

    Raises:
        InputError: that is so.
    """
    if not items:
        msg = "the catalogue is empty; give it at least one item"
        raise InputError(msg, path=data)


def check_left(data: Path, left: int, served: int, bounds: Bounds) -> None:
    """Refuse a feed that would empty a shop: it may have been cut off.

    Args:
        left: how many items there would be, where ``served`` are now.

    Raises:
        InputError: fewer than ``bounds`` put up with.
    """
    if left < bounds.left * served:
        msg = f"leaves {left:,} of {served:,} items that are served; a feed that was cut off? Give --force to take the others out"
        raise InputError(msg, path=data)


def tell_gone(data: Path, gone: int, served: int, findings: Findings, warn: Warn) -> None:
    """Warn of a feed that lacks many of the items that are served."""
    if gone > MANY_GONE * served:
        problem = f"lacks {gone:,} of {served:,} items that were served, which are gone now; if it was cut off, fetch it again"
        findings.warn(problem, path=data)
        warn(f"{data}: {problem}")
