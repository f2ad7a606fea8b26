"""What can go wrong when a service is asked.

ClientError
├── ProblemError        the service refused, and said why (RFC 9457)
├── UnreachableError    it could not be reached, or did not answer in time
└── StrangeAnswerError  what answered is no Attire service, or one of another version
"""

from __future__ import annotations

from app.api.schemas.answers import ProblemOut


class ClientError(Exception):
    """Root of the client's errors."""


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
