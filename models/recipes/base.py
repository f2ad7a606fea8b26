"""What a recipe is: a name, a default configuration, and where the function is that turns a run into a bundle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:  # a recipe's name and settings are checked without torch, which takes seconds to import
    from models.bundle import Bundle
    from models.training.run import Run

ConfigT = TypeVar("ConfigT")


@dataclass(frozen=True, kw_only=True)
class Recipe(Generic[ConfigT]):
    """A training procedure under a name.

    Attributes:
        name: as ``attire train --recipe`` has it.
        default: its configuration, a frozen dataclass; see ``models.training.settings`` for how its fields say what they can be.
        training: ``module:function`` of what trains: takes a run, returns a bundle that is not saved yet.
        needs_outfits: whether a dataset without training outfits is refused.
        trains_encoder: whether it always trains an encoder of its own, so that naming another one is refused.
    """

    name: str
    default: ConfigT
    training: str
    needs_outfits: bool = True
    trains_encoder: bool = False

    def fit(self, run: Run[ConfigT]) -> Bundle:
        """Train; what trains is imported only now."""
        train: Callable[[Run[ConfigT]], Bundle] = resolve_name(self.training)
        return train(run)


AnyRecipe = Recipe[Any]
