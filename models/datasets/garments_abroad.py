"""What German, French, Spanish, Italian and Dutch words call a garment, by the roles of ``garments.ROLE_WORDS``, and those of other tables.

Words that mean something else in English, or in another of these languages, are left out: ``Rock``, ``Hut``, ``Slip``, ``baskets``.
What something comes with is named after it ("Kleid mit Gürtel"), so the first word wins; of phrases the longest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from models.datasets import arabic, inflected, turkish
from models.datasets.belongings import ABROAD, HEADS
from models.datasets.garments_arabic import WOMENS as ARABIC_WOMENS
from models.datasets.garments_arabic import WORDS as ARABIC
from models.datasets.garments_japanese import WOMENS as JAPANESE_WOMENS
from models.datasets.garments_japanese import WORDS as JAPANESE
from models.datasets.garments_nordic import HEADS as NORDIC_HEADS
from models.datasets.garments_nordic import WOMENS as NORDIC_WOMENS
from models.datasets.garments_nordic import WORDS as NORDIC
from models.datasets.garments_polish import WOMENS as POLISH_WOMENS
from models.datasets.garments_polish import WORDS as POLISH
from models.datasets.garments_portuguese import WOMENS as PORTUGUESE_WOMENS
from models.datasets.garments_portuguese import WORDS as PORTUGUESE
from models.datasets.garments_spanish import WOMENS as SPANISH_WOMENS
from models.datasets.garments_spanish import WORDS as SPANISH
from models.datasets.garments_turkish import WOMENS as TURKISH_WOMENS
from models.datasets.garments_turkish import WORDS as TURKISH
from models.datasets.scripts import bare, plain


def _bare(phrase: str) -> str:
    """An Arabic phrase as titles' words are looked up."""
    return "-".join(map(arabic.bare, phrase.split("-")))


WORDS: Final[Mapping[str, str]] = {
    "top": (
        "bodys body-kurzarm body-langarm bluse blusen hemd hemden oberteil oberteile pulli pullis strickjacke strickjacken "
        "strickpullover poloshirts longshirt "
        "langarmshirt kurzarmshirt damenshirt herrenshirt kapuzenpullover "
        "chemisier chemisiers chemisette chemisettes débardeur débardeurs "
        "camisa camisas camiseta camisetas blusa blusas jerséis sudadera sudaderas "
        "camicia camicie maglia maglie maglietta magliette maglione maglioni felpa felpe canotta canotte "
        "overhemd overhemden trui truien bloes bloezen hemdje hemdjes "
        "rollkragenpullover unterziehpullover tunika tuniken trägertop tanktop longsleeve longsleeves polohemd freizeithemd strickpulli "
        "t-shirty tshirty troyer sweat sweats chandail chandails tunique tuniques marinière marinières caraco caracos cache-cœur "
        "cache-coeur sous-pull sous-pulls "
        "túnica túnicas suéter suéteres cárdigan "
        "dolcevita camicetta camicette canottiera canottiere maglioncino maglioncini lupetto "
        "tuniek tunieken coltrui coltruien"
    ),
    "bottom": (
        "hosen röcke minirock midirock maxirock jeansrock lederrock faltenrock bleistiftrock plisseerock sommerrock damenrock damenhose "
        "herrenhose kinderhose stoffhose jeanshose lederhose cargohose chinohose anzughose jogginghose sommerhose "
        "pantalon pantalons jupe jupes "
        "pantalón pantalones falda faldas vaqueros "
        "pantaloni gonna gonne pantaloncini "
        "broek broeken spijkerbroek spijkerbroeken rokken rokje rokjes korte-broek "
        "kurze-hose radlerhose caprihose sweathose bundfaltenhose reithose hosenrock wickelrock tellerrock treggings "
        "jogging joggings bas-de-jogging pantacourt pantacourts sarouel corsaire "
        "vaquero tejanos minifalda minifaldas "
        "pantalone minigonna minigonne gonnellina "
        "minirok plooirok"
    ),
    "full-body": (
        "kleid kleider anzug anzüge hosenanzug hosenanzüge latzhose latzhosen overalls "
        "robe-longue robe-courte robes-longues robes-courtes robe-de-soirée robes-de-soirée robe-d-été robes-d-été "
        "combinaison combinaisons vestido vestidos "
        "vestito vestiti abito abiti tuta tute "
        "jurk jurken jurkje jurkjes "
        "smoking strampler dirndl "
        "combi-pantalon combi-pantalons combi-short combi-shorts combipantalon combishort salopette salopettes tailleur tailleurs "
        "barboteuse grenouillère "
        "traje trajes esmoquin pelele enterizo "
        "pagliaccetto tutina tutine abitino "
        "kostuum kostuums tuinbroek tuinbroeken zomerjurk maxijurk avondjurk boxpakje"
    ),
    "footwear": (
        "schuh schuhe stiefel stiefelette stiefeletten sandale sandalen turnschuh turnschuhe halbschuhe hausschuh hausschuhe "
        "pantoffeln ballerinas chaussure chaussures botte bottes bottine bottines sandales escarpin escarpins mocassin mocassins "
        "ballerines zapato zapatos zapatilla zapatillas botas botines sandalia sandalias mocasines calzado "
        "scarpa scarpe stivale stivali stivaletto stivaletti sandalo sandali calzature mocassini "
        "schoen schoenen laars laarzen laarsje laarsjes enkellaars "
        "sandalette sandaletten pantolette pantoletten zehentrenner mokassin mokassins badelatschen budapester "
        "richelieu richelieus bottillon bottillons tongs chaussons sabots nu-pieds claquettes charentaises souliers tennis-en-toile "
        "botín mocasín alpargata alpargatas chanclas deportivas zuecos bailarinas merceditas manoletinas "
        "mocassino ballerine ciabatte infradito zoccoli pantofole scarponcini espadrillas anfibi "
        "sandaal pantoffels instappers sloffen enkellaarsjes teenslippers klompen veterboots"
    ),
    "outer": (
        "jacke jacken mäntel wintermantel regenmantel wollmantel "
        "veste vestes manteau manteaux blouson blousons doudoune doudounes imperméable imperméables "
        "chaqueta chaquetas abrigo abrigos cazadora cazadoras gabardina gabardinas "
        "giacca giacche cappotto cappotti giubbotto giubbotti giubbino piumino piumini "
        "jas jassen winterjas winterjassen regenjas jasje jasjes "
        "sakko sakkos gehrock weste westen jackett jacketts janker windbreaker "
        "caban cabans trench trenchs perfecto perfectos coupe-vent surchemise surchemises k-way bomber bombers veston vestons "
        "pardessus saharienne veste-en-jean vestes-en-jean "
        "chaleco chalecos plumífero plumíferos chubasquero chubasqueros trenca trencas sobrecamisa "
        "impermeabile impermeabili giaccone giacconi soprabito soprabiti mantella panciotto giacchetto "
        "colbert colberts bodywarmer bodywarmers spijkerjas spijkerjasje bomberjack windjack tussenjas"
    ),
    "bag": (
        "tasche taschen handtasche handtaschen umhängetasche rucksäcke "
        "sac sacs sac-à-main sacs-à-main sac-à-dos sacs-à-dos pochette pochettes sacoche sacoches "
        "bolso bolsos mochila mochilas bandolera bandoleras "
        "borsa borse borsetta borsette zaino zaini "
        "handtas handtassen schoudertas rugzak rugzakken "
        "turnbeutel ranzen schulranzen "
        "cabas besace besaces cartable cartables fourre-tout minaudière "
        "riñonera riñoneras capazo capazos maletín cartera-de-mano "
        "tracolla marsupio marsupi zainetto zainetti borsone borsoni "
        "tas heuptas heuptassen crossbodytas reistas laptoptas schoudertassen"
    ),
    "headwear": (
        "hüte mütze mützen strohhut sonnenhut kopfbedeckungen "
        "chapeau chapeaux casquette casquettes "
        "sombrero sombreros gorra gorras gorro gorros tocado tocados turbante turbantes visera viseras "
        "cappello cappelli berretto berretti "
        "hoed hoeden muts mutsen "
        "kappe kappen stirnband stirnbänder basecap "
        "bonnet bonnets béret bérets cagoule chapka serre-tête "
        "boina boinas diadema diademas "
        "cappellino cappellini cerchietto cerchietti "
        "haarband baret petje zonnehoed"
    ),
    "scarf": (
        "schal schals halstuch halstücher tücher écharpe écharpes echarpe echarpes foulards "
        "bufanda bufandas pañuelo pañuelos sciarpa sciarpe sjaal sjaals "
        "seidentuch stola "
        "étole étoles châle châles snood snoods chèche cheich cache-col tour-de-cou "
        "fular fulares estola estolas mantón mantones chales "
        "scaldacollo scialle scialli pashmina "
        "omslagdoek omslagdoeken sjaaltje colsjaal"
    ),
    "eyewear": ("sonnenbrille sonnenbrillen lunettes gafas occhiali zonnebril zonnebrillen brille brillen lesebrille bril"),
    "watch": (
        "armbanduhr armbanduhren uhr uhren montre montres reloj relojes orologio orologi horloge horloges "
        "damenuhr damenuhren herrenuhr herrenuhren montre-bracelet montres-bracelets"
    ),
    "belt": ("gürtel hosenträger ceinture ceintures cinturón cinturones cintura cinture riem riemen bretelles bretelle tirantes bretels"),
    "jewellery": (
        "schmuck halskette halsketten ohrring ohrringe armbänder armreif anhänger "
        "bijoux collier colliers bague bagues boucles-d-oreilles "
        "joyería joyas collares pendientes pulsera pulseras anillo anillos "
        "gioielli gioiello collana collane orecchini orecchino bracciale bracciali anello anelli "
        "sieraden oorbel oorbellen kettingen armbanden "
        "kette ketten ringe armband ohrstecker creolen kreolen ohrhänger ohrschmuck brosche broschen manschettenknöpfe fußkettchen "
        "armkette "
        "boucle-d-oreille sautoir sautoirs pendentif pendentifs créoles broche broches bouton-de-manchette boutons-de-manchette jonc "
        "joncs gourmette gourmettes chevalière "
        "colgante colgantes gargantilla gargantillas gemelos brazalete brazaletes tobillera tobilleras bisutería "
        "arete aretes sortija sortijas "
        "ciondolo ciondoli braccialetto braccialetti spilla spille cavigliera bigiotteria "
        "ketting ringen oorringen manchetknopen halsketting enkelbandje oorstekers"
    ),
    "gloves": ("handschuh handschuhe gants guantes guanti handschoen handschoenen fäustlinge moufles mitaines manoplas muffole wanten"),
    "tie": (
        "krawatte krawatten cravate cravates corbata corbatas cravatta cravatte stropdas stropdassen "
        "fliege schlips nœud-papillon noeud-papillon nœuds-papillon noeuds-papillon pajarita pajaritas farfallino vlinderstrik "
        "vlinderdas"
    ),
    "hosiery": (
        "socke socken söckchen strümpfe strumpfhose strumpfhosen chaussettes collants calcetines calze calzini sokken "
        "strumpf kniestrümpfe füßlinge pantyhose collant mi-bas socquettes calcetín pantis gambaletti calzettoni kousen kniekousen "
        "kousenvoetjes sneakersokken"
    ),
    "wallet": (
        "geldbörse geldbörsen portemonnaie portemonnaies portefeuille portefeuilles portafoglio portafogli portemonnee "
        "billetera billeteras billetero billeteros cartera carteras "
        "brieftasche geldbeutel kartenetui porte-monnaie porte-cartes monedero monederos tarjetero tarjeteros portamonete portacarte "
        "portemonnees pasjeshouder"
    ),
    "swimwear": (
        "badeanzug badeanzüge badehose badehosen badekleid bademode maillot-de-bain maillots-de-bain bañador bañadores traje-de-baño "
        "trajes-de-baño "
        "costume-da-bagno costumi-da-bagno badpak badpakken zwembroek badmode "
        "badeshorts short-de-bain shorts-de-bain boxer-de-bain costume-intero costumi-interi zwemshort zwemshorts "
        "zwembroeken zwemkleding"
    ),
    "sleepwear": (
        "schlafanzug schlafanzüge nachthemd nachthemden nachtwäsche bademantel bademäntel morgenmantel schlafhose schlafhosen "
        "chemise-de-nuit chemises-de-nuit robe-de-chambre robes-de-chambre pijama pijamas pigiama pigiami nachtjapon badjas badjassen "
        "schlafshirt nachtkleid morgenrock schlafrock nuisette nuisettes peignoir peignoirs camisón camisones albornoz albornoces "
        "camicia-da-notte camicie-da-notte "
        "vestaglia vestaglie accappatoio accappatoi kamerjas ochtendjas"
    ),
    "innerwear": (
        "unterwäsche unterkleid unterrock unterhose unterhosen unterhemd unterhemden büstenhalter dessous soutien-gorge ropa-interior "
        "calzoncillos bragas sujetador sujetadores reggiseno reggiseni mutande intimo ondergoed beha "
        "bh boxershort boxershorts miederhose korsett caleçon caleçons sous-vêtement sous-vêtements porte-jarretelles guêpière "
        "braguitas calzoncillo lencería perizoma mutandine onderbroek onderbroeken onderhemd"
    ),
    "hair": ("haarspange haarspangen haargummi haargummis barrette barrettes chouchou chouchous"),
    "not worn": ABROAD,
}
"""A role, and the words of it; a hyphen joins the words of a phrase."""

_WOMENS: Final = (
    "kleid kleider bluse blusen röcke minirock midirock maxirock jeansrock lederrock faltenrock bleistiftrock plisseerock sommerrock "
    "damenrock nachthemd nachthemden büstenhalter robe robes robe-longue robe-courte robes-longues robes-courtes robe-de-soirée "
    "robes-de-soirée robe-d-été robes-d-été jupe jupes chemisier chemisiers escarpin escarpins soutien-gorge chemise-de-nuit "
    "chemises-de-nuit vestido vestidos falda faldas blusa blusas sujetador sujetadores gonna gonne reggiseno reggiseni jurk jurken "
    "jurkje jurkjes rokken rokje rokjes bloes bloezen beha rock dirndl badekleid"
)
WOMENS: Final = (
    frozenset(_WOMENS.split())
    | frozenset(map(_bare, ARABIC_WOMENS))
    | JAPANESE_WOMENS
    | frozenset(map(turkish.fold, TURKISH_WOMENS))
    | NORDIC_WOMENS
    | {form for word in PORTUGUESE_WOMENS for form in inflected.portuguese(word)}
    | {form for word in SPANISH_WOMENS for form in inflected.spanish(word)}
    | {form for word in POLISH_WOMENS for form in inflected.polish(word)}
)
"""Words of what only women and girls wear."""

IN_FRENCH: Final[Mapping[str, str]] = {
    "full-body": "robe robes costume costumes",
    "top": "chemise chemises pull pulls",
    "footwear": "basket baskets",
}
"""What is worn at night in English, or not at all, and by day in French."""

_FRENCH_WORDS: Final = (
    "avec à et longue longues courte courtes manches fleurie imprimé imprimée coton soirée été femme femmes hommes vêtements dentelle "
    "velours laine roulé maille blanc blanche blancs blanches noir noire rouge bleu bleue vert verte gris grise jaune doré dorée "
    "argenté homme fille filles garçon garçons enfant enfants accessoires chaussure chaussures veste vestes manteau manteaux jupe jupes "
    "pantalon pantalons sac sacs bottes bottines escarpins chemisier chemisiers débardeur débardeurs bijoux ceinture ceintures écharpe "
    "chapeau lunettes montre montres portefeuille trapèze plissée cintré cintrée torsadé torsadée rayé rayée plissé boutonné boutonnée "
    "brodé brodée cuir toile chiné carreaux"
)
_FRENCH: Final = frozenset(_FRENCH_WORDS.split())

_COMPOUNDS: Final = {
    "top": (
        "hemd hemden bluse blusen shirt shirts body bodys pullover pulli pullis strickjacke strickjacken tunika tuniken "
        "overhemd overhemden trui truien bloes"
    ),
    "bottom": (
        "hose hosen jeans rock röcke leggings shorts hosenrock treggings broek broeken rok rokken rokje rokjes spijkerbroek spijkerbroeken"
    ),
    "full-body": (
        "kleid kleider anzug anzüge overall overalls latzhose latzhosen dirndl strampler jurk jurken jurkje jurkjes tuinbroek tuinbroeken"
    ),
    "footwear": (
        "schuh schuhe stiefel stiefelette stiefeletten sandale sandalen hausschuh hausschuhe turnschuh turnschuhe sandalette sandaletten "
        "pantolette pantoletten mokassins pumps ballerinas pantoffeln sneaker sneakers boots schoen schoenen laars laarzen laarsjes"
    ),
    "outer": "jacke jacken mantel mäntel weste westen sakko sakkos jackett jacketts janker parka gehrock jassen",
    "bag": "tasche taschen rucksack rucksäcke ranzen",
    "headwear": "mütze mützen kappe kappen hüte",
    "scarf": "schal schals halstuch halstücher",
    "belt": "gürtel",
    "gloves": "handschuh handschuhe fäustlinge handschoen handschoenen",
    "hosiery": "socke socken söckchen strumpf strümpfe strumpfhose strumpfhosen",
    "swimwear": "badeanzug badeanzüge badehose badehosen badeshorts badekleid badpak zwembroek zwembroeken",
    "sleepwear": (
        "schlafanzug schlafanzüge nachthemd nachthemden nachtkleid schlafhose schlafhosen schlafshirt nachtshirt nightshirt bademantel "
        "bademäntel morgenmantel morgenrock schlafrock badjas badjassen"
    ),
    "innerwear": (
        "unterhose unterhosen unterhemd unterhemden unterkleid unterrock boxershorts undershirt strumpfgürtel onderbroek onderbroeken "
        "onderhemd"
    ),
}
"""What German and Dutch compounds end in, by role, beside the Nordic ones: "Matschhose", "zomerjurken". The longest counts."""
_NONE: Final = (
    "anybody somebody everybody nobody antibody shamrock bedrock fingerhüte federtasche kulturtasche kosmetiktasche handytasche "
    "rettungsweste schwimmweste werkzeuggürtel sydväst nordväst sminkväska sminkväskor"
)
_NO_COMPOUNDS: Final = frozenset(_NONE.split())
"""Words that end so and are none of these garments."""
_OF_TOYS: Final = ("puppen", "poppen")
"""What the clothes of dolls begin with."""
_SHORTEST_FIRST: Final = 3
"""Letters of what stands before the head of a compound: *those* and *frock* are none."""

_FIRST: Final = {
    form: role
    for table, forms in ((PORTUGUESE, inflected.portuguese), (POLISH, inflected.polish))
    for role, words in table.items()
    for word in words.split()
    for form in forms(word)
}
"""A word of a language that says first what a thing is, in all forms -> its role."""
_SPANISH: Final = {form: role for role, words in SPANISH.items() for word in words.split() for form in inflected.spanish(word)}
_ROLE_OF: Final = (
    _FIRST
    | _SPANISH
    | {phrase: role for role, phrases in (*NORDIC.items(), *WORDS.items()) for phrase in phrases.split()}
    | {_bare(phrase): role for role, phrases in ARABIC.items() for phrase in phrases.split()}
)
_HEAD_ROLE_OF: Final = {
    head: role for role, heads in (*NORDIC_HEADS.items(), *_COMPOUNDS.items(), ("not worn", HEADS)) for head in heads.split()
}
_ROLE_OF_FRENCH: Final = _ROLE_OF | {phrase: role for role, phrases in IN_FRENCH.items() for phrase in phrases.split()}


def _last_named(*, doubtful: bool) -> dict[str, tuple[str, str]]:
    """A word of a language that says last what a thing is, in all forms -> the word itself, and its role."""
    found = {} if doubtful else {word: (word, role) for role, words in JAPANESE.items() for word in words.split()}
    for role, words in TURKISH.items():
        for word in (one for one in words.split() if one.endswith("?") == doubtful):
            first, joined, last = word.rstrip("?").rpartition("-")
            found |= {turkish.fold(first + joined + form): (turkish.fold(word.rstrip("?")), role) for form in turkish.forms(last)}
    return found


_LAST, _LAST_DOUBTFUL = _last_named(doubtful=False), _last_named(doubtful=True)
_COMES_WITH: Final = "付"
"""Begins what follows, in Japanese, on what something comes with."""
_LONGEST: Final = 3
_FRENCH_SHARE: Final = 4
"""One of so many names of categories is enough."""


@lru_cache(maxsize=8_192)
def words_of(text: str | None) -> list[str]:
    """Its words in lower case, with their accents; without what ``scripts.bare`` leaves out."""
    return [bare(word) for word in re.findall(r"[^\W\d_]+", plain(text or "").lower())]


def in_french(words: list[str]) -> bool:
    """Whether words are French that say ``robe`` and ``chemise``."""
    return not _FRENCH.isdisjoint(words)


def speaks_french(names: Iterable[str]) -> bool:
    """Whether the categories of a shop are named in French, so that its *Robes* are dresses whatever their titles.

    >>> speaks_french(["Robes", "Chaussures femme", "Jupes"]), speaks_french(["Robes", "Shoes", "Skirts"])
    (True, False)
    """
    told = [in_french(words_of(name)) for name in names]
    return _FRENCH_SHARE * sum(told) > len(told)


@lru_cache(maxsize=8_192)
def phrase_abroad(text: str | None) -> str | None:
    """The role of the first phrase of several words, which means nothing in English, however English one of them is; None without any.

    >>> phrase_abroad("Veste en jean"), phrase_abroad("Short de bain"), phrase_abroad("Jean brut")
    ('outer', 'swimwear', None)
    """
    words = words_of(text)
    phrases = (words[at : at + length] for length in range(_LONGEST, 1, -1) for at in range(len(words) - length + 1))
    return next((role for phrase in phrases if (role := _ROLE_OF.get("-".join(phrase)))), None)


@lru_cache(maxsize=8_192)
def role_abroad(text: str | None, *, french: bool = False) -> str | None:
    """The role of the first garment that a text names in one of these languages; None where it names none.

    Args:
        french: whether ``robe`` is a dress.

    >>> role_abroad("Damenkleid mit Gürtel"), role_abroad("Pantalon"), role_abroad("Robes"), role_abroad("Robes", french=True)
    ('full-body', 'bottom', None, 'full-body')
    """
    if last := role_last(text):
        return last
    word = garment_abroad(text, french=french)
    return None if word is None else _ROLE_OF_FRENCH.get(word) or _HEAD_ROLE_OF.get(word) or _LAST_DOUBTFUL[word][1]


def role_last(text: str | None) -> str | None:
    """The role of the last garment that a text names in Japanese or in Turkish, where what a thing is stands last; None without any.

    >>> role_last("Kot Pantolon"), role_last("Omuz Çantası"), role_last("ベルト付きシャツワンピース"), role_last("Mont")
    ('bottom', 'bag', 'full-body', None)
    """
    found = _last_of(text or "", doubtful=False)
    return found[1] if found else None


@lru_cache(maxsize=8_192)
def role_first(text: str | None) -> str | None:
    """The role of the first garment that a text names in Portuguese or in Polish, whatever English says of its kind; None without any.

    And where a Spanish one stands before it: a *chamarra con gorro* is no *gorro*.

    >>> role_first("Jaqueta jeans"), role_first("Koszula oxford"), role_first("Oxford shoe")
    ('outer', 'top', None)
    """
    words = words_of(text)
    phrases = ("-".join(words[at : at + length]) for at in range(len(words)) for length in range(_LONGEST, 0, -1))
    return next((_FIRST.get(phrase) for phrase in phrases if phrase in _FIRST or phrase in _SPANISH), None)


@lru_cache(maxsize=8_192)
def _last_of(text: str, *, doubtful: bool) -> tuple[str, str] | None:
    among, words = _LAST_DOUBTFUL if doubtful else _LAST, [turkish.fold(word) for word in words_of(text)]
    words = [word for word, after in zip_longest(words, words[1:], fillvalue="") if not after.startswith(_COMES_WITH)]
    phrases = ("-".join(words[at:end]) for end in range(len(words), 0, -1) for at in range(max(0, end - _LONGEST), end))
    return next((among[phrase] for phrase in phrases if phrase in among), None)


@lru_cache(maxsize=8_192)
def garment_abroad(text: str | None, *, french: bool = False) -> str | None:
    """The words that ``role_abroad`` goes by, joined by hyphens; of a compound its head."""
    if last := _last_of(text or "", doubtful=False):
        return last[0]
    words = words_of(text)
    roles = _ROLE_OF_FRENCH if french else _ROLE_OF
    for length in range(_LONGEST, 0, -1):
        for at in range(len(words) - length + 1):
            phrase = "-".join(words[at : at + length])
            found = phrase if phrase in roles else _head(words[at]) if length == 1 else None
            if found:
                return found
    last = _last_of(text or "", doubtful=True)
    return last[0] if last else None


def _head(word: str) -> str | None:
    """The longest head that a compound ends in."""
    return next(_heads(word), None)


def _heads(word: str) -> Iterator[str]:
    """What a compound ends in, the longest first."""
    ends = () if word in _NO_COMPOUNDS or word.startswith(_OF_TOYS) else range(_SHORTEST_FIRST, len(word) - 2)
    return (word[at:] for at in ends if word[at:] in _HEAD_ROLE_OF)


def head_role(*texts: str | None) -> str | None:
    """The role of the first word that compounds end in, which is another one in English: *Rock* beside *Röcke*; None without any."""
    return next((_HEAD_ROLE_OF[word] for text in texts for word in words_of(text) if word in _HEAD_ROLE_OF), None)


def no_such(word: str) -> list[str]:
    """What a word ends in and is none of.

    >>> no_such("kinderstrumpfhose"), no_such("handschuh"), no_such("lederhose")
    (['hose'], ['schuh'], [])
    """
    role = role_abroad(word)
    return [head for head in _heads(word) if _HEAD_ROLE_OF[head] != role]


def parts_of(word: str) -> tuple[str, str] | None:
    """What a compound begins with, without the sounds that join it, and its head; None of a word that is none.

    >>> parts_of("damenjeans"), parts_of("umstandshose"), parts_of("handschuh"), parts_of("jeans")
    (('damen', 'jeans'), ('umstand', 'hose'), None, None)
    >>> parts_of("lederhose"), parts_of("strumpfhose")
    (('leder', 'hose'), None)
    """
    role = _ROLE_OF.get(word)
    head = next((one for one in _heads(word) if role in {None, _HEAD_ROLE_OF[one]}), None)
    if head is None or _HEAD_ROLE_OF[head] == "not worn":
        return None
    first = word.removesuffix(head)
    return (first.removesuffix("s") if len(first) > _SHORTEST_FIRST else first), head
