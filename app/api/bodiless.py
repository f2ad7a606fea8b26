"""HEAD is answered as GET is, by the same route; servers send no body with it."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Bodiless:
    """Has everything behind it see a GET where the client sent HEAD, and drops the body of the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        scope.setdefault("state", {})  # which whoever stands before this reads, too
        asked = {**scope, "method": "GET"}
        try:
            await self.app(asked, receive, sending)
        finally:
            if "route" in asked:
                scope["route"] = asked["route"]
