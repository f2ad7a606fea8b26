"""What every request passes before its route, and before its body is read: method, key, rate, and its query's parameters.

Which door a route is behind is declared where the route is (``behind(Door.WRITE)``); one that declares none is the admin's alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_origin

from fastapi import APIRouter, params
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.keys import admit, from_this_machine, is_public, sent_token
from app.api.problems import respond, respond_to
from app.api.rates import Rates, too_many
from app.api.ring import Ring
from app.ground.doors import Door
from app.ground.errors import BY_STATUS, INVALID, Detail, RequestError
from app.ground.settings import Settings
from app.home.keys import Key
from models.errors import did_you_mean

_MOST_TOLD: Final = 20
_ONCE: Final = "is given more than once; give it one value"


class Doors:
    """Lets a request through to its route, or answers why not."""

    def __init__(self, app: ASGIApp, routers: Sequence[APIRouter], settings: Settings, ring: Ring, rates: Rates) -> None:
        self.app, self.settings, self.ring, self.rates = app, settings, ring, rates
        self.routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        route = next((route for route in self.routes if route.matches(scope)[0] is Match.FULL), None)
        connection = HTTPConnection(scope)
        token = sent_token(connection.headers)
        key = self.ring.find(token) if token is not None else None
        state = scope.setdefault("state", {})
        state["who"] = self.rates.who(connection, key)
        state["page"] = key.id if key is not None and key.is_publishable else None
        state["believed"] = self._believed(connection, key)
        if key is not None:
            state["key"], state["scopes"] = key.id, key.scopes
        if route is not None:
            scope["route"] = route  # by which a refusal, too, is counted
        door = door_of(route) if route is not None else Door.OPEN
        allowance = None if route is not None and door is Door.OPEN else await self.rates.count(connection, key, state["who"])
        state["allowance"] = allowance
        sending = send if allowance is None else telling(send, state)
        if route is not None and door is not Door.OPEN:
            everybodys = is_public(door, self.settings) and (token is None or door is Door.PICTURES)
            sending = as_kept(sending, everybodys=everybodys, by_key=not everybodys or door is not Door.PICTURES)
        refused = too_many(allowance) if allowance is not None and not allowance.allowed else self._refusal(route, connection, token, key)
        await (refused or self.app)(scope, receive, sending)

    def _refusal(self, route: APIRoute | None, connection: HTTPConnection, token: str | None, key: Key | None) -> Response | None:
        """What says why a route may not be asked so; None where it may, and where nothing is there, which the service says itself."""
        if route is None:
            scope = connection.scope
            others = {method for other in self.routes if other.matches(scope)[0] is Match.PARTIAL for method in other.methods or ()}
            return _wrong_method(scope, sorted(others | {"HEAD"} if "GET" in others else others)) if others else None
        try:
            admit(connection, door_of(route), token=token, key=key, settings=self.settings, ring=self.ring)
        except RequestError as error:
            return respond_to(error)
        return _unknown_parameter(route, connection.query_params) or _repeated_parameter(route, connection.query_params)

    def _believed(self, connection: HTTPConnection, key: Key | None) -> bool:
        """Whether more is known of who asks than that anybody may: neither is it by a page's key, nor by none where shoppers are signed."""
        if key is not None:
            return not key.is_publishable
        return self.settings.keys.shoppers is None or from_this_machine(connection, self.settings.proxies)


def door_of(route: APIRoute) -> Door:
    """The door that a route is behind."""
    declared = [scope for one in route.dependencies if isinstance(one, params.Security) for scope in one.scopes or ()]
    return Door(declared[-1]) if declared else Door.ADMIN


def telling(send: Send, state: Mapping[str, Any]) -> Send:
    """Have an answer tell what is left of a minute: of the ``allowance`` in the state of its request, once it is answered."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(state["allowance"].headers)
        await send(message)

    return sending


def as_kept(send: Send, *, everybodys: bool, by_key: bool) -> Send:
    """Have an answer tell caches on its way what they may keep.

    Args:
        everybodys: whether it is the same for whoever asks; else only who asked may keep it, and asks whether it has changed.
        by_key: whether another key, or none, may be answered otherwise.
    """

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if not everybodys:
                headers["Cache-Control"] = headers.get("Cache-Control", "private, no-cache").replace("public", "private")
            if by_key:
                headers.add_vary_header("Authorization, X-API-Key")
        await send(message)

    return sending


def _wrong_method(scope: Scope, allowed: Sequence[str]) -> Response:
    problem = f"{scope['path']} takes {', '.join(allowed)}; see /docs"
    return respond(
        BY_STATUS[405], f"method {scope['method']}: {problem}", [Detail("method", scope["method"], problem)], {"Allow": ", ".join(allowed)}
    )


def _unknown_parameter(route: APIRoute, sent: QueryParams) -> Response | None:
    known = [one.alias for one in route.dependant.query_params]
    unknown = [name for name in sent if name not in known][:_MOST_TOLD]
    if not unknown:
        return None
    told = f"known are {', '.join(known)}" if known else "this takes none"
    details = [Detail(name, sent[name], f"unknown parameter; {did_you_mean(name, known, told)}") for name in unknown]
    return respond(INVALID, f"{details[0].field}: {details[0].problem}", details)


def _repeated_parameter(route: APIRoute, sent: QueryParams) -> Response | None:
    """Refuse to choose among several values of what has one."""
    single = [one.alias for one in route.dependant.query_params if get_origin(one.field_info.annotation) is not list]
    details = [Detail(name, ", ".join(values), _ONCE) for name in single if len(values := sent.getlist(name)) > 1]
    return respond(INVALID, f"{details[0].field}: {_ONCE}", details) if details else None
