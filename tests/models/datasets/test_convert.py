"""Converting the public layouts, on small files laid out as their makers did."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.datasets.convert import LAYOUTS, convert
from models.datasets.read import read_dataset
from models.errors import InputError


def save(path: Path, value: Any) -> None:
    """Write JSON, or text as it stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


@pytest.fixture
def polyvore(tmp_path: Path) -> Path:
    """Polyvore Outfits: five outfits, of which two share an item; the right answers stand anywhere."""
    root = tmp_path / "polyvore_outfits"
    outfits = {"train": ["10", "11"], "valid": ["20"], "test": ["30", "31"]}
    products = {"10": [1, 2], "11": [2, 3], "20": [4, 5, 4], "30": [6, 7, 8], "31": [8, 9]}
    metadata = {
        str(number): {
            "url_name": f"item {number}",
            "title": f"Item\n{number}" if number % 2 else "",
            "description": "",
            "catgeories": "",
            "related": "",
            "category_id": "21" if number % 2 else "41",
            "semantic_category": "tops" if number % 2 else "",
        }
        for number in range(1, 12)
    }
    save(root / "polyvore_item_metadata.json", metadata)
    save(root / "polyvore_outfit_titles.json", {"10": {"url_name": "ten", "title": "Ten"}})
    save(root / "categories.csv", "21,t-shirt,tops\n41,shoe,shoes\n")
    for split, ids in outfits.items():
        entries = [
            {"set_id": id_, "items": [{"item_id": str(product), "index": place} for place, product in enumerate(products[id_], 1)]}
            for id_ in ids
        ]
        save(root / "nondisjoint" / f"{split}.json", entries)
        save(root / "disjoint" / f"{split}.json", entries)
    question = {"question": ["30_1", "30_3"], "blank_position": 2, "answers": ["31_2", "30_2", "20_1", "10_1"]}
    save(root / "nondisjoint" / "fill_in_blank_test.json", [question] * 20)
    save(root / "nondisjoint" / "compatibility_valid.txt", "1 20_1 20_2 20_3\n\n0 10_1 30_1\n")
    for number in (1, 6):
        save(root / "images" / f"{number}.jpg", f"picture {number}")
    return root


@pytest.fixture
def maryland(tmp_path: Path) -> Path:
    """Maryland Polyvore: one outfit a split; the right answer comes first."""
    root = tmp_path / "polyvore"
    for split, set_id in (("train", "10"), ("valid", "20"), ("test", "30")):
        items = [
            {"index": index, "name": f"item {index}", "price": 10.5 * (index - 1), "categoryid": 21, "likes": 1, "image": "http://x"}
            for index in (1, 2, 4)
        ]
        save(root / "label" / f"{split}_no_dup.json", [{"name": "Outfit", "set_id": set_id, "items": items, "views": 1}])
    save(root / "label" / "category_id.txt", "2 Clothing\n21 T-Shirts\n")
    question = {"question": ["30_1", "30_4"], "blank_position": 2, "answers": ["30_2", "30_4", "10_1", "20_1"]}
    save(root / "label" / "fill_in_blank_test.json", [question] * 20)
    save(root / "label" / "fashion_compatibility_prediction.txt", "1 30_1 30_2 30_4\n0 30_1 30_1 10_2\n")
    save(root / "images" / "30" / "4.jpg", "picture")
    return root


def test_polyvore_becomes_a_dataset(polyvore: Path, tmp_path: Path) -> None:
    """Items, outfits and pictures of one variant are there, under the products' own ids."""
    counts = convert("polyvore-nondisjoint", polyvore, tmp_path / "out")
    dataset = read_dataset(tmp_path / "out")
    assert counts == {
        "items": {"": 9},
        "pictures": {"": 2},
        "outfits": {"train": 2, "valid": 1, "test": 2},
        "fitb": {"test": 20},
        "compatibility": {"valid": 2},
    }
    assert [(outfit.id, outfit.items, outfit.split) for outfit in dataset.outfits][1:3] == [
        ("11", ("2", "3"), "train"),
        ("20", ("4", "5"), "valid"),
    ]
    rows = {row["id"]: row for row in dataset.catalogue.table.to_pylist()}
    assert set(rows) == set("123456789")
    assert [rows["1"][name] for name in ("category", "subcategory", "title", "split")] == ["tops", "t-shirt", "Item 1", "train"]
    assert [rows["2"][name] for name in ("category", "subcategory", "title", "image")] == ["shoes", "shoe", "item 2", None]
    assert dataset.catalogue.image(dataset.catalogue.row_of["6"]) == b"picture 6"


def test_items_of_several_splits_are_of_none(polyvore: Path, tmp_path: Path) -> None:
    """An item that outfits of two splits share belongs to no split."""
    save(polyvore / "nondisjoint" / "valid.json", [{"set_id": "20", "items": [{"item_id": "1", "index": 1}, {"item_id": "4", "index": 2}]}])
    save(polyvore / "nondisjoint" / "compatibility_valid.txt", "1 20_1 20_2\n")
    convert("polyvore-nondisjoint", polyvore, tmp_path / "out")
    splits = dict(zip(*read_dataset(tmp_path / "out").catalogue.table.select(["id", "split"]).to_pydict().values(), strict=True))
    assert (splits["1"], splits["2"], splits["4"]) == (None, "train", "valid")


def test_right_answer_is_of_the_questions_outfit(polyvore: Path, tmp_path: Path) -> None:
    """In Polyvore Outfits the right answer is found by its outfit, at any place, and followed through the shuffle."""
    convert("polyvore-nondisjoint", polyvore, tmp_path / "out")
    questions = read_dataset(tmp_path / "out").tasks["fitb"]
    assert {(question.items, question.candidates[question.answer], question.split) for question in questions} == {(("6", "8"), "7", "test")}
    assert {question.answer for question in questions} == {0, 1, 2, 3}
    assert all(sorted(question.candidates) == ["1", "4", "7", "9"] for question in questions)


def test_variant_without_questions_has_none(polyvore: Path, tmp_path: Path) -> None:
    """Files of questions may be missing, which is told by name, as are items of no outfit."""
    said: list[str] = []
    convert("polyvore-disjoint", polyvore, tmp_path / "out", warn=said.append)
    assert read_dataset(tmp_path / "out").tasks == {}
    kinds = [("fill_in_blank", "json"), ("compatibility", "txt")]
    expected = [str(polyvore / "disjoint" / f"{kind}_{split}.{end}") for kind, end in kinds for split in ("train", "valid", "test")]
    assert [line.split(":")[0] for line in said if "is not there" in line] == expected
    assert any("2 of its items stand in no outfit" in line for line in said)


def test_an_answer_among_the_wrong_ones_is_one_candidate(polyvore: Path, tmp_path: Path) -> None:
    """Two places may be of one item; a question that this leaves no choice is left out, and both are told by file and number."""
    asked = {"question": ["30_1", "30_2"], "blank_position": 3}
    answers = [["30_3", "31_1", "20_1", "10_1"], ["30_3", "31_1"]]
    path = polyvore / "nondisjoint" / "fill_in_blank_test.json"
    save(path, [{**asked, "answers": places} for places in answers])
    said: list[str] = []
    counts = convert("polyvore-nondisjoint", polyvore, tmp_path / "out", warn=said.append)
    [question] = read_dataset(tmp_path / "out").tasks["fitb"]
    assert (question.id, sorted(question.candidates), question.candidates[question.answer]) == ("fitb-test-1", ["1", "4", "8"], "8")
    assert counts["fitb"] == {"test": 1}
    told = [line for line in said if line.startswith(f"{path}: 1 question")]
    assert ["(1) with two places" in told[0], "(2) with one item" in told[1]] == [True, True]


def test_header_of_categories_is_passed_over(polyvore: Path, tmp_path: Path) -> None:
    """Copies of categories.csv with a header read the same."""
    save(polyvore / "categories.csv", "id,name,semantic\n21,t-shirt,tops\n41,shoe,shoes\n")
    assert convert("polyvore-disjoint", polyvore, tmp_path / "out")["items"] == {"": 9}


def test_maryland_becomes_a_dataset(maryland: Path, tmp_path: Path) -> None:
    """Items are known by outfit and index; a price of 0 is no price; a wrong answer that stands in the question is not the right one."""
    counts = convert("maryland", maryland, tmp_path / "out")
    dataset = read_dataset(tmp_path / "out")
    assert [sum(by_split.values()) for by_split in counts.values()] == [9, 1, 3, 20, 2]
    assert dataset.catalogue.ids == [f"{set_id}_{index}" for set_id in (10, 20, 30) for index in (1, 2, 4)]
    first = dataset.catalogue.table.to_pylist()[0]
    assert (first["category"], first["title"], first["price"], first["split"]) == ("T-Shirts", "item 1", None, "train")
    assert dataset.catalogue.table.column("price")[1].as_py() == 10.5
    assert dataset.catalogue.image(dataset.catalogue.row_of["30_4"]) == b"picture"
    assert {question.candidates[question.answer] for question in dataset.tasks["fitb"]} == {"30_2"}
    assert len({question.answer for question in dataset.tasks["fitb"]}) == 4
    assert [(question.items, question.label) for question in dataset.tasks["compatibility"]] == [
        (("30_1", "30_2", "30_4"), 1),
        (("30_1", "30_1", "10_2"), 0),
    ]


def test_seed_fixes_the_order_of_candidates(maryland: Path, tmp_path: Path) -> None:
    """The same seed writes the same bytes, another seed another order."""
    written = []
    for number, seed in enumerate((1, 1, 2)):
        convert("maryland", maryland, tmp_path / str(number), seed=seed)
        written.append((tmp_path / str(number) / "fitb.jsonl").read_bytes())
    assert written[0] == written[1] != written[2]


@pytest.mark.parametrize(
    ("name", "content", "line", "field", "problem"),
    [
        ("test.json", "[", None, None, "is not JSON"),
        ("test.json", {}, None, None, "{} should be a valid array"),
        ("test.json", ["x"], None, "[0]", "'x' should be an object"),
        ("test.json", [{"set_id": "10", "items": [{"item_id": "1", "index": 1}]}], None, "[0].set_id", "names two outfits"),
        ("test.json", [{"set_id": "../1", "items": [{"item_id": "1", "index": 1}]}], None, "[0].set_id", "cannot be part of a file name"),
        ("test.json", [{"set_id": "40", "items": []}], None, "[0].items", "is an empty list; give at least one"),
        (
            "test.json",
            [{"set_id": "40", "items": [{"item_id": "1", "index": "x"}]}],
            None,
            "[0].items[0].index",
            "'x' should be a valid integer",
        ),
        (
            "test.json",
            [{"set_id": "40", "items": [{"item_id": "99", "index": 1}]}],
            None,
            "[0].items[0].item_id",
            "'99' is not in polyvore_item",
        ),
        ("test.json", [{"set_id": "40", "items": [{"index": 1}]}], None, "[0].items[0].item_id", "is missing"),
        ("fill_in_blank_test.json", [{"question": ["30_1"], "answers": ["31_1"]}], None, "[0].answers", "none is of outfit '30'"),
        ("fill_in_blank_test.json", [{"question": ["30_1"], "answers": ["30_9"]}], None, "[0].answers", "'30_9' stands in no outfit"),
        ("fill_in_blank_test.json", [{"answers": ["30_9"]}], None, "[0].question", "is missing"),
        ("compatibility_valid.txt", "1 20_1\n2 20_1\n", 2, None, "not a label"),
        ("compatibility_valid.txt", "1\n", 1, None, "at least one item"),
        ("compatibility_valid.txt", "1 20_1 99_1\n", 1, None, "'99_1' stands in no outfit"),
        ("../categories.csv", "21,t-shirt,tops\nx,shoe,shoes\n", 2, "id", "not the number of a category"),
    ],
)
def test_broken_polyvore_is_refused(
    *,
    polyvore: Path,
    tmp_path: Path,
    refused: Callable[..., str],
    name: str,
    content: Any,
    line: int | None,
    field: str | None,
    problem: str,
) -> None:
    """A broken source is refused by file and place, and nothing is left behind."""
    if name == "test.json":
        (polyvore / "nondisjoint" / "fill_in_blank_test.json").unlink()
        (polyvore / "nondisjoint" / "compatibility_valid.txt").unlink()
    path = (polyvore / "nondisjoint" / name) if "/" not in name else polyvore / "categories.csv"
    save(path, content)
    before = sorted(tmp_path.iterdir())
    assert problem in refused(lambda: convert("polyvore-nondisjoint", polyvore, tmp_path / "out"), path, line, field)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", ["polyvore_item_metadata.json", "categories.csv", "disjoint/valid.json"])
def test_missing_file_is_refused(polyvore: Path, tmp_path: Path, refused: Callable[..., str], name: str) -> None:
    """A download that lacks a file is refused by its name."""
    (polyvore / name).unlink()
    assert "No such file" in refused(lambda: convert("polyvore-disjoint", polyvore, tmp_path / "out"), polyvore / name)


def test_unknown_category_is_refused(maryland: Path, tmp_path: Path, refused: Callable[..., str]) -> None:
    """A category number without a name is refused where it is used."""
    save(maryland / "label" / "category_id.txt", "2 Clothing\n")
    path = maryland / "label" / "train_no_dup.json"
    assert "21 is not in category_id.txt" in refused(
        lambda: convert("maryland", maryland, tmp_path / "out"), path, None, "[0].items[0].categoryid"
    )


def test_taken_directory_is_refused(maryland: Path, tmp_path: Path, refused: Callable[..., str]) -> None:
    """What is there already is not written over."""
    save(tmp_path / "out" / "items.csv", "mine")
    assert "is there already" in refused(lambda: convert("maryland", maryland, tmp_path / "out"), tmp_path / "out")


def test_unknown_layout_is_refused(maryland: Path, tmp_path: Path) -> None:
    """A layout that is not known is refused with those that are."""
    with pytest.raises(InputError, match=", ".join(LAYOUTS)):
        convert("polyvore-u", maryland, tmp_path / "out")


def test_pictures_are_copied_where_they_cannot_be_linked(maryland: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without hard links pictures are copied."""

    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    convert("maryland", maryland, tmp_path / "out")
    assert (tmp_path / "out" / "images" / "30" / "4.jpg").read_text() == "picture"
