"""Trains a pairwise model on triplets, with early stopping, and makes a bundle of it.

Shape legend: N items · T triplets · C categories · P pairs of them · Q pairs of items.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import torch
from torch import Tensor, nn

from models.bundle import Bundle
from models.compatibility.pairwise import Pairs
from models.compatibility.type_aware import pair_names
from models.errors import refuse
from models.recipes.pairwise.blanks import Blanks
from models.recipes.pairwise.config import PairwiseConfig
from models.recipes.pairwise.look import GeneralFeatures, parts_of
from models.recipes.pairwise.triplets import Triplets, TripletSampler, labelled_share, negative_kinds
from models.recipes.pairwise.views import views_of
from models.training import loop
from models.training.calibrate import calibrated
from models.training.prepare import Names, names_of, rows_by_name, untrained, worn_outfits
from models.training.reading import SeenItems, read_by, read_items
from models.training.run import Run

_HEADS: Final = {"head.weight": "categories", "head.bias": "categories"}


class Objective(nn.Module):
    """The loss of a recipe, with parameters of its own beside the model's."""

    def __init__(self, look: GeneralFeatures) -> None:
        super().__init__()
        self.look = look

    def forward(self, triplets: Triplets) -> Tensor:
        """The loss of one step."""
        raise NotImplementedError

    def figures(self) -> Mapping[str, float]:
        """Figures to report after training."""
        return {}


def train_pairs(
    run: Run[Any],
    recipe: str,
    objective: Callable[[GeneralFeatures], Objective],
    *,
    shape: Mapping[str, Any],
    copies: int = 0,
    by_outfit: bool = False,
) -> Bundle:
    """Train a pairwise model on the labelled share of the outfits; the run's configuration is a ``PairwiseConfig``.

    Args:
        shape: arguments of the model that the recipe decides.
        copies: number of perturbed copies of each picture, for kept features.
        by_outfit: whether a step takes all pairs of some outfits instead of random pairs.

    Raises:
        InputError: a block that the encoder does not have, or no picture to learn from. EncoderError: encoder or backbone cannot be had.
        BundleError: the start reads other features.
    """
    config: PairwiseConfig = run.config
    run, pixels = read_by(run)
    names, catalogue = names_of(run.dataset), run.dataset.catalogue
    reads = [(0, pixels)] if config.mode == "pixels" else parts_of(run.reads, config.blocks)
    described = {**config.shape(len(names.categories)), "reads": reads, **shape}
    bundle = untrained(run, recipe, "pairwise", described, names, _HEADS if shape["heads"] == "category" else {})
    model, items = bundle.model, read_items(run, bundle)
    assert isinstance(model, Pairs)  # noqa: S101 - it was asked for
    if isinstance(items, SeenItems) and not len(items.pictures):
        refuse("no item has a usable picture, which mode=pixels learns from; choose mode=features", path=catalogue.root)
    _inherit_spaces(model, names, run.start)
    train, valid = worn_outfits(run.dataset, "train"), worn_outfits(run.dataset, "valid")
    sampler = TripletSampler(labelled_share(train, config.labels, run.seed), negative_kinds(catalogue, config.negatives), run.seed)
    worn_M = torch.from_numpy(train.times_worn(len(catalogue)).nonzero()[0])
    look = GeneralFeatures(model, views_of(run, items, copies=copies, side=config.side))
    learned = objective(look).to(run.device)
    blanks = Blanks(valid, look.category_N, worn_M, run.seed)
    figures = _fit(run, learned, sampler, blanks, by_outfit=by_outfit)
    model.share_with_unseen(*_seen(look, sampler, names, run.start))
    bundle, run = items.carried(bundle, run)
    metrics = {"valid_fitb": figures.pop("valid"), **figures, **learned.figures()}
    return calibrated(bundle, run, run.features, metrics)


def _fit(run: Run[Any], learned: Objective, sampler: TripletSampler, blanks: Blanks, *, by_outfit: bool) -> dict[str, float]:
    config: PairwiseConfig = run.config
    count = sampler.outfits if by_outfit else len(sampler)
    batch_size = max(1, round(config.batch_size * count / max(1, len(sampler))))
    draw = sampler.of_outfits if by_outfit else sampler.of_pairs
    return loop.fit(
        learned,
        replace(config, batch_size=batch_size),
        max(count, config.least_steps * batch_size),
        lambda which, _done: learned(draw(which % count)),
        (lambda: blanks.accuracy(learned.look.model, learned.look.embedded(blanks.rows))) if len(blanks) else None,
        generator=loop.seeded(run.seed),
        title="training pairs",
        progress=run.progress,
    )


@torch.no_grad()
def _inherit_spaces(model: Pairs, names: Names, start: Bundle | None) -> None:
    """Take the masks of the start's pairs, by name."""
    theirs = start.model if start else None
    if start and isinstance(theirs, Pairs) and model.spaces and theirs.spaces and model.size == theirs.size:
        before, after = pair_names(start.manifest.categories), pair_names(names.categories)
        model.spaces.mask.copy_(rows_by_name(model.spaces.mask, after, theirs.spaces.mask, before))


def _seen(look: GeneralFeatures, sampler: TripletSampler, names: Names, start: Bundle | None) -> tuple[Tensor, Tensor | None]:
    """The categories and pairs of categories that the training, or the bundle it started from, has seen."""
    known = set(start.manifest.categories) if start else set()
    seen_C = torch.tensor([name in known for name in (*names.categories, "")])
    category_2Q = look.category_N[sampler.row_2Q]
    spaces, seen_P = look.model.spaces, None
    if spaces:
        inherited = seen_C.nonzero()[:, 0]
        seen_P = torch.zeros(len(spaces.mask), dtype=torch.bool)
        seen_P[spaces.place(inherited[:, None], inherited).flatten()] = True
        seen_P[spaces.place(*category_2Q)] = True
    seen_C[category_2Q.flatten()] = True
    return seen_C.to(look.model.device), None if seen_P is None else seen_P.to(look.model.device)
