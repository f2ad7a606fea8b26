"""Cold shoppers: who has bought since the training is met from their outfits, and nothing else of the model is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.bundle import Bundle
from models.compatibility.personal import PersonalModel
from models.datasets.schema import Catalogue, Outfit
from models.encoders.features import FloatArray
from models.evaluation.personal import batch_of, histories
from models.recipes.personal.training import acquainted

_LATEST: Final = 100
"""Outfits that a shopper is met by; the thousands of an id that many share would say no more."""


def introduced(bundle: Bundle, outfits: Sequence[Outfit], catalogue: Catalogue, features_NF: FloatArray) -> Bundle:
    """The bundle that also knows who wore these outfits; itself where its model knows no shoppers, or all of these already.

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
    return acquainted(
        bundle, ((who, batch_of(bundle, worn[who][-_LATEST:], catalogue.row_of, names, embeddings_ND)) for who in worn if who in cold)
    )
