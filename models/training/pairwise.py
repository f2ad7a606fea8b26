"""What the pairwise recipes share: trained on triplets, stopped by validation, made a bundle.

Shape legend: N items · T triplets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from models.bundle import Bundle, Manifest
from models.encoders.image_towers import save_tower
from models.encoders.keep import catalogue_features
from models.encoders.load import load_encoder
from models.manifest import CARRIED
from models.recipes.base import Run
from models.recipes.pairwise_config import PairwiseConfig
from models.training import loop
from models.training.blanks import Blanks
from models.training.calibrate import calibrated
from models.training.look import MODEL, Look, kept_look, pixel_look
from models.training.prepare import Names, names_of, usual_slots, worn_outfits
from models.training.triplets import Triplets, TripletSampler, labelled_share, negative_kinds
from models.training.views import PixelViews


class Objective(nn.Module):
    """The loss of a recipe, with what it learns beside the model."""

    def forward(self, triplets: Triplets) -> Tensor:
        """The loss of one step."""
        raise NotImplementedError

    def figures(self) -> Mapping[str, float]:
        """What is worth knowing of it after training."""
        return {}


def train_pairs(
    run: Run[Any],
    recipe: str,
    objective: Callable[[Look], Objective],
    *,
    shape: Mapping[str, Any],
    copies: int = 0,
    by_outfit: bool = False,
) -> Bundle:
    """Train a pairwise model on the labelled share of the outfits; the run's configuration is a ``PairwiseConfig``.

    Args:
        shape: arguments of the model that the recipe decides.
        copies: perturbed copies of each picture, where features are kept.
        by_outfit: whether a step takes all pairs of some outfits, rather than pairs of any.

    Raises:
        InputError, EncoderError, BundleError: see ``kept_look`` and ``pixel_look``.
    """
    config: PairwiseConfig = run.config
    catalogue, names = run.dataset.catalogue, names_of(run.dataset)
    shape = {"size": config.embedding_size, "unit": config.unit, "distance": config.distance, "categories": len(names.categories), **shape}
    look = pixel_look(run, shape, names) if config.in_pixels else kept_look(run, recipe, shape, names, copies=copies)
    train, valid = worn_outfits(run.dataset, "train"), worn_outfits(run.dataset, "valid")
    category_N = look.category_N.cpu()
    sampler = TripletSampler(labelled_share(train, config.labels, run.seed), negative_kinds(catalogue, config.negatives), run.seed)
    blanks = Blanks(valid, category_N, torch.from_numpy(train.times_worn(len(catalogue)).nonzero()[0]), run.seed)
    learned = objective(look).to(look.category_N.device)
    figures = _fit(run, look, sampler, learned, blanks, by_outfit=by_outfit)
    look.model.cpu().share_with_unseen(*_seen(look, sampler, names, run.start))
    metrics = {"valid_fitb": figures["valid"], "train_loss": figures["train_loss"], "minutes": figures["minutes"], **learned.figures()}
    if look.bundle:
        return calibrated(look.bundle, run, run.features, metrics)
    return _carrying(run, recipe, look, {**shape, "reads": look.model.reads, "hidden": 0}, names, metrics)


def _fit(run: Run[Any], look: Look, sampler: TripletSampler, learned: Objective, blanks: Blanks, *, by_outfit: bool) -> dict[str, float]:
    config: PairwiseConfig = run.config
    epochs, learning_rate = (10, 5e-5) if config.in_pixels else (40, 1e-3)
    count = sampler.outfits if by_outfit else len(sampler)
    batch_size = max(1, round(config.batch_size * count / max(1, len(sampler))))
    draw = sampler.of_outfits if by_outfit else sampler.of_pairs
    schedule = loop.Schedule(
        batch_size=batch_size,
        epochs=epochs if config.epochs is None else config.epochs,
        learning_rate=config.learning_rate or learning_rate,
        weight_decay=config.weight_decay,
        patience=config.patience,
        minutes=config.minutes,
    )
    return loop.fit(
        nn.ModuleList([look.model, look.views, learned]),
        schedule,
        max(count, config.least_steps * batch_size),
        lambda which, _done: learned(draw(which % count)),
        (lambda: blanks.accuracy(look.model, look.embedded(blanks.rows))) if len(blanks) else None,
        seed=run.seed,
        title="training pairs",
        progress=run.progress,
    )


def _seen(look: Look, sampler: TripletSampler, names: Names, start: Bundle | None) -> tuple[Tensor, Tensor | None]:
    """Which categories, and which pairs of them, the training or the bundle it started from has learned."""
    known = set(start.manifest.categories) if start else set()
    seen_C = torch.tensor([name in known for name in (*names.categories, "")])
    category_2Q = look.category_N.cpu()[sampler.row_2Q]
    spaces = look.model.spaces
    seen_P = None
    if spaces:
        inherited = seen_C.nonzero()[:, 0]
        seen_P = torch.zeros(len(spaces.mask), dtype=torch.bool)
        seen_P[spaces.place(inherited[:, None], inherited).flatten()] = True
        seen_P[spaces.place(*category_2Q)] = True
    seen_C[category_2Q.flatten()] = True
    return seen_C, seen_P


def _carrying(  # noqa: PLR0917 - what a bundle is made of
    run: Run[Any], recipe: str, look: Look, shape: Mapping[str, Any], names: Names, metrics: Mapping[str, float]
) -> Bundle:
    """A bundle with the trained tower as its encoder."""
    assert look.architecture  # noqa: S101 - the tower is the views'
    assert isinstance(look.views, PixelViews)  # noqa: S101
    directory = run.work / "encoder"
    settings = {**asdict(run.config), "seed": run.seed}
    save_tower(directory, look.views.tower.cpu(), look.architecture.description, look.architecture.preprocessing, settings)
    encoder = load_encoder(f"local-dir:{directory}")
    manifest = Manifest(
        recipe=recipe,
        config=settings,
        model=MODEL,
        model_config=shape,
        encoder_spec=CARRIED,
        encoder_fingerprint=encoder.fingerprint,
        blocks=encoder.blocks,
        categories=names.categories,
        embedding_size=look.model.embedding_size,
    )
    bundle = Bundle(manifest, look.model, slots=usual_slots(run.dataset), encoder=directory)
    features_NF = catalogue_features(run.dataset.catalogue, encoder, run.cache, run.progress).features
    return calibrated(bundle, run, features_NF, metrics)
