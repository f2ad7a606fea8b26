"""Rules that are tried on the last answers before they are written: the page is there at once, and what came of it follows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from anyio import to_thread
from fastapi.responses import HTMLResponse, StreamingResponse

from app.api import rules
from app.api.computing import Computing
from app.api.problems import printable
from app.api.room.render import begun
from app.api.room.shown import named
from app.api.schemas.rules import DryRunRules
from app.api.services import Services
from app.ground.errors import ServiceError
from app.release.release import Release

Page = Callable[..., Awaitable[HTMLResponse]]
"""Makes the page on which rules were typed, with what came of trying them."""
UNTRIED = {"trying": False, "untried": None, "dry": None}
"""What such a page shows before."""


async def tried(asked: DryRunRules, page: Page, release: Release, services: Services, compute: Computing) -> StreamingResponse:
    """That page, which tells that they are being tried, and then what would change, or why they could not be tried."""

    async def after() -> HTMLResponse:
        try:
            dry = await rules.dry_run_rules(asked, release, services, compute)
        except ServiceError as error:
            return await page(untried=printable(str(error)))
        gained, lost = await to_thread.run_sync(lambda: [named(release, some) for some in (dry.gained, dry.lost)])
        return await page(dry=dry, conflicts=dry.conflicts, gained=gained, lost=lost)

    return begun(await page(trying=True), after)
