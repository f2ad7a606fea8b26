"""What Turkish words call a garment, in the singular, by the roles of ``garments.ROLE_WORDS``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, str]] = {
    "top": "gömlek tişört bluz kazak hırka süveter triko tunik atlet bluzon üst-giyim büstiyer",
    "bottom": "pantolon etek şort tayt kot-pantolon kot? jean-pantolon eşofman-altı alt-giyim kapri",
    "full-body": "elbise tulum abiye takım-elbise gelinlik salopet eşofman-takımı jile kaftan ferace eşofman",
    "footwear": (
        "ayakkabı spor-ayakkabı topuklu-ayakkabı topuklu babet sandalet terlik çizme bot? bilek-botu makosen topuk "
        "espadril-ayakkabı patik çarık"
    ),
    "outer": "ceket mont? kaban palto yelek trençkot yağmurluk panço rüzgarlık dış-giyim",
    "bag": "çanta el-çantası sırt-çantası omuz-çantası kol-çantası bel-çantası",
    "headwear": "şapka bere? kasket kep?",
    "scarf": "atkı şal? fular eşarp boyunluk başörtüsü",
    "eyewear": "gözlük güneş-gözlüğü",
    "watch": "saat? kol-saati",
    "belt": "kemer pantolon-askısı",
    "jewellery": "takı kolye küpe yüzük bileklik bilezik broş? halhal kol-düğmesi mücevher",
    "gloves": "eldiven",
    "tie": "kravat papyon",
    "hosiery": "çorap külotlu-çorap",
    "wallet": "cüzdan kartlık",
    "hair": "toka saç-tokası saç-bandı",
    "swimwear": "mayo? bikini-takımı deniz-şortu haşema",
    "sleepwear": "pijama pijama-takımı gecelik sabahlık bornoz",
    "innerwear": "iç-giyim iç-çamaşırı sütyen külot boxer-şort fanila korse",
    "not worn": (
        "parfüm telefon-kılıfı şemsiye havlu oyuncak anahtarlık saat-kutusu nevresim nevresim-takımı yastık battaniye perde yorgan çarşaf"
    ),
}
"""A role, and the words of it; a hyphen joins the words of a phrase, a question mark follows what is another word elsewhere."""

_WOMENS: Final = "elbise etek bluz abiye topuklu topuklu-ayakkabı gelinlik gecelik sütyen ferace babet büstiyer"
WOMENS: Final = frozenset(_WOMENS.split())
"""Words of what only women and girls wear; a *takım elbise* is a suit."""
