"""How a pairwise training looks at items: a model over kept features, or over a tower that learns with it.

Shape legend: N items · B some of them · F features · D size of the general features · E embedding size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import torch
from torch import Tensor

from models.bundle import Bundle
from models.compatibility.base import ItemInputs
from models.compatibility.build import build_model
from models.compatibility.pairwise import Pairs
from models.compatibility.type_aware import pair_names
from models.encoders.base import Block
from models.errors import InputError
from models.recipes.base import Run
from models.recipes.pairwise_config import PairwiseConfig
from models.training.pictures import Pictures
from models.training.prepare import Names, rows_by_name, untrained
from models.training.towers import Architecture, torchvision_architecture
from models.training.views import KeptViews, PixelViews, kept_views

MODEL: Final = "pairwise"
_HEADS: Final = {"head.weight": "categories", "head.bias": "categories"}


@dataclass(frozen=True, eq=False)
class Look:
    """General features by row of the catalogue, with gradients through model and tower.

    Attributes:
        category_N: of every item, as the model numbers them; beside the model.
        bundle: the model's, where features are kept.
        architecture: the tower's, where it learns.
    """

    model: Pairs
    views: KeptViews | PixelViews
    category_N: Tensor
    bundle: Bundle | None = None
    architecture: Architecture | None = None

    def __call__(self, row: Tensor) -> Tensor:
        """General features of rows of any shape, ``(…, D)``; an item is looked at once, however often it is named."""
        row_B, place = row.unique(return_inverse=True)
        return self.general(self.views.plain(row_B), row_B)[place]

    def general(self, features_BF: Tensor, row_B: Tensor) -> Tensor:
        """General features of items seen so, ``(B, D)``."""
        return self.model.general(features_BF, self.category_N[row_B])

    @torch.no_grad()
    def embedded(self, row_B: Tensor) -> Tensor:
        """Embeddings as they are served, ``(B, E)``."""
        nothing_B = torch.zeros_like(row_B)
        return self.model.embed(ItemInputs(self.views.plain(row_B), self.category_N[row_B], nothing_B[:, None], nothing_B))


def kept_look(run: Run[Any], recipe: str, shape: Mapping[str, Any], names: Names, *, copies: int) -> Look:
    """At kept features, through a new model or that of ``run.start``.

    Args:
        shape: arguments of the model beside those that features decide.
        copies: perturbed copies of each picture.

    Raises:
        InputError: a block that the encoder does not have. EncoderError: it cannot be had. BundleError: the start reads other features.
    """
    config: PairwiseConfig = run.config
    shape = {**shape, "reads": parts_of(run.encoder.blocks, config.blocks), "hidden": config.hidden, "dropout": config.dropout}
    bundle = untrained(run, recipe, MODEL, shape, names, _HEADS if shape["heads"] == "category" else {})
    model = bundle.model
    assert isinstance(model, Pairs)  # noqa: S101 - it was asked for
    theirs = run.start.model if run.start else None
    if run.start and isinstance(theirs, Pairs) and model.spaces and theirs.spaces and model.size == theirs.size:
        before, after = pair_names(run.start.manifest.categories), pair_names(names.categories)
        model.spaces.mask.data = rows_by_name(model.spaces.mask.data, after, theirs.spaces.mask.data, before)
    views = kept_views(run, copies=copies, side=config.side)
    return Look(model, views, bundle.category_indices(run.dataset.catalogue.categories), bundle=bundle)


def pixel_look(run: Run[Any], shape: Mapping[str, Any], names: Names) -> Look:
    """At pictures, through the configuration's backbone; on a GPU where there is one.

    Raises:
        InputError: there is a bundle to start from, or no picture to look at. EncoderError: the backbone cannot be had.
    """
    config: PairwiseConfig = run.config
    if run.start:
        msg = "a backbone starts from mode=pixels weights=PATH, not from a bundle; leave out --init"
        raise InputError(msg, field="init")
    catalogue = run.dataset.catalogue
    architecture = torchvision_architecture(config.backbone, config.weights, config.side, run.seed)
    pictures = Pictures(catalogue, range(len(catalogue)), config.side, run.progress)
    if not len(pictures):
        msg = "no item has a usable picture, which mode=pixels learns from; choose mode=features"
        raise InputError(msg, path=catalogue.root)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(run.seed)
    model = build_model(MODEL, {**shape, "reads": [(0, architecture.size)], "hidden": 0})
    assert isinstance(model, Pairs)  # noqa: S101 - it was asked for
    views = PixelViews(architecture.tower, pictures, architecture.preprocessing, catalogue, run.seed)
    number = {name: place for place, name in enumerate(names.categories)}
    category_N = torch.tensor([number[name] for name in catalogue.categories])
    return Look(model.to(device), views.to(device), category_N.to(device), architecture=architecture)


def parts_of(blocks: Sequence[Block], wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Where the wanted blocks lie in the features; all of them where none is named.

    Raises:
        InputError: there is no block of that name; those there are are named.
    """
    unknown = set(wanted) - {block.name for block in blocks}
    if unknown:
        msg = f"the encoder has no block {min(unknown)!r}; there are: {', '.join(block.name for block in blocks)}"
        raise InputError(msg, field="blocks")
    parts, start = [], 0
    for block in blocks:
        if not wanted or block.name in wanted:
            parts.append((start, start + block.size))
        start += block.size
    return parts
