"""One exchange with a service, from the first try to the last: what to send, how long to wait, what came of it; it sends nothing itself."""

from __future__ import annotations

import random
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Final

import httpx2
from pydantic import ValidationError

from attire.calls import Answer, Call
from attire.errors import ProblemError, StrangeAnswerError, UnreachableError
from attire.schemas import ProblemOut

_FIRST_WAIT_S, _MOST_BACKOFF_S = 0.2, 2.0
_OF_A_PROXY: Final = frozenset({httpx2.codes.REQUEST_TIMEOUT, httpx2.codes.NOT_FOUND})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a client tries.

    Attributes:
        tries: times that a request is sent at most, but for what ``ready_s`` says.
        ready_s: for how long, in all, it waits for a service that refuses with 503 and names a time (``Retry-After``), as one that starts
            does, however often that is.
        most_wait_s: the longest that it waits between two; where the service names a longer time, the refusal is raised at once.
        timeout_s: seconds for which it waits for a connection, or for the next byte of an answer.
    """

    tries: int = 4
    ready_s: float = 60.0
    most_wait_s: float = 30.0
    timeout_s: float = 35.0


PATIENCE: Final = Patience()


def headers(key: str | None) -> dict[str, str]:
    """What goes with each request."""
    return {"Accept": "application/json", "Content-Type": "application/json"} | ({"X-API-Key": key} if key else {})


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds to wait before the request is sent again."""

    seconds: float


Sent = httpx2.Response | httpx2.TransportError
Exchange = Generator[Wait | None, Sent | None, Answer]
"""Yields None for "send it", to be answered with what came of that, or ``Wait``; returns the answer."""


def exchange(call: Call[Answer], patience: Patience) -> Exchange[Answer]:
    """One exchange.

    Raises:
        ProblemError: the service refuses still. UnreachableError: it cannot be reached still. StrangeAnswerError: it makes no sense.
    """
    waited_s = 0.0
    for tried in count(1):
        sent = yield None
        spent = tried >= patience.tries
        backoff_s = min(_FIRST_WAIT_S * 2 ** (tried - 1), _MOST_BACKOFF_S) * random.uniform(0.5, 1.5)  # noqa: S311 - so that clients part
        pause_s = min(backoff_s, patience.most_wait_s)
        if isinstance(sent, httpx2.TransportError):
            unsent = isinstance(sent, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
            if spent or not (call.repeatable or unsent):
                msg = f"{call.method} {call.path}: the service cannot be reached, or did not answer in time ({sent or type(sent).__name__})"
                raise UnreachableError(msg) from sent
        elif sent is not None:
            if sent.is_success:
                return _answer(call, sent)
            named_s = retry_after_s(sent.headers.get("Retry-After"))
            why = _problem(call, sent, named_s)
            if named_s is None and _of_a_proxy(sent, why) and call.repeatable:
                named_s = 0.0
            elif sent.status_code == httpx2.codes.SERVICE_UNAVAILABLE:
                spent = spent and waited_s >= patience.ready_s
            if named_s is None or spent or named_s > patience.most_wait_s:
                raise why
            pause_s = named_s + backoff_s
        waited_s += pause_s
        yield Wait(pause_s)
    raise AssertionError  # counting has no end


def _of_a_proxy(sent: httpx2.Response, why: Exception) -> bool:
    """Whether somebody between says that the service was lost amid the request, did not answer in time, or is not there yet."""
    return isinstance(why, StrangeAnswerError) and (sent.is_server_error or sent.status_code in _OF_A_PROXY)


def retry_after_s(header: str | None) -> float | None:
    """Seconds until the time that ``Retry-After`` names, as a number or a date; None where it names none.

    >>> retry_after_s("2"), retry_after_s("Thu, 01 Jan 1970 00:00:00 GMT"), retry_after_s("soon"), retry_after_s(None)
    (2.0, 0.0, None, None)
    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _answer(call: Call[Answer], response: httpx2.Response) -> Answer:
    try:
        return call.answers.model_validate_json(response.content)
    except ValidationError as error:
        answered = f"{call.method} {response.url}: answered {response.status_code}, but not with {call.answers.__name__}"
        msg = f"{answered}: {error.errors()[0]['msg']}"
        raise StrangeAnswerError(msg) from error


def _problem(call: Call[Answer], response: httpx2.Response, wait_s: float | None) -> ProblemError | StrangeAnswerError:
    try:
        problem = ProblemOut.model_validate_json(response.content)
    except ValidationError:
        return StrangeAnswerError(f"{call.method} {response.url}: answered {response.status_code} without saying why")
    return ProblemError(problem, response.headers.get("X-Request-ID"), wait_s)
