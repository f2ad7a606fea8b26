"""The composition root: settings in, a service out."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from app.api import catalogue, events, items, metrics, ops, outfits, problems, releases
from app.api.middleware import BodyLimit, RequestLog
from app.ground import compute
from app.ground.logs import configure, logger
from app.ground.settings import Settings
from app.home.runs import Runs
from app.home.store import ReleaseStore
from app.live.metrics import Metrics
from app.live.replay import Replay
from app.live.swap import Swap
from app.log.impressions import Impressions
from app.log.open import open_log
from app.release.release import Release
from app.release.serving import Serving
from app.web import mount_storefront


def create_app(settings: Settings | None = None, release: Release | None = None) -> FastAPI:
    """Build the service.

    Args:
        settings: None reads them from the environment.
        release: an opened release; None opens the home's current one at start-up. A home without one starts, and is not ready.

    Raises:
        InputError: a setting cannot be read. At start-up also what ``Release.open`` raises, for a broken release.
    """
    settings = settings or Settings.read()
    store = ReleaseStore(settings.home)
    serving = Serving(release, why_not=f"no release in {settings.home.name}; run `attire import DATA --home HOME` and start again")

    figures = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure(settings.log)
        threads = compute.fix_threads(settings.threads.compute)
        app.state.threads = CapacityLimiter(settings.threads.requests or compute.cores())
        if not serving.ready:
            record = store.current()
            if record is not None:
                serving.publish(await to_thread.run_sync(Release.open, store, record, compute.device(settings.device)))
        if serving.ready:
            threading.Thread(target=serving.current().encoder.warm, name="warm-encoder", daemon=True).start()
        app.state.event_log = log = open_log(settings.log, settings.home)
        app.state.impressions = impressions = Impressions(log, settings.log.impressions)
        impressions.start()
        app.state.replay = replay = Replay(log, serving)
        await replay.start()
        app.state.swap = swap = Swap(store, serving, replay, settings, figures)
        swap.start()
        figures.watch(serving, impressions, replay, Runs(settings.home).decisions)
        logger().info(
            "started",
            release=serving.current().id if serving.ready else None,
            items=serving.current().record.items if serving.ready else 0,
            compute_threads=threads,
            requests_at_once=int(app.state.threads.total_tokens),
        )
        try:
            yield
        finally:
            await swap.close()
            await replay.close()
            await impressions.close()
            await log.close()
        logger().info("stopped")

    app = FastAPIOffline(
        redoc_url=None,
        favicon_url="/web/icon.svg",
        title="Attire",
        version=version("attire"),
        summary="What completes this outfit, and how well does it go together?",
        lifespan=lifespan,
    )
    app.state.settings, app.state.store, app.state.serving, app.state.metrics = settings, store, serving, figures
    for router in (outfits.router, items.router, catalogue.router, events.router, ops.router, releases.router, metrics.router):
        app.include_router(router)
    mount_storefront(app)
    problems.install(app)
    app.add_middleware(BodyLimit, max_bytes=settings.limits.max_body_bytes)
    app.add_middleware(RequestLog, metrics=figures)
    return app
