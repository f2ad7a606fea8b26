"""Trains a recipe on a dataset directory and writes a bundle."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Final, get_type_hints

import numpy as np
import torch
from torch import Tensor

from models.bundle import Bundle, Manifest
from models.compatibility.build import build_model
from models.compatibility.set_transformer import SetTransformer
from models.compatibility.slots import SlotModel
from models.datasets.read import read_dataset
from models.datasets.schema import Dataset
from models.encoders.base import Block, FloatArray
from models.encoders.keep import catalogue_features, own_features
from models.encoders.load import SHIPPED, load_encoder
from models.encoders.own import OwnFeatures
from models.errors import BundleError, InputError
from models.progress import Progress, silent
from models.recipes.attire import AttireConfig, AttireTraining
from models.training.calibrate import calibrate, random_outfits
from models.training.worn import WornOutfits, build_vocabulary

RECIPES: Final = ("attire",)
_TABLES: Final = {
    "tower.category.weight": "categories",
    "worn_as.weight": "categories",
    "target.weight": "categories",
    "tower.words.weight": "words",
    "tower.residual.weight": "residuals",
}
"""Weights with a row per name, and which names."""


def train(
    data: Path,
    recipe: str,
    out: Path,
    *,
    settings: Mapping[str, str] | None = None,
    seed: int = 0,
    init: Path | None = None,
    encoder: str = SHIPPED,
    cache: Path | None = None,
    progress: Progress = silent,
) -> Bundle:
    """Train ``recipe`` on the ``train`` outfits of ``data``, choosing on ``valid``; ``test`` is never opened.

    Args:
        settings: the recipe's configuration, field -> value as written on the command line.
        init: a bundle to start from: its weights are taken over where they fit; those of words, items and categories by name.
        encoder: spec of the encoder; a catalogue with its own ``features`` needs none.
        cache: where features are kept between runs; None keeps none.

    Raises:
        InputError: bad data, an unknown recipe or setting. EncoderError, BundleError: as named.
    """
    if recipe not in RECIPES:
        msg = f"no recipe {recipe!r}; there are: {', '.join(RECIPES)}"
        raise InputError(msg, field="recipe")
    config = configure(AttireConfig(), settings or {})
    dataset = read_dataset(data, ("train", "valid"), tasks=False)
    if not dataset.outfits_of("train"):
        msg = "no outfits of split 'train' to learn from"
        raise InputError(msg, path=data / "outfits.jsonl")
    own = own_features(dataset.catalogue)
    reader = OwnFeatures(own.shape[1]) if own is not None else load_encoder(encoder)
    features = catalogue_features(dataset.catalogue, reader, cache, progress).features
    start = Bundle.load(init) if init else None
    if start and start.manifest.encoder_fingerprint != reader.fingerprint:
        theirs = start.manifest.encoder_spec
        msg = f"{init}: its encoder ({theirs}) is not the one of this training ({reader.spec}); choose the same encoder"
        raise BundleError(msg)
    blank = _untrained(dataset, config, seed, start, (reader.spec, reader.fingerprint, reader.blocks))
    return _fit(blank, dataset, features, config, seed=seed, progress=progress).save(out)


def configure(config: AttireConfig, settings: Mapping[str, str]) -> AttireConfig:
    """The configuration with ``settings`` applied, each read as its field's type.

    Raises:
        InputError: no such setting (the nearest is named), or not a value of its type.
    """
    types = get_type_hints(type(config))
    values: dict[str, Any] = {}
    for name, text in settings.items():
        if name not in types:
            near = difflib.get_close_matches(name, types, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are: {', '.join(one.name for one in fields(config))}"
            msg = f"the recipe has no setting {name!r}{hint}"
            raise InputError(msg, field=name)
        try:
            values[name] = types[name](text)
        except ValueError as error:
            msg = f"{text!r} is not a {types[name].__name__}"
            raise InputError(msg, field=name) from error
    return replace(config, **values)


def _untrained(
    dataset: Dataset, config: AttireConfig, seed: int, start: Bundle | None, encoder: tuple[str, str, tuple[Block, ...]]
) -> Bundle:
    """A bundle with everything but learned weights; those of ``start`` where they fit."""
    catalogue = dataset.catalogue
    categories = tuple(sorted(set(catalogue.categories)))
    train = WornOutfits.of(dataset.outfits_of("train"), catalogue)
    ids = catalogue.ids
    residuals = [ids[int(row)] for row in np.flatnonzero(train.times_worn(len(catalogue)) >= config.least_residual)]
    vocabulary = build_vocabulary(catalogue.texts(), config.least_word, config.words)
    spec, fingerprint, blocks = encoder
    model_config = {
        "blocks": [block.size for block in blocks],
        "categories": len(categories),
        "words": len(vocabulary),
        "residuals": len(residuals),
        "embedding_size": config.embedding_size,
        "hidden": config.hidden,
        "layers": config.layers,
        "heads": config.heads,
        "dropout": config.dropout,
        "rerank": config.rerank,
    }
    torch.manual_seed(seed)
    model = build_model("set_transformer", model_config)
    if start:
        model.load_state_dict(_inherited(model.state_dict(), start, _rows(categories, vocabulary, residuals)))
    manifest = Manifest(
        recipe="attire",
        config={**asdict(config), "seed": seed},
        model="set_transformer",
        model_config=model_config,
        encoder_spec=spec,
        encoder_fingerprint=fingerprint,
        blocks=blocks,
        categories=categories,
        embedding_size=config.embedding_size,
        parent=start.id if start else None,
    )
    names = catalogue.categories
    slots = SlotModel.fit([names[catalogue.row_of[item]] for item in outfit.items] for outfit in dataset.outfits_of("train"))
    return Bundle(manifest, model, vocabulary=vocabulary, residuals=residuals, slots=slots)


def _inherited(weights: dict[str, Tensor], start: Bundle, names: Mapping[str, Sequence[str]]) -> dict[str, Tensor]:
    """``weights`` with those of ``start`` where they fit; rows of tables go by the name that they stand for, since names come and go."""
    before = _rows(start.manifest.categories, start.vocabulary, start.residuals)
    inherited = dict(weights)
    for name, theirs in start.model.state_dict().items():
        mine = weights.get(name)
        if mine is None or mine.shape[1:] != theirs.shape[1:]:
            continue
        if name in _TABLES:
            row_of = {word: row for row, word in enumerate(before[_TABLES[name]])}
            known = [(row, row_of[word]) for row, word in enumerate(names[_TABLES[name]]) if word in row_of]
            inherited[name] = mine.clone()
            inherited[name][[row for row, _ in known]] = theirs[[row for _, row in known]]
        elif mine.shape == theirs.shape:
            inherited[name] = theirs
    return inherited


def _rows(categories: Sequence[str], words: Sequence[str], residuals: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What each row of the tables stands for; the nameless one for a category never seen, no word, no item."""
    return {"categories": (*categories, ""), "words": ("", *words), "residuals": ("", *residuals)}


def _fit(bundle: Bundle, dataset: Dataset, features: FloatArray, config: AttireConfig, *, seed: int, progress: Progress) -> Bundle:
    """Train the bundle's model in place; returns the bundle with its metrics and calibration."""
    catalogue = dataset.catalogue
    assert isinstance(bundle.model, SetTransformer)  # noqa: S101 - ``_untrained`` builds no other
    categories, texts, ids = catalogue.categories, catalogue.texts(), list(catalogue.ids)
    inputs = bundle.inputs(features, categories, texts, ids)
    worn, valid = (WornOutfits.of(dataset.outfits_of(split), catalogue) for split in ("train", "valid"))
    pool = torch.from_numpy(np.flatnonzero(worn.times_worn(len(catalogue))))
    metrics = AttireTraining(bundle.model, config, inputs, pool, seed).fit(worn, valid, progress)
    embeddings = bundle.embed(features, categories, texts, ids)
    judged = valid if len(valid) else worn
    other = random_outfits(judged.rows_RI, judged.mask_RI, inputs.category_N, pool, torch.Generator().manual_seed(seed))
    names = np.array(categories)
    scores = [
        bundle.score(bundle.outfits([embeddings[one] for one in sets], [list(names[one]) for one in sets]))
        for sets in ([row[mask].numpy() for row, mask in zip(rows, judged.mask_RI, strict=True)] for rows in (judged.rows_RI, other))
    ]
    manifest = replace(bundle.manifest, metrics=metrics, calibration=calibrate(*scores))
    return Bundle(manifest, bundle.model, vocabulary=bundle.vocabulary, residuals=bundle.residuals, slots=bundle.slots)
