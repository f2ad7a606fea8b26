"""What Swedish calls the commonest garments, colours, cloths and patterns, beside their English words, as ``abroad`` has other languages.

A slash stands before the plural, or another form; a garment that has one has those with the article, too, which are of ``forms``. A ``+``
stands for the endings of adjectives, a hyphen joins the words of a phrase, a question mark follows what is another word elsewhere.
"""

from __future__ import annotations

from typing import Final

GARMENTS: Final = """
dress | klänning/klänningar
shoe | sko/skor
heel | klack/klackar klacksko/klackskor högklackad+
high-heel | hög-klack höga-klackar
sneaker | gympasko/gympaskor träningssko/träningsskor
boot | stövel/stövlar känga/kängor
bootie ankle-boot | stövlett/stövletter
sandal | sandal/sandaler sandalett/sandaletter
flat | ballerinasko/ballerinaskor
slipper | toffla/tofflor
coat | kappa?/kappor rock? rockar
jacket | jacka/jackor
blazer | kavaj/kavajer
puffer | täckjacka/täckjackor dunjacka/dunjackor
vest | väst?/västar
jumper | tröja/tröjor
cardigan | kofta/koftor
hoodie | huvtröja/huvtröjor munkjacka/munkjackor luvtröja/luvtröjor
shirt | skjorta/skjortor
blouse | blus/blusar
top | topp/toppar
skirt | kjol/kjolar
trouser | byxa/byxor
suit | kostym/kostymer
bag | väska/väskor handväska/handväskor
backpack | ryggsäck/ryggsäckar
clutch | kuvertväska/kuvertväskor aftonväska/aftonväskor
belt | skärp bälte/bälten
scarf | halsduk/halsdukar sjal/sjalar
hat | hatt/hattar
cap | keps/kepsar
beanie | mössa/mössor
glove | handske/handskar vante/vantar
earring | örhänge/örhängen
necklace | halsband
bracelet | armband?
jewellery | smycke/smycken
watch | klocka/klockor armbandsur
sunglass | solglasögon
sock | strumpa/strumpor socka/sockor
tight | strumpbyxa/strumpbyxor
tie | slips? slipsar
bow-tie | fluga/flugor
swimsuit | baddräkt/baddräkter
pyjama | nattlinne/nattlinnen
wallet | plånbok/plånböcker
"""
COLOURS: Final = """
black | svart/svarta
white | vit?/vitt/vita
grey | grå?/grått/gråa
blue | blå?/blått/blåa
navy navy-blue | marinblå/marinblått/marinblåa mörkblå/mörkblått/mörkblåa marin?
red | röd?/rött/röda
green | grön?/grönt/gröna
yellow | gul+
orange | orange
pink | rosa?
purple | lila?
brown | brun+
burgundy | vinröd/vinrött/vinröda
gold | guld guldfärgad+
silver | silver silverfärgad+
turquoise | turkos+
cream | gräddvit/gräddvita
"""
CLOTHS: Final = """
leather | läder skinn?
suede | mocka?
linen | linne?
cotton | bomull
wool | ull?
silk | siden? silke
velvet | sammet
lace | spets?
knit | stickad+
fur | päls
straw | halm?
viscose | viskos
"""
PATTERNS: Final = """
striped | randig+ ränder
checked | rutig+ rutor
floral | blommig+ blommönster blommönstrad+ blomma/blommor
polka-dot | prickig+ prickar
printed | mönstrad+ tryckt/tryckta
plain | enfärgad+
"""


def forms(word: str, kind: str) -> list[str]:
    """A word with its forms: adjectives end in ``t`` and ``a``, nouns have an article behind them.

    >>> forms("sko/skor", "type"), forms("gul+", "colour"), forms("stickad+", "material")
    (['sko', 'skon', 'skor', 'skorna'], ['gul', 'gult', 'gula'], ['stickad', 'stickat', 'stickade'])
    """
    if word.endswith("+"):
        stem = word.rstrip("+")
        return [stem, *((f"{stem[:-1]}t", f"{stem}e") if stem.endswith("ad") else (f"{stem}t", f"{stem}a"))]
    if kind != "type" or "/" not in word:
        return word.split("/")
    return [form for one in word.split("/") for form in (one, *(one + ending for ending in _articles(one)))]


def _articles(noun: str) -> tuple[str, ...]:
    if noun.endswith("r"):
        return ("na",)
    return ("n",) if noun.endswith(("a", "e", "o")) else ("en",)
