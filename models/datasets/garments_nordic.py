"""What Swedish, Danish and Norwegian words call a garment, by the roles of ``garments.ROLE_WORDS``.

Behind a slash stand the endings of a stem: ``byx/a/or``, ``kjol//ar``. A *rock* is a coat only in Swedish, and so are its compounds here;
*slips* are ties, and in English none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_HEADS: Final[Mapping[str, str]] = {
    "top": "skjort/a/or/e/er blus//ar tröj/a/or koft/a/or topp//ar linne//n tunik/a/or gens/er/ere trøj/e/er trøy/e/er",
    "bottom": "byx/a/or kjol//ar bukse//r nederdel//e nederdele skørt skjørt",
    "full-body": "klänning//ar kostym//er dräkt//er overall//er kjole//r jakkesæt dragt//er drakt//er",
    "footwear": (
        "skor stöv/el/lar stövlett//er käng/a/or toff/el/lor sandal//er sandalett//er støvle//r støvlet//ter støvlett//er tøf/fel/ler"
    ),
    "outer": "jack/a/or kapp/a/or kavaj//er väst//ar jakke//r frakke//r kåpe//r kåbe//r rockar ytterkläder overtøj yttertøy",
    "bag": "väsk/a/or ryggsäck//ar taske//r veske//r rygsæk//ke ryggsekk//er weekendbag//ar",
    "headwear": "möss/a/or keps//ar hatt//ar/er kasket//ter",
    "scarf": "halsduk//ar sjal//ar/er tørklæde//r skjerf",
    "eyewear": "glasögon briller",
    "watch": "klock/a/or armbandsur armbåndsur",
    "belt": "skärp bälte//n bælte//r belte//r",
    "jewellery": "ringar smycke//n smykke//r örhäng/e/en halsband halskæde//r halskjede//r ørering//e øredobb//er armbånd",
    "gloves": "handsk/e/ar/er hanske//r vant/e/ar/er vott//er",
    "tie": "slipsar",
    "hosiery": "strump/a/or strumpbyxor strømpe//r strømpebukse//r strumpebukse//r sock/a/or sokk//er",
    "swimwear": (
        "baddräkt//er badbyx/a/or badshorts badkläder bikinitopp//ar bikinitros/a/or badedragt//er badedrakt//er badetøj badetøy "
        "badebukse//r"
    ),
    "sleepwear": (
        "nattlinne//n morgonrock//ar badrock//ar nattkläder natkjole//r nattkjole//r nattøj nattøy morgenkåbe//r morgenkåpe//r "
        "badekåbe//r badekåpe//r"
    ),
    "innerwear": (
        "kalsong//er tros/a/or underkläder underbyx/a/or undertröj/a/or trusse//r truse//r undertøj undertøy underbukse//r undertrøje//r"
    ),
}
"""What compounds end in: "vinterjacka", "långklänning". The longest counts: a *nattlinne* is no vest."""
_WORDS: Final[Mapping[str, str]] = {
    "top": "stickat piké body-långärmad body-kortärmad body-kort body-lång",
    "bottom": "träningstights löpartights sporttights löbetights løbetights treningstights",
    "full-body": "byxdress sparkdräkt vinterdress regndress",
    "footwear": "sko hjemmesko løbesko joggesko vintersko ballerinasko",
    "outer": "ullrock//ar vinterrock//ar höstrock//ar vårrock//ar överrock//ar trenchrock//ar kapprock//ar parkas",
    "headwear": "solhat stråhat luer huer",
    "tie": "flug/a/or",
    "wallet": "plånbok plånböcker korthållare lommebok lommebøker pengepung kortholder",
    "hair": "hårspänne//n hårband hårsnodd//ar hårklämm/a/or hårspænde//r",
    "innerwear": "t-shirt-bh",
    "not worn": (
        "nyckelring//ar nøglering//e paraply parfym handduk//ar håndklæde//r necessär//er sminkväsk/a/or mobilskal presentkort gavekort"
    ),
}
_WOMENS: Final = (
    "klänning//ar kjol//ar blus//ar kjole//r nederdel//e skørt skjørt tros/a/or trusse//r nattlinne//n natkjole//r bikinitopp//ar "
    "bikinitros/a/or"
)


def forms(word: str) -> list[str]:
    """A stem with each of its endings.

    >>> forms("byx/a/or"), forms("sko//r"), forms("piké")
    (['byxa', 'byxor'], ['sko', 'skor'], ['piké'])
    """
    stem, *ends = word.split("/")
    return [stem + end for end in ends] or [stem]


def _written_out(words: Mapping[str, str]) -> Mapping[str, str]:
    return {role: " ".join(form for word in some.split() for form in forms(word)) for role, some in words.items()}


HEADS: Final = _written_out(_HEADS)
WORDS: Final = {role: f"{HEADS.get(role, '')} {_written_out(_WORDS).get(role, '')}" for role in [*HEADS, *(_WORDS.keys() - HEADS.keys())]}
"""A role, and the words of it; a hyphen joins the words of a phrase."""
WOMENS: Final = frozenset(form for word in _WOMENS.split() for form in forms(word))
"""Words of what only women and girls wear."""
