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


@pytest.mark.parametrize(
    ("category", "title", "worn"),
    [
        ("Suits", "Prince of Wales check", ("full-body", "suit")),
        ("Tuxedos", "Midnight tuxedo peak lapel", ("full-body", "suit")),
        ("Men", "Navy two-piece suit with waistcoat", ("full-body", "suit")),
        ("Anzüge", "Leinenanzug Hugo", ("full-body", "suit")),
        ("Suits", "Jacket and trousers, navy", ("full-body", "suit")),
        ("Tuxedos", "White dinner jacket shawl collar", ("outer", "blazer")),
        ("Suits", "Morning coat", ("outer", "blazer")),
        ("Suits", "Suit trousers", ("bottom", "bottom")),
        ("Jackets", "Harris tweed jacket", ("outer", "blazer")),
        ("Jackets", "Rain jacket", ("outer", "outer")),
        ("Dresses", "Tuxedo dress", ("full-body", "full-body")),
        ("Suits", "Salwar suit", ("full-body", "full-body")),
        ("Kids", "Ski suit", ("full-body", "full-body")),
        ("Women", "Jump suit", ("full-body", "full-body")),
    ],
)
def test_a_suit_takes_the_place_of_jacket_and_trousers(category: str, title: str, worn: tuple[str, str]) -> None:
    """And a jacket or trousers that are filed under suits are what their titles say."""
    labels = piece_labels({"category": category, "title": title})
    assert (labels.role, labels.place) == worn
