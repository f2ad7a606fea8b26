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
from functools import partial
from typing import Any, Final

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from models.datasets.schema import Catalogue
from models.encoders.keep import made_features
from models.recipes.pairwise.perturb import recoloured, reshaped
from models.training.pictures import Pictures
from models.training.reading import Items, SeenItems
from models.training.run import Run

_SLIGHT: Final = 0.1
_STRONG: Final = 0.5
_AT_ONCE: Final = 256

Perturbation = Callable[[Tensor, torch.Generator], Tensor]


class Views(nn.Module):
    """Kept features, perturbed by noise. The methods take rows of the catalogue and return features, ``(B, F)``.

    Args:
        items: as training reads them.
        perturbable_M: rows of the items that have perturbed views.
    """

    def __init__(self, items: Items, perturbable_M: Tensor, seed: int) -> None:
        super().__init__()
        self.items, self.perturbable_M = items, perturbable_M
        self.generator = torch.Generator().manual_seed(seed)
        self._spread_F = items.inputs.features_NF.std(0, correction=0)

    def plain(self, row_B: Tensor) -> Tensor:
        """Features of the plain items."""
        return self.items.take(row_B).features_NF

    def reshaped(self, row_B: Tensor) -> Tensor:
        """Features of reshaped items, with the same colours."""
        return self._noisy(row_B, _SLIGHT)

    def recoloured(self, row_B: Tensor) -> Tensor:
        """Features of recoloured items, with the same shape."""
        return self._noisy(row_B, _STRONG)

    def _noisy(self, row_B: Tensor, strength: float) -> Tensor:
        noise_BF = torch.randn(len(row_B), len(self._spread_F), generator=self.generator)
        return self.plain(row_B) + strength * self._spread_F * noise_BF.to(self._spread_F.device)


class CopyViews(Views):
    """Kept features of the pictures and of perturbed copies of them.

    Args:
        copies_2KNF: of another shape, and of other colours; on the CPU.
    """

    def __init__(self, items: Items, perturbable_M: Tensor, copies_2KNF: Tensor, seed: int) -> None:
        super().__init__(items, perturbable_M, seed)
        self._copies_2KNF = copies_2KNF

    def reshaped(self, row_B: Tensor) -> Tensor:
        return self._copy(0, row_B)

    def recoloured(self, row_B: Tensor) -> Tensor:
        return self._copy(1, row_B)

    def _copy(self, which: int, row_B: Tensor) -> Tensor:
        copy_B = torch.randint(self._copies_2KNF.shape[1], (len(row_B),), generator=self.generator)
        return self._copies_2KNF[which, copy_B, row_B].to(self._spread_F.device).float()


class PixelViews(Views):
    """Pictures, perturbed anew at every call."""

    items: SeenItems

    def reshaped(self, row_B: Tensor) -> Tensor:
        return self._perturbed(row_B, reshaped)

    def recoloured(self, row_B: Tensor) -> Tensor:
        return self._perturbed(row_B, recoloured)

    def _perturbed(self, row_B: Tensor, perturb: Perturbation) -> Tensor:
        pixels = self.items.pictures.take(self.items.place_N[row_B].numpy()).to(self._spread_F.device).float() / 255
        return self.items.seen(perturb(pixels, self.generator))


def views_of(run: Run[Any], items: Items, *, copies: int, side: int) -> Views:
    """The views of a run's items.

    Args:
        copies: number of perturbed copies of each picture, for kept features; 0 if no perturbed view is needed.
        side: of the copies, in pixels.
    """
    catalogue = run.dataset.catalogue
    if isinstance(items, SeenItems):
        return PixelViews(items, _of_training(catalogue, items.pictures.rows), run.seed)
    images = catalogue.table.column("image")
    rows = np.arange(len(catalogue)) if run.reads.is_own else np.flatnonzero(images.is_valid().to_numpy())
    if not copies or run.reads.is_own or not len(rows):
        return Views(items, _of_training(catalogue, np.arange(len(catalogue))), run.seed)
    pictures = Pictures(catalogue, rows.tolist(), side, run.progress)
    copies_2KNF = torch.empty(2, copies, *items.inputs.features_NF.shape, dtype=torch.float16)
    with run.progress("encoding perturbed pictures", 2 * copies) as advance:
        for which, perturb in enumerate((reshaped, recoloured)):
            for copy in range(copies):  # the same copies whatever the run's seed, so that their features can be kept
                how = f"{inspect.getsource(perturb)} copy {copy} of {side} pixels"
                make = partial(_with_pictures, catalogue, pictures, perturb, torch.Generator().manual_seed(copy))
                copies_2KNF[which, copy] = torch.from_numpy(made_features(catalogue, how, make, run.encoder, run.cache))
                advance()
    return CopyViews(items, _of_training(catalogue, pictures.rows), copies_2KNF, run.seed)


def _of_training(catalogue: Catalogue, rows: NDArray[np.int64]) -> Tensor:
    """The rows that are not of the validation or test split."""
    splits = catalogue.table.column("split").to_pylist()
    return torch.tensor([row for row in rows.tolist() if splits[row] in {"train", None}], dtype=torch.long)


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
