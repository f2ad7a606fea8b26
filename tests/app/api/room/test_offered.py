"""What a catalogue offers to who fills in a rule is called as people say it; the values are the catalogue's."""

from __future__ import annotations

import json
import re
from pathlib import Path

from app.api.room.offered import offered
from app.catalogue.importing import import_catalogue
from app.home.store import ReleaseStore
from app.release.release import Release
from app.rules.said import kind

WORDS = Path("app/web/static/words.js")


def test_each_value_is_offered_once_by_what_it_is_called(tmp_path: Path) -> None:
    """A label that a word for people means is not offered beside it, nor a season in the shop's spelling or as an attribute."""
    worn: list[dict[str, str]] = [
        {"BaseColour": "Red", "gender": "women", "season": "Summer"},
        {"gender": "unisex", "age_group": "adult", "season": "Mid-Season"},
    ]
    lines = [
        {"id": str(at), "category": category, "features": [1.0, float(at)], "attributes": worn[at % 2]}
        for at, category in enumerate(["all-body", "tops", "all-body", "tops"])
    ]
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    store = ReleaseStore(tmp_path / "home")
    there = offered(Release.open(store, import_catalogue(tmp_path, store, default_encoder="shipped").release))
    assert {name: choice.boxes for name, choice in there.fields.items()} == {
        "category": {"all-body": "Dresses & all-in-ones", "tops": "Tops"},
        "brand": {},
        "audience": {"men+women adult": "Unisex adults", "women": "Women"},
        "season": {"Mid-Season": "Mid-Season", "summer": "Summer"},
    }
    assert ([*there.attributes], there.others) == (["BaseColour", "age_group", "gender"], ["season"])


def test_categories_are_called_as_shoppers_see_them() -> None:
    """By the same words as in the storefront."""
    (kinds,) = re.findall(r"const KINDS = \{ (.*) \};", WORDS.read_text())
    named = re.findall(r'"?([\w-]+)"?: "([^"]+)"', kinds)
    assert named
    assert [kind(name) for name, _ in named] == [said for _, said in named]
