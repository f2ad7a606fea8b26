"""What was understood of a shopper's words, as the answer says it."""

from __future__ import annotations

from app.api.schemas.wishes import TextOut, WishOut
from app.ground.strict import PriceRange
from app.recommend.steering import Steering
from app.words.forms import WORD
from app.words.wishes import Wish


def understood(steering: Steering) -> TextOut:
    """Constraints, direction, and what was ignored."""
    wishes = steering.wishes
    constraints = [_wish(wish) for wish in wishes.wishes]
    if wishes.budget is not None:
        constraints.append(WishOut(said=wishes.budget_said, budget=wishes.budget))
    occasions = steering.suited.said if steering.suited else ()
    led = steering.direction.said.split() if steering.direction else []
    direction = " ".join(dict.fromkeys([*led, *occasions])) or None
    unread = [said for said in steering.unread if set(occasions).isdisjoint(WORD.findall(said))]
    return TextOut(constraints=constraints, direction=direction, ignored=[*unread, *wishes.foreign])


def in_words(said: TextOut) -> list[str]:
    """What was understood, in the shopper's words alone."""
    return [word for word in (*(constraint.said for constraint in said.constraints), said.direction) if word]


def _wish(wish: Wish) -> WishOut:
    terms = [{meaning.field: list(meaning.values) for meaning in meanings} for meanings in wish.terms]
    price = PriceRange(min=wish.least, max=wish.most) if not wish.terms else None
    return WishOut(said=wish.said, is_=terms or None, not_=True if wish.turned else None, price=price, of=list(wish.categories) or None)
