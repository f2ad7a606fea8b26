"""What can go wrong in the service, and the one table that says how HTTP answers each (RFC 9457).

ServiceError
├── RequestError              the request says something that cannot be answered
│   ├── UnknownItemError      an item that is not in the catalogue
│   ├── UnknownReleaseError   a release that this home does not have
│   ├── UnknownRuleError      a rule that this home does not have
│   ├── UnknownExperimentError  an experiment that this home does not have
│   ├── UnknownVersionError   a version that this home does not keep
│   ├── OtherVersionError     what was to be changed is at another version by now
│   ├── UnknownCategoryError  a category that neither the catalogue nor the model has
│   ├── LimitExceededError    more items, slots, candidates… than a request may hold
│   ├── BadPictureError       a picture that cannot be used
│   ├── FetchError            a URL of which nothing usable comes
│   │   ├── RefusedUrlError   because it may not be fetched
│   │   └── UnreachableError  because its server is gone, busy or slow now
│   ├── NoEncoderError        a photo, where the catalogue brought its own features; words, where its encoder knows none
│   ├── KeyMissingError       no key, for something that needs one
│   └── KeyRefusedError       a key that does not allow this
├── EncoderGoneError          encoders in other processes do not answer; an EncoderError, too
├── NotReadyError             no release is served yet
├── BusyError                 too many requests wait already
├── DeadlineError             no answer in time
├── StoppingError             the service is being shut down
├── ClientGoneError           nobody waits for the answer any more
├── LogError                  the log has no answer
│   ├── LogUnavailableError   it cannot be reached, or cannot keep anything now
│   │   ├── LogLostError      because it is damaged, or lacks what it has acknowledged
│   │   └── NoDatabaseError   because its Redis has no such database
│   ├── TrimmedError          what was asked for is no longer kept
│   └── OtherLogError         it is another home's, or another log than the one that a release has its place in
└── HomeError                 a home directory without the release, bundle or file that was asked for  (exit code 2)
    ├── StorageGoneError      the object storage of a home does not answer, or refuses
    └── ReplacedError         what was to be changed in a home in object storage was changed by somebody else meanwhile

The table is data: ``app.api.problems`` turns it into responses, so that nothing here knows HTTP beyond a status number.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.ground.bare_urls import without_secrets
from app.ground.shortened import shortened
from index.errors import SnapshotError, VectorError, VectorIndexError
from models.errors import AttireError, BundleError, EncoderError, FeaturesError, ImageError, InputError, RowError

_NOT_WRITTEN: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong: the field's path (``items[0].id``), its value shortened, and the problem in words."""

    field: str
    value: str
    problem: str


class ServiceError(Exception):
    """Root of the service's errors; the message is one line meant for a person."""

    def __init__(self, message: str, details: Sequence[Detail] = ()) -> None:
        super().__init__(message)
        self.details = tuple(details)


class RequestError(ServiceError):
    """The request says something that cannot be answered."""


class UnknownItemError(RequestError):
    """An item that is not in the catalogue."""


class UnknownReleaseError(RequestError):
    """A release that this home does not have."""


class UnknownRuleError(RequestError):
    """A rule that this home does not have."""


class UnknownExperimentError(RequestError):
    """An experiment that this home does not have."""


class UnknownVersionError(RequestError):
    """A version of rules that this home does not keep."""


class OtherVersionError(RequestError):
    """What was to be changed is at another version by now than the one that the change was made for."""


class UnknownCategoryError(RequestError):
    """A category that neither the catalogue nor the model has."""


class LimitExceededError(RequestError):
    """More than one request may hold."""


class BadPictureError(RequestError):
    """A picture that cannot be used: not a picture, truncated, too large."""


class FetchError(RequestError):
    """A URL of which nothing usable comes. ``reason`` is one line that repeats nothing of what a server sent but its status.

    The message names the URL without what may be secret in it.
    """

    def __init__(self, url: str, reason: str) -> None:
        self.url, self.reason = url, reason
        super().__init__(f"{shortened(without_secrets(url))}: {reason}")


class RefusedUrlError(FetchError):
    """A URL that may not be fetched: its scheme, its host, or the address that this leads to."""


class UnreachableError(FetchError):
    """A server that is gone, busy or slow; the same URL may do later.

    Args:
        after_s: seconds after which it wants to be asked again, if it says so.
    """

    def __init__(self, url: str, reason: str, after_s: float | None = None) -> None:
        super().__init__(url, reason)
        self.after_s = after_s


class NoEncoderError(RequestError):
    """A photo or a title to encode, where the catalogue brought its own features; or words, where its encoder knows none."""


class KeyMissingError(RequestError):
    """A request without a key for something that needs one."""


class KeyRefusedError(RequestError):
    """The key that was sent does not allow this; or a foreign web page asks."""


ROOTS: Final = (ServiceError, AttireError, VectorIndexError)
"""The roots of all errors of this project; what is none of them is a mistake of its own, or the system's."""


def refused(detail: Detail, kind: type[RequestError] = RequestError) -> RequestError:
    """The error of one field of a request."""
    return kind(f"{detail.field}: {detail.problem}", [detail])


class EncoderGoneError(ServiceError, EncoderError):
    """Encoders that are other processes do not answer; they are started again."""


class NotReadyError(ServiceError):
    """No release is served yet."""


class BusyError(ServiceError):
    """As many requests wait to be computed as may; or as many bytes of bodies are held as may."""


class DeadlineError(ServiceError):
    """A request was not answered in time."""


class StoppingError(ServiceError):
    """The service is being shut down, and takes no more requests."""


class ClientGoneError(ServiceError):
    """Nobody waits for the answer any more."""


class LogError(ServiceError):
    """The log has no answer."""


class LogUnavailableError(LogError):
    """The log cannot be reached, or cannot keep anything now. Every call may be repeated: an event id counts once."""


class TrimmedError(LogError):
    """Entries after an offset are no longer kept, so reading on from it would leave a gap."""


class OtherLogError(LogError):
    """The log is another home's, or another one than that in which a release has its place; nothing is read or kept by mistake."""


class LogLostError(LogUnavailableError):
    """The log is damaged, or lacks what it has acknowledged; it takes nothing until somebody has looked (``attire log check``)."""


class NoDatabaseError(LogUnavailableError):
    """Redis has no database of the number that the log's URL names; it takes nothing until somebody has mended either."""


class HomeError(ServiceError):
    """A home directory without the release, bundle or file that was asked for."""


class StorageGoneError(HomeError):
    """The object storage of a home does not answer, or refuses."""


class ReplacedError(HomeError):
    """What was to be changed in a home in object storage is not what it was: somebody else was faster. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """How HTTP answers an error: status, stable ``type``, title, and whether it may pass by itself, so that a retry makes sense."""

    status: int
    type: str
    title: str
    passes: bool = False


PROBLEMS: Final[Mapping[type[Exception], Problem]] = {
    RequestError: Problem(422, "/problems/invalid-request", "The request cannot be understood"),
    UnknownItemError: Problem(404, "/problems/unknown-item", "No such item in the catalogue"),
    UnknownReleaseError: Problem(404, "/problems/unknown-release", "No such release"),
    UnknownRuleError: Problem(404, "/problems/unknown-rule", "No such rule"),
    UnknownExperimentError: Problem(404, "/problems/unknown-experiment", "No such experiment"),
    UnknownVersionError: Problem(404, "/problems/unknown-version", "No such version"),
    OtherVersionError: Problem(412, "/problems/other-version", "It is at another version by now"),
    UnknownCategoryError: Problem(404, "/problems/unknown-category", "No such category"),
    LimitExceededError: Problem(422, "/problems/limit-exceeded", "The request asks for more than one request may"),
    BadPictureError: Problem(422, "/problems/bad-picture", "The picture cannot be used"),
    FetchError: Problem(422, "/problems/picture-not-fetched", "The picture cannot be fetched"),
    RefusedUrlError: Problem(422, "/problems/url-refused", "The URL may not be fetched"),
    UnreachableError: Problem(503, "/problems/picture-unreachable", "The picture cannot be fetched now", passes=True),
    NoEncoderError: Problem(422, "/problems/no-encoder", "This catalogue's encoder cannot do that"),
    KeyMissingError: Problem(401, "/problems/key-missing", "This needs a key"),
    KeyRefusedError: Problem(403, "/problems/key-refused", "This is not allowed"),
    NotReadyError: Problem(503, "/problems/not-ready", "Not ready yet", passes=True),
    BusyError: Problem(503, "/problems/busy", "Too many requests at once", passes=True),
    DeadlineError: Problem(503, "/problems/deadline", "There was no answer in time", passes=True),
    StoppingError: Problem(503, "/problems/stopping", "The service is being shut down", passes=True),
    ClientGoneError: Problem(499, "/problems/client-gone", "Nobody waits for the answer"),
    LogError: Problem(503, "/problems/log-unavailable", "The event log cannot be used now", passes=True),
    LogUnavailableError: Problem(503, "/problems/log-unavailable", "The event log cannot be used now", passes=True),
    TrimmedError: Problem(503, "/problems/log-unavailable", "The event log cannot be used now"),
    OtherLogError: Problem(503, "/problems/log-unavailable", "The event log cannot be used now"),
    LogLostError: Problem(503, "/problems/log-lost", "The event log lacks what it has acknowledged", passes=True),
    NoDatabaseError: Problem(503, "/problems/log-unavailable", "The event log cannot be used now"),
    HomeError: Problem(503, "/problems/broken-release", "The release cannot be used"),
    StorageGoneError: Problem(503, "/problems/storage-unavailable", "The home's storage cannot be used now", passes=True),
    ReplacedError: Problem(409, "/problems/changed-meanwhile", "Somebody else has changed this meanwhile"),
    ServiceError: Problem(503, "/problems/unavailable", "The service cannot answer now"),
    ImageError: Problem(422, "/problems/bad-picture", "The picture cannot be used"),
    InputError: Problem(422, "/problems/invalid-request", "The request cannot be understood"),
    RowError: Problem(422, "/problems/invalid-request", "The request cannot be understood"),
    EncoderGoneError: Problem(503, "/problems/encoder-unavailable", "The encoder cannot be used", passes=True),
    EncoderError: Problem(503, "/problems/encoder-unavailable", "The encoder cannot be used"),
    BundleError: Problem(503, "/problems/broken-release", "The release cannot be used"),
    FeaturesError: Problem(503, "/problems/encoder-unavailable", "The encoder cannot be used"),
    AttireError: Problem(503, "/problems/unavailable", "The service cannot answer now"),
    SnapshotError: Problem(503, "/problems/broken-release", "The release cannot be used"),
    VectorError: Problem(422, "/problems/invalid-request", "The request cannot be understood"),
    VectorIndexError: Problem(503, "/problems/unavailable", "The service cannot answer now"),
}
MALFORMED: Final = Problem(400, "/problems/malformed-json", "The body is not JSON")
INVALID: Final = PROBLEMS[RequestError]
INTERNAL: Final = Problem(500, "/problems/internal", "Something is broken here; the log has it under the request id")
BY_STATUS: Final[Mapping[int, Problem]] = {
    400: MALFORMED,
    404: Problem(404, "/problems/not-found", "No such address"),
    405: Problem(405, "/problems/method-not-allowed", "This address does not take this method"),
    408: Problem(408, "/problems/too-slow", "The request took too long to arrive"),
    413: Problem(413, "/problems/body-too-large", "The body is too large"),
    429: Problem(429, "/problems/rate-exceeded", "Too many requests"),
    431: Problem(431, "/problems/head-too-large", "The request's head is too large"),
}
MALFORMED_HTTP: Final = Problem(400, "/problems/malformed-http", "The request is not HTTP/1.1")
UNKNOWN_HOST: Final = Problem(400, "/problems/unknown-host", "The service is not asked under this name")
UNKNOWN_SHOP: Final = Problem(421, "/problems/unknown-shop", "No shop answers here")
FOREIGN_PAGE: Final = Problem(403, "/problems/foreign-page", "Pages of this address may not use the service")


def problem_of(error: Exception) -> Problem:
    """How HTTP answers an error: by the nearest class of its ancestry in ``PROBLEMS``, and as ``INTERNAL`` where there is none.

    What the system says of a disk on which nothing can be written is told like an object storage that is gone.
    """
    if isinstance(error, OSError) and error.errno in _NOT_WRITTEN:
        return PROBLEMS[StorageGoneError]
    return next((PROBLEMS[kind] for kind in type(error).__mro__ if kind in PROBLEMS), INTERNAL)
