"""The type of recipes: a name, a default configuration, and the place of the function that turns a run into a bundle."""

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
        name: of ``attire train --recipe``.
        default: its configuration, a frozen dataclass; ``models.training.settings`` says how its fields declare their values.
        training: ``module:function`` of what trains: takes a run, returns a bundle that is not saved yet.
        needs_outfits: whether a dataset without training outfits is refused.
        counts: whether it hears how many each choice of an item stands for; see ``Dataset``.
        together: whether several workers can train it; see ``models.training.parallel``.
        trains_encoder: whether it always trains its own encoder; then naming another is refused.
    """

    name: str
    default: ConfigT
    training: str
    needs_outfits: bool = True
    counts: bool = False
    together: bool = False
    trains_encoder: bool = False

    def fit(self, run: Run[ConfigT]) -> Bundle:
        """Train; what trains is imported only now."""
        train: Callable[[Run[ConfigT]], Bundle] = resolve_name(self.training)
        return train(run)


AnyRecipe = Recipe[Any]
