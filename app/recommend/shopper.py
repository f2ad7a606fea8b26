"""Whose answer is it? A shopper whom the release knows is answered by their taste; anyone else gets the common answer, and is told so."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.release.release import Release


@dataclass(frozen=True, slots=True)
class Regard:
    """Whether an answer is the shopper's own; ``note`` says why it is not."""

    user: str
    personal: bool
    note: str | None = None


def regarding(release: Release, user: str | None) -> tuple[Release, Regard | None]:
    """The release as it answers this shopper, and what to say of it; nothing where no shopper is named."""
    if user is None:
        return release, None
    bundle = release.bundle.for_shopper(user)
    if bundle is not None:
        return replace(release, bundle=bundle), Regard(user, personal=True)
    who = "this release does not know this shopper" if release.bundle.personal else "this release's model knows no shoppers"
    return release, Regard(user, personal=False, note=f"{who}, so this is the common answer")
