"""The storefront, one page that uses the public API, and the widget for pages of the shop; plain HTML, CSS and JavaScript modules.

Neither loads anything from other hosts.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_STATIC: Final = Path(__file__).parent / "static"
_WIDGET: Final = Path(__file__).parent / "widget"

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
_PRELOAD: Final = re.compile(r'<link rel="preload" [^>]*href="/items[?](?P<query>[^"]*)" />')
_SEARCH: Final = ("q", "category", "sort")
_HEADERS: Final = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_FOR_ANY_PAGE: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
}
# Some systems map .js to text/plain; with `nosniff` a browser refuses that as a module.
_MEDIA_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def mount_storefront(app: FastAPI) -> None:
    """Serve the page at ``/`` and its files below ``/web/``, and the widget at ``/attire.js``, and a page where nothing is."""
    files, widgets = _Files(directory=_STATIC), _Files(directory=_WIDGET)

    page = (_STATIC / "index.html").read_text(encoding="utf-8")

    async def storefront(request: Request) -> Response:
        if not request.url.query:
            return await files.get_response("index.html", request.scope)
        early = _PRELOAD.sub(partial(_as_searched, dict(request.query_params)), page)
        return Response(early, headers=_HEADERS, media_type="text/html")

    async def widget(request: Request) -> Response:
        response = await widgets.get_response(request.url.path.removeprefix("/"), request.scope)
        response.headers.update(_FOR_ANY_PAGE)
        return response

    for path in ("/attire.js", "/attire-words.js"):
        app.add_route(path, widget, methods=["GET", "HEAD"], include_in_schema=False)
    missing = Response((_STATIC / "nothing.html").read_text(encoding="utf-8"), 404, _HEADERS, "text/html")
    refused = app.router.default

    async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
        if "text/html" in Headers(scope=scope).get("accept", ""):  # a person's address bar
            await missing(scope, receive, send)
        else:
            await refused(scope, receive, send)

    app.router.default = nothing
    app.add_route("/", storefront, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/web", files, name="web")


def _as_searched(search: Mapping[str, str], preload: re.Match[str]) -> str:
    """The preload of what a search in the page's address shows first, as `catalogue.js` asks for it; none where filters narrow it, too."""
    if search.keys() - _SEARCH:
        return ""
    asked = dict(parse_qsl(html.unescape(preload["query"])))
    if search.get("sort"):
        del asked["mixed"]
    asked |= {name: search[name].strip() for name in _SEARCH if search.get(name)}
    return preload[0].replace(preload["query"], html.escape(urlencode(asked)))


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
