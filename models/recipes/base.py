"""What a recipe is: a name, a default configuration, and a function that turns a run into a bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from models.bundle import Bundle
from models.training.run import ConfigT, Run


@dataclass(frozen=True, kw_only=True)
class Recipe(Generic[ConfigT]):
    """A training procedure under a name.

    Attributes:
        name: as ``attire train --recipe`` has it.
        default: its configuration, a frozen dataclass; see ``models.training.settings`` for how its fields say what they can be.
        fit: trains; returns a bundle that is not saved yet.
        needs_outfits: whether a dataset without training outfits is refused.
        trains_encoder: whether it always trains an encoder of its own, so that naming another one is refused.
    """

    name: str
    default: ConfigT
    fit: Callable[[Run[ConfigT]], Bundle]
    needs_outfits: bool = True
    trains_encoder: bool = False


AnyRecipe = Recipe[Any]
