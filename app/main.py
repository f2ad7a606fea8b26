"""The composition root: settings in, a service out."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI

from app import compute
from app.api import items, ops, outfits, problems
from app.api.middleware import BodyLimit, RequestLog
from app.logs import configure, logger
from app.release import Release, Serving
from app.settings import Settings
from app.store import ReleaseStore
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

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure(settings.log)
        threads = compute.fix_threads(settings.threads.compute)
        app.state.threads = CapacityLimiter(settings.threads.requests or compute.cores())
        if not serving.ready:
            record = store.current()
            if record is not None:
                serving.publish(await to_thread.run_sync(Release.open, store, record))
        if serving.ready:
            threading.Thread(target=serving.current().encoder.warm, name="warm-encoder", daemon=True).start()
        logger().info(
            "started",
            release=serving.current().id if serving.ready else None,
            items=serving.current().record.items if serving.ready else 0,
            compute_threads=threads,
            requests_at_once=int(app.state.threads.total_tokens),
        )
        yield
        logger().info("stopped")

    app = FastAPI(
        title="Attire",
        version=version("attire"),
        summary="What completes this outfit, and how well does it go together?",
        lifespan=lifespan,
    )
    app.state.settings, app.state.store, app.state.serving = settings, store, serving
    for router in (outfits.router, items.router, ops.router):
        app.include_router(router)
    mount_storefront(app)
    problems.install(app)
    app.add_middleware(BodyLimit, max_bytes=settings.limits.max_body_bytes)
    app.add_middleware(RequestLog)
    return app
