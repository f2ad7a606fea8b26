"""Settings: text in, checked values out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import pytest
from pydantic import NonNegativeInt, PositiveFloat, PositiveInt

from models.errors import InputError
from models.recipes.attire.config import AttireConfig
from models.recipes.registry import RECIPES
from models.training.settings import Share, configure


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """A field of every kind."""

    count: PositiveInt = 1
    share: Share = 0.5
    shuffled: bool = False
    name: str = "resnet50"
    loss: Literal["words", "clip"] = "words"
    layers: tuple[PositiveInt, ...] = (1, 1)
    fields: tuple[str, ...] = ("title",)
    minutes: PositiveFloat | None = None
    least: NonNegativeInt | None = 3


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("count", "8", 8),
        ("share", " 1e-1", 0.1),
        ("shuffled", "true", True),
        ("shuffled", "0", False),
        ("name", "none", "none"),
        ("loss", "clip", "clip"),
        ("layers", "3,4,6,3", (3, 4, 6, 3)),
        ("layers", "(2, 2)", (2, 2)),
        ("layers", "5", (5,)),
        ("fields", "title, category", ("title", "category")),
        ("fields", "", ()),
        ("minutes", "2.5", 2.5),
        ("minutes", "none", None),
        ("least", "None", None),
    ],
)
def test_text_is_read_as_its_fields_type(name: str, text: str, value: object) -> None:
    """Numbers, truth, words, tuples, and nothing."""
    assert getattr(configure(Config(), {name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("count", "0", "'0': input should be greater than 0"),
        ("share", "1.5", "less than or equal to 1"),
        ("share", "nan", "finite number"),
        ("shuffled", "perhaps", "valid boolean"),
        ("loss", "triplet", "'words' or 'clip'"),
        ("layers", "1,two", "valid integer"),
        ("minutes", "inf", "finite number"),
        ("shufled", "1", "did you mean 'shuffled'?"),
        ("zzz", "1", "there are: count, share, "),
    ],
)
def test_what_a_field_cannot_be_is_refused_by_its_name(name: str, text: str, message: str) -> None:
    """In one line, with the value."""
    with pytest.raises(InputError) as caught:
        configure(Config(), {name: text})
    assert message in str(caught.value)
    assert caught.value.field == name
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"heads": "3"}, "heads"),
        ({"embedding_size": "30", "heads": "4"}, "heads"),
        ({"batch_size": "0"}, "batch_size"),
        ({"epochs": "-1"}, "epochs"),
        ({"epochs": "many"}, "epochs"),
        ({"epochs": "1.5"}, "epochs"),
        ({"candidates": "0"}, "candidates"),
        ({"learning_rate": "nan"}, "learning_rate"),
        ({"dropout": "1"}, "dropout"),
        ({"dropout": ""}, "dropout"),
    ],
)
def test_what_the_flagship_cannot_use_is_refused(settings: dict[str, str], field: str) -> None:
    """Before any work, by the field."""
    with pytest.raises(InputError) as caught:
        configure(AttireConfig(), settings)
    assert caught.value.field == field


def test_other_fields_stay_as_they_were() -> None:
    """Only what is named changes."""
    config = configure(AttireConfig(), {"epochs": "3", "dropout": "0"})
    assert (config.epochs, config.dropout, config.hidden) == (3, 0.0, AttireConfig().hidden)


@pytest.mark.parametrize("name", RECIPES)
def test_every_default_can_be_written_on_the_command_line(name: str) -> None:
    """And means the same."""
    default = RECIPES[name].default
    spelled = {field.name: str(getattr(default, field.name)) for field in fields(default)}
    assert configure(default, spelled) == default
