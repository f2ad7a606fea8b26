"""GET /ops and the pages below it."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from app.api import releases as served
from app.api.computing import CurrentComputing
from app.api.experiments import get_experiments
from app.api.keys import behind
from app.api.pictures import image
from app.api.room.entrance import Session
from app.api.room.offered import called, titled
from app.api.room.render import ENTER, OF_RUNS, InSession, page
from app.api.room.shown import curve, overview, runs_of
from app.api.room.trouble import RoomRoute
from app.api.room.trying import UNTRIED
from app.api.room.written import DOES
from app.api.rules import get_rules
from app.api.schemas.rules import ConflictOut
from app.api.services import CurrentRelease, InjectedServices, Services
from app.experiments.kept import KeptReports
from app.ground.doors import Door
from app.ground.errors import HomeError, UnknownReleaseError
from app.home.runs import Runs
from app.home.underway import underway
from app.rules.book import Change
from app.rules.rule import CuratedLook, Pin, Rule, as_written, standing
from app.rules.said import in_words

router = APIRouter(
    prefix="/ops", include_in_schema=False, route_class=RoomRoute, dependencies=[behind(Door.OPEN)], default_response_class=HTMLResponse
)
DID: Final = {
    "write": "Saved",
    "end": "Switched off",
    "resume": "Switched on",
    "approve": "Approved",
    "remove": "Removed",
    "restore": "The rules of an earlier version are in force again",
    "serve": "Another release serves now",
}
"""What was done, by the button that does it."""
_SMALL: Final = 128
_CHANGES: Final = 10
"""Versions of the rules that are shown."""


@router.get("")
async def ops(services: InjectedServices, session: InSession) -> HTMLResponse:
    """How the service is."""
    release = services.serving.release
    return page("overview", session=session, here="/ops", release=release, replay=services.replay, it=await overview(services))


@router.get(ENTER.removeprefix("/ops"))
async def enter() -> HTMLResponse:
    """The form that takes a key."""
    return page("enter")


@router.get("/releases")
async def releases(services: InjectedServices, session: InSession, did: str = "") -> HTMLResponse:
    """Releases, the worker's runs, and the learning curve."""
    return await releases_page(services, session, done=DID.get(did))


async def releases_page(
    services: Services, session: Session, problem: str | None = None, status: int = 200, done: str | None = None
) -> HTMLResponse:
    """That page, where something was asked for that cannot be done, too."""
    runs = await runs_of(services)
    told = (await to_thread.run_sync(served.releases, services)).releases
    made = {run.release: run for run in runs if run.release}
    try:
        before: str | None = services.store.before_current().id
    except HomeError:
        before = None
    goes_on = await to_thread.run_sync(underway, services.settings.home)
    shown = {"told": told, "made": made, "runs": runs[::-1], "curve": curve(runs), "before": before, "underway": goes_on}
    return page("releases", status, session=session, here="/ops/releases", problem=problem, done=done, **shown)


@router.get("/releases/{release_id}/activate")
async def ask_to_activate(release_id: str, services: InjectedServices, session: InSession) -> HTMLResponse:
    """Whether this is meant."""
    known = {record.id for record in await to_thread.run_sync(services.store.records)}
    if release_id not in known:
        return await releases_page(services, session, f"there is no release {release_id!r}", 404)
    asked: dict[str, Any] = {"what": f"Serve {release_id}", "to": f"/ops/releases/{release_id}/activate", "release": release_id}
    return page("confirm", session=session, here="/ops/releases", current=services.serving.release, **asked)


@router.get("/rollback")
async def ask_to_roll_back(services: InjectedServices, session: InSession) -> HTMLResponse:
    """Whether this is meant."""
    try:
        before = services.store.before_current().id
    except HomeError as error:
        return await releases_page(services, session, str(error).partition(": ")[2], 404)
    asked: dict[str, Any] = {"what": f"Roll back to {before}", "to": "/ops/rollback", "release": before}
    return page("confirm", session=session, here="/ops/releases", current=services.serving.release, **asked)


@router.get("/runs/{run_id}")
async def run(run_id: int, services: InjectedServices, session: InSession) -> HTMLResponse:  # noqa: ARG001 - only who is in sees it
    """A run's page, as the worker wrote it."""
    path = Runs(services.settings.home).directory(f"{run_id:04d}") / "index.html"
    try:
        text = await to_thread.run_sync(path.read_text)
    except FileNotFoundError as error:
        msg = f"run {run_id}: it has no page"
        raise UnknownReleaseError(msg) from error
    return HTMLResponse(text, headers=OF_RUNS)


@router.get("/rules")
async def rules(services: InjectedServices, session: InSession, did: str = "", of: str = "") -> HTMLResponse:
    """The merchandiser's rules, and what was just done to which of them."""
    return await rules_page(services, session, done=DID.get(did), did=of.splitlines())


async def rules_page(
    services: Services, session: Session, problem: str | None = None, *, status: int = 200, text: str = "", **tried: object
) -> HTMLResponse:
    """That page, with what was typed and what came of it."""
    book = await get_rules(services)
    now = datetime.now(UTC)
    items = [item for rule in book.rules if isinstance(rule, Pin | CuratedLook) for item in rule.ids]
    titles = await to_thread.run_sync(titled, services.serving.release, items)
    shown = [(rule, in_words(rule, partial(called, titles)), _json(rule), standing(rule, now)) for rule in book.rules]
    changes: list[Change] = []
    with suppress(HomeError):  # a version that cannot be read: the rules that hold can
        changes = await to_thread.run_sync(services.rules.file.history, _CHANGES)
    ids = {rule.id for rule in book.rules}
    doubted: dict[str, list[ConflictOut]] = {}
    for conflict in book.conflicts:
        for rule_id in conflict.rules:
            doubted.setdefault(rule_id, []).append(conflict)
    of_none = [one for one in book.conflicts if ids.isdisjoint(one.rules)]
    given = {"version": book.version, "rules": shown, "changes": changes, "text": text, "doubted": doubted, "of_none": of_none}
    given |= {"does": DOES, "did": [], "ids": ids, "wrong": [], "conflicts": [], **UNTRIED, **tried}
    return page("rules", status, session=session, here="/ops/rules", problem=problem, **given)


def _json(rule: Rule) -> str:
    return json.dumps(as_written(rule), ensure_ascii=False, separators=(",", ":"))


@router.get("/pictures/{item_id:path}")
async def picture(
    request: Request,
    item_id: str,
    release: CurrentRelease,
    services: InjectedServices,
    session: InSession,  # noqa: ARG001 - only who is in sees it
    compute: CurrentComputing,
) -> Response:
    """An item's picture, small, for whoever is in: their cookie opens nothing outside the room."""
    answer = await image(request, item_id, release, services, compute, width=_SMALL)
    answer.headers["Cache-Control"] = "private, max-age=3600"
    return answer


@router.get("/experiments")
async def experiments(services: InjectedServices, session: InSession) -> HTMLResponse:
    """Experiments, and what came of them."""
    told = await get_experiments(services)
    kept = KeptReports(services.settings.home)
    reports = await to_thread.run_sync(lambda: {one.name: kept.of(one.name) for one in told.experiments})
    shown: dict[str, Any] = {"told": told, "reports": reports, "every_s": services.settings.worker.guard_s}
    return page("experiments", session=session, here="/ops/experiments", **shown)
