"""What settings say of recipes, checked when they are read, and not by the first training, which may come weeks later."""

from __future__ import annotations

import json
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

from models.errors import InputError

_RECIPE: Final = "ATTIRE_WORKER__RECIPE"
_TRAINING: Final = "ATTIRE_WORKER__TRAINING"


def _named(name: str) -> str:
    from models.recipes.registry import recipe_named  # noqa: PLC0415 - for whom it concerns

    try:
        return recipe_named(name).name
    except InputError as error:
        raise InputError(error.problem, field=_RECIPE) from error


def _as_text(given: Any) -> Any:  # noqa: ANN401 - JSON
    """Values as `--set` of `attire train` takes them.

    >>> _as_text({"epochs": 2, "masks": "1", "weights": None, "whole": True})
    {'epochs': '2', 'masks': '1', 'weights': 'none', 'whole': 'true'}
    """
    if not isinstance(given, dict):
        return given
    spelled = {name: value if isinstance(value, str) else json.dumps(value) for name, value in given.items()}
    return {name: "none" if text == "null" else text for name, text in spelled.items()}


def _of_some_recipe(settings: dict[str, str]) -> dict[str, str]:
    """Settings that a recipe has, with values that it takes; which recipe trains, the release tells that serves then."""
    from models.recipes.registry import RECIPES  # noqa: PLC0415 - likewise
    from models.training.settings import configure  # noqa: PLC0415

    names = {name for recipe in RECIPES.values() for name in recipe.default.__dataclass_fields__}
    for name, text in settings.items():
        if name not in names:
            msg = f"no recipe has such a setting; there are: {', '.join(sorted(names))}"
            raise InputError(msg, field=f"{_TRAINING}[{name!r}]")
        refused = []
        for recipe in RECIPES.values():
            try:
                configure(recipe.default, {name: text})
            except InputError as error:
                refused.append(error)
        if len(refused) == len(RECIPES):
            why = next((one for one in refused if not one.problem.startswith("the recipe has no")), refused[0])
            msg = f"{why.problem}; see docs/train.md"
            raise InputError(msg, field=f"{_TRAINING}[{name!r}]")
    return settings


RecipeName = Annotated[str, AfterValidator(_named)]
Training = Annotated[dict[str, str], BeforeValidator(_as_text), AfterValidator(_of_some_recipe)]
