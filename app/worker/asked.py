"""Asks a home's log about a bundle beside the one that serves."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import polars as pl
import torch

from app.attribution.products import Products
from app.catalogue.publishing import catalogue_of
from app.ground.settings import Settings
from app.home.runs import FromLog
from app.home.store import ReleaseStore
from app.worker.from_log import judged
from app.worker.gate import load_candidate
from app.worker.logged import logged
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.offpolicy.reward import Reward


def told_by_log(settings: Settings, events: pl.LazyFrame, bundle: Path, reward: str, device: torch.device) -> FromLog:
    """What a bundle and the one that serves would have earned.

    Raises:
        InputError: no answer of the log was explored. BundleError: the bundle cannot serve this catalogue.
    """
    store = ReleaseStore(settings.home)
    record = store.bring(store.served())
    snapshot = Snapshot.load(store.snapshot_path(record.snapshot))
    catalogue, features_NF = catalogue_of(snapshot.items, store.images), np.asarray(snapshot.features, dtype=np.float32)
    found = logged(events, settings.attribution, catalogue.row_of, cast("Reward", reward), Products.of(snapshot.items))
    current = Bundle.load(store.bundle_path(record.bundle)).to(device)
    candidate = load_candidate(bundle, current, snapshot.categories)
    return judged(found, current, candidate, catalogue, features_NF, cast("Reward", reward), settings.exploration.examination)
