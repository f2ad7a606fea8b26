"""What occasions and weather ask of clothes, as words that titles and pictures are told by.

Encoders learn from titles, and titles say "satin" rather than "wedding". So an occasion is read along two axes, each a difference of
garments and cloths: formal less casual, summer less winter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.recommend.words import one_form


@dataclass(frozen=True, slots=True)
class Axis:
    """What is worn towards one end, and towards the other: phrases as of titles."""

    towards: tuple[str, ...]
    away: tuple[str, ...]


_FORMAL_WEAR: Final = "satin, silk, evening dress, gown, sheath dress, blazer, tailored trousers, dress shirt, heels, loafers, clutch"
_CASUAL_WEAR: Final = "denim, nylon, canvas, t-shirt, jogger, shorts, hooded jacket, parka, sneakers, trainers, backpack, baseball cap"
_SUMMER_WEAR: Final = "linen, cotton, straw, canvas, sandals, sundress, shorts, sun hat, t-shirt, tote"
_WINTER_WEAR: Final = "wool, tweed, flannel, knit, suede, padded, boots, beanie, turtleneck, scarf"

FORMAL: Final = Axis(tuple(_FORMAL_WEAR.split(", ")), tuple(_CASUAL_WEAR.split(", ")))
SUMMER: Final = Axis(tuple(_SUMMER_WEAR.split(", ")), tuple(_WINTER_WEAR.split(", ")))

_FORMAL: Final = (
    "wedding gala ball ceremony cocktail opera theatre theater concert elegant formal formally office business interview "
    "smart dressy evening dinner date graduation prom christening funeral chic sophisticated classy reception anniversary banquet"
)
_CASUAL: Final = (
    "casual casually weekend park gym relaxed lazy sport sports sporty everyday barbecue bbq picnic hiking camping school campus "
    "streetwear comfortable comfy airport errand errands walk playground grungy laid-back"
)
_SUMMER: Final = "summer summery beach hot warm sunny tropical garden seaside cruise island spring heatwave honeymoon"
_WINTER: Final = "winter wintery wintry cold snow snowy ski skiing cosy cozy christmas autumn autumnal fall frost chilly icy"
_BOTH: Final = {
    "beach": (FORMAL, -0.5),
    "festival": (FORMAL, -0.5),
    "ski": (FORMAL, -0.5),
    "picnic": (SUMMER, 0.5),
    "festive": (FORMAL, 1.0),
}

OCCASIONS: Final[dict[str, list[tuple[Axis, float]]]] = {}
"""A word in one form -> along which axes it points, and how far."""
for _words, _axis, _sign in ((_FORMAL, FORMAL, 1.0), (_CASUAL, FORMAL, -1.0), (_SUMMER, SUMMER, 1.0), (_WINTER, SUMMER, -1.0)):
    for _word in _words.split():
        OCCASIONS.setdefault(one_form(_word), []).append((_axis, _sign))
for _word, _more in _BOTH.items():
    OCCASIONS.setdefault(one_form(_word), []).append(_more)
