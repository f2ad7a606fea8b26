"""Why a value cannot be used."""

from __future__ import annotations

from typing import NoReturn


class BadValueError(ValueError):
    """A value that a field cannot take: ``problem`` says why, and what to do; ``field`` where it is a part of the field."""

    def __init__(self, problem: str, field: str | None = None) -> None:
        self.problem, self.field = problem, field
        super().__init__(problem)


def bad(problem: str, field: str | None = None) -> NoReturn:
    """Raise ``BadValueError``, without the exception that it was raised from."""
    raise BadValueError(problem, field) from None
