"""Features, computed once per item and encoder, and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.datasets.schema import Catalogue
from models.encoders.base import Encoder, FloatArray
from models.progress import Progress, silent


@dataclass(frozen=True)
class CatalogueFeatures:
    """Features of a catalogue.

    Attributes:
        features: ``(N, F)`` float32, by row of the catalogue; the image block of an item with a refused picture is zero.
        refused: item id -> why its picture cannot be used.
        encoded: how many items were encoded now; the others were kept from before.
        seconds: the time that took.
    """

    features: FloatArray
    refused: Mapping[str, str]
    encoded: int
    seconds: float


def catalogue_features(catalogue: Catalogue, encoder: Encoder, cache: Path | None = None, progress: Progress = silent) -> CatalogueFeatures:
    """Features of every item: those kept in ``cache`` for the same picture, title and fingerprint, the rest encoded now, in batches."""
    raise NotImplementedError
