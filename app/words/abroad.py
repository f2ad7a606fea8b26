"""What French, German, Spanish, Italian and Dutch call the commonest garments, colours, cloths and patterns, beside their English words.

A line is one thing: its English words, then those of each language, in the order of ``LANGUAGES``. A hyphen joins the words of a phrase; a
slash stands before another form of the same word (an ``s`` at the end needs none, and ``+`` stands for the endings of German adjectives); a
question mark follows a word that is another one in English, a name, or another one elsewhere: it counts where the catalogue speaks its
language.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from app.words import arabic_words, danish_words, japanese_words, polish_words, portuguese_words, swedish_words, turkish_words
from models.datasets import japanese, turkish

LANGUAGES: Final = ("fr", "de", "es", "it", "nl")
COMPOUNDING: Final = frozenset({"de", "nl", "sv", "da"})
"""Languages that write what a thing is like and what it is in one word: *Matschhose*."""
HEAD_FIRST: Final = ("fr", "es", "it", "pt", "pl")
"""Languages whose names begin with what a thing is: *bleu marine* is a blue."""

_GARMENTS: Final = """
dress | robe? | kleid/kleider | vestido | vestito/vestiti abito/abiti | jurk/jurken jurkje
shoe | chaussure soulier | schuh/schuhe | zapato calzado | scarpa/scarpe calzatura/calzature | schoen/schoenen
heel | escarpin talon | absatz/absätze absatzschuh/absatzschuhe stöckelschuh/stöckelschuhe | tacón/tacones | tacco/tacchi décolleté? \
| hak/hakken
high-heel | talon-haut | hoher-absatz hohe-absatz hohen-absatz | tacón-alto | tacco-alto | hoge-hak
sneaker | basket? tennis? | turnschuh/turnschuhe | zapatilla deportiva? tenis? bamba? | scarpa-da-ginnastica | gymschoen/gymschoenen
boot | botte | stiefel | bota | stivale/stivali | laars/laarzen
bootie ankle-boot | bottine | stiefelette/stiefeletten | botín/botines | stivaletto/stivaletti | enkellaars/enkellaarzen enkellaarsje
sandal | sandale | sandale/sandalen | sandalia | sandalo/sandali | sandaal/sandalen
loafer | mocassin | mokassin | mocasín/mocasines | mocassino/mocassini | instapper
flat | ballerine | ballerina? | bailarina | ballerina? | ballerina?
flip-flop | tong? | zehentrenner | chancla ojota | infradito | teenslipper
coat | manteau/manteaux | mantel?/mäntel | abrigo tapado? gabán/gabanes | cappotto/cappotti | mantel? jas/jassen
jacket | veste blouson | jacke/jacken | chaqueta cazadora chamarra campera? casaca? | giacca/giacche giubbotto/giubbotti | jas jasje
blazer | veste-de-costume | sakko | americana? saco? | giacca | colbert?
puffer | doudoune | daunenjacke/daunenjacken steppjacke/steppjacken | plumífero | piumino/piumini | donsjas/donsjassen
jumper | pull? chandail | pullover pulli strickpullover | jersey? suéter chompa? | maglione/maglioni | trui/truien
cardigan | gilet? | strickjacke/strickjacken | cárdigan rebeca? | cardigan | vest?
hoodie | sweat? sweat-à-capuche | kapuzenpullover | sudadera buzo? | felpa/felpe | capuchontrui
shirt | chemise? | hemd/hemden | camisa | camicia/camicie | overhemd/overhemden hemd?
blouse | chemisier | bluse/blusen | blusa | camicetta/camicette | bloes/bloezen
bodysuit | body? | body?/bodys | body? | body? | body?
t-shirt | tee-shirt | t-shirt | camiseta playera? remera? polera? | maglietta/magliette | t-shirt
top | haut? | oberteil/oberteile | top | top | topje
skirt | jupe | rock?/röcke | falda pollera? | gonna?/gonne | rok?/rokken rokje
trouser | pantalon | hose?/hosen | pantalón/pantalones | pantalone/pantaloni | broek/broeken
jean | jean | jean | vaquero tejano? | jean | spijkerbroek/spijkerbroeken
suit | costume? | anzug/anzüge | traje | completo? | pak?/pakken
jumpsuit | combinaison | einteiler | mono? enterizo? | tuta/tute | jumpsuit
bag | sac | tasche/taschen handtasche/handtaschen | bolso bolsa? | borsa/borse borsetta/borsette | tas?/tassen handtas/handtassen
backpack | sac-à-dos | rucksack/rucksäcke | mochila | zaino/zaini | rugzak/rugzakken
clutch | pochette | abendtasche/abendtaschen | cartera-de-mano | pochette | avondtasje
belt | ceinture | gürtel | cinturón/cinturones | cintura/cinture | riem/riemen
scarf | écharpe foulard? | schal halstuch/halstücher | bufanda pañuelo | sciarpa/sciarpe foulard? | sjaal
hat | chapeau/chapeaux | hut?/hüte | sombrero | cappello/cappelli | hoed/hoeden
cap | casquette | schirmmütze/schirmmützen | gorra cachucha? | cappellino/cappellini | honkbalpet
beanie | bonnet? | mütze/mützen | gorro | berretto/berretti | muts/mutsen
glove | gant | handschuh/handschuhe | guante | guanto/guanti | handschoen/handschoenen
earring | boucle-d-oreille | ohrring/ohrringe | pendiente arete? | orecchino/orecchini | oorbel/oorbellen
necklace | collier | halskette/halsketten | collar? | collana/collane | ketting/kettingen
bracelet | bracelet | armband/armbänder | pulsera | bracciale/bracciali | armband/armbanden
ring | bague | fingerring/fingerringe | anillo | anello/anelli | vingerring
jewellery | bijou/bijoux | schmuck | joya joyería | gioiello/gioielli | sieraad/sieraden
watch | montre | uhr/uhren armbanduhr/armbanduhren | reloj/relojes | orologio/orologi | horloge
sunglass | lunette-de-soleil lunette | sonnenbrille/sonnenbrillen | gafa-de-sol gafa lentes-de-sol? anteojos? lentes? \
| occhiali-da-sole occhiali | zonnebril/zonnebrillen
bra | soutien-gorge | bh büstenhalter | sujetador brasier? corpiño? sostén? | reggiseno/reggiseni | bh beha/beha's
sock | chaussette | socke/socken/söckchen | calcetín/calcetines calceta? | calzino/calzini | sok/sokken
tight | collant | strumpfhose/strumpfhosen | panti | collant | maillot?
tie | cravate | krawatte/krawatten | corbata | cravatta/cravatte | stropdas/stropdassen
swimsuit | maillot-de-bain | badeanzug/badeanzüge | bañador/bañadores traje-de-baño | costume-da-bagno | badpak/badpakken
pyjama | pyjama | schlafanzug/schlafanzüge | pijama | pigiama/pigiami | pyjama
wallet | portefeuille | geldbörse/geldbörsen portemonnaie | billetera | portafoglio/portafogli | portemonnee
"""
_COLOURS: Final = """
black | noir/noire | schwarz+ | negro/negra | nero/nera/neri/nere | zwart/zwarte
white | blanc/blanche | weiß+ | blanco/blanca | bianco/bianca/bianchi/bianche | wit?/witte
grey | gris/grise | grau+ | gris/grises | grigio/grigia/grigi/grigie | grijs/grijze
blue | bleu/bleue | blau+ | azul/azules | blu azzurro/azzurra/azzurri/azzurre | blauw/blauwe
navy navy-blue | bleu-marine marine? | marineblau+ dunkelblau+ | azul-marino marino? | blu-navy \
| marineblauw/marineblauwe donkerblauw/donkerblauwe
red | rouge | rot+ | rojo/roja | rosso/rossa/rossi/rosse | rood/rode
green | vert/verte | grün+ | verde | verde/verdi | groen/groene
yellow | jaune | gelb+ | amarillo/amarilla | giallo/gialla/gialli/gialle | geel/gele
orange | orange | orange | naranja | arancione/arancioni | oranje
pink | rose? | rosa? | rosa? | rosa? | roze
purple | violet?/violette | lila? violett+ | morado/morada | viola? | paars/paarse
brown | marron? brun/brune | braun+ | marrón? | marrone/marroni | bruin/bruine
cream | crème | creme | crema? | panna? | crème
burgundy | bordeaux | weinrot+ bordeaux | burdeos granate | bordeaux | bordeauxrood
khaki | kaki | kaki | caqui | kaki | kaki
gold | doré/dorée | golden?+ | dorado/dorada | dorato/dorata/dorati/dorate | goud/gouden
silver | argenté/argentée | silber silbern+ | plateado/plateada | argento argentato/argentata | zilver/zilveren
turquoise | turquoise | türkis | turquesa | turchese/turchesi | turkoois
lilac | lilas | flieder | lila? | lilla | lila?
charcoal | anthracite | anthrazit | antracita | antracite | antraciet
mustard | moutarde | senf senfgelb+ | mostaza | senape | mosterd
coral | corail | koralle | coral | corallo | koraal
fuchsia | fuchsia | fuchsia | fucsia | fucsia | fuchsia
olive | olive | oliv | oliva? | oliva? | olijfgroen
"""
_CLOTHS: Final = """
leather | cuir | leder | cuero piel? | pelle? cuoio | leer? leren?
suede | daim? | wildleder veloursleder | ante? | camoscio | suède
linen | lin? | leinen | lino? | lino? | linnen?
cotton | coton | baumwolle | algodón | cotone | katoen/katoenen
wool | laine | wolle | lana? | lana? | wol/wollen
silk | soie | seide | seda | seta? | zijde/zijden
velvet | velours | samt | terciopelo | velluto | fluweel/fluwelen
satin | satiné/satinée | satin | satén/satinado/satinada | raso | satijn/satijnen
lace | dentelle | spitze? | encaje | pizzo | kant?
cashmere | cachemire | kaschmir | cachemira | cachemire | kasjmier
knit | maille? tricot? | strick? gestrickt+ | punto? | maglia? | gebreid/gebreide
fur | fourrure | pelz | piel? | pelliccia | bont
straw | paille | stroh | paja | paglia | stro
viscose | viscose | viskose | viscosa | viscosa | viscose
"""
_PATTERNS: Final = """
striped | rayé/rayée rayure | gestreift+ | raya | riga/righe | gestreept/gestreepte
checked | carreau/carreaux | kariert+ | cuadro | quadro/quadri | geruit/geruite
floral | fleuri/fleurie fleur? | geblümt+ | floreado/floreada flor?/flores | floreale fiore?/fiori | gebloemd/gebloemde
polka-dot | pois? | gepunktet+ | lunares | pois? | stippen
printed | imprimé/imprimée | bedruckt+ | estampado/estampada | stampato/stampata | bedrukt/bedrukte
plain | uni?/unie | einfarbig+ | liso? | tinta-unita | effen
"""
_TABLES: Final[Mapping[str, Any]] = {
    "ar": arabic_words,
    "tr": turkish_words,
    "pt": portuguese_words,
    "pl": polish_words,
    "sv": swedish_words,
    "da": danish_words,
}
_OTHERS: Final = {
    "ja": {
        "type": japanese_words.GARMENTS,
        "colour": japanese.COLOURS,
        "material": japanese.CLOTHS,
        "pattern": japanese.PATTERNS,
    },
} | {
    language: {"type": table.GARMENTS, "colour": table.COLOURS, "material": table.CLOTHS, "pattern": table.PATTERNS}
    for language, table in _TABLES.items()
}
"""Languages that have a table of their own."""
_ENDINGS: Final = ("e", "en", "em", "er", "es")
_KINDS: Final = {"type": _GARMENTS, "colour": _COLOURS, "material": _CLOTHS, "pattern": _PATTERNS}


def entries() -> Iterator[tuple[str, str, str, str, bool]]:
    """Of each word abroad: its kind, its English words, its language, itself, and whether it counts only where that is spoken."""
    for kind, english, language, spelt in _spelt():
        bare = spelt.partition("/")[0].rstrip("+")
        yield kind, english, language, bare.rstrip("?"), bare.endswith("?")


def inflected(kinds: Collection[str] = (), languages: Collection[str] = ()) -> Iterator[list[str]]:
    """The forms of each word that has several, the one that stands for all of them first; of some kinds and languages, or of all."""
    for kind, _, language, spelt in _spelt():
        if (kinds and kind not in kinds) or (languages and language not in languages):
            continue
        first, *others = spelt.replace("?", "").split("/")
        if first.endswith("+"):
            first = first.rstrip("+")
            others += [first + ending for ending in _ENDINGS]
        if others:
            yield [first, *others]


def _spelt() -> Iterator[tuple[str, str, str, str]]:
    for kind, lines in _KINDS.items():
        for line in lines.strip().splitlines():
            english, *abroad = line.split("|")
            for language, words in zip(LANGUAGES, abroad, strict=True):
                for word in words.split():
                    yield kind, english.strip(), language, word
    tables = ((language, kind, lines) for language, kinds in _OTHERS.items() for kind, lines in kinds.items())
    for language, kind, lines in tables:
        for line in lines.strip().splitlines():
            english, _, words = line.partition("|")
            for word in words.split():
                yield kind, english.strip(), language, _declined(language, kind, word)


def _declined(language: str, kind: str, word: str) -> str:
    """A word with its forms, of a language that has rules for them."""
    bare, doubtful, given = word.partition("?")
    if "-" in word:
        return word
    if language == "tr" and kind == "type":
        return "/".join([word, *turkish.forms(bare.partition("/")[0])[1:]])
    if language == "pl" and (kind != "type" or "/" not in word):
        return "/".join([form for one in word.split("/") for form in polish_words.forms(one, kind)])
    if language == "sv":
        first, *others = swedish_words.forms(bare + given, kind)
        return "/".join([first + doubtful, *others])
    return word
