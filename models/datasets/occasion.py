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
from models.datasets.rites import DRESSED_FOR
from models.datasets.traditions import TRADITIONS

DRESS, SMART, SMART_CASUAL, CASUAL, EVERYDAY = "dress", "smart", "smart casual", "casual", "everyday"
FESTIVE: Final = "festive"
"""What one goes out in: gowns and satin, heels and clutches; as dressed up as a suit, and worn beside jeans."""
LOUNGE: Final = "lounge"
"""What one wears at ease, and not beside what is smart: joggers."""
SPORT, SNOW, BEACH, NIGHT, EVENING = "sport", "snow", "beach", "night", "evening"
PLAIN: Final = "plain"
"""What says nothing of an occasion, where it is counted."""
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
        "tie ties bowtie oxfords brogues business suit suits traje trajes anzug anzüge sakko sakkos krawatte krawatten "
        "costume costumes cravate cravates corbata corbatas corbatín pajarita "
        "pajaritas gemelos chaqué frac cravatta cravatte colbert stropdas "
        "stropdassen "
        "terno ternos gravata gravatas garnitur garnitury garniturowe garniturowa krawat krawaty mucha "
        "kostym kostymer kostymbyxor kostymväst kavaj kavajer slips slipsar fluga flugor"
    ),
    FESTIVE: (
        "evening party partywear cocktail prom gown gowns ballgown ballgowns occasionwear eveningwear stiletto stilettos slingback "
        "slingbacks abendkleid abendkleider abendmode ballkleid ballkleider cocktailkleid cocktailkleider festkleid festkleider festlich "
        "festliche soirée cérémonie tocado tocados fiesta cóctel coctel "
        "cerimonia festa coquetel wieczorowa wieczorowe wieczorowy koktajlowa koktajlowe "
        "wesele galajurk galajurken feestjurk feestjurken cocktailjurk cocktailjurken aftonklänning aftonklänningar festklänning "
        "festklänningar cocktailklänning balklänning festkjole festkjoler abiye"
    ),
    SPORT: (
        "sport sports sporting sportswear activewear athletic athletics running training gym fitness workout yoga pilates football "
        "soccer rugby basketball volleyball tennis cycling cleats tracksuit tracksuits sportbekleidung sportmode laufschuh laufschuhe "
        "laufhose fußball fußballschuhe trainingshose trainingsjacke deporte deportes fútbol calcio corsa hardlopen voetbal "
        "survêtement survêtements chándal chándales deportivo deportiva deportivos deportivas "
        "esporte esportes esportivo esportiva corrida treino academia futebol agasalho sportowy sportowa sportowe "
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
        "no-smoking smoking-slipper traje-de-baño traje-de-flamenca traje-flamenca traje-de-neopreno traje-de-esquí traje-de-comunión "
        "trajes-de-baño trajes-de-flamenca traje-de-luna traje-de-agua traje-regional"
    ),
    **traditions.PHRASES,
    SMART: "smart-casual",
    CASUAL: "polo-shirt rugby-shirt wellington-boot rain-boot rubber-boot",
    FESTIVE: "occasion-dress occasion-shoe occasion-wear special-occasion wedding-guest high-heel going-out",
    EVENING: "dinner-jacket dinner-suit evening-shirt dress-waistcoat wing-collar shirt-stud dress-stud opera-slipper opera-pump",
    DRESS: "black-tie bow-tie dress-shirt dress-shoe morning-coat pocket-square court-shoe oxford-shoe pencil-skirt",
    SPORT: "pe-kit pe-short pe-shirt pe-t-shirt pe-plimsoll track-pant track-jacket track-top sports-bra sport-bra track-suit",
    SNOW: (
        "snow-suit snow-boot snow-pant snow-jacket snow-bib ski-bib snowboard-bib freeride-bib snow-goggle snow-helmet snow-glove "
        "snow-mitt snow-mitten"
    ),
    BEACH: (
        "wetsuit-boot reef-boot reef-bootie beach-dress beach-trouser beach-pant beach-shirt beach-sandal beach-shoe beach-hat sun-hat "
        "straw-hat"
    ),
    NIGHT: "estar-por-casa house-slipper bedroom-slipper house-shoe",
}
"""Phrases that say it, or (under the empty one) that do not say what their words do."""
_OF_PHRASE: Final = {phrase.replace("-", " "): occasion for occasion, phrases in _PHRASES.items() for phrase in phrases.split()}
_PHRASE: Final = re.compile(rf"\b({'|'.join(_OF_PHRASE)})(?:e?s)?\b")

_CALLED: Final[Mapping[str, str]] = {
    "": "flat ballerina ballerinas ballerine ballerines bailarina bailarinas manoletina manoletinas",
    DRESS: "suspender derby oxford brogue americana americanas saco-de-vestir saco-formal blucher",
    FESTIVE: "heel pump pumps escarpin escarpins szpilki scarpin scarpins",
    SMART: (
        "shirt blouse trouser chino loafer moccasin belt hemd hemden bluse blusen stoffhose anzughose chemise chemises chemisier "
        "chemisiers camisa camisas camicia camicie overhemd overhemden koszula koszule skjorta skjortor skjorte skjorter mocassin "
        "mocassins mocasines mocassini"
    ),
    CASUAL: (
        "t-shirt tshirt tee polo poloshirt hoodie hoody sweatshirt tank-top short bermuda sneaker trainer plimsoll "
        "high-top high-tops floater cap beanie snapback lungi wellington welly wellie poloshirts kapuzenpullover turnschuh turnschuhe "
        "gummistiefel zapatilla zapatillas deportivas playera playeras remera remeras polera poleras buzo buzos tenis bamba bambas "
        "camiseta camisetas sudadera sudaderas maglietta magliette felpa felpe moletom moletons regata regatas koszulka "
        "koszulki bluza bluzy trampki tröja"
    ),
    LOUNGE: "jogger sweatpant jogginghose jogginghosen joggingbroek joggingbroeken mjukisbyxor",
    EVERYDAY: "jean jegging jeanshose jeansrock vaqueros vaquero tejano tejanos spijkerbroek spijkerbroeken",
    BEACH: "flip-flop slider slide zehentrenner badelatschen tongs chanclas chinelo chinelos japonki badtofflor infradito teenslippers",
    SPORT: "helmet goggle",
    NIGHT: "slipper hausschuh hausschuhe pantoffeln chaussons charentaises pantofole pantoffels sloffen pantufa pantufas kapcie tofflor",
}
"""How dressed up what is called so is; under the empty one what is neither, whatever category it is filed in: flats among heels."""
_CALLED_SO: Final = {garment: occasion for occasion, garments in _CALLED.items() for garment in garments.split()}
_OF_EVENING: Final[Mapping[str, re.Pattern[str]]] = {
    role: re.compile(rf"{one}.*{other}|{other}.*{one}", re.IGNORECASE)
    for role, one, other in (
        ("tie", r"\bbow[ -]?ties?\b", r"\b(?:black|white)\b"),
        ("footwear", r"\bpatent\b", r"\b(?:oxfords?|whole-?cuts?)\b"),
        ("hosiery", r"\bevening\b", r"\bsocks?\b"),
    )
}
"""What titles of evening dress say in two words."""
_CASUAL: Final = re.compile(r"\bcasual\b", re.IGNORECASE)
_OF_BEACH: Final = re.compile(
    r"\b(?:beach|straw|strand(?:tasche)?|badetasche|strandväska|plażow[aye]|(?:de|di) (?:plage|playa|spiaggia|mare|praia))\b", re.IGNORECASE
)
_HEELED: Final = re.compile(
    r"\b(?:heel(?:s|ed)|(?:kitten|block|platform)[- ]heel|court shoes?|(?:à|de) talons?|tac[oó]n(?:es)?|zapatos? de sal[oó]n|de salto"
    r"|(?:con|col) tacco|salto alto)\b",
    re.IGNORECASE,
)
_FLAT: Final = re.compile(r"\b\w*boot(?:s|ies?)?\b|\b(?:clogs?|bott(?:es|ines)|botas|botines|stival(?:i|etti)|botins?)\b", re.IGNORECASE)
"""What is called after its heel, and is no boot."""
_BALLET: Final = re.compile(r"\b(?:ballet|flat)\b", re.IGNORECASE)
_CLOTH: Final = re.compile(
    r"\b(?:satin|velvet|sequin(?:s|ned|ed)?|beaded|organza|tulle|brocade|lam[eé]|lace(?![- ]?up)|samt|pailletten\w*|spitzen\w*|paillettes?|"
    r"dentelle|satén|satinad[oa]s?|raso|terciopelo|lentejuelas|encaje|velluto|pizzo|cetim|veludo|renda|paetês?|satynow\w+|cekin\w+|koronkow\w+|"
    r"sammet\w*|paljett\w*|spets\w*)\b",
    re.IGNORECASE,
)
"""What clothes to go out in are made of."""
_CLUTCH: Final = re.compile(
    r"\b(?:clutch(?:es)?|minaudi[eè]res?|(?:evening|party) (?:hand)?bags?|abendtaschen?|bolsos? de fiesta|pochettes? de soirée|"
    r"pochettes? da sera|kopertówk[ai]|aftonväsk\w+|avondtas\w*)\b",
    re.IGNORECASE,
)
_OF_BAGS: Final = {BEACH: _OF_BEACH, FESTIVE: _CLUTCH}
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
    rite: str | None = None,
) -> str | None:
    """What a piece is for; None where nothing says, and for what any occasion has.

    Args:
        categories: the finest first.
        sport: what it is for among sports (``sports.sport_label``): trousers to hike in are not smart.
        rite: whose part at a rite it is for (``rites.rite_label``): what says no more is one to dress up in.

    >>> occasion_label({"usage": "Sports"}, ["Shoes"], None, "footwear"), occasion_label({}, ["Suit Trousers"], None, "bottom")
    ('sport', 'dress')
    >>> occasion_label({}, ["Shirts"], "Tie-dye shirt", "top"), occasion_label({}, ["Bags"], "Gym bag", "bag")
    ('smart', None)
    """
    texts = [text for text in (*categories, title) if text]
    if role == "bag":
        return next((one for one, of in _OF_BAGS.items() if any(map(of.search, texts))), None)
    if role not in _WORN:
        return _ALWAYS.get(role or "")
    said = [*filter(None, map(_said, (*values_named(attributes, OCCASION_NAMES), *texts)))]
    if (two := _OF_EVENING.get(role or "")) and title and two.search(title):
        said.append(EVENING)
    narrower = next(
        (one for one in reversed(said) if one in TRADITIONS), EVENING if EVENING in said and {*said} <= {EVENING, FESTIVE, DRESS} else None
    )
    if narrower or said:
        return narrower or said[0]
    called = _called([title, *categories], role) or (FESTIVE if rite in DRESSED_FOR else _dressed_up(title or "", categories, role))
    return CASUAL if sport and called in {SMART, SMART_CASUAL} else called


def _called(texts: Sequence[str | None], role: str | None) -> str | None:
    """How dressed up a piece is by what it is called; a title tells it more exactly than a category."""
    garments = (garment_of(text) for text in texts if role_of(text) == role)
    told = [_CALLED_SO[garment] for garment in garments if garment in _CALLED_SO]
    if FESTIVE in told and texts and _BALLET.search(texts[0] or ""):
        return None
    called = next((one for one in told if one != NIGHT), next(iter(told), None))  # flip-flops are called slippers, too
    if called is None:
        return CASUAL if role != "eyewear" and any(_CASUAL.search(text) for text in texts if text) else None
    return SMART_CASUAL if called == SMART and any(_RELAXED.search(text) for text in texts if text) else called or None


def _dressed_up(title: str, categories: Sequence[str | None], role: str | None) -> str | None:
    """Whether a piece of no other name is one to go out in: by its heel, or what it is made of."""
    if role == "footwear" and _HEELED.search(title) and not any(_FLAT.search(text) for text in (title, *categories) if text):
        return FESTIVE
    return FESTIVE if role in {"full-body", "top", "bottom"} and _CLOTH.search(title) else None


@lru_cache(maxsize=8_192)
def _said(text: str) -> str | None:
    text = re.sub(r"[\W\d_]+", " ", text.lower())
    named = [_OF_PHRASE[phrase] for phrase in _PHRASE.findall(text)]
    named += [_OCCASION_OF[word] for word in _PHRASE.sub(" ", text).split() if word in _OCCASION_OF]
    found = {occasion for occasion in named if occasion}
    found = found & TRADITIONS or found
    found -= {DRESS, FESTIVE} if EVENING in found else {DRESS} if FESTIVE in found else set()
    return found.pop() if len(found) == 1 else None
