"""All recipes, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from models.errors import did_you_mean, refuse
from models.recipes.attire.config import ATTIRE
from models.recipes.base import AnyRecipe
from models.recipes.outfit_vector.config import OUTFIT_VECTOR
from models.recipes.pairwise.config import SELF_ADAPTIVE, SEMI_SUPERVISED
from models.recipes.personal.config import PERSONAL
from models.recipes.weak_labels.config import WEAK_LABELS

_ALL: Final[tuple[AnyRecipe, ...]] = (ATTIRE, WEAK_LABELS, OUTFIT_VECTOR, PERSONAL, SEMI_SUPERVISED, SELF_ADAPTIVE)
RECIPES: Final[Mapping[str, AnyRecipe]] = {recipe.name: recipe for recipe in _ALL}


def recipe_named(name: str) -> AnyRecipe:
    """The recipe of a name.

    Raises:
        InputError: there is none; the nearest is named.
    """
    if name not in RECIPES:
        hint = f"{did_you_mean(name, RECIPES, '')} there are: {', '.join(RECIPES)}".strip()
        refuse(f"no recipe {name!r}; {hint}", field="recipe")
    return RECIPES[name]
