"""Personal answers: a shopper whom the release knows gets an answer by their taste; anyone else gets the common answer, with a note."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.release.release import Release


@dataclass(frozen=True, slots=True)
class Regard:
    """Whether an answer is personal; ``note`` says why not."""

    user: str
    personal: bool
    note: str | None = None


def regarding(release: Release, user: str | None) -> tuple[Release, Regard | None]:
    """The release that answers this shopper, with their taste where it knows them, and what to say of it; None without a shopper."""
    if user is None:
        return release, None
    bundle = release.bundle.for_shopper(user)
    if bundle is not None:
        return replace(release, bundle=bundle), Regard(user, personal=True)
    who = "this release does not know this shopper" if release.bundle.personal else "this release's model knows no shoppers"
    return release, Regard(user, personal=False, note=f"{who}, so this is the common answer")
