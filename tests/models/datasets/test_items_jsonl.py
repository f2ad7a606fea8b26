"""Reading ``items.jsonl`` and ``items.csv``."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.datasets.findings import Findings
from models.datasets.read import read_catalogue
from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.errors import InputError

BROKEN = [
    ("id", {"category": "tops"}, "is missing"),
    ("id", {"id": "", "category": "tops"}, "is missing or empty"),
    ("id", {"id": 7, "category": "tops"}, "7 should be a valid string"),
    ("id", {"id": "a", "category": "tops"}, "stands already in line 1"),
    ("id", {"id": "i" * 257, "category": "tops"}, "is 257 characters long; use at most 256"),
    ("id", {"id": "a\nb", "category": "tops"}, "'a\\nb' holds control characters, which cannot be printed"),
    ("id", {"id": "a\0", "category": "tops"}, "cannot be printed"),
    ("id", {"id": "i4/image", "category": "tops"}, "could not be told from another address"),
    ("id", {"id": "..", "category": "tops"}, "could not be told from another address"),
    ("category", {"id": "x"}, "is missing"),
    ("category", {"id": "x", "category": "t" * 257}, "is 257 characters long"),
    ("category", {"id": "x", "category": " "}, "is missing or empty"),
    ("title", {"title": [7]}, "[7] should be a valid string"),
    ("title", {"title": "t" * 2001}, "is 2,001 characters long; use at most 2,000"),
    ("subcategory", {"subcategory": ["x"]}, "['x'] should be a valid string"),
    ("brand", {"brand": {}}, "{} should be a valid string"),
    ("price", {"price": "9_99"}, "'9_99' is not a number"),
    ("price", {"price": "9 - 12 EUR"}, "is a range of prices"),
    ("price", {"price": True}, "True is not a price"),
    ("price", {"price": -0.01}, "-0.01 is not a price"),
    ("price", {"price": 10**400}, "is not a price"),
    ("price", {"price": 1e308}, "it is more than 1,000,000,000"),
    ("sale_price", {"sale_price": "1000000001 EUR"}, "it is more than 1,000,000,000"),
    ("in_stock", {"in_stock": "perhaps"}, "'perhaps' is neither true nor false"),
    ("in_stock", {"in_stock": [1]}, "[1] is neither true nor false"),
    ("split", {"split": "dev"}, "'dev' is not a split"),
    ("attributes", {"attributes": ["red"]}, "not an object"),
    ("attributes", {"attributes": {"size": {"eu": 40}}}, "use a string or a list of strings"),
    ("attributes", {"attributes": "{size: 40}"}, "is not JSON"),
    ("attributes", {"attributes": {" ": "x"}}, "is not a non-empty string"),
    ("image", {"image": 7}, "neither a path nor"),
    ("image", {"image": "../a.png"}, "leaves the directory"),
    ("image", {"image": "pictures/../../a.png"}, "leaves the directory"),
    ("image", {"image": "/etc/hostname"}, "leaves the directory"),
    ("image.bytes", {"image": {"bytes": "%%%"}}, "is not base64"),
    ("features", {"features": "1,2"}, "'1,2' is not a JSON list"),
    ("features[1]", {"features": [1, "2"]}, "'2' should be a valid number"),
    ("features[1]", {"features": [1, None]}, "is missing"),
]


@pytest.mark.parametrize(("field", "change", "problem"), BROKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_broken_field_is_refused_with_its_line(
    *, shop: Path, write: Callable[..., Path], refused: Callable[..., str], field: str | None, change: dict[str, Any], problem: str
) -> None:
    """A field that cannot be used is refused by file, line and field, saying what is wrong."""
    item = change if {"id", "category"} & set(change) else {"id": "x", "category": "tops", **change}
    path = write(shop / "items.jsonl", [{"id": "a", "category": "tops"}, {"id": "b", "category": "tops"}, item])
    assert problem in refused(lambda: read_catalogue(shop), path, 3, field)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": "x"', "is not JSON"),
        ("[]", "[] should be an object"),
        (b'{"id": "\xff"}', "is not UTF-8"),
        ('{"id": "x", "category": "tops", "supplier": NaN}', "is not JSON: supplier holds NaN"),
        ('{"id": "\\ud800", "category": "tops"}', "is not JSON: unexpected end of hex escape"),
        ("[" * 100_000, "is not JSON"),
    ],
    ids=["cut", "array", "encoding", "nan", "surrogate", "deep"],
)
def test_broken_line_is_refused(
    shop: Path, write: Callable[..., Path], refused: Callable[..., str], line: str | bytes, problem: str
) -> None:
    """A line that is no JSON object is refused by file and line; blank lines count."""
    path = write(shop / "items.jsonl", [{"id": "a", "category": "tops"}, "", line])
    assert problem in refused(lambda: read_catalogue(shop), path, 3)


def test_columns_come_in_the_schema(shop: Path, write: Callable[..., Path]) -> None:
    """Every column of the schema is there with its type, filled where the file says something; other fields are passed through."""
    full = {
        "id": "x",
        "category": "tops",
        "subcategory": "shirts",
        "title": "Linen shirt",
        "attributes": {"heel_cm": 7, "vegan": True, "colour": ["red", "blue"], "lining": None, "note": ""},
        "price": 10,
        "brand": "B",
        "in_stock": False,
        "image": "a.png",
        "split": "train",
        "features": [1, 0.5],
        "url": "https://shop.example/x",
        "currency": "EUR",
        "sale_price": 9,
        "group_id": "g",
        "sizes": {"S": 1, "M": False},
        "images": ["https://shop.example/b.png"],
        "created": "2026-01-31T12:00:00+00:00",
        "Supplier": {"name": "passed through"},
    }
    write(shop / "items.jsonl", [full, {"id": "y", "category": "shoes", "title": " ", "features": [0, 1]}])
    catalogue = read_catalogue(shop)
    assert catalogue.table.schema.equals(ITEM_SCHEMA)
    first, second = catalogue.table.to_pylist()
    expected = {name: full.get(name) for name in ITEM_SCHEMA.names}
    expected["sizes"] = '[{"size":"S","in_stock":true},{"size":"M","in_stock":false}]'
    expected["images"] = ["a.png", "https://shop.example/b.png"]
    expected["extras"] = '{"Supplier":{"name":"passed through"}}'
    expected["attributes"] = '{"heel_cm":"7","vegan":"true","colour":["red","blue"]}'
    expected["image"] = {"bytes": None, "path": "a.png"}
    assert first == expected
    assert {name: value for name, value in second.items() if value is not None} == {"id": "y", "category": "shoes", "features": [0, 1]}
    assert catalogue.image(0) == b"picture"


def test_embedded_picture_needs_no_root(shop: Path, write: Callable[..., Path]) -> None:
    """Base64 in a JSON line becomes the picture's bytes; the path beside it is only a name, and the catalogue needs no directory."""
    image = {"bytes": base64.b64encode(b"picture").decode(), "path": "elsewhere/a.png"}
    write(shop / "items.jsonl", [{"id": "x", "category": "tops", "image": image}])
    catalogue = read_catalogue(shop)
    assert (catalogue.root, catalogue.image(0)) == (None, b"picture")


@pytest.mark.parametrize(
    ("second", "line", "problem"),
    [
        ([1.0], 2, "has 1 numbers where line 1 has 2"),
        ([1.0, 1e39], 2, "holds inf at place 2"),
        ([1.0, -65_505], 2, "holds -65505 at place 2; use numbers of at most 65,504"),
        (None, 2, "missing here but not everywhere"),
        ([1.0, 10**400], 2, "holds inf at place 2"),
    ],
    ids=["length", "infinite", "large", "missing", "huge"],
)
def test_features_have_one_finite_length(
    *, shop: Path, write: Callable[..., Path], refused: Callable[..., str], second: Any, line: int | None, problem: str
) -> None:
    """Features are of one length for the file and finite, for every item or for none."""
    rows = [{"id": "x", "category": "tops", "features": [1, 2]}, {"id": "y", "category": "tops", "features": second}]
    path = write(shop / "items.jsonl", rows)
    assert problem in refused(lambda: read_catalogue(shop), path, line, "features")


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_empty_file_is_refused(shop: Path, refused: Callable[..., str], content: str) -> None:
    """A file without items is refused."""
    (shop / "items.jsonl").write_text(content)
    assert "is empty" in refused(lambda: read_catalogue(shop), shop / "items.jsonl")


def test_missing_directory_is_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A directory that is not there is refused by its name."""
    assert "no such directory" in refused(lambda: read_catalogue(tmp_path / "shop"), tmp_path / "shop")


def test_missing_items_name_what_was_looked_for(tmp_path: Path, refused: Callable[..., str]) -> None:
    """Without an items file the message lists the names that were looked for."""
    message = refused(lambda: read_catalogue(tmp_path), tmp_path)
    assert all(name in message for name in ("items.parquet", "items.jsonl", "items.csv"))


def test_two_items_files_are_refused(shop: Path, refused: Callable[..., str]) -> None:
    """Which of two items files holds is not guessed."""
    (shop / "items.csv").write_text("id,category\nx,tops\n")
    assert "items.jsonl and items.csv" in refused(lambda: read_catalogue(shop), shop)


@pytest.mark.parametrize("image", ["b.png", "x" * 5000, {"path": "b.png"}])
def test_a_picture_that_is_not_there_is_counted(shop: Path, write: Callable[..., Path], image: Any) -> None:
    """The item is there without it, as where a picture cannot be read."""
    path = write(shop / "items.jsonl", [{"id": "a", "category": "tops", "image": image}, {"id": "b", "category": "tops", "image": "a.png"}])
    findings = Findings()
    catalogue = read_catalogue(shop, findings)
    assert [catalogue.image(row) for row in range(2)] == [None, b"picture"]
    (warning,) = findings.of("warning")
    assert (warning.path, warning.field, warning.count) == (path, "image", 1)


def test_csv_is_read_like_json(tmp_path: Path) -> None:
    """CSV cells take the types of their columns, an empty cell is a missing value, and quoted cells may span lines."""
    (tmp_path / "items.csv").write_text(
        "\ufeffid,category,title,price,in_stock,attributes,features,other\n"
        'x,tops,"a, b\nc",9.5,TRUE,"{""season"": ""Summer""}","[1, 2]",?\n'
        'y,shoes,,,0,,"[3, 4]",\n',
        encoding="utf-8",
    )
    first, second = read_catalogue(tmp_path).table.to_pylist()
    assert (first["title"], first["price"], first["in_stock"]) == ("a, b c", 9.5, True)
    assert (json.loads(first["attributes"]), first["features"]) == ({"season": "Summer"}, [1, 2])
    assert (second["title"], second["price"], second["in_stock"], second["attributes"]) == (None, None, False, None)


@pytest.mark.parametrize(
    ("text", "line", "field", "problem"),
    [
        ("id,title\n", 1, "category", "names no such column"),
        ("id,category,id\n", 1, "id", "twice"),
        ('id,category,title\nx,tops,"a\nb"\ny,tops\n', 4, None, "has 2 cells where the header names 3"),
        ('id,category,title\nx,tops,"a\nb"\n,tops,\n', 4, "id", "is missing"),
        ("id,category,price\nx,tops,1\ny,tops,cheap\n", 3, "price", "'cheap' is not a number"),
        ("id,category,in_stock\nx,tops,maybe\n", 2, "in_stock", "neither true nor false"),
        ("id,category,features\nx,tops,[1\n", 2, "features", "not a JSON list"),
        ('id,category\nx,"tops\n', 2, None, "is not CSV"),
        ("id,category\n", None, None, "holds no items"),
        ("", None, None, "is empty"),
    ],
)
def test_broken_csv_is_refused(
    *, tmp_path: Path, refused: Callable[..., str], text: str, line: int | None, field: str | None, problem: str
) -> None:
    """A broken CSV is refused by the line its row starts on."""
    path = tmp_path / "items.csv"
    path.write_text(text)
    assert problem in refused(lambda: read_catalogue(tmp_path), path, line, field)


def read_or_error(root: Path) -> Catalogue | InputError:
    """The catalogue, or the error that refuses it; anything else escapes."""
    try:
        return read_catalogue(root)
    except InputError as error:
        return error


def _says_something(raw: bytes) -> bool:
    return not {*b"\r\n"} & {*raw} and bool(raw.decode(errors="replace").strip())


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.lists(st.integers(), max_size=2)
fields = st.dictionaries(st.sampled_from(ITEM_SCHEMA.names), values)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=fields, before=st.integers(0, 3))
def test_any_item_is_read_or_refused_by_its_line(tmp_path: Path, change: dict[str, Any], before: int) -> None:
    """Whatever a line holds, it is either read in full or refused by its own line: nothing else escapes."""
    rows = [{"id": f"ok{number}", "category": "tops"} for number in range(before)]
    rows.append({"id": "x", "category": "tops", **change})
    (tmp_path / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    outcome = read_or_error(tmp_path)
    if isinstance(outcome, InputError):
        # features that only this line has are refused where they are first missing, on the first line
        assert outcome.line == before + 1 or (outcome.field == "features" and outcome.line == 1)
    else:
        assert len(outcome) == before + 1


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(junk=st.binary(min_size=1, max_size=40).filter(_says_something))
def test_any_junk_line_is_refused_by_its_line(tmp_path: Path, junk: bytes) -> None:
    """Bytes that are no item are refused by their line."""
    (tmp_path / "items.jsonl").write_bytes(b'{"id": "a", "category": "tops"}\n' + junk + b"\n")
    outcome = read_or_error(tmp_path)
    assert isinstance(outcome, InputError)
    assert outcome.line == 2
