"""For whom and when: the items that suit what is worn, by what shares outfits (``models.compatibility.conflicts``); variants."""

from __future__ import annotations

from collections.abc import Sequence

from app.release.release import Release
from app.rules.ruling import Ruling
from index.selection import Condition
from models.compatibility.labels import PieceLabels

NOT_FOR_THEM = "none is for whom the others are"
OTHER_SEASON = "none is of the season of the others, so these are of another"


def suitable(release: Release, worn: Sequence[PieceLabels], *, season: bool = True) -> Condition | None:
    """That a row conflicts with nothing that is worn; None where nothing is said of what is worn.

    Args:
        season: False asks only for whom they are.
    """
    if not any(labels.audience or (season and labels.season) for labels in worn):
        return None
    return release.traits.condition(lambda labels: all(fits(release, labels, other, season=season) for other in worn))


def fits(release: Release, piece: PieceLabels, other: PieceLabels, *, season: bool = True) -> bool:
    """Whether two pieces are for the same people, at the same time."""
    conflicts = release.bundle.slots.conflicts
    return not (conflicts.between(piece.audience, other.audience) or (season and conflicts.between(piece.season, other.season)))


def together(release: Release, rows: Sequence[int], row: int, *, consistent: bool, season: bool, ruling: Ruling | None = None) -> bool:
    """Whether a look may add a row to others: no variant of one of them, kept apart by no rule, for the same people at the same time."""
    traits = release.traits
    if any(traits.first_N[row] == traits.first_N[other] for other in rows) or (ruling is not None and ruling.apart(rows, row)):
        return False
    return not consistent or all(fits(release, traits.of_row(row), traits.of_row(other), season=season) for other in rows)
