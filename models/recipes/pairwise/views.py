"""Items plain and perturbed: from kept features, or from pixels through a trained backbone.

*Kept features* take a few perturbed copies of each picture, made and encoded once, instead of perturbing pictures at every step; the image,
colour and texture blocks change, the text block stays. Without a picture (a shop's own vectors, titles alone) the two views are the
features with little and with much noise, which asks for smoothness only.

Shape legend: N items · B some of them · K copies · F features · S side.
"""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from models.datasets.schema import Catalogue
from models.encoders.keep import catalogue_features
from models.recipes.pairwise.perturb import recoloured, reshaped
from models.training.pictures import Pictures
from models.training.reading import Items, SeenItems
from models.training.run import Run

_PERTURBATIONS: Final = (reshaped, recoloured)
_STRENGTHS: Final = (0.1, 0.5)
_AT_ONCE: Final = 256

Perturbation = Callable[[Tensor, torch.Generator], Tensor]
See = Callable[[Tensor], Tensor]
"""Rows of the catalogue -> features, ``(B, F)``."""


@dataclass(frozen=True, eq=False)
class Views:
    """Features of items by their rows: plain, reshaped (with the same colours) and recoloured (with the same shape).

    Attributes:
        items: as training reads them.
        perturbable_M: rows of the items that have perturbed views, none of the validation or test split among them.
    """

    items: Items
    perturbable_M: Tensor
    reshaped: See
    recoloured: See

    def plain(self, row_B: Tensor) -> Tensor:
        """Features of the plain items."""
        return self.items.take(row_B).features_NF


def views_of(run: Run[Any], items: Items, *, copies: int, side: int) -> Views:
    """The views of a run's items.

    Args:
        copies: number of perturbed copies of each picture, for kept features; 0 if no perturbed view is needed.
        side: of the copies, in pixels.
    """
    catalogue, features_NF = run.dataset.catalogue, items.inputs.features_NF
    if isinstance(items, SeenItems):
        return _views(run, items, items.pictures.rows, partial(_seen, items))
    images = catalogue.table.column("image")
    rows = np.arange(len(catalogue)) if run.reads.is_own else np.flatnonzero(images.is_valid().to_numpy())
    if not copies or run.reads.is_own or not len(rows):
        return _views(run, items, np.arange(len(catalogue)), partial(_noisy, features_NF, features_NF.std(0, correction=0)))
    pictures = Pictures(catalogue, rows.tolist(), side, run.progress)
    copies_2KNF = torch.empty(2, copies, *features_NF.shape, dtype=torch.float16)
    with run.progress("encoding perturbed pictures", 2 * copies) as advance:
        for which, perturb in enumerate(_PERTURBATIONS):
            for copy in range(copies):  # the same copies whatever the run's seed, so that their features can be kept
                how = f"{inspect.getsource(perturb)} copy {copy} of {side} pixels"
                make = partial(_with_pictures, catalogue, pictures, perturb, torch.Generator().manual_seed(copy))
                made = catalogue_features(catalogue, run.encoder, run.cache, made=(how, make))
                copies_2KNF[which, copy] = torch.from_numpy(made.features)
                advance()
    return _views(run, items, pictures.rows, partial(_copied, features_NF.device, copies_2KNF))


def _views(run: Run[Any], items: Items, rows: NDArray[np.int64], perturbed: Callable[[int, torch.Generator, Tensor], Tensor]) -> Views:
    """The views of the training items among ``rows``; both draw from one generator."""
    splits = run.dataset.catalogue.table.column("split").to_pylist()
    perturbable = [row for row in rows.tolist() if splits[row] in {"train", None}]
    generator = torch.Generator().manual_seed(run.seed)
    return Views(items, torch.tensor(perturbable, dtype=torch.long), *(partial(perturbed, which, generator) for which in range(2)))


def _noisy(features_NF: Tensor, spread_F: Tensor, which: int, generator: torch.Generator, row_B: Tensor) -> Tensor:
    noise_BF = torch.randn(len(row_B), len(spread_F), generator=generator)
    return features_NF[row_B.to(spread_F.device)] + _STRENGTHS[which] * spread_F * noise_BF.to(spread_F.device)


def _copied(device: torch.device, copies_2KNF: Tensor, which: int, generator: torch.Generator, row_B: Tensor) -> Tensor:
    copy_B = torch.randint(copies_2KNF.shape[1], (len(row_B),), generator=generator)
    return copies_2KNF[which, copy_B, row_B].to(device).float()


def _seen(items: SeenItems, which: int, generator: torch.Generator, row_B: Tensor) -> Tensor:
    return items.seen(_PERTURBATIONS[which](items.pixels(items.place_N[row_B]), generator))


def _with_pictures(catalogue: Catalogue, pictures: Pictures, perturb: Perturbation, generator: torch.Generator) -> Catalogue:
    """The catalogue with perturbed pictures, without those that cannot be used."""
    images: list[dict[str, bytes | None] | None] = [None] * len(catalogue)
    for at in range(0, len(pictures), _AT_ONCE):
        positions = np.arange(at, min(at + _AT_ONCE, len(pictures)))
        pixels = perturb(pictures.take(positions).float() / 255, generator)
        painted = (pixels * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
        for row, picture in zip(pictures.rows[positions].tolist(), painted, strict=True):
            buffer = io.BytesIO()
            Image.fromarray(picture).save(buffer, "PNG", compress_level=1)
            images[row] = {"bytes": buffer.getvalue(), "path": None}
    column = catalogue.table.schema.get_field_index("image")
    kind = catalogue.table.schema.field(column)
    return Catalogue(catalogue.table.set_column(column, kind, pa.array(images, kind.type)), catalogue.root)
