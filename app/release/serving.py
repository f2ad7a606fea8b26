"""Holds the release that serves: requests take it from here, and one assignment replaces it."""

from __future__ import annotations

from app.ground.errors import NotReadyError
from app.release.release import Release


class Serving:
    """Holds the release that serves. One assignment replaces it, so a request sees the old one or the new one, never half of each."""

    def __init__(self, release: Release | None = None, why_not: str = "no release is loaded yet") -> None:
        self._release, self._why_not = release, why_not

    def publish(self, release: Release) -> None:
        """Serve this release from the next request on."""
        self._release = release

    @property
    def ready(self) -> bool:
        """Whether there is a release."""
        return self._release is not None

    def current(self) -> Release:
        """The release that a request keeps to its end.

        Raises:
            NotReadyError: there is none.
        """
        if self._release is None:
            raise NotReadyError(self._why_not)
        return self._release
