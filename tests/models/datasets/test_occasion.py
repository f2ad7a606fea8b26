"""What a piece is for, as attributes, categories, paths and titles say."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from models.compatibility.conflicts import Conflicts
from models.datasets.labels import LABEL_COLUMNS, labels_of
from models.datasets.occasion import DRESS, SNOW, SPORT, occasion_label


@pytest.mark.parametrize(
    ("texts", "role", "said"),
    [
        ("Suit Jackets", "outer", DRESS),
        ("Tracksuits", "full-body", SPORT),
        ("Track suit", "full-body", SPORT),
        ("Swim suit", "full-body", None),
        ("Snow suits", "full-body", SNOW),
        ("Ski Pants", "bottom", SNOW),
        ("Football Boots", "footwear", SPORT),
        ("Sports coats", "outer", None),
        ("Sports Bras", "top", SPORT),
        ("Sports Watches", "watch", None),
        ("Ties", "tie", DRESS),
        ("Tops; Tie-front blouse", "top", None),
        ("Shoes; Black Oxfords", "footwear", DRESS),
        ("Shoes; Laufschuhe Damen", "footwear", SPORT),
        ("Sports & Formal", "footwear", None),
        ("Blazer; Running late blazer", "outer", DRESS),
        ("T-shirts; Plain tee", "top", None),
    ],
)
def test_words_say_it(texts: str, role: str, said: str | None) -> None:
    """Of its category first; words of two occasions say none."""
    category, *title = texts.split("; ")
    assert occasion_label({}, [category], *(title or [None]), role) == said


def test_an_attribute_goes_before_words_and_a_path_before_the_title() -> None:
    """Leggings of a path of sports; the last step that says anything counts."""
    paths = ["Sports > Women > Training > Leggings", "Sports > Ski > Men > Leggings", "Women > Leggings", None]
    columns: dict[str, list[str | None]] = {name: [None] * 4 for name in [*LABEL_COLUMNS, "group_id"]}
    columns["category"] = ["Leggings"] * 4
    columns["attributes"] = [None, None, '{"Usage": ["Formal"]}', '{"color": "Sports"}']
    columns["extras"] = [path and json.dumps({"qty": "1", "category_path": path}, separators=(",", ":")) for path in paths]
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    assert [labels.occasion for labels in labels_of(table, ["Leggings"])] == [SPORT, SNOW, DRESS, None]


def test_what_shares_no_outfit_is_known_before_there_are_any_and_learned_from_them() -> None:
    """Dress with sport or snow; a shop of tracksuit bottoms with blazers says otherwise."""
    assert [Conflicts().between(DRESS, other) for other in (SPORT, SNOW, None)] == [True, True, False]
    assert not Conflicts().between(SPORT, SNOW)
    assert not Conflicts.fit([[DRESS, SPORT], [DRESS, DRESS], [SPORT, SPORT]] * 20).between(DRESS, SPORT)
