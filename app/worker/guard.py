"""Reports on the experiments of a home, and stops variants that a guardrail says to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from app.attribution.products import NO_PRODUCTS, Products
from app.experiments.book import ExperimentFile
from app.experiments.counting import tallies
from app.experiments.experiment import Experiment
from app.experiments.kept import KeptReports
from app.experiments.report import Report, broken_guardrails, report_of
from app.ground.logs import logger
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.log.base import Log
from app.log.open import opened_log
from app.worker.told import all_events
from index.snapshot import Snapshot


async def report_on(settings: Settings, log: Log, experiments: Sequence[Experiment]) -> list[Report]:
    """The reports on experiments as they stand.

    Raises:
        LogError: the log cannot be read.
    """
    async with all_events(settings.home, log) as events:
        products = await asyncio.to_thread(_served, settings) if experiments else NO_PRODUCTS
        tallied = [await asyncio.to_thread(tallies, one, events, settings.attribution, products) for one in experiments]
    return [report_of(one, found) for one, found in zip(experiments, tallied, strict=True)]


def _served(settings: Settings) -> Products:
    """Those of the catalogue that is served; none where there is none yet."""
    store = ReleaseStore(settings.home)
    record = store.current()
    if record is None:
        return NO_PRODUCTS
    return Products.of(Snapshot.load(store.snapshot_path(store.bring(record).snapshot), later=True).items)


def report_alone(settings: Settings, one: Experiment) -> Report:
    """The report on an experiment as it stands, for a process that does nothing else.

    Raises:
        LogError: the log cannot be read.
    """

    async def made() -> Report:
        async with opened_log(settings.log, settings.home) as log:
            return (await report_on(settings, log, [one]))[0]

    return asyncio.run(made())


def guard(settings: Settings) -> None:
    """Keep the reports that are due; stop variants that break a guardrail, and say so of a split that is wrong."""
    asyncio.run(_guard(settings))


async def _guard(settings: Settings) -> None:
    file, kept = ExperimentFile(settings.home), KeptReports(settings.home)
    due = list(kept.due(file.book().experiments))
    async with opened_log(settings.log, settings.home) as log:
        reports = await report_on(settings, log, due)
    for report in reports:
        kept.keep(report)
        if not (report.experiment.running and report.experiment.guardrails):
            continue
        name = report.experiment.name
        if report.split_is_wrong:
            logger().error("experiment_split_wrong", experiment=name, p=report.split_p)
        for variant, why in broken_guardrails(report):
            file.stop(name, variant, why)
            logger().error("variant_stopped", experiment=name, variant=variant, why=why)
