"""Recipes by name, of this package and of others."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import InputError
from models.recipes.registry import RECIPES, recipe_named

MODULE = """
from dataclasses import dataclass

from models.recipes.base import Recipe
from models.training.fields import Schedule

RECIPE = Recipe(name="mine", default=Schedule(epochs=7), training="mine:fit")
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with recipes of its own, one of them good."""
    (tmp_path / "my_own_recipes.py").write_text(MODULE)
    about = tmp_path / "my_own_recipes-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Name: my_own_recipes\nVersion: 1\n")
    points = "mine = my_own_recipes:RECIPE\nother = my_own_recipes:RECIPE\nlost = my_own_recipes:NONE\ngone = nowhere_at_all:RECIPE\n"
    (about / "entry_points.txt").write_text(f"[attire.recipes]\n{points}")
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("installed")
def test_an_installed_package_may_have_recipes() -> None:
    """By its entry points, without a line here; its own are found first."""
    assert recipe_named("mine").default.epochs == 7
    assert recipe_named("attire") is RECIPES["attire"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("other", "is my_own_recipes:RECIPE, which is no Recipe of that name"),
        ("lost", "which cannot be imported"),
        ("gone", "which cannot be imported: No module named 'nowhere_at_all'"),
        ("mime", "did you mean 'mine'"),
    ],
)
def test_one_that_cannot_be_used_is_refused(name: str, problem: str) -> None:
    """By its name and where it is."""
    with pytest.raises(InputError, match=problem):
        recipe_named(name)
