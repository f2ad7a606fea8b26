"""Words of colour in the languages that shops write in: what one product in several colours is told by."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from models.datasets import japanese
from models.datasets.scripts import bare

ENGLISH: Final = (
    "black white grey gray blue navy red green yellow orange pink purple brown beige cream ecru tan khaki olive maroon burgundy wine "
    "teal turquoise aqua cyan gold silver bronze copper coral peach lavender lilac violet magenta fuchsia mustard ochre rust nude charcoal "
    "mauve camel ivory indigo mint sage crimson scarlet azure cobalt emerald stone off-white rose lime taupe"
)
"""Those that shoppers ask for in English."""
_COLOURS: Final = """
amber bordeaux champagne golden jade multi multicolor multicolored multicolour multicoloured plum ruby saffron salmon sand sky slate steel
vanilla
noir noire blanc blanche blanches gris grise bleu bleue marine rouge vert verte jaune violette marron brun brune crème kaki doré dorée
argenté argentée lilas anthracite moutarde corail multicolore
marineblau rosa lila creme kaki silber türkis flieder anthrazit senf koralle oliv
negro negra blanco blanca grises azul azules marino rojo roja verde amarillo amarilla naranja morado morada marrón crema burdeos granate
caqui dorado dorada plateado plateada turquesa antracita mostaza fucsia oliva
nero nera neri nere bianco bianca bianchi bianche grigio grigia grigi grigie blu azzurro azzurra azzurri azzurre rosso rossa rossi rosse
verdi giallo gialla gialli gialle arancione arancioni viola marrone marroni panna dorato dorata dorati dorate argento argentato argentata
turchese turchesi lilla antracite senape corallo
zwart zwarte wit witte grijs grijze blauw blauwe marineblauw marineblauwe rood rode groen groene geel gele oranje roze paars paarse bruin
bruine bordeauxrood goud gouden zilver zilveren turkoois antraciet mosterd koraal olijfgroen
preto preta branco branca cinza cinzento cinzenta azuis marinho vermelho vermelha amarelo amarela laranja roxo roxa marrom marrons
castanho castanha bege cru vinho bordô cáqui dourado dourada prateado prateada prata lilás mostarda corais caramelo
svart svarta svarte vit vitt vita grå grått gråa gråt blå blått blåa blåt marin marinblå marinblått marinblåa marineblå röd rött röda grön
grönt gröna gul gult gula gule brunt bruna vinröd vinrött vinröda guld guldfärgad guldfärgat guldfärgade silverfärgad silverfärgat
silverfärgade turkos turkost turkosa gräddvit gräddvita sort sorte hvid hvidt hvide hvit hvite rød rødt røde lyserød grøn grønt grønne
grønn
siyah beyaz gri mavi lacivert kırmızı yeşil sarı turuncu pembe mor kahverengi bej ekru krem altın gümüş bordo haki
أسود سوداء أبيض بيضاء رمادي رمادية أزرق زرقاء كحلي كحلية أحمر حمراء أخضر خضراء أصفر صفراء برتقالي برتقالية وردي وردية زهري زهرية بنفسجي
بنفسجية بني بنية بيج ذهبي ذهبية فضي فضية عنابي عنابية
"""
_GERMAN: Final = "schwarz weiß weiss grau blau rot grün gelb violett braun weinrot golden silbern senfgelb marineblau bunt"
_POLISH: Final = (
    "czarny biały szary popielaty niebieski błękitny granatowy czerwony zielony żółty pomarańczowy różowy fioletowy brązowy beżowy kremowy "
    "bordowy złoty srebrny turkusowy liliowy musztardowy oliwkowy karmelowy jasny ciemny"
)
_GERMAN_ENDINGS: Final = ("", "e", "en", "em", "er", "es")
_POLISH_ENDINGS: Final = ("y", "i", "a", "e", "ie", "ego", "iego", "ej", "iej", "ą", "ym", "im", "ych", "ich", "ymi", "imi")
_SHADES: Final = (
    "light dark bright pale clair claire foncé foncée claro clara oscuro oscura chiaro chiara scuro scura escuro escura açık koyu"
)
_BEFORE: Final = "hell dunkel licht donker ljus mörk lyse mørke mørk"
"""What a shade is called by in the languages that write it and its colour in one word."""


def _all() -> frozenset[str]:
    german = [word + ending for word in _GERMAN.split() for ending in _GERMAN_ENDINGS]
    polish = [word[:-1] + ending for word in _POLISH.split() for ending in _POLISH_ENDINGS]
    named = [*german, *polish, *ENGLISH.replace("-", " ").split(), *_COLOURS.split()]
    shades = [shade + word for shade in _BEFORE.split() for word in named]
    in_japanese = (word for line in japanese.COLOURS.strip().splitlines() for word in line.partition("| ")[2].split("/"))
    return frozenset(map(bare, [*named, *shades, *_SHADES.split(), *_BEFORE.split(), *in_japanese]))


_KNOWN: Final = _all()


@lru_cache(maxsize=65_536)  # words of titles recur
def is_colour(word: str) -> bool:
    """Whether a word in lower case says a colour or a shade, and nothing else.

    >>> is_colour("navy"), is_colour("dunkelgrüne"), is_colour("off-white"), is_colour("kırmızı"), is_colour("黒い"), is_colour("t-shirt")
    (True, True, True, True, True, False)
    """
    return all(bare(part) in _KNOWN for part in word.split("-"))
