"""Trains for the catalogue that is served: on its kept features, starting from the current bundle, with the current recipe."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from app.catalogue.publishing import catalogue_of
from app.home.images import ImageStore
from app.worker.shoppers import fold_in_wearers
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.datasets.schema import Dataset, Outfit
from models.encoders.base import Encoder
from models.encoders.features import CARRIED, FeatureSpec, FloatArray
from models.errors import EncoderError, refuse
from models.recipes.base import AnyRecipe
from models.recipes.registry import RECIPES, recipe_named
from models.training.repeatable import work_directory
from models.training.run import Run
from models.training.settings import configure

_ITS_OWN: Final = frozenset({"seed", "epochs", "patience", "teacher"})  # these belong to one training, not to the release
_LEAST_STEPS: Final = 1_500


@dataclass(frozen=True, kw_only=True)
class KeptRun(Run[Any]):
    """A run over features that are there already, so that no picture is encoded again; ``kept`` says what they are."""

    kept: FeatureSpec
    kept_NF: FloatArray

    @cached_property
    def encoder(self) -> Encoder:
        msg = "a retraining reads the features that the catalogue keeps; pictures are encoded when it is imported"
        raise EncoderError(msg)

    @cached_property
    def reads(self) -> FeatureSpec:
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
    fold_in: Sequence[Outfit] = (),
    sent_back: Collection[str] = (),
    counts: Mapping[tuple[str, str], float] = MappingProxyType({}),
    images: ImageStore,
    recipe: str,
    settings: Mapping[str, str],
    seed: int,
) -> Bundle:
    """Train on outfits of split ``train``, select on ``valid``, and save the bundle to ``out``.

    Args:
        fold_in: outfits whose shoppers the bundle has to know too, though it does not learn from all of these outfits.
        sent_back, counts: see ``Dataset``.
        recipe: for a current bundle whose own recipe does not learn from outfits: an untrained bundle, or one with only an encoder.
        settings: of the recipe; they override those of the current bundle.

    Raises:
        InputError: an unknown recipe or setting, or ``counts`` for a recipe that hears none. BundleError, EncoderError: see the recipe.
    """
    chosen, config = _configuration(current, recipe, settings, sum(outfit.split == "train" for outfit in outfits))
    if counts and not chosen.counts:
        able = " or ".join(recipe.name for recipe in RECIPES.values() if recipe.counts)
        msg = (
            f"recipe {chosen.name} takes all choices alike; unset ATTIRE_WORKER__DEBIAS and ATTIRE_WORKER__HALF_LIFE_DAYS, or train {able}"
        )
        refuse(msg, field="recipe")
    catalogue = catalogue_of(snapshot.items, images)
    run = KeptRun(
        dataset=Dataset(out.parent, "sessions", catalogue, tuple(outfits), {}, sent_back=sent_back, counts=counts).in_one_size(),
        config=config,
        work=work_directory(out),
        seed=seed,
        encoder_spec=current.encoder_spec,
        start=current,
        device=current.device,
        kept=current.manifest.encoder,
        kept_NF=np.asarray(snapshot.features, dtype=np.float32)[np.unique(catalogue.first_sizes)],
    )
    trained = _carrying(chosen.fit(run), current)
    wearers = replace(run.dataset, outfits=tuple(fold_in)).in_one_size().outfits
    return fold_in_wearers(trained, wearers, run.dataset.catalogue, run.features).save(out)


def _configuration(current: Bundle, otherwise: str, settings: Mapping[str, str], outfits: int) -> tuple[AnyRecipe, Any]:
    """The current recipe and its configuration, made long enough for so many outfits, and overridden by ``settings``."""
    trained = RECIPES.get(current.manifest.recipe)
    if trained is None or not trained.needs_outfits:
        chosen = recipe_named(otherwise)
        return chosen, configure(long_enough(chosen.default, outfits), settings)
    known = {field.name for field in fields(trained.default)} - _ITS_OWN
    before = {name: tuple(value) if isinstance(value, list) else value for name, value in current.manifest.config.items() if name in known}
    return trained, configure(long_enough(replace(trained.default, **before), outfits), settings)


def long_enough(config: Any, outfits: int) -> Any:  # noqa: ANN401 - a recipe's own configuration
    """The configuration with more epochs, and patience in proportion, where few outfits would give it too few steps."""
    if not {"epochs", "patience", "batch_size"} <= {field.name for field in fields(config)}:
        return config
    steps = config.epochs * math.ceil(outfits / config.batch_size)
    times = max(1.0, _LEAST_STEPS / max(1, steps))
    return replace(config, epochs=math.ceil(times * config.epochs), patience=math.ceil(times * config.patience))


def _carrying(trained: Bundle, current: Bundle) -> Bundle:
    """The trained bundle with the current bundle's encoder, where the manifest says that the bundle carries one."""
    if trained.manifest.encoder.spec != CARRIED or trained.encoder is not None:
        return trained
    return replace(trained, encoder=current.encoder)
