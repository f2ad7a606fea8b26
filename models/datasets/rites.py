"""Whose part at a wedding or a communion, or which time of a life, a piece says it is for: a bride's shoes go with her dress.

And not with a guest's; a school skirt goes with a school shirt, and maternity jeans with a maternity top.

Read from the words of its title, else of its categories. A text that names two says nothing. Which parts share outfits is learned from them
(``models.compatibility.conflicts``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from models.datasets.garments import JOINS

BRIDE, BRIDESMAID, GUEST, GROOM, FLOWER_GIRL, COMMUNION = "bride", "bridesmaid", "wedding guest", "groom", "flower girl", "communion"
SCHOOL, MATERNITY = "school", "maternity"

WORDS: Final[Mapping[str, str]] = {
    BRIDE: "bride bridal braut mariée novia sposa bruid noiva brud gelin ślubna عروس",
    BRIDESMAID: "bridesmaid maid-of-honour maid-of-honor brautjungfer bruidsmeisje druhna tärna brudepige",
    GUEST: (
        "wedding-guest guest mother-of-the-bride mother-of-bride mother-of-the-groom mother-of-groom father-of-the-bride "
        "father-of-the-groom brautmutter hochzeitsgast invitée invitada"
    ),
    GROOM: "groom groomsman groomsmen best-man page-boy bräutigam sposo bruidegom noivo brudgum damat عريس",
    FLOWER_GIRL: "flower-girl blumenmädchen damita daminha",
    SCHOOL: (
        "school schoolwear schuluniform scolaire écolier escolar scolastica schooluniform szkolny szkolna szkolne skoluniform okul "
        "مدرسي スクール"
    ),
    MATERNITY: (
        "maternity nursing breastfeeding pregnancy umstandsmode stillmode maternité grossesse allaitement premamá premaman "
        "allattamento gestante amamentação zwangerschap ciążowa ciążowe gravid hamile حوامل マタニティ 授乳"
    ),
    COMMUNION: "communion holy-communion christening baptism kommunion taufe komunia comunión comunione bautizo battesimo",
}
"""Each part and the words that name it; a hyphen joins those of a phrase."""
WORN: Final[Mapping[str, str]] = {
    BRIDE: (
        "wedding-dress wedding-gown wedding-jumpsuit wedding-shoe wedding-veil wedding-garter veil brautkleid brautschuh bruidsjurk "
        "brudklänning brudekjole gelinlik ウェディングドレス"
    ),
    GUEST: "fascinator hatinator",
    GROOM: "wedding-suit wedding-tie wedding-cravat wedding-waistcoat wedding-tuxedo hochzeitsanzug",
}
"""Names of what is worn by one of them alone."""
RITES: Final = frozenset(WORDS)
APART: Final = frozenset({BRIDE, BRIDESMAID, COMMUNION, SCHOOL, MATERNITY})
"""What is shown beside its own alone, before any outfits."""
DRESSED_FOR: Final = frozenset({BRIDE, BRIDESMAID, GUEST, GROOM, FLOWER_GIRL, COMMUNION})
"""What one dresses up for."""
NEIGHBOURS: Final = ({GUEST, GROOM},)
"""Parts that share much of what is worn for them."""

_OF: Final = {one.replace("-", " "): rite for some in (WORDS, WORN) for rite, words in some.items() for one in words.split()}
_CALLED: Final = {one.replace("-", " ") for words in WORN.values() for one in words.split()}
_NAMES_NONE: Final = (
    r"(?:face|prayer) veils?|(?:old|new|high|art|film|back to|for(?: \w+)*) schools?|schools? of|nursing (?:shoe|clog|scrub|uniform)s?"
)
"""Phrases that name none, whatever their words say."""
_NAMED: Final = re.compile(rf"\b(?:(?:{_NAMES_NONE})\b|({'|'.join(sorted(_OF, key=len, reverse=True))})(?:'s|e?s)?\b)")
_STRAP: Final = "bride"
"""A strap in French."""


def rite_label(categories: Sequence[str | None], title: str | None, *, french: bool = False) -> str | None:
    """Whose part a piece is for, one of ``RITES``; None where nothing says it, and for what anybody may wear.

    Args:
        categories: the finest first.
        french: whether the words are French, in which a *bride* is a strap.

    >>> rite_label(["Shoes"], "Bridal Sandals"), rite_label(["Mother of the Bride"], "Dress and Jacket"), rite_label(["Dresses"], "Gown")
    ('bride', 'wedding guest', None)
    >>> rite_label(["Sandales"], "Sandales à brides", french=True), rite_label(["Robes"], "Robe de mariée", french=True)
    (None, 'bride')
    """
    of_title = _rite_named(title, french=french) if title else None
    return of_title or next(filter(None, (_rite_named(text, french=french, filed=True) for text in categories if text)), None)


@lru_cache(maxsize=8_192)
def _rite_named(text: str, *, french: bool, filed: bool = False) -> str | None:
    """The one part that a text names; None where it names none, or several.

    Args:
        filed: whether it is a category's name: of one for several things (hats and fascinators) what one of them is called tells nothing.
    """
    named = _NAMED.findall(re.sub(r"[^\w']+", " ", text.lower().replace("\u2019", "'")))
    unsaid = {_STRAP} if french else set()
    unsaid |= _CALLED if filed and JOINS.search(text) else set()
    found = {_OF[word] for word in named if word and word not in unsaid}
    return found.pop() if len(found) == 1 else None
