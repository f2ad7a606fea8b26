"""Trains a recipe on a dataset directory and writes a bundle."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch

from models.bundle import Bundle
from models.compatibility.build import COSINE
from models.datasets.findings import Findings
from models.datasets.outfits import OUTFITS
from models.datasets.read import read_dataset
from models.datasets.rejects import Rejects
from models.encoders.load import SHIPPED
from models.errors import refuse
from models.precision import CPU
from models.progress import Progress, Warn, silent, unheard
from models.recipes.asked import asked
from models.training.held_out import held_out
from models.training.parallel import ALONE, Workers
from models.training.repeatable import repeatable, work_directory
from models.training.run import Run


def train(
    data: Path,
    recipe: str,
    out: Path,
    *,
    settings: Mapping[str, str] | None = None,
    seed: int = 0,
    init: Path | None = None,
    encoder: str | None = None,
    default_encoder: str = SHIPPED,
    cache: Path | None = None,
    compare: bool = False,
    workers: Workers = ALONE,
    device: torch.device = CPU,
    progress: Progress = silent,
    warn: Warn = unheard,
) -> Bundle:
    """Train ``recipe`` on the ``train`` part of ``data``, choosing on ``valid``; ``test`` is never opened.

    Args:
        settings: the recipe's configuration, field -> value as written on the command line.
        init: a bundle of the same recipe whose weights are taken where they fit; rows of words, items, categories and shoppers by name.
        encoder: spec of the encoder; None takes ``default_encoder``. A catalogue with its own ``features`` needs none.
        cache: keeps features between runs; None: not kept.
        compare: whether the bundle says how it does on outfits that it did not learn from; few are asked about by training four times more.
        workers: who trains together; each calls this alike, and the first of them writes the bundle.
        device: where it computes; the bundle holds the same files on every device.
        warn: called with what the dataset has that is put up with.

    Raises:
        InputError: bad data, an unknown recipe or setting, an ``init`` of another recipe, an encoder for a recipe that trains its own,
            or a training that diverged.
        EncoderError, BundleError: as named.
    """
    chosen, config = asked(recipe, out, settings or {}, encoder)
    start = Bundle.load(init) if init else None
    if start and start.manifest.recipe not in {recipe, COSINE}:  # one that was never trained has nothing to give
        refuse(f"{init} is of recipe {start.manifest.recipe}; start from a bundle of {recipe}, or leave it out", field="--init")
    findings = Findings(rejects=Rejects(), progress=progress)
    with progress(f"reading {data}", 0):
        dataset = read_dataset(data, ("train", "valid"), tasks=False, findings=findings).in_one_size()
    findings.tell(warn)
    if chosen.needs_outfits and not any(len(set(outfit.items)) > 1 for outfit in dataset.outfits_of("train")):
        msg = f"no usable outfits of split 'train': none of two items or more; `attire check {data}` says what there is"
        refuse(msg, path=data / OUTFITS)
    run = Run(
        dataset=dataset,
        config=config,
        work=work_directory(out),
        seed=seed,
        encoder_spec=default_encoder if encoder is None else encoder,
        start=start,
        cache=cache,
        workers=workers,
        device=device,
        progress=progress,
        warn=warn,
    )
    with repeatable(device):
        bundle = chosen.fit(run)
        if compare and bundle.manifest.encoder == run.reads:  # a recipe that trains its own eyes is asked by `evaluate`
            bundle = replace(bundle, manifest=replace(bundle.manifest, held_out=held_out(bundle, run, chosen.fit)))
        workers.wait()  # the others may still read what lies in the work directory
        if not workers.leads:
            return bundle
        bundle = bundle.save(out)
    shutil.rmtree(run.work, ignore_errors=True)
    return bundle
