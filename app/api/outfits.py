"""POST /complete-outfit and POST /score-outfit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from app.api.apart import asked_back, handed_back
from app.api.asked import anyones, as_asked, as_scored, first, pictures_of, question_of, taste_strength_of
from app.api.believed import believed, told_extras
from app.api.computing import Computing, CurrentComputing
from app.api.fields import Fields
from app.api.inside import Told, told_of
from app.api.keys import behind
from app.api.noted import Considered, considered_of, exploring, impression, note
from app.api.problems import documented
from app.api.reading import BoundedRoute, UnreadRoute
from app.api.schemas.answers import (
    Completion,
    ExcludedOut,
    LookOut,
    OutfitScoreOut,
    Scores,
    ShopperOut,
    SlotOut,
    SuggestionOut,
    TasteOut,
)
from app.api.schemas.items import LookItemOut
from app.api.schemas.requests import CompleteOutfit, OutfitIn, ScoreOutfit
from app.api.scored import given_outfit, outfit_score, why_of
from app.api.services import InjectedServices, Services
from app.api.translate import filter_of
from app.api.wished import in_words, understood
from app.experiments.experiment import Overlay
from app.ground.doors import Door
from app.ground.errors import LimitExceededError, RequestError
from app.ground.names import fresh
from app.ground.parts import Limits
from app.live.kept import named
from app.live.met import Encounters
from app.live.variants import Lane
from app.recommend import cost
from app.recommend.complete import complete
from app.recommend.completion import DEFAULT_K, Question, Suggestion
from app.recommend.completion import Completion as Answer
from app.recommend.limits import check_count, check_work
from app.recommend.looks import Look
from app.recommend.outfit import ItemRef
from app.recommend.photo import cut_photos
from app.recommend.products import as_items, meant
from app.recommend.score import score, work_of_scoring
from app.recommend.shopper import regarding
from app.recommend.slices import pause
from app.release.release import CatalogueItem, Release
from app.rules.over import Rules
from app.rules.ruling import Ruled

_asked = partial(APIRouter, tags=["outfits"], responses=documented(401, 403, 404, 422, 429), dependencies=[behind(Door.READ)])
router = _asked(route_class=BoundedRoute)
scoring = _asked(route_class=UnreadRoute)


@router.post("/complete-outfit", response_model=Completion, response_model_exclude_none=True)
async def complete_outfit(
    request: CompleteOutfit, services: InjectedServices, compute: CurrentComputing, http: Request
) -> Completion | Response:
    """What completes this outfit? Suggestions for each missing slot, and whole looks if asked for."""
    check_met([request], services, http)
    answer, noted = await completed(request, services, compute, http)
    return answer if told_of(http) is None else handed_back(answer, noted)


async def completed(
    request: CompleteOutfit, services: Services, compute: Computing, http: Request
) -> tuple[Completion, list[dict[str, Any]]]:
    """The answer to a question, and what is to be noted of it; where it came in here, it is."""
    request, user_note = believed(request, http, services.settings.keys)
    told_so = told_of(http)
    name = told_so.name if told_so and told_so.name else fresh()
    lane = services.variants.lane(request.user, request.session, name)
    release, rules = lane.release, lane.rules
    http.state.release, http.state.name = release.id, name
    met = await _met(request, services, told_so, lane.overlay)
    ruled = await _ruled(lane)
    cost_of_all, pictures = cost_of_completing(request, services.settings.limits), pictures_of(request.items)
    asked_so = partial(question_of, request, services.settings, met, ruled, lane.overlay)
    question = await to_thread.run_sync(asked_so) if pictures else asked_so()  # 16 MB of base64 are some tens of milliseconds
    question = replace(question, items=await _meant(lane.release, question.items), exploring=exploring(request, services, name))
    keeps = lane.kept.on and question.exploring is None and not question.lately and anyones(request)
    extras = told_extras(http, services.settings)
    asked = named(as_asked(question, request.fields, extras)) if keeps else None
    kept = lane.kept.find(release, asked) if asked else None
    if kept is not None:
        said, _, seen = kept.partition(b"\n")
        answer, considered = Completion.model_validate_json(said), json.loads(seen)
    else:
        answer, considered = await compute(
            lambda: _complete(release, request, question, rules, services, met, partial(Fields.suggested, request.fields, told=extras)),
            cost_of_all,
            pictures,
            joins=True,
        )
        if asked:
            lane.kept.keep(release, asked, answer.model_dump_json(by_alias=False).encode() + b"\n" + json.dumps(considered).encode())
    answer = answer.model_copy(update={"recommendation_id": name, "user_note": user_note, **lane.told()})
    if request.dry_run:
        return answer, []
    noted = impression(request, answer, considered, question, services.replay.position_of(release), services.settings.log.impression_bytes)
    if told_so is not None:
        services.times_shown.note(item for slot in noted["slots"] for item in slot["items"])
    else:
        note(services, noted)
        if release is services.serving.release:
            known = replace(question, exploring=None)
            services.follower.shadow.note(
                release, lambda candidate: _suggested(_complete(candidate, request, known, rules, services, met)[0])
            )
    return answer, [noted]


@scoring.post("/score-outfit", response_model=Scores, response_model_exclude_none=True)
async def score_outfit(request: ScoreOutfit, services: InjectedServices, compute: CurrentComputing, http: Request) -> Scores | Response:
    """How well do these outfits go together? With `explain`: which pair does not, and what would do better."""
    request, user_note = believed(request, http, services.settings.keys)
    named_one = request.user is not None or request.session is not None
    lane = services.variants.lane(request.user, request.session, "") if named_one else services.variants.unassigned()
    http.state.release = lane.release.id
    asked = await _scoring(request, lane) if lane.kept.on and lane.taken is None and user_note is None else None
    kept = lane.kept.find(lane.release, asked) if asked else None
    if kept is not None:
        return Response(kept, media_type="application/json")
    pictures = [outfit.photo.base64 for outfit in request.outfits if outfit.photo is not None]
    pictures += pictures_of([item for outfit in request.outfits for item in outfit.items or ()])
    cost_of_all = cost_of_scoring(request, services.settings.limits)
    scores = await compute(lambda: _score(lane, request, services), cost_of_all, pictures, joins=True)
    if asked:
        lane.kept.keep(lane.release, asked, scores.model_dump_json(by_alias=True, exclude_none=True).encode())
    return scores.model_copy(update={"user_note": user_note, **lane.told()})


async def _scoring(request: ScoreOutfit, lane: Lane) -> bytes | None:
    """The name of what is to be scored; None where its answer is not kept."""
    ruled = await _ruled(lane)
    asked = as_scored(request, ruled.force.number if ruled else 0)
    return None if asked is None else named(asked)


async def _meant(release: Release, items: Sequence[ItemRef]) -> Sequence[ItemRef]:
    """See ``meant``; on a thread where there is an id that no item has."""
    ids = {item for item in items if isinstance(item, str)}
    known = len(release.snapshot.row_of.known(ids)) == len(ids)
    return items if known else (await to_thread.run_sync(meant, release, [items]))[0]


async def _ruled(lane: Lane) -> Ruled | None:
    """The rules in force over a lane's release; what they select is worked out on a thread where nobody has yet."""
    rules, release = lane.rules, lane.release
    return rules.over(release) if rules.settled(release) else await to_thread.run_sync(rules.over, release)


def cost_of_completing(request: CompleteOutfit, limits: Limits) -> float:
    """What a question costs, but for its pictures; of more than one may ask for, what its refusal does."""
    candidates = len(request.candidates or ())
    refused = (
        max(request.k or 0, request.looks) > limits.max_k
        or len(request.items) > limits.max_items
        or len(request.slots or ()) > limits.max_slots
        or candidates > limits.max_candidates
    )
    if refused:
        return cost.LEAST
    return cost.of_completing(
        len(request.items),
        slots=None if request.slots is None else len(request.slots),
        k=request.k or candidates or DEFAULT_K,
        candidates=candidates,
        looks=request.looks,
        explain=request.explain,
    )


def cost_of_scoring(request: ScoreOutfit, limits: Limits) -> float:
    """What outfits cost to score, but for their pictures; more than one request may have cost what their refusal does."""
    sizes = [len(outfit.items or ()) for outfit in request.outfits]
    if len(sizes) > limits.max_outfits or max(sizes, default=0) > limits.max_items:
        return cost.LEAST
    return cost.of_scoring(sizes, explain=request.explain)


def check_met(requests: Iterable[CompleteOutfit], services: Services, http: Request) -> None:
    """See that what the shoppers of these questions have met is known here, wherever it matters.

    Raises:
        AnsweredApartError: this is the process of heavy requests, and it has to be told first.
    """
    told_so = told_of(http)
    if told_so is None:
        return
    lacking: dict[tuple[str | None, str | None], float] = {}
    for asked in requests:
        one, _ = believed(asked, http, services.settings.keys)
        patience_s = _patience_s(one, services, services.variants.lane(one.user, one.session, "").overlay)
        if patience_s is not None and told_so.met_by(one.user, one.session) is None:
            lacking[one.user, one.session] = max(patience_s, lacking.get((one.user, one.session), 0.0))
    if lacking:
        raise asked_back([(user, session, patience_s) for (user, session), patience_s in lacking.items()])


async def _met(request: CompleteOutfit, services: Services, told_so: Told | None, overlay: Overlay) -> Encounters | None:
    """What the shopper has met, where that matters."""
    patience_s = _patience_s(request, services, overlay)
    if patience_s is None:
        return None
    if told_so is not None:
        return told_so.met_by(request.user, request.session)
    return await services.met.by(request.user, request.session, patience_s)


def _patience_s(request: CompleteOutfit, services: Services, overlay: Overlay) -> float | None:
    """How long an answer waits for what its shopper has met, which is only to be left out; None where it does not matter."""
    if request.exclude_seen or request.exclude_purchased:
        return services.settings.log.timeout_s
    return 0.0 if taste_strength_of(request, services.settings, overlay) else None


def _complete(
    release: Release,
    request: CompleteOutfit,
    question: Question,
    rules: Rules,
    services: Services,
    met: Encounters | None,
    told: Callable[[Release], Fields] | None = None,
) -> tuple[Completion, Considered]:
    """The answer, and what was considered for its slots."""
    if question.ruled is not None and question.ruled.release.snapshot is not release.snapshot:
        question = replace(question, ruled=rules.over(release))
    served, shopper = regarding(release, request.user)
    fields = told(release) if told else Fields.suggested(None, release)  # before what takes long: one that no item has is refused
    answer = complete(served, question, services.settings.limits)
    note = met.note if met is not None else None
    items, text = _items(release, answer, fields), understood(answer.steering) if answer.steering else None
    said = Completion(
        recommendation_id="",
        release=release.id,
        complete=answer.complete,
        slots=[
            SlotOut(
                category=slot.category, items=[_suggestion(items, suggestion, fields) for suggestion in slot.items], fallback=slot.fallback
            )
            for slot in answer.slots
        ],
        looks=[_look(items, look, fields) for look in answer.looks],
        no_looks=answer.no_looks,
        least=answer.least,
        missing=list(answer.missing),
        taken_for=dict(answer.taken_for) or None,
        why_not=answer.why_not,
        shopper=ShopperOut(**asdict(shopper)) if shopper else None,
        rules=list(answer.rules) or None,
        excluded=ExcludedOut(items=len(release.snapshot.row_of.known({*as_items(release, [*question.met])})), note=note)
        if request.exclude_seen or request.exclude_purchased
        else None,
        taste=_taste(question, answer, met, note),
        text=text,
        understood=in_words(text) if text else None,
        not_understood=text.ignored if text else None,
    )
    return said, considered_of(release, answer)


def _taste(question: Question, answer: Answer, met: Encounters | None, note: str | None) -> TasteOut | None:
    if met is None or not question.taste_strength:
        return None
    used = answer.taste.items if answer.taste else ()
    return TasteOut(of=met.of if used else None, items=list(used), strength=question.taste_strength, note=note)


def _suggested(answer: Completion) -> list[list[str]]:
    return [[item.id for item in slot.items] for slot in answer.slots]


def _items(release: Release, answer: Answer, fields: Fields) -> dict[int, CatalogueItem]:
    """The items that an answer names, by row."""
    suggested = [row for slot in answer.slots for suggestion in slot.items for row in (suggestion.row, *suggestion.variants)]
    rows = list(dict.fromkeys([*suggested, *(row for look in answer.looks for row in look.rows)]))
    return dict(zip(rows, fields.items(release, rows), strict=True))


def _suggestion(items: Mapping[int, CatalogueItem], suggestion: Suggestion, fields: Fields) -> SuggestionOut:
    item = items[suggestion.row]
    variants = [items[row].id for row in suggestion.variants] or None
    return SuggestionOut(
        **fields.said(item),
        score=suggestion.score,
        probability=suggestion.probability,
        share=suggestion.share,
        pull=suggestion.pull,
        promoted=suggestion.promoted or None,
        variants=variants,
        rules=list(suggestion.rules) or None,
        explored=suggestion.explored or None,
        **why_of(suggestion.why),
    )


def _look(items: Mapping[int, CatalogueItem], look: Look, fields: Fields) -> LookOut:
    added = [LookItemOut(**fields.said(items[row])) for row in look.rows]
    return LookOut(items=added, score=look.score, probability=look.probability, price=look.price)


def _score(lane: Lane, request: ScoreOutfit, services: Services) -> Scores:
    """The scores; of several outfits one that cannot be scored says why, and the others are."""
    settings, limits = services.settings, services.settings.limits
    release, shopper = regarding(lane.release, request.user)
    check_count("exclude", len(request.exclude), limits.max_exclude, "items")
    asked_so = partial(
        score,
        release,
        limits=limits,
        explain=request.explain,
        wanted=filter_of(request.filters, request.exclude),
        consistent=first(request.consistent, lane.overlay.consistent, settings.consistent),
        ruled=lane.rules.over(lane.release),
    )

    def scored(outfits: Sequence[OutfitIn], place: int = 0) -> list[OutfitScoreOut]:
        given = [given_outfit(outfit, f"outfits[{position}]") for position, outfit in enumerate(outfits, place)]
        items, cuts = cut_photos(release, given, settings.photo_cut, limits)
        return [outfit_score(release, answer, cut) for answer, cut in zip(asked_so(items, place=place), cuts, strict=True)]

    def by_itself(place: int, outfit: OutfitIn) -> OutfitScoreOut:
        pause()
        try:
            return scored([outfit], place)[0]
        except RequestError as error:
            return OutfitScoreOut(score=None, probability=None, why_not=str(error), missing=[])

    try:
        answers = scored(request.outfits)
    except RequestError as error:
        of_one = all(detail.field.startswith("outfits[") for detail in error.details)
        if len(request.outfits) == 1 or not of_one or isinstance(error, LimitExceededError):
            raise
        check_work(work_of_scoring([len(outfit.items or ()) for outfit in request.outfits], explain=request.explain), limits.max_work)
        answers = [by_itself(place, outfit) for place, outfit in enumerate(request.outfits)]
    return Scores(release=release.id, outfits=answers, shopper=ShopperOut(**asdict(shopper)) if shopper else None)
