"""What belongs to a garment and is not worn: what cares for it, keeps it or is a part of it, as "shoe polish", "watch box", "Schuhspanner".

An English name of two words is here by both ("boot" and "tree"); a "belt bag" is none, and is worn.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_CARE: Final = "care polish cleaner cleaning protector conditioner shampoo accessory accessorie"
_PAIRS: Final = (
    (
        "shoe boot sneaker trainer footwear",
        f"{_CARE} brush brushe spray freshener deodoriser wipe tree shaper stretcher horn rack box boxe bag storage organiser laces clip",
    ),
    (
        "leather suede nubuck wool cashmere silk fabric textile garment clothes laundry",
        "care polish cleaner protector conditioner shampoo detergent brush comb spray rack hanger steamer freshener",
    ),
    ("garment laundry dust suit shoe", "bag cover carrier"),
    (
        "watch jewellery jewelry cufflink ring hat tie belt",
        f"{_CARE} box boxe rack stand cabinet storage organiser organizer holder hanger roll",
    ),
    ("watch", "winder strap band battery"),
    ("bag handbag wallet eyewear sunglass glass scarf", f"{_CARE} organiser organizer hanger strap charm insert"),
    ("coat dress trouser shirt skirt clothes", "hanger cover steamer"),
    ("coat hat robe bathrobe clothes towel", "hook peg stand rail"),
    ("necklace bracelet earring", "stand holder organiser organizer"),
    ("boot shoe", "tray planter jack scraper"),
    ("shoe boot bag handbag watch jewellery jewelry leather clothes", "repair restoration"),
    ("board surfboard snowboard skateboard ski skate bike", "bag sleeve rack wax leash tool tuner hardware"),
    ("tree", "skirt"),
    ("tea coffee", "bag pod"),
    ("trouser", "press"),
    ("trouser jean skirt dress coat suit jacket garment clothes", "hemming shortening alteration repair"),
    ("dog cat pet puppy", "coat raincoat collar lead harness bandana"),
    ("pet", "jacket jumper sweater hoodie costume outfit"),
)
"""First words, and what each of them may be followed by."""
_ALONE: Final = "insole shoelace shoehorn shoetree detergent candle"
_GERMAN: Final = (
    "schlüsselanhänger geschenkbox schmucketui "
    "schnürsenkel einlegesohle einlegesohlen schuhlöffel schuhspanner schuhcreme schuhbeutel schuhbürste schuhputz kleiderbügel "
    "kleidersack kleidersäcke uhrenbox uhrenkasten uhrenbeweger schmuckkästchen schmuckkasten schmuckschatulle waschmittel kerze kerzen "
    "spielzeug kuscheltier kuscheltiere stofftier stofftiere plüschtier plüschtiere bettwäsche bettlaken spannbettlaken kopfkissen kissen "
    "kissenbezug wolldecke tagesdecke handtuch handtücher geschirr vorhang vorhänge bratpfanne"
)
_FRENCH: Final = (
    "porte-clés porte-clé écrin écrins "
    "cirage cirages lacet lacets embauchoir embauchoirs chausse-pied semelle-intérieure semelles-intérieures semelles entretien-chaussures "
    "entretien-des-chaussures entretien-du-cuir produit-d-entretien produits-d-entretien boîte-à-bijoux boîtes-à-bijoux coffret-à-bijoux "
    "boîte-à-montres cintre cintres housse-à-vêtements bougie bougies lessive "
    "jouet jouets peluche peluches linge-de-lit housse-de-couette drap-housse oreiller oreillers coussin coussins couette couettes "
    "serviette-de-bain serviettes-de-bain rideau rideaux vaisselle"
)
_SPANISH: Final = (
    "llavero llaveros estuche estuches caja-de-regalo cajas-de-regalo "
    "betún plantilla plantillas cordón cordones calzador calzadores hormas zapatero zapateros joyero joyeros percha perchas velas "
    "cuidado-del-calzado limpiador-de-calzado cuidado-de-zapatos "
    "juguete juguetes ropa-de-cama funda-nórdica sábana sábanas almohada almohadas cojín cojines toalla toallas cortina cortinas vajilla"
)
_ITALIAN: Final = (
    "portachiavi astuccio astucci scatola-regalo "
    "lucido-da-scarpe lucido-scarpe soletta solette lacci stringhe tendiscarpe calzascarpe scarpiera scarpiere portagioie portagioielli "
    "gruccia grucce candele detersivo cura-delle-scarpe cura-scarpe cera-per-scarpe crema-per-scarpe "
    "giocattolo giocattoli lenzuolo lenzuola copripiumino cuscino cuscini biancheria-da-letto asciugamano asciugamani"
)
_DUTCH: Final = (
    "sleutelhanger sleutelhangers "
    "schoenpoets schoenveter schoenveters veter veters inlegzool inlegzolen inlegzooltjes schoenspanner schoenspanners schoenlepel "
    "schoenverzorging schoenonderhoud schoenenrek sieradendoos sieradenkistje horlogebox kleerhanger kleerhangers kledinghoes kaars "
    "kaarsen wasmiddel speelgoed knuffel knuffels beddengoed dekbedovertrek hoeslaken kussen kussens handdoek handdoeken gordijn gordijnen "
    "servies"
)

ENGLISH: Final = frozenset(
    [*(f"{one}-{other}" for ones, others in _PAIRS for one in ones.split() for other in others.split()), *_ALONE.split()]
)
"""English names; a hyphen joins the words of one."""

ABROAD: Final = f"{_GERMAN} {_FRENCH} {_SPANISH} {_ITALIAN} {_DUTCH}"
"""Those of other languages, as ``garments_abroad.WORDS`` has them."""

HEADS: Final = "pflege pflegemittel pflegespray pflegeset spanner schrank regal imprägnierspray imprägnierung"
"""What German compounds of such things end in: "Lederpflege"."""

_TELLING: Final = frozenset(
    [
        *(word + ending for _, others in _PAIRS for word in others.split() for ending in ("", "s", "es")),
        *(word + ending for word in _ALONE.split() for ending in ("", "s")),
        *(part for word in ABROAD.split() for part in word.split("-")),
        "accessories",
        "batteries",
    ]
)
_HEADS: Final = tuple(HEADS.split())
_GIFT_CARD: Final = re.compile(
    r"\b(?:e-?)?(?:gift[ -]?(?:cards?|vouchers?|certificates?)|(?:geschenk|wert)?gutscheine?|geschenkkarten?"
    r"|(?:cartes?|ch[eè]ques?|bons?)[ -]cadeaux?|(?:tarjetas?|cheques?|vales?) (?:de )?regalo|(?:cart[ae]|buon[oi]) regalo"
    r"|(?:vale|cart[aã]o)[ -]presente|(?:karta|bon|karty|bony) (?:podarunkow[aye]|upominkow[aye])|presentkort|gavekort"
    r"|cadeau(?:bon|kaart)(?:nen|en)?|подарочн(?:ый сертификат|ая карта))\b"
    r"|礼品卡|禮品卡|礼券|상품권|기프트\s?카드|ギフト(?:カード|券)|商品券",
    re.IGNORECASE,
)


def may_belong(text: str) -> bool:
    """Whether a text has a word of such a thing: soon told of the many titles that have none."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    return not _TELLING.isdisjoint(words) or any(head in word for word in words if len(word) > len("pflege") for head in _HEADS)


@lru_cache(maxsize=8_192)
def names_gift_card(text: str) -> bool:
    """Whether a text names a gift card or voucher, in some language."""
    return _GIFT_CARD.search(text) is not None
