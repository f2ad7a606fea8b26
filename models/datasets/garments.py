"""What words call a garment, and the category that an item is of by the words of its title.

Words are looked up in the first text that names something; the longest phrase that matches wins, the last in the text among equals ("shirt
dress" is a dress). Where English words say nothing, those of ``garments_abroad`` do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from models.datasets import turkish
from models.datasets.belongings import ENGLISH, may_belong, names_gift_card
from models.datasets.garments_abroad import WOMENS as WOMENS_ABROAD
from models.datasets.garments_abroad import (
    garment_abroad,
    head_role,
    in_french,
    phrase_abroad,
    role_abroad,
    role_first,
    role_last,
    words_of,
)
from models.datasets.scripts import bare
from models.datasets.sport_words import WORDS as SPORT_WORDS
from models.datasets.wholes import BLAZER, PINAFORE, SUIT, is_set
from models.errors import nearest

NOT_WORN: Final = "not worn"

ROLE_WORDS: Final[Mapping[str, str]] = {
    "top": (
        "top tops t-shirt tshirt tee shirt blouse tunic kurta kurti kameez sweater jumper pullover sweatshirt hoodie cardigan "
        "turtleneck polo poloshirt camisole-top tank-top sport-bra knitwear bodysuit vest-top lounge-tshirt hoody cami cami-top twinset "
        "midlayer mid-layer base-layer-crew base-layer-top tracksuit-top choli saree-blouse sari-blouse tank bandeau-top corset-top "
        "chef-jacket chef-coat beauty-tunic spa-tunic salon-tunic"
    ),
    "bottom": (
        "bottom bottoms trouser pant jean jegging legging skirt skort short bermuda capri jogger chino churidar salwar patiala dhoti lungi "
        "track-pant running-tights training-tights sport-tights sports-tights gym-tights yoga-tights rain-trouser culotte palazzo "
        "sweatpant trackie jodhpur tracksuit-bottom jogging-bottom overtrouser over-trouser snow-bib ski-bib snowboard-bib "
        "freeride-bib shell-bib insulated-bib kilt tutu bloomer bib-short bib-tight bib-tights bib-pant "
        "lehenga-skirt ghagra-skirt salon-trouser spa-trouser"
    ),
    "full-body": (
        "kurta-pyjama kurta-pajama "
        "all-body full-body dress gown jumpsuit romper overall saree sari lehenga lehenga-choli tracksuit suit clothing-set "
        "kurta-set playsuit dungaree dungaree-dress pinafore pinafore-dress tuxedo boilersuit catsuit unitard leotard kaftan caftan "
        "anarkali abaya jilbab "
        "thobe kandura dishdasha jubba djellaba jalabiya burqa saree-blouse-piece sari-blouse-piece ghagra-choli chaniya-choli "
        "yukata qipao cheongsam hanbok ao-dai co-ord coord co-ord-set snowsuit"
    ),
    "footwear": (
        "shoe shoes footwear sneaker trainer boot bootie sandal heel pump flat loafer moccasin oxford brogue slipper flip-flop "
        "clog mule espadrille derby high-top high-tops wellington welly wellie slider slide plimsoll jutti mojari kolhapuri "
        "chappal zori geta floater"
    ),
    "outer": (
        "hardshell softshell puff-vest puffer-vest down-vest fleece-vest insulated-vest quilted-vest "
        "outer outerwear coat overcoat topcoat raincoat jacket blazer trenchcoat parka waistcoat gilet poncho cape anorak "
        "sportcoat nehru-jacket sherwani achkan bandhgala shrug puffer puffer-coat outer-vest overshirt shacket peacoat kimono "
        "windcheater puffa body-warmer tailcoat tracksuit-jacket bisht bridal-cover-up "
        "wedding-cover-up evening-cover-up hi-vis-vest hi-viz-vest safety-vest high-visibility-vest"
    ),
    "bag": (
        "bag handbag clutch tote backpack rucksack purse satchel duffel messenger-bag laptop-bag waist-pouch briefcase "
        "shoulder-bag crossbody-bag belt-bag citybag bumbag bum-bag fanny-pack holdall hydration-vest hydration-pack"
    ),
    "headwear": (
        "hat cap beanie headwear fedora trilby snapback visor balaclava earmuff beret turban headband hairband kerchief helmet hijab "
        "khimar niqab veil underscarf underscarve under-scarf under-cap fascinator hatinator kufi kufi-cap prayer-cap taqiyah "
        "shemagh ghutra agal fez"
    ),
    "scarf": "scarf scarve stole muffler shawl foulard dupatta neckerchief bandana headscarf neck-warmer neck-gaiter",
    "eyewear": "sunglass eyeglass glasses glass eyewear goggle",
    "watch": "watch watche",
    "belt": "belt suspender brace cummerbund sash waist-chain kamarbandh",
    "jewellery": (
        "jewellery jewelry earring necklace bracelet bangle ring pendant brooch chain necklace-and-chain jewellery-set charm "
        "cufflink cuff-link wristband pocket-square tie-clip tie-pin tie-bar lapel-pin anklet choker "
        "arm-cuff ear-cuff wrist-cuff hoop huggie boutonniere pearl-mala jhumka mangalsutra maang-tikka matha-patti bindi payal kalgi"
    ),
    "gloves": "glove gloves mitten",
    "tie": "tie bow-tie ties-and-cufflink cravat",
    "hosiery": (
        "hosiery sock stocking tight tights legwarmer leg-warmer arm-warmer gaiter overshoe shoe-cover shin-guard shin-pad calf-sleeve "
        "arm-sleeve base-layer-bottom base-layer-pant base-layer-legging base-layer-tights khuff sleeve-cover"
    ),
    "wallet": "wallet card-holder money-clip",
    "hair": (
        "claw-clip hair-claw "
        "hair-accessory hair-accessorie hairclip hair-clip hair-slide hair-pin hair-comb hair-vine scrunchie tiara headpiece "
        "flower-crown hijab-pin hijab-accessory hijab-accessorie hijab-scrunchie"
    ),
    "swimwear": (
        "swimwear bikini tankini tankini-top tankini-bottom swimsuit bikini-top bikini-bottom bikini-brief bikini-short bikini-pantie "
        "cover-up one-piece-swimsuit swim-short swim-trunk "
        "swimming-trunk swimming-costume swimming-short swimshort boardshort board-short rash-vest rash-guard rashguard wetsuit "
        "springsuit wetsuit-boot reef-boot reef-bootie sarong changing-robe changing-poncho surf-poncho poncho-towel burkini"
    ),
    "sleepwear": (
        "sleepwear pyjama pajama nightdress nightgown night-suit robe bath-robe baby-doll lounge-pant lounge-short chemise "
        "pyjama-trouser pyjama-shirt pyjama-top pyjama-short pyjama-t-shirt dressing-gown onesie nightie negligee loungewear pyjama-bottom "
        "sleepsuit sleepshirt sleep-shirt nightshirt babygrow bathrobe nightwear"
    ),
    "innerwear": (
        "innerwear underwear lingerie intimate bra brief boxer trunk panty pantie thong shapewear camisole innerwear-vest bralette "
        "basque corset garter garter-belt long-john undershirt petticoat underskirt"
    ),
    NOT_WORN: (
        "beauty makeup lipstick fragrance perfume home decor furniture tech electronics case phone umbrella mobile-pouch "
        "tablet-sleeve trolley-bag luggage stationery glasses-case cosmetic-bag keyring key-ring keychain key-chain gift-box gadget "
        "towel beach-towel yoga-mat exercise-mat gym-mat water-bottle drinking-bottle sport-bottle dumbbell kettlebell barbell foam-roller "
        "resistance-band skipping-rope racket racquet bike-lock sleeping-bag cushion pillow pillowcase duvet mug vase "
        "toy doll soft-toy plush-toy teddy-bear puzzle jigsaw building-block board-game bedding bed-linen bedsheet bed-sheet fitted-sheet "
        "flat-sheet duvet-cover comforter quilt bedspread blanket mattress curtain rug tablecloth tableware dinnerware dinner-plate "
        "food drink grocery chocolate confectionery biscuit shortbread wine whisky gin spirit beer tea coffee tea-bag "
        "decoration christmas-decoration bauble bauble-set ornament wreath tinsel "
        "cookware frying-pan saucepan kettle kitchenware glassware bakeware hamper electrical appliance massager figurine planter "
        "skincare skin-care haircare hair-care bodycare body-care cosmetic toiletry toiletrie aftershave pet pet-supply knitting-pattern "
        "sewing-pattern christma-stocking slipper-chair "
        "shower-cap fish-tank hula-hoop basketball-hoop oven-glove oven-mitt gardening-glove "
        "skateboard longboard snowboard surfboard bodyboard wakeboard paddleboard top-surfboard deck truck wheel bearing bushing riser "
        "grip-tape griptape allen-hardware skate-tool skate-hardware wax leash fin binding stomp-pad tuner tent stove spork water-filter "
        "headlamp head-torch sleeping-mat sleeping-pad self-inflating-mat trekking-pole ski-pole walking-pole hiking-pole climbing-harness "
        "belay-device rope quickdraw carabiner chalk-bag crash-pad crampon ice-axe knee-pad "
        "elbow-pad wrist-guard mouthguard tennis-ball football-ball sticker enamel-pin lighter magazine incense ashtray "
        "lamp picture-frame photo-frame bouquet guest-book ring-pillow ring-cushion prayer-mat prayer-bead"
    ),
}
"""What a piece is worn as, and the words that name it; a hyphen joins the words of a phrase."""

_CATEGORIES: Final[Mapping[str, str]] = {
    "top": "Tops",
    "bottom": "Bottoms",
    "full-body": "Dresses & Suits",
    "footwear": "Shoes",
    "outer": "Outerwear",
    "bag": "Bags",
    "headwear": "Hats",
    "scarf": "Scarves",
    "eyewear": "Eyewear",
    "watch": "Watches",
    "belt": "Belts",
    "jewellery": "Jewellery",
    "gloves": "Gloves",
    "tie": "Ties",
    "hosiery": "Socks & Tights",
    "wallet": "Wallets",
    "hair": "Hair Accessories",
    "swimwear": "Swimwear",
    "sleepwear": "Sleepwear",
    "innerwear": "Underwear",
}
_ROLE_OF: Final = {phrase: role for role, phrases in ROLE_WORDS.items() for phrase in phrases.split()}
_MOST_MEANT: Final = 5
_LONGEST: Final = 3
_EXACT: Final = frozenset(
    [
        "kurta-pyjama",
        "kurta-pajama",
        "tracksuit-bottom",
        "tracksuit-top",
        "tracksuit-jacket",
        "base-layer-bottom",
        "changing-robe",
        "lehenga-skirt",
        "saree-blouse",
        "sari-blouse",
        "petticoat",
        "bisht",
        "burqa",
        "khuff",
        "slipper",
        "beauty-tunic",
        "spa-tunic",
        "salon-tunic",
        "salon-trouser",
        "spa-trouser",
    ]
)
"""What is worn as its own name says, whatever its category is worn as: the bottoms of a tracksuit, filed under tracksuits."""
_OF_CO_ORDS: Final = frozenset({"co-ord", "coord", "co-ord-set"})
"""What is sold as one or piece by piece."""
_OF_ANY_PIECE: Final = frozenset({"knitwear", *_OF_CO_ORDS})
"""Names of categories that say how pieces are made or sold, more than what they are: a dress filed under knitwear is one."""
_OF_SETS: Final = frozenset({"top", "bottom", "full-body", "outer", "scarf"})
"""What categories that sets are filed under are worn as."""
_OF_CLOTH: Final = frozenset(["in", "of", "aus", "en", "di", "de", "cotton", "modal", "viscose", "wool", "silk", "stretch", "knit"])
"""What stands before jersey where that is a cloth."""
_SPORT_WORDS: Final = frozenset(word for words in SPORT_WORDS.values() for word in words.split())
_PAIR: Final = 2
_ALWAYS_SEVERAL: Final = frozenset({"laces"})
"""What lace is another word than."""
_SUITS: Final = (
    "suit tuxedo anzug anzüge hosenanzug hosenanzüge smoking costume costumes tailleur tailleurs traje trajes esmoquin kostuum kostuums "
    "terno ternos garnitur garnitury kostym kostymer"
)
_PINAFORES: Final = "pinafore pinafore-dress dungaree dungaree-dress latzhose latzhosen latzkleid latzkleider"
_BLAZERS: Final = (
    "blazer sportcoat sakko sakkos jackett jacketts colbert colberts kavaj kavajer americana americanas sacos saco-de-vestir saco-formal"
)
_BLAZER: Final = re.compile(
    r"\b(?:(?:dinner|smoking|suit|sports?|tweed|tuxedo)[ -](?:jacket|coat|blazer)|morning[ -]coat|tail[ -]?coat)s?\b", re.IGNORECASE
)
_TAILORED: Final = {
    (role, word): kind
    for role, words, kind in (("full-body", _SUITS, SUIT), ("outer", _BLAZERS, BLAZER), ("full-body", _PINAFORES, PINAFORE))
    for word in words.split()
}
_CUTS: Final = re.compile(r"\b(?:shawl[ -](?:collar|lapel)|cap[ -]toe|(?:short|cap)[ -]sleeve)(?:s|d|ed)?\b")
"""How something is cut, in words that name other things."""
_SETS: Final = re.compile(r"\b(?:set|outfit)s?\b", re.IGNORECASE)
_PIECES: Final = re.compile(r"\b(?:[2-9]|two|three|four)[ -]?(?:piece|pc)s?\b", re.IGNORECASE)
_OF_PIECES: Final = frozenset({"piece", "set"})
JOINS: Final = re.compile(r"\s*[&/,;+・、]\s*|\s+(?:and|und|et|y|e|en|ve|i|oraz|och|og)\s+", re.IGNORECASE)
"""What stands between the names of several things."""
_WITH: Final = re.compile(r"\b(?:for|with)\b")
"""What stands before what something is for, or comes with."""


_WOMENS: Final = (
    "dress gown saree sari lehenga lehenga-choli skirt skort blouse kurti tunic heel pump flat camisole camisole-top cami bikini "
    "bikini-top bikini-bottom bikini-pantie nightdress nightgown bra sport-bra panty pantie jegging stocking salwar churidar patiala "
    "dupatta clutch handbag purse earring"
)
_OVER: Final = (
    "changing-robe changing-poncho surf-poncho poncho-towel "
    "cover-up sarong robe bath-robe bathrobe dressing-gown bademantel bademäntel morgenmantel morgenrock schlafrock robe-de-chambre "
    "robes-de-chambre peignoir peignoirs albornoz albornoces vestaglia vestaglie accappatoio accappatoi badjas badjassen kamerjas "
    "ochtendjas saída-de-praia saídas-de-praia canga cangas roupão roupões szlafrok szlafroki pareo morgonrock morgonrockar badrock "
    "badrockar morgenkåbe morgenkåpe badekåbe badekåpe روب أرواب バスローブ sabahlık bornoz"
)
_WORN_OVER: Final = frozenset([*_OVER.split(), *(form(word) for word in _OVER.split() for form in (bare, turkish.fold))])
WOMENS: Final = frozenset(_WOMENS.split())
"""Words of what only women and girls wear: of 6,000 pieces of a large shop that are called so, 99 in 100; of 1,300 handbags and purses 96,
4 for anyone, and hardly one for men."""


def is_womens(*texts: str | None, french: bool = False) -> bool:
    """Whether some text names a garment that only women and girls wear, and that is worn as what the first telling one names.

    >>> is_womens("Shirt dress"), is_womens("Dress shirt"), is_womens("Shoes", "High heels"), is_womens("Belts", "Dress")
    (True, False, True, False)
    """
    role, spoken = role_of(*texts, french=french), french or _in_french(texts)

    def womens(text: str | None) -> bool:
        english = _garment(text)
        abroad = None if english and not (spoken or role_last(text) or role_first(text)) else garment_abroad(text, french=spoken)
        if abroad:
            return abroad in WOMENS_ABROAD and role_abroad(text, french=spoken) == role
        return english in WOMENS and _ROLE_OF[english] == role

    parts = (part for text in texts if len(roles_joined(text, french=french)) > 1 for part in JOINS.split(text or ""))
    of_role = [part for part in parts if role_of(part, french=french) == role]
    return any(map(womens, texts)) or (len(of_role) == 1 and womens(of_role[0]))


@lru_cache(maxsize=8_192)
def role_of(*texts: str | None, french: bool = False) -> str | None:
    """The role that the first telling text names, but what belongs to a garment is not worn by any of them; None where none tells.

    Args:
        french: whether they are those of a French shop, as ``speaks_french`` tells; else their own words tell.

    >>> role_of("Casual Shoes"), role_of(None, "accessories", "Blue shirt dress"), role_of("Accessories"), role_of("Damenschuhe")
    ('footwear', 'full-body', None, 'footwear')
    >>> role_of("Shoes", "Shoe Care Spray"), role_of("Shoes & Shoe Care", "Black Boots"), role_of("Watch box"), role_of("Belt bag")
    ('not worn', 'footwear', 'not worn', 'bag')
    """
    found, filed = None, False
    for at, text in enumerate(texts):
        if is_set(text) and (found in _OF_SETS or not (found or JOINS.search(text or ""))):
            return "full-body"
        if found in {None, "top", "bottom", "outer"} and is_outfit(text):
            return "full-body"
        garment = _garment(text)
        if found and garment and (garment in _EXACT or (filed and _ROLE_OF[garment] != NOT_WORN)):
            return _ROLE_OF[garment]
        if found and not may_belong(text or ""):
            continue
        role = role_last(text) or phrase_abroad(text) or role_first(text) or _in_english(text)
        if role is None or role == NOT_WORN:
            role = role_abroad(text) or role
        if role is None or role == "sleepwear":  # a French robe is a dress
            role = (role_abroad(text, french=True) if french or _in_french(texts) else None) or role
        if role == NOT_WORN and (_belongs(text) or role_abroad(text)):
            return role
        if role in {None, NOT_WORN} and _is_jersey(text):
            role = "top"
        filed = filed or (found is None and garment in _OF_ANY_PIECE)
        found = found or _beside(role, text, texts[at + 1 :], french=french)
    return found


@lru_cache(maxsize=8_192)
def is_outfit(text: str | None) -> bool:
    """Whether a text names clothes for above and below in one: both parts of a set, or its pieces.

    >>> [is_outfit(text) for text in ("Shirt and Shorts Set", "2 Piece Jogger Set", "3 Piece Set with Hat", "Hat and Scarf Set", "Top")]
    [True, True, True, False, False]
    """
    if not text or not _SETS.search(text):
        return False
    if (joined := roles_joined(text)) >= {"top", "bottom"} or (len(joined) > 1 and "full-body" in joined):
        return True
    itself = _named(_words(_WITH.split(text.lower())[0]))
    with_others = itself is None and _ROLE_OF.get(_named(_words(text)) or "", NOT_WORN) != NOT_WORN
    return _PIECES.search(text) is not None and (with_others or _ROLE_OF.get(itself or "") in {"top", "bottom", "outer"})


def _beside(role: str | None, text: str | None, others: Sequence[str | None], *, french: bool) -> str | None:
    """The role that a text tells, where those behind it say which of what it joins, of tights and of suits is meant."""
    if len(joined := roles_joined(text, french=french)) > 1:
        said = role_of(*others, french=french) or (role_abroad(text) and head_role(*others))
        role = said if said in {*joined, NOT_WORN} else role
        if said is None and role == "outer" and "full-body" in joined:
            return "full-body"  # a dress and its jacket
    if role == "footwear" and _garment(text) == "footwear" and role_of(*others, french=french) == "hosiery":
        return "hosiery"
    if role == "hosiery" and _garment(text) == "tights" and role_of(*others, french=french) == "bottom":
        return "bottom"  # those that one runs in
    if others and tailoring_of(role, text, french=french) == SUIT:
        return _part_of_suit(others, french=french) or role
    return role


def _part_of_suit(texts: Sequence[str | None], *, french: bool) -> str | None:
    """The role of the jacket or trousers that texts name among suits; None where they name none, or several pieces in one.

    >>> _part_of_suit(["White dinner jacket"], french=False), _part_of_suit(["Jacket & trousers"], french=False)
    ('outer', None)
    """
    if any(len(roles_joined(text, french=french)) > 1 or not _OF_PIECES.isdisjoint(_words(text)) for text in texts):
        return None
    role = role_of(*texts, french=french)
    return role if role in {"outer", "bottom"} else None


def tailoring_of(role: str | None, *texts: str | None, french: bool = False) -> str | None:
    """``SUIT``, ``BLAZER`` or ``PINAFORE`` where the first text calls a piece so that calls it anything that is worn as its role.

    >>> tailoring_of("full-body", "Navy suit"), tailoring_of("full-body", "Suit dress"), tailoring_of("outer", "Tweed jacket")
    ('suit', None, 'blazer')
    """
    if role == "outer" and any(_BLAZER.search(text) for text in texts if text):
        return BLAZER
    called = next(
        (garment for text in texts if role_of(text, french=french) == role and (garment := garment_of(text, french=french))), None
    )
    return _TAILORED.get((role or "", called or ""))


def _is_jersey(text: str | None) -> bool:
    """Whether a text that names no garment names the top of a sport, rather than the cloth.

    >>> _is_jersey("Home jersey"), _is_jersey("Football jersey 26/27"), _is_jersey("Wrap in jersey"), _is_jersey("Jersey wrap")
    (True, True, False, False)
    """
    words = _words(text)
    if "jersey" not in words:
        return False
    at = words.index("jersey")
    before = words[at - 1] if at else ""
    return before in _SPORT_WORDS or (at == len(words) - 1 and before not in _OF_CLOTH)


@lru_cache(maxsize=8_192)
def roles_joined(text: str | None, *, french: bool = False) -> frozenset[str]:
    """The roles of the garments that a name joins, where it joins several; which of them an item is of its title says.

    >>> sorted(roles_joined("Kleider & Röcke")), sorted(roles_joined("Dresses")), role_of("Kleider & Röcke", "Tüllrock Ida")
    (['bottom', 'full-body'], [], 'bottom')
    """
    parts = JOINS.split((text or "").rpartition(">")[2])
    roles = frozenset(role for part in parts if (role := role_of(part, french=french)) and role != NOT_WORN) if len(parts) > 1 else None
    return roles or frozenset()


def _in_french(texts: Iterable[str | None]) -> bool:
    return any(map(_speaks_french, texts))


@lru_cache(maxsize=8_192)
def _speaks_french(text: str | None) -> bool:
    return in_french(words_of(text))


def categories_meant(name: str, worn_as: Mapping[str, str | None]) -> str | None:
    """The categories that are probably meant by a name that none has, quoted: the one spelt alike of those worn as it says, else all those.

    Args:
        worn_as: role of each category that there is; of a name that says none, the one spelt alike of all.

    >>> french = {"Chaussures homme": "footwear", "Chaussures fille": "footwear", "Robes": "full-body", "Jean": "bottom", "Jupe": "bottom"}
    >>> [categories_meant(name, french) for name in ("shoes", "jeans", "robs", "bags")]
    ["'Chaussures fille' or 'Chaussures homme'", "'Jean'", "'Robes'", None]
    """
    role = role_of(name)
    among = sorted(one for one, worn in worn_as.items() if role in {None, worn})
    near = nearest(name, among)
    if near is not None or role is None or not among:
        return None if near is None else repr(near)
    *others, last = [repr(one) for one in among[:_MOST_MEANT]]
    return f"{', '.join(others)} or {last}" if others else last


@lru_cache(maxsize=8_192)  # the categories of a catalogue are few, and titles of colours and sizes the same
def _in_english(text: str | None) -> str | None:
    if _belongs(text):
        return NOT_WORN
    word = _garment(text)
    return _ROLE_OF[word] if word else NOT_WORN if text and names_gift_card(text) else None


def garment_of(text: str | None, *, french: bool = False) -> str | None:
    """The words that call the garment which a text names, joined by hyphens; None where it names none.

    >>> garment_of("Blue 501 Jeans"), garment_of("Veste en jean"), garment_of("Gift card")
    ('jean', 'veste-en-jean', None)
    """
    role, word = role_of(text, french=french), _garment(text)
    return word if word and _ROLE_OF[word] == role else garment_abroad(text, french=french or _speaks_french(text))


def is_worn_over(*texts: str | None, french: bool = False) -> bool:
    """Whether a text names what is worn over swimwear or nightwear.

    >>> is_worn_over("Swimwear", "Printed sarong"), is_worn_over("Szlafroki"), is_worn_over("Swimwear", "Bikini with sarong")
    (True, True, False)
    """
    return any(garment_of(text, french=french) in _WORN_OVER for text in texts)


@lru_cache(maxsize=8_192)
def _garment(text: str | None) -> str | None:
    """The words of what a text names, rather than of what that comes with or is for.

    >>> _garment("Dress with belt"), _garment("With love: T-shirt"), _garment("Toy Story tee"), _garment("T-shirt Toy Story")
    ('dress', 't-shirt', 'tee', 't-shirt')
    """
    return _named(_words(_WITH.split((text or "").lower())[0])) or _named(_words(text))


_WORD: Final = re.compile(r"(?<![^\W\d_])[a-z]+(?:-[a-z]+)*(?![^\W\d_])")
"""An English one, and no part of one with accents."""


def _words(text: str | None) -> list[str]:
    """The words of a text, in the singular; "and" for all that stands between the names of several things."""
    said = re.sub(r"[&/,;|>+]", " and ", _CUTS.sub(" ", (text or "").lower().replace("'s", "")))
    words = [_singular(word) for word in _WORD.findall(said)]
    return [part for word in words for part in ([word] if word in _ROLE_OF else [_singular(piece) for piece in word.split("-")])]


def _named(words: Sequence[str]) -> str | None:
    """The words of the garment that words name, joined by hyphens; one word names what is not worn only where none names a garment."""
    phrases = (_phrase(words[at : at + length]) for length in range(_LONGEST, 0, -1) for at in reversed(range(len(words) - length + 1)))
    known = [phrase for phrase in phrases if phrase in _ROLE_OF]
    return next((phrase for phrase in known if "-" in phrase or _ROLE_OF[phrase] != NOT_WORN), known[0] if known else None)


def _phrase(words: Sequence[str]) -> str:
    """Words joined by hyphens; in the singular where that alone is known: bikini tops are one thing, and no tops."""
    joined = "-".join(words)
    return joined[:-1] if len(words) > 1 and joined not in _ROLE_OF and joined.endswith("s") and joined[:-1] in _ROLE_OF else joined


@lru_cache(maxsize=8_192)
def _belongs(text: str | None) -> bool:
    """Whether a text names what belongs to a garment, and beside it no garment but what that is for or comes with.

    One in the singular shares what follows: "Handbag & Wallet Accessories".
    """
    words = _words(_WITH.split(text.lower().rpartition(">")[2])[0]) if text else []
    lengths = [next((n for n in (_PAIR, 1) if "-".join(words[at : at + n]) in ENGLISH), 0) for at in range(len(words))]
    if not any(lengths):
        return False
    spoken = {*re.findall(r"[a-z]+", (text or "").lower())}
    own = {at + more for at, length in enumerate(lengths) for more in range(length)}
    shared = {at for at, word in enumerate(words) if words[at + 1 : at + 2] == ["and"] and at + 2 in own and word in spoken}
    rest = [word for at, word in enumerate(words) if at not in own and not (at in shared and not word.endswith("s"))]
    word = _named(rest)
    return word is None or _ROLE_OF[word] == NOT_WORN


@lru_cache(maxsize=32_768)
def _singular(word: str) -> str:
    if word in _ROLE_OF or word in _ALWAYS_SEVERAL:
        return word
    for ending, instead in (("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("s", "")):
        if word.endswith(ending) and word[: -len(ending)] + instead in _ROLE_OF:
            return word[: -len(ending)] + instead
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def is_gift_card(title: str) -> bool:
    """Whether a title names a gift card or voucher, and no garment.

    >>> is_gift_card("Gift card 50 €"), is_gift_card("Geschenkgutschein"), is_gift_card("Gift box of socks")
    (True, True, False)
    """
    return names_gift_card(title) and role_of(title) in {None, NOT_WORN}


def category_worn_as(role: str) -> str | None:
    """The name of a category of all that is worn so; None for what is not worn.

    >>> category_worn_as("top"), category_worn_as("not worn")
    ('Tops', None)
    """
    return _CATEGORIES.get(role)
