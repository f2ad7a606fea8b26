"""What no answer puts together, whatever is asked and whatever outfits say: what a child wears, and what is private of grown-ups.

Private is what is worn beneath, to swim, or intimate (``models.datasets.aged``). It is a child's only where that is known: by its words or
sizes, or in a shop that has nothing of grown-ups.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from app.release.release import Release
from index.selection import Condition
from models.datasets.audience import Audience, ages_said
from models.datasets.labels import PieceLabels


def kept_apart(release: Release, one: PieceLabels, other: PieceLabels) -> bool:
    """Whether one of two pieces is a child's, and the other is private and not known to be a child's."""
    if not (one.private or other.private):
        return False
    childs, others = is_childs(release, one), is_childs(release, other)
    return (childs and other.private and not others) or (others and one.private and not childs)


def kept_from(release: Release, worn: Iterable[PieceLabels], asked: Iterable[Audience] = ()) -> Condition | None:
    """That a row is kept apart from nothing that is worn, and from nobody who is asked for; None where nothing is."""
    people = (PieceLabels(audience=whom.label) for whom in asked)
    others = [one for one in dict.fromkeys([*worn, *people]) if one.private or is_childs(release, one)]
    if not others:
        return None
    traits = release.traits
    each = (
        traits.once(traits.labels, ("apart", other), lambda labels, other=other: not kept_apart(release, labels, other))  # type: ignore[misc]
        for other in others
    )
    return traits.among(np.logical_and.reduce([*each]))


def is_childs(release: Release, labels: PieceLabels) -> bool:
    """Whether a piece is known to be a child's."""
    ages = ages_said(labels.audience)
    return release.traits.childrens if ages is None else "adult" not in ages
