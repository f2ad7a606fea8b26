"""Reads items for a training: kept features of any encoder, or pictures through a backbone that is trained with the model.

Recipes call ``items.take(rows)`` for both; ``items.carried`` puts a trained backbone into the bundle.

Shape legend: N items · M rows · F features · S side.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.bundle import Bundle
from models.compatibility.base import ItemInputs
from models.encoders.features import CARRIED
from models.encoders.image_towers import save_tower
from models.encoders.keep import own_features
from models.errors import refuse
from models.training.architecture import Architecture, levels_architecture, torchvision_architecture
from models.training.fields import Reading
from models.training.pictures import Pictures
from models.training.run import Run

_AT_ONCE: Final = 256

RunT = TypeVar("RunT", bound=Run[Any])


class Items(nn.Module):
    """Items by their kept features.

    Args:
        inputs: of all N items, on the device that trains.

    Attributes:
        category_N: of every item, on the CPU, where outfits are drawn.
    """

    def __init__(self, inputs: ItemInputs) -> None:
        super().__init__()
        self.inputs, self.category_N = inputs, inputs.category_N.cpu()

    def take(self, rows_M: Tensor) -> ItemInputs:
        """Inputs of some items in training; ``rows`` may be on any device."""
        return self.inputs[rows_M]

    def every(self) -> ItemInputs:
        """Inputs of all items, without gradients."""
        return self.inputs

    def carried(self, bundle: Bundle, run: RunT) -> tuple[Bundle, RunT]:
        """The bundle with the trained encoder, if any, and a run that reads features of it."""
        return bundle, run


class SeenItems(Items):
    """Items by their pictures, through a backbone; an item without a usable picture has zero features."""

    def __init__(self, inputs: ItemInputs, architecture: Architecture, pictures: Pictures) -> None:
        super().__init__(inputs)
        self.architecture, self.pictures = architecture, pictures
        self.tower = architecture.tower.to(inputs.features_NF.device)
        self.place_N = torch.full((len(inputs),), -1)
        self.place_N[torch.from_numpy(pictures.rows)] = torch.arange(len(pictures))
        if architecture.learned and len(pictures):
            architecture.learned.eval()
            normalise = architecture.preprocessing.normalise
            architecture.learned.standardise(normalise(self.pixels(some)) for some in torch.arange(len(pictures)).split(_AT_ONCE))

    def take(self, rows_M: Tensor) -> ItemInputs:
        place_M, device = self.place_N[rows_M.cpu()], self.inputs.features_NF.device
        features_MF = torch.zeros(len(rows_M), self.architecture.size, device=device)
        if (place_M >= 0).any():
            seen = (place_M >= 0).nonzero()[:, 0].to(device)
            features_MF = features_MF.index_put((seen,), self.seen(self.pixels(place_M[place_M >= 0])))
        return replace(self.inputs[rows_M], features_NF=features_MF)

    @torch.no_grad()
    def every(self) -> ItemInputs:
        training = self.tower.training
        self.tower.eval()
        rows = torch.arange(len(self.inputs)).split(_AT_ONCE)
        features_NF = torch.cat([self.take(some).features_NF for some in rows])
        self.tower.train(training)
        return replace(self.inputs, features_NF=features_NF)

    def carried(self, bundle: Bundle, run: RunT) -> tuple[Bundle, RunT]:
        directory = run.work / "encoder"
        seen = _through(run, self.architecture, directory)
        return replace(bundle, manifest=replace(bundle.manifest, encoder=replace(seen.reads, spec=CARRIED)), encoder=directory), seen

    def seen(self, pixels_MCSS: Tensor) -> Tensor:
        """Features of pixels in 0 to 1, of unit length, as the encoder will give them, ``(M, F)``."""
        return F.normalize(self.tower(self.architecture.preprocessing.normalise(pixels_MCSS)).flatten(1), dim=-1)

    def pixels(self, place_M: Tensor) -> Tensor:
        """Pictures by their places among ``pictures``, in 0 to 1, ``(M, 3, S, S)``."""
        return self.pictures.take(place_M.numpy()).to(self.inputs.features_NF.device).float() / 255


def read_by(run: RunT) -> tuple[RunT, int]:
    """The run for which the model is built, and the number of features it reads; for ``pixels`` the run has the untrained backbone's.

    Raises:
        EncoderError: the backbone, its weights or the encoder cannot be had.
        InputError: ``pixels`` for a catalogue with its own features, which would be read instead.
    """
    config: Reading = run.config
    if config.mode == "features":
        return run, run.reads.size
    if own_features(run.dataset.catalogue) is not None:
        msg = "the catalogue brings its own features, so its pictures are not read; leave out the column, or train with mode=features"
        refuse(msg, field="mode")
    architecture = _architecture(run)
    return _through(run, architecture, run.work / "untrained"), architecture.size


def read_items(run: RunT, bundle: Bundle) -> Items:
    """The items of a run, for the bundle built for it."""
    config: Reading = run.config
    catalogue = run.dataset.catalogue
    categories, texts, ids = catalogue.categories, catalogue.texts(), list(catalogue.ids)
    if config.mode == "features":
        return Items(bundle.inputs(run.features, categories, texts, ids))
    nothing = np.zeros((len(catalogue), bundle.manifest.encoder.size), dtype=np.float32)
    architecture = _architecture(run)
    pictures = Pictures(catalogue, list(range(len(catalogue))), config.side, run.progress)
    return SeenItems(bundle.inputs(nothing, categories, texts, ids), architecture, pictures)


def _architecture(run: Run[Any]) -> Architecture:
    config: Reading = run.config
    if config.backbone == "lite0":
        return levels_architecture(config.weights, config.side, run.seed, learns=config.learns)
    return torchvision_architecture(config.backbone, config.weights, config.side, run.seed)


def _through(run: RunT, architecture: Architecture, directory: Path) -> RunT:
    """The run that reads features of a backbone as it is now, which is saved as an encoder in ``directory``."""
    shutil.rmtree(directory, ignore_errors=True)
    said = {**asdict(run.config), "seed": run.seed}
    save_tower(directory, architecture.tower.eval(), architecture.description, architecture.preprocessing, said)
    return replace(run, encoder_spec=f"local-dir:{directory}")
