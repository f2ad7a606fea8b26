"""What goes wrong in the room as a page of the room, with what to do; a browser shows JSON to nobody who can use it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute

from app.api.problems import printable
from app.api.room.entrance import COOKIE, Entrance
from app.api.room.render import page
from app.ground.errors import ROOTS, KeyRefusedError, problem_of

_NO_PAGE: Final = "No such page"
_PAGES: Final = {"releases", "rules", "experiments"}


class RoomRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, and what it raises as a page."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except RequestValidationError:
                return no_such_page(request)
            except KeyRefusedError as error:
                return _told(request, 403, "This was not done", str(error))
            except (*ROOTS, OSError) as error:
                status = problem_of(error).status
                if status == HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                return _told(request, status, _NO_PAGE if status == HTTPStatus.NOT_FOUND else "This was not done", str(error))

        return handler


def no_such_page(request: Request) -> Response:
    """That the address is of nothing in the room."""
    return _told(request, 404, _NO_PAGE, nowhere=request.url.path)


def _told(request: Request, status: int, title: str, problem: str | None = None, nowhere: str | None = None) -> Response:
    """The page of a title, which leads on: where nothing is, to the overview or the pages that there are."""
    entrance: Entrance = request.app.state.entrance
    session = entrance.session(request.cookies.get(COOKIE))
    room = request.url.path.removeprefix("/ops/").partition("/")[0]
    back, to = (f"/ops/{room}", room.capitalize()) if room in _PAGES else ("/ops", "Overview")
    shown = {"title": title, "problem": problem and printable(problem), "nowhere": nowhere, "undone": request.method == "POST"}
    return page("trouble", status, session=session, here="", back=back, to=to, **shown)
