"""``weak-labels``: an encoder learned from pictures and the shop's texts, without labelling rules.

Published form (``loss=words``; Corbière, Ben-Younes, Ramé, Ollion, ICCV Workshops 2017): z = CNN(x), one vector per word; draw a word, then
a picture that has it; softmax over the word and sampled ones; the last layer first, then all; SGD at 0.1, a tenth on each plateau. As its
authors ran it: ``backbone=resnet50 weights=default optimiser=sgd``. Modern form (``loss=clip`` or ``siglip``): pictures against the titles
of the batch, with the words beside. Its bundle carries the encoder; its compatibility model is the cosine of the new features.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import torch

from models.bundle import Bundle, Manifest
from models.compatibility.build import COSINE, build_model
from models.datasets.schema import Catalogue
from models.encoders.features import CARRIED
from models.encoders.keep import catalogue_features
from models.encoders.load import SHIPPED_DIRECTORIES, load_encoder
from models.errors import BundleError, refuse
from models.progress import Progress
from models.recipes.weak_labels.config import WEAK_LABELS, WeakLabelsConfig
from models.recipes.weak_labels.labelled import read_labelled
from models.recipes.weak_labels.towers import LITE, SMALL, in_words, save_encoder, start_from
from models.recipes.weak_labels.training import WeakLabelTraining
from models.recipes.weak_labels.vocabulary import frequent_words
from models.training.architecture import Architecture, lite_config, open_clip_architecture, small_config, torchvision_architecture
from models.training.calibrate import calibrated
from models.training.checkpoint import Checkpoint
from models.training.parallel import ALONE, Workers
from models.training.prepare import learned_slots
from models.training.run import Run

_SMALL_SIDE: Final = 80
_LITE_SIDE: Final = 112


def fit(run: Run[WeakLabelsConfig]) -> Bundle:
    """Train the encoder; the bundle carries it, with the cosine of its features as compatibility model."""
    directory = run.work / "encoder"
    start = start_directory(run.start) if run.start else None
    vocabulary, metrics = train_encoder(
        [run.dataset.catalogue],
        run.config,
        directory,
        seed=run.seed,
        start=start,
        workers=run.workers,
        device=run.device,
        progress=run.progress,
    )
    encoder = load_encoder(f"local-dir:{directory}", run.device)
    size = encoder.features.size
    manifest = Manifest(
        recipe=WEAK_LABELS.name,
        config={**asdict(run.config), "seed": run.seed},
        model=COSINE,
        model_config={"feature_size": size},
        encoder=replace(encoder.features, spec=CARRIED),
        categories=tuple(sorted(set(run.dataset.catalogue.categories))),
        embedding_size=size,
        outfits=len(run.dataset.outfits_of("train")),
        metrics=metrics,
        parent=run.start.id if run.start else None,
    )
    model = build_model(COSINE, manifest.model_config)
    bundle = Bundle(manifest, model, vocabulary=vocabulary, slots=learned_slots(run.dataset, run.seed, run.progress), encoder=directory).to(
        run.device
    )
    if not run.dataset.outfits:
        return bundle
    with run.workers.first_alone():
        features_NF = catalogue_features(run.dataset.catalogue, encoder, run.cache, run.progress).features
    return calibrated(bundle, run, features_NF, metrics)


def train_encoder(
    catalogues: Sequence[Catalogue],
    config: WeakLabelsConfig,
    directory: Path,
    *,
    seed: int,
    start: Path | None = None,
    workers: Workers = ALONE,
    device: torch.device,
    progress: Progress,
) -> tuple[tuple[str, ...], dict[str, float]]:
    """Train on the ``train`` items of one or several shops and write the encoder to ``directory``.

    Checkpoints lie beside it; it goes on from a checkpoint of the same training.

    Args:
        start: directory of an encoder to take weights from.
        workers: who trains together; the first of them writes.

    Returns:
        The vocabulary, and the final figures: running means of the loss, and those of the first shop's validation items.

    Raises:
        InputError: nothing to learn from, or an impossible setting. EncoderError, BundleError: backbone or start cannot be loaded.
    """
    chosen = architecture(config, seed)
    read = partial(read_labelled, side=chosen.preprocessing.side, fields=config.fields, dropped=config.dropped, progress=progress)
    shops = [read(catalogue, split="train", kind=config.alike) for catalogue in catalogues]
    vocabulary = frequent_words([tokens for shop in shops for tokens in shop.tokens], most=config.vocabulary, least=config.least_word)
    valid = read(catalogues[0], split="valid").with_vocabulary(vocabulary)
    training = WeakLabelTraining(
        chosen,
        config,
        [shop.with_vocabulary(vocabulary) for shop in shops],
        valid if len(valid) else None,
        words=len(vocabulary),
        seed=seed,
        device=device,
        workers=workers,
    )
    if training.batches.size < 2 * workers.count:
        msg = f"{training.batches.size} pictures of a step are too few for {workers.count} workers; each needs two"
        refuse(msg, field="--workers")
    if start:
        start_from(training.towers, start)
    identity = _identity(config, seed, catalogues, vocabulary, start)
    metrics = training.fit(Checkpoint(directory.parent, identity), progress)
    with_words = not config.reads or config.word_weight > 0
    words = in_words(training.towers, vocabulary, training.length(), config.prior * training.shares_K.log()) if with_words else None
    figures = {name: value for name, value in metrics.items() if name != "minutes"}  # so that equal trainings give equal files
    if workers.leads:
        shutil.rmtree(directory, ignore_errors=True)
        save_encoder(directory, training.towers, chosen, words, {**asdict(config), "seed": seed, "metrics": figures})
    workers.wait()
    return vocabulary, metrics


def architecture(config: WeakLabelsConfig, seed: int) -> Architecture:
    """The architecture of ``backbone``, ``weights`` and ``side``.

    Raises:
        InputError: no such backbone, or one without a text tower for a loss with titles. EncoderError: its weights cannot be loaded.
    """
    from torchvision import models  # noqa: PLC0415 - a second that only encoding should cost

    if config.backbone in models.list_models(models):
        if config.reads:
            msg = f"{config.backbone!r} reads no titles, which loss={config.loss} needs; give small, an open_clip model, or loss=words"
            refuse(msg, field="backbone")
        return torchvision_architecture(config.backbone, config.weights, config.side, seed)
    text = {"context_length": config.context_length, "width": config.text_width, "layers": config.text_layers}
    side = config.side or {SMALL: _SMALL_SIDE, LITE: _LITE_SIDE}.get(config.backbone, 0)
    own = {
        SMALL: small_config(side=side, embedding_size=config.embedding_size, width=config.width, layers=config.layers, text=text),
        LITE: lite_config(side=side, embedding_size=config.embedding_size, text=text),
    }
    return open_clip_architecture(
        config.backbone,
        own.get(config.backbone),
        config.weights,
        side,
        reads=config.reads,
        sigmoid=config.loss == "siglip",
        seed=seed,
    )


def start_directory(start: Bundle) -> Path:
    """The directory of a bundle's encoder.

    Raises:
        BundleError: it is not a directory on disk, so it cannot be trained further.
    """
    if start.encoder_spec in SHIPPED_DIRECTORIES:
        return SHIPPED_DIRECTORIES[start.encoder_spec]
    if start.encoder_spec.startswith("local-dir:"):
        return Path(start.encoder_spec.removeprefix("local-dir:"))
    msg = f"bundle {start.id} reads encoder {start.encoder_spec}, which is no directory to start from; leave out --init"
    raise BundleError(msg)


def _identity(
    config: WeakLabelsConfig, seed: int, catalogues: Sequence[Catalogue], vocabulary: Sequence[str], start: Path | None
) -> Mapping[str, Any]:
    """Identifies the training, for its checkpoints; settings of duration and of checkpointing may change."""
    free = {"checkpoint_s", "minutes"}
    settings = {name: value for name, value in asdict(config).items() if name not in free}
    items = [[len(catalogue), *catalogue.ids] for catalogue in catalogues]
    return {"config": settings, "seed": seed, "items": items, "vocabulary": list(vocabulary), "start": str(start) if start else None}
