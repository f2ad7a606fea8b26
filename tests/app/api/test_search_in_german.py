"""GET /items?q= of a German family shop: compounds, sizes as they are written, categories of two kinds."""

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
    "k1": ("Kleider & Röcke", "Kleid Ida", "Mädchen", "Rot", "116", "Baumwolle"),
    "k2": ("Kleider & Röcke", "Tüllrock Ida", "Mädchen", "Rosa", "116", "Polyester"),
    "t1": ("Taufmode", "Taufkleid Leo", "Baby", "Weiß", "62/68", "Seide"),
    "p1": ("Pullover & Strickjacken", "Strickjacke Mila", "Mädchen", "Blau", "116", "Merinowolle"),
    "p2": ("Pullover & Strickjacken", "Baby-Pullover Nele", "Baby", "Gelb", "74/80", "Baumwolle"),
    "p3": ("Pullover & Strickjacken", "Pullover Ben", "Jungen", "Grau", "128", "Wollwalk"),
    "m1": ("Regenbekleidung", "Matschhose Finn", "Kinder", "Blau", "98", "Polyester"),
    "m2": ("Regenbekleidung", "Matschhose Emil", "Kinder", "Rot", "110", "Polyester"),
    "j1": ("Hosen & Jeans", "Jeans Klara", "Damen", "Blau", "38", "Baumwolle"),
    "j2": ("Hosen & Jeans", "Stoffhose Klara", "Damen", "Blau", "38", "Baumwolle"),
    "j3": ("Hosen & Jeans", "Jeans Max", "Herren", "Blau", "50", "Baumwolle"),
    "s1": ("Schuhe", "Pumps Marie", "Damen", "Schwarz", "39", "Leder"),
    "s2": ("Schuhe", "Gummistiefel Mila", "Kinder", "Gelb", "24", "Gummi"),
    "s3": ("Schuhe", "Sneaker Klara", "Damen", "Schwarz", "39", "Kunstleder"),
    "n1": ("Schlafanzüge & Schlafsäcke", "Schlafanzug Juna", "Baby", "Grün", "74/80", "Baumwolle"),
    "n2": ("Nachtwäsche", "Schlafanzug Theo", "Kinder", "Grün", "104", "Baumwolle"),
    "b1": ("Bodys", "Body langarm Juna", "Baby", "Weiß", "62/68", "Baumwolle"),
    "h1": ("Hemden & Shirts", "Trachtenhemd Leo", "Herren", "Blau", "L", "Leinen"),
    "h2": ("Hemden & Shirts", "T-Shirt Leo", "Herren", "Blau", "L", "Baumwolle"),
    "a1": ("Mützen & Handschuhe", "Mütze Anton", "Kinder", "Blau", "50/52", "Wolle"),
    "a2": ("Mützen & Handschuhe", "Fäustlinge Anton", "Kinder", "Blau", None, "Wolle"),
    "x1": ("Socken & Strumpfhosen", "Kindersocken Tom", "Kinder", "Grau", "27/30", "Baumwolle"),
    "x2": ("Socken & Strumpfhosen", "Kinderstrumpfhose Tom", "Kinder", "Grau", "110/116", "Baumwolle"),
}


@pytest.fixture(scope="module")
def laden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The shop; its encoder reads no words."""
    root = tmp_path_factory.mktemp("laden")
    items = [
        {
            "id": f"10098.{item}", "category": category, "title": title, "price": 20.0 + at, "features": [1.0, float(at)],
            "attributes": {"gender": gender, "color": colour, "material": material} | ({"size": size} if size else {}),
        }
        for at, (item, (category, title, gender, colour, size, material)) in enumerate(ITEMS.items())
    ]  # fmt: skip
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    with TestClient(create_app(Settings(home=root / "home"))) as opened:
        yield opened


def found(client: TestClient, q: str, **more: str) -> str:
    """What words find, without what all ids begin with."""
    return " ".join(
        sorted(item["id"].partition(".")[2] for item in client.get("/items", params={"q": q, "limit": 100, **more}).json()["items"])
    )


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("Matschhose blau 98", "m1"),
        ("Matschhose 110", "m2"),
        ("Kleid 116", "k1"),
        ("Gummistiefel Gr. 24", "s2"),
        ("Gummistiefel Gr 24", "s2"),
        ("Body 62", "b1"),
        ("Body Größe 68", "b1"),
        ("Kindersocken 28", "x1"),
        ("Kindersocken 27/30", "x1"),
        ("blaue Jeans Damen 38", "j1"),
        ("Hemd L", "h1"),
        ("T-Shirt L", "h2"),
        ("Kleid 50", "k1 t1"),  # which no dress comes in
    ],
)
def test_a_number_is_the_size_of_the_garment_beside_it(laden: TestClient, words: str, ids: str) -> None:
    """Where it comes in it; either of a double size, and what is between; ids that have the number say nothing."""
    assert found(laden, words) == ids


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("Matschhosen", "m1 m2"),
        ("Damenjeans", "j1"),
        ("Babybody", "b1"),
        ("Langarmbody", "b1"),
        ("Herrenhemd L", "h1"),
        ("Hose grau", ""),
        ("Hose blau", "j1 j2 j3 m1"),
        ("Schneejeans", "j1 j3"),
    ],
)
def test_compounds_are_read_by_their_parts(laden: TestClient, words: str, ids: str) -> None:
    """Whom it is for, or what it is like, and what it is; a part that is not understood is told."""
    assert found(laden, words) == ids


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("Kleid", "k1 t1"),
        ("Kleid unter 30", "k1 t1"),
        ("Rock", "k2"),
        ("Strickjacke", "p1"),
        ("Pullover", "p2 p3"),
        ("Schlafanzug", "n1 n2"),
        ("Schlafanzug Kinder", "n2"),
        ("Handschuhe", "a2"),
        ("Mutze", "a1"),
        ("Strumpfhosen", "x2"),
    ],
)
def test_titles_say_which_of_the_kinds_of_its_category_a_piece_is(laden: TestClient, words: str, ids: str) -> None:
    """And a word means what other categories have of it, too."""
    assert found(laden, words) == ids


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("Wolle", "a1 a2 p1 p3"),
        ("Merino", "p1"),
        ("Pullover ohne Wolle", "p2"),
        ("Strickjacke ohne Wolle", ""),
        ("Schuhe aus Leder", "s1"),
        ("Schuhe keine hohen Absätze", "s2 s3"),
        ("flache Schuhe", "s2 s3"),
        ("schwarze Pumps Klara", "s1"),
        ("Jeans Mädels", ""),
        ("Strickjacke Mädels", "p1"),
    ],
)
def test_what_is_asked_holds_for_compounds_of_it(laden: TestClient, words: str, ids: str) -> None:
    """Merinowolle and Wollwalk are wool, Kunstleder is no leather; a name that no black pumps have is left out."""
    assert found(laden, words) == ids


def test_a_filter_finds_a_size_in_a_double_one(laden: TestClient) -> None:
    """Either part, and what is between."""
    for size, ids in (("74", "n1 p2"), ("80", "n1 p2"), ("28", "x1"), ("98", "m1")):
        assert {*found(laden, "", filters=json.dumps({"size": [size]})).split()} == {*ids.split()}
