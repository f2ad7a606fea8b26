"""Why an outfit may look odd: pieces for people, seasons, occasions, sports, rites or sizes that share none, or in the place of others.

What is told is what completing goes by, too: what training outfits hold together, and the documented words where they say nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, combinations_with_replacement, islice
from typing import Final

from app.recommend.apart import is_childs, kept_apart
from app.recommend.consistent import worn_sizes
from app.recommend.outfit import Worn
from app.release.release import Release
from models.compatibility.conflicts import Conflicts
from models.compatibility.roles import ALONE, instead
from models.datasets.audience import Audience
from models.datasets.sizes import size_of

_MOST: Final = 5
_NAMED: Final = 3
_TWO: Final = 2
_NUMBERS: Final = {2: "two", 3: "three"}
_BY_WORDS: Final = "by their words"


def odd(release: Release, worn: Worn) -> tuple[str, ...]:
    """What is odd about an outfit, the first few things, each with the items, and how it is known after the last colon."""
    return tuple(islice(_odd(release, worn), _MOST))


def _odd(release: Release, worn: Worn) -> Iterator[str]:
    conflicts = release.bundle.slots.conflicts
    yield from _private(release, worn)
    yield from _apart(worn, [labels.audience for labels in worn.labels], conflicts)
    yield from _apart(worn, [labels.season for labels in worn.labels], conflicts)
    yield from _apart(worn, [labels.occasion for labels in worn.labels], conflicts)
    yield from _apart(worn, [labels.sport for labels in worn.labels], conflicts)
    yield from _apart(worn, [labels.rite for labels in worn.labels], conflicts)
    yield from _of_sizes(release, worn)
    yield from _places(release, worn)


def _private(release: Release, worn: Worn) -> Iterator[str]:
    """The private pieces of grown-ups, and what children wear beside them."""
    pieces = [*zip(worn.names, worn.labels, strict=True)]
    apart = [{one, other} for one, other in combinations(pieces, 2) if kept_apart(release, one[1], other[1])]
    if apart:
        some = dict.fromkeys(piece for piece in pieces if any(piece in pair for pair in apart))
        sides = [[name for name, labels in some if is_childs(release, labels) is childs] for childs in (True, False)]
        yield f"{_listed(sides[0])} for children, and {_listed(sides[1])}, which no word says is a child's: these are kept apart"


def _apart(worn: Worn, said: Sequence[str | None], conflicts: Conflicts) -> Iterator[str]:
    """Each two labels that share no outfit, with the items that have them."""
    for one, other in combinations(sorted({label for label in said if label is not None}), 2):
        if conflicts.between(one, other):
            sides = [[name for name, label in zip(worn.names, said, strict=True) if label == side] for side in (one, other)]
            times = conflicts.times(one, other)
            how = _BY_WORDS if times is None else f"{'hardly any' if times else 'no'} outfit learned from has both"
            yield f"{_listed(sides[0])} for {_told(one)}, {_listed(sides[1])} for {_told(other)}: {how}"


def _of_sizes(release: Release, worn: Worn) -> Iterator[str]:
    """The two sizes that are furthest apart, where no one person wears both; nothing where the shopper chooses sizes."""
    sized = [(name, row, place) for name, row in zip(worn.names, worn.rows, strict=True) for place in worn_sizes(release, [row])]
    pairs = [pair for pair in combinations(sized, 2) if not pair[0][2].meets(pair[1][2])]
    if pairs:
        sides = max(pairs, key=lambda pair: pair[0][2].apart(pair[1][2]))
        told = [f"\u201c{name}\u201d in {_size_said(release, row)}" for name, row, _ in sides]
        yield f"{told[0]} and {told[1]}, which no one person wears: by their sizes"


def _size_said(release: Release, row: int | None) -> str:
    (item,) = release.items([row or 0])
    return next((str(one["size"]) for one in item.sizes or ()), None) or size_of(item.attributes) or ""


def _places(release: Release, worn: Worn) -> Iterator[str]:
    """Each category of which one piece takes another's place, and each two of them, with the items."""
    of_category: dict[str, list[int]] = {}
    for at, category in enumerate(worn.categories):
        of_category.setdefault(category, []).append(at)
    roles = [labels.place for labels in worn.labels]
    slots = release.bundle.slots
    for category, beside in combinations_with_replacement(of_category, 2):
        ones, others = of_category[category], of_category[beside]
        if category == beside:
            rivals = [at for at in ones if any(_rivals(roles[at], roles[other]) for other in ones if other != at)]
            seen = slots.worn_together([category] * len(rivals)) if rivals else True
            if not seen and (seen is not None or any(roles[at] for at in rivals)):
                many = "both" if len(rivals) == _TWO else "all"
                how = _BY_WORDS if seen is None else f"no outfit learned from has {_NUMBERS.get(len(rivals), len(rivals))}"
                yield f"{_listed([worn.names[at] for at in rivals])} are {many} {category}: {how}"
            continue
        pairs = [(one, other) for one in ones for other in others if (role := roles[one]) and (of := roles[other]) and instead(role, of)]
        if pairs and not (seen := slots.worn_together([category, beside])):
            names, beside_names = ([worn.names[at] for at in dict.fromkeys(some)] for some in zip(*pairs, strict=True))
            how = _BY_WORDS if seen is None else "no outfit learned from has both"
            yield f"{_listed(beside_names)} ({beside}) in the place of {_listed(names)} ({category}): {how}"


def _rivals(role: str | None, other: str | None) -> bool:
    """Whether of two pieces of one category one is worn at a time, where no outfit says otherwise."""
    if role is None or other is None:
        return role == other
    return instead(role, other) or (role in ALONE) != (other in ALONE)


def _listed(names: Collection[str]) -> str:
    quoted = [f"\u201c{name}\u201d" for name in names]
    if len(quoted) > _NAMED:
        quoted = [*quoted[: _NAMED - 1], f"{len(quoted) - _NAMED + 1} more"]
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))


@lru_cache(maxsize=256)
def _told(label: str) -> str:
    """An audience, a season, an occasion or a sport in words: ``men``, ``spring or summer``, ``sport``."""
    audience = Audience.of_label(label)
    return audience.people if audience is not None else label.replace("=", "").replace("+", " or ")
