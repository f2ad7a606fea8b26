"""The service's description (``/openapi.json``) says the most of everything, which are settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI

from app.ground.parts import Limits

_MOST: Final[Mapping[str, str]] = {
    "CompleteOutfit.items": "max_items",
    "CompleteOutfit.slots": "max_slots",
    "CompleteOutfit.candidates": "max_candidates",
    "CompleteOutfit.exclude": "max_exclude",
    "CompleteOutfit.promote": "max_exclude",
    "CompleteOutfit.k": "max_k",
    "CompleteOutfit.looks": "max_k",
    "OutfitIn.items": "max_items",
    "ScoreOutfit.outfits": "max_outfits",
    "SimilarItems.k": "max_k",
    "LabelItem.k": "max_k",
    "UpsertItems.items": "max_upserts",
    "EventsIn.events": "max_events",
    "ImageIn.base64": "max_body_bytes",
    "PictureIn.base64": "max_body_bytes",
}
"""Object and field -> the limit that is the most of it."""
_SAID: Final = {"array": "maxItems", "integer": "maximum", "string": "maxLength"}


def describe(app: FastAPI, limits: Limits) -> None:
    """Have the application's description say the limits."""
    undescribed = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = undescribed()
            objects = document["components"]["schemas"]
            for place, limit in _MOST.items():
                name, _, field = place.partition(".")
                _bound(objects[name]["properties"][field], getattr(limits, limit))
            for parameter in document["paths"]["/items"]["get"]["parameters"]:
                if parameter["name"] == "limit":
                    _bound(parameter["schema"], limits.max_k)
        return app.openapi_schema or {}

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI documents it


def _bound(schema: dict[str, Any], most: int) -> None:
    for kind in _kinds(schema):
        if kind.get("type") in _SAID:
            kind.setdefault(_SAID[kind["type"]], most)


def _kinds(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a field may be: itself, or each of several."""
    yield from schema.get("anyOf", [schema])
