"""What a category is for, read from its words, and the usual templates for a catalogue without outfits.

Words are looked up in the subcategory first (shops' categories are coarser and often mixed: "Hats, scarves and gloves"), then in the
category, then in the title; the longest phrase that matches wins, the last in the text among equals ("shirt dress" is a dress).
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Collection, Mapping
from itertools import accumulate
from typing import Final

from models.compatibility.dice import digest

ROLE_WORDS: Final[Mapping[str, str]] = {
    "top": (
        "top tops t-shirt tshirt tee shirt blouse tunic kurta kurti sweater jumper pullover sweatshirt hoodie cardigan "
        "turtleneck polo poloshirt camisole-top tank-top knitwear bodysuit vest-top lounge-tshirt"
    ),
    "bottom": (
        "bottom bottoms trouser pant jean jegging legging skirt skort short bermuda capri jogger chino churidar salwar patiala "
        "track-pant rain-trouser culotte palazzo"
    ),
    "full-body": (
        "all-body full-body dress gown jumpsuit romper overall saree sari lehenga lehenga-choli tracksuit suit clothing-set "
        "kurta-set playsuit dungaree"
    ),
    "footwear": (
        "shoe shoes footwear sneaker trainer boot bootie sandal heel pump flat loafer moccasin oxford brogue slipper flip-flop "
        "clog mule espadrille derby"
    ),
    "outer": (
        "outer outerwear coat jacket blazer trenchcoat parka waistcoat gilet poncho cape anorak sportcoat nehru-jacket shrug "
        "puffer puffer-coat outer-vest overshirt"
    ),
    "bag": (
        "bag handbag clutch tote backpack rucksack purse satchel duffel messenger-bag laptop-bag waist-pouch briefcase "
        "shoulder-bag crossbody-bag belt-bag citybag"
    ),
    "headwear": "hat cap beanie headwear fedora beret turban headband hairband kerchief",
    "scarf": "scarf scarve stole muffler shawl foulard dupatta neckerchief bandana",
    "eyewear": "sunglass eyeglass glasses glass eyewear",
    "watch": "watch watche",
    "belt": "belt suspender",
    "jewellery": (
        "jewellery jewelry earring necklace bracelet bangle ring pendant brooch chain necklace-and-chain jewellery-set charm "
        "cufflink cuff-link wristband"
    ),
    "gloves": "glove gloves mitten",
    "tie": "tie bow-tie ties-and-cufflink",
    "hosiery": "hosiery sock stocking tight tights",
    "wallet": "wallet card-holder money-clip",
    "hair": "hair-accessory hair-accessorie hairclip hair-clip",
    "swimwear": "swimwear bikini swimsuit bikini-top bikini-bottom bikini-pantie cover-up one-piece-swimsuit",
    "sleepwear": (
        "sleepwear pyjama pajama nightdress nightgown night-suit robe bath-robe baby-doll lounge-pant lounge-short chemise "
        "pyjama-trouser pyjama-shirt pyjama-top pyjama-short pyjama-t-shirt dressing-gown"
    ),
    "innerwear": (
        "innerwear underwear lingerie intimate bra brief boxer trunk panty pantie thong shapewear camisole innerwear-vest sports-bra"
    ),
    "not worn": (
        "beauty makeup lipstick fragrance perfume home decor furniture tech electronics case phone umbrella mobile-pouch "
        "tablet-sleeve trolley-bag luggage stationery glasses-case cosmetic-bag keyring gadget beach-towel"
    ),
}
"""What a piece is worn as, and the words that name it; a hyphen joins the words of a phrase."""

_CORE: Final = frozenset({"full-body", "top", "bottom"})

TEMPLATES: Final[Mapping[str, Mapping[str, float]]] = {
    "women": {"top bottom footwear bag": 0.5, "full-body footwear bag": 0.35, "top bottom footwear": 0.15},
    "men": {"top bottom footwear": 0.6, "top bottom footwear watch": 0.25, "top bottom footwear belt": 0.15},
    "child": {"top bottom footwear": 0.85, "full-body footwear": 0.15},
    "": {"top bottom footwear bag": 0.5, "top bottom footwear": 0.3, "full-body footwear bag": 0.2},
}
"""By audience (``Audience.name``): usual outfits and their shares. A worn piece of another role joins the template that it fits."""

ALONE: Final = frozenset({"swimwear", "sleepwear", "innerwear", "not worn"})
"""What asks for nothing."""


_ROLE_OF: Final = {phrase: role for role, phrases in ROLE_WORDS.items() for phrase in phrases.split()}
_LONGEST: Final = 3


def role_of(*texts: str | None) -> str | None:
    """The role that the first telling text names; None where none does.

    >>> role_of("Casual Shoes"), role_of(None, "accessories", "Blue shirt dress"), role_of("Accessories")
    ('footwear', 'full-body', None)
    """
    for text in texts:
        words = [_singular(word) for word in re.findall(r"[a-z]+(?:-[a-z]+)*", (text or "").lower().replace("'s", "").replace("&", "and"))]
        words = [part for word in words for part in ([word] if word in _ROLE_OF else [_singular(piece) for piece in word.split("-")])]
        for length in range(_LONGEST, 0, -1):
            for at in reversed(range(len(words) - length + 1)):
                role = _ROLE_OF.get("-".join(words[at : at + length]))
                if role:
                    return role
    return None


def _singular(word: str) -> str:
    if word in _ROLE_OF:
        return word
    for ending, instead in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("s", "")):
        if word.endswith(ending) and word[: -len(ending)] + instead in _ROLE_OF:
            return word[: -len(ending)] + instead
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def usual(worn: Mapping[str, str | None], audience: str, stocked: Collection[str]) -> tuple[str, ...]:
    """The roles that are missing by the usual templates; none when what is worn fills the template of one of the items.

    Every item has a template of its own, drawn by its id, so that answers vary over items and never for one.

    Args:
        worn: id of each item -> its role; None for an unknown one.
        audience: a key of ``TEMPLATES``.
        stocked: roles that the catalogue has items of.
    """
    have = {role for role in worn.values() if role}
    if have & ALONE or not have:
        return ()
    core = have & _CORE
    shares = TEMPLATES[audience]
    in_mind = [_template(item, role, shares) for item, role in sorted(worn.items(), key=lambda entry: digest(entry[0]))]
    fitting = [template for template in in_mind if core.issubset(template)]
    if not fitting:
        fitting = [tuple(names.split()) for names in shares if core.issubset(names.split())][:1] or [(*sorted(core), "footwear")]
    lacking = [tuple(role for role in template if role not in have and role in stocked) for template in fitting]
    return () if () in lacking else lacking[0]


def _template(item: str, role: str | None, shares: Mapping[str, float]) -> tuple[str, ...]:
    """The template that an item has in mind, drawn by its id among those that it fits."""
    fitting = {names: share for names, share in shares.items() if role not in _CORE or role in names.split()}
    place = bisect(list(accumulate(fitting.values())), digest(item) / 2**64 * sum(fitting.values()))
    return tuple(list(fitting)[min(place, len(fitting) - 1)].split()) if fitting else ()
