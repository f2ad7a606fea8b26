"""Cold shoppers: who has bought since the training is met from their outfits, and nothing else of the model is touched."""

from __future__ import annotations

from collections.abc import Sequence

from models.bundle import Bundle
from models.datasets.schema import Catalogue, Outfit
from models.encoders.base import FloatArray
from models.evaluation.personal import batch_of, histories
from models.training.personal import acquainted


def introduced(bundle: Bundle, outfits: Sequence[Outfit], catalogue: Catalogue, features_NF: FloatArray) -> Bundle:
    """The bundle that also knows who wore these outfits; itself where its model knows no shoppers, or all of these already.

    Args:
        outfits: with two items or more that the catalogue has.
        features_NF: of the catalogue.
    """
    worn = histories(outfits)
    if not bundle.personal or worn.keys() <= set(bundle.shoppers.ids):
        return bundle
    embeddings_ND = bundle.embed(features_NF, catalogue.categories, catalogue.texts(), catalogue.ids)
    return acquainted(bundle, {shopper: batch_of(bundle, theirs, catalogue, embeddings_ND) for shopper, theirs in worn.items()})
