"""What is believed of, and told to, whoever asks as anybody may: about who the shopper is only what the shop's server has signed.

A page's key is for everybody to see, and a program may send it as a page does. So without a signature it is as if no ``user`` was given:
nobody's history is read by it, and none is written. A ``session`` is believed: who knows it has drawn it, or was told it by the shop.
"""

from __future__ import annotations

from typing import Final, TypeVar

from fastapi import Request

from app.api.fields import Extras
from app.api.schemas.events import EventIn
from app.api.schemas.requests import CompleteOutfit, ScoreOutfit
from app.ground.parts import Keys
from app.ground.settings import Settings
from app.ground.signed import is_signature_of

Said = TypeVar("Said", CompleteOutfit, ScoreOutfit, EventIn)
UNSIGNED: Final = (
    "the user is left out, as anybody could have sent it: with the key of a page it is believed only with a user_signature, "
    "which the shop's server makes of it with ATTIRE_KEYS__SHOPPERS; see docs/connect.md"
)


def believed(said: Said, http: Request, keys: Keys) -> tuple[Said, str | None]:
    """What is said, without a ``user`` that is not believed, and the note that tells it."""
    if said.user is None or _is_believed(http) or _is_signed(said.user, said.user_signature, keys):
        return said, None
    return said.model_copy(update={"user": None}), UNSIGNED


def told_extras(http: Request, settings: Settings) -> Extras:
    """What a shop passes through is for itself, but for what it has named: a feed has prices of purchase and suppliers in it."""
    return None if _is_believed(http) else frozenset(settings.open_extras)


def _is_believed(http: Request) -> bool:
    """As the doors tell it."""
    return getattr(http.state, "believed", False)


def _is_signed(user: str, signature: str | None, keys: Keys) -> bool:
    return keys.shoppers is not None and signature is not None and is_signature_of(user, keys.shoppers.get_secret_value(), signature)
