"""What is worn for an occasion, and what is not: an interview takes a shirt, and no flip-flops.

Garments are named by English words; where a catalogue speaks another language, by that one's words for the same (``lexicon.SAME``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from app.words.forms import one_form
from app.words.named import RITE_OF
from models.datasets.occasion import DRESS, EVENING, FESTIVE, SMART, SNOW, SPORT
from models.datasets.rites import BRIDE, GROOM, GUEST
from models.datasets.sport_words import WORDS as SPORT_WORDS


@dataclass(frozen=True, slots=True)
class Wear:
    """What suits an occasion, and what contradicts it.

    Attributes:
        suits, never: garments; a hyphen joins the words of one. What no word of ``suits`` names, and is worn beneath, to bed or to swim, is
            never worn either.
        suits_labels, never_labels: what a piece is for by its words, as ``PieceLabels.occasion`` tells.
        formal: how far it leads towards formal wear, or away.
        sport: what it is, where it is one: what is for it suits, and what is for another does not.
        rites: likewise whose part at a rite one has.
    """

    suits: tuple[str, ...]
    never: tuple[str, ...] = ()
    suits_labels: frozenset[str] = frozenset()
    never_labels: frozenset[str] = frozenset()
    formal: float = 1.0
    sport: str | None = None
    rites: tuple[str, ...] = ()


def _wear(suits: str, never: str, labels: tuple[str, str], formal: float) -> Wear:
    suits_labels, never_labels = (frozenset(some.split()) for some in labels)
    return Wear(tuple(suits.split()), tuple(never.split()), suits_labels, never_labels, formal)


_LOUNGED: Final = "short track-pant jogger sweatpant sweatshirt hoodie tracksuit flip-flop slipper slider sports-shoe sports-sandal romper"
_HATS: Final = "cap beanie"
_ETHNIC: Final = (
    "kurta kurti kurta-set saree sari lehenga lehenga-choli salwar churidar patiala dupatta sherwani nehru-jacket anarkali dhoti abaya "
    "kaftan"
)

_OFFICE: Final = _wear(
    "shirt blouse trouser blazer suit formal-shoe oxford brogue derby loafer court-shoe pump heel flat skirt waistcoat",
    f"t-shirt {_LOUNGED} {_HATS} sneaker trainer jegging legging lehenga lehenga-choli sari saree dupatta bermuda capri",
    (DRESS, f"{SPORT} {SNOW} {EVENING}"),
    1.0,
)
_OFFICE_AT_EASE: Final = _wear(
    "shirt blouse polo polo-shirt jumper blazer skirt dress loafer derby brogue chelsea-boot court-shoe flat",
    f"t-shirt {_LOUNGED} {_HATS} sneaker trainer jean jegging legging tie bow-tie bermuda capri",
    (SMART, f"{SPORT} {SNOW} {EVENING}"),
    0.5,
)
_SMARTLY_CASUAL: Final = replace(
    _OFFICE_AT_EASE,
    suits=(*_OFFICE_AT_EASE.suits, "jean"),
    never=tuple(one for one in _OFFICE_AT_EASE.never if one not in {"jean", "sneaker", "trainer"}),
)
_MOURNING: Final = _wear(
    "dress suit blazer shirt blouse waistcoat coat formal-shoe oxford derby court-shoe pump",
    f"t-shirt {_LOUNGED} {_HATS} sneaker trainer jean jegging legging chino bermuda capri brogue",
    (DRESS, f"{SPORT} {SNOW} {EVENING}"),
    1.0,
)
_CEREMONY: Final = _wear(
    f"dress gown suit blazer tuxedo waistcoat shirt trouser formal-shoe oxford brogue loafer heel high-heel pump clutch {_ETHNIC}",
    f"t-shirt {_LOUNGED} {_HATS} sneaker trainer casual-shoe jean jegging legging backpack bermuda capri",
    (f"{DRESS} {EVENING} {FESTIVE}", f"{SPORT} {SNOW}"),
    1.0,
)
_WEDDING: Final = replace(_CEREMONY, rites=(GUEST,))
_PARTY: Final = _wear(
    "dress gown jumpsuit skirt blouse top shirt blazer suit heel high-heel pump clutch saree sari lehenga lehenga-choli",
    f"{_LOUNGED} {_HATS} backpack rucksack",
    (f"{DRESS} {EVENING} {FESTIVE}", f"{SPORT} {SNOW}"),
    0.5,
)
_FESTIVAL: Final = _wear(f"{_ETHNIC} dress earring necklace bangle", f"{_LOUNGED} {_HATS} backpack rucksack", ("", f"{SPORT} {SNOW}"), 0.5)
_GYM: Final = _wear(
    "track-pant jogger sweatpant legging sport-bra sports-bra tank-top sports-shoe running-shoe sneaker trainer tracksuit t-shirt "
    "short duffel",
    "heel high-heel pump flat ballerina formal-shoe loafer flip-flop slipper dress gown skirt shirt blouse blazer suit saree sari "
    "kurta kurti kurta-set lehenga-choli dupatta tie jean trouser salwar churidar patiala boot coat tunic belt cardigan nehru-jacket",
    (SPORT, f"{DRESS} {EVENING} {FESTIVE} {SNOW}"),
    -1.0,
)
_BEACH: Final = _wear(
    "swimwear swimsuit bikini swim-short swim-trunk boardshort short sandal flip-flop sundress kaftan sarong cover-up sunglass hat tote",
    "boot coat jacket sweater jumper cardigan sweatshirt hoodie formal-shoe heel high-heel pump blazer suit tie stocking tight glove scarf "
    "muffler beanie trouser jean track-pant tracksuit saree sari lehenga-choli",
    ("", f"{DRESS} {EVENING} {FESTIVE} {SNOW}"),
    -0.5,
)
_RAIN: Final = _wear(
    "rain waterproof gore-tex raincoat hardshell wellington umbrella", "flip-flop sandal slipper espadrille ballerina", ("", ""), -0.5
)
_BEER: Final = _wear("dirndl lederhose trachten", f"{_LOUNGED} {_HATS}", ("", f"{SPORT} {SNOW}"), 0.5)

_OFFICE_WORDS: Final = (
    "office business interview meeting conference formal formally bureau entretien büro geschäftlich vorstellungsgespräch oficina "
    "entrevista ufficio colloquio kantoor sollicitatie escritório trabalho biuro biura praca pracy kontor kontoret jobb jobbet arbete "
    "intervju ofis mülakat مكتب للمكتب عمل للعمل رسمي رسمية مقابلة "
    "オフィス 仕事 通勤 面接 ビジネス"
)
_WEDDING_WORDS: Final = (
    "wedding reception nikah walima mariage hochzeit trauung boda matrimonio nozze bruiloft casamento düğün wesele wesela weselna weselny "
    "ślub ślubu bröllop bröllopet bryllup brylluppet زفاف للزفاف عرس للعرس 結婚式 披露宴"
)
_CEREMONY_WORDS: Final = (
    "gala ceremony ball opera christening engagement graduation prom banquet cérémonie bal baptême taufe abiball ceremonia bautizo "
    "cerimonia battesimo ceremonie nişan cerimônia cerimónia batizado formatura studniówka studniówkę chrzest komunia komunię dop "
    "studenten خطوبة"
)
_MOURNING_WORDS: Final = "funeral enterrement beerdigung funerales funerale begrafenis pogrzeb begravning begravningen begravelse"
_PARTY_WORDS: Final = (
    "party cocktail birthday evening date christmas xmas silvester weihnachten réveillon soirée fête noël feier fiesta navidad festa "
    "natale feest kerst natal aniversário balada impreza imprezę urodziny sylwester randka randkę fest festen kalas dejt nyår jul parti "
    "doğumgünü حفلة لحفلة سهرة パーティー 飲み会 クリスマス"
)
_FESTIVAL_WORDS: Final = (
    "diwali deepavali eid navratri garba holi rakhi bandhan puja pooja sangeet mehndi haldi ramadan iftar عيد للعيد bayram رمضان"
)
_GYM_WORDS: Final = (
    "gym workout fitness sport jogging activewear athleisure fitnessstudio sportif deporte gimnasio palestra sportschool spor رياضة "
    "academia treino siłownia siłownię trening treningu gymmet träning träna trening træning "
    "للرياضة ジム 運動 スポーツ"
)
_BEACH_WORDS: Final = (
    "beach pool seaside plage piscine strand playa piscina spiaggia zwembad praia plaża plażę plaży basen stranden plaj havuz شاطئ "
    "للشاطئ ビーチ 海 プール 海水浴"
)
_RAIN_WORDS: Final = (
    "rain rainy raining drizzle regen regenwetter regnerisch pluie pluvieux lluvia lluvioso pioggia piovoso chuva chuvoso deszcz deszczu "
    "regn regnväder yağmur yağmurlu مطر 雨"
)
_OF_CLOTHES: Final = ("", "wear", "klader", "sklader", "toj")
"""What stands behind an occasion in one word with it, where it is clothes that are meant: "gymwear", *träningskläder*."""
_SAID: Final = (
    (_OFFICE, _OFFICE_WORDS),
    (_WEDDING, _WEDDING_WORDS),
    (_CEREMONY, _CEREMONY_WORDS),
    (_MOURNING, _MOURNING_WORDS),
    (_PARTY, _PARTY_WORDS),
    (_FESTIVAL, _FESTIVAL_WORDS),
    (_BEER, "oktoberfest wiesn"),
    (_GYM, _GYM_WORDS),
    (_BEACH, _BEACH_WORDS),
    (_RAIN, _RAIN_WORDS),
)
WORN: Final[dict[str, Wear]] = {one_form(word) + ending: wear for wear, words in _SAID for word in words.split() for ending in _OF_CLOTHES}
"""A word of an occasion in one form, and with clothes -> what is worn."""
TOGETHER: Final[dict[str, Wear]] = {
    "businesscasual": _OFFICE_AT_EASE,
    "smartcasual": _SMARTLY_CASUAL,
    **{f"{whose}{word}": replace(_WEDDING, rites=(BRIDE, GROOM)) for whose in ("my", "our") for word in ("wedding", "nikah", "reception")},
    **{key: Wear((), rites=(rite,)) for key, rite in RITE_OF.items()},
}
"""Words, joined, that say together how dressed one comes, and none alone; and whose part one has -> what is worn."""
PLAYED: Final[dict[str, Wear]] = {
    one_form(word): Wear((), never_labels=frozenset({DRESS, EVENING, FESTIVE}), formal=-1.0, sport=sport)
    for sport, words in SPORT_WORDS.items()
    for word in words.split()
}
"""Likewise the word of a sport; titles have such words, too, so that they are no words of an occasion elsewhere."""
NEEDED: Final[dict[str, tuple[str, ...]]] = {
    one_form(word): ("rain-jacket", "raincoat", "rain-coat", "waterproof-jacket", "jacket-waterproof", "hardshell")
    for word in _RAIN_WORDS.split()
}
"""A word of an occasion in one form -> what nobody goes without, as titles call it."""
