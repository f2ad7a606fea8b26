"""Which slots are missing where there are no outfits to learn from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app


def _shop(root: Path, categories: list[str]) -> Settings:
    rng, data = np.random.default_rng(0), root / "data"
    data.mkdir()
    names = [(category, number) for category in categories for number in range(3)]
    items = [
        {"id": f"{name}-{number}", "category": name, "title": f"Modell {number}", "features": rng.normal(size=8).tolist()}
        for name, number in names
    ]
    (data / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    import_catalogue(data, ReleaseStore(root / "home"), default_encoder="shipped")
    return Settings(home=root / "home")


@pytest.mark.parametrize(
    ("worn", "trousers", "shoes", "others"),
    [
        ("Hemden", "Hosen", "Schuhe", ["Kleider", "Taschen"]),
        ("Chemisiers", "Pantalons", "Chaussures", ["Sacs"]),
        ("Camisas", "Pantalones", "Zapatos", ["Bolsos"]),
        ("Camicie", "Pantaloni", "Scarpe", ["Borse"]),
        ("Overhemden", "Broeken", "Schoenen", ["Handtassen"]),
    ],
)
def test_usual_slots_are_told_by_the_words_of_a_language(tmp_path: Path, worn: str, trousers: str, shoes: str, others: list[str]) -> None:
    """A shirt lacks trousers and shoes, and looks have both."""
    with TestClient(create_app(_shop(tmp_path, [worn, trousers, shoes, *others]))) as client:
        answer = client.post("/complete-outfit", json={"items": [f"{worn}-0"], "looks": 2}).json()
    assert answer["complete"] is False
    assert {trousers, shoes} <= {slot["category"] for slot in answer["slots"]}
    assert len(answer["looks"]) == 2


def test_what_no_word_tells_of_is_not_complete_and_the_answer_says_what_to_do(tmp_path: Path) -> None:
    """Why there are no slots, and no looks where some are asked for; named slots are filled as ever."""
    with TestClient(create_app(_shop(tmp_path, ["Mekot", "Kengät"]))) as client:
        plain, looks, dry, named, wished = (
            client.post("/complete-outfit", json={"items": ["Mekot-0"], **more}).json()
            for more in ({}, {"looks": 2}, {"dry_run": True}, {"slots": ["Kengät"], "looks": 1}, {"text": "Kengät"})
        )
    for answer in (plain, looks, dry):
        assert (answer["complete"], answer["slots"], answer["looks"]) == (False, [], [])
        assert "name `slots`, or import outfits" in answer["why_not"]
    assert looks["no_looks"] == looks["why_not"]
    assert plain.get("no_looks") is None
    assert len(named["slots"][0]["items"]) == 3
    assert "name `slots`" not in named["why_not"]
    assert [slot["category"] for slot in wished["slots"]] == ["Kengät"]
    assert "name `slots`" not in json.dumps(wished)
