"""``attire check`` and ``attire questions``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import run


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Twenty tops and shoes, and as many outfits of nothing but items."""
    root = tmp_path / "shop"
    root.mkdir()
    items = [{"id": f"{category}{number}", "category": category} for category in ("tops", "shoes") for number in range(20)]
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    outfits = [{"items": [f"tops{number}", f"shoes{number}"]} for number in range(20)]
    (root / "outfits.jsonl").write_text("".join(json.dumps(outfit) + "\n" for outfit in outfits))
    return root


def test_a_dataset_in_order_is_told_what_it_lacks(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and a last line of what there is."""
    assert run(["check", str(shop)]) == 0
    out, err = capsys.readouterr()
    assert "missing  title of items (40 of 40)" in out
    assert out.splitlines()[-1] == f"{shop}: 40 items, outfits: 16 train, 2 valid, 2 test; 0 kinds of warning"
    assert err == ""


@pytest.mark.training
def test_pictures_that_cannot_be_used_are_counted(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By check, train and evaluate: what a half-extracted archive lacks is no model's fault."""
    items = [json.loads(line) for line in (shop / "items.jsonl").read_text().splitlines()]
    for item in items[:3]:
        item["image"] = f"{item['id']}.jpg"
        (shop / item["image"]).write_bytes(b"notajpeg")
    (shop / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    assert run(["check", str(shop)]) == 0
    assert "3 of 3 pictures that were looked at cannot be used, such as that of 'tops0': not a picture" in capsys.readouterr().out
    bundle = ["--recipe", "self-adaptive", "--set", "epochs=1", "--no-compare"]
    assert run(["train", str(shop), "--out", str(shop / "bundle"), *bundle]) == 0
    told = "warning: pictures of 3 items cannot be used, which go by their words alone, such as that of tops0: not a picture"
    assert told in capsys.readouterr().err
    assert run(["evaluate", str(shop), "--bundle", str(shop / "bundle")]) == 0
    assert told in capsys.readouterr().err


def test_everything_wrong_is_told_and_ends_with_2(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind with its lines on standard output, the same as JSON, and one line on standard error."""
    with (shop / "outfits.jsonl").open("a") as file:
        file.write('{"items": "tops1"}\n{"items": ["tops1", "shoes2", "gone"]}\n')
    with (shop / "items.jsonl").open("a") as file:
        file.writelines(f'{{"id": "x{number}", "category": ""}}\n' for number in range(9))
    assert run(["check", str(shop), "--json", str(tmp_path / "to" / "found.json")]) == 2
    out, err = capsys.readouterr()
    assert (
        f"error    {shop}/items.jsonl, field 'category', 9 lines\n           line 41: is missing or empty; every item has a category\n"
        in out
    )
    assert "           … and 4 more\n" in out
    assert f"warning  {shop}/outfits.jsonl, field 'items', 1 line\n           line 22: 'gone' is not an item" in out
    assert err == f"attire: {shop}: has 2 kinds of error, each told above\n"
    found = json.loads((tmp_path / "to" / "found.json").read_text())
    for words in (["--json"], ["--json", "-"]):
        assert run(["check", str(shop), *words]) == 2
        alone, told = capsys.readouterr()
        assert json.loads(alone) == found
        assert told == out + err  # what people are told
    assert [kind["count"] for kind in found["errors"]] == [9, 1]


def test_questions_are_written_once(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over those that are there only if that is meant; the seed decides."""
    assert run(["questions", str(shop)]) == 0
    assert f"{shop}: 4 compatibility, 2 fitb, 2 fitb_popularity, 2 retrieval, about 2 outfits of test" in capsys.readouterr().out
    first = (shop / "fitb.jsonl").read_text()
    assert run(["questions", str(shop), "--seed", "1"]) == 2
    assert "holds compatibility.jsonl, fitb.jsonl, fitb_popularity.jsonl, retrieval.jsonl already" in capsys.readouterr().err
    assert run(["questions", str(shop), "--seed", "1", "--out", str(shop / "other")]) == 0
    assert run(["questions", str(shop), "--force"]) == 0
    assert (shop / "fitb.jsonl").read_text() == first != (shop / "other" / "fitb.jsonl").read_text()
    assert run(["check", str(shop)]) == 0


def test_one_kind_is_written_beside_questions_of_ones_own(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Published questions seldom rank whole categories; those that are there stay as they are."""
    (shop / "fitb.jsonl").write_text("mine")
    assert run(["questions", str(shop), "--only", "retrieval"]) == 0
    assert f"{shop}: 2 retrieval, about 2 outfits of test" in capsys.readouterr().out
    assert sorted(path.name for path in shop.glob("*.jsonl")) == ["fitb.jsonl", "items.jsonl", "outfits.jsonl", "retrieval.jsonl"]
    assert (shop / "fitb.jsonl").read_text() == "mine"
    assert run(["questions", str(shop), "--only", "ranks"]) == 2
    assert "use fitb, compatibility, retrieval" in capsys.readouterr().err


def test_where_there_is_nothing_to_ask_about_it_is_told(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No outfits of the split, or none that training does not know."""
    (shop / "outfits.jsonl").write_text("".join(f'{{"items": ["tops1", "shoes1"], "split": "{split}"}}\n' for split in ("train", "test")))
    assert run(["questions", str(shop), "--split", "valid"]) == 2
    assert "there are no outfits of that split" in capsys.readouterr().err
    assert run(["questions", str(shop)]) == 2
    assert "all 1 are near-duplicates of training outfits" in capsys.readouterr().err
