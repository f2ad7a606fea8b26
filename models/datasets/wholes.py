"""Kinds of pieces that are worn with others of their own: a sari with its blouse, a lehenga with its choli, an abaya with a hijab.

What is worn with what is in ``models.compatibility.roles``. A kind is read from the words of an item that is worn as the kind is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

SUIT, BLAZER, PINAFORE, OUTFIT = "suit", "blazer", "pinafore", "outfit"
BIKINI_TOP, BIKINI_BOTTOM, PYJAMA_TOP, PYJAMA_BOTTOM = "bikini-top", "bikini-bottom", "pyjama-top", "pyjama-bottom"
SARI, SARI_BLOUSE, PETTICOAT, LEHENGA, CHOLI = "sari", "sari-blouse", "petticoat", "lehenga-skirt", "choli"
ETHNIC_SET, SHERWANI = "ethnic-set", "sherwani"
ABAYA, OPEN_ABAYA, UNDERDRESS, HIJAB, UNDERSCARF = "abaya", "open-abaya", "underdress", "hijab", "underscarf"
THOBE, BISHT, KUFI, BRIDAL, VEIL = "thobe", "bisht", "kufi", "wedding-dress", "veil"

HALF_OF: Final = {BIKINI_TOP: "swimwear", BIKINI_BOTTOM: "swimwear", PYJAMA_TOP: "sleepwear", PYJAMA_BOTTOM: "sleepwear"}
"""Kinds of which one asks for its other, and what both are worn as."""
HALVES: Final = frozenset(HALF_OF)
OWN_PART: Final = HALVES | frozenset({SUIT, SARI_BLOUSE, PETTICOAT, LEHENGA, CHOLI, UNDERDRESS, HIJAB, UNDERSCARF, VEIL})
"""Kinds that are asked for by themselves alone: who lacks a top is not shown the blouse of a sari."""
OWN_PLACE: Final = HALVES | frozenset({SUIT, BLAZER, PINAFORE, OUTFIT, SARI_BLOUSE, UNDERDRESS, UNDERSCARF, SHERWANI})
"""Kinds that take the place of other pieces than their role does: a sari is worn with its blouse."""

_NIGHT: Final = "pyjama|pajama|pj|lounge|schlafanzug"
_SARI: Final = r"\bsar(?:ee|i)s?\b"
_PLAIN: Final = r"(?:^|[>|])\s*blouses?\s*$"
_KINDS: Final = tuple(
    (role, re.compile(pattern, re.IGNORECASE), kind)
    for role, pattern, kind in (
        ("full-body", _SARI, SARI),
        ("top", rf"{_SARI}.*\bblouses?\b|\b(?:ready ?made|unstitched|stitched)\b.*\bblouses?\b", SARI_BLOUSE),
        ("top", r"\bcholis?\b", CHOLI),
        ("innerwear", rf"{_SARI}.*\bpetticoats?\b|{_SARI}.*\bshapewear\b", PETTICOAT),
        ("bottom", r"\b(?:lehenga|ghagra)s?\b", LEHENGA),
        ("full-body", r"\b(?:under|inner)[ -]?(?:abaya |maxi |slip )*dress(?:es)?\b|\bunder[ -]abayas?\b", UNDERDRESS),
        ("full-body", r"\b(?:open|kimono)\b.*\babayas?\b", OPEN_ABAYA),
        ("full-body", r"\b(?:abaya|jilbab|jalabiya)s?\b|\bmodest\b", ABAYA),
        ("full-body", r"\b(?:thobe|thawb|kandura|dishdasha|jubba)s?\b", THOBE),
        (
            "full-body",
            r"\b(?:kurt[ai]|salwar|shalwar|churidar|sharara|gharara|anarkali|lehenga|choli|ghagra|pathani|jodhpuri|bandhgala|dhoti)s?\b",
            ETHNIC_SET,
        ),
        ("full-body", r"\b(?:wedding|bridal)[ -](?:dress(?:es)?|gowns?|jumpsuits?)\b", BRIDAL),
        ("outer", r"\b(?:sherwani|achkan)s?\b", SHERWANI),
        ("outer", r"\bbishts?\b", BISHT),
        ("headwear", r"\b(?:under[ -]?scar(?:f|ve)s?|under[ -]?caps?)\b", UNDERSCARF),
        ("headwear", r"\b(?:hijab|khimar|niqab)s?\b", HIJAB),
        ("headwear", r"\b(?:kufi|taqiyah|shemagh|ghutra|agal|prayer cap)s?\b", KUFI),
        ("headwear", r"\bveils?\b", VEIL),
    )
)
"""What a piece is worn as, the words that tell its kind, and that; the first one that fits counts."""
_SET: Final = re.compile(
    r"\b(?:kurt[ai]|sherwani|achkan|salwar|shalwar|anarkali|sharara|gharara|dhoti)s?\b.*\bsets?\b"
    r"|\b(?:lehenga|ghagra|chaniya)s?\b.*\bcholis?\b"
    r"|\b(?:pathani|jodhpuri|bandhgala|salwar|shalwar|churidar|anarkali)[ -](?:suit|kameez)\b|\bdhoti[ -]kurta\b"
    r"|\bkurt[ai]s?(?:\b.*\b(?:with|and)\b.*\b| ?&.*\b|[ -])"
    r"(?:p[ya]jama|churidar|palazzo|pant|salwar|shalwar|patiala|sharara|dhoti|trouser)s?\b",
    re.IGNORECASE,
)
_SWIM_FIRST: Final = r"(?:de |del |do |di |da )?(?:maillot|bikini|biqu[ií]ni)"
_NIGHT_FIRST: Final = "(?:de |del |di |da )?(?:pijama|pyjama|pigiama)"
_HALVES: Final = tuple(
    (role, re.compile(rf"\b(?:{whole})[ -]?(?:{half})s?\b", re.IGNORECASE), kind)
    for role, whole, half, kind in (
        ("swimwear", "top|parte de arriba|sujetador|haut|reggiseno|soutien-gorge|sutiã", _SWIM_FIRST, BIKINI_TOP),
        ("swimwear", "bragu?ita|braga|parte de abajo|culotte|bas|slip|mutanda|calcinha", _SWIM_FIRST, BIKINI_BOTTOM),
        ("sleepwear", "camiseta|camisa|chaqueta|top|haut|maglia|giacca|blusa", _NIGHT_FIRST, PYJAMA_TOP),
        ("sleepwear", "pantal[oó]n|pantalone|short|bas|calça", _NIGHT_FIRST, PYJAMA_BOTTOM),
        ("swimwear", "(?:bi|tan)kini", "top|bra|oberteil", BIKINI_TOP),
        ("swimwear", "(?:bi|tan)kini", "bottom|brief|pant|pantie|panty|short|thong|skirt|slip|hose|unterteil", BIKINI_BOTTOM),
        ("sleepwear", _NIGHT, "t-?shirt|tee|top|shirt|cami|vest|hoodie|sweatshirt|jumper|cardigan|oberteil", PYJAMA_TOP),
        ("sleepwear", _NIGHT, "bottom|trouser|short|pant|jogger|legging|hose", PYJAMA_BOTTOM),
    )
)
_OF_BOTH: Final = re.compile(r"\b(?:sets?|and|und)\b|[&+/,]", re.IGNORECASE)
_WITH: Final = re.compile(r"\bwith\b[^>]*", re.IGNORECASE)
_COMES_WITH: Final = re.compile(r"\bwith (?:\w+ )?hijab\b|\boverhead\b", re.IGNORECASE)
"""An abaya that has its hijab."""


_CO_ORD: Final = re.compile(r"\bco-?ords?\b", re.IGNORECASE)


def co_ord_of(title: str | None) -> str | None:
    """The words that the pieces of a co-ord share in their titles: those before it is called so, and those after *in*.

    >>> co_ord_of("Satin co-ord shirt in champagne"), co_ord_of("Satin co-ord wide leg trousers in champagne"), co_ord_of("Satin shirt")
    ('satin champagne', 'satin champagne', None)
    """
    before, *after = _CO_ORD.split(_WITH.sub("", title or "").lower(), maxsplit=1)
    words = re.findall(r"\w+", f"{before} {after[0].rpartition(' in ')[2] if ' in ' in after[0] else ''}") if after else []
    return " ".join(words) or None


def is_set(text: str | None) -> bool:
    """Whether a text names a whole outfit of a tradition, whose parts name other things.

    >>> is_set("Men's Kurta Pyjama"), is_set("Kurta with palazzo & dupatta"), is_set("Bandhgala jacket"), is_set("Kurta with dupatta")
    (True, True, False, False)
    """
    return _SET.search(text or "") is not None


def half_of(role: str | None, texts: Iterable[str | None]) -> str | None:
    """Which of ``HALVES`` a piece is that is worn as a role, by the first text that tells it; none where that names both.

    >>> half_of("sleepwear", ["Pyjama Bottoms in jersey"]), half_of("swimwear", ["Ruffle", "Tankini Tops"])
    ('pyjama-bottom', 'bikini-top')
    >>> half_of("sleepwear", ["Pyjama top and shorts", "Pyjamas"]), half_of("innerwear", ["Bikini briefs"])
    (None, None)
    """
    for text in filter(None, texts):
        itself = _WITH.sub("", text)
        told = [kind for worn_as, pattern, kind in _HALVES if worn_as == role and pattern.search(itself)]
        if told:
            return None if len(told) > 1 or _OF_BOTH.search(itself) else told[0]
    return None


def sells_saris(categories: Iterable[str]) -> bool:
    """Whether a shop has a category of saris, so that its *Blouses* are worn with them.

    >>> sells_saris(["Sarees", "Blouses"]), sells_saris(["Shirts", "Blouses"])
    (True, False)
    """
    return any(re.search(_SARI, name, re.IGNORECASE) for name in categories)


def kind_of(role: str | None, texts: Collection[str | None], *, saris: bool = False) -> str | None:
    """The kind of a piece that is worn as a role, by its words; None for most.

    Args:
        saris: whether it is of a shop that ``sells_saris``.

    >>> kind_of("top", ["Mirror Work Choli"]), kind_of("full-body", ["Open front abaya"]), kind_of("top", ["Blouses", "Silk"])
    ('choli', 'open-abaya', None)
    """
    said = " > ".join(filter(None, texts))
    itself = _WITH.sub("", said)
    kind = next((kind for worn_as, pattern, kind in _KINDS if worn_as == role and pattern.search(itself)), None)
    if kind is None and role == "top" and saris and any(re.search(_PLAIN, text or "", re.IGNORECASE) for text in texts):
        return SARI_BLOUSE
    return None if kind in {ABAYA, OPEN_ABAYA} and _COMES_WITH.search(said) else kind
