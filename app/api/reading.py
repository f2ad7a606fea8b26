"""Reads JSON bodies in bounded time, so that no body holds the event loop: counted before they are parsed, and large ones elsewhere.

What a body costs is how many values it has, not its bytes: a picture is one value. A small body, and a short one of few values, is parsed
and checked at once. A large one is, on a thread of its own, piece by piece: Python's lock is never held for longer than one of them takes.
Of each client one body at a time waits for that thread, some time after the one before, only as long as the client waits for an answer, and
within the deadline. Of some routes, one of many values is read by the process of heavy requests alone, while that runs.
"""

from __future__ import annotations

import asyncio
import codecs
import email.message
import json
import time
from collections.abc import Awaitable, Callable
from functools import lru_cache, partial
from json import decoder
from re import Match
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from app.api.sent import left, sent_on
from app.api.services import Services, services_of
from app.ground import collector
from app.ground.errors import Detail, LimitExceededError
from app.ground.once import TwiceError, once
from app.ground.parts import Limits

AT_ONCE: Final = 4_096
"""Bytes of a body that is parsed on the event loop: a millisecond or two, whatever it holds."""
_SHORT: Final = 1 << 16
"""Bytes of one that is counted there, and parsed there, too, where it has few values: as long as one of ``AT_ONCE`` may take."""
_FEW: Final = 1_000
_MANY: Final = 2_000
"""Values of a body that takes milliseconds to read: as items of as many outfits as a request may have, it is heavy, too."""
_PAUSES: Final = 3.0
"""So many times as long as a client's body took to read its next one waits: they hold Python's lock for a quarter of the time at most."""
_SLICE: Final = 1 << 20
_LONGEST_NUMBERS: Final = 1 << 18
"""Characters of a list of numbers that is read at once: more features than an item may have, in some milliseconds."""
_LONGEST_NUMBER: Final = 5_000
"""Likewise, of a number; of an integer Python reads at most 4,300 digits."""
_MOST_ESCAPES: Final = 2_000_000
"""Each takes a step of the reader, though it is no value; of titles and pictures, however they are written, there are not so many."""
_VALUE_MARKS: Final = b",[{"  # each value but the first of its list or object follows a comma
_NO_VALUE: Final = "Expecting value"
_MORE: Final = "Extra data"  # as Python's reader says of small bodies
_NOT_UTF8: Final = "it is in another encoding; send UTF-8"
_GZIP, _COMPRESSED = b"\x1f\x8b", "it is compressed; send it as it is"
_INSANE: Final = "not UTF-8, compressed, or of insane depth or numbers"
_one_by_one = CapacityLimiter(1)  # more threads would only take Python's lock from the event loop more often
_turns: Final = WeakValueDictionary[tuple[asyncio.AbstractEventLoop, str], asyncio.Lock]()  # of those whose bodies wait
_whole: Final[Any] = json.JSONDecoder(object_pairs_hook=once)  # not typed: what it reads objects, arrays and all else with
_WHITESPACE: Final[Any] = decoder.WHITESPACE  # type: ignore[attr-defined]

Found = TypeVar("Found")


class BoundedRoute(APIRoute):
    """A route whose JSON body is read so.

    Attributes:
        repeatable: whether it only asks, so that another process may answer it.
        unread: whether that one may also be the only one that reads it.
        timed: whether it has one deadline, and not one for each of its parts.
    """

    repeatable, unread, timed = True, False, True

    @staticmethod
    def most_values(limits: Limits) -> int:
        """How many values its body may have."""
        return limits.max_values

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]  # of a coroutine, in FastAPI
        """The handler that FastAPI calls."""
        answer, field = super().get_route_handler(), self.body_field
        if field is None:
            return answer

        def parsed(body: bytes, *, at_once: bool = False) -> Any:  # noqa: ANN401 - whatever the route takes
            value, errors = field.validate(parse(body, at_once=at_once), {}, loc=("body",))
            if errors:
                raise RequestValidationError(errors if isinstance(errors, list) else [errors])
            return value

        async def bounded(request: Request) -> Response:
            body = await request.body()
            if not body or not _is_json(request.headers.get("content-type", "")):
                return await answer(request)
            sent = body if self.repeatable else None
            if len(body) <= AT_ONCE:
                return await answer(Read(request, parsed(body, at_once=True), sent))
            services = await services_of(request)
            counted = partial(check_values, body, self.most_values(services.settings.limits))
            values = counted() if len(body) <= _SHORT else await _in_turn(request, services, counted)
            if len(body) <= _SHORT and values <= _FEW:
                return await answer(Read(request, parsed(body, at_once=True), sent))
            if self.unread and values >= _MANY and services.apart is not None and services.apart.expected:
                answered = await sent_on(request, services, body, starts=True, waits=True, timed=self.timed)
                if answered is not None:
                    return answered
            return await answer(Read(request, await _in_turn(request, services, partial(_checked, parsed, body)), sent))

        return bounded


class UpsertRoute(BoundedRoute):
    """A route whose body may hold the features of many items, and changes them."""

    repeatable = False

    @staticmethod
    def most_values(limits: Limits) -> int:
        """How many values its body may have."""
        return limits.max_upsert_values


class UnreadRoute(BoundedRoute):
    """A route whose large bodies are of heavy requests."""

    unread = True


class UnreadPartsRoute(UnreadRoute):
    """Likewise, of several questions, each of which is answered by itself."""

    timed = False


class Read(Request):
    """A request whose JSON is read already; FastAPI takes a value that is of the right class as it is.

    Attributes:
        sent: its body, where another process may answer it.
    """

    def __init__(self, request: Request, value: Any, sent: bytes | None) -> None:  # noqa: ANN401 - whatever the route takes
        super().__init__(request.scope, request.receive)
        self._body, self._json, self.sent = b"-", value, sent


async def _in_turn(request: Request, services: Services, read: Callable[[], Found]) -> Found:
    """Read something of a body, when it is its turn."""

    async def reading() -> Found:
        loop = asyncio.get_running_loop()
        turn = _turns.setdefault((loop, request.state.who), asyncio.Lock())
        await turn.acquire()
        began = time.perf_counter()
        try:
            return await to_thread.run_sync(read, limiter=_one_by_one)
        finally:
            loop.call_later(_PAUSES * (time.perf_counter() - began), turn.release)

    return await services.pool.elsewhere(reading(), lambda: "waiting to be read", partial(left, request))


def _checked(parsed: Callable[[bytes], Any], body: bytes) -> Any:  # noqa: ANN401 - whatever the route takes
    with collector.resting():
        return parsed(body)


def check_values(body: bytes, most: int) -> int:
    """How many values a body has; one of more, or of more escaped characters, than anything that may be asked has is refused.

    Args:
        most: values; marks inside of texts count, too.

    Raises:
        LimitExceededError: naming both.
    """
    found = escapes = 0
    for at in range(0, len(body), _SLICE):
        part = body[at : at + _SLICE]
        found += sum(part.count(mark) for mark in _VALUE_MARKS)
        escapes += part.count(b"\\")
        for count, bound, what in ((found, most, "values"), (escapes, _MOST_ESCAPES, "escaped characters")):
            if count > bound:
                msg = f"the body has more than {bound:,} {what}, and one request takes at most that; send several requests"
                raise LimitExceededError(msg, [Detail("body", f"more than {bound:,} {what}", f"at most {bound:,}")])
    return found


def parse(body: bytes, *, at_once: bool = False) -> Any:  # noqa: ANN401 - JSON
    """The value of a JSON text.

    Args:
        at_once: without giving Python's lock away meanwhile.

    Raises:
        RequestValidationError: it is not JSON in UTF-8, too deep, names something twice in an object, or holds a number that is too long.
    """
    if body.startswith(_GZIP):
        raise _not_json(_COMPRESSED, 0)
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        raise _not_json(_NOT_UTF8, 0)
    try:
        parts = (body[at : at + _SLICE] for at in range(0, len(body), _SLICE))
        text = "".join(codecs.iterdecode(parts, encoding))
        if at_once:
            return _whole.decode(text)
        value, end = _sliced(text, _space(text, 0).end())
    except StopIteration as error:
        raise _not_json(_NO_VALUE, int(error.value or 0)) from error
    except json.JSONDecodeError as error:
        raise _not_json(error.msg, error.pos) from error
    except TwiceError as error:
        raise _not_json(str(error), 0) from error
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError among them
        raise _not_json(_INSANE, 0) from error
    end = _space(text, end).end()
    if end != len(text):
        raise _not_json(_MORE, end)
    return value


def _sliced(text: str, at: int) -> tuple[Any, int]:
    """The value at a place and where it ends: in Python, which gives its lock away, but for what takes C a few milliseconds at most."""
    kind = text[at : at + 1]
    if kind == "{":
        found: tuple[Any, int] = _whole.parse_object((text, at + 1), _whole.strict, _sliced, None, once, None, _space)
    elif kind == '"' or (kind == "[" and _is_of_few_numbers(text, at)):
        found = _whole.scan_once(text, at)
    elif kind == "[":
        found = _whole.parse_array((text, at + 1), _sliced, _space)
    else:
        found = _scalar(text, at)
    return found


def _is_of_few_numbers(text: str, at: int) -> bool:
    """Whether the list there holds neither texts nor other lists or objects, and is not very long."""
    end = text.find("]", at, at + _LONGEST_NUMBERS)
    return end >= 0 and all(text.find(mark, at + 1, end) < 0 for mark in '"[{')


def _scalar(text: str, at: int) -> tuple[Any, int]:
    """The number there, or true, false or null."""
    try:
        value, length = _whole.scan_once(text[at : at + _LONGEST_NUMBER], 0)
    except StopIteration:
        raise StopIteration(at) from None
    if length == _LONGEST_NUMBER:
        raise ValueError(text[at : at + length])
    return value, at + length


def _space(text: str, at: int) -> Match[str]:
    """The end of the space there, slice by slice."""
    found: Match[str] = _WHITESPACE.match(text, at, at + _SLICE)
    while found.end() == at + _SLICE:
        at += _SLICE
        found = _WHITESPACE.match(text, at, at + _SLICE)
    return found


def _not_json(why: str, where: int) -> RequestValidationError:
    return RequestValidationError([{"type": "json_invalid", "loc": ("body", where), "msg": "not JSON", "ctx": {"error": why}}])


@lru_cache(64)
def _is_json(content_type: str) -> bool:
    message = email.message.Message()
    message["content-type"] = content_type
    subtype = message.get_content_subtype()
    return message.get_content_maintype() == "application" and (subtype == "json" or subtype.endswith("+json"))
