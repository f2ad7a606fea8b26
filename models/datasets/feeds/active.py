"""Whether a product is for sale at all, as shops write it: a column of yes and no, or a word such as *draft*."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from models.datasets.feeds.words import bare, plain_name

_FLAG: Final = re.compile(
    r"(?:is_)?(?:active|enabled|published|visible|actif|active|aktiv|aktiviert|activo|activado|habilitado|attivo|attivato|abilitato|actief"
    r"|ativo|ativado|visivel|exibir_na_loja|aktywny|widoczny|opublikowany|aktiverad|synlig|publicerad|publiceret|publisert|veroffentlicht|sichtbar|publie|publicado|pubblicato|gepubliceerd|visibile|zichtbaar)(?:_(?:0_1|yes_no|0_[^\W\d]+_1_[^\W\d]+))?"
)
_NO_WORDS: Final = (
    "0 false f no n off non nein nee inactive inaktiv inactif inactivo inattivo inactief disabled deaktiviert desactive desactivado "
    "disattivato draft entwurf brouillon borrador bozza concept archived archiviert archive archivado archiviato unpublished unlisted "
    "hidden versteckt masque oculto nascosto verborgen nao nie nej nei inativo desativado rascunho arquivado nieaktywny ukryty szkic "
    "inaktiverad dold utkast arkiverad skjult kladde 下架 已下架 진열안함 판매안함"
)
_YES_WORDS: Final = (
    "1 true t yes y on oui ja si active aktiv actif activo attivo actief enabled aktiviert active activado attivato published "
    "sim tak ativo ativado aktywny widoczny opublikowany aktiverad synlig publicerad publiceret publisert "
    "上架 已上架 진열함 판매함 veroffentlicht publie publicado pubblicato gepubliceerd visible sichtbar visibile zichtbaar"
)
_SOLD: Final = dict.fromkeys(_NO_WORDS.split(), False) | dict.fromkeys(_YES_WORDS.split(), True)


def is_active_column(name: str) -> bool:
    """Whether a column of this name, as ``plain_name`` has it, says of each row whether it is for sale.

    >>> is_active_column("actif_0_1"), is_active_column("aktiv"), is_active_column("published"), is_active_column("active_ingredient")
    (True, True, True, False)
    """
    return _FLAG.fullmatch(bare(name)) is not None


def read_active(value: Any) -> bool | None:
    """Whether a product is for sale; None where that is not told.

    >>> read_active("0"), read_active("Entwurf"), read_active("NÃO"), read_active("tak"), read_active("2026-01-01")
    (False, False, False, True, None)
    """
    return value if isinstance(value, bool) else _SOLD.get(plain_name(bare(str(value))))


def all_active(values: Iterable[Any]) -> Any:
    """Of several cells the one that counts: the first that says no, else the first that says anything."""
    said = [value for value in values if value not in (None, "")]
    return next((value for value in said if read_active(value) is False), next(iter(said), None))
