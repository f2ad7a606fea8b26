"""Where requests take the release that serves."""

from __future__ import annotations

from collections.abc import Callable

from app.ground.errors import NotReadyError
from app.release.release import Release


class Serving:
    """Holds the release that serves. One assignment replaces it, so a request sees the old one or the new one, never half of each.

    Attributes:
        release: the one that serves from the next request on; None where there is none yet.
        guard: raises where it must not be shown now.
    """

    def __init__(self, release: Release | None = None, why_not: str = "no release is loaded yet") -> None:
        self.release, self._why_not = release, why_not
        self.guard: Callable[[], None] = _as_it_is

    def current(self) -> Release:
        """The release that a request keeps to its end.

        Raises:
            NotReadyError: there is none. ServiceError: as ``guard`` says.
        """
        self.guard()
        if self.release is None:
            raise NotReadyError(self._why_not)
        return self.release


def _as_it_is() -> None:
    """Nothing is against it."""
