"""What an item is worn as, by the path of its categories."""

from __future__ import annotations

import pytest

from models.datasets.labels import piece_labels


@pytest.mark.parametrize(
    ("path", "title", "role"),
    [
        ("Women > Clothing > Dresses > Maxi", "Anna black", "full-body"),
        ("Women > Clothing > Dresses > Maxi", "Anna denim shirt", "full-body"),
        ("Women > Trousers & Skirts > Pencil", "Anna skirt", "bottom"),
        ("Men > Jackets > Accessories", "Leather belt", "belt"),
        ("Men > Shoes > Sale", "Anna", "footwear"),
        ("Shoes > Shoe care > Sprays", "Anna", "not worn"),
        ("Home > Women > Maxi", "Anna", None),
        ("Home > Women > Maxi", "Anna dress", "full-body"),
    ],
)
def test_a_category_without_a_garments_name_is_what_is_above_it(path: str, title: str, role: str | None) -> None:
    """Before what titles say, but of a category that holds anything."""
    item = {"category": path.rpartition(" > ")[2], "title": title, "category_path": path}
    assert piece_labels(item).role == role
