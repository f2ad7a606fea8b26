"""Reading ``items.parquet``."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.datasets.read import read_catalogue
from models.datasets.schema import ITEM_SCHEMA

PICTURE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def save(root: Path, **columns: object) -> Path:
    """Three items with these columns."""
    table = {"id": ["a", "b", "c"], "category": ["tops", "tops", "shoes"], **columns}
    pq.write_table(pa.table({name: column for name, column in table.items() if column is not None}), root / "items.parquet")
    return root / "items.parquet"


@pytest.mark.parametrize(
    ("field", "column", "row", "problem"),
    [
        ("id", pa.array(["a", None, "c"]), 2, "is missing or empty"),
        ("id", pa.array(["a", "b", " "]), 3, "is missing or empty"),
        ("id", pa.array(["a", "b", "a"]), 3, "'a' stands already in line 1"),
        ("id", pa.array([1, 2, 3]), None, "is of type int64; use strings"),
        ("id", None, None, "there is no such column"),
        ("category", pa.array(["tops", "", "shoes"]), 2, "is missing or empty"),
        ("category", None, None, "there is no such column"),
        ("title", pa.array([1, 2, 3]), None, "use strings"),
        ("title", pa.array([b"fine", b"\xff", b"fine"]).view(pa.string()), 2, "is not UTF-8"),
        ("price", pa.array([1.0, 2.0, -3.0]), 3, "-3.0 is not a price"),
        ("price", pa.array([1.0, float("nan"), None]), 2, "nan is not a price"),
        ("price", pa.array([1.0, 1e308, None]), 2, "it is more than 1,000,000,000"),
        ("sale_price", pa.array([1.0, None, 1e10]), 3, "it is more than 1,000,000,000"),
        ("price", pa.array(["1", "2", "cheap"]), 3, "'cheap' is not a number"),
        ("price", pa.array([b"1", b"2", b"3"]), None, "use numbers"),
        ("in_stock", pa.array(["1", "0", "perhaps"]), 3, "neither true nor false"),
        ("url", pa.array([None, "javascript:alert(1)", None]), 2, "is no address of the web"),
        ("split", pa.array(["train", None, "dev"]), 3, "'dev' is not a split"),
        ("attributes", pa.array(["{}", "{", None]), 2, "is not JSON"),
        ("attributes", pa.array([1, 2, 3]), None, "use JSON text, a map or a struct"),
        ("image", pa.array([None, "../x.png", None]), 2, "leaves the directory"),
        ("image", pa.array([None, {"bytes": b"", "path": None}, None], PICTURE), 2, "holds no bytes"),
        ("image", pa.array([None, {"bytes": None, "path": "/x.png"}, None], PICTURE), 2, "leaves the directory"),
        ("image", pa.array([{"url": "x"}] * 3), None, "use paths or structs"),
        ("image.bytes", pa.array([{"bytes": 1}] * 3), None, "use bytes"),
        ("features", pa.array([[1.0], [1.0, 2.0], [1.0]]), 2, "has 2 numbers where line 1 has 1"),
        ("features", pa.array([[1.0], [1.0], [float("nan")]]), 3, "holds nan at place 1"),
        ("features", pa.array([[1.0, 2.0], [1.0, None], [1.0, 2.0]]), 2, "holds None at place 2"),
        ("features", pa.array([[1.0], None, [1.0]]), 2, "missing here but not everywhere"),
        ("features", pa.array([[], [], []], pa.list_(pa.float32())), 1, "is an empty list"),
        ("features", pa.array([["1"], ["2"], ["3"]]), None, "use lists of floats"),
    ],
)
def test_broken_column_is_refused(
    *, tmp_path: Path, refused: Callable[..., str], field: str | None, column: Any, row: int | None, problem: str
) -> None:
    """A column that cannot be used is refused by file, row and field."""
    path = save(tmp_path, **{field.partition(".")[0]: column})
    assert problem in refused(lambda: read_catalogue(tmp_path), path, row, field)


def test_not_parquet_is_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A file that only has the name is refused in one line."""
    (tmp_path / "items.parquet").write_bytes(b"PAR1 no more")
    assert "cannot be read as Parquet" in refused(lambda: read_catalogue(tmp_path), tmp_path / "items.parquet")


def test_cut_file_is_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A file that was cut short is refused."""
    path = save(tmp_path)
    path.write_bytes(path.read_bytes()[:-10])
    assert "cannot be read as Parquet" in refused(lambda: read_catalogue(tmp_path), path)


def test_no_rows_are_refused(tmp_path: Path, refused: Callable[..., str]) -> None:
    """A table without rows is refused."""
    pq.write_table(pa.table({"id": pa.array([], pa.string()), "category": pa.array([], pa.string())}), tmp_path / "items.parquet")
    assert "holds no items" in refused(lambda: read_catalogue(tmp_path), tmp_path / "items.parquet")


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["tops", "tops", "shoes"]).dictionary_encode(),
        pa.array(["tops", "tops", "shoes"], pa.large_string()),
        pa.array(["tops", "tops", "shoes"], pa.string_view()),
    ],
    ids=lambda column: str(column.type)[:12],
)
def test_every_kind_of_text_is_text(tmp_path: Path, column: Any) -> None:
    """Dictionaries, large strings and views are strings."""
    save(tmp_path, category=column)
    catalogue = read_catalogue(tmp_path)
    assert catalogue.categories == ["tops", "tops", "shoes"]
    assert catalogue.table.schema.equals(ITEM_SCHEMA)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([[("season", "Summer"), ("fit", None)], None, []], pa.map_(pa.string(), pa.string())),
        pa.array([{"season": "Summer", "fit": None}, None, {"season": None, "fit": None}]),
        pa.array(['{"season": "Summer"}', None, "{}"]),
    ],
    ids=["map", "struct", "text"],
)
def test_every_kind_of_attributes_becomes_json(tmp_path: Path, column: Any) -> None:
    """A map, a struct and JSON text come to the same; no attributes are null."""
    save(tmp_path, attributes=column)
    assert read_catalogue(tmp_path).table.column("attributes").to_pylist() == ['{"season":"Summer"}', None, None]


@pytest.mark.parametrize("kind", [pa.float16(), pa.float32(), pa.float64(), pa.int8()], ids=str)
@pytest.mark.parametrize("shape", [pa.list_, pa.large_list, lambda kind: pa.list_(kind, 2)], ids=["list", "large", "fixed"])
def test_every_kind_of_features_becomes_float32(tmp_path: Path, kind: pa.DataType, shape: Callable[..., pa.DataType]) -> None:
    """Lists of any width of number become lists of float32."""
    values = np.array([[1, 2], [3, 4], [5, 6]], np.float16 if kind == pa.float16() else np.float64)
    save(tmp_path, features=pa.array(list(values), pa.list_(kind if kind == pa.float16() else pa.float64())).cast(shape(kind)))
    column = read_catalogue(tmp_path).table.column("features")
    assert column.type == pa.list_(pa.float32())
    assert column.to_pylist() == values.tolist()


@pytest.mark.parametrize("prices", [pa.array([1, 2, None]), pa.array([Decimal("1.00"), Decimal("2.00"), None])], ids=["int", "decimal"])
def test_every_kind_of_price_becomes_a_float(tmp_path: Path, prices: pa.Array) -> None:
    """Whole numbers and decimals are prices."""
    save(tmp_path, price=prices)
    assert read_catalogue(tmp_path).table.column("price").to_pylist() == [1.0, 2.0, None]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([{"bytes": b"1", "path": "nowhere.png"}, None, {"bytes": None, "path": "a.png"}], PICTURE),
        pa.array(
            [{"path": "nowhere.png", "bytes": b"1", "size": 1}, None, {"path": "a.png"}],
            pa.struct([("path", pa.large_string()), ("bytes", pa.large_binary()), ("size", pa.int64())]),
        ),
    ],
    ids=["as the schema has it", "otherwise"],
)
def test_pictures_are_embedded_or_beside(tmp_path: Path, column: Any) -> None:
    """The struct of bytes and path is read in any order and width; with bytes given, the path is only a name."""
    (tmp_path / "a.png").write_bytes(b"3")
    save(tmp_path, image=column)
    catalogue = read_catalogue(tmp_path)
    assert [catalogue.image(row) for row in range(3)] == [b"1", None, b"3"]
    assert catalogue.root == tmp_path


def test_column_of_paths_is_a_column_of_pictures(tmp_path: Path) -> None:
    """A column of strings holds paths relative to the directory."""
    (tmp_path / "a.png").write_bytes(b"1")
    save(tmp_path, image=pa.array(["a.png", None, "a.png"]))
    catalogue = read_catalogue(tmp_path)
    assert [catalogue.image(row) for row in range(3)] == [b"1", None, b"1"]


def test_columns_without_a_value_may_be_of_no_type(tmp_path: Path) -> None:
    """A column of nulls, which other tools write without a type, is a column of nulls."""
    save(tmp_path, title=pa.nulls(3), image=pa.nulls(3), attributes=pa.nulls(3), features=pa.nulls(3))
    assert read_catalogue(tmp_path).table.schema.equals(ITEM_SCHEMA)


def test_folder_name_is_no_column(tmp_path: Path) -> None:
    """A directory called ``title=x`` adds nothing: some readers would take it for a partition."""
    root = tmp_path / "title=x"
    root.mkdir()
    save(root)
    assert read_catalogue(root).titles == [None] * 3


@pytest.mark.parametrize(
    ("name", "items", "pictures"),
    [("garments", 5096, 5096), ("products", 32265, 32265), ("maryland", 142480, 0)],
)
def test_real_catalogues_read(name: str, items: int, pictures: int) -> None:
    """The catalogues that measurements are made on read without a refusal."""
    root = Path(__file__).resolve().parents[4] / "shared" / "data" / name
    if not root.is_dir():
        pytest.skip(f"{root} is not there")
    catalogue = read_catalogue(root)
    assert len(catalogue) == items
    assert items - catalogue.table.column("image").null_count == pictures
    assert all(json.loads(text) for text in catalogue.table.column("attributes").slice(0, 100).to_pylist())


def test_empty_columns_leave_the_others_as_they_are(tmp_path: Path) -> None:
    """A file with every column is read by columns, so titles keep their signs, where sizes, images and extras hold nothing."""
    rows = [{"id": "a", "category": "tops", "title": "<b>a</b>", "currency": "EUR"}]
    pq.write_table(pa.Table.from_pylist(rows, ITEM_SCHEMA), tmp_path / "items.parquet")
    assert read_catalogue(tmp_path).table.column("title").to_pylist() == ["<b>a</b>"]


def test_sizes_and_extras_are_read_value_by_value(tmp_path: Path) -> None:
    """In the short form of files, too."""
    save(tmp_path, sizes=pa.array(["S|M=0", None, None]), extras=pa.array(['{"a": 1}', "loose", None]))
    table = read_catalogue(tmp_path).table
    assert json.loads(table.column("sizes")[0].as_py()) == [{"size": "S", "in_stock": None}, {"size": "M", "in_stock": False}]
    assert [value and json.loads(value) for value in table.column("extras").to_pylist()] == [{"a": 1}, {"extras": "loose"}, None]


SIZE = pa.struct([("size", pa.string()), ("in_stock", pa.bool_())])
STOCKED = [{"size": "S", "in_stock": True}, {"size": "M", "in_stock": False}]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([STOCKED, None, []], pa.list_(SIZE)),
        pa.array([[("S", 3), ("M", 0)], None, []], pa.map_(pa.string(), pa.int64())),
        pa.array([{"S": 3, "M": 0}, None, {"S": None, "M": None}]),
        pa.array(["S=1|M=0", None, ""]),
        pa.array([[{"size": "S", "in_stock": "in stock"}, {"size": "M", "in_stock": "sold out"}], None, None]),
    ],
    ids=["structs", "map", "struct of sizes", "text", "words"],
)
def test_sizes_of_every_type(tmp_path: Path, column: Any) -> None:
    """Lists of structs, maps and structs by whole columns; texts and words value by value. A size that a struct leaves null is none."""
    save(tmp_path, sizes=column)
    assert [value and json.loads(value) for value in read_catalogue(tmp_path).table.column("sizes").to_pylist()] == [STOCKED, None, None]


def test_sizes_and_their_stock_in_columns_of_their_own(tmp_path: Path) -> None:
    """Two lists of one length; of other lengths, the stock is passed through."""
    save(tmp_path, sizes=pa.array([["S", "M"], ["S"], None]), sizes_in_stock=pa.array([[True, False], [True, True], None]))
    table = read_catalogue(tmp_path).table
    assert json.loads(table.column("sizes")[0].as_py()) == STOCKED
    assert (json.loads(table.column("sizes")[1].as_py()), json.loads(table.column("extras")[1].as_py())) == (
        [{"size": "S", "in_stock": None}],
        {"sizes_in_stock": [True, True]},
    )


def test_lists_of_pictures(tmp_path: Path) -> None:
    """The first file is the picture of an item without one; one file alone is no list; titles keep their signs, as columns are read."""
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"x")
    url = "https://shop.example/c.jpg"
    save(tmp_path, images=pa.array([[url, "a.png", "b.png"], ["a.png"], None]), title=pa.array(["a <b> c", None, None]))
    table = read_catalogue(tmp_path).table
    assert [value and value["path"] for value in table.column("image").to_pylist()] == ["a.png", "a.png", None]
    assert table.column("images").to_pylist() == [[url, "a.png", "b.png"], None, None]
    assert table.column("title")[0].as_py() == "a <b> c"
    save(tmp_path, images=pa.array([["b.png"], None, None]), image=pa.array(["a.png", "b.png", None]))
    table = read_catalogue(tmp_path).table
    assert [value and value["path"] for value in table.column("image").to_pylist()] == ["a.png", "b.png", None]
    assert table.column("images").to_pylist() == [["a.png", "b.png"], None, None]


def nested() -> dict[str, Any]:
    """Columns that are none of ours, of every type."""
    return {
        "care": pa.array([["wash", None], None, []]),
        "measures": pa.array([{"chest": 1.5, "deep": {"nan": float("nan"), "at": date(2026, 11, 27)}}, None, None]),
        "badges": pa.array([[("new", 1)], None, None], pa.map_(pa.string(), pa.int64())),
        "season": pa.array(["AW", "AW", None]).dictionary_encode(),
        "since": pa.array([datetime(2026, 11, 27, tzinfo=UTC), None, None]),
        "cost": pa.array([Decimal("9.90"), None, None]),
        "score": pa.array([float("nan"), 2.0, None]),
        "thumb": pa.array([b"x", None, None]),
    }


@pytest.mark.parametrize("price", [pa.array([9.9, None, None]), pa.array(["9.90 EUR", None, None])], ids=["columns", "values"])
def test_columns_of_any_type_pass_through(tmp_path: Path, price: Any) -> None:
    """Whichever way a file is read; nulls of objects, bytes and what is no number are left out."""
    save(tmp_path, price=price, **nested())
    extras = [value and json.loads(value) for value in read_catalogue(tmp_path).table.column("extras").to_pylist()]
    assert extras[0].pop("since").startswith("2026-11-27")
    assert extras == [
        {
            "care": ["wash", None],
            "measures": {"chest": 1.5, "deep": {"at": "2026-11-27"}},
            "badges": {"new": 1},
            "season": "AW",
            "cost": "9.90",
        },
        {"season": "AW", "score": 2.0},
        {"care": []},
    ]


def test_extras_as_a_struct(tmp_path: Path) -> None:
    """As they come."""
    save(tmp_path, extras=pa.array([{"fit": "slim", "note": None}, None, {"fit": None, "note": None}]))
    assert read_catalogue(tmp_path).table.column("extras").to_pylist() == ['{"fit":"slim"}', None, None]
