"""What occasions and weather ask of clothes, as words that titles and pictures are told by.

Encoders learn from titles, and titles say "satin" rather than "wedding". So an occasion is read along two axes, each a difference of
garments and cloths: formal less casual, summer less winter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.words.forms import one_form
from app.words.worn_for import WORN


@dataclass(frozen=True, slots=True)
class Axis:
    """What is worn towards one end, and towards the other: phrases as of titles."""

    towards: tuple[str, ...]
    away: tuple[str, ...]


_FORMAL_WEAR: Final = "satin, silk, evening dress, gown, sheath dress, blazer, tailored trousers, dress shirt, heels, loafers, clutch"
_BUSINESS_WEAR: Final = (
    "dress shirt, tailored trousers, blazer, suit, tie, oxford shoes, loafers, formal shoes, waistcoat, plain shirt, striped shirt"
)
_CASUAL_WEAR: Final = "denim, nylon, canvas, t-shirt, jogger, shorts, hooded jacket, parka, sneakers, trainers, backpack, baseball cap"
_SUMMER_WEAR: Final = "linen, cotton, straw, canvas, sandals, sundress, shorts, sun hat, t-shirt, tote"
_WINTER_WEAR: Final = "wool, tweed, flannel, knit, suede, padded, boots, beanie, turtleneck, scarf"

_BLACK_TIE_WEAR: Final = "bow tie, dinner jacket, tuxedo, dress shirt, patent leather, cufflinks, evening dress, gown, satin"

BLACK_TIE: Final = Axis(tuple(_BLACK_TIE_WEAR.split(", ")), tuple(_CASUAL_WEAR.split(", ")))
BUSINESS: Final = Axis(tuple(_BUSINESS_WEAR.split(", ")), tuple(_CASUAL_WEAR.split(", ")))
FORMAL: Final = Axis(tuple(_FORMAL_WEAR.split(", ")), tuple(_CASUAL_WEAR.split(", ")))
SUMMER: Final = Axis(tuple(_SUMMER_WEAR.split(", ")), tuple(_WINTER_WEAR.split(", ")))

_FORMAL: Final = (
    "wedding gala ball ceremony cocktail opera theatre theater concert elegant formal formally "
    "smart dressy evening dinner date graduation prom christening funeral chic sophisticated classy reception anniversary banquet"
)
_CASUAL: Final = (
    "casual casually weekend park gym relaxed lazy sport sports sporty everyday barbecue bbq picnic hiking camping school campus "
    "streetwear comfortable comfy airport errand errands walk playground grungy laid-back"
)
_SUMMER: Final = "summer summery beach hot warm sunny tropical garden seaside cruise island spring heatwave honeymoon"
_WINTER: Final = "winter wintery wintry cold snow snowy ski skiing cosy cozy christmas autumn autumnal fall frost chilly icy"
_BUSINESS: Final = (
    "office business interview meeting conference bureau entretien büro vorstellungsgespräch geschäftlich oficina entrevista ufficio "
    "colloquio kantoor sollicitatie escritório trabalho entrevista biuro biura praca pracy kontor kontoret jobb jobbet arbete intervju "
    "ofis mülakat عمل مكتب مقابلة オフィス 仕事 通勤 面接 ビジネス"
)
_BOTH: Final = {
    "formal": (BUSINESS, 1.0),
    "beach": (FORMAL, -0.5),
    "festival": (FORMAL, -0.5),
    "ski": (FORMAL, -0.5),
    "picnic": (SUMMER, 0.5),
    "festive": (FORMAL, 1.0),
}

_ABROAD: Final = (
    (
        FORMAL,
        1.0,
        (
            "mariage cérémonie soirée cocktail opéra théâtre élégant élégante chic habillé habillée dîner bal fête "
            "baptême enterrement réveillon communion diplôme hochzeit trauung feier gala abend abends oper theater elegant elegante "
            "elegantes festlich schick abendessen taufe einschulung beerdigung abiball "
            "konfirmation firmung "
            "silvester boda ceremonia ópera teatro fiesta noche cena bautizo funeral comunión graduación "
            "matrimonio nozze cerimonia serata sera opera festa battesimo funerale laurea comunione bruiloft "
            "ceremonie feest avond avondje chique diner doop begrafenis "
            "casamento cerimônia cerimónia festa formatura batizado coquetel noite jantar réveillon "
            "wesele wesela ślub ślubu impreza imprezę imprezy przyjęcie elegancki elegancka eleganckie eleganckie elegancką studniówka "
            "studniówkę komunia komunię chrzciny pogrzeb sylwester wieczorowy wieczorowa wieczorowe randka randkę "
            "bröllop bröllopet fest festen middag dop studenten begravning nyår bal dejt bryllup brylluppet fest middag konfirmasjon "
            "زفاف عرس فرح حفلة حفلات سهرة رسمي رسمية أنيق أنيقة خطوبة عيد"
        ),
    ),
    (
        FORMAL,
        -1.0,
        (
            "décontracté décontractée détente quotidien week-end sport sportif sportive randonnée campus lässig freizeit alltag "
            "wochenende sportlich wandern bequem gemütlich informal diario deporte deportivo senderismo cómodo cómoda quotidiano "
            "sportivo sportiva comodo comoda escursione informale vrijetijd dagelijks sportief wandelen comfortabel "
            "esporte esportivo esportiva confortável trilha faculdade codzienny codzienna codzienne sportowy sportowa sportowe wygodny "
            "wygodna wygodne spacer vardag vardags ledigt sportig bekväm bekväma bekvämt promenad vandring fritid hverdag "
            "كاجوال رياضي رياضية رياضة يومي مريح مريحة"
        ),
    ),
    (
        SUMMER,
        1.0,
        (
            "été estival estivale plage chaud chaude soleil croisière île printemps canicule vacances sommer sommerlich strand heiß "
            "warm sonnig tropisch frühling kreuzfahrt verano veraniego veraniega playa calor crucero isla primavera estate estivo "
            "estiva spiaggia caldo crociera isola zomer zomers zonnig lente voorjaar صيف صيفي صيفية شاطئ "
            "verão praia férias lato letni letnia letnie plaża plażę upał wiosna wiosnę wiosenny wiosenna wiosenne wakacje "
            "sommar sommaren semester sommer ferie"
        ),
    ),
    (
        SUMMER,
        -1.0,
        (
            "hiver hivernal hivernale froid froide neige noël automne winter winterlich kalt kaltes schnee weihnachten herbst "
            "herbstlich invierno frío fría nieve navidad otoño inverno invernale freddo neve natale autunno winters koud sneeuw "
            "kerst herfst najaar شتاء شتوي شتوية برد "
            "frio outono zima zimę zimowy zimowa zimowe śnieg mróz jesień jesienny jesienna jesienne święta vinter vintern kall kallt snö "
            "jul höst høst efterår kulde"
        ),
    ),
)
"""Likewise in other languages: an axis, which way, and the words."""

OCCASIONS: Final[dict[str, list[tuple[Axis, float]]]] = {}
"""A word in one form -> along which axes it points, and how far."""
for _words, _axis, _sign in (
    (_FORMAL, FORMAL, 1.0),
    (_BUSINESS, BUSINESS, 1.0),
    (_CASUAL, FORMAL, -1.0),
    (_SUMMER, SUMMER, 1.0),
    (_WINTER, SUMMER, -1.0),
):
    for _word in _words.split():
        OCCASIONS.setdefault(one_form(_word), []).append((_axis, _sign))
for _axis, _sign, _words in _ABROAD:
    for _word in dict.fromkeys(map(one_form, _words.split())):
        OCCASIONS.setdefault(_word, [(_axis, _sign)])
for _word, _wear in WORN.items():
    OCCASIONS.setdefault(_word, [(FORMAL, _wear.formal)])
for _word, _more in _BOTH.items():
    OCCASIONS.setdefault(one_form(_word), []).append(_more)

_WARMING: Final = (
    "warm warme warmer warmes warmen chaud chaude chauds chaudes calor abrigado caldo calda caldi quente ciepły ciepła ciepłe varm varma "
    "varmt"
)
WARMING: Final = frozenset(_WARMING.split())
"""What clothes are for winter, and days of summer."""

DRESS_CODE: Final = re.compile(
    r"\b(?:black|white)[ -]tie\b(?:[ -](?:event|affair|function|occasion|attire|optional|dress code|dress|do)s?\b)?", re.IGNORECASE
)
"""How dressed one comes, where what follows is no garment: a black tie wedding, not a black tie."""

DRESS_CODES: Final[dict[str, tuple[str, ...]]] = dict.fromkeys(("black tie", "white tie"), ("bowtie", "dinnerjacket", "tuxedo"))
"""A dress code -> the garments that are worn by it, by their ``words.phrase`` without spaces."""
for _word in DRESS_CODES:
    OCCASIONS[_word] = [(BLACK_TIE, 1.0)]


def dress_codes(text: str) -> list[str]:
    """The dress codes that a text names.

    >>> dress_codes("a Black-Tie event"), dress_codes("a tie, black")
    (['black tie'], [])
    """
    return [code[: len("black tie")].lower().replace("-", " ") for code in DRESS_CODE.findall(text)]
