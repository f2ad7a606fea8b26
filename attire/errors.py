"""What can go wrong when a service is asked.

ClientError
├── InvalidRequestError the service would refuse what was to be sent, and it was not sent; a ValueError, too
├── ProblemError        the service refused, and said why (RFC 9457)
├── UnreachableError    it could not be reached, or did not answer in time
└── StrangeAnswerError  what answered is no Attire service, or one of another version
"""

from __future__ import annotations

from collections.abc import Sequence

from app.api.schemas.answers import ProblemDetail, ProblemOut


class ClientError(Exception):
    """Root of the client's errors."""


class InvalidRequestError(ClientError, ValueError):
    """The service would refuse to read what was to be sent, so it was not sent.

    Attributes:
        errors: each thing that is wrong, by field, in the service's words.
    """

    def __init__(self, kind: str, errors: Sequence[ProblemDetail]) -> None:
        super().__init__(f"{kind}: " + "; ".join(f"{one.field}: {one.problem}" if one.field else one.problem for one in errors))
        self.errors = tuple(errors)


class ProblemError(ClientError):
    """The service refused.

    Attributes:
        problem: its words: kind, status, and each thing that is wrong, by field.
        request_id: what the service's log has it under.
        retry_after_s: seconds after which it may answer; None where asking again does not help.
    """

    def __init__(self, problem: ProblemOut, request_id: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(f"{problem.title}: {problem.detail}")
        self.problem, self.request_id, self.retry_after_s = problem, request_id, retry_after_s

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def type(self) -> str:
        """The stable name of the kind of problem, as ``/problems/unknown-item``."""
        return self.problem.type


class UnreachableError(ClientError):
    """The service could not be reached, or did not answer in time."""


class StrangeAnswerError(ClientError):
    """What answered is no Attire service, or one of another version."""
