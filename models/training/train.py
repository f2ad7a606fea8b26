"""Trains a recipe on a dataset directory and writes a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.bundle import Bundle
from models.progress import Progress, silent


def train(
    data: Path,
    recipe: str,
    out: Path,
    *,
    settings: Mapping[str, str] | None = None,
    seed: int = 0,
    init: Path | None = None,
    encoder: str = "shipped",
    cache: Path | None = None,
    progress: Progress = silent,
) -> Bundle:
    """Train ``recipe`` on the ``train`` outfits of ``data``, choosing on ``valid``.

    Args:
        settings: the recipe's configuration, field -> value as written on the command line.
        init: a bundle to start from.
        encoder: spec of the encoder; a catalogue with its own ``features`` needs none.
        cache: where features are kept between runs; None keeps none.

    Raises:
        InputError: bad data, an unknown recipe or setting. EncoderError, BundleError: as named.
    """
    raise NotImplementedError
