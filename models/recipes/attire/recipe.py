"""``attire``, the flagship: different models of what goes together and a memory of what was worn together, weighed on validation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any, Final

import torch
from torch import Tensor

from models.bundle import Bundle
from models.compatibility.base import ItemInputs
from models.compatibility.ensemble import Ensemble
from models.compatibility.pair_masks import PairMasks
from models.compatibility.pair_memory import ITEM, PRODUCT, TYPE, PairMemory, remember
from models.compatibility.set_transformer import SetTransformer
from models.manifest import CLOCK
from models.precision import CPU
from models.progress import Advance, Progress
from models.recipes.attire.config import AttireConfig
from models.recipes.attire.masks import KINDS, MasksTraining, shape_of
from models.recipes.attire.training import AttireTraining
from models.recipes.attire.weighing import weigh
from models.recipes.attire.worth import worth_of
from models.training.calibrate import calibrated
from models.training.missing_types import fit_missing_types
from models.training.parallel import ALONE
from models.training.popularity import recall_at
from models.training.prepare import Names, could_be_worn, names_of, untrained, worn_outfits
from models.training.presence import Presence
from models.training.run import Run
from models.training.worn import WornOutfits

_PROBES: Final = 128
_MOST_CROSSED: Final = 6
_TYPE_WORD: Final = "subcategory"
_SET_TABLES: Final[Mapping[str, str]] = {
    "tower.category.weight": "categories",
    "worn_as.weight": "categories",
    "target.weight": "categories",
    "to_slot.1.weight": "categories",
    "to_slot.1.bias": "categories",
    "tower.words.weight": "words",
    "popularity": "residuals",
}
_MASK_TABLES: Final[Mapping[str, str]] = {
    "category.weight": "categories",
    "pair": "categories",
    "worn_mask": "categories",
    "slot_mask": "categories",
    "worn_as.weight": "categories",
    "target.weight": "categories",
    "words.weight": "words",
    "product.weight": "products",
    "identity.weight": "residuals",
    "bias": "residuals",
}
"""Weights with a row per name, and which names."""


def fit(run: Run[AttireConfig]) -> Bundle:
    """Train the flagship; see ``Recipe.fit``."""
    config, catalogue = run.config, run.dataset.catalogue
    names = names_of(run.dataset, most_words=config.words, least_word=config.least_word, least_residual=1)
    members = _members(run, names)
    shape = {"categories": len(names.categories), "residuals": len(names.residuals), "probes": _PROBES}
    tables = {
        f"members.{number}.{name}": rows
        for number, (model, _) in enumerate(members)
        for name, rows in (_SET_TABLES if model == "set_transformer" else _MASK_TABLES).items()
    }
    bundle = untrained(run, "attire", "ensemble", {"members": members, "memory": None, **shape}, names, tables)
    train, valid = worn_outfits(run.dataset, "train"), worn_outfits(run.dataset, "valid")
    inputs = bundle.inputs(run.features, catalogue.categories, catalogue.texts(), list(catalogue.ids))
    pool_M = torch.from_numpy(could_be_worn(run.dataset, train))
    metrics = _train(run, bundle, inputs, train, valid, pool_M)
    bundle, inputs = bundle.to(CPU), inputs.to(CPU)  # the rest is counting, and small regressions
    model = _ensemble(bundle)
    if config.memory:
        memory = _remembered(inputs, train, names)
        type_N, categories = memory.codes(inputs)[:, memory.levels.index(TYPE)], len(names.categories)
        types = fit_missing_types(type_N, inputs.category_N, categories, train, valid, run.seed, run.progress)
        model = Ensemble(list(model.each()), memory, types, bends=True, **shape)
        manifest = replace(
            bundle.manifest,
            model_config={"members": members, "memory": memory.config, "types": types.config, "bends": True, **shape},
            embedding_size=model.embedding_size,
        )
        bundle = replace(bundle, manifest=manifest, model=model)
    with run.progress("weighing what it reads, answers", 0) as advance:
        unseen = weigh(model, inputs, train, valid, run.seed, advance)
        worth = worth_of(model, inputs, train, valid, Presence(inputs, run.reads.blocks, names.words, train), run.seed, advance)
    metrics |= {f"worth_of_{name}": found.gain for name, found in worth.items()}
    if hurting := tuple(name for name, found in worth.items() if found.hurts):
        bundle = replace(bundle, manifest=replace(bundle.manifest, left_out=hurting))
        inputs = bundle.inputs(run.features, catalogue.categories, catalogue.texts(), list(catalogue.ids))
        unseen = weigh(model, inputs, train, valid, run.seed)
    metrics["valid_recall_at_10"] = recall_at(10, model, inputs, valid, pool_M)
    return calibrated(bundle.to(run.device), run, run.features, metrics, unseen)


def _members(run: Run[AttireConfig], names: Names) -> list[tuple[str, dict[str, Any]]]:
    """Each member's model by name, and the arguments that build it."""
    config = run.config
    counts = {"categories": len(names.categories), "words": len(names.words), "residuals": len(names.residuals)}
    transformer = {
        "blocks": [block.size for block in run.reads.blocks],
        **counts,
        "embedding_size": config.embedding_size,
        "hidden": config.hidden,
        "layers": config.layers,
        "heads": config.heads,
        "dropout": config.dropout,
        "drop_words": config.drop_words,
        "drop_word": config.drop_word,
        "rerank": config.rerank,
    }
    mask = {"feature_size": run.reads.size, **counts, "products": len(names.products)}
    return [
        *(("set_transformer", transformer) for _ in range(config.members)),
        *(("pair_masks", {**mask, **shape_of(kind, config)}) for kind in KINDS[: config.masks]),
    ]


def _ensemble(bundle: Bundle) -> Ensemble:
    assert isinstance(bundle.model, Ensemble)  # noqa: S101 - what ``fit`` builds
    return bundle.model


def _train(
    run: Run[AttireConfig], bundle: Bundle, inputs: ItemInputs, train: WornOutfits, valid: WornOutfits, pool_M: Tensor
) -> dict[str, float]:
    """Train each member; returns the mean of their losses, their minutes together, and what the clock did to any of them.

    Workers share out whole members as far as there is one for each of them, and the masks, which are too small to be trained together.
    """
    config, times_N = run.config, train.chosen(len(inputs))
    blocks = bundle.manifest.encoder.blocks
    presence = Presence(inputs, blocks, bundle.vocabulary, train)
    share, kinds, mine = replace(config, minutes=config.minutes / max(1, config.members)), iter(KINDS), {}
    models, workers = list(_ensemble(bundle).each()), run.workers
    whose = _whose(config, workers.count)
    for number, (model, who) in enumerate(zip(models, whose, strict=True)):
        kind = next(kinds) if isinstance(model, PairMasks) else None
        if who not in {None, workers.number}:
            continue
        seed, told = run.seed + number, partial(_part, run.progress, f"{number + 1} of {len(models)}")
        checkpoint = run.checkpoint(f"part-{number + 1}")
        if isinstance(model, SetTransformer):
            workers.reseed(seed, 0)
            attire = AttireTraining(model, share, inputs, blocks, pool_M, presence, seed, workers if who is None else ALONE)
            mine[number] = attire.fit(train, valid, told, checkpoint)
        elif isinstance(model, PairMasks) and kind:
            masks = MasksTraining(model, kind, config, inputs, times_N, pool_M, presence, seed)
            mine[number] = masks.fit(train, valid, config.mask_minutes / config.masks, told, checkpoint)
    for model, who in zip(models, whose, strict=True):
        if who is not None:
            workers.take(model.state_dict().values(), who)
    found = {number: figures for told in workers.told([*mine.items()]) for number, figures in told}.values()
    clock = {
        name: min(figures[name] for figures in found if name in figures) for name in CLOCK if any(name in figures for figures in found)
    }
    return {
        "train_loss": math.fsum(figures["train_loss"] for figures in found) / len(found),
        "minutes": math.fsum(figures["minutes"] for figures in found),
        **clock,
    }


def _whose(config: AttireConfig, workers: int) -> list[int | None]:
    """Which worker trains each member; None are all of them together."""
    members = [number % workers for number in range(config.members - config.members % workers)]
    return [*members, *[None] * (config.members % workers), *(number % workers for number in range(config.masks))]


def _part(progress: Progress, part: str, title: str, total: int) -> AbstractContextManager[Advance]:
    """A ``Progress`` that says which of the members is trained."""
    return progress(f"model {part}: {title}", total)


def _remembered(inputs: ItemInputs, train: WornOutfits, names: Names) -> PairMemory:
    """The memory of the training outfits: of items, products, types, and types crossed with the attributes that most items have."""
    attribute_of = [word.partition("=")[0] if "=" in word else "" for word in names.words]
    counts = torch.bincount(inputs.words_NL.flatten(), minlength=len(names.words) + 1)[1:]
    uses: dict[str, int] = {}
    for name, count in zip(attribute_of, counts.tolist(), strict=True):
        if name and name != _TYPE_WORD:
            uses[name] = uses.get(name, 0) + count
    crossed = sorted(sorted(uses, key=lambda name: (-uses[name], name))[:_MOST_CROSSED])
    levels = [ITEM, *([PRODUCT] if names.products else []), TYPE, *crossed]
    level_of = {_TYPE_WORD: TYPE, **{name: name for name in crossed}}
    attributes = torch.tensor([-1, *(levels.index(level_of[name]) if name in level_of else -1 for name in attribute_of)])
    return remember(
        inputs, train.rows_RI, train.mask_RI, train.weight_RI, attributes=attributes, levels=levels, categories=len(names.categories)
    )
