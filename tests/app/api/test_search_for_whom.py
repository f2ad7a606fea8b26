"""GET /items?q=: whom one shops for, what for, and words that hold many kinds."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

ITEMS = {
    "army": ("Sunglasses", "Unisex Army Brown Sunglasses"),
    "dawson": ("Tshirts", "Men Dawson Red T-shirt"),
    "girl": ("Dresses", "Girls Printed Dress"),
    "boy8": ("Tshirts", "Boys Blue T-shirt"),
    "boy3": ("Tshirts", "Boys Green T-shirt"),
    "baby": ("Rompers", "Infant Romper"),
    "shirt": ("Shirts", "Men White Shirt"),
    "wshirt": ("Shirts", "Women White Shirt"),
    "blazer": ("Blazers", "Men Grey Blazer"),
    "tie": ("Ties", "Men Black Tie"),
    "sari": ("Sarees", "Women Wedding Collection Sari"),
    "dress": ("Dresses", "Women Red Dress"),
    "kurta": ("Kurtas", "Men Blue Kurta"),
    "track": ("Track Pants", "Men Black Track Pants"),
    "sneaker": ("Sports Shoes", "Men Running Shoes"),
    "cap": ("Caps", "Men Navy Cap"),
    "brief": ("Briefs", "Men White Briefs"),
    "trunk": ("Trunk", "Men Blue Boxer Trunks"),
    "bra": ("Bra", "Women Bra"),
    "night": ("Night suits", "Women Pyjama Set"),
    "swim": ("Swimwear", "Women Black Swimsuit"),
    "sunset": ("Tops", "Women Sunset Beach Top"),
    "wear": ("Watches", "Women Evening Wear Watch"),
}
SIZES = {"boy8": ["8-9 Years", "10-11 Years"], "boy3": ["2-3 Years", "3-4 Years"]}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Items that say in titles for whom they are; the encoder reads."""
    root = tmp_path_factory.mktemp("whom")
    items = [
        {"id": one, "category": category, "title": title, "sizes": [{"size": size, "in_stock": True} for size in SIZES.get(one, [])]}
        for one, (category, title) in ITEMS.items()
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    import_catalogue(root / "items.jsonl", ReleaseStore(root / "home"), encoder="shipped", default_encoder="shipped")
    with TestClient(create_app(Settings(home=root / "home")), base_url="http://127.0.0.1", client=("127.0.0.1", 5000)) as opened:
        yield opened


def found(client: TestClient, q: str) -> list[str]:
    """Ids of what words find, as the storefront asks."""
    return [item["id"] for item in client.get("/items", params={"q": q, "limit": 100, "mixed": True}).json()["items"]]


BOYS, GIRLS = {"boy8", "boy3", "baby"}, {"girl", "baby"}
WOMEN = {"wshirt", "sari", "dress", "bra", "night", "swim", "sunset", "wear", "army"}


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        *(
            (words, GIRLS)
            for words in ("for my daughter", "gift for my niece", "für meine Tochter", "para mi hija", "娘に", "لابنتي", "kızım için")
        ),
        *((words, BOYS) for words in ("for son", "for my son", "pour mon fils", "oğlum için", "per mio figlio")),
        *((words, WOMEN) for words in ("gift for my wife", "Geschenk für meine Frau", "regalo para mi madre", "cadeau pour ma mère")),
        ("for my 8 year old son", {"boy8"}),
        ("for my son aged 3", {"boy3", "baby"}),
        ("pour mon fils de 8 ans", {"boy8"}),
        ("t-shirt for my 20 year old son", {"dawson"}),
        ("mens underwear", {"brief", "trunk"}),
        ("mens inner wear", {"brief", "trunk"}),
        ("lingerie for women", {"bra"}),
        ("night wear", {"night"}),
        ("ethnic wear for men", {"kurta"}),
        ("womens wear", WOMEN - {"wear", "army"}),
    ],
)
def test_people_and_kinds_are_found(shop: TestClient, words: str, ids: set[str]) -> None:
    """By what they are to one, by their age, in any language; what is for nobody else comes first."""
    assert {*found(shop, words)} - {"army"} == ids - {"army"}


@pytest.mark.parametrize("words", ["baby", "baby clothes", "for my newborn", "gift for a 6 month old"])
def test_what_is_for_nobody_else_comes_first(shop: TestClient, words: str) -> None:
    """A romper before what is for girls and boys of any age."""
    assert found(shop, words)[0] == "baby"


@pytest.mark.parametrize(
    ("words", "first", "never"),
    [
        ("office wear for men", {"shirt", "blazer"}, {"track", "cap", "brief", "dawson"}),
        ("interview", {"shirt", "wshirt", "blazer"}, {"track", "sari", "swim", "dawson"}),
        ("Büro", {"shirt", "wshirt", "blazer"}, {"track", "swim"}),
        ("something for a party", {"dress", "sari", "shirt", "wshirt", "blazer", "sunset"}, {"track", "cap", "brief"}),
        ("something red for a party", {"dress"}, {"sneaker"}),
        ("for a wedding", {"sari"}, {"track", "cap", "sneaker", "night"}),
        ("Diwali", {"kurta", "sari", "dress"}, {"track", "cap"}),
        ("something for the gym", {"track", "sneaker", "dawson"}, {"shirt", "sari", "tie", "blazer"}),
        ("for the beach", {"swim"}, {"blazer", "tie", "brief"}),
    ],
)
def test_what_is_worn_for_an_occasion_comes_first(shop: TestClient, words: str, first: set[str], never: set[str]) -> None:
    """Clothes before what is worn with them; what contradicts it is left out, and what is for children comes last."""
    ids = found(shop, words)
    assert ids[0] in first
    assert {*ids[: len(first & {*ids})]} <= first
    assert never.isdisjoint(ids)
