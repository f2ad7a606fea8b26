"""For whom, when and what for: the items that suit what is worn, by what shares outfits (``models.compatibility.conflicts``); variants.

Also whether one person wears them, of one-offs and of children's clothes (``app.release.sized``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np
import pyarrow as pa

from app.recommend.apart import kept_apart
from app.release.release import Release
from app.release.sized import STEP
from app.release.variants import stem
from app.rules.ruling import Ruling
from index.selection import Condition
from models.compatibility.roles import PLACES, instead
from models.datasets.ages import AGES
from models.datasets.audience import ages_said
from models.datasets.labels import PieceLabels
from models.datasets.occasion import BEACH, BY_ITSELF, CASUAL, NIGHT, PLAIN, SPORT
from models.datasets.ranges import RANGES
from models.datasets.rites import APART as RITES_APART
from models.datasets.size_scale import Place
from models.datasets.trades import APART as TRADES_APART
from models.datasets.wholes import OWN_PLACE

NOT_FOR_THEM = "none is for whom the others are"
OTHER_SEASON = "none is for the season of the others, so these are for another"
OTHER_OCCASION = "none is for the season and the occasion of the others, so these are for another"
IN_PLACE = "each of these is worn in the place of one that is worn"
OTHER_SIZE = "none is of a size that who wears the others wears, so these are of the nearest"
ALL: Final = ("audience", "season", "occasion", "sport", "rite")
ANY_SEASON: Final = ("audience", "occasion", "sport", "rite")
ANY_OCCASION: Final = ("audience",)
"""What pieces must share, the strictest first: what something is worn for goes before the season."""
WHOM_AND_SPORT: Final = ("audience", "sport", "rite")
"""What a role must have something for, to be lacking."""
APART: Final = RITES_APART | RANGES | TRADES_APART
"""What is shown beside its own alone, before any outfits."""
_ALWAYS_BY_ITSELF: Final = frozenset({SPORT, BEACH, NIGHT})
"""What is worn for nothing else, whoever's part it is for: no swimsuit beside a maternity dress."""
_TRAINED_IN: Final = frozenset({SPORT, CASUAL})
"""What shoes are for that one trains in."""
NEAREST: Final = (STEP, 2 * STEP, math.inf)
"""How far from a size that is worn others may be, in cm, where none is nearer."""


def suitable(release: Release, worn: Sequence[PieceLabels], by: Sequence[str] = ALL) -> Condition | None:
    """That a row conflicts with nothing that is worn, by some of its labels; None where nothing is said of what is worn.

    What says no age is of those that such pieces are of in this shop (``Traits.ages_of``), whatever else it does not say.
    """
    traits, conflicts = release.traits, release.bundle.slots.conflicts
    told = any(getattr(labels, kind) for labels in worn for kind in by)
    if not told and not ("audience" in by and any(traits.ages_of(labels) < AGES for labels in worn)):
        return None
    each = (
        traits.once(conflicts, (other, by), lambda labels, other=other: fits(release, labels, other, by))  # type: ignore[misc]
        for other in dict.fromkeys(worn)
    )
    return traits.among(np.logical_and.reduce([*each]))


def of_its_own(release: Release, worn: Sequence[PieceLabels]) -> Condition | None:
    """That a row is for the same as what is worn, where that is worn by itself, as a sari or a bride's dress; else for nothing that is.

    Or that it is for the same sport or part at a rite. Where outfits were learned from, they tell what is worn by itself, and nothing else.
    """
    if not worn:
        return None
    own, sports, rites = BY_ITSELF.intersection(labels.occasion or "" for labels in worn), sports_of(worn), rites_of(worn)
    conflicts = release.bundle.slots.conflicts
    if conflicts.counted:
        said = {labels.occasion or PLAIN for labels in worn if labels.role != "bag"}

        def goes(labels: PieceLabels) -> bool:
            occasion = labels.occasion or PLAIN
            if {occasion, *said}.isdisjoint(BY_ITSELF) or labels.sport in sports or labels.role == "bag":
                return True
            return not any(conflicts.between(occasion, other) for other in said)

        goes_L = release.traits.once(conflicts, (frozenset(said), frozenset(sports)), goes)
        return None if goes_L.all() else release.traits.among(goes_L)

    def passes(labels: PieceLabels) -> bool:
        if labels.sport in sports or (labels.rite in rites and labels.occasion not in _ALWAYS_BY_ITSELF - own):
            return True
        return labels.rite not in APART and (labels.occasion in own if own else labels.occasion not in BY_ITSELF)

    return release.traits.condition(passes)


def of_its_kind(release: Release, worn: Sequence[PieceLabels]) -> Condition | None:
    """That a row is of a worn co-ord, or for a sport or a part at a rite that worn pieces are for.

    Or beside what one trains in for no sport, and of shoes those that one trains in. None where they are for none; of a co-ord alone where
    outfits were learned from.
    """
    co_ords, sports, rites, trains = co_ords_of(worn), set[str](), set[str](), False
    if not release.bundle.slots.conflicts.counted:
        sports, rites, trains = sports_of(worn), rites_of(worn), any(labels.occasion == SPORT for labels in worn)
    if not (co_ords or sports or rites or trains):
        return None

    def passes(labels: PieceLabels) -> bool:
        if labels.co_ord in co_ords:
            return True
        if sports or rites:
            return labels.sport in sports or labels.rite in rites
        return trains and labels.sport is None and (labels.role != "footwear" or labels.occasion in _TRAINED_IN)

    return release.traits.condition(passes)


def co_ords_of(worn: Sequence[PieceLabels]) -> set[str]:
    """The co-ords that pieces are of."""
    return {labels.co_ord for labels in worn if labels.co_ord}


def sports_of(worn: Sequence[PieceLabels]) -> set[str]:
    """The sports that pieces are for."""
    return {labels.sport for labels in worn if labels.sport}


def rites_of(worn: Sequence[PieceLabels]) -> set[str]:
    """Whose parts at a rite pieces are for."""
    return {labels.rite for labels in worn if labels.rite}


def wearable(release: Release, worn: Sequence[Place], slack: float = 0.0) -> Condition | None:
    """That one person wears a row and what is worn, give or take ``slack`` cm; None where no size is worn, or the shopper chooses one."""
    sized = release.traits.sized
    return None if sized is None or not worn else sized.condition(worn, slack)


def beside_worn(release: Release, worn: Sequence[PieceLabels]) -> Condition | None:
    """That a row takes the place of nothing that is worn: no second pair of jeans, whatever category it is in; None where nothing does."""
    others = {other for labels in worn for other in in_place_of(release, labels.place)}
    return release.traits.condition(lambda labels: labels.place not in others) if others else None


def named(release: Release, rows: Iterable[int]) -> dict[int, tuple[str, str]]:
    """The category of each row that has a title, and that without its colour and size: what two pieces of an outfit do not both have."""
    wanted = sorted({*rows})
    titles = release.snapshot.items.column("title").take(pa.array(wanted, type=pa.int64())).to_pylist()
    return {row: (release.category_of(row), stem(title)) for row, title in zip(wanted, titles, strict=True) if title}


def in_place_of(release: Release, place: str | None) -> set[str]:
    """What takes the place of a piece of one of ``roles.PLACES``, as far as outfits do not have both.

    By words of kinds that the bundle was trained before.
    """
    apart = release.bundle.slots.apart
    newer = OWN_PLACE.difference(*apart) if apart else frozenset()
    by_words = {other for other in PLACES if place and {place, other} & newer and instead(place, other)}
    return by_words | {one if other == place else other for one, other in apart if place in {one, other}}


def worn_sizes(release: Release, rows: Sequence[int | None]) -> list[Place]:
    """The sizes that rows have; none where the shopper chooses one."""
    sized = release.traits.sized
    return [] if sized is None else sized.of_rows(rows)


def fits(release: Release, piece: PieceLabels, other: PieceLabels, by: Sequence[str] = ALL) -> bool:
    """Whether two pieces are for the same people, at the same time and for the same occasion, or as much of it as is asked."""
    between = release.bundle.slots.conflicts.between
    if "audience" in by and _of_other_ages(release, piece, other):
        return False
    return not any(between(getattr(piece, kind), getattr(other, kind)) for kind in by)


def _of_other_ages(release: Release, one: PieceLabels, other: PieceLabels) -> bool:
    """Whether one piece says no age, and is of none of the other's in this shop."""
    said = [ages_said(labels.audience) for labels in (one, other)]
    return None in said and release.traits.ages_of(one).isdisjoint(release.traits.ages_of(other))


def of_one(release: Release, slots: Sequence[Sequence[int]], held: Collection[int] = ()) -> PieceLabels | None:
    """For whom and what for all slots should be, where they contradict each other: as the first item is under which most slots have one.

    None where they all go together. Beside a bag for everybody men's shirts and women's shoes are both right, and no outfit.

    Args:
        slots: rows of each, the best first.
        held: rows that have to stay; they say for whom, unless they contradict each other.
    """
    said = [[release.traits.of_row(row) for row in rows] for rows in slots]
    staying = [release.traits.of_row(row) for rows in slots for row in rows if row in held]
    between = release.bundle.slots.conflicts.between
    audience, occasion, sport, rite = (
        _of_one([[getattr(one, kind) for one in labels] for labels in said], [getattr(one, kind) for one in staying], between)
        for kind in ANY_SEASON
    )
    of_all = PieceLabels(audience=audience, occasion=occasion, sport=sport, rite=rite)
    return of_all if of_all != PieceLabels() else None


def _of_one(
    said: Sequence[Sequence[str | None]], staying: Sequence[str | None], between: Callable[[str | None, str | None], bool]
) -> str | None:
    """The label that all slots should fit, where those of theirs conflict."""
    slots = [list(dict.fromkeys(labels)) for labels in said]
    told, chosen = ({label for label in labels if label} for labels in ((label for labels in slots for label in labels), staying))

    def torn(labels: Collection[str]) -> bool:
        return any(between(one, other) for one, other in combinations(sorted(labels), 2))

    if not torn(told) or torn(chosen):
        return None

    def filled(label: str) -> int:
        return sum(not all(between(label, other) for other in labels) for labels in slots)

    first = [label for labels in slots for label in labels[:1] if label]
    return max(chosen or dict.fromkeys([*first, *sorted(told)]), key=filled)


def of_one_size(release: Release, slots: Sequence[Sequence[int]], held: Collection[int] = ()) -> list[Place]:
    """The size that all slots should go with, where no one person wears theirs; none where they all go together.

    It is that of the first item under which most slots have one. Args as of ``of_one``; what has to stay says the sizes.
    """
    if release.traits.sized is None:
        return []
    places = [list(dict.fromkeys(worn_sizes(release, rows))) for rows in slots]
    told = list(dict.fromkeys(place for some in places for place in some))
    chosen = list(dict.fromkeys(worn_sizes(release, [row for rows in slots for row in rows if row in held])))
    if chosen or all(one.meets(other) for one, other in combinations(told, 2)):
        return chosen

    def filled(place: Place) -> int:
        return sum(not some or any(place.meets(other) for other in some) for some in places)

    return [max(dict.fromkeys([*(place for some in places for place in some[:1]), *told]), key=filled)]


def together(
    release: Release,
    rows: Sequence[int],
    row: int,
    *,
    consistent: bool,
    by: Sequence[str],
    size: bool,
    names: Mapping[int, Hashable],
    ruling: Ruling | None = None,
) -> bool:
    """Whether a look may add a row to others: no variant of one of them, kept apart by no rule, for the same person at the same time.

    Args:
        size: whether sizes must be those of one person. names: of rows, of which no two may be the same; see ``named``.
    """
    traits = release.traits
    if any(traits.first_N[row] == traits.first_N[other] for other in rows) or (ruling is not None and ruling.apart(rows, row)):
        return False
    if any(kept_apart(release, traits.of_row(row), traits.of_row(other)) for other in rows):
        return False
    if not consistent:
        return True
    instead = in_place_of(release, traits.of_row(row).place)
    if size and (own := worn_sizes(release, [row])) and not all(own[0].meets(other) for other in worn_sizes(release, rows)):
        return False
    if names and row in names and any(names.get(other) == names[row] for other in rows):
        return False
    return all(fits(release, traits.of_row(row), traits.of_row(other), by) and traits.of_row(other).place not in instead for other in rows)
