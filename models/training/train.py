"""Trains a recipe on a dataset directory and writes a bundle."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from models.bundle import Bundle, refuse_taken
from models.datasets.read import read_dataset
from models.encoders.load import SHIPPED
from models.errors import InputError
from models.progress import Progress, silent
from models.recipes.base import Run
from models.recipes.registry import recipe_named
from models.recipes.settings import configure


def train(
    data: Path,
    recipe: str,
    out: Path,
    *,
    settings: Mapping[str, str] | None = None,
    seed: int = 0,
    init: Path | None = None,
    encoder: str = SHIPPED,
    cache: Path | None = None,
    progress: Progress = silent,
) -> Bundle:
    """Train ``recipe`` on the ``train`` part of ``data``, choosing on ``valid``; ``test`` is never opened.

    Args:
        settings: the recipe's configuration, field -> value as written on the command line.
        init: a bundle to start from: its weights are taken over where they fit; those of words, items and categories by name.
        encoder: spec of the encoder; a catalogue with its own ``features`` needs none.
        cache: where features are kept between runs; None keeps none.

    Raises:
        InputError: bad data, an unknown recipe or setting. EncoderError, BundleError: as named.
    """
    chosen = recipe_named(recipe)
    config = configure(chosen.default, settings or {})
    refuse_taken(out)
    dataset = read_dataset(data, ("train", "valid"), tasks=False)
    if chosen.needs_outfits and not dataset.outfits_of("train"):
        msg = "no outfits of split 'train' to learn from"
        raise InputError(msg, path=data / "outfits.jsonl")
    run = Run(
        dataset=dataset,
        config=config,
        work=work_directory(out),
        seed=seed,
        encoder_spec=encoder,
        start=Bundle.load(init) if init else None,
        cache=cache,
        progress=progress,
    )
    bundle = chosen.fit(run).save(out)
    shutil.rmtree(run.work, ignore_errors=True)
    return bundle


def work_directory(out: Path) -> Path:
    """Where the training of a bundle keeps what is unfinished: beside it, so that starting the same training again finds it."""
    return out.with_name(f"{out.name}.work")
