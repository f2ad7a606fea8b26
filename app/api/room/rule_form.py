"""The form in which a rule is written by whoever knows the shop, and no JSON: what it says goes the way of ``PUT /rules``."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from itertools import accumulate, islice
from typing import Any, Final

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from app.api import rules
from app.api.computing import CurrentComputing
from app.api.keys import behind
from app.api.problems import printable
from app.api.room.offered import NOTHING, called, found, offered, titled
from app.api.room.pages import rules_page
from app.api.room.render import InSession, OwnForm, page, text_of, went
from app.api.room.trouble import RoomRoute
from app.api.room.trying import UNTRIED, tried
from app.api.room.typed import ASK, FIND, SELECTORS, UTC, WORN, Typed, proposed_id, said_by, typed, typed_of, zones
from app.api.room.written import DOES, Wrong, in_words
from app.api.schemas.rules import DryRunRules, PutRules
from app.api.services import CurrentRelease, InjectedServices, Services
from app.ground.doors import Door
from app.ground.errors import ROOTS, problem_of
from app.rules.rule import Rule, as_written
from app.rules.said import in_words as rule_in_words

router = APIRouter(
    prefix="/ops/rules",
    include_in_schema=False,
    route_class=RoomRoute,
    dependencies=[behind(Door.OPEN)],
    default_response_class=HTMLResponse,
)
_ZONE: Final = "attire_zone"
"""The cookie that remembers in which zone somebody writes moments."""
_MOST_SOUGHT: Final = 4


@router.get("/new")
async def new(request: Request, do: str, services: InjectedServices, session: InSession) -> HTMLResponse:
    """An empty form for a kind of rule."""
    if do not in DOES:
        return await rules_page(services, session, f"no rule does {do!r}", status=HTTPStatus.NOT_FOUND)
    return await _page(services, session, Typed(do, zone=_zone(request)))


@router.get("/edit")
async def edit(request: Request, id: str, services: InjectedServices, session: InSession) -> HTMLResponse:  # noqa: A002 - of the address
    """The form of a rule that there is; as JSON where the form cannot say all of it."""
    rule = _named(id, (await to_thread.run_sync(services.rules.file.book)).rules)
    if rule is None:
        return await rules_page(services, session, f"there is no rule {id!r} any more", status=HTTPStatus.NOT_FOUND)
    form = typed_of(rule, _zone(request))
    if form is not None:
        return await _page(services, session, form)
    text = json.dumps(as_written(rule), ensure_ascii=False, indent=1)
    return await rules_page(services, session, f"{id!r} says more than the form can hold; change it as JSON", text=text)


@router.post("/form")
async def take(
    sent: OwnForm, release: CurrentRelease, services: InjectedServices, session: InSession, compute: CurrentComputing
) -> Response:
    """Try what the form says on the last answers, write it, or look for items to put into it."""
    form, act = typed(sent), text_of(sent, "act")
    if form.do not in DOES:
        return await rules_page(services, session, f"no rule does {form.do!r}", status=HTTPStatus.NOT_FOUND)
    here = partial(_page, services, session)
    sought = dict(islice(form.beginning(FIND), _MOST_SOUGHT))
    known = (await to_thread.run_sync(services.rules.file.book)).rules
    said = said_by(form)
    said["id"] = form.was or said["id"] or proposed_id(said, {rule.id for rule in known})
    wrong: list[Wrong] = []
    if not form.was and _named(said["id"], known) is not None:
        wrong = [Wrong(said["id"], "id", "is another rule's already: choose another, or leave it empty", "")]
    try:
        if act == "more" and (sought or any(form.beginning(ASK))):
            limits = services.settings.limits
            items = await compute(lambda: {name: found(release, words, limits) for name, words in sought.items()})
            return await here(form, found=items, sought=sought)
        asked = DryRunRules.model_validate({"rules": [said]})
        if not wrong and act == "write":
            await rules.put_rules(PutRules.model_validate({"rules": [said]}), services, if_match=text_of(sent, "seen") or None)
            return _remembering(form.zone, said["id"])
        if not wrong:
            return await tried(asked, partial(here, form, rule=asked.rules[0]), release, services, compute)
    except ValidationError as error:
        wrong += in_words(error, [said], form=True)
    except ROOTS as error:
        return await here(form, problem=printable(str(error)), status=problem_of(error).status)
    return await here(form, status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong=wrong)


async def _page(
    services: Services,
    session: InSession,
    form: Typed,
    *,
    problem: str | None = None,
    status: int = 200,
    **came: Any,  # noqa: ANN401 - shown
) -> HTMLResponse:
    """The form with what stands in it, what is wrong beside its field, and what came of trying the rule."""
    release, book = services.serving.release, await to_thread.run_sync(services.rules.file.book)
    names, places = [name for name in form.values if name == "ids" or name.endswith(".ids")], [*SELECTORS[form.do], WORN]

    def there() -> dict[str, Any]:
        ids = [one for name in names for one in form.ids(name)]
        return {
            "offered": offered(release, {one for place in places for one in (*form.shown(place), *form.attributes(place))}),
            "titled": titled(release, ids),
        }

    catalogue = await to_thread.run_sync(there)
    wrong: Sequence[Wrong] = came.pop("wrong", ())
    asked = [f"{place}.attributes.{name}" for place, name in form.beginning(ASK)]
    rule: Rule | None = came.pop("rule", None)
    shown: dict[str, Any] = {
        **UNTRIED,
        "conflicts": [],
        "gained": [],
        "lost": [],
        "found": {},
        "sought": {},
        "version": book.version,
        "form": form,
        "does": DOES[form.do],
        "places": SELECTORS[form.do],
        "nothing": NOTHING,
        "zones": zones(),
        "wrong": [(one, _field(one)) for one in wrong],
        "beside": (beside := _beside(wrong)),
        "opened": {name for one in (*beside, *asked, *came.get("sought", ())) for name in accumulate(one.split("."), "{}.{}".format)},
        "asked": asked,
        "rule": rule,
        "words": None if rule is None else rule_in_words(rule, partial(called, catalogue["titled"])),
    }
    return page("rule", status, session=session, here="/ops/rules", problem=problem, **(shown | catalogue | came))


def _beside(wrong: Sequence[Wrong]) -> dict[str, list[str]]:
    """What is wrong, by the field beside which it is told."""
    told: dict[str, list[str]] = {}
    for one in wrong:
        told.setdefault(_field(one), []).append(one.problem)
    return told


def _field(wrong: Wrong) -> str:
    """The field of the form: a list is one, whichever of its values is wrong.

    >>> [_field(Wrong("", name, "", "")) for name in ("items.brand[3]", "slots[0].min")]
    ['items.brand', 'slots.0.min']
    """
    name = re.sub(r"\[(\d+)\]", r".\1", wrong.field)
    return name if name.startswith("slots.") else re.sub(r"(\.\d+)+$", "", name)


def _named(rule_id: str, known: Sequence[Rule]) -> Rule | None:
    return next((rule for rule in known if rule.id == rule_id), None)


def _zone(request: Request) -> str:
    zone = request.cookies.get(_ZONE, UTC)
    return zone if zone in zones() else UTC


def _remembering(zone: str, rule_id: str) -> Response:
    """To the rules, which tell that it was saved, and what is probably not meant."""
    written = went("/ops/rules", "write", rule_id)
    written.set_cookie(_ZONE, zone, max_age=365 * 86_400, path="/ops", httponly=True, samesite="strict")
    return written
