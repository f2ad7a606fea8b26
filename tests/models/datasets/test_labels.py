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
        ("Beauty > Body", "Body belt massager", "not worn"),
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


@pytest.mark.parametrize(
    ("category", "title", "worn"),
    [
        ("Sarees", "Banarasi saree with blouse piece", ("full-body", "full-body")),
        ("Sarees", "Brocade saree blouse", ("top", "sari-blouse")),
        ("Sarees", "Saree petticoat", ("innerwear", "petticoat")),
        ("Cholis", "Mirror work choli", ("top", "choli")),
        ("Lehengas", "Banarasi lehenga skirt", ("bottom", "lehenga-skirt")),
        ("Lehengas", "Lehenga skirt with choli", ("full-body", "full-body")),
        ("Kurtas", "Men's kurta pyjama", ("full-body", "full-body")),
        ("Kurtas", "Straight kurta with palazzo & dupatta", ("full-body", "full-body")),
        ("Kurtas", "Straight kurta", ("top", "top")),
        ("Kurtas & Sets", "Straight kurta", ("top", "top")),
        ("Bandhgalas", "Jodhpuri suit", ("full-body", "full-body")),
        ("Hijabs", "Jersey hijab", ("headwear", "hijab")),
        ("Under Dresses", "Inner maxi dress", ("full-body", "underdress")),
        ("Thobes", "Men's bisht", ("outer", "outer")),
        ("Burkinis", "Full cover, 3 piece", ("swimwear", "swimwear")),
        ("Veils", "Cathedral veil", ("headwear", "veil")),
        ("Fascinators", "Pillbox fascinator with veil", ("headwear", "headwear")),
        ("Bridal Cover Ups", "Pashmina wrap", ("outer", "outer")),
        ("Mother of the bride", "Dress and jacket", ("full-body", "full-body")),
        ("Footwear", "Leather khuff socks", ("hosiery", "hosiery")),
        ("Footwear", "Sock boots", ("footwear", "footwear")),
        ("Bikini Bottoms", "Fold over briefs", ("swimwear", "bikini-bottom")),
        ("Bikini Bottoms", "Fold over bikini briefs", ("swimwear", "bikini-bottom")),
        ("Bikini Tops", "Bandeau", ("swimwear", "bikini-top")),
        ("Tankinis", "Tankini top", ("swimwear", "bikini-top")),
        ("Pyjamas", "Pyjama bottoms", ("sleepwear", "pyjama-bottom")),
        ("Pyjamas", "Pyjama top and shorts", ("sleepwear", "sleepwear")),
        ("Nightwear", "Slippers", ("footwear", "slippers")),
        ("Baby Sets", "Shirt and shorts set", ("full-body", "full-body")),
        ("Baby Sets", "3 piece knitted set with hat", ("full-body", "full-body")),
        ("Baby Accessories", "Hat and mittens set", ("gloves", "gloves")),
        ("School Uniform", "School pinafore", ("full-body", "full-body")),
    ],
)
def test_parts_of_an_outfit_of_their_own_are_no_ordinary_pieces(category: str, title: str, worn: tuple[str, str]) -> None:
    """Wherever they are filed; and what is sold as a set is a whole outfit."""
    labels = piece_labels({"category": category, "title": title})
    assert (labels.role, labels.part) == worn


def test_the_blouses_of_a_shop_of_saris_are_worn_with_them() -> None:
    """Elsewhere they are tops."""
    blouse = {"category": "Blouses", "title": "Embroidered velvet"}
    assert [piece_labels(blouse, saris=saris).part for saris in (True, False)] == ["sari-blouse", "top"]


def test_of_two_traditions_the_title_tells() -> None:
    """What is filed among others' is its own."""
    assert piece_labels({"category": "Mens Shalwar", "title": "Thobe with pockets"}).occasion == "Arab dress"


@pytest.mark.parametrize(
    ("title", "place"),
    [("Cord pinafore dress", "pinafore"), ("Dungarees", "pinafore"), ("Tea dress", "full-body"), ("Top and skirt set", "outfit")],
)
def test_under_a_pinafore_a_top_is_worn_and_a_set_takes_the_place_of_both(title: str, place: str) -> None:
    """Whatever category they are in."""
    assert piece_labels({"category": "Girls", "title": title}).place == place
