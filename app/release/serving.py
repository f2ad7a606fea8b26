"""Where requests take the release that serves."""

from __future__ import annotations

from app.ground.errors import NotReadyError
from app.release.release import Release


class Serving:
    """Holds the release that serves. One assignment replaces it, so a request sees the old one or the new one, never half of each.

    Attributes:
        release: the one that serves from the next request on; None where there is none yet.
    """

    def __init__(self, release: Release | None = None, why_not: str = "no release is loaded yet") -> None:
        self.release, self._why_not = release, why_not

    def current(self) -> Release:
        """The release that a request keeps to its end.

        Raises:
            NotReadyError: there is none.
        """
        if self.release is None:
            raise NotReadyError(self._why_not)
        return self.release
