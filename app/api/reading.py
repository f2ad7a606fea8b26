"""Reads JSON bodies in bounded time, so that no body holds the event loop: counted before they are parsed, and large ones elsewhere.

What a body costs is how many values it has, not its bytes: a picture is one value. A small body is parsed and checked at once. A large one
is, on a thread of its own, item by item: Python's lock is never held for longer than one of them takes. Of each client one body at a time
waits for that thread, and only as long as the client waits for an answer, and within the deadline.
"""

from __future__ import annotations

import asyncio
import email.message
import gc
import json
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from json import decoder
from typing import Any, Final
from weakref import WeakValueDictionary

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from app.api.services import services_of
from app.ground.errors import Detail, LimitExceededError
from app.ground.parts import Limits

AT_ONCE: Final = 16_384
"""Bytes of a body that is parsed on the event loop: some milliseconds, whatever it holds."""
_SLICE: Final = 1 << 20
_SLICED_LEVELS: Final = 3
_VALUE_MARKS: Final = b",[{"  # each value but the first of its list or object follows a comma
_NO_VALUE: Final = "Expecting value"
_MORE: Final = "Extra data"  # as Python's reader says of small bodies
_INSANE: Final = "not UTF-8, or of insane depth or numbers"
_one_by_one = CapacityLimiter(1)  # more threads would only take Python's lock from the event loop more often
_turns: Final = WeakValueDictionary[str, asyncio.Lock]()  # of those whose bodies wait
_whole: Final[Any] = json.JSONDecoder()  # not typed: what it reads objects, arrays and all else with


class BoundedRoute(APIRoute):
    """A route whose JSON body is read so.

    Attributes:
        repeatable: whether it only asks, so that another process may answer it.
    """

    repeatable = True

    @staticmethod
    def most_values(limits: Limits) -> int:
        """How many values its body may have."""
        return limits.max_values

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]  # of a coroutine, in FastAPI
        """The handler that FastAPI calls."""
        answer, field = super().get_route_handler(), self.body_field
        if field is None:
            return answer

        def parsed(body: bytes) -> Any:  # noqa: ANN401 - whatever the route takes
            value, errors = field.validate(parse(body), {}, loc=("body",))
            if errors:
                raise RequestValidationError(errors if isinstance(errors, list) else [errors])
            return value

        async def bounded(request: Request) -> Response:
            body = await request.body()
            if not body or not _is_json(request.headers.get("content-type", "")):
                return await answer(request)
            sent = body if self.repeatable else None
            if len(body) <= AT_ONCE:
                return await answer(Read(request, parsed(body), sent))
            services = await services_of(request)
            check = partial(_checked, parsed, body, self.most_values(services.settings.limits))
            reading = _in_turn(request.state.who, check)
            value = await services.pool.elsewhere(reading, lambda: "waiting to be read", partial(left, request))
            return await answer(Read(request, value, sent))

        return bounded


class UpsertRoute(BoundedRoute):
    """A route whose body may hold the features of many items, and changes them."""

    repeatable = False

    @staticmethod
    def most_values(limits: Limits) -> int:
        """How many values its body may have."""
        return limits.max_upsert_values


class Read(Request):
    """A request whose JSON is read already; FastAPI takes a value that is of the right class as it is.

    Attributes:
        sent: its body, where another process may answer it.
    """

    def __init__(self, request: Request, value: Any, sent: bytes | None) -> None:  # noqa: ANN401 - whatever the route takes
        super().__init__(request.scope, request.receive)
        self._body, self._json, self.sent = b"-", value, sent


async def left(request: Request) -> None:
    """Return once the client of a request whose body has arrived has closed its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _in_turn(who: str, read: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the route takes
    async with _turns.setdefault(who, asyncio.Lock()):
        return await to_thread.run_sync(read, limiter=_one_by_one)


def _checked(parsed: Callable[[bytes], Any], body: bytes, most: int) -> Any:  # noqa: ANN401 - whatever the route takes
    check_values(body, most)
    gc.disable()  # a collection would walk all values again and again, with Python's lock; JSON has no cycles
    try:
        return parsed(body)
    finally:
        gc.enable()


def check_values(body: bytes, most: int) -> None:
    """Refuse a body of more values than anything that may be asked has.

    Args:
        most: values; marks inside of texts count, too.

    Raises:
        LimitExceededError: naming both.
    """
    found = 0
    for at in range(0, len(body), _SLICE):
        part = body[at : at + _SLICE]
        found += sum(part.count(mark) for mark in _VALUE_MARKS)
        if found > most:
            msg = f"the body has more than {most:,} values, and one request takes at most that; send several requests"
            raise LimitExceededError(msg, [Detail("body", f"more than {most:,} values", f"at most {most:,}")])


def parse(body: bytes) -> Any:  # noqa: ANN401 - JSON
    """The value of a JSON text.

    Raises:
        RequestValidationError: it is not JSON, too deep, or holds a number that is too long.
    """
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        if len(body) <= AT_ONCE:
            return _whole.decode(text)
        value, end = _sliced(text, _after_space(text, 0), _SLICED_LEVELS)
    except StopIteration as error:
        raise _not_json(_NO_VALUE, int(error.value or 0)) from error
    except json.JSONDecodeError as error:
        raise _not_json(error.msg, error.pos) from error
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError among them
        raise _not_json(_INSANE, 0) from error
    end = _after_space(text, end)
    if end != len(text):
        raise _not_json(_MORE, end)
    return value


def _sliced(text: str, at: int, levels: int) -> tuple[Any, int]:
    """The value at a place and where it ends: the outer levels in Python, which gives its lock away, and what is inside of them in C."""

    def inner(_: str, place: int) -> tuple[Any, int]:
        return _sliced(text, place, levels - 1)

    kind = text[at : at + 1]
    if levels and kind == "{":
        found: tuple[Any, int] = _whole.parse_object((text, at + 1), _whole.strict, inner, None, None)
    elif levels and kind == "[":
        found = _whole.parse_array((text, at + 1), inner)
    else:
        found = _whole.scan_once(text, at)
    return found


def _after_space(text: str, at: int) -> int:
    return decoder.WHITESPACE.match(text, at).end()  # type: ignore[attr-defined,no-any-return]


def _not_json(why: str, where: int) -> RequestValidationError:
    return RequestValidationError([{"type": "json_invalid", "loc": ("body", where), "msg": "not JSON", "ctx": {"error": why}}])


@lru_cache(64)
def _is_json(content_type: str) -> bool:
    message = email.message.Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
