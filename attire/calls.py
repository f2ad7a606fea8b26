"""What can be asked: each route as a value, which a client of either kind sends."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import uuid4

from pydantic import BaseModel, ValidationError

from app.ground.fields import path, problem
from app.ground.shortened import shortened
from attire import schemas
from attire.errors import InvalidRequestError
from attire.schemas import ProblemDetail

Answer = TypeVar("Answer", bound=BaseModel)
Asked = TypeVar("Asked", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Generic[Answer]):
    """A request.

    Attributes:
        answers: what its answer is.
        body: what is sent; None for nothing. query: parameters of the address. headers: beside those of every request.
        repeatable: whether it may be sent again where it is not known whether it arrived.
        rules: whether the body holds rules, which do not know what was set: what is as it is by default is not sent then.
    """

    method: str
    path: str
    answers: type[Answer]
    body: BaseModel | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True
    rules: bool = False

    @property
    def content(self) -> bytes | None:
        """The body as JSON: what was set, and nothing else."""
        if self.body is None:
            return None
        return self.body.model_dump_json(exclude_unset=True, exclude_defaults=self.rules, by_alias=True).encode()


def asking(kind: type[Asked], request: Asked | None, fields: Mapping[str, Any]) -> Asked:
    """The body of a question, from an object or from its fields.

    Raises:
        TypeError: both were given. InvalidRequestError: the service would refuse it.
    """
    if request is not None and fields:
        msg = f"give a {kind.__name__} or its fields, not both: {', '.join(fields)}"
        raise TypeError(msg)
    return checked(kind, dict(fields)) if request is None else request


def checked(kind: type[Asked], said: object) -> Asked:
    """A body, read as the service reads it.

    Raises:
        InvalidRequestError: the service would refuse it.
    """
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        wrong = [ProblemDetail(field=path(one["loc"]), value=shortened(one["input"]), problem=problem(one)) for one in error.errors()]
    raise InvalidRequestError(kind.__name__, wrong)


def complete_outfit(request: schemas.CompleteOutfit) -> Call[schemas.Completion]:
    """POST /complete-outfit."""
    return Call(method="POST", path="/complete-outfit", answers=schemas.Completion, body=request)


def complete_outfits(request: schemas.CompleteOutfits) -> Call[schemas.Completions]:
    """POST /complete-outfits."""
    return Call(method="POST", path="/complete-outfits", answers=schemas.Completions, body=request)


def score_outfit(request: schemas.ScoreOutfit) -> Call[schemas.Scores]:
    """POST /score-outfit."""
    return Call(method="POST", path="/score-outfit", answers=schemas.Scores, body=request)


def similar_items(request: schemas.SimilarItems) -> Call[schemas.Similar]:
    """POST /similar-items."""
    return Call(method="POST", path="/similar-items", answers=schemas.Similar, body=request)


def label_item(request: schemas.LabelItem) -> Call[schemas.Labels]:
    """POST /label-item."""
    return Call(method="POST", path="/label-item", answers=schemas.Labels, body=request)


def send_events(events: Sequence[schemas.EventIn | Mapping[str, Any]]) -> Call[schemas.EventsOut]:
    """POST /events. What has no id gets one before it is first sent, so that it counts once however often that is tried."""
    named = [event if isinstance(event, schemas.EventIn) else {"id": uuid4().hex, **event} for event in events]
    body = checked(schemas.EventsIn, {"events": named})
    return Call(method="POST", path="/events", answers=schemas.EventsOut, body=body)


def items(query: Mapping[str, Any]) -> Call[schemas.Page]:
    """GET /items."""
    return Call(method="GET", path="/items", answers=schemas.Page, query=_query(query))


def item(item_id: str) -> Call[schemas.WholeItemOut]:
    """GET /items/{id}."""
    return Call(method="GET", path=f"/items/{quote(item_id, safe='')}", answers=schemas.WholeItemOut)


def categories(query: Mapping[str, Any]) -> Call[schemas.Categories]:
    """GET /categories."""
    return Call(method="GET", path="/categories", answers=schemas.Categories, query=_query(query))


def facets(category: str | None = None) -> Call[schemas.Facets]:
    """GET /facets."""
    return Call(method="GET", path="/facets", answers=schemas.Facets, query={} if category is None else {"category": category})


def put_items(some: Sequence[schemas.UpsertIn | Mapping[str, Any]]) -> Call[schemas.CatalogueChange]:
    """PUT /items."""
    body = checked(schemas.UpsertItems, {"items": list(some)})
    return Call(method="PUT", path="/items", answers=schemas.CatalogueChange, body=body)


def patch_items(some: Sequence[schemas.PatchIn | Mapping[str, Any]]) -> Call[schemas.CatalogueChange]:
    """PATCH /items."""
    body = checked(schemas.PatchItems, {"items": list(some)})
    return Call(method="PATCH", path="/items", answers=schemas.CatalogueChange, body=body)


def delete_item(item_id: str) -> Call[schemas.CatalogueChange]:
    """DELETE /items/{id}; not sent again where it may have arrived, as the item is unknown then."""
    return Call(method="DELETE", path=f"/items/{quote(item_id, safe='')}", answers=schemas.CatalogueChange, repeatable=False)


def releases() -> Call[schemas.Releases]:
    """GET /releases."""
    return Call(method="GET", path="/releases", answers=schemas.Releases)


def activate(release_id: str) -> Call[schemas.ReleaseOut]:
    """POST /releases/{id}/activate."""
    return Call(method="POST", path=f"/releases/{quote(release_id, safe='')}/activate", answers=schemas.ReleaseOut)


def rollback() -> Call[schemas.ReleaseOut]:
    """POST /releases/rollback; not sent again where it may have arrived: twice is back to the start."""
    return Call(method="POST", path="/releases/rollback", answers=schemas.ReleaseOut, repeatable=False)


def rules(version: int | None = None) -> Call[schemas.RulesOut]:
    """GET /rules."""
    return Call(method="GET", path="/rules", answers=schemas.RulesOut, query=_query({"version": version}))


def rule_versions(limit: int | None = None) -> Call[schemas.VersionsOut]:
    """GET /rules/versions."""
    return Call(method="GET", path="/rules/versions", answers=schemas.VersionsOut, query=_query({"limit": limit}))


def put_rules(some: Sequence[Mapping[str, Any]], *, replace: bool = False, version: int | None = None) -> Call[schemas.RulesOut]:
    """PUT /rules; where a version is named not sent again where it may have arrived, as there is another then."""
    return Call(
        method="PUT",
        path="/rules",
        answers=schemas.RulesOut,
        body=checked(schemas.PutRules, {"rules": list(some)}),
        query={"replace": "true"} if replace else {},
        headers=_if_match(version),
        repeatable=version is None,
        rules=True,
    )


def delete_rule(rule_id: str, version: int | None = None) -> Call[schemas.RulesOut]:
    """DELETE /rules/{id}; not sent again where it may have arrived, as the rule is unknown then."""
    where = f"/rules/{quote(rule_id, safe='')}"
    return Call(method="DELETE", path=where, answers=schemas.RulesOut, headers=_if_match(version), repeatable=False)


def dry_run_rules(request: schemas.DryRunRules) -> Call[schemas.DryRunOut]:
    """POST /rules/dry-run."""
    return Call(method="POST", path="/rules/dry-run", answers=schemas.DryRunOut, body=request, rules=True)


def experiments() -> Call[schemas.ExperimentsOut]:
    """GET /experiments."""
    return Call(method="GET", path="/experiments", answers=schemas.ExperimentsOut)


def put_experiments(some: Sequence[Mapping[str, Any]]) -> Call[schemas.ExperimentsOut]:
    """PUT /experiments; not sent again where it may have arrived, as a name is used once."""
    body = checked(schemas.PutExperiments, {"experiments": list(some)})
    return Call(method="PUT", path="/experiments", answers=schemas.ExperimentsOut, body=body, repeatable=False, rules=True)


def end_experiment(name: str) -> Call[schemas.ExperimentsOut]:
    """POST /experiments/{name}/end."""
    return Call(method="POST", path=f"/experiments/{quote(name, safe='')}/end", answers=schemas.ExperimentsOut)


def experiment_report(name: str) -> Call[schemas.ReportOut]:
    """GET /experiments/{name}/report."""
    return Call(method="GET", path=f"/experiments/{quote(name, safe='')}/report", answers=schemas.ReportOut)


def health() -> Call[schemas.Health]:
    """GET /readyz."""
    return Call(method="GET", path="/readyz", answers=schemas.Health)


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


def _query(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: _said(value) for name, value in query.items() if value is not None}


def _said(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseModel):
        return value.model_dump_json(exclude_unset=True, by_alias=True)
    if isinstance(value, Mapping):
        return json.dumps(value)
    return ",".join(value) if isinstance(value, list | tuple) else str(value)
