"""Checks the request for a training without torch, which takes seconds to import."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.errors import refuse
from models.manifest import refuse_taken
from models.outputs import check_output_directory
from models.recipes.base import AnyRecipe
from models.recipes.registry import RECIPES, recipe_named
from models.training.fields import Reading
from models.training.settings import configure


def asked(recipe: str, out: Path, settings: Mapping[str, str], encoder: str | None, *, together: bool = False) -> tuple[AnyRecipe, Any]:
    """The recipe of a name and its configuration; ``models.recipes.train.train`` calls it first.

    Args:
        together: whether several workers are to train it.

    Raises:
        InputError: no such recipe or setting, one that workers cannot train, an encoder beside a recipe that trains its own, or ``out``
            cannot be written.
        BundleError: something other than a bundle is at ``out``.
    """
    chosen = recipe_named(recipe)
    config = configure(chosen.default, settings)
    if together and not chosen.together:
        others = ", ".join(name for name, other in RECIPES.items() if other.together)
        refuse(f"recipe {recipe} trains in one process; workers train {others}", field="--on")
    if encoder is not None and (chosen.trains_encoder or (isinstance(config, Reading) and config.mode == "pixels")):
        msg = f"recipe {recipe} trains an encoder of its own and would not read {encoder!r}; leave --encoder out (--set backbone=… chooses)"
        refuse(msg, field="--encoder")
    refuse_taken(out)
    check_output_directory(out, "--out")
    return chosen, config
