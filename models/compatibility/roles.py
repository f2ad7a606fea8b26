"""The usual templates for a catalogue without outfits: what is worn together, by the roles of ``models.datasets.garments``."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

from models.compatibility.dice import digest
from models.datasets.garments import ROLE_WORDS
from models.datasets.wholes import (
    ABAYA,
    BIKINI_BOTTOM,
    BIKINI_TOP,
    BISHT,
    BLAZER,
    BRIDAL,
    CHOLI,
    ETHNIC_SET,
    HALVES,
    HIJAB,
    KUFI,
    LEHENGA,
    OPEN_ABAYA,
    OUTFIT,
    OWN_PLACE,
    PETTICOAT,
    PINAFORE,
    PYJAMA_BOTTOM,
    PYJAMA_TOP,
    SARI,
    SARI_BLOUSE,
    SHERWANI,
    SUIT,
    THOBE,
    UNDERDRESS,
    UNDERSCARF,
    VEIL,
)

CORE: Final = frozenset({"full-body", "top", "bottom"})
"""What an outfit of clothes stands on."""

TEMPLATES: Final[Mapping[str, Mapping[str, float]]] = {
    "women": {"top bottom footwear bag": 0.5, "full-body footwear bag": 0.35, "top bottom footwear": 0.15},
    "men": {"top bottom footwear": 0.6, "top bottom footwear watch": 0.25, "top bottom footwear belt": 0.15},
    "child": {"top bottom footwear": 0.85, "full-body footwear": 0.15},
    "": {"top bottom footwear bag": 0.5, "top bottom footwear": 0.3, "full-body footwear bag": 0.2},
}
"""By audience (``Audience.name``): usual outfits and their shares. A worn piece of another role joins the template that it fits."""

SETS: Final[Mapping[str, float]] = {"jewellery jewellery bag": 0.7, "jewellery jewellery bag eyewear": 0.3}
"""Those of a shop of accessories, which has few clothes to wear them with; its jewellery is of two kinds, as earrings beside a necklace."""

_BIKINI: Final = {f"{BIKINI_TOP} {BIKINI_BOTTOM} cover-up footwear bag": 1.0}
_PYJAMA: Final = {f"{PYJAMA_BOTTOM} {PYJAMA_TOP} robe slippers": 1.0}
OF_THEIR_OWN: Final[Sequence[tuple[Collection[str], Mapping[str, float]]]] = (
    ({BIKINI_TOP, BIKINI_BOTTOM}, _BIKINI),
    (
        {"swimwear", "cover-up"},
        {"swimwear cover-up footwear bag": 0.5, "swimwear cover-up footwear eyewear headwear": 0.5},
    ),
    ({PYJAMA_TOP, PYJAMA_BOTTOM}, _PYJAMA),
    ({"sleepwear", "robe", "slippers"}, {"sleepwear robe slippers": 1.0}),
    ({"cover-up"}, _BIKINI),
    ({"robe", "slippers"}, _PYJAMA),
)
"""What is worn without clothes, and its outfits; of several the first whose first part is worn, or to be had."""

WHOLES: Final[Mapping[str, str]] = {
    SARI: f"{SARI} {SARI_BLOUSE} footwear jewellery bag",
    LEHENGA: f"{LEHENGA} {CHOLI} scarf footwear jewellery bag",
    ETHNIC_SET: f"{ETHNIC_SET} footwear jewellery bag",
    SHERWANI: f"{SHERWANI} bottom footwear scarf headwear",
    ABAYA: f"{ABAYA} {HIJAB} footwear bag",
    OPEN_ABAYA: f"{OPEN_ABAYA} {UNDERDRESS} {HIJAB} footwear bag",
    THOBE: f"{THOBE} headwear footwear",
    BRIDAL: f"{BRIDAL} {VEIL} footwear jewellery",
    PINAFORE: f"{PINAFORE} top footwear bag",
}
"""What a piece of such a kind (``models.datasets.wholes``) is worn with; men and children without what ``_WOMENS`` names."""
PART_OF: Final[Mapping[str, str]] = {
    SARI_BLOUSE: SARI,
    PETTICOAT: SARI,
    CHOLI: LEHENGA,
    UNDERDRESS: OPEN_ABAYA,
    HIJAB: ABAYA,
    UNDERSCARF: ABAYA,
    BISHT: THOBE,
    KUFI: THOBE,
    VEIL: BRIDAL,
}
"""What is a part of such an outfit, and asks for it where a shop has any."""
_WOMENS: Final = frozenset({"jewellery", "bag"})
_OTHERS: Final = frozenset({"men", "child"})
_AS_USUAL: Final[Mapping[str, str]] = {
    **dict.fromkeys((SARI, ETHNIC_SET, ABAYA, OPEN_ABAYA, UNDERDRESS, THOBE, BRIDAL, PINAFORE, OUTFIT), "full-body"),
    **dict.fromkeys((SARI_BLOUSE, CHOLI, SHERWANI), "top"),
    **dict.fromkeys((LEHENGA, SUIT), "bottom"),
    **dict.fromkeys((HIJAB, KUFI, UNDERSCARF, VEIL), "headwear"),
    **dict.fromkeys((BLAZER, BISHT), "outer"),
    PETTICOAT: "innerwear",
}
"""What each kind is in the usual templates, of a suit's pieces the one that they have."""

EVERY_PART: Final = frozenset(ROLE_WORDS).union(_AS_USUAL, *(roles for roles, _ in OF_THEIR_OWN))
"""All that a piece may be worn as."""

ESSENTIAL: Final = CORE | HALVES | {"footwear"} | {kind for kind, role in _AS_USUAL.items() if role in CORE}
"""What no outfit goes without, in one way or another: a dress and shoes; a top, a bottom and shoes."""

_BENEATH: Final = frozenset({"innerwear", "not worn"})
ALONE: Final = frozenset({"swimwear", "sleepwear"}) | HALVES | _BENEATH
"""What no clothes are worn with; what is beneath the clothes, or beside them, only where it is all there is."""
ACCESSORIES: Final = frozenset(ROLE_WORDS) - ESSENTIAL - ALONE
"""What clothes are worn without, too."""


PLACES: Final = frozenset(ROLE_WORDS) | OWN_PLACE
"""What a piece may take the place of: its role, or finer."""
_ONE_OF: Final = {
    *("bottom", "full-body", "footwear", "bag", "headwear", "scarf", "eyewear", "watch", "belt", "gloves", "tie", "wallet"),
    *OWN_PLACE,
}
_EITHER: Final = frozenset(
    {("bottom", "full-body"), ("full-body", "top"), ("bottom", SUIT), ("full-body", SUIT), (BLAZER, SUIT), (SARI_BLOUSE, "top")}
    | {("bottom", PINAFORE), ("full-body", PINAFORE), (PINAFORE, SUIT)}
    | {("bottom", OUTFIT), ("full-body", OUTFIT), (OUTFIT, "top"), (OUTFIT, SUIT), (OUTFIT, PINAFORE)}
    | {(SHERWANI, SUIT), (SHERWANI, "top"), (BLAZER, SHERWANI), ("full-body", SHERWANI)}
)


def instead(role: str, other: str) -> bool:
    """Whether a piece of one of ``PLACES`` takes the place of one of the other, as of two pairs of shoes one is worn.

    >>> instead("footwear", "footwear"), instead("top", "full-body"), instead("top", "top"), instead("suit", "top")
    (True, True, False, False)
    """
    return (min(role, other), max(role, other)) in _EITHER or (role == other and role in _ONE_OF)


def usual(worn: Mapping[str, str | None], audience: str, stocked: Collection[str], *, clothed: bool = True) -> tuple[str, ...]:
    """The roles that are missing by the usual templates, one as often as it is; none when what is worn fills the template of an item.

    Every item has a template of its own, drawn by its id, so that answers vary over items and never for one.

    Args:
        worn: id of each item -> its kind, or what it is worn as (``PieceLabels.part``); None for an unknown one.
        audience: a key of ``TEMPLATES``.
        stocked: roles that the catalogue has items of; others are not missed, and no template stands on a dress where there are none.
        clothed: whether the shop sells clothes, and not but a few beside accessories, which then ask for none.
    """
    if whole := _whole(worn, stocked):
        return tuple(part for part in _beyond(whole, worn.values()) if part in stocked and not (part in _WOMENS and audience in _OTHERS))
    worn = {item: _AS_USUAL.get(role or "", role) for item, role in worn.items()}
    have = {role for role in worn.values() if role}
    have = have - _BENEATH or have
    if have & _BENEATH or not have:
        return ()
    core = CORE & have
    owns = [templates for roles, templates in OF_THEIR_OWN if have & {*roles}]
    if owns and not core:
        return _lacking(worn, next((own for own in owns if next(iter(own)).split()[0] in {*have, *stocked}), owns[0]), stocked)
    if have & ALONE:
        return ()
    worn = {item: "footwear" if role == "slippers" else role for item, role in worn.items()}
    templates = TEMPLATES[audience] if clothed or core else SETS
    shares = {names: share for names, share in templates.items() if CORE.intersection(names.split()) <= core.union(stocked)}
    return _lacking(worn, shares or _of_robes(stocked) or {**templates}, stocked, core)


def _of_robes(stocked: Collection[str]) -> Mapping[str, float]:
    """Outfits without a top and bottom of their own, of a shop that has none, as a man's thobe or suit."""
    robes = {THOBE: WHOLES[THOBE], ETHNIC_SET: WHOLES[ETHNIC_SET], SUIT: f"{SUIT} top footwear"}
    return {names: 1.0 for kind, names in robes.items() if kind in stocked}


def _whole(worn: Mapping[str, str | None], stocked: Collection[str]) -> Sequence[str]:
    """The outfit of its own that what is worn is a part of; none where other clothes are worn, or what it stands on is not to be had."""
    have = {role for role in worn.values() if role}
    wholes = (PART_OF.get(kind, kind) for kind in sorted(have, key=lambda kind: kind in PART_OF))
    whole = next((one for one in wholes if one in WHOLES and (one in have or one in stocked)), None)
    parts = WHOLES[whole].split() if whole else []
    return () if have & CORE - {*parts} else parts


def _lacking(
    worn: Mapping[str, str | None], shares: Mapping[str, float], stocked: Collection[str], core: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    in_mind = [_template(item, role, shares) for item, role in sorted(worn.items(), key=lambda entry: digest(entry[0]))]
    fitting = [template for template in in_mind if core.issubset(template)]
    if not fitting:
        fitting = [tuple(names.split()) for names in shares if core.issubset(names.split())][:1] or [(*sorted(core), "footwear")]
    lacking = [tuple(role for role in _beyond(template, worn.values()) if role in stocked) for template in fitting]
    return () if () in lacking else lacking[0]


def _beyond(template: Sequence[str], have: Collection[str | None]) -> Iterator[str]:
    left = Counter(have)
    for role in template:
        left[role] -= 1
        if left[role] < 0:
            yield role


def _template(item: str, role: str | None, shares: Mapping[str, float]) -> tuple[str, ...]:
    """The template that an item has in mind, drawn by its id among those that it fits."""
    fitting = {names: share for names, share in shares.items() if role not in CORE or role in names.split()}
    place = bisect(list(accumulate(fitting.values())), digest(item) / 2**64 * sum(fitting.values()))
    return tuple(list(fitting)[min(place, len(fitting) - 1)].split()) if fitting else ()
