"""Where a catalogue is encoded and embedded: here, or on a cluster, to the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from models.bundle import Bundle
from models.encoders.base import Encoder
from models.encoders.batches import Batch, Encoded, encode_here
from models.encoders.features import FloatArray


@dataclass(frozen=True, slots=True)
class Part:
    """M items that are embedded together: features in the precision that they are kept in, ``(M, F)``, and their words by item."""

    features_MF: NDArray[np.float16]
    categories: list[str]
    texts: list[str]
    ids: list[str]


class Engine(Protocol):
    """What computes."""

    def encode(self, encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]:
        """The features of batches, each once, in whatever order."""
        ...

    def embed(self, bundle: Bundle, directory: Path, parts: Iterable[Part]) -> Iterator[FloatArray]:
        """The embeddings of parts, ``(M, D)``, in their order; the bundle lies in the directory."""
        ...


class Here:
    """This process."""

    def encode(self, encoder: Encoder, batches: Iterable[Batch]) -> Iterator[Encoded]:
        """As ``Engine.encode``; in order."""
        return encode_here(encoder, batches)

    def embed(self, bundle: Bundle, directory: Path, parts: Iterable[Part]) -> Iterator[FloatArray]:  # noqa: ARG002 - it is here already
        """As ``Engine.embed``."""
        return (embed_part(bundle, part) for part in parts)


HERE: Final = Here()


def embed_part(bundle: Bundle, part: Part) -> FloatArray:
    """The embeddings of a part, ``(M, D)``."""
    return bundle.embed(part.features_MF.astype(np.float32), part.categories, part.texts, part.ids)
