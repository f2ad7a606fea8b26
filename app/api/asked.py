"""What a request asks, as the domain takes it, and whether anybody might ask the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, TypeVar

from app.api.fields import Extras
from app.api.schemas.narrowing import FiltersIn
from app.api.schemas.requests import CompleteOutfit, ItemIn, ScoreOutfit
from app.api.translate import filter_of, item_refs
from app.experiments.experiment import Overlay
from app.ground.settings import Settings
from app.live.met import Encounters
from app.recommend.completion import Question
from app.recommend.leaning import PriceLeaning
from app.rules.ruling import Ruled

Value = TypeVar("Value")
_MOST_VALUES: Final = 200
"""Of a question whose answer is kept: naming it takes some tenths of a millisecond of the event loop's."""


def question_of(request: CompleteOutfit, settings: Settings, met: Encounters | None, ruled: Ruled | None, overlay: Overlay) -> Question:
    """The question; what the request leaves out is as the variant, else the settings, have it."""
    left_out = met.seen if met and request.exclude_seen else met.purchased if met and request.exclude_purchased else ()
    taste_strength = taste_strength_of(request, settings, overlay)
    price = request.prefer_price
    return Question(
        items=item_refs(request.items),
        slots=None if request.slots is None else [slot.category for slot in request.slots],
        slots_varied=request.slots_by == "varied",
        candidates=request.candidates,
        k=request.k,
        looks=request.looks,
        budget=request.budget,
        diversity=first(_said(request, "diversity"), overlay.diversity, request.diversity),
        explain=request.explain,
        wanted=filter_of(_filters(request), request.exclude, candidates=request.candidates is not None),
        consistent=first(request.consistent, overlay.consistent, settings.consistent),
        ruled=ruled,
        considered=settings.log.candidates,
        text=request.text,
        block=(request.block.brand, request.block.attributes),
        met=left_out,
        lately=met.lately if met and taste_strength else (),
        taste_strength=taste_strength,
        price=None if price is None else PriceLeaning(to=price.towards or price.near or 0.0, strength=price.strength),
        by_group=request.diversity_by == "group",
        promote=request.promote,
        dry_run=request.dry_run,
        text_strength=first(request.text_strength, overlay.text_strength, settings.text_strength),
    )


def _filters(request: CompleteOutfit) -> FiltersIn:
    """The filters, with what the request says of stock where they say nothing."""
    beside = "in_stock" in request.model_fields_set and "in_stock" not in request.filters.model_fields_set
    return request.filters.model_copy(update={"in_stock": request.in_stock}) if beside else request.filters


def taste_strength_of(request: CompleteOutfit, settings: Settings, overlay: Overlay) -> float:
    """What the taste of the request's shopper counts; 0 where nobody is named."""
    named = request.session is not None or request.user is not None
    return first(request.taste_strength, overlay.taste_strength, settings.taste_strength) if named else 0.0


def _said(request: CompleteOutfit, name: str) -> Any:  # noqa: ANN401 - the field's kind
    """What a request says itself; None where it leaves it out."""
    return getattr(request, name) if name in request.model_fields_set else None


def first(*said: Value | None) -> Value:
    """The first that is said: by the request, the variant, the settings."""
    return next(one for one in said if one is not None)


def anyones(request: CompleteOutfit) -> bool:
    """Whether anybody might ask the same: it names no shopper, shows no picture, and is no long list."""
    filters, block = request.filters, request.block
    named = (
        request.items,
        request.slots,
        request.candidates,
        request.exclude,
        request.promote,
        filters.brand,
        filters.size,
        block.brand,
        request.fields,
    )
    lists: list[Sequence[object] | None] = [*named, *filters.attributes.values(), *block.attributes.values()]
    own = request.user is not None or request.exclude_seen or request.exclude_purchased or request.dry_run
    return not own and not pictures_of(request.items) and sum(len(some or ()) for some in lists) <= _MOST_VALUES


def as_asked(question: Question, fields: Sequence[str] | None, told: Extras) -> bytes:
    """What tells an answer of the same release: the question, however its filters and excluded ids are ordered, rules, further fields.

    Args:
        told: which extras may be.
    """
    force, (brands, values), wanted = question.ruled.force.number if question.ruled else 0, question.block, question.wanted
    brand, size, exclude = (tuple(sorted({*said})) for said in (wanted.brand, wanted.size, wanted.exclude))
    wanted = replace(wanted, attributes=dict(sorted(wanted.attributes.items())), brand=brand, size=size, exclude=exclude)
    asked = replace(question, wanted=wanted, block=(brands, dict(sorted(values.items()))), ruled=None, exploring=None)
    return b"%d %b %b" % (
        force,
        repr(asked).encode(),
        repr((sorted({*fields}), told if told is None else sorted(told)) if fields else "").encode(),
    )


def as_scored(request: ScoreOutfit, force: int) -> bytes | None:
    """What tells an answer of the same release, by the rules in force; None where nobody else might ask the same.

    Args:
        force: the number of these rules.
    """
    few = len(request.exclude) + sum(map(len, request.filters.attributes.values())) <= _MOST_VALUES
    if request.user is not None or not few or any(outfit.photo or pictures_of(outfit.items or ()) for outfit in request.outfits):
        return None
    return b"%d %b" % (force, request.model_dump_json(exclude={"session", "user_signature"}).encode())


def pictures_of(items: Sequence[ItemIn]) -> list[str]:
    """The pictures of items that are shown, in base64."""
    return [item.image.base64 for item in items if item.image is not None]
