"""Entity tags: who has an answer already is told 304, and nothing is sent twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_TAGGED: Final = frozenset({b"application/json", b"text/html; charset=utf-8"})
_GONE: Final = frozenset({b"content-length", b"content-type", b"content-encoding"})


class Unchanged:
    """Gives JSON and pages that a GET is answered with a tag of their content, if they have none; answers 304 to whom has that already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope)
        start: Message | None = None

        async def sending(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                headers = dict(message["headers"])
                if message["status"] == 200 and headers.get(b"content-type") in _TAGGED:  # noqa: PLR2004 - OK
                    start = message
                else:
                    await send(message)
                return
            if start is not None:
                begun, start = start, None
                if not message.get("more_body"):
                    tag = MutableHeaders(scope=begun).setdefault("ETag", f'W/"{digest(message["body"])}"')
                    if has(sent, tag):
                        begun = {**begun, "status": 304, "headers": [one for one in begun["headers"] if one[0] not in _GONE]}
                        message = {**message, "body": b""}
                await send(begun)
            await send(message)

        await self.app(scope, receive, sending)


def digest(body: bytes) -> str:
    """What tells one content from another."""
    return hashlib.blake2b(body, digest_size=12).hexdigest()


def has(sent: Mapping[str, str], tag: str) -> bool:
    """Whether a request says that its client has what this tag names.

    >>> has({"if-none-match": '"a", W/"b"'}, '"b"')
    True
    """
    named = [one.strip().removeprefix("W/") for one in sent.get("if-none-match", "").split(",")]
    return "*" in named or tag.removeprefix("W/") in named
