"""What Portuguese words call a garment, in the singular, by the roles of ``garments.ROLE_WORDS``.

A *camisola* is left out: it is a nightdress in Brazil and a jumper in Portugal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "top": (
        "blusa blusinha blusão camisa camiseta camisete regata croppeds cropped-de cropped-com cropped-feminino cropped-canelado suéter "
        "moletom tricô cardigã pulôver túnica baby-look babylook body-de body-manga body-feminino body-infantil body-bebê bodies"
    ),
    "bottom": "calça calção saia minissaia pantalona pantacourt culote corsário short-saia saia-calça mijão calça-de-agasalho",
    "full-body": "vestido vestidinho macacão macaquinho jardineira conjunto terno fato agasalho-esportivo",
    "footwear": (
        "tênis ténis sapato sapatênis sapatilha sapatinho sandália chinelo bota botina botinha coturno mocassim scarpin rasteira "
        "rasteirinha tamanco alpargata papete pantufa calçado chuteira galocha"
    ),
    "outer": "jaqueta casaco casaquinho colete sobretudo paletó japona corta-vento capa-de-chuva",
    "bag": "bolsa bolsinha mochila pochete mala-de-mão carteira-de-mão",
    "headwear": "boné chapéu gorro touca viseira boina",
    "scarf": "lenço cachecol echarpe pashmina xale",
    "eyewear": "óculos",
    "watch": "relógio",
    "belt": "cinto suspensório",
    "jewellery": "brinco colar pulseira anel tornozeleira gargantilha pingente aliança bijuteria joias semijoia abotoadura",
    "gloves": "luva",
    "tie": "gravata gravata-borboleta",
    "hosiery": "meia meia-calça meião peúga",
    "wallet": "carteira porta-cartão porta-cartões",
    "hair": "tiara presilha xuxinha",
    "swimwear": "biquíni maiô sunga saída-de-praia canga fato-de-banho calção-de-banho bermuda-de-praia moda-praia",
    "sleepwear": "pijama roupão camisola-de-dormir camisola-de-noite",
    "innerwear": "calcinha cueca sutiã soutien corpete espartilho ceroula moda-íntima roupa-íntima conjunto-de-lingerie",
    "not worn": "chaveiro guarda-chuva sombrinha toalha caneca garrafa necessaire capinha vale-presente cartão-presente",
}
"""A role, and the words of it; a hyphen joins the words of a phrase."""

_WOMENS: Final = (
    "vestido saia minissaia saia-calça short-saia blusa blusinha macaquinho croppeds baby-look babylook scarpin sapatilha rasteirinha "
    "rasteira sutiã soutien calcinha biquíni maiô saída-de-praia canga bolsa"
)
WOMENS: Final = frozenset(_WOMENS.split())
"""Words of what only women and girls wear."""
