"""Clients of a running service, one that waits and one for asyncio; they take and answer the classes of ``attire.schemas``.

    from attire.client import Client

    with Client("https://attire.shop.example", key="…") as attire:
        answer = attire.complete_outfit(items=["w000042"], text="for a summer wedding, no heels, under 80")

What passes is tried again: a refusal with ``Retry-After`` after that time, a lost connection after a moment. Whatever else is refused is
raised as the service said it.

Raises, all of its methods: ProblemError, UnreachableError, StrangeAnswerError; InvalidRequestError for what the service would refuse to
read, before it is sent (``attire.errors``).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2

from app.ground.signed import signature_of
from attire import calls, schemas
from attire.asyncio_client import AsyncClient
from attire.calls import Answer, Call
from attire.errors import ClientError, InvalidRequestError, ProblemError, StrangeAnswerError, UnreachableError
from attire.exchange import PATIENCE, Patience, Wait, exchange, headers

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "InvalidRequestError",
    "Patience",
    "ProblemError",
    "StrangeAnswerError",
    "UnreachableError",
    "signature_of",
]


class Client:
    """Asks a service, and waits for the answer; may be used by several threads.

    Args:
        url: where it is. key: what opens its doors. transport: what sends; None for the network.
    """

    def __init__(
        self, url: str, *, key: str | None = None, patience: Patience = PATIENCE, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._patience = patience
        self._http = httpx2.Client(base_url=url, headers=headers(key), timeout=patience.timeout_s, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._http.close()

    def complete_outfit(self, request: schemas.CompleteOutfit | None = None, **fields: Any) -> schemas.Completion:
        """What completes an outfit? From a request, or from its fields: ``complete_outfit(items=["w1"], text="no heels")``."""
        return self._do(calls.complete_outfit(calls.asking(schemas.CompleteOutfit, request, fields)))

    def complete_outfits(self, request: schemas.CompleteOutfits | None = None, **fields: Any) -> schemas.Completions:
        """What completes each of several outfits?"""
        return self._do(calls.complete_outfits(calls.asking(schemas.CompleteOutfits, request, fields)))

    def score_outfit(self, request: schemas.ScoreOutfit | None = None, **fields: Any) -> schemas.Scores:
        """How well do outfits go together?"""
        return self._do(calls.score_outfit(calls.asking(schemas.ScoreOutfit, request, fields)))

    def similar_items(self, request: schemas.SimilarItems | None = None, **fields: Any) -> schemas.Similar:
        """What looks like an item, a picture or words?"""
        return self._do(calls.similar_items(calls.asking(schemas.SimilarItems, request, fields)))

    def label_item(self, request: schemas.LabelItem | None = None, **fields: Any) -> schemas.Labels:
        """Which words would a shop say of a picture?"""
        return self._do(calls.label_item(calls.asking(schemas.LabelItem, request, fields)))

    def send_events(self, events: Sequence[schemas.EventIn | Mapping[str, Any]]) -> schemas.EventsOut:
        """Tell what shoppers did; an event without an id gets one, and counts once however often it is sent."""
        return self._do(calls.send_events(events))

    def items(self, **query: Any) -> schemas.Page:
        """A page of the catalogue, by the parameters of ``GET /items``."""
        return self._do(calls.items(query))

    def item(self, item_id: str) -> schemas.WholeItemOut:
        """One item."""
        return self._do(calls.item(item_id))

    def categories(self, **query: Any) -> schemas.Categories:
        """The categories of the catalogue; with ``q`` or ``filters``, with as many of their items as these leave."""
        return self._do(calls.categories(query))

    def facets(self, category: str | None = None) -> schemas.Facets:
        """What items can be filtered by, of a category or of all."""
        return self._do(calls.facets(category))

    def put_items(self, items: Sequence[schemas.UpsertIn | Mapping[str, Any]]) -> schemas.CatalogueChange:
        """Items as they are from now on."""
        return self._do(calls.put_items(items))

    def patch_items(self, items: Sequence[schemas.PatchIn | Mapping[str, Any]]) -> schemas.CatalogueChange:
        """Values of items that change."""
        return self._do(calls.patch_items(items))

    def delete_item(self, item_id: str) -> schemas.CatalogueChange:
        """Take an item out of the catalogue."""
        return self._do(calls.delete_item(item_id))

    def releases(self) -> schemas.Releases:
        """The releases of the home."""
        return self._do(calls.releases())

    def activate(self, release_id: str) -> schemas.ReleaseOut:
        """Serve a release from now on."""
        return self._do(calls.activate(release_id))

    def rollback(self) -> schemas.ReleaseOut:
        """Serve again what served before."""
        return self._do(calls.rollback())

    def rules(self, version: int | None = None) -> schemas.RulesOut:
        """The rules of the home, or those that it had at a version."""
        return self._do(calls.rules(version))

    def rule_versions(self, limit: int | None = None) -> schemas.VersionsOut:
        """The last versions of the rules, and what each of them changed."""
        return self._do(calls.rule_versions(limit))

    def put_rules(self, rules: Sequence[Mapping[str, Any]], *, replace: bool = False, version: int | None = None) -> schemas.RulesOut:
        """Add rules, or replace those of the same ids, or else all; refused where the rules are at another ``version``, if one is named."""
        return self._do(calls.put_rules(rules, replace=replace, version=version))

    def delete_rules(self, version: int | None = None) -> schemas.RulesOut:
        """Take all rules away; with a ``version`` as ``put_rules``."""
        return self._do(calls.delete_rules(version))

    def delete_rule(self, rule_id: str, version: int | None = None) -> schemas.RulesOut:
        """Take a rule away; with a ``version`` as ``put_rules``."""
        return self._do(calls.delete_rule(rule_id, version))

    def dry_run_rules(self, request: schemas.DryRunRules | None = None, **fields: Any) -> schemas.DryRunOut:
        """What rules would change of the last answers; nothing is kept."""
        return self._do(calls.dry_run_rules(calls.asking(schemas.DryRunRules, request, fields)))

    def experiments(self) -> schemas.ExperimentsOut:
        """The experiments of the home."""
        return self._do(calls.experiments())

    def put_experiments(self, experiments: Sequence[Mapping[str, Any]]) -> schemas.ExperimentsOut:
        """Start experiments, or change what may be changed of those that run."""
        return self._do(calls.put_experiments(experiments))

    def end_experiment(self, name: str) -> schemas.ExperimentsOut:
        """End an experiment."""
        return self._do(calls.end_experiment(name))

    def experiment_report(self, name: str) -> schemas.ReportOut:
        """What came of an experiment so far."""
        return self._do(calls.experiment_report(name))

    def health(self) -> schemas.Health:
        """Whether the service is ready; a refusal says what is waited for."""
        return self._do(calls.health())

    def _do(self, call: Call[Answer]) -> Answer:
        steps = exchange(call, self._patience)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Wait):
                    time.sleep(step.seconds)
                    step = next(steps)
                else:
                    step = steps.send(self._send(call))
        except StopIteration as done:
            answer: Answer = done.value
            return answer

    def _send(self, call: Call[Answer]) -> httpx2.Response | httpx2.TransportError:
        try:
            return self._http.request(call.method, call.path, params=call.query, headers=call.headers, content=call.content)
        except httpx2.TransportError as error:
            return error
