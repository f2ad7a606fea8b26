"""GET and PUT /experiments, POST /experiments/{name}/end: which variants answer. Every replica follows with its next answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path

from app.api.keys import behind
from app.api.problems import documented
from app.api.reading import BoundedRoute
from app.api.schemas.experiments import ExperimentsOut, PutExperiments, ReportOut, VariantConflictOut, VariantTroubleOut
from app.api.services import InjectedServices, Services
from app.experiments.book import ExperimentBook
from app.experiments.ruled import as_changed, missing_rules
from app.experiments.told import as_json
from app.ground.doors import Door
from app.ground.errors import Detail, HomeError, RequestError, UnknownReleaseError
from app.rules.conflicts import conflicts_of

router = APIRouter(
    route_class=BoundedRoute,
    tags=["experiments"],
    responses=documented(401, 403, 422, 429),
    dependencies=[behind(Door.ADMIN)],
)


@router.get("/experiments", response_model_exclude_defaults=True)
async def get_experiments(services: InjectedServices) -> ExperimentsOut:
    """All experiments, and what does not answer here as it should."""
    return await _told(services, await to_thread.run_sync(services.variants.file.book))


@router.put("/experiments", responses=documented(404), response_model_exclude_defaults=True)
async def put_experiments(request: PutExperiments, services: InjectedServices) -> ExperimentsOut:
    """Start experiments. 200 once they are on disk.

    `troubles` tells which releases do not answer yet, and why; `conflicts` what rules of variants are probably not meant to do.
    """
    names = [one.name for one in request.experiments]
    records = {record.id: record for record in await to_thread.run_sync(services.store.records)}
    for place, one in enumerate(request.experiments):
        if one.name in names[:place]:
            problem = "this name is there twice; give it once"
            msg = f"experiment {one.name!r}: {problem}"
            raise RequestError(msg, [Detail(f"experiments[{place}].name", one.name, problem)])
        for number, variant in enumerate(one.variants):
            if variant.release is not None and variant.release not in records:
                problem = "no such release; see GET /releases"
                msg = f"release {variant.release!r}: {problem}"
                raise UnknownReleaseError(msg, [Detail(f"experiments[{place}].variants[{number}].release", variant.release, problem)])
    asked = {variant.release for one in request.experiments for variant in one.variants if variant.release is not None}
    await services.variants.check_room([records[name] for name in sorted(asked)])
    book = await to_thread.run_sync(services.variants.file.put, request.experiments)
    await services.variants.look()
    return await _told(services, book)


@router.get("/experiments/{name}/report", responses=documented(404))
async def report_experiment(
    name: Annotated[str, Path(description="Its name.", examples=["new-model"])], services: InjectedServices
) -> ReportOut:
    """What came of an experiment so far, as `attire experiments report` tells it; it may be looked at as often as one likes.

    All events are read for it, in a process of its own: seconds, of many events. Reports are made one at a time.
    """
    book = await to_thread.run_sync(services.variants.file.book)
    return ReportOut.model_validate(as_json(await services.report(book.named(name))))


@router.post("/experiments/{name}/end", responses=documented(404), response_model_exclude_defaults=True)
async def end_experiment(
    name: Annotated[str, Path(description="Its name.", examples=["new-model"])], services: InjectedServices
) -> ExperimentsOut:
    """End an experiment: from the next answer on nobody takes part. 200 once that is on disk."""
    return await _told(services, await to_thread.run_sync(services.variants.file.end, name))


async def _told(services: Services, book: ExperimentBook) -> ExperimentsOut:
    troubles, conflicts = await to_thread.run_sync(lambda: ([*_troubles(services, book)], [*_conflicts(services, book)]))
    return ExperimentsOut(version=book.version, experiments=list(book.experiments), troubles=troubles, conflicts=conflicts)


def _troubles(services: Services, book: ExperimentBook) -> Iterator[VariantTroubleOut]:
    for (experiment, name), why in services.variants.troubles().items():
        yield VariantTroubleOut(experiment=experiment, variant=name, why=why)
    try:
        rules = services.rules.file.book()
    except HomeError:
        return  # the readiness tells it
    for one in book.running:
        for variant in one.live:
            for rule in missing_rules(variant, rules):
                yield VariantTroubleOut(experiment=one.name, variant=variant.name, why=f"without_rules: rule {rule!r} is there no more")


def _conflicts(services: Services, book: ExperimentBook) -> Iterator[VariantConflictOut]:
    for one in book.running:
        for variant in one.live:
            release = services.variants.release_of(variant)
            if release is None or not variant.rules:
                continue
            try:
                rules = as_changed(variant, services.rules.file.book()).rules
            except HomeError:
                return
            for found in conflicts_of(rules, [rule.id for rule in variant.rules], release):
                yield VariantConflictOut(experiment=one.name, variant=variant.name, **asdict(found))
