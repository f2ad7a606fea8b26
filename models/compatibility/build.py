"""Compatibility models by the name that a bundle's manifest gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from models.compatibility.average import Average
from models.compatibility.base import CompatibilityModel
from models.compatibility.cosine import CosineModel
from models.compatibility.outfit_vector import outfit_vector
from models.compatibility.pairwise import pairwise_model
from models.compatibility.personal import PersonalModel
from models.compatibility.set_transformer import SetTransformer


def averaged(*, members: int, model: str, config: Mapping[str, Any]) -> Average:
    """The average of ``members`` models of that name, each built from ``config``."""
    return Average([build_model(model, config) for _ in range(members)])


MODELS: Final[Mapping[str, Callable[..., CompatibilityModel]]] = {
    "average": averaged,
    "cosine": CosineModel,
    "outfit_vector": outfit_vector,
    "pairwise": pairwise_model,
    "personal": PersonalModel,
    "set_transformer": SetTransformer,
}


def build_model(name: str, config: Mapping[str, Any]) -> CompatibilityModel:
    """Build the model ``name`` with untrained weights.

    Raises:
        KeyError: no model has that name.
    """
    return MODELS[name](**config)
