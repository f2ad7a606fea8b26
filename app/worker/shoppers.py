"""New shoppers: those who bought since the training are folded in from their outfits; nothing else of the model changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.bundle import Bundle
from models.compatibility.personal import PersonalModel
from models.datasets.schema import Catalogue, Outfit
from models.encoders.features import FloatArray
from models.evaluation.personal import batch_of, histories
from models.recipes.personal.training import fold_in_shoppers

_LATEST: Final = 100
"""Most outfits to fit a shopper from; the thousands of an id that many people share would say no more."""


def fold_in_wearers(bundle: Bundle, outfits: Sequence[Outfit], catalogue: Catalogue, features_NF: FloatArray) -> Bundle:
    """The bundle that also knows the shoppers who wore these outfits; the same bundle where its model has no shoppers, or knows them all.

    Args:
        outfits: by time, with two items or more that the catalogue has.
        features_NF: of the catalogue.
    """
    worn = histories(outfits)
    if not isinstance(bundle.model, PersonalModel) or not bundle.model.own.shape[1] or worn.keys() <= set(bundle.shoppers.ids):
        return bundle
    names = np.asarray(catalogue.categories, dtype=object)
    embeddings_ND = bundle.embed(features_NF, names.tolist(), catalogue.texts(), catalogue.ids)
    cold = worn.keys() - set(bundle.shoppers.trained)
    return fold_in_shoppers(
        bundle, ((who, batch_of(bundle, worn[who][-_LATEST:], catalogue.row_of, names, embeddings_ND)) for who in worn if who in cold)
    )
