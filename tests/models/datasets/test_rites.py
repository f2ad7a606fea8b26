"""Whose part at a wedding a piece says it is for."""

from __future__ import annotations

import pytest

from models.compatibility.conflicts import Conflicts
from models.datasets.labels import piece_labels


@pytest.mark.parametrize(
    ("category", "title", "rite"),
    [
        ("Shoes", "Bridal Satin Sandals", "bride"),
        ("Wedding Dresses", "A-line Gown", "bride"),
        ("Veils", "Fingertip Veil", "bride"),
        ("Niqabs", "Face Veil", None),
        ("Dresses", "Chiffon Bridesmaid Dresses", "bridesmaid"),
        ("Bridal Lingerie", "Bridesmaid Robe", "bridesmaid"),
        ("Mother of the Bride", "Lace Midi Dress", "wedding guest"),
        ("Hats", "Feather Fascinator with Veil", None),
        ("Waistcoats", "Groomsmen Waistcoat", "groom"),
        ("Leggings", "Best Men's Legging", None),
        ("Communion", "Girls' Dress", "communion"),
        ("Kleider", "Brautkleid aus Spitze", "bride"),
        ("Dresses", "Sequin Gown", None),
        ("School Shoes", "Plimsolls", "school"),
        ("Ties", "School Tie Navy", "school"),
        ("Bags", "Backpack for work and school", None),
        ("Tops", "Old School Tee", None),
        ("Maternity", "Over Bump Jeans", "maternity"),
        ("Tops", "Nursing Top", "maternity"),
        ("Shoes", "White Nursing Shoes", "healthcare"),
    ],
)
def test_it_is_read_from_the_title_and_then_from_categories(category: str, title: str, rite: str | None) -> None:
    """A text that names two says nothing."""
    assert piece_labels({"category": category, "title": title}).rite == rite


def test_two_parts_share_no_outfit_unless_outfits_do() -> None:
    """But a guest may wear a groom's."""
    assert Conflicts().between("bride", "wedding guest")
    assert not Conflicts().between("groom", "wedding guest")
    assert not Conflicts().between("bride", None)
    assert not Conflicts.fit([["bride", "bridesmaid"]] * 20).between("bride", "bridesmaid")
