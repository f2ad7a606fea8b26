"""Items as a pairwise training sees them, as they are and perturbed: from features kept once, or from pixels through a tower that learns.

*Kept features.* What stands in for perturbing a picture at every step: ``views`` perturbed copies of each picture, made once and encoded
like any other, so that an encoder's image, colour and texture blocks all say what changed; a title stays the same. Where there is no
picture to perturb (a shop's own vectors, titles alone) the two copies are the features with a little and with much noise: that asks for
smoothness and knows nothing of shape and colour.

Shape legend: N items · B some of them · K views · F features · S side.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional as F

from models.datasets.schema import Catalogue
from models.encoders.image_towers import Preprocessing
from models.encoders.keep import catalogue_features
from models.progress import silent
from models.recipes.base import Run
from models.training.perturb import recoloured, reshaped
from models.training.pictures import Pictures

_SLIGHT: Final = 0.1
_STRONG: Final = 0.5
_AT_ONCE: Final = 256

Perturbation = Callable[[Tensor, torch.Generator], Tensor]


class Views(Protocol):
    """Features of items, ``(B, F)`` each, asked for by row of the catalogue.

    Attributes:
        perturbable_M: rows of the items that can be seen perturbed and are not of the validation or test part.
    """

    perturbable_M: Tensor

    def plain(self, row_B: Tensor) -> Tensor: ...

    def reshaped(self, row_B: Tensor) -> Tensor: ...

    def recoloured(self, row_B: Tensor) -> Tensor: ...


class KeptViews(nn.Module):
    """Rows of kept features; see ``Views``.

    Args:
        perturbed_2KNF: in another shape, and in other colours; None where noise must do.
    """

    def __init__(self, features_NF: Tensor, perturbable_M: Tensor, perturbed_2KNF: Tensor | None, seed: int) -> None:
        super().__init__()
        self.perturbable_M = perturbable_M
        self._features_NF, self._perturbed_2KNF = features_NF, perturbed_2KNF
        self._spread_F = features_NF.std(0, correction=0)
        self._generator = torch.Generator().manual_seed(seed)

    def plain(self, row_B: Tensor) -> Tensor:
        return self._features_NF[row_B]

    def reshaped(self, row_B: Tensor) -> Tensor:
        return self._perturbed(0, _SLIGHT, row_B)

    def recoloured(self, row_B: Tensor) -> Tensor:
        return self._perturbed(1, _STRONG, row_B)

    def _perturbed(self, which: int, strength: float, row_B: Tensor) -> Tensor:
        if self._perturbed_2KNF is None:
            noise_BF = torch.randn(len(row_B), len(self._spread_F), generator=self._generator)
            return self.plain(row_B) + strength * self._spread_F * noise_BF
        copy_B = torch.randint(self._perturbed_2KNF.shape[1], (len(row_B),), generator=self._generator)
        return self._perturbed_2KNF[which, copy_B, row_B].float()


class PixelViews(nn.Module):
    """Pictures through a tower that learns with the rest, its output of unit length as encoders give it; see ``Views``.

    An item without a usable picture has features that are all zero.
    """

    def __init__(self, tower: nn.Module, pictures: Pictures, preprocessing: Preprocessing, catalogue: Catalogue, seed: int) -> None:
        super().__init__()
        self.tower, self.pictures, self._preprocessing = tower, pictures, preprocessing
        self.perturbable_M = _of_training(catalogue, pictures.rows)
        self._place_N = torch.full((len(catalogue),), -1)
        self._place_N[torch.from_numpy(pictures.rows)] = torch.arange(len(pictures))
        self._generator = torch.Generator().manual_seed(seed)

    def plain(self, row_B: Tensor) -> Tensor:
        if self.training:
            return self._see(row_B, None)
        return torch.cat([self._see(some, None) for some in row_B.split(_AT_ONCE)])

    def reshaped(self, row_B: Tensor) -> Tensor:
        return self._see(row_B, reshaped)

    def recoloured(self, row_B: Tensor) -> Tensor:
        return self._see(row_B, recoloured)

    def _see(self, row_B: Tensor, perturb: Perturbation | None) -> Tensor:
        place_B = self._place_N[row_B]
        device = next(self.tower.parameters()).device
        pixels = self.pictures.take(place_B.clamp(min=0).numpy()).to(device).float() / 255
        pixels = perturb(pixels, self._generator) if perturb else pixels
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=device.type == "cuda"):
            seen_BF = self.tower(self._preprocessing.normalise(pixels)).flatten(1)
        return F.normalize(seen_BF.float(), dim=-1) * (place_B >= 0).to(device)[:, None]


def kept_views(run: Run[Any], *, copies: int, side: int) -> KeptViews:
    """The run's features with ``copies`` perturbed copies of each picture, or none where ``copies`` is 0 or there are no pictures."""
    catalogue, encoder = run.dataset.catalogue, run.encoder
    images = catalogue.table.column("image")
    rows = np.flatnonzero(images.is_valid().to_numpy()) if encoder.spec != "features" else np.zeros(0, dtype=np.int64)
    features_NF = torch.from_numpy(run.features)
    if not copies or not len(rows):
        return KeptViews(features_NF, _of_training(catalogue, np.arange(len(catalogue))), None, run.seed)
    pictures = Pictures(catalogue, rows.tolist(), side, run.progress)
    perturbed = torch.empty(2, copies, *features_NF.shape, dtype=torch.float16)
    with run.progress("encoding perturbed pictures", 2 * copies) as advance:
        for which, perturb in enumerate((reshaped, recoloured)):
            for copy in range(copies):  # the same copies whatever the run's seed, so that their features are kept like any others
                other = _with_pictures(catalogue, pictures, perturb, torch.Generator().manual_seed(copy))
                perturbed[which, copy] = torch.from_numpy(catalogue_features(other, encoder, run.cache, silent).features)
                advance()
    return KeptViews(features_NF, _of_training(catalogue, pictures.rows), perturbed, run.seed)


def _of_training(catalogue: Catalogue, rows: NDArray[np.int64]) -> Tensor:
    splits = catalogue.table.column("split").to_pylist()
    return torch.tensor([row for row in rows.tolist() if splits[row] in {"train", None}], dtype=torch.long)


def _with_pictures(catalogue: Catalogue, pictures: Pictures, perturb: Perturbation, generator: torch.Generator) -> Catalogue:
    """The catalogue with its pictures perturbed; those that cannot be used are left out."""
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
