"""Pages from templates. They hold no script, and the policy lets none run."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData

from app.api.problems import printable
from app.api.room.entrance import COOKIE, Entrance, Session
from app.home.runs import METRICS
from app.rules.said import kind, moment, opening, spoken

ENTER: Final = "/ops/enter"
_POLICY: Final = ("default-src 'none'", "img-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'")
_HEADERS: Final = {
    "Content-Security-Policy": "; ".join((*_POLICY, "style-src 'self'")),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",  # with none, browsers would not say which page a form comes from
}
OF_RUNS: Final = {**_HEADERS, "Content-Security-Policy": "; ".join((*_POLICY, "style-src 'unsafe-inline'"))}
"""For the worker's pages, which bring their styles."""
_MOST_FIELDS: Final = 1_000  # of boxes that are ticked, and rows that are not filled in
_LATER: Final = b"<!-- later -->"


def _number(value: float) -> str:
    return f"{value:,.3f}" if math.isfinite(value) else "undefined"


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 10 else f"{value:g} ms"  # noqa: PLR2004 - as one reads them


def _moment(text: str) -> str:
    """A moment, of UTC where it says no zone; what is none stays.

    >>> _moment("2026-11-30T23:07:25+00:00"), _moment("2026-12-01T08:00:00+01:00"), _moment("2026-12-01"), _moment("never")
    ('30 Nov 2026 23:07 UTC', '1 Dec 2026 08:00 UTC+01:00', '1 Dec 2026 00:00 UTC', 'never')
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment(read if read.tzinfo else read.replace(tzinfo=UTC))


_PAGES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.filters |= {"number": _number, "ms": lambda value: _ms(value) if math.isfinite(value) else "over 10 s", "printable": printable}
_PAGES.filters |= {"moment": _moment, "opening": opening, "kind": kind, "spoken": spoken}
_PAGES.globals |= {"metrics": METRICS}


def page(name: str, status: int = 200, **shown: Any) -> HTMLResponse:  # noqa: ANN401 - whatever a template shows
    """A page; ``session`` None is one that anybody sees."""
    shown = {"session": None, "problem": None, "done": None, **shown}
    return HTMLResponse(_PAGES.get_template(f"{name}.html.jinja").render(**shown), status, _HEADERS)


def begun(now: HTMLResponse, then: Callable[[], Awaitable[HTMLResponse]]) -> StreamingResponse:
    """A page that is sent at once as far as its template says ``<!-- later -->``; the rest is that of the page which is known then."""

    async def parts() -> AsyncIterator[bytes]:
        yield bytes(now.body).partition(_LATER)[0]
        yield bytes((await then()).body).partition(_LATER)[2]

    return StreamingResponse(parts(), now.status_code, _HEADERS, "text/html")


def go(where: str) -> RedirectResponse:
    """To another page, by GET."""
    return RedirectResponse(where, 303, {"Cache-Control": "no-store"})


def went(where: str, did: str, *of: str) -> RedirectResponse:
    """To a page that tells what was done, and to what."""
    return go(f"{where}?" + urlencode({"did": did, **({"of": "\n".join(of)} if of else {})}))


async def entrance_of(request: Request) -> Entrance:
    """The entrance of the application that the request came to."""
    entrance: Entrance = request.app.state.entrance
    return entrance


AtEntrance = Annotated[Entrance, Depends(entrance_of)]


async def _session(request: Request, entrance: AtEntrance) -> Session:
    """Who is in; whoever is not is sent to the form.

    Raises:
        HTTPException: that.
    """
    session = entrance.session(request.cookies.get(COOKIE))
    if session is None:
        raise HTTPException(303, "come in first", {"Location": ENTER, "Cache-Control": "no-store"})
    return session


InSession = Annotated[Session, Depends(_session)]


async def _form(request: Request, entrance: AtEntrance, session: InSession) -> FormData:
    """A form of this session's own pages.

    Raises:
        KeyRefusedError: it comes from elsewhere.
    """
    form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
    entrance.check_form(request, session, text_of(form, "word"))
    return form


OwnForm = Annotated[FormData, Depends(_form)]


def text_of(form: FormData, name: str) -> str:
    """A field of a form; empty where there is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
