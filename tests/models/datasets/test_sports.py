"""The sport that a piece says it is for."""

from __future__ import annotations

import pytest

from models.datasets.labels import piece_labels
from models.datasets.sports import sport_label


@pytest.mark.parametrize(
    ("texts", "role", "sport"),
    [
        ("Tops; Men's Run Tee", "top", "running"),
        ("Jerseys; Football Jersey Home 26/27", "top", "football"),
        ("Schuhe; Laufschuhe Herren", "footwear", "running"),
        ("Hosen; Radhose mit Polster", "bottom", "cycling"),
        ("Ski & Snowboard; Snowboard boots", "footwear", "snowboarding"),
        ("Swimwear; Racerback one-piece", "swimwear", "swimming"),
        ("Goggles; Ski goggles", "eyewear", "skiing"),
        ("Tops; Gym training tee", "top", None),
        ("Skirts; Skirt with frills", "bottom", None),
        ("Running; Cycling socks", "hosiery", "running"),
        ("Rings; Tennis bracelet", "jewellery", None),
        ("Ties; Tie with golf clubs", "tie", None),
        ("Caps; Baseball cap", "headwear", None),
        ("Dance Shoes; Tap shoes", "footwear", "dance"),
        ("Casual Shoes; Blue Dance casual shoes", "footwear", None),
    ],
)
def test_it_is_read_from_categories_and_then_from_the_title(texts: str, role: str, sport: str | None) -> None:
    """A text that names two says nothing, training is of any sport, and jewellery and ties of none."""
    category, title = texts.split("; ")
    assert sport_label({}, [category], title, role) == sport


def test_an_attribute_goes_before_and_a_path_is_read_too() -> None:
    """Whatever the title says."""
    assert sport_label({"Sport": ["Tennis"]}, ["Shoes"], "Running shoes", "footwear") == "tennis"
    item = {"category": "Tops", "title": "Singlet", "category_path": "Running > Tops", "attributes": None}
    assert piece_labels(item).sport == "running"


def test_trousers_to_hike_in_are_not_smart() -> None:
    """Though trousers are."""
    said = [piece_labels({"category": "Trousers", "title": title}).occasion for title in ("Zip-off hiking trousers", "Pleated trousers")]
    assert said == ["casual", "smart"]
