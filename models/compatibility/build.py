"""Compatibility models by the name that a bundle's manifest gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from models.compatibility.base import CompatibilityModel
from models.compatibility.cosine import CosineModel
from models.compatibility.set_transformer import SetTransformer

MODELS: Final[Mapping[str, Callable[..., CompatibilityModel]]] = {"cosine": CosineModel, "set_transformer": SetTransformer}


def build_model(name: str, config: Mapping[str, Any]) -> CompatibilityModel:
    """Build the model ``name`` with untrained weights.

    Raises:
        KeyError: no model has that name.
    """
    return MODELS[name](**config)
