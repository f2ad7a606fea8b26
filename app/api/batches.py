"""POST /complete-outfits: several outfits in one request, each answered by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request

from app.api.computing import CurrentComputing
from app.api.keys import behind
from app.api.outfits import complete_outfit
from app.api.problems import documented, respond_to
from app.api.reading import BoundedRoute
from app.api.schemas.answers import ProblemOut
from app.api.schemas.batches import CompletedOut, CompleteOutfits, Completions
from app.api.schemas.requests import CompleteOutfit
from app.api.services import InjectedServices
from app.ground.doors import Door
from app.ground.errors import PROBLEMS, ClientGoneError
from app.recommend.limits import check_count

_AT_ONCE: Final = 8
"""Outfits of one request that wait for a thread: enough for the model to answer them together, and few enough to leave room for others."""

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
    room, compute = asyncio.Semaphore(_AT_ONCE), replace(compute, apart=None)  # which would answer all of them at once

    async def one(asked: CompleteOutfit) -> CompletedOut:
        async with room:
            async with services.pool.beginning:
                await asyncio.sleep(0)  # however many batches come at once, others come between any two of their outfits
            try:
                return CompletedOut(answer=await complete_outfit(asked, services, compute, http))
            except ClientGoneError:
                raise
            except tuple(PROBLEMS) as error:
                return CompletedOut(problem=ProblemOut.model_validate_json(bytes(respond_to(error, services.settings.home).body)))

    try:
        async with asyncio.TaskGroup() as group:
            answers = [group.create_task(one(asked)) for asked in request.requests]
    except ExceptionGroup as ended:  # the others are let go of
        raise ended.exceptions[0] from None
    return Completions(answers=[answer.result() for answer in answers])
