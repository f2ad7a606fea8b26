"""Training for the catalogue that is served: over its kept features, from the current bundle, with the current recipe."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.catalogue.publishing import catalogue_of
from app.home.images import ImageStore
from app.worker.shoppers import introduced
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.datasets.schema import Dataset, Outfit
from models.encoders.base import Encoder
from models.encoders.features import Block, FloatArray
from models.errors import EncoderError
from models.manifest import CARRIED
from models.progress import Progress, silent
from models.recipes.base import AnyRecipe
from models.recipes.registry import RECIPES, recipe_named
from models.training.repeatable import work_directory
from models.training.run import Run
from models.training.settings import configure

_ITS_OWN: Final = frozenset({"seed", "epochs", "patience", "teacher"})  # of each training, not of the release
_LEAST_STEPS: Final = 1_500


class KeptFeatures:
    """Stands where an encoder would: says whose features the snapshot keeps, so that no picture has to be encoded again."""

    def __init__(self, bundle: Bundle) -> None:
        self._manifest = bundle.manifest

    @property
    def spec(self) -> str:
        return self._manifest.encoder_spec

    @property
    def fingerprint(self) -> str:
        return self._manifest.encoder_fingerprint

    @property
    def blocks(self) -> tuple[Block, ...]:
        return self._manifest.blocks

    def encode(self, images: Sequence[bytes | None], titles: Sequence[str | None]) -> FloatArray:  # noqa: ARG002 - it has no eyes
        msg = "a retraining reads the features that the catalogue keeps; pictures are encoded when it is imported"
        raise EncoderError(msg)

    def words(self) -> None:
        """It has none."""


@dataclass(frozen=True, kw_only=True)
class KeptRun(Run[Any]):
    """A run over features that are there already; ``kept`` says whose, ``kept_NF`` what they are."""

    kept: KeptFeatures
    kept_NF: FloatArray

    @cached_property
    def encoder(self) -> Encoder:
        return self.kept

    @cached_property
    def features(self) -> FloatArray:
        return self.kept_NF


def retrain(
    current: Bundle,
    snapshot: Snapshot,
    outfits: Sequence[Outfit],
    out: Path,
    *,
    meet: Sequence[Outfit] = (),
    images: ImageStore,
    recipe: str,
    settings: Mapping[str, str],
    seed: int,
    progress: Progress = silent,
) -> Bundle:
    """Train on outfits of split ``train``, choosing on ``valid``, and save the bundle to ``out``.

    Args:
        meet: outfits whose shoppers are to be known, though they are not all learned from.
        recipe: taken where the current bundle has none that learns from outfits: one that was never trained, or only its encoder.
        settings: of the recipe, over those of the current bundle.

    Raises:
        InputError: an unknown recipe or setting. BundleError, EncoderError: as the recipe says.
    """
    chosen, config = _configuration(current, recipe, settings, sum(one.split == "train" for one in outfits))
    run = KeptRun(
        dataset=Dataset(out.parent, "sessions", catalogue_of(snapshot.items, images), tuple(outfits), {}),
        config=config,
        work=work_directory(out),
        seed=seed,
        encoder_spec=current.encoder_spec,
        start=current,
        device=current.device,
        progress=progress,
        kept=KeptFeatures(current),
        kept_NF=np.asarray(snapshot.features, dtype=np.float32),
    )
    trained = _carrying(chosen.fit(run), current)
    return introduced(trained, meet, run.dataset.catalogue, run.features).save(out)


def _configuration(current: Bundle, otherwise: str, settings: Mapping[str, str], outfits: int) -> tuple[AnyRecipe, Any]:
    """The current recipe as it was configured, long enough for so many outfits, with ``settings`` over that."""
    trained = RECIPES.get(current.manifest.recipe)
    if trained is None or not trained.needs_outfits:
        chosen = recipe_named(otherwise)
        return chosen, configure(long_enough(chosen.default, outfits), settings)
    known = {field.name for field in fields(trained.default)} - _ITS_OWN
    before = {name: tuple(value) if isinstance(value, list) else value for name, value in current.manifest.config.items() if name in known}
    return trained, configure(long_enough(replace(trained.default, **before), outfits), settings)


def long_enough(config: Any, outfits: int) -> Any:  # noqa: ANN401 - a recipe's own configuration
    """The same configuration with more epochs, and as much more patience, where so few outfits would make too few steps of it."""
    if not {"epochs", "patience", "batch_size"} <= {field.name for field in fields(config)}:
        return config
    steps = config.epochs * math.ceil(outfits / config.batch_size)
    times = max(1.0, _LEAST_STEPS / max(1, steps))
    return replace(config, epochs=math.ceil(times * config.epochs), patience=math.ceil(times * config.patience))


def _carrying(trained: Bundle, current: Bundle) -> Bundle:
    """The bundle with the encoder of the one that it was trained from, where that carries its encoder."""
    if trained.manifest.encoder_spec != CARRIED or trained.encoder is not None:
        return trained
    carrying = copy(trained)
    carrying.encoder = current.encoder
    return carrying
