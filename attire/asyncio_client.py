"""The client for asyncio; see ``attire.client``, which it is taken from."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx2

from attire import calls, schemas
from attire.calls import Answer, Call
from attire.exchange import PATIENCE, Patience, Wait, exchange, headers


class AsyncClient:
    """Asks a service from asyncio.

    Args:
        url: where it is. key: what opens its doors. transport: what sends; None for the network.
    """

    def __init__(
        self, url: str, *, key: str | None = None, patience: Patience = PATIENCE, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._patience = patience
        self._http = httpx2.AsyncClient(base_url=url, headers=headers(key), timeout=patience.timeout_s, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        """Give back the connections."""
        await self._http.aclose()

    async def complete_outfit(self, request: schemas.CompleteOutfit | None = None, **fields: Any) -> schemas.Completion:
        """What completes an outfit? From a request, or from its fields: ``complete_outfit(items=["w1"], text="no heels")``."""
        return await self._do(calls.complete_outfit(calls.asking(schemas.CompleteOutfit, request, fields)))

    async def complete_outfits(self, request: schemas.CompleteOutfits | None = None, **fields: Any) -> schemas.Completions:
        """What completes each of several outfits?"""
        return await self._do(calls.complete_outfits(calls.asking(schemas.CompleteOutfits, request, fields)))

    async def score_outfit(self, request: schemas.ScoreOutfit | None = None, **fields: Any) -> schemas.Scores:
        """How well do outfits go together?"""
        return await self._do(calls.score_outfit(calls.asking(schemas.ScoreOutfit, request, fields)))

    async def similar_items(self, request: schemas.SimilarItems | None = None, **fields: Any) -> schemas.Similar:
        """What looks like an item, a picture or words?"""
        return await self._do(calls.similar_items(calls.asking(schemas.SimilarItems, request, fields)))

    async def label_item(self, request: schemas.LabelItem | None = None, **fields: Any) -> schemas.Labels:
        """Which words would a shop say of a picture?"""
        return await self._do(calls.label_item(calls.asking(schemas.LabelItem, request, fields)))

    async def send_events(self, events: Sequence[schemas.EventIn | Mapping[str, Any]]) -> schemas.EventsOut:
        """Tell what shoppers did; an event without an id gets one, and counts once however often it is sent."""
        return await self._do(calls.send_events(events))

    async def items(self, **query: Any) -> schemas.Page:
        """A page of the catalogue, by the parameters of ``GET /items``."""
        return await self._do(calls.items(query))

    async def item(self, item_id: str) -> schemas.WholeItemOut:
        """One item."""
        return await self._do(calls.item(item_id))

    async def categories(self, **query: Any) -> schemas.Categories:
        """The categories of the catalogue; with ``q`` or ``filters``, with as many of their items as these leave."""
        return await self._do(calls.categories(query))

    async def facets(self, category: str | None = None) -> schemas.Facets:
        """What items can be filtered by, of a category or of all."""
        return await self._do(calls.facets(category))

    async def put_items(self, items: Sequence[schemas.UpsertIn | Mapping[str, Any]]) -> schemas.CatalogueChange:
        """Items as they are from now on."""
        return await self._do(calls.put_items(items))

    async def patch_items(self, items: Sequence[schemas.PatchIn | Mapping[str, Any]]) -> schemas.CatalogueChange:
        """Values of items that change."""
        return await self._do(calls.patch_items(items))

    async def delete_item(self, item_id: str) -> schemas.CatalogueChange:
        """Take an item out of the catalogue."""
        return await self._do(calls.delete_item(item_id))

    async def releases(self) -> schemas.Releases:
        """The releases of the home."""
        return await self._do(calls.releases())

    async def activate(self, release_id: str) -> schemas.ReleaseOut:
        """Serve a release from now on."""
        return await self._do(calls.activate(release_id))

    async def rollback(self) -> schemas.ReleaseOut:
        """Serve again what served before."""
        return await self._do(calls.rollback())

    async def rules(self, version: int | None = None) -> schemas.RulesOut:
        """The rules of the home, or those that it had at a version."""
        return await self._do(calls.rules(version))

    async def rule_versions(self, limit: int | None = None) -> schemas.VersionsOut:
        """The last versions of the rules, and what each of them changed."""
        return await self._do(calls.rule_versions(limit))

    async def put_rules(self, rules: Sequence[Mapping[str, Any]], *, replace: bool = False, version: int | None = None) -> schemas.RulesOut:
        """Add rules, or replace those of the same ids, or else all; refused where the rules are at another ``version``, if one is named."""
        return await self._do(calls.put_rules(rules, replace=replace, version=version))

    async def delete_rule(self, rule_id: str, version: int | None = None) -> schemas.RulesOut:
        """Take a rule away; with a ``version`` as ``put_rules``."""
        return await self._do(calls.delete_rule(rule_id, version))

    async def dry_run_rules(self, request: schemas.DryRunRules | None = None, **fields: Any) -> schemas.DryRunOut:
        """What rules would change of the last answers; nothing is kept."""
        return await self._do(calls.dry_run_rules(calls.asking(schemas.DryRunRules, request, fields)))

    async def experiments(self) -> schemas.ExperimentsOut:
        """The experiments of the home."""
        return await self._do(calls.experiments())

    async def put_experiments(self, experiments: Sequence[Mapping[str, Any]]) -> schemas.ExperimentsOut:
        """Start experiments, or change what may be changed of those that run."""
        return await self._do(calls.put_experiments(experiments))

    async def end_experiment(self, name: str) -> schemas.ExperimentsOut:
        """End an experiment."""
        return await self._do(calls.end_experiment(name))

    async def experiment_report(self, name: str) -> schemas.ReportOut:
        """What came of an experiment so far."""
        return await self._do(calls.experiment_report(name))

    async def health(self) -> schemas.Health:
        """Whether the service is ready; a refusal says what is waited for."""
        return await self._do(calls.health())

    async def _do(self, call: Call[Answer]) -> Answer:
        steps = exchange(call, self._patience)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Wait):
                    await asyncio.sleep(step.seconds)
                    step = next(steps)
                else:
                    step = steps.send(await self._send(call))
        except StopIteration as done:
            answer: Answer = done.value
            return answer

    async def _send(self, call: Call[Answer]) -> httpx2.Response | httpx2.TransportError:
        try:
            return await self._http.request(call.method, call.path, params=call.query, headers=call.headers, content=call.content)
        except httpx2.TransportError as error:
            return error
