"""What is encoded together, so that it may be encoded elsewhere: the same batch gives the same features, whoever encodes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from models.encoders.base import Encoder
from models.encoders.features import FloatArray
from models.encoders.pictures import decode
from models.errors import ImageError

Picture = bytes | Path | None
"""A picture, or the file that holds it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Pictures and titles of N items; ``number`` counts the batches."""

    number: int
    pictures: tuple[Picture, ...]
    titles: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Encoded:
    """The features of a batch, ``(N, F)``; ``refused`` is why a picture at a position of it cannot be used."""

    number: int
    features: FloatArray
    refused: Mapping[int, str] = field(default_factory=dict)


class Encode(Protocol):
    """Encodes batches; each comes back once, in whatever order."""

    def __call__(self, encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]: ...


def encode_here(encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]:
    """Encode batches one after the other."""
    return (encode_batch(encoder, batch) for batch in batches)


def encode_batch(encoder: Encoder, batch: Batch) -> Encoded:
    """Encode a batch; pictures that cannot be used are left out, and said to be.

    Raises:
        OSError: a file cannot be read.
    """
    images = [picture.read_bytes() if isinstance(picture, Path) else picture for picture in batch.pictures]
    refused: dict[int, str] = {}
    try:
        return Encoded(batch.number, encoder.encode(images, batch.titles))
    except ImageError:
        for position, image in enumerate(images):
            try:
                if image is not None:
                    decode(image)
            except ImageError as error:
                refused[position] = str(error)
                images[position] = None
        return Encoded(batch.number, encoder.encode(images, batch.titles), refused)
