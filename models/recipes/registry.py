"""All recipes, by name."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Final

from models.errors import did_you_mean, refuse
from models.recipes.attire.config import ATTIRE
from models.recipes.base import AnyRecipe, Recipe
from models.recipes.outfit_vector.config import OUTFIT_VECTOR
from models.recipes.pairwise.config import SELF_ADAPTIVE, SEMI_SUPERVISED
from models.recipes.personal.config import PERSONAL
from models.recipes.weak_labels.config import WEAK_LABELS

_ALL: Final[tuple[AnyRecipe, ...]] = (ATTIRE, WEAK_LABELS, OUTFIT_VECTOR, PERSONAL, SEMI_SUPERVISED, SELF_ADAPTIVE)
RECIPES: Final[Mapping[str, AnyRecipe]] = {recipe.name: recipe for recipe in _ALL}


OUTSIDE: Final = "attire.recipes"
"""The group of entry points by which an installed package has recipes of its own."""


def recipe_named(name: str) -> AnyRecipe:
    """The recipe of a name, of this package or another's.

    Raises:
        InputError: there is none, and the nearest is named; or another package's cannot be used.
    """
    if name in RECIPES:
        return RECIPES[name]
    outside = {point.name: point for point in entry_points(group=OUTSIDE)}
    if name not in outside:
        names = [*RECIPES, *outside]
        hint = f"{did_you_mean(name, names, '')} there are: {', '.join(names)}".strip()
        refuse(f"no recipe {name!r}; {hint}", field="recipe")
    try:
        found = outside[name].load()
    except (ImportError, AttributeError) as error:
        refuse(f"recipe {name!r} is {outside[name].value}, which cannot be imported: {error}", field="recipe")
    if not isinstance(found, Recipe) or found.name != name:
        refuse(f"recipe {name!r} is {outside[name].value}, which is no Recipe of that name", field="recipe")
    return found
