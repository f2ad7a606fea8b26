"""What Spanish words call a garment in Spain and in the Americas, in the singular, by the roles of ``garments.ROLE_WORDS``.

What is worn as two things is the one that more shops call so: *playeras* are T-shirts in Mexico and canvas shoes in the north of Spain,
*camperas* jackets in Argentina and boots in Andalusia. Words that are others in English or a language beside it (*mono*, *saco*, *bata*,
*malla*, *calza*) count with what usually follows them, or in the plural.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "top": (
        "playera remera polera chomba chompa musculosa buzo guayabera rebeca jerséi blusón camisola camisilla franelilla bividí "
        "jersey-de jersey-con jersey-cuello jersey-punto jersey-trenzado jersey-canalé jersey-uniforme jersey-largo jersey-corto "
        "jersey-básico jersey-liso jersey-lana jersey-rayas "
        "chaqueta-de-punto chaleco-de-punto jubón bodi cárdigan canesú pañalero"
    ),
    "bottom": (
        "pollera pantaloneta mallas leguis calzas calza-deportiva calza-larga calza-corta falda-pantalón bombacha-de-campo "
        "pants-deportivos tejano vaquero"
    ),
    "full-body": (
        "monos mono-largo mono-corto mono-estampado mono-vaquero mono-fluido mono-tirantes mono-halter mono-satinado mono-bebé mono-punto "
        "vestido-jersey vestido-de-jersey "
        "mono-palabra enterizo enterito peto pichi overol mameluco pelele ranita ropón faldón batita chándal traje-de-flamenca "
        "traje-flamenca traje-sastre"
    ),
    "footwear": (
        "tenis huarache ojota chala náutico abarca menorquina pantufla bamba esparteña guillermina chatita botineta borcego bucanera "
        "balerina patuco"
    ),
    "outer": (
        "chamarra campera casaca americana sacos saco-de-vestir saco-casual saco-sport saco-slim saco-de-lino saco-lino saco-formal "
        "saco-entallado saco-cruzado saco-blazer tapado gabán rompevientos cortavientos chaquetón zamarra chaqué frac ruana torera babi "
        "plumas-de plumón trinchera pelliza capa-de-lluvia"
    ),
    "bag": "morral cangurera portafolio cesta-de-mimbre bolsa-de-mano",
    "headwear": "cachucha pamela capota pasamontañas vincha cintillo",
    "scarf": "rebozo chalina mascada mantilla braga-de-cuello braga-cuello pañoleta",
    "eyewear": "lentes lentes-de-sol anteojos",
    "belt": "fajín",
    "jewellery": "aros argolla dije mancuernilla esclava prendedor",
    "gloves": "mitones",
    "tie": "corbatín moño",
    "hosiery": "medias calceta leotardos pantimedias soquete zoquete",
    "hair": "coletero peineta horquilla moño-de-pelo pinza-de-pelo",
    "swimwear": (
        "malla-enteriza malla-entera salida-de-playa braguita-de-bikini braga-de-bikini top-de-bikini short-de-baño bermuda-de-baño"
    ),
    "sleepwear": (
        "pantalón-de-pijama short-de-pijama camiseta-de-pijama camisa-de-pijama chaqueta-de-pijama bata-de-casa bata-de-baño "
        "bata-polar bata-larga bata-corta batas batín mañanita salto-de-cama"
    ),
    "innerwear": (
        "calzón bombacha vedetina corpiño brasier brassier sostén trusa cachetero faja-moldeadora faja-reductora fajas liguero "
        "ropa-íntima braga bóxer camiseta-interior conjunto-de-lencería picardías"
    ),
    "not worn": "lentes-de-contacto saco-de-dormir bolsa-de-agua pelota-de-tenis raqueta-de-tenis",
}
"""A role, and the words of it; a hyphen joins the words of a phrase."""

_WOMENS: Final = (
    "pollera falda-pantalón pichi brasier brassier corpiño sostén bombacha vedetina braga pamela guillermina balerina pantimedias "
    "traje-de-flamenca traje-flamenca traje-sastre top-de-bikini braguita-de-bikini braga-de-bikini malla-enteriza"
)
WOMENS: Final = frozenset(_WOMENS.split())
"""Words of what only women and girls wear."""
