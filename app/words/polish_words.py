"""What Polish calls the commonest garments, colours, cloths and patterns, beside their English words, as ``abroad`` has other languages.

A word stands for all of ``forms``, but of garments where a slash stands before others; a hyphen joins the words of a phrase, a question
mark follows what is another word elsewhere.
"""

from __future__ import annotations

from typing import Final

from models.datasets import inflected

GARMENTS: Final = """
dress | sukienka suknia kiecka
shoe | buty/butów/butami/butach/butom obuwie/obuwia półbuty
heel | szpilki obcas czółenka/czółenek/czółenkami
high-heel | wysoki-obcas
sneaker | sneakersy/sneakersów/sneakersami/sneakersach trampki
boot | kozaki trapery
bootie ankle-boot | botki
sandal | sandały
loafer | mokasyny
flat | baleriny/balerin/balerinami balerinki
flip-flop | japonki klapki
slipper | kapcie/kapci/kapciami
coat | płaszcz
jacket | kurtka
blazer | marynarka żakiet
vest | kamizelka
jumper | sweter/swetry/swetra/swetrem/swetrów/swetrze/swetrami golf?
cardigan | kardigan
hoodie | bluza
shirt | koszula
blouse | bluzka
t-shirt | koszulka podkoszulek t-shirt
top | topy
skirt | spódnica spódniczka
trouser | spodnie/spodni/spodniami/spodniach bojówki
jean | jeansy/jeansów/jeansami/jeansach dżinsy/dżinsów/dżinsami/dżinsach
short | szorty/szortów/szortami spodenki
legging | legginsy/legginsów/legginsami getry
suit | garnitur
jumpsuit | kombinezon
tracksuit | dresy/dresu/dresów
bag | torba
handbag | torebka
backpack | plecak
clutch | kopertówka
belt | pasek
scarf | szalik apaszka szal/szale/szala chusta
hat | kapelusz
cap | czapka-z-daszkiem
beanie | czapka
glove | rękawiczki rękawice/rękawic
earring | kolczyki
necklace | naszyjnik
bracelet | bransoletka
ring | pierścionek
jewellery | biżuteria/biżuterię/biżuterii
watch | zegarek
sunglass | okulary-przeciwsłoneczne okulary
sock | skarpetki skarpety
tight | rajstopy/rajstop/rajstopami
tie | krawat
bow-tie | mucha muszka
swimsuit | strój-kąpielowy stroje-kąpielowe kostium-kąpielowy
pyjama | piżama
wallet | portfel
"""
COLOURS: Final = """
black | czarny
white | biały
grey | szary popielaty
blue | niebieski błękitny
navy navy-blue | granatowy
red | czerwony
green | zielony
yellow | żółty
orange | pomarańczowy
pink | różowy
purple | fioletowy
brown | brązowy
beige | beżowy
cream | kremowy
burgundy | bordowy
gold | złoty
silver | srebrny
turquoise | turkusowy
lilac | liliowy
mustard | musztardowy
olive | oliwkowy
camel | karmelowy
"""
CLOTHS: Final = """
leather | skóra/skórzany
suede | zamsz/zamszowy
linen | lniany/lnu
cotton | bawełna/bawełniany
wool | wełna/wełniany
silk | jedwab/jedwabny
velvet | aksamit/aksamitny welur/welurowy
satin | satyna/satynowy
lace | koronka/koronkowy
cashmere | kaszmir/kaszmirowy
knit | dzianina/dzianinowy
denim | jeansowy dżinsowy
fur | futro/futra/futrzany
straw | słoma/słomkowy
viscose | wiskoza/wiskozowy
chiffon | szyfon/szyfonowy
"""
PATTERNS: Final = """
striped | w-paski w-prążki w-pasy prążkowany
checked | krata w-kratę w-kratkę kraciasty
floral | kwiaty/kwiatów w-kwiaty kwiatowy kwiecisty
polka-dot | w-groszki w-kropki groszki kropki
printed | nadruk wzorzysty
plain | gładki jednolity
"""
_ADJECTIVES: Final = {"y": "a e ego ej ą ym ych ymi", "i": "a ie iego iej ą im ich imi"}


def forms(word: str, kind: str) -> list[str]:
    """A word in its cases; one that ends as adjectives do in those and the genders of one, where it names no garment.

    >>> forms("czarny", "colour"), forms("niebieski", "colour")[:3]
    (['czarny', 'czarna', 'czarne', 'czarnego', 'czarnej', 'czarną', 'czarnym', 'czarnych', 'czarnymi'], \
['niebieski', 'niebieska', 'niebieskie'])
    """
    if kind == "type" or word[-1] not in _ADJECTIVES:
        return inflected.polish(word)
    return [word, *(word[:-1] + ending for ending in _ADJECTIVES[word[-1]].split())]
