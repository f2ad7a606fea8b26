"""POST /complete-outfit and POST /score-outfit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final
from uuid import uuid4

from anyio import to_thread
from fastapi import APIRouter

from app.api.computing import CurrentComputing
from app.api.keys import behind
from app.api.problems import documented
from app.api.reading import BoundedRoute
from app.api.schemas.answers import (
    Completion,
    CutOut,
    ExcludedOut,
    LookOut,
    OutfitScoreOut,
    PairOut,
    Scores,
    ShopperOut,
    SlotOut,
    SuggestionOut,
    SwapOut,
    WhyOut,
)
from app.api.schemas.items import LookItemOut
from app.api.schemas.requests import CompleteOutfit, FiltersIn, ItemIn, OutfitIn, ScoreOutfit
from app.api.services import CurrentRelease, InjectedServices, Services
from app.api.translate import decoded, item_refs, shown
from app.api.wished import understood
from app.ground.doors import Door
from app.ground.settings import Settings
from app.live.kept import canonical
from app.live.met import NOT_ALL_READ, Encounters
from app.recommend import cost
from app.recommend.complete import complete
from app.recommend.completion import DEFAULT_K, Question, Suggestion
from app.recommend.completion import Completion as Answer
from app.recommend.explain import Explanation
from app.recommend.limits import check_count
from app.recommend.looks import Look
from app.recommend.outfit import ItemRef
from app.recommend.photo import Cut, WholePhoto, cut_photos
from app.recommend.score import OutfitScore, score
from app.recommend.shopper import regarding
from app.release.release import CatalogueItem, Release
from app.rules.ruling import Ruled
from index.columns import Filter

_MOST_VALUES: Final = 200
"""Of a question whose answer is kept: naming it takes some tenths of a millisecond of the event loop's."""

router = APIRouter(
    route_class=BoundedRoute,
    tags=["outfits"],
    responses=documented(400, 401, 403, 404, 413, 422, 429, 503),
    dependencies=[behind(Door.READ)],
)


@router.post("/complete-outfit", response_model_exclude_none=True)
async def complete_outfit(
    request: CompleteOutfit, release: CurrentRelease, services: InjectedServices, compute: CurrentComputing
) -> Completion:
    """What completes this outfit? Suggestions for each missing slot, and whole looks if asked for."""
    met = await _met(request, services)
    ruled = services.rules.over(release) if services.rules.settled(release) else await to_thread.run_sync(services.rules.over, release)
    question = _question(request, services.settings, met, ruled)
    cost_of_all, pictures = _cost_of_completing(request), _pictures(request.items)
    asked = canonical(_as_asked(question)) if services.kept.on and _anyones(request) else None
    kept = services.kept.find(release, asked) if asked else None
    if kept is not None:
        answer = Completion.model_validate_json(kept).model_copy(update={"recommendation_id": uuid4().hex})
    else:
        answer = await compute(lambda: _complete(release, request, question, services, met), cost_of_all, pictures, joins=True)
        if asked:
            services.kept.keep(release, asked, answer.model_dump_json(by_alias=False).encode())
    if request.dry_run:
        return answer
    services.follower.shadow.note(release, lambda candidate: _suggested(_complete(candidate, request, question, services, met)))
    services.impressions.note(answer.recommendation_id, _impression(request, answer))
    return answer


@router.post("/score-outfit", response_model_exclude_none=True)
async def score_outfit(request: ScoreOutfit, release: CurrentRelease, services: InjectedServices, compute: CurrentComputing) -> Scores:
    """How well do these outfits go together? With `explain`: which pair does not, and what would do better."""
    pictures = [outfit.photo.base64 for outfit in request.outfits if outfit.photo is not None]
    pictures += _pictures([item for outfit in request.outfits for item in outfit.items or ()])
    cost_of_all = cost.of_scoring((len(outfit.items or ()) for outfit in request.outfits), explain=request.explain)
    return await compute(lambda: _score(release, request, services), cost_of_all, pictures, joins=True)


def _cost_of_completing(request: CompleteOutfit) -> float:
    candidates = len(request.candidates or ())
    return cost.of_completing(
        len(request.items),
        slots=None if request.slots is None else len(request.slots),
        k=request.k or candidates or DEFAULT_K,
        candidates=candidates,
        looks=request.looks,
        explain=request.explain,
    )


def _pictures(items: Sequence[ItemIn]) -> list[str]:
    return [item.image.base64 for item in items if item.image is not None]


async def _met(request: CompleteOutfit, services: Services) -> Encounters | None:
    """What the shopper has met, where it is to be left out."""
    if not (request.exclude_seen or request.exclude_purchased):
        return None
    return await services.met.by(request.user, request.session, services.settings.log.timeout_s)


def _anyones(request: CompleteOutfit) -> bool:
    """Whether anybody might ask the same: it names no shopper, shows no picture, and is no long list."""
    filters, block = request.filters, request.block
    named = (request.items, request.slots, request.candidates, request.exclude, request.promote, filters.brand, filters.size, block.brand)
    lists: list[Sequence[object] | None] = [*named, *filters.attributes.values(), *block.attributes.values()]
    own = request.user is not None or request.exclude_seen or request.exclude_purchased or request.dry_run
    return not own and not _pictures(request.items) and sum(len(some or ()) for some in lists) <= _MOST_VALUES


def _as_asked(question: Question) -> dict[str, Any]:
    """What tells an answer of the same release: the question, and which rules hold."""
    return {**asdict(replace(question, ruled=None)), "rules": question.ruled.force.number if question.ruled else 0}


def _question(request: CompleteOutfit, settings: Settings, met: Encounters | None, ruled: Ruled | None) -> Question:
    left_out = () if met is None else met.seen if request.exclude_seen else met.purchased
    return Question(
        items=item_refs(request.items),
        slots=None if request.slots is None else [slot.category for slot in request.slots],
        candidates=request.candidates,
        k=request.k,
        looks=request.looks,
        budget=request.budget,
        diversity=request.diversity,
        explain=request.explain,
        wanted=_filter(request.filters, request.exclude, candidates=request.candidates is not None),
        consistent=settings.consistent if request.consistent is None else request.consistent,
        ruled=ruled,
        text=request.text,
        block=(request.block.brand, request.block.attributes),
        met=left_out,
        promote=request.promote,
        dry_run=request.dry_run,
        text_strength=settings.text_strength if request.text_strength is None else request.text_strength,
    )


def _complete(release: Release, request: CompleteOutfit, question: Question, services: Services, met: Encounters | None) -> Completion:
    if question.ruled is not None and question.ruled.release.snapshot is not release.snapshot:
        question = replace(question, ruled=services.rules.over(release))
    served, shopper = regarding(release, request.user)
    answer = complete(served, question, services.settings.limits)
    items = _items(release, answer)
    return Completion(
        recommendation_id=uuid4().hex,
        release=release.id,
        complete=answer.complete,
        slots=[
            SlotOut(category=slot.category, items=[_suggestion(items, suggestion) for suggestion in slot.items], fallback=slot.fallback)
            for slot in answer.slots
        ],
        looks=[_look(items, look) for look in answer.looks],
        no_looks=answer.no_looks,
        missing=list(answer.missing),
        why_not=answer.why_not,
        shopper=ShopperOut(**asdict(shopper)) if shopper else None,
        rules=list(answer.rules) or None,
        excluded=None if met is None else ExcludedOut(items=len(question.met), note=None if met.complete else NOT_ALL_READ),
        text=understood(answer.steering) if answer.steering else None,
    )


def _suggested(answer: Completion) -> list[list[str]]:
    return [[item.id for item in slot.items] for slot in answer.slots]


def _impression(request: CompleteOutfit, answer: Completion) -> dict[str, Any]:
    """An answer as the log keeps it: shopper, worn items, and what was shown in which order."""
    who = {"session": request.session, "user": request.user}
    asked: dict[str, Any] = {} if request.slots is None else {"slots": [slot.category for slot in request.slots]}
    asked |= {"candidates": len(request.candidates)} if request.candidates else {}
    return {
        "release": answer.release,
        **{name: value for name, value in who.items() if value is not None},
        "items": [item.id for item in request.items if item.id is not None and item.id not in answer.missing],
        "slots": [{"category": slot.category, "items": [item.id for item in slot.items]} for slot in answer.slots],
        "looks": [[item.id for item in look.items] for look in answer.looks],
        **({"rules": answer.rules} if answer.rules else {}),
        **({"asked": asked} if asked else {}),
    }


def _filter(filters: FiltersIn, exclude: Sequence[str], *, candidates: bool = False) -> Filter:
    """The filters; being in stock is asked of candidates only where the request says so."""
    stock_is_asked = not candidates or "in_stock" in filters.model_fields_set
    return Filter(
        price_min=filters.price.min if filters.price else None,
        price_max=filters.price.max if filters.price else None,
        in_stock=filters.in_stock if stock_is_asked else None,
        brand=tuple(filters.brand),
        attributes=filters.attributes,
        size=tuple(filters.size),
        exclude=tuple(exclude),
    )


def _items(release: Release, answer: Answer) -> dict[int, CatalogueItem]:
    """The items that an answer names, by row."""
    suggested = [row for slot in answer.slots for suggestion in slot.items for row in (suggestion.row, *suggestion.variants)]
    rows = list(dict.fromkeys([*suggested, *(row for look in answer.looks for row in look.rows)]))
    return dict(zip(rows, release.items(rows), strict=True))


def _suggestion(items: Mapping[int, CatalogueItem], suggestion: Suggestion) -> SuggestionOut:
    item = items[suggestion.row]
    variants = [items[row].id for row in suggestion.variants] or None
    return SuggestionOut(
        **shown(item),
        score=suggestion.score,
        probability=suggestion.probability,
        share=suggestion.share,
        pull=suggestion.pull,
        promoted=suggestion.promoted or None,
        variants=variants,
        rules=list(suggestion.rules) or None,
        **_why(suggestion.why),
    )


def _why(why: Explanation | None) -> dict[str, Any]:
    if why is None:
        return {}
    return {"base": why.base, "why": [WhyOut(with_=part.item, contribution=part.amount) for part in why.parts]}


def _look(items: Mapping[int, CatalogueItem], look: Look) -> LookOut:
    added = [LookItemOut(**shown(items[row])) for row in look.rows]
    return LookOut(items=added, score=look.score, probability=look.probability, price=look.price)


def _score(release: Release, request: ScoreOutfit, services: Services) -> Scores:
    settings = services.settings
    ruled = services.rules.over(release)
    release, shopper = regarding(release, request.user)
    given = [_given(outfit, f"outfits[{position}]") for position, outfit in enumerate(request.outfits)]
    outfits, cuts = cut_photos(release, given, settings.photo_cut, settings.limits)
    check_count("exclude", len(request.exclude), settings.limits.max_exclude, "items")
    consistent = settings.consistent if request.consistent is None else request.consistent
    wanted = _filter(request.filters, request.exclude)
    answers = score(release, outfits, settings.limits, explain=request.explain, wanted=wanted, consistent=consistent, ruled=ruled)
    return Scores(
        release=release.id,
        outfits=[_outfit_score(release, answer, cut) for answer, cut in zip(answers, cuts, strict=True)],
        shopper=ShopperOut(**asdict(shopper)) if shopper else None,
    )


def _given(outfit: OutfitIn, field: str) -> Sequence[ItemRef] | WholePhoto:
    if outfit.photo is not None:
        return WholePhoto(f"{field}.photo", decoded(outfit.photo.base64, f"{field}.photo.base64"))
    return item_refs(outfit.items or [], f"{field}.items")


def _outfit_score(release: Release, answer: OutfitScore, cuts: Sequence[Cut]) -> OutfitScoreOut:
    pairs = None if answer.pairs is None else [PairOut(**asdict(pair)) for pair in answer.pairs]
    swap = None
    if answer.swap is not None and answer.weakest is not None:
        item = LookItemOut(**shown(release.item(answer.swap.row)))
        swap = SwapOut(replace=answer.weakest, item=item, score=answer.swap.score, probability=answer.swap.probability)
    return OutfitScoreOut(
        score=answer.score,
        probability=answer.probability,
        why_not=answer.why_not,
        missing=list(answer.missing),
        pieces=answer.pieces,
        cut=[CutOut(**asdict(cut)) for cut in cuts] or None,
        pairs=pairs,
        weakest=answer.weakest,
        swap=swap,
        **_why(answer.why),
    )
