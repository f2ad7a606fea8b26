"""Whom a text says a piece is for by what the piece is called: a sherwani is men's, a page boy's suit a boy's.

Said by words wherever they stand: the pins of a hijab are women's, too. Garments of which only the name itself tells it, as *dress* does in
*shirt dress* and not in *dress shirt*, are ``garments.WOMENS``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from models.datasets import kin, scripts

_GIRL, _BOY, _CHILD, _BABY = "women child", "men child", "men+women child", "men+women baby"
_PEOPLE: Final[Mapping[str, str]] = {
    kin.WOMEN: (
        f"{kin.WEDDING[kin.WOMEN]} bridal novia mother-of-the-bride mother-of-bride mother-of-the-groom mother-of-groom "
        "bride-mother brides-mother groom-mother grooms-mother maid-of-honour maid-of-honor"
    ),
    kin.MEN: f"{kin.WEDDING[kin.MEN]} novio groomswear father-of-the-bride father-of-the-groom best-man",
    _GIRL: "flower-girl flowergirl junior-bridesmaid blumenmädchen",
    _BOY: "page-boy pageboy ring-bearer",
    _CHILD: "communion",
    _BABY: "christening baptism",
}
"""Whom those at a wedding, and those to whom a feast is given, are among."""
_WOMENS, _MENS = "women", "men"
_GARMENTS: Final[Mapping[str, str]] = {
    _WOMENS: (
        "abaya jilbab jalabiya takchita burkini hijab khimar niqab burqa burka chador underscarf underscarve under-scarf under-scarve "
        "salwar lehenga choli ghagra sharara gharara anarkali dhoti-pant dhoti-salwar dhoti-saree dhoti-skirt mangalsutra jhumka "
        "kebaya cheongsam qipao furisode dirndl veil fascinator hatinator tiara petticoat palazzo corset bustier "
        "stiletto slingback kitten-heel block-heel wedge-heel ballet-flat court-shoe mary-jane حجاب نقاب خمار جلباب başörtüsü"
    ),
    _MENS: (
        "sherwani achkan bandhgala nehru-jacket modi-jacket pathani dhoti safa kalgi "
        "thobe thawb dishdasha kandura jubba bisht shemagh ghutra agal kufi taqiyah agbada barong "
        "tailcoat morning-suit morning-coat cufflink cuff-link دشداشة كندورة بشت شماغ غترة عقال"
    ),
}
"""Who wears a garment, and its names; a hyphen joins the words of one."""


def _named(words_of: Mapping[str, str]) -> tuple[Mapping[str, str], re.Pattern[str]]:
    label_of = {scripts.bare(name).replace("-", " "): label for label, names in words_of.items() for name in names.split()}
    return label_of, re.compile(rf"\b({'|'.join(sorted(map(re.escape, label_of), key=len, reverse=True))})(?:s|es)?\b")


_LABEL_OF, _ONE_OF_THEM = _named(_PEOPLE)
_WORN_BY, _ONE_OF_THESE = _named(_GARMENTS)


def people_in(words: str) -> tuple[str, ...]:
    """The labels of ``audience`` of those whom words name that have a part in a feast; the longest names first.

    >>> people_in("mother of the groom dress"), people_in("page boy suit"), people_in("sandales")
    (('women adult',), ('men child',), ())
    """
    return tuple(_LABEL_OF[name] for name in _ONE_OF_THEM.findall(words))


def gender_in(*texts: str) -> str | None:
    """Who alone wears what the first of some texts names that names any such garment, and none of others: ``women`` or ``men``.

    >>> gender_in("omani thobe"), gender_in("dhoti pants"), gender_in("dhoti"), gender_in("bride and groom", "hijab pins")
    ('men', 'women', 'men', 'women')
    """
    found = (_genders_in(text) for text in texts)
    return next((next(iter(genders)) for genders in found if len(genders) == 1), None)


@lru_cache(maxsize=8_192)
def _genders_in(words: str) -> frozenset[str]:
    return frozenset(_WORN_BY[name] for name in _ONE_OF_THESE.findall(words))
