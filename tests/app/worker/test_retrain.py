"""How long a retraining takes."""

from __future__ import annotations

import pytest

from app.worker.retrain import long_enough
from models.recipes.attire.config import AttireConfig
from models.recipes.registry import RECIPES


def test_few_outfits_make_as_many_steps_as_it_takes() -> None:
    """More epochs of fewer steps, and patience for as many."""
    config = long_enough(AttireConfig(batch_size=64, epochs=12, patience=5), 1_095)
    assert 1_500 <= config.epochs * 18 < 1_600
    assert config.patience / config.epochs == pytest.approx(5 / 12, abs=0.01)


def test_many_outfits_take_the_epochs_of_the_recipe() -> None:
    """They make steps enough."""
    config = AttireConfig(batch_size=64, epochs=12)
    assert long_enough(config, 50_000) == config


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_recipe_can_be_asked(name: str) -> None:
    """One without epochs or patience stays as it is."""
    config = RECIPES[name].default
    assert type(long_enough(config, 100)) is type(config)
