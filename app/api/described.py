"""The service's description (``/openapi.json``) says the most of everything, which are settings; it is made when it is first asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.routing import Route

from app.api.problems import MEDIA_TYPE
from app.ground.parts import Limits

_MOST: Final[Mapping[str, str]] = {
    "CompleteOutfit.items": "max_items",
    "CompleteOutfit.slots": "max_slots",
    "CompleteOutfit.candidates": "max_candidates",
    "CompleteOutfit.exclude": "max_exclude",
    "CompleteOutfit.promote": "max_exclude",
    "CompleteOutfit.k": "max_k",
    "CompleteOutfits.requests": "max_outfits",
    "CompleteOutfit.looks": "max_k",
    "OutfitIn.items": "max_items",
    "ScoreOutfit.exclude": "max_exclude",
    "ScoreOutfit.outfits": "max_outfits",
    "SimilarItems.k": "max_k",
    "LabelItem.k": "max_k",
    "UpsertItems.items": "max_upserts",
    "EventsIn.events": "max_events",
    "ImageIn.base64": "max_body_bytes",
    "PictureIn.base64": "max_body_bytes",
}
"""Object and field -> the limit that is the most of it."""
_LEGIBLE: Final = b"""<style>
.swagger-ui .opblock .opblock-summary-method { color: #000; text-shadow: none }
.swagger-ui .json-schema-2020-12-expand-deep-button, .swagger-ui .info .url, .swagger-ui .btn.authorize span { color: #3b4151 }
.swagger-ui .info .title small, .swagger-ui .info .title small.version-stamp { background: #3b4151 }
</style>"""
"""What Swagger UI writes in colours that are hard to read on its others."""
_WAITING: Final = frozenset({"429", "503"})
_SAID: Final = {"array": "maxItems", "integer": "maximum", "string": "maxLength"}


def describe(app: FastAPI, limits: Limits) -> None:
    """Have the application's description say the limits. A thread makes it, within a second of its time: others are answered meanwhile."""
    undescribed = app.openapi
    one_at_a_time = CapacityLimiter(1)
    routes = {one.path: (at, one) for at, one in enumerate(app.router.routes) if isinstance(one, Route)}
    place, route = routes[str(app.openapi_url)]
    place_of_page, page_route = routes["/docs"]

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = undescribed()
            for operation in (one for path in document["paths"].values() for one in path.values()):
                operation["summary"] = _in_short(operation["description"])
                _describe_problems(operation["responses"])
            objects = document["components"]["schemas"]
            del objects["PatchIn"]["properties"]["category"]["default"]  # no category is empty: left out, it stays as it is
            for field_of, limit in _MOST.items():
                name, _, field = field_of.partition(".")
                _bound(objects[name]["properties"][field], getattr(limits, limit))
            for parameter in document["paths"]["/items"]["get"]["parameters"]:
                if parameter["name"] == "limit":
                    _bound(parameter["schema"], limits.max_k)
        return app.openapi_schema or {}

    async def described(request: Request) -> Response:
        await to_thread.run_sync(openapi, limiter=one_at_a_time)
        answer: Response = await route.endpoint(request)
        return answer

    async def page(request: Request) -> Response:
        answer: Response = await page_route.endpoint(request)
        return HTMLResponse(bytes(answer.body).replace(b"<html>", b'<html lang="en">', 1).replace(b"</head>", _LEGIBLE + b"</head>", 1))

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it
    app.router.routes[place] = Route(route.path, described, include_in_schema=False)
    app.router.routes[place_of_page] = Route(page_route.path, page, include_in_schema=False)


def _describe_problems(responses: dict[str, Any]) -> None:
    """Have the answers to refused requests say what they are, which FastAPI takes for ordinary JSON, and what their headers are."""
    for status, response in responses.items():
        content = response.get("content", {})
        if MEDIA_TYPE in content:
            content[MEDIA_TYPE] = content.pop("application/json")
        if status in _WAITING:
            waits = {"description": "Seconds until it may be asked again.", "schema": {"type": "integer"}}
            response["headers"] = {"Retry-After": waits}


def _in_short(told: str) -> str:
    """The first thing that is told.

    >>> _in_short("What completes this outfit? Suggestions."), _in_short("Serve this: here at once."), _in_short("One item.")
    ('What completes this outfit?', 'Serve this', 'One item')
    """
    return re.split(r"(?<=[?])\s|[.;:](?:\s|$)", told, maxsplit=1)[0]


def _bound(schema: dict[str, Any], most: int) -> None:
    for kind in _kinds(schema):
        if name := _SAID.get(kind.get("type", "")):
            kind[name] = min(most, kind.get(name, most))


def _kinds(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a field may be: itself, or each of several."""
    yield from schema.get("anyOf", [schema])
