"""The storefront: one page that uses the public API, in plain HTML, CSS and JavaScript modules. It loads nothing from other hosts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_STATIC: Final = Path(__file__).parent / "static"

# Titles come from wherever a shop's catalogue comes from. Trusted types make the browser refuse what would turn text into markup.
_POLICY: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
# Some systems map .js to text/plain; with `nosniff` a browser refuses that as a module.
_MEDIA_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def mount_storefront(app: FastAPI) -> None:
    """Serve the page at ``/`` and its files below ``/web/``."""
    files = _Files(directory=_STATIC)

    async def storefront(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    app.add_route("/", storefront, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/web", files, name="web")


class _Files(StaticFiles):
    """Static files that a browser revalidates each time, so that an old page never meets an upgraded service."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(_HEADERS)
        media_type = _MEDIA_TYPES.get(Path(full_path).suffix)
        if media_type is not None:
            response.headers["Content-Type"] = f"{media_type}; charset=utf-8"
        return response
