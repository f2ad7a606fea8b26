"""The input of a training: data, configuration, work directory, and the encoder's features on demand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Generic, TypeVar

import torch

from models.bundle import Bundle
from models.datasets.schema import Dataset
from models.encoders.base import Encoder
from models.encoders.features import FeatureSpec, FloatArray
from models.encoders.keep import catalogue_features, own_features, tell_refused
from models.encoders.load import SHIPPED, load_encoder
from models.precision import CPU
from models.progress import Progress, Warn, silent, unheard
from models.training.checkpoint import Checkpoint
from models.training.parallel import ALONE, Workers

ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True, kw_only=True)
class Run(Generic[ConfigT]):
    """Everything a recipe is given.

    The encoder is loaded and features are computed on first use; a recipe that trains from pixels never uses them.

    Attributes:
        dataset: the catalogue, and the outfits of ``train`` and ``valid``; never of ``test``.
        config: the recipe's configuration, checked.
        work: a directory for checkpoints and other unfinished work; it survives a kill, and is removed when the bundle is written.
        encoder_spec: encodes a catalogue that has no features of its own.
        start: a bundle to take weights from.
        cache: keeps features between runs; None: not kept.
        workers: who trains together; each has a run of its own, alike.
        warn: told which pictures cannot be used.
        device: of model and encoder. Random draws happen on the CPU, so a seed draws the same on every device.
    """

    dataset: Dataset
    config: ConfigT
    work: Path
    seed: int = 0
    encoder_spec: str = SHIPPED
    start: Bundle | None = None
    cache: Path | None = None
    workers: Workers = ALONE
    device: torch.device = CPU
    progress: Progress = silent
    warn: Warn = unheard

    def over(self, dataset: Dataset, part: str) -> Run[ConfigT]:
        """The same run over other outfits of the same catalogue by this process alone, with the features that it has; ``part`` names it."""
        other = replace(self, dataset=dataset, progress=silent, work=self.work / part, workers=ALONE)
        vars(other).update({name: value for name, value in vars(self).items() if name in {"encoder", "reads", "features"}})
        return other

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder of a catalogue that brings no features of its own.

        Raises:
            EncoderError: it cannot be had.
        """
        with self.progress(f"loading the encoder {self.encoder_spec}", 0):
            return load_encoder(self.encoder_spec, self.device)

    @cached_property
    def reads(self) -> FeatureSpec:
        """What ``features`` are."""
        own = own_features(self.dataset.catalogue)
        return self.encoder.features if own is None else FeatureSpec.own(own.shape[1])

    @cached_property
    def features(self) -> FloatArray:
        """Features of the catalogue, ``(N, F)``."""
        encoder = None if self.reads.is_own else self.encoder
        with self.workers.first_alone():
            found = catalogue_features(self.dataset.catalogue, encoder, self.cache, self.progress)
        tell_refused(found.refused, self.warn)
        return found.features

    def checkpoint(self, part: str) -> Checkpoint | None:
        """Where a part of this training is kept from epoch to epoch; None for one process by itself, which begins anew."""
        if self.workers.group is None:
            return None
        outfits = [(outfit.id, outfit.split, outfit.items) for outfit in self.dataset.outfits]
        learned = {"config": self.config, "seed": self.seed, "start": self.start.id if self.start else None}
        return Checkpoint(self.work / part, {**learned, "reads": str(self.reads), "items": self.dataset.catalogue.ids, "outfits": outfits})
