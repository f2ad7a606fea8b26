"""What German, French, Spanish, Italian and Dutch words call a garment, by the roles of ``garments.ROLE_WORDS``.

Words that mean something else in English, or in another of these languages, are left out: ``Rock``, ``Hut``, ``Slip``, ``baskets``.
What something comes with is named after it ("Kleid mit Gürtel"), so the first word wins; of phrases the longest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from models.datasets.belongings import ABROAD, HEADS

WORDS: Final[Mapping[str, str]] = {
    "top": (
        "bluse blusen hemd hemden oberteil oberteile pulli pullis strickjacke strickjacken strickpullover poloshirts longshirt "
        "langarmshirt kurzarmshirt damenshirt herrenshirt kapuzenpullover "
        "chemisier chemisiers chemisette chemisettes débardeur débardeurs "
        "camisa camisas camiseta camisetas blusa blusas jerséis sudadera sudaderas "
        "camicia camicie maglia maglie maglietta magliette maglione maglioni felpa felpe canotta canotte "
        "overhemd overhemden trui truien bloes bloezen hemdje hemdjes"
    ),
    "bottom": (
        "hosen röcke minirock midirock maxirock jeansrock lederrock faltenrock bleistiftrock plisseerock sommerrock damenrock damenhose "
        "herrenhose kinderhose stoffhose jeanshose lederhose cargohose chinohose anzughose jogginghose sommerhose "
        "pantalon pantalons jupe jupes "
        "pantalón pantalones falda faldas vaqueros "
        "pantaloni gonna gonne pantaloncini "
        "broek broeken spijkerbroek spijkerbroeken rokken rokje rokjes korte-broek"
    ),
    "full-body": (
        "kleid kleider anzug anzüge hosenanzug hosenanzüge latzhose latzhosen overalls "
        "robe-longue robe-courte robes-longues robes-courtes robe-de-soirée robes-de-soirée robe-d-été robes-d-été "
        "combinaison combinaisons vestido vestidos "
        "vestito vestiti abito abiti tuta tute "
        "jurk jurken jurkje jurkjes"
    ),
    "footwear": (
        "schuh schuhe stiefel stiefelette stiefeletten sandale sandalen turnschuh turnschuhe halbschuhe hausschuh hausschuhe "
        "pantoffeln ballerinas chaussure chaussures botte bottes bottine bottines sandales escarpin escarpins mocassin mocassins "
        "ballerines zapato zapatos zapatilla zapatillas botas botines sandalia sandalias mocasines calzado "
        "scarpa scarpe stivale stivali stivaletto stivaletti sandalo sandali calzature mocassini "
        "schoen schoenen laars laarzen laarsje laarsjes enkellaars"
    ),
    "outer": (
        "jacke jacken mäntel wintermantel regenmantel wollmantel "
        "veste vestes manteau manteaux blouson blousons doudoune doudounes imperméable imperméables "
        "chaqueta chaquetas abrigo abrigos cazadora cazadoras gabardina gabardinas "
        "giacca giacche cappotto cappotti giubbotto giubbotti giubbino piumino piumini "
        "jas jassen winterjas winterjassen regenjas jasje jasjes"
    ),
    "bag": (
        "tasche taschen handtasche handtaschen umhängetasche rucksäcke "
        "sac sacs sac-à-main sacs-à-main sac-à-dos sacs-à-dos pochette pochettes sacoche sacoches "
        "bolso bolsos mochila mochilas bandolera bandoleras "
        "borsa borse borsetta borsette zaino zaini "
        "handtas handtassen schoudertas rugzak rugzakken"
    ),
    "headwear": (
        "hüte mütze mützen strohhut sonnenhut kopfbedeckungen "
        "chapeau chapeaux casquette casquettes "
        "sombrero sombreros gorra gorras gorro gorros "
        "cappello cappelli berretto berretti "
        "hoed hoeden muts mutsen"
    ),
    "scarf": (
        "schal schals halstuch halstücher tücher écharpe écharpes echarpe echarpes foulards "
        "bufanda bufandas pañuelo pañuelos sciarpa sciarpe sjaal sjaals"
    ),
    "eyewear": "sonnenbrille sonnenbrillen lunettes gafas occhiali zonnebril zonnebrillen",
    "watch": "armbanduhr armbanduhren uhr uhren montre montres reloj relojes orologio orologi horloge horloges",
    "belt": "gürtel hosenträger ceinture ceintures cinturón cinturones cintura cinture riem riemen",
    "jewellery": (
        "schmuck halskette halsketten ohrring ohrringe armbänder armreif anhänger "
        "bijoux collier colliers bague bagues boucles-d-oreilles "
        "joyería joyas collares pendientes pulsera pulseras anillo anillos "
        "gioielli gioiello collana collane orecchini orecchino bracciale bracciali anello anelli "
        "sieraden oorbel oorbellen kettingen armbanden"
    ),
    "gloves": "handschuh handschuhe gants guantes guanti handschoen handschoenen",
    "tie": "krawatte krawatten cravate cravates corbata corbatas cravatta cravatte stropdas stropdassen",
    "hosiery": "socken strümpfe strumpfhose strumpfhosen chaussettes collants calcetines calze calzini sokken",
    "wallet": "geldbörse geldbörsen portemonnaie portemonnaies portefeuille portefeuilles billetera portafoglio portafogli portemonnee",
    "swimwear": (
        "badeanzug badeanzüge badehose badehosen bademode maillot-de-bain maillots-de-bain bañador bañadores traje-de-baño trajes-de-baño "
        "costume-da-bagno costumi-da-bagno badpak badpakken zwembroek badmode"
    ),
    "sleepwear": (
        "schlafanzug schlafanzüge nachthemd nachthemden nachtwäsche bademantel bademäntel morgenmantel schlafhose schlafhosen "
        "chemise-de-nuit chemises-de-nuit robe-de-chambre robes-de-chambre pijama pijamas pigiama pigiami nachtjapon badjas badjassen"
    ),
    "innerwear": (
        "unterwäsche unterhose unterhosen unterhemd unterhemden büstenhalter dessous soutien-gorge ropa-interior "
        "calzoncillos bragas sujetador sujetadores reggiseno reggiseni mutande intimo ondergoed beha"
    ),
    "not worn": ABROAD,
}
"""A role, and the words of it; a hyphen joins the words of a phrase."""

IN_FRENCH: Final[Mapping[str, str]] = {"full-body": "robe robes", "top": "chemise chemises pull pulls", "footwear": "basket baskets"}
"""What is worn at night in English, or not at all, and by day in French."""

_FRENCH_WORDS: Final = (
    "avec à et longue longues courte courtes manches fleurie imprimé imprimée coton soirée été femme femmes hommes vêtements dentelle "
    "velours laine roulé maille blanc blanche blancs blanches"
)
_FRENCH: Final = frozenset(_FRENCH_WORDS.split())

_COMPOUNDS: Final = (
    "kleid kleider hemden bluse blusen hosen röcke jacke jacken mantel mäntel schuh schuhe stiefel stiefelette stiefeletten "
    "sandale sandalen tasche taschen gürtel mütze mützen socken anzug anzüge handschuh handschuhe strickjacke strickjacken "
    "hausschuh hausschuhe turnschuh turnschuhe latzhosen strumpfhosen badehosen unterhosen schlafhosen unterhemden nachthemden "
    "bademantel bademäntel morgenmantel schlafanzug schlafanzüge badeanzug badeanzüge schoenen laarzen broeken jurken truien "
    "jassen"
)
"""What compounds end in: "Damenkleid", "Winterstiefel", "zomerjurken". A mantel alone is English."""

_ROLE_OF: Final = {phrase: role for role, phrases in WORDS.items() for phrase in phrases.split()}
_HEAD_ROLE_OF: Final = {head: _ROLE_OF.get(head, "outer") for head in _COMPOUNDS.split()} | dict.fromkeys(HEADS.split(), "not worn")
_ROLE_OF_FRENCH: Final = _ROLE_OF | {phrase: role for role, phrases in IN_FRENCH.items() for phrase in phrases.split()}
_LONGEST: Final = 3


def words_of(text: str | None) -> list[str]:
    """Its words in lower case, with their accents."""
    return re.findall(r"[^\W\d_]+", (text or "").lower())


def in_french(words: list[str]) -> bool:
    """Whether words are French that say ``robe`` and ``chemise``."""
    return not _FRENCH.isdisjoint(words)


@lru_cache(maxsize=8_192)
def role_abroad(text: str | None, *, french: bool = False) -> str | None:
    """The role of the first garment that a text names in one of these languages; None where it names none.

    Args:
        french: whether ``robe`` is a dress.

    >>> role_abroad("Damenkleid mit Gürtel"), role_abroad("Pantalon"), role_abroad("Robes"), role_abroad("Robes", french=True)
    ('full-body', 'bottom', None, 'full-body')
    """
    words = words_of(text)
    roles = _ROLE_OF_FRENCH if french else _ROLE_OF
    for length in range(_LONGEST, 0, -1):
        for at in range(len(words) - length + 1):
            role = roles.get("-".join(words[at : at + length])) or (_compound(words[at]) if length == 1 else None)
            if role:
                return role
    return None


def _compound(word: str) -> str | None:
    """The role of the longest head that a word ends in."""
    heads = (word[at:] for at in range(1, len(word) - 4))
    return next((_HEAD_ROLE_OF[head] for head in heads if head in _HEAD_ROLE_OF), None)
