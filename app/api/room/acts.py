"""What a form of the ops room does; each by the function of the JSON route."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from http import HTTPStatus
from typing import Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import Field, ValidationError

from app.api import releases, rules
from app.api.computing import CurrentComputing
from app.api.keys import behind, scheme_of
from app.api.problems import printable
from app.api.room import pages, rule_form
from app.api.room.entrance import COOKIE, LIVES_S
from app.api.room.pages import releases_page, rules_page
from app.api.room.render import ENTER, AtEntrance, InSession, OwnForm, go, page, text_of, went
from app.api.room.trouble import RoomRoute, no_such_page
from app.api.room.trying import tried
from app.api.room.written import Wrong, in_words, not_json
from app.api.schemas.rules import DryRunRules, PutRules
from app.api.services import CurrentRelease, InjectedServices
from app.ground.doors import Door
from app.ground.errors import ROOTS, KeyRefusedError, ServiceError, problem_of
from app.ground.strict import Few
from app.rules.rule import Rule, as_written

router = APIRouter(
    prefix="/ops", include_in_schema=False, route_class=RoomRoute, dependencies=[behind(Door.OPEN)], default_response_class=HTMLResponse
)
routers: Final = [pages.router, rule_form.router, router]
"""Of the whole room."""
_MOST_BYTES: Final = 2_000
_TOLD: Final = 8  # of the rules that were written, by their names
_CHANGES: Final[Mapping[str, Mapping[str, object]]] = {
    "end": {"enabled": False},
    "resume": {"enabled": True},
    "approve": {"state": "approved"},
}
"""What each button of a rule makes of it."""


class _Some(PutRules):
    """Rules that are written into the form: one at least, which replaces nothing but that of its id."""

    rules: Few[Rule] = Field(min_length=1)


@router.post(ENTER.removeprefix("/ops"))
async def come_in(request: Request, entrance: AtEntrance) -> Response:
    """Take a key once, and give a cookie for it."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > _MOST_BYTES:
        return page("enter", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem="that is no key: it is too long")
    typed = text_of(await request.form(max_files=0, max_fields=2), "key").strip() if length.isdecimal() else ""
    if not typed:
        return page("enter", HTTPStatus.UNPROCESSABLE_ENTITY, problem="no key was typed; paste one that begins with attire_")
    try:
        cookie = await entrance.let_in(request, typed)
    except KeyRefusedError as error:
        return page("enter", HTTPStatus.FORBIDDEN, problem=str(error))
    inside = go("/ops")
    safe = scheme_of(request) == "https"
    inside.set_cookie(COOKIE, cookie, max_age=LIVES_S, path="/ops", secure=safe, httponly=True, samesite="strict")
    return inside


@router.post("/leave")
async def leave(form: OwnForm, entrance: AtEntrance, session: InSession) -> RedirectResponse:  # noqa: ARG001 - it is this session's own
    """End the session, and have the browser forget its cookie."""
    await to_thread.run_sync(entrance.let_out, session)
    outside = go(ENTER)
    outside.delete_cookie(COOKIE, path="/ops")
    return outside


@router.post("/releases/{release_id}/activate")
async def activate(release_id: str, form: OwnForm, services: InjectedServices, session: InSession) -> Response:  # noqa: ARG001
    """Serve this release."""
    try:
        await releases.activate(release_id, services)
    except ROOTS as error:
        return await releases_page(services, session, printable(str(error)), problem_of(error).status)
    return went("/ops/releases", "serve")


@router.post("/rollback")
async def roll_back(form: OwnForm, services: InjectedServices, session: InSession) -> Response:
    """Serve what served before, if that is still what was confirmed."""
    try:
        before = releases.before(services).id
        if text_of(form, "release") != before:
            changed = f"another release serves by now, and a rollback would go to {before}; nothing was done"
            return await releases_page(services, session, changed, HTTPStatus.CONFLICT)
        await releases.rollback(services)
    except ROOTS as error:
        return await releases_page(services, session, printable(str(error)), problem_of(error).status)
    return went("/ops/releases", "serve")


@router.post("/rules")
async def write_rules(
    form: OwnForm, release: CurrentRelease, services: InjectedServices, session: InSession, compute: CurrentComputing
) -> Response:
    """Try rules on the last answers, or write them."""
    text, wrong = text_of(form, "rules"), list[Wrong]()
    try:
        given = json.loads(text)
        listed = {"rules": given if isinstance(given, list) else given.get("rules", [given]) if isinstance(given, Mapping) else given}
        if text_of(form, "do") == "write":
            written = _Some.model_validate(listed)
            await rules.put_rules(written, services, if_match=text_of(form, "seen") or None)
            return went("/ops/rules", "write", *(rule.id for rule in written.rules[:_TOLD]))
        asked = DryRunRules.model_validate(listed)
    except ValidationError as error:
        wrong, problem, status = in_words(error, listed["rules"]), "nothing was saved", HTTPStatus.UNPROCESSABLE_ENTITY
    except (ValueError, RecursionError) as error:
        wrong, problem, status = not_json(error, text), "nothing was saved", HTTPStatus.UNPROCESSABLE_ENTITY
    except ServiceError as error:
        problem, status = str(error), HTTPStatus(problem_of(error).status)
    else:
        return await tried(asked, partial(rules_page, services, session, text=text), release, services, compute)
    return await rules_page(services, session, printable(problem), status=status, text=text, wrong=wrong)


@router.post("/rules/change")
async def change_rule(form: OwnForm, services: InjectedServices, session: InSession) -> Response:
    """End a rule, have it hold again, approve a look, or take a rule away."""
    rule_id, do = text_of(form, "id"), text_of(form, "do")
    try:
        if do == "remove":
            await rules.delete_rule(rule_id, services)
        else:
            book, change = (await rules.get_rules(services)).rules, _CHANGES.get(do, {})
            found = [{**as_written(rule), **change} for rule in book if rule.id == rule_id and all(hasattr(rule, name) for name in change)]
            if not found:
                return await rules_page(services, session, f"there is no rule {rule_id!r} any more", status=HTTPStatus.NOT_FOUND)
            await rules.put_rules(PutRules.model_validate({"rules": found}), services)
    except ServiceError as error:
        return await rules_page(services, session, printable(str(error)), status=problem_of(error).status)
    return went("/ops/rules", do, rule_id)


@router.post("/rules/restore")
async def restore_rules(form: OwnForm, services: InjectedServices, session: InSession) -> Response:
    """Have the rules of an earlier version hold again, if they are still what was looked at."""
    version, seen = (int(said) if said.isdecimal() else 0 for said in (text_of(form, "version"), text_of(form, "seen")))
    try:
        await to_thread.run_sync(lambda: services.rules.file.restore(version, meant=seen))
    except ServiceError as error:
        return await rules_page(services, session, printable(str(error)), status=problem_of(error).status)
    return went("/ops/rules", "restore")


@router.api_route("/{rest:path}", methods=["GET", "POST"])
async def nowhere(request: Request, rest: str, session: InSession) -> Response:  # noqa: ARG001 - only who is in is told what there is
    """Any other address below the room's; it is the last route."""
    if rest.endswith("/") or not rest:
        return go(request.url.path.rstrip("/"))
    return no_such_page(request)
