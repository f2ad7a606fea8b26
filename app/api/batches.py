"""POST /complete-outfits: several outfits in one request, each answered by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.api.apart import handed_back
from app.api.asked import pictures_of
from app.api.computing import CurrentComputing
from app.api.inside import told_of
from app.api.keys import behind
from app.api.outfits import check_met, completed, cost_of_completing
from app.api.problems import documented, respond_to
from app.api.reading import UnreadPartsRoute
from app.api.schemas.answers import ProblemOut
from app.api.schemas.batches import CompletedOut, CompleteOutfits, Completions
from app.api.schemas.requests import CompleteOutfit
from app.api.services import InjectedServices
from app.ground.doors import Door
from app.ground.errors import PROBLEMS, ClientGoneError
from app.recommend.limits import check_count

_AT_ONCE: Final = 8
"""Outfits of one request that are under way: enough for the model to answer them together, and few enough to leave room for others."""

router = APIRouter(
    route_class=UnreadPartsRoute,
    tags=["outfits"],
    responses=documented(401, 403, 404, 422, 429),
    dependencies=[behind(Door.READ)],
)


@router.post("/complete-outfits", response_model=Completions, response_model_exclude_none=True)
async def complete_outfits(
    request: CompleteOutfits, services: InjectedServices, compute: CurrentComputing, http: Request
) -> Completions | Response:
    """What completes each of these outfits? As `POST /complete-outfit` answers it; what is wrong with one leaves the others as they are.

    But one that is not of the form described is a mistake of the program that sent it: 422 names its place (`requests[3].items`) for all.
    """
    check_count("requests", len(request.requests), services.settings.limits.max_outfits, "outfits")
    check_met(request.requests, services, http)
    costs = [cost_of_completing(one, services.settings.limits) for one in request.requests]
    pictures = [picture for one in request.requests for picture in pictures_of(one.items)]
    await compute.unless_apart(sum(costs), pictures, timed=False)
    here = replace(compute, body=None)
    answers, noted = [CompletedOut()] * len(costs), list[dict[str, Any]]()
    left = iter(enumerate(zip(request.requests, costs, strict=True)))

    async def one(asked: CompleteOutfit, cost: float) -> CompletedOut:
        async with services.pool.room(cost):
            async with services.pool.beginning:
                await asyncio.sleep(0)  # however many batches come at once, others come between any two of their outfits
            try:
                answer, of_answer = await completed(asked, services, here, http)
            except ClientGoneError:
                raise
            except tuple(PROBLEMS) as error:
                return CompletedOut(problem=ProblemOut.model_validate_json(bytes(respond_to(error, services.settings.home).body)))
        noted.extend(of_answer)
        return CompletedOut(answer=answer)

    async def some() -> None:
        for number, asked in left:
            answers[number] = await one(*asked)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(_AT_ONCE, len(costs))):
                group.create_task(some())
    except ExceptionGroup as ended:  # the others are let go of
        raise ended.exceptions[0] from None
    said = Completions(answers=answers)
    return said if told_of(http) is None else handed_back(said, noted)
