"""Words that name what titles say of a garment, and words that say nothing: English ones, and those of ``abroad``.

What a shop's columns name needs no list; these are for words that stand in titles alone, and for other words of the same meaning.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.words.abroad import HEAD_FIRST, entries
from app.words.forms import one_form, phrase
from app.words.grammar_abroad import IDLE
from models.datasets.colours import ENGLISH as COLOURS
from models.datasets.garments import ROLE_WORDS, role_of
from models.datasets.garments_abroad import WORDS as ABROAD_WORDS
from models.datasets.garments_arabic import WORDS as ARABIC
from models.datasets.garments_japanese import WORDS as JAPANESE
from models.datasets.scripts import bare

MATERIALS: Final = (
    "leather suede nubuck nappa denim chambray cotton poplin linen flax wool woollen flannel tweed cashmere merino silk satin velvet "
    "corduroy canvas nylon polyester viscose lycra spandex knit knitted lace mesh fleece fur sheepskin straw raffia jute crochet chiffon "
    "jersey mohair leatherette gore-tex bamboo hemp quilted padded rubber"
)
PATTERNS: Final = (
    "striped stripe stripes checked check plaid tartan gingham floral dotted polka-dot printed print solid plain paisley herringbone "
    "camouflage camo leopard animal-print graphic tie-dye houndstooth sequin sequined embroidered"
)
_MORE_TYPES: Final = (
    "stiletto trilby rucksack crossbody shopper tee henley sweatpants slip-on wedge platform chelsea-boot ankle-boot sundress slide chino "
    "bomber trench raincoat windbreaker carré roll-neck polo-shirt blouson court-shoe running-shoe training-shoe tennis-shoe sports-shoe "
    "plimsoll ballerina ballet-flat ballet-pump football-boot soccer-boot soccer-cleat football-cleat cleat dinner-jacket dinner-suit "
    "suit-jacket"
)
_WORN: Final = (
    "new-with-tag nwt bnwt brand-new-with-tag",
    "new-without-tag nwot bnwot",
    "never-worn not-worn unworn unused never-used not-used",
    "like-new as-new good-as-new as-good-as-new nearly-new",
)
_SAME: Final = (
    "heel high-heel pump stiletto court-shoe",
    "sneaker trainer",
    "hoodie sweatshirt",
    "trouser pant",
    "jumper sweater pullover",
    "tshirt tee t-shirt tee-shirt",
    "grey gray",
    "shoe footwear",
    "bag handbag purse",
    "backpack rucksack",
    "coat overcoat",
    "jewellery jewelry",
    "woman lady female womenswear",
    "man gent male gentleman menswear",
    "kid child",
    "plaid check checked checkered tartan",
    "stripe striped stripy",
    "dotted polka-dot polka spotted",
    "floral flowery flowered",
    "printed print",
    "wool woollen woolen",
    "knit knitted",
    "sunglass shade",
    "dress frock",
    "saree sari",
    "salwar-suit salwar-kameez shalwar-kameez shalwar-suit",
    "palazzo plazo",
    "hijab headscarf",
    "pyjama pajama",
    "turtleneck roll-neck polo-neck",
    "hat headwear",
    "plain solid",
    "football-boot soccer-boot soccer-cleat football-cleat cleat",
    "tuxedo dinner-jacket dinner-suit",
    "dr-marten doc-marten",
    "underwired underwire wired",
    "maternity pregnant pregnancy",
    "nursing breastfeeding",
    *_WORN,
)
_INSTEAD: Final = {
    "sneaker trainer": "running-shoe training-shoe tennis-shoe sports-shoe plimsoll",
    "flat": "ballerina ballet-flat ballet-pump loafer moccasin slip-on",
    "tuxedo dinner-jacket dinner-suit": "suit-jacket suit blazer",
    "vest": "waistcoat gilet",
    "new brand-new never-worn not-worn unworn unused never-used not-used": "new-with-tag new-without-tag",
    "like-new as-new good-as-new as-good-as-new nearly-new": "excellent mint new-without-tag",
    "football-boot soccer-boot soccer-cleat football-cleat cleat": "studded-boot firm-ground",
}
_REDUCED: Final = (
    "sale on-sale reduced discounted discount marked-down markdown clearance reduziert soldes soldé rebajas rebajado saldi promoção "
    "em-promoção liquidação desconto promocja promocji wyprzedaż wyprzedaży przecena przecenie przeceniony przecenione zniżka rea reapris "
    "nedsatt nedsatta udsalg salg saldo in-saldo scontato scontata scontati scontate sconto sconti "
    "afgeprijsd afgeprijsde korting uitverkoop aanbieding solden"
)
_CHEAP: Final = "cheap cheaper cheapest inexpensive affordable economical budget-friendly low-cost low-priced bargain"
_DEAR: Final = "expensive pricey costly luxury luxurious premium high-end upmarket upscale"
_CHEAP_ABROAD: Final = (
    "abordable économique bon-marché günstig günstige günstiges günstigen billig billige preiswert barato barata económico económica "
    "economico economica goedkoop goedkope betaalbaar barato barata baratinho acessível tani tania tanie tanią niedrogi niedroga niedrogie "
    "billigt billiga prisvärd prisvärda ucuz 安い"
)
_DEAR_ABROAD: Final = (
    "cher chère coûteux luxe teuer teure teures teuren caro costoso lujo lusso duur caro cara luxo drogi droga drogie luksusowy "
    "luksusowa luksusowe dyr dyrt dyra "
    "lyxig lyxiga pahalı lüks 高級"
)
_ALIKE: Final = "footwear bag headwear eyewear scarf watch belt jewellery gloves tie hosiery wallet swimwear sleepwear"
_NOTHING: Final = (
    "a an the i me my we us our you your he she it its they them is are am be been to of that this these those some something "
    "anything everything any thing one ones please would like love want need looking look looks show find get give suggest recommend "
    "prefer preferably maybe perhaps just only also too very really quite so bit little more most with in on at from by made and or "
    "but have has had do does can could should will shall may might what which who whom how when where there here as if then than up "
    "colour color colours colors coloured colored kind type style item items piece pieces clothes clothing outfit garment wear "
    "wearing worn going go goes ideally all each every both price priced cost costs costing budget money brand brands new nice good "
    "great best nothing for idea ideas option options thanks thank hi hello im ive id ve re ll rather else other size fabric "
    "material him his her hers pattern patterned"
)
_EVERYDAY: Final = (
    "coast boat plane plant skin pack walk train pool start short warm team table drive board bold light tight loose shine class "
    "classy cover event shop store sale friend family mother father wife husband daughter partner boyfriend girlfriend birthday travel "
    "trip flight rain weather night morning afternoon today tomorrow time year month week body home house party romantic work school "
    "church club dance dancing music film teach coach cart care real seat sand gift card "
    "chap cheat altı üstü"
)
_MADE_WITH: Final = "underwired underwire wired wireless wire-free"

_GIFTS: Final = (
    "gift gifts present presents geschenk geschenke cadeau cadeaux regalo regalos regali presente presentes prezent prezenty upominek "
    "presenter julklapp gave gaver hediye هدية "
    "プレゼント ギフト 贈り物"
)
_CLOTHES: Final = (
    "clothes clothing wear outfit outfits apparel garment garments attire kleidung bekleidung vêtements vetements habits tenue ropa "
    "prendas abbigliamento vestiti kleding kleren roupa roupas ubranie ubrania odzież kläder tøj klær giyim kıyafet ملابس 服"
)

SPELT: Final = frozenset(("back", "front", "side", "long", "last", "next", "even", "over", "under", "wide", "neat", "cute", "nice"))
"""Words that are no slip of the finger either, and say of a garment what titles say by them: an open back."""


def _words(text: str) -> dict[str, tuple[str, ...]]:
    """Key -> the words that it is made of; a hyphen parts them."""
    found: dict[str, tuple[str, ...]] = {}
    for word in text.split():
        parts = tuple(map(one_form, word.split("-")))
        key = "".join(phrase(word))
        found[key] = max(found.get(key, ()), parts, key=len)
    return found


def _worn(words_of_roles: Iterable[tuple[str, str]]) -> str:
    return " ".join(words for role, words in words_of_roles if role != "not worn")


def _key(phrase: str) -> str:
    return "".join(map(one_form, phrase.split("-")))


ENGLISH: Final = {
    "type": _words(f"{_worn(ROLE_WORDS.items())} {_MORE_TYPES}"),
    "colour": _words(COLOURS),
    "material": _words(MATERIALS),
    "pattern": _words(PATTERNS),
    "making": _words(_MADE_WITH),
}
"""What a word of a title tells -> the words that do: by their ``words.phrase`` without spaces, the parts of each."""

_ENTRIES: Final = [*entries()]
SAID: Final = {
    kind: {_key(word): tuple(map(one_form, word.split("-"))) for of, _, _, word, _ in _ENTRIES if of == kind} | words
    for kind, words in (
        ENGLISH | {"type": _words(_worn((*ABROAD_WORDS.items(), *ARABIC.items(), *JAPANESE.items()))) | ENGLISH["type"]}
    ).items()
}
"""Likewise, in all languages that are known."""

_IN_ENGLISH: Final = frozenset(key for words in ENGLISH.values() for key in words)
LANGUAGE_OF: Final = {
    language: frozenset(_key(word) for _, _, of, word, doubtful in _ENTRIES if of == language and not doubtful) - _IN_ENGLISH
    for language in dict.fromkeys(of for _, _, of, _, _ in _ENTRIES)
}
"""A language -> words by which it is told from English."""

_DOUBTFUL: Final = {
    key for kind, *_, word, doubtful in _ENTRIES if (key := _key(word)) and (doubtful or (kind != "type" and key in ENGLISH["type"]))
}
_OF: Final = [(_key(word), kind, line, of) for kind, line, of, word, _ in _ENTRIES]
DOUBTFUL: Final = {key: frozenset(of for one, _, _, of in _OF if one == key) for key in _DOUBTFUL}
"""Words that are others in English (no sari is yellow), or names -> where a catalogue speaks any of which languages they count."""

KIND_IN: Final = {(key, of): kind for key, kind, _, of in reversed(_OF) if key in _DOUBTFUL}
"""Of these and a language: what they tell there."""

HEADS: Final = frozenset(_key(word) for _, _, language, word, _ in _ENTRIES if language in HEAD_FIRST) - _IN_ENGLISH
"""Words that begin a name as what the thing is: *bleu marine* is a blue."""

LOWEST, LOWER, UPPER, HIGHEST = (f"{part} of prices" for part in ("lowest third", "lower two thirds", "upper two thirds", "highest third"))
PRICED_ENGLISH: Final = dict.fromkeys(_words(_CHEAP), LOWEST) | dict.fromkeys(_words(_DEAR), HIGHEST)
PRICED: Final = PRICED_ENGLISH | dict.fromkeys(_words(_CHEAP_ABROAD), LOWEST) | dict.fromkeys(_words(_DEAR_ABROAD), HIGHEST)
"""Words of a price -> the part of the prices of their category that they mean."""

ON_SALE: Final = frozenset(_words(_REDUCED))
"""Words of what costs less than it did."""

BUT: Final = {LOWEST: UPPER, HIGHEST: LOWER}
"""What is not so, as in "not too expensive"."""

PARTS: Final = {LOWEST: (0, 1 / 3), LOWER: (0, 2 / 3), UPPER: (1 / 3, 1), HIGHEST: (2 / 3, 1)}
"""From which share of prices to which, inclusive."""

SAME_ENGLISH: Final = {key: frozenset(_words(group)) - {key} for group in _SAME for key in _words(group)}
"""Other English words for the same."""

INSTEAD: Final = {key: tuple(_words(others)) for some, others in _INSTEAD.items() for key in _words(some)}
"""What is meant where nothing is called by a word, nor by another for the same: running shoes by "sneakers"."""

CONDITIONS: Final = frozenset(key for group in _WORN for key in _words(group))
"""Words of how much a piece was worn; told as not understood where no attribute says it, each idle though it be."""


def _lines() -> dict[str, tuple[set[str], set[str]]]:
    """Each thing by its line of English words -> its words abroad, and those in English."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for key, _, line, _ in _OF:
        in_english = {*_words(line)}.union(*(SAME_ENGLISH.get(one, ()) for one in _words(line)))
        found.setdefault(line, (set(), in_english))[0].add(key)
    return found


def _with_abroad() -> dict[str, frozenset[str]]:
    found = dict(SAME_ENGLISH)
    for abroad, in_english in _LINES.values():
        for key in abroad | in_english:
            found[key] = (found.get(key, frozenset()) | abroad | (in_english if key in abroad else frozenset())) - {key}
    return found


_LINES: Final = _lines()
SAME: Final = _with_abroad()
"""Other words for the same, in all languages."""


def _senses() -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, frozenset[str]]] = {}
    for key, _, line, of in _OF:
        same = frozenset().union(*_LINES[line])
        found.setdefault(key, {})[of] = found.get(key, {}).get(of, frozenset()) | same
    return {key: of for key, of in found.items() if len({*of.values()}) > 1}


SENSES: Final = _senses()
"""A word that is another thing in another language -> by language, all words for what it is there: a *Rock* is a skirt, a *rock* a coat."""

WHOLE: Final = {
    key: role
    for role, words in {
        "innerwear": (
            "underwear innerwear lingerie undergarment underclothes intimate wear-underneath "
            "unterwäsche sous-vêtement ropa-interior ondergoed "
            "iç-giyim roupa-íntima bielizna underkläder undertøj undertøy 下着"
        ),
        "sleepwear": (
            "nightwear sleepwear nightclothes loungewear nachtwäsche vêtement-de-nuit ropa-de-dormir nachtkleding "
            "roupa-de-dormir bielizna-nocna nattkläder"
        ),
        "footwear": (
            "shoe footwear chaussure schuh zapato calzado scarpa calzatura schoen ayakkabı sapato calçado buty obuwie sko シューズ"
        ),
        "bag": "bag sac tasche bolso borsa tas çanta bolsa torba väska taske veske バッグ",
        "outer": "outerwear okrycie-wierzchnie ytterkläder overtøj yttertøy アウター",
        "headwear": "headwear kopfbedeckung couvre-chef",
        "eyewear": "eyewear brille gafa occhiali óculos okulary",
        "jewellery": "jewellery jewelry bijou schmuck joya joyería gioiello sieraad joia biżuteria smycke smykke takı アクセサリー",
    }.items()
    for key in _words(words)
}
"""Words for all that is worn as one thing, whatever a catalogue calls its kinds -> what it is worn as, a key of ``ROLE_WORDS``."""

KINDS: Final = {
    key: frozenset(garments.split())
    for words, garments in {
        "ethnic ethnicwear traditional": (
            "kurta kurti kurta-set saree sari lehenga lehenga-choli salwar churidar patiala dupatta sherwani nehru-jacket kimono abaya "
            "dirndl lederhose kilt"
        ),
        "sleep-in sleeping-in": "pyjama pajama nightdress nightgown nightshirt nightwear sleepwear sleepsuit nightie",
    }.items()
    for key in _words(words)
}
"""Words for several kinds of garment -> these, as ``garment_of`` calls them."""

ALIKE_ROLES: Final = frozenset(_ALIKE.split())
"""Roles of which one piece stands in for another: swimwear for a bikini, not any top for a blouse."""

OTHERS: Final = {
    one_form(word): tuple(others.split())
    for word, others in {
        "shirt": "t-shirt tshirt sweatshirt nightshirt undershirt",
        "シャツ": "tシャツ",
        "coat": "waistcoat petticoat",
        "dress": "nightdress headdress",
        "suit": "swimsuit tracksuit jumpsuit bodysuit playsuit wetsuit bathing-suit boilersuit snowsuit",
        "gown": "nightgown dressing-gown",
        "ring": "earring string spring",
        "tie": "bootie hoodie beanie",
        "top": "laptop ripstop low-top high-top",
        "cap": "cap-toe cap-sleeve",
        "heel": "wheel",
        "bra": "zebra cobra",
    }.items()
}
"""Names of other things that end as a garment is called."""

_MADE: Final = {
    "wolle": "woll", "baumwolle": "baumwoll", "leder": "leder", "seide": "seiden", "leinen": "leinen", "kaschmir": "kaschmir",
    "pelz": "pelz", "samt": "samt", "merino": "merino", "wol": "wollen", "leer": "leren", "zijde": "zijden", "katoen": "katoen",
    "bomull": "bomull", "lader": "lader", "siden": "siden",
}  # fmt: skip
"""German, Dutch and Swedish cloths, and how compounds of them begin: *Merinowolle*, *Wollwalk*."""
_NOT_MADE: Final = ("kunst", "web", "imitat")
"""What compounds begin with that are not made so: *Kunstleder*."""


def made_of(word: str) -> set[str]:
    """The cloths that a German, Dutch or Swedish compound is of, by its ``words.one_form``.

    >>> sorted(made_of("merinowolle")), made_of("wollwalk"), made_of("baumwollmix"), made_of("lammwolle")
    (['merino', 'wolle'], {'wolle'}, {'baumwolle'}, {'wolle'})
    >>> made_of("kunstleder"), made_of("wolle"), made_of("baumwolle"), made_of("insgesamt")
    (set(), set(), set(), set())
    """
    if word in _MADE or word.startswith(_NOT_MADE):
        return set()
    ends = [cloth for cloth in _MADE if word.endswith(cloth) and len(word) > len(cloth) + 1 and cloth not in {"samt", "leer"}]
    begins = [cloth for cloth, first in _MADE.items() if word.startswith(first) and len(word) > len(first) + len("e")]
    return {max(some, key=len) for some in (ends, begins) if some}


_WORN_AS: Final = {
    _key(word): role for words in (JAPANESE, ARABIC, ABROAD_WORDS, ROLE_WORDS) for role, some in words.items() for word in some.split()
}


def worn_as(key: str) -> str | None:
    """What a garment is worn as, by its ``words.phrase`` without spaces.

    >>> worn_as("mutze"), worn_as("jean"), worn_as("blau")
    ('headwear', 'bottom', None)
    """
    return _WORN_AS.get(key) or role_of(" ".join(SAID["type"].get(key, (key,))))


_SEVERAL: Final = [parts for parts in SAID["type"].values() if len(parts) > 1]
LONGER: Final = {
    word: tuple(sorted({"-".join(parts) for parts in _SEVERAL if word in parts})) for word in {part for parts in _SEVERAL for part in parts}
}
"""A word -> the names of several words that have it: a bow tie is another thing than a tie."""

TROUSERS, JEANS = ({word} | SAME[word] for word in ("trouser", "jean"))
"""What trousers are called; and jeans, which are trousers."""

NOTHING: Final = frozenset(_NOTHING.split()) | IDLE
"""Words without a meaning of their own here."""

GIFTS: Final = frozenset(_GIFTS.split()) | frozenset(map(bare, _GIFTS.split()))
"""Words of why one buys: they say nothing of a piece, unless it is called so."""

CLOTHES: Final = frozenset(_CLOTHES.split()) | frozenset(map(bare, _CLOTHES.split()))
"""Words of all that one puts on, but for shoes and accessories."""

EVERYDAY: Final = frozenset(map(one_form, _EVERYDAY.split()))
"""Words that are no slip of the finger, though some name of a garment differs from them by a letter."""
