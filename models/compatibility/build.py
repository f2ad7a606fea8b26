"""Compatibility models by the name that a bundle's manifest gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from models.compatibility.average import Average
from models.compatibility.base import CompatibilityModel
from models.compatibility.cosine import CosineModel
from models.compatibility.ensemble import Ensemble
from models.compatibility.missing_types import MissingTypes
from models.compatibility.outfit_vector import outfit_vector
from models.compatibility.pair_masks import PairMasks
from models.compatibility.pair_memory import PairMemory
from models.compatibility.pairwise import pairwise_model
from models.compatibility.personal import PersonalModel
from models.compatibility.set_transformer import SetTransformer


def averaged(*, members: int, model: str, config: Mapping[str, Any]) -> Average:
    """The average of ``members`` models of that name, each built from ``config``."""
    return Average([build_model(model, config) for _ in range(members)])


def ensemble(
    *,
    members: Sequence[tuple[str, Mapping[str, Any]]],
    memory: Mapping[str, Any] | None,
    types: Mapping[str, Any] | None = None,
    bends: bool = False,
    **shape: int,
) -> Ensemble:
    """Members by their models' names and configurations, and a memory of pairs and what tells missing types of these shapes."""
    built = [build_model(model, config) for model, config in members]
    return Ensemble(built, PairMemory(**memory) if memory else None, MissingTypes(**types) if types else None, bends=bends, **shape)


COSINE: Final = "cosine"
"""The model, and in place of a recipe's name, of what was never trained."""
MODELS: Final[Mapping[str, Callable[..., CompatibilityModel]]] = {
    "average": averaged,
    COSINE: CosineModel,
    "ensemble": ensemble,
    "outfit_vector": outfit_vector,
    "pair_masks": PairMasks,
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
