"""POST /complete-outfits: several outfits in one request, each answered by itself."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request

from app.api.apart import AnsweredApartError
from app.api.computing import CurrentComputing
from app.api.keys import behind
from app.api.outfits import complete_outfit, cost_of_completing
from app.api.problems import documented, respond_to
from app.api.reading import BoundedRoute
from app.api.schemas.answers import Completion, ProblemOut
from app.api.schemas.batches import CompletedOut, CompleteOutfits, Completions
from app.api.schemas.requests import CompleteOutfit
from app.api.services import InjectedServices
from app.ground.doors import Door
from app.ground.errors import PROBLEMS, ClientGoneError
from app.live.pool import HEAVY, VERY_HEAVY
from app.recommend.limits import check_count

_AT_ONCE: Final = 8
"""Outfits of one request that are under way: enough for the model to answer them together, and few enough to leave room for others."""

_ONE: Final = "/complete-outfit"

router = APIRouter(
    route_class=BoundedRoute,
    tags=["outfits"],
    responses=documented(400, 401, 403, 404, 413, 422, 429, 503),
    dependencies=[behind(Door.READ)],
)


@router.post("/complete-outfits", response_model_exclude_none=True)
async def complete_outfits(request: CompleteOutfits, services: InjectedServices, compute: CurrentComputing, http: Request) -> Completions:
    """What completes each of these outfits? As `POST /complete-outfit` answers it; what is wrong with one leaves the others as they are."""
    check_count("requests", len(request.requests), services.settings.limits.max_outfits, "outfits")
    costs = [cost_of_completing(one) for one in request.requests]
    waits = sum(cost for cost in costs if cost >= HEAVY) >= VERY_HEAVY
    answers: list[CompletedOut] = [CompletedOut()] * len(costs)
    left = iter(enumerate(zip(request.requests, costs, strict=True)))

    async def one(asked: CompleteOutfit, cost: float) -> CompletedOut:
        apart = compute.apart if cost >= HEAVY else None
        computing = replace(
            compute, apart=apart, path=_ONE, waits=waits, body=lambda: asked.model_dump_json(by_alias=True, exclude_unset=True).encode()
        )
        async with apart.room if apart is not None else nullcontext():
            async with services.pool.beginning:
                await asyncio.sleep(0)  # however many batches come at once, others come between any two of their outfits
            try:
                return CompletedOut(answer=await complete_outfit(asked, services, computing, http))
            except ClientGoneError:
                raise
            except AnsweredApartError as done:
                said = bytes(done.response.body)
                if done.response.status_code == HTTPStatus.OK:
                    return CompletedOut(answer=Completion.model_validate_json(said))
                return CompletedOut(problem=ProblemOut.model_validate_json(said))
            except tuple(PROBLEMS) as error:
                return CompletedOut(problem=ProblemOut.model_validate_json(bytes(respond_to(error, services.settings.home).body)))

    async def some() -> None:
        for number, asked in left:
            answers[number] = await one(*asked)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_AT_ONCE, len(costs))):
                group.create_task(some())
    except ExceptionGroup as ended:  # the others are let go of
        raise ended.exceptions[0] from None
    return Completions(answers=answers)
