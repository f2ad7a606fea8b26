"""A check tells everything at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.datasets.check import check
from models.datasets.findings import Findings, Kind
from models.datasets.read import read_catalogue
from models.datasets.rejects import Rejects

Write = Callable[..., Path]


def places(kinds: Sequence[Kind]) -> list[tuple[str, str | None, int]]:
    """File, field and count of each kind."""
    return [(Path(str(kind.path)).name, kind.field, kind.count) for kind in kinds]


def missing(shop: Path) -> dict[str, str]:
    """What is missing, by piece, as reported."""
    return {piece.piece: str(piece) for piece in check(shop).missing}


def test_a_shop_in_order_has_nothing_to_be_told(shop: Path, write: Write) -> None:
    """Neither errors nor warnings."""
    write(shop / "outfits.jsonl", [{"items": ["a", "b"]}])
    findings = check(shop).findings
    assert (findings.of("error"), findings.of("warning")) == ([], [])


def test_every_error_is_told_by_kind_with_count_and_first_lines(shop: Path, write: Write) -> None:
    """Of all files, several of one line among them; values don't make kinds."""
    bad = [{"id": f"p{number}", "category": "tops", "price": f"{number} or so"} for number in range(20)]
    more = [
        {"id": 7, "category": ""},
        {"id": "a", "category": "tops", "in_stock": "perhaps"},
        "{",
        {"id": "z", "category": "tops", "price": -1},
    ]
    write(shop / "items.jsonl", [{"id": "a", "category": "tops"}, *bad, *more])
    write(shop / "outfits.jsonl", [{"items": ["p1", "p2"]}, {"items": ["a", 5, 6]}, "?"])
    write(shop / "sessions.jsonl", ["?"])
    write(shop / "fitb.jsonl", [{"id": "q", "items": ["y", "a"], "candidates": ["a", "x"], "answer": 9, "split": "test"}])
    errors = check(shop).findings.of("error")
    assert places(errors) == [
        ("items.jsonl", "price", 20),
        ("items.jsonl", "id", 1),
        ("items.jsonl", None, 1),  # which is no record: it is told before the record that stands before it is done
        ("items.jsonl", "in_stock", 1),
        ("items.jsonl", "price", 1),
        ("outfits.jsonl", "items[]", 1),
        ("outfits.jsonl", None, 1),
        ("fitb.jsonl", "items", 1),
        ("fitb.jsonl", "candidates", 1),
        ("fitb.jsonl", "answer", 1),
        ("sessions.jsonl", None, 1),
    ]
    assert [error.line for error in errors[0].first] == [2, 3, 4, 5, 6]
    assert errors[0].problem.startswith("… is not a number, or not a price; ")


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_what_an_import_sets_aside_is_not_counted(shop: Path, write: Write, form: str) -> None:
    """Neither as an item nor as lacking something; its outfits are not blamed. Of an id that comes twice, what can be used counts."""
    rows = [
        {"id": "a", "category": "tops", "price": 1.0},
        {"id": "b", "category": "tops", "price": -1.0},
        {"id": "b", "category": "tops", "price": 2.0},
        {"id": "a", "category": "shoes", "price": 3.0},
        {"id": "c", "category": "shoes", "price": 1e12},
        {"id": "d", "category": "shoes", "price": None},
    ]
    write(shop / "outfits.jsonl", [{"items": ["a", "c"]}])
    if form == "jsonl":
        write(shop / "items.jsonl", rows)
    else:
        (shop / "items.jsonl").unlink()
        pq.write_table(pa.Table.from_pylist(rows), shop / "items.parquet")
    imported = read_catalogue(shop, Findings(rejects=Rejects()))
    found = check(shop)
    assert found.catalogue
    assert [*found.catalogue.ids] == [*imported.ids] == ["a", "b", "d"]
    assert found.as_json()["items"] == 3
    assert missing(shop)["price of items"].startswith("price of items (1 of 3)")
    assert 'url: {column: url_key, template: "https://shop.example/{}.html"}' in missing(shop)["url of items"]
    assert not [kind for kind in found.findings.of("error") if kind.path != found.findings.feed.path]


def test_errors_of_a_csv_are_told_by_line(shop: Path) -> None:
    """Cells that are no values, and lines of another length."""
    (shop / "items.jsonl").unlink()
    (shop / "items.csv").write_text("id,category,price,in_stock\na,tops,1_EUR,maybe\nb,tops\nc,tops,2,true\na,shoes,3,false\n")
    found = check(shop)
    assert places(found.findings.of("error")) == [
        ("items.csv", None, 1),
        ("items.csv", "price", 1),
        ("items.csv", "in_stock", 1),
        ("items.csv", "id", 1),
    ]
    assert found.dataset
    assert [str(item) for item in found.dataset.catalogue.ids] == ["a", "c", "a"]


def test_an_item_with_a_broken_field_is_still_known(shop: Path, write: Write) -> None:
    """Its outfits are not to blame."""
    write(shop / "items.jsonl", [{"id": "a", "category": "tops", "price": "x"}, {"id": "b", "category": "shoes"}])
    write(shop / "outfits.jsonl", [{"items": ["a", "b"]}])
    findings = check(shop).findings
    assert places(findings.of("error")) == [("items.jsonl", "price", 1)]
    assert findings.of("warning") == []


@pytest.mark.parametrize(
    ("features", "rows"),
    [([[1.0], None, [1.0, 2.0], [3.0]], [2, 3]), ([[1.0, 1e9], [float("inf"), 1.0], [0.0, 0.0], [0.0, 7e4]], [1, 2, 4])],
)
def test_bad_features_are_told_by_row(tmp_path: Path, features: list[Any], rows: list[int]) -> None:
    """All of them, in Parquet as elsewhere."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = pa.table({"id": list("abcd"), "category": ["c"] * 4, "features": pa.array(features, pa.list_(pa.float32()))})
    pq.write_table(table, tmp_path / "items.parquet")
    errors = check(tmp_path).findings.of("error")
    assert sorted({error.line for kind in errors for error in kind.first}) == rows


def test_what_is_wrong_with_all_of_a_row_or_column_is_told_once(tmp_path: Path) -> None:
    """A vector by its first bad number, ids of another type by the type."""
    features = pa.array([[1.0, 2.0, 3.0], [0.0, float("nan"), float("nan")], [1e9, 1e9, 0.0]], pa.list_(pa.float32()))
    pq.write_table(pa.table({"id": list("abc"), "category": ["c"] * 3, "features": features}), tmp_path / "items.parquet")
    with Rejects(tmp_path / "rejects.jsonl") as rejects:
        assert list(read_catalogue(tmp_path, Findings(rejects=rejects)).ids) == ["a"]
    said = [json.loads(line)["problem"] for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert said == ["of item 'b' holds nan at place 2", "of item 'c' holds 1e+09 at place 1"]
    pq.write_table(pa.table({"id": [1, 2, 3], "category": ["c"] * 3}), tmp_path / "items.parquet")
    [error] = check(tmp_path).findings.of("error")
    assert "int64" in error.first[0].problem


def test_items_that_cannot_be_read_are_one_error(tmp_path: Path) -> None:
    """Nothing else can be said then."""
    (tmp_path / "items.csv").write_text("sku,category\n1,tops\n")
    found = check(tmp_path)
    assert found.dataset is None
    assert places(found.findings.of("error")) == [("items.csv", "id", 1)]
    assert places(check(tmp_path / "nowhere").findings.of("error")) == [("nowhere", None, 1)]


def test_test_outfits_like_training_outfits_are_counted(shop: Path, write: Write) -> None:
    """Those that are the very same have their own warning, with their lines."""
    splits = [("abc", "train"), ("abd", "test"), ("abe", "test"), ("abc", "test"), ("def", "test")]
    write(shop / "outfits.jsonl", [{"items": list(items), "split": split} for items, split in splits])
    first, second = check(shop).findings.of("warning")
    assert "'o1'" in first.first[0].problem
    assert "2 test outfits share half of their items or more with a training outfit, such as 'o2'" in second.first[0].problem


def test_missing_pieces_say_what_they_would_bring(shop: Path, write: Write) -> None:
    """Counted where some have them; nothing that a shop's own features make needless."""
    found = missing(shop)
    assert found["title of items"].startswith("title of items (6 of 6): search by words")
    assert "only similar items" in found["outfits"]
    assert "tops, shoes" in found["items of a category"]
    write(
        shop / "items.jsonl",
        [{"id": item, "category": "c", "features": [1.0], **({"price": 1} if item == "a" else {})} for item in "abcdef"],
    )
    write(shop / "outfits.jsonl", [{"items": ["a", "b"], "split": "train"}, {"items": ["c", "d"], "split": "test", "user": "u"}])
    found = missing(shop)
    assert not {"title of items", "image of items", "outfits", "items of a category"} & set(found)
    assert found["price of items"].startswith("price of items (5 of 6)")
    assert found["currency of prices"].startswith("currency of prices (1 of 1)")
    assert found["training outfits"].startswith("training outfits (199 more): there are 1")
    assert found["user of outfits"].startswith("user of outfits (1 of 2)")
    assert found["a training outfit of each item"].startswith("a training outfit of each item (4 of 6)")
    assert "`attire questions` writes them" in found["questions about test outfits"]


def test_prices_in_several_currencies_are_told(shop: Path, write: Write) -> None:
    """They are compared as numbers; the commonest is the one that the others are not."""
    rows = [{"id": f"i{at}", "category": "c", "price": 9.0, "currency": code} for at, code in enumerate(("SAR", "JPY", "SAR", None))]
    write(shop / "items.jsonl", rows)
    assert missing(shop)["one currency of all prices"].startswith(
        "one currency of all prices (1 of 4): filters, budgets and sorting compare prices as numbers, here of SAR (2), JPY (1)"
    )


def test_machines_are_told_the_same(shop: Path, write: Write) -> None:
    """As JSON; what several lines have in common without their values."""
    write(shop / "outfits.jsonl", [{"items": 2}, {"items": 1}])
    assert check(shop).as_json()["errors"][0]["problem"] == "… should be a valid array"
    write(shop / "outfits.jsonl", [{"items": ["a", "gone", "b"]}, {"items": 1}])
    found = json.loads(json.dumps(check(shop).as_json()))
    assert (found["items"], found["outfits"]) == (6, {"train": 1, "valid": 0, "test": 0})
    error, warning = found["errors"][0], found["warnings"][0]
    assert error == {
        "file": str(shop / "outfits.jsonl"),
        "field": "items",
        "problem": "1 should be a valid array",
        "count": 1,
        "first": [{"line": 2, "field": "items", "problem": "1 should be a valid array"}],
    }
    assert (warning["count"], warning["first"][0]["line"]) == (1, 1)
    assert {"piece", "count", "of", "brings"} == set(found["missing"][0])


def test_stock_of_sizes_is_stock(shop: Path, write: Write) -> None:
    """Items whose sizes say what is there lack nothing; those whose sizes don't, do."""
    told, untold = [{"size": "M", "in_stock": False}], [{"size": "M"}]
    rows = [{"id": item, "category": "tops", "sizes": sizes} for item, sizes in (("a", told), ("b", untold), ("c", None))]
    write(shop / "items.jsonl", rows)
    assert missing(shop)["in_stock of items"].startswith("in_stock of items (2 of 3)")


def test_the_column_that_probably_holds_what_is_missing_is_named(tmp_path: Path) -> None:
    """Of those that the mapping does not name."""
    feed, mapping = tmp_path / "feed.csv", tmp_path / "m.yaml"
    feed.write_text("Ref,Kind,Title,Our price,Quantity now\nA-1,tops,Tee,9.00,2\nA-2,tops,Tee,8.00,1\n")
    mapping.write_text("columns: {id: Ref, category: Kind, title: Title, in_stock: Quantity now}")
    told = {piece.piece: piece.brings for piece in check(feed, mapping).missing}
    assert told["price of items"].endswith("; 'our_price' probably holds it: --map takes it from there")
    assert "probably" not in told["brand of items"]
    assert "in_stock of items" not in told


def test_for_whom_items_are_is_missed(shop: Path, write: Write) -> None:
    """Where neither attributes nor words say."""
    rows = [{"id": "a", "category": "tops", "attributes": {"gender": "men"}}, {"id": "b", "category": "tops", "title": "Women's top"}]
    write(shop / "items.jsonl", rows)
    assert "for whom items are" not in missing(shop)
    write(shop / "items.jsonl", [*rows, {"id": "c", "category": "tops", "title": "Top"}])
    assert missing(shop)["for whom items are"].startswith("for whom items are (1 of 3): gender, age_group or department")


def test_an_age_alone_keeps_nobody_from_women_s(shop: Path, write: Write) -> None:
    """Sizes tell grown-ups' from children's; that shirts say no more is told, with their category, apart from what says nothing."""
    sized = [{"id": name, "category": "shirts", "title": "Shirt", "attributes": {"size": "40"}} for name in "ab"]
    dress = {"id": "c", "category": "dresses", "title": "Dress", "attributes": {"size": "40"}}
    write(shop / "items.jsonl", [*sized, dress, {"id": "d", "category": "bags", "title": "Bag"}])
    told = missing(shop)
    assert told["for whom items are"].startswith("for whom items are (1 of 4)")
    assert told["women or men, of items that say an age"].startswith("women or men, of items that say an age (2 of 4)")
    assert told["women or men, of items that say an age"].endswith("most are of 'shirts'")


def test_words_of_whom_nobody_knows_are_told(shop: Path, write: Write) -> None:
    """A value that says nothing here would let men's and women's be mixed without a word."""
    rows = [
        {"id": name, "category": "tops", "attributes": {"gender": says}} for name, says in (("a", "W"), ("b", "Miehet"), ("c", "Miehet"))
    ]
    write(shop / "items.jsonl", rows)
    told = missing(shop)["a known word for whom items are"]
    assert told.startswith("a known word for whom items are (2 of 3): only outfits can tell whom 'miehet' are")


def test_looks_that_no_import_has_read_yet_are_told(shop: Path) -> None:
    """A file of looks is not read as it stands, and was passed over without a word."""
    (shop / "outfits.csv").write_text("look,items\nl1,a|b\n")
    assert f"`attire import {shop}` makes outfits of outfits.csv" in missing(shop)["outfits"]


def test_json_that_is_no_json_lines_is_told_once(shop: Path) -> None:
    """Not as hundreds of lines that are no JSON."""
    for text in ('[{"items": ["t1", "b1"]},\n {"items": ["t2", "b1"]}]\n', '{\n "items": ["t1", "b1"]\n}\n'):
        (shop / "outfits.jsonl").write_text(text)
        (kind,) = check(shop).findings.of("error")
        assert (kind.count, str(kind.first[0].problem)[:35]) == (1, "begins a list, or an object of seve")


def test_an_id_in_another_case_is_recognised(shop: Path, write: Write) -> None:
    """What is meant is said beside what is not there."""
    write(shop / "outfits.jsonl", [{"items": ["A", "b"]}])
    told = [kind.first[0].problem for kind in check(shop).findings.of("warning")]
    assert "'A' is not an item of the catalogue, but 'a' is; left out" in told


def test_ids_that_look_like_titles_are_told(tmp_path: Path) -> None:
    """With the column of codes; ids that are codes are not."""
    (feed := tmp_path / "feed.csv").write_text("Product,Key,Range\nBlue shirt,A-1,Tops\nSlim jeans,A-2,Bottoms\n")
    (mapping := tmp_path / "m.yaml").write_text("columns: {id: product, category: range}")
    [told] = check(feed, mapping).findings.of("warning")
    assert told.first[0].problem.startswith("ids look like titles, such as 'Blue shirt'; codes, none of them twice, are in key")
    mapping.write_text("columns: {id: key, category: range}")
    assert check(feed, mapping).findings.of("warning") == []


def test_a_feed_without_colours_or_sizes_is_told_so(tmp_path: Path) -> None:
    """With the column that may hold them; one garment that has one is enough, and bags need none."""
    feed = tmp_path / "feed.csv"
    feed.write_text("id,category,title,Nuance\nA,Dresses,Red dress,rot\nB,Bags,Tote,blau\n")
    told = missing(feed)
    assert told["color of items"].startswith("color of items (1 of 1): colours in searches, wishes and filters")
    assert told["size of items"].startswith("size of items (1 of 1)")
    feed.write_text("id,category,title,color,size\nA,Dresses,Red dress,red,36\nB,Dresses,Dress,,\n")
    assert not {"color of items", "size of items"} & missing(feed).keys()
    feed.write_text("id,category,title\nB,Bags,Tote\n")
    assert not {"color of items", "size of items"} & missing(feed).keys()


@pytest.mark.parametrize("mapping", ["", 'columns: {category: "product_type[-1]"}'])
def test_what_is_a_garment_by_its_path_is_none_that_nobody_wears(tmp_path: Path, mapping: str) -> None:
    """However the last step of the path is taken."""
    feed, mapped = tmp_path / "f.tsv", tmp_path / "m.yaml"
    path = "Women > Clothing > {} > {}"
    kinds = [("Dresses", "Maxi"), ("Skirts", "Pencil"), ("Shoes", "Boots"), ("Toys", "Puzzles")]
    rows = [f"{number}\tAnna {number}\tx\t{path.format(*kinds[number % 4])}\tin stock\t1 EUR\n" for number in range(12)]
    feed.write_text("id\ttitle\tlink\tproduct_type\tavailability\tprice\n" + "".join(rows))
    mapped.write_text(mapping)
    told = {missing.piece: missing.brings for missing in check(feed, mapped if mapping else None).missing}
    assert told["a garment's name in items of whole categories"].startswith("'Puzzles' 3:")


def test_categories_that_nobody_wears_are_told_and_left_out(tmp_path: Path) -> None:
    """Those of whose items no word names a garment, unless that is most of the shop, whose language may not be read."""
    feed, mapping = tmp_path / "feed.csv", tmp_path / "m.yaml"
    rows = [f"{kind[0]}{place},{kind},{title}" for kind, title in (("Tees", "Tee"), ("Games & toys", "Train")) for place in range(4)]
    feed.write_text("id,category,title\n" + "\n".join([*rows, "J,Tees,Jeans"]) + "\n")
    told = missing(feed)["a garment's name in items of whole categories"]
    assert told.startswith("a garment's name in items of whole categories (4 of 9): 'Games & toys' 4: before any outfits nothing goes")
    assert "`leave_out: [Games & toys]` in a mapping" in told
    mapping.write_text("leave_out: [games &  toys, Bedding]")
    checked = check(feed, mapping)
    assert (checked.as_json()["items"], checked.findings.feed and checked.findings.feed.no_pieces) == (5, ["G0", "G1", "G2", "G3"])
    assert [str(kind).partition(": ")[2] for kind in checked.findings.of("warning")] == [
        "4 items that the mapping leaves out ('games &  toys' 4, 'Bedding' 0); passed over",
    ]
    feed.write_text("id,category,title\nA,Quux,Foo\nB,Quuz,Bar\nC,Tees,Tee\n")
    assert "a garment's name in items of whole categories" not in missing(feed)


def test_a_language_that_is_not_read_is_told_and_nothing_left_out(tmp_path: Path) -> None:
    """With how many items and which categories, also where less than half of a shop is so."""
    feed = tmp_path / "feed.csv"
    unread = [f"{name}{place},{name},{name} {place}" for name in ("Mekot", "Hameet", "Housut", "Paidat", "Takit") for place in range(2)]
    read = [f"J{place},Jeans,Jeans {place}" for place in range(12)]
    feed.write_text("\n".join(["id,category,title", *unread, *read]) + "\n")
    told = missing(feed)
    assert told["a garment's name that is known here"].startswith(
        "a garment's name that is known here (10 of 22): 5 of 6 categories: 'Mekot' 2"
    )
    assert not any("leave_out" in said for said in told.values())


def test_rows_of_no_known_layout_are_counted(tmp_path: Path) -> None:
    """None of them could be placed, which is not the same as none being there."""
    feed = tmp_path / "feed.csv"
    feed.write_text("was,wo\n1,2\n3,4\n")
    assert (check(feed).as_json()["rows"], check(feed).catalogue) == (2, None)
