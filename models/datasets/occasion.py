"""What a piece is for, or how dressed up it is: a running shoe goes with no suit, a printed T-shirt with no tie.

Read from attributes that say it (*usage*, *activity*, …), else from the words of its categories, else of its title; dress of a tradition
from the last of them that says one; and where none says it, from what the piece is called: a shirt is smart, a T-shirt casual. Many
pieces are for no occasion of their own and go with all. Which occasions share outfits is learned from them
(``models.compatibility.conflicts``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from models.datasets import traditions
from models.datasets.audience import values_named
from models.datasets.garments import garment_of, role_of
from models.datasets.traditions import TRADITIONS

DRESS, SMART, SMART_CASUAL, CASUAL, EVERYDAY = "dress", "smart", "smart casual", "casual", "everyday"
SPORT, SNOW, BEACH, NIGHT, EVENING = "sport", "snow", "beach", "night", "evening"
BY_ITSELF: Final = TRADITIONS | {SPORT, SNOW, BEACH, NIGHT, EVENING}
"""What is worn by itself, and not beside what says nothing of an occasion."""

OCCASION_NAMES: Final = frozenset({"usage", "occasion", "activity", "sport"})
"""Attribute names (lower case, spaces and hyphens as underscores) that say what for."""

_CLOTHES: Final = "top bottom full-body outer footwear headwear scarf gloves hosiery tie belt jewellery innerwear eyewear"
_WORN: Final = frozenset(_CLOTHES.split())
"""Only of these roles does an occasion say something; bags and sports watches are worn with a suit."""
_ALWAYS: Final = {"swimwear": BEACH, "sleepwear": NIGHT}
"""What all of a role is for."""

_WORDS: Final[Mapping[str, str]] = {
    EVENING: "tuxedo tuxedos smoking smokings smokinghemd smokinghose smokingjacke smokingschuhe esmoquin marcella cummerbund cummerbunds",
    DRESS: (
        "formal formalwear tailoring tailored waistcoat waistcoats blazer blazers necktie neckties cufflink cufflinks "
        "tie ties bowtie oxfords brogues business evening partywear suit suits anzug anzüge sakko sakkos krawatte krawatten "
        "abendkleid abendkleider costume costumes cravate cravates corbata corbatas cravatta cravatte colbert stropdas "
        "stropdassen "
        "terno ternos gravata gravatas festa garnitur garnitury garniturowe garniturowa krawat krawaty mucha wieczorowa wieczorowe wesele "
        "kostym kostymer kostymbyxor kostymväst kavaj kavajer slips slipsar fluga flugor aftonklänning aftonklänningar festklänning"
    ),
    SPORT: (
        "sport sports sporting sportswear activewear athletic athletics running training gym fitness workout yoga pilates football "
        "soccer rugby basketball volleyball tennis cycling cleats tracksuit tracksuits sportbekleidung sportmode laufschuh laufschuhe "
        "laufhose fußball fußballschuhe trainingshose trainingsjacke deporte deportes fútbol calcio corsa hardlopen voetbal "
        "survêtement survêtements esporte esportes esportivo esportiva corrida treino academia futebol agasalho sportowy sportowa sportowe "
        "treningowy treningowa treningowe biegania piłkarskie dresy jogi träning löpning löparskor löpartights löpartröja löparshorts "
        "löparbyxor träningströja träningsbyxor träningsshorts träningstights träningslinne funktionströja fotbollsskor løb løbesko trening"
    ),
    SNOW: (
        "snowsuit snowsuits "
        "ski skiing skis snowboard snowboarding skiwear skihose skihosen skijacke skijacken skianzug skibekleidung esquí skibroek "
        "skijas esqui "
        "narciarski narciarska narciarskie narty skidor skidjacka skidbyxor skidkläder skitøj"
    ),
    BEACH: "swim swimming beachwear",
    **traditions.WORDS,
}
_OCCASION_OF: Final = {word: occasion for occasion, words in _WORDS.items() for word in words.split()}

_PHRASES: Final[Mapping[str, str]] = {
    "": (
        "sport-coat sports-coat sport-jacket swim-suit bathing-suit night-suit lounge-suit pant-suit tie-dye tie-front "
        "tie-waist tie-neck tie-up self-tie rain-suit boiler-suit play-suit pram-suit sleep-suit sports-luxe sport-luxe tennis-necklace "
        "tennis-bracelet evening-primrose ethnic-print jump-suit cat-suit wet-suit jogging-suit sweat-suit shell-suit romper-suit "
        "no-smoking smoking-slipper"
    ),
    **traditions.PHRASES,
    SMART: "smart-casual",
    CASUAL: "polo-shirt rugby-shirt",
    EVENING: "dinner-jacket dinner-suit evening-shirt dress-waistcoat wing-collar shirt-stud dress-stud opera-slipper opera-pump",
    DRESS: "black-tie bow-tie dress-shirt dress-shoe morning-coat pocket-square court-shoe oxford-shoe pencil-skirt",
    SPORT: "pe-kit pe-short pe-shirt pe-t-shirt pe-plimsoll track-pant track-jacket track-top sports-bra sport-bra track-suit",
    SNOW: "snow-suit snow-boot snow-pant",
    BEACH: "beach-dress beach-trouser beach-pant beach-shirt beach-sandal beach-shoe beach-hat sun-hat straw-hat",
    NIGHT: "house-slipper bedroom-slipper house-shoe",
}
"""Phrases that say it, or (under the empty one) that do not say what their words do."""
_OF_PHRASE: Final = {phrase.replace("-", " "): occasion for occasion, phrases in _PHRASES.items() for phrase in phrases.split()}
_PHRASE: Final = re.compile(rf"\b({'|'.join(_OF_PHRASE)})(?:e?s)?\b")

_CALLED: Final[Mapping[str, str]] = {
    DRESS: "suspender derby oxford brogue",
    SMART: (
        "shirt blouse trouser chino loafer moccasin belt hemd hemden bluse blusen stoffhose anzughose chemise chemises chemisier "
        "chemisiers camisa camisas camicia camicie overhemd overhemden koszula koszule skjorta skjortor skjorte skjorter mocassin "
        "mocassins mocasines mocassini"
    ),
    CASUAL: (
        "t-shirt tshirt tee polo poloshirt hoodie hoody sweatshirt tank-top short bermuda jogger sweatpant sneaker trainer plimsoll "
        "high-top high-tops floater cap snapback lungi poloshirts kapuzenpullover turnschuh turnschuhe camiseta camisetas sudadera "
        "sudaderas maglietta magliette felpa felpe moletom moletons regata regatas koszulka koszulki bluza bluzy trampki tröja"
    ),
    EVERYDAY: "jean jegging jeanshose jeansrock vaqueros vaquero tejanos spijkerbroek spijkerbroeken",
    BEACH: "flip-flop slider slide zehentrenner badelatschen tongs chanclas chinelo chinelos japonki badtofflor infradito teenslippers",
    SPORT: "helmet goggle",
    NIGHT: "slipper hausschuh hausschuhe pantoffeln chaussons charentaises pantofole pantoffels sloffen pantufa pantufas kapcie tofflor",
}
_CALLED_SO: Final = {garment: occasion for occasion, garments in _CALLED.items() for garment in garments.split()}
_OF_EVENING: Final[Mapping[str, re.Pattern[str]]] = {
    role: re.compile(rf"{one}.*{other}|{other}.*{one}", re.IGNORECASE)
    for role, one, other in (
        ("tie", r"\bbow[ -]?ties?\b", r"\b(?:black|white)\b"),
        ("footwear", r"\bpatent\b", r"\b(?:oxfords?|wholecuts?)\b"),
        ("hosiery", r"\bevening\b", r"\bsocks?\b"),
    )
}
"""What titles of evening dress say in two words."""
_CASUAL: Final = re.compile(r"\bcasual\b", re.IGNORECASE)
_OF_BEACH: Final = re.compile(
    r"\b(?:beach|straw|strand(?:tasche)?|badetasche|strandväska|plażow[aye]|(?:de|di) (?:plage|playa|spiaggia|mare|praia))\b", re.IGNORECASE
)
_RELAXED: Final = re.compile(
    r"\b(?:casual|check(?:s|ed|ered)?|plaid|tartan|flannel|denim|cargo|print(?:s|ed)?|graphic|logo|hawaiian|(?:short|half)[- ]sleeved?)\b",
    re.IGNORECASE,
)
"""What makes a shirt or trousers less smart."""


def occasion_label(
    attributes: Mapping[str, str | Sequence[str]],
    categories: Sequence[str | None],
    title: str | None,
    role: str | None,
    sport: str | None = None,
) -> str | None:
    """What a piece is for; None where nothing says, and for what any occasion has.

    Args:
        categories: the finest first.
        sport: what it is for among sports (``sports.sport_label``): trousers to hike in are not smart.

    >>> occasion_label({"usage": "Sports"}, ["Shoes"], None, "footwear"), occasion_label({}, ["Suit Trousers"], None, "bottom")
    ('sport', 'dress')
    >>> occasion_label({}, ["Shirts"], "Tie-dye shirt", "top"), occasion_label({}, ["Bags"], "Gym bag", "bag")
    ('smart', None)
    """
    if role not in _WORN:
        return BEACH if role == "bag" and any(_OF_BEACH.search(text) for text in (*categories, title) if text) else _ALWAYS.get(role or "")
    texts = [text for text in (*categories, title) if text]
    said = [*filter(None, map(_said, (*values_named(attributes, OCCASION_NAMES), *texts)))]
    if (two := _OF_EVENING.get(role or "")) and title and two.search(title):
        said.append(EVENING)
    narrower = next(
        (one for one in reversed(said) if one in TRADITIONS), EVENING if EVENING in said and {*said} <= {EVENING, DRESS} else None
    )
    if narrower or said:
        return narrower or said[0]
    called = _called([title, *categories], role)
    return CASUAL if sport and called in {SMART, SMART_CASUAL} else called


def _called(texts: Sequence[str | None], role: str | None) -> str | None:
    """How dressed up a piece is by what it is called; a title tells it more exactly than a category."""
    garments = (garment_of(text) for text in texts if role_of(text) == role)
    told = [_CALLED_SO[garment] for garment in garments if garment in _CALLED_SO]
    called = next((one for one in told if one != NIGHT), next(iter(told), None))  # flip-flops are called slippers, too
    if called is None:
        return CASUAL if role != "eyewear" and any(_CASUAL.search(text) for text in texts if text) else None
    return SMART_CASUAL if called == SMART and any(_RELAXED.search(text) for text in texts if text) else called


@lru_cache(maxsize=8_192)
def _said(text: str) -> str | None:
    text = re.sub(r"[\W\d_]+", " ", text.lower())
    named = [_OF_PHRASE[phrase] for phrase in _PHRASE.findall(text)]
    named += [_OCCASION_OF[word] for word in _PHRASE.sub(" ", text).split() if word in _OCCASION_OF]
    found = {occasion for occasion in named if occasion}
    found = found & TRADITIONS or (found - {DRESS} if EVENING in found else found)
    return found.pop() if len(found) == 1 else None
