"""POST /complete-outfit and POST /score-outfit."""

from __future__ import annotations

from uuid import uuid4

from fastapi import APIRouter

from app.api.answers import Completion, LookOut, OutfitScoreOut, PairOut, Scores, SlotOut, SuggestionOut, SwapOut, WhyOut
from app.api.problems import documented
from app.api.schemas import CompleteOutfit, FiltersIn, ScoreOutfit
from app.api.work import Working, image_url, item_refs, look_item_out
from app.recommend.complete import Question, Suggestion, complete
from app.recommend.looks import Look
from app.recommend.score import OutfitScore, score
from app.release import Release
from app.settings import Limits
from index.columns import Filter

router = APIRouter(tags=["outfits"], responses=documented(400, 404, 413, 422, 503))


@router.post("/complete-outfit", response_model_exclude_none=True)
async def complete_outfit(request: CompleteOutfit, work: Working) -> Completion:
    """What completes this outfit? Suggestions for each missing slot, and whole looks if asked for."""
    return await work.run(lambda: _complete(work.release, request, work.limits))


@router.post("/score-outfit", response_model_exclude_none=True)
async def score_outfit(request: ScoreOutfit, work: Working) -> Scores:
    """How well do these outfits go together? With `explain`: which pair does not, and what would do better."""
    return await work.run(lambda: _score(work.release, request, work.limits))


def _complete(release: Release, request: CompleteOutfit, limits: Limits) -> Completion:
    question = Question(
        items=item_refs(request.items),
        slots=None if request.slots is None else [slot.category for slot in request.slots],
        candidates=request.candidates,
        k=request.k,
        looks=request.looks,
        budget=request.budget,
        diversity=request.diversity,
        explain=request.explain,
        wanted=_filter(request.filters, request.exclude),
    )
    answer = complete(release, question, limits)
    return Completion(
        recommendation_id=uuid4().hex,
        release=release.id,
        slots=[
            SlotOut(category=slot.category, items=[_suggestion(release, one) for one in slot.items], fallback=slot.fallback)
            for slot in answer.slots
        ],
        looks=[_look(release, look) for look in answer.looks],
        missing=list(answer.missing),
    )


def _filter(filters: FiltersIn, exclude: list[str]) -> Filter:
    return Filter(
        price_min=filters.price.min if filters.price else None,
        price_max=filters.price.max if filters.price else None,
        in_stock=filters.in_stock,
        brand=tuple(filters.brand),
        attributes=filters.attributes,
        exclude=tuple(exclude),
    )


def _suggestion(release: Release, suggestion: Suggestion) -> SuggestionOut:
    item = release.item(suggestion.row)
    why = None if suggestion.why is None else [WhyOut(with_=one.item, contribution=one.amount) for one in suggestion.why]
    return SuggestionOut(
        id=item.id,
        category=item.category,
        score=suggestion.score,
        probability=suggestion.probability,
        price=item.price,
        title=item.title,
        image_url=image_url(item),
        why=why,
    )


def _look(release: Release, look: Look) -> LookOut:
    items = [look_item_out(release.item(row)) for row in look.rows]
    return LookOut(items=items, score=look.score, probability=look.probability, price=look.price)


def _score(release: Release, request: ScoreOutfit, limits: Limits) -> Scores:
    outfits = [item_refs(outfit.items, f"outfits[{position}].items") for position, outfit in enumerate(request.outfits)]
    return Scores(
        release=release.id, outfits=[_outfit_score(release, one) for one in score(release, outfits, limits, explain=request.explain)]
    )


def _outfit_score(release: Release, answer: OutfitScore) -> OutfitScoreOut:
    pairs = None
    if answer.pairs is not None:
        pairs = [PairOut(items=list(pair.items), score=pair.score, probability=pair.probability) for pair in answer.pairs]
    swap = None
    if answer.swap is not None and answer.weakest is not None:
        item = look_item_out(release.item(answer.swap.row))
        swap = SwapOut(replace=answer.weakest, item=item, score=answer.swap.score, probability=answer.swap.probability)
    return OutfitScoreOut(
        score=answer.score, probability=answer.probability, missing=list(answer.missing), pairs=pairs, weakest=answer.weakest, swap=swap
    )
