"""The shop's own vectors, given in the catalogue instead of an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.encoders.features import Block, FloatArray
from models.errors import EncoderError

OWN: Final = "features"
"""The spec of a catalogue's own vectors."""


class OwnFeatures:
    """Stands where an encoder would, for catalogues that bring their ``features``; pictures and titles it cannot encode."""

    def __init__(self, size: int) -> None:
        self._size = size

    @property
    def spec(self) -> str:
        return OWN

    @property
    def fingerprint(self) -> str:
        return f"{OWN}:{self._size}"

    @property
    def blocks(self) -> tuple[Block, ...]:
        return (Block("features", self._size),)

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:  # noqa: ARG002 - it has no eyes
        msg = "this catalogue came with features of its own, so a picture or title cannot be encoded; use items of the catalogue"
        raise EncoderError(msg)

    def words(self) -> None:
        """It has none."""
