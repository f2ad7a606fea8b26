"""What goes wrong in the room as a page of the room, with what to do; a browser shows JSON to nobody who can use it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute

from app.api.problems import printable
from app.api.room.entrance import COOKIE, Entrance
from app.api.room.render import page
from app.ground.errors import ROOTS, KeyRefusedError, problem_of


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
                return _told(request, status, "There is no such page" if status == 404 else "This was not done", str(error))  # noqa: PLR2004

        return handler


def no_such_page(request: Request) -> Response:
    """That the address is of nothing in the room."""
    return _told(request, 404, "There is no such page", f"{request.url.path} is none of these")


def _told(request: Request, status: int, title: str, problem: str) -> Response:
    entrance: Entrance = request.app.state.entrance
    session = entrance.session(request.cookies.get(COOKIE))
    parts = request.url.path.split("/")
    back = "/".join(parts[:3]) if len(parts) > 2 and parts[2] in {"releases", "rules", "experiments"} else "/ops"  # noqa: PLR2004
    return page("trouble", status, session=session, here=back, title=title, problem=printable(problem), back=back)
