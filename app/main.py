"""The composition root: builds the service from its settings."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from importlib.metadata import version
from typing import Final

from anyio import CapacityLimiter, to_process, to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from app.api import batches, catalogue, events, experiments, items, ops, outfits, patches, pictures, problems, releases, rules
from app.api.apart import AnsweredApartError, Apart, answered_apart
from app.api.bodies import BodyLimit
from app.api.described import describe
from app.api.guarded import guard, make_first_key
from app.api.headers import SecurityHeaders
from app.api.inside import Inside
from app.api.middleware import RequestLog
from app.api.ops import figures_of
from app.api.room import acts as room
from app.api.services import EarnedBy, Services
from app.api.traced import trace
from app.experiments.experiment import Experiment
from app.experiments.kept import KeptReports
from app.experiments.report import Report
from app.fetch.allowed import Allowed
from app.fetch.pictures import Pictures
from app.ground import collector, compute
from app.ground.allocator import keep_little
from app.ground.compiler import without_compiler
from app.ground.heavy import Place
from app.ground.logs import configure, logger
from app.ground.settings import Settings
from app.home.feeds import FeedRecords
from app.home.store import ReleaseStore
from app.live.follower import ReleaseFollower
from app.live.kept import KeptAnswers
from app.live.log_watch import LogWatch
from app.live.met import Met
from app.live.metrics import Metrics, ServiceState
from app.live.pool import WAITING_PER_CORE, ComputePool
from app.live.replay import Replay
from app.live.siblings import Siblings
from app.live.times_shown import TimesShown
from app.live.variants import Variants
from app.live.watchdog import Watchdog
from app.log.impressions import Impressions
from app.log.mark import Mark
from app.log.open import open_log
from app.recommend.dry_run import Earned
from app.release.release import Release
from app.release.serving import Serving
from app.rules.book import RuleFile
from app.rules.over import Rules
from app.rules.rule import Rule
from app.web import mount_storefront
from models.encoders.apart import large_pictures_apart
from models.offpolicy.reward import Reward

_WARM_S: Final = 30.0
"""The service is ready once its encoder is loaded, whose imports would hold up its first answers, or after so long without one."""

_ROUTERS: Final = (
    *(outfits.router, outfits.scoring, batches.router, pictures.router, items.router),  # in this order: an item's id may hold slashes
    *(patches.router, catalogue.router, events.router),
    *(ops.router, releases.router, rules.router, experiments.router, *room.routers),
)


def create_app(
    settings: Settings | None = None,
    release: Release | None = None,
    beaten: Callable[[float], None] | None = None,
    heavy: Place | None = None,
    *,
    inside: bool = False,
    siblings: Siblings | None = None,
) -> FastAPI:
    """Build the service.

    Args:
        settings: None reads them from the environment.
        beaten: called every twentieth of a second while the event loop runs, with the monotonic time.
        heavy: where heavy requests are answered; None: here, like all others.
        siblings: the processes that answer on the same port, for their figures.
        inside: it is asked by another process of this service only, so that it has no doors.
        release: an opened release; None opens the home's current one at start-up. Without one the service starts, and is not ready.

    Raises:
        InputError: a setting cannot be read. At start-up also what ``Release.open`` raises for a broken release.
    """
    settings = settings or Settings.read()
    store = ReleaseStore(settings.home)
    serving = Serving(release, why_not="no release in its home yet; run `attire import DATA --home HOME`, which is taken up by itself")
    figures = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure(settings.log)
        if not inside:
            make_first_key(settings)
        keep_little()
        without_compiler()
        collector.as_usual()
        compute_threads = compute.fix_threads(settings.threads.compute)
        if serving.release is None and (record := store.current()):
            serving.release = await to_thread.run_sync(Release.open, store, record, settings.index, compute.device(settings.device))
        if serving.release:
            warming = threading.Thread(target=serving.release.encoder.warm, name="warm-encoder", daemon=True)
            warming.start()
            await to_thread.run_sync(warming.join, _WARM_S)
        opened = AsyncExitStack()
        if not inside:  # where heavy requests are computed, nobody else waits for Python's lock
            opened.enter_context(large_pictures_apart())
        pictures = await opened.enter_async_context(_pictures(settings)) if settings.fetch.service_hosts else None
        services = app.state.services = _build(
            settings, store, serving, figures, Watchdog(beaten), pictures=pictures, heavy=heavy, siblings=siblings
        )
        await _start(services, inside=inside)
        logger().info(
            "started",
            release=serving.release.id if serving.release else None,
            items=serving.release.record.items if serving.release else 0,
            compute_threads=compute_threads,
            requests_at_once=services.pool.threads,
        )
        try:
            yield
        finally:
            await _stop(services)
            await opened.aclose()
        logger().info("stopped")

    app = FastAPIOffline(
        redoc_url=None,
        favicon_url="/web/icon.svg",
        title="Attire",
        version=version("attire"),
        summary="What completes this outfit, and how well does it go together?",
        lifespan=lifespan,
    )
    for router in _ROUTERS:
        app.router.routes.extend(router.routes)  # as they are: what is included is made anew, by the first request, and asked by every one
    describe(app, settings.limits)
    mount_storefront(app)
    problems.install(app)
    app.exception_handler(AnsweredApartError)(answered_apart)
    _surround(app, settings, figures, inside=inside)
    return app


def _surround(app: FastAPI, settings: Settings, figures: Metrics, *, inside: bool) -> None:
    """Put the middleware around an application; from the inside out."""
    app.add_middleware(BodyLimit, settings=settings)
    if inside:
        app.add_middleware(Inside, service=app)
    else:
        guard(app, _ROUTERS, settings)
    app.add_middleware(RequestLog, metrics=figures)
    app.add_middleware(SecurityHeaders)
    trace(app, settings.traces)


def _pictures(settings: Settings) -> AbstractAsyncContextManager[Pictures]:
    """What fetches pictures by URL; few at once, as each of them is in memory meanwhile."""
    fetch = settings.fetch.model_copy(update={"at_once": settings.fetch.per_host})
    allowed = Allowed(fetch.service_hosts, fetch.http_hosts, setting="ATTIRE_FETCH__SERVICE_HOSTS")
    return Pictures.opened(fetch, allowed, settings.home, settings.limits.max_pixels)


def _of_all_events(settings: Settings) -> tuple[Callable[[Experiment], Awaitable[Report]], EarnedBy]:
    """Read all events, which takes seconds of a core: elsewhere, so that nobody who asks for an outfit waits for it.

    What reads tables of events is imported when it is asked for: no other request takes it.
    """
    one_at_a_time = CapacityLimiter(1)

    async def report(one: Experiment) -> Report:
        from app.worker.guard import report_alone  # noqa: PLC0415

        return await to_process.run_sync(report_alone, settings, one, limiter=one_at_a_time, cancellable=True)

    async def earned(before: Sequence[Rule], after: Sequence[Rule], reward: Reward) -> Earned:
        from app.worker.ruled_from_log import earned_alone  # noqa: PLC0415

        return await to_process.run_sync(earned_alone, settings, before, after, reward, limiter=one_at_a_time, cancellable=True)

    return report, earned


async def _start(services: Services, *, inside: bool) -> None:
    services.watchdog.start()
    await services.watch.start()
    services.impressions.start()
    if services.settings.taste_strength and not inside:
        services.met.follow()  # so that the first shoppers after a restart are known, too
    await asyncio.gather(services.replay.start(), services.variants.start())
    services.follower.start()
    if services.siblings is not None:
        await services.siblings.start(partial(figures_of, services))


async def _stop(services: Services) -> None:
    if services.siblings is not None:
        await services.siblings.close()
    await asyncio.gather(services.variants.close(), services.follower.close())
    await asyncio.gather(services.replay.close(), services.met.close())
    await services.impressions.close()
    if services.apart is not None:
        await services.apart.close()
    await services.watch.close()
    await services.log.close()
    await services.watchdog.close()
    services.pool.close()


def _build(
    settings: Settings,
    store: ReleaseStore,
    serving: Serving,
    figures: Metrics,
    watchdog: Watchdog,
    *,
    pictures: Pictures | None,
    heavy: Place | None,
    siblings: Siblings | None,
) -> Services:
    """The parts of a replica, wired; none of them runs yet."""
    at_once = settings.threads.requests or compute.cores()
    log = open_log(settings.log, settings.home)
    replay = Replay(log, serving, store)
    kept, rules = KeptAnswers(serving, settings.answers.kept_bytes), Rules(RuleFile(settings.home))
    follower = ReleaseFollower(store, serving, replay, settings, figures)
    report, earned = _of_all_events(settings)
    services = Services(
        settings=settings,
        metrics=figures,
        watchdog=watchdog,
        store=store,
        serving=serving,
        pool=ComputePool(
            at_once, settings.threads.waiting or WAITING_PER_CORE * compute.cores(), settings.deadline_s, settings.threads.together
        ),
        kept=kept,
        log=log,
        watch=LogWatch(log, settings.log, Mark.of(settings.home, settings.log.url.get_secret_value())),
        impressions=Impressions(log, settings.log.impressions),
        replay=replay,
        met=Met(log, settings.home),
        times_shown=TimesShown(settings.exploration.cold_below if settings.exploration.share else 0),
        follower=follower,
        rules=rules,
        variants=Variants(store, serving, log, follower, rules, kept=kept, poll_s=settings.swap.poll_s),
        report=report,
        earned=earned,
        apart=Apart(heavy) if heavy is not None else None,
        siblings=siblings,
        pictures=pictures,
    )
    follower.beside = services.variants
    serving.guard = lambda: services.watch.check_shown(replay.offset)
    figures.watch(
        ServiceState(
            serving=serving,
            impressions=services.impressions,
            replay=replay,
            watch=services.watch,
            pool=services.pool,
            kept=services.kept,
            variants=services.variants,
            watchdog=watchdog,
            feeds=FeedRecords(settings.home).all,
            reports=KeptReports(settings.home),
            home=settings.home,
        )
    )
    return services
