"""The wardrobe as a dataset directory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.datasets.read import read_dataset
from models.datasets.sessions import read_sessions
from models.encoders.pictures import decode
from models.errors import InputError
from models.wardrobe import catalogue
from models.wardrobe.draw import SIDE
from models.wardrobe.generate import generate

SIZES = {"items": 100, "outfits": 60, "shoppers": 10}


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw in this process: starting others takes longer than drawing."""

    def pool(**_: Any) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1)

    monkeypatch.setattr(catalogue, "ProcessPoolExecutor", pool)


def contents(root: Path) -> dict[str, bytes]:
    """File name -> bytes."""
    return {path.name: path.read_bytes() for path in root.iterdir()}


@pytest.mark.usefixtures("one_process")
def test_the_same_seed_writes_the_same_files(wardrobe: Path, tmp_path: Path) -> None:
    """Bit for bit, however many processes draw."""
    generate(tmp_path, **SIZES, seed=7)
    assert contents(tmp_path) == contents(wardrobe)


@pytest.mark.usefixtures("one_process")
def test_another_seed_writes_other_files(wardrobe: Path, tmp_path: Path) -> None:
    """Every file differs that can differ."""
    generate(tmp_path, **SIZES, seed=8)
    again, first = contents(tmp_path), contents(wardrobe)
    assert {name for name in again if again[name] == first.get(name)} <= {"fitb_cold.jsonl", "retrieval_cold.jsonl"}


def test_it_reads_as_a_dataset(wardrobe: Path) -> None:
    """Catalogue, outfits, sessions, every kind of question and the oracle."""
    dataset = read_dataset(wardrobe)
    assert (len(dataset.catalogue), len(dataset.outfits)) == (100, 60)
    assert {"fitb", "fitb_popularity", "compatibility", "retrieval"} <= set(dataset.tasks)
    assert set(dataset.oracle or {}) <= set(dataset.tasks)
    assert len(list(read_sessions(wardrobe / "sessions.jsonl"))) >= len(dataset.outfits_of("train"))


def test_every_item_has_a_picture_of_its_own(wardrobe: Path) -> None:
    """All decode, none is another's."""
    shop = read_dataset(wardrobe, tasks=False).catalogue
    pictures = [shop.image(row) or b"" for row in range(len(shop))]
    assert {decode(picture).size for picture in pictures} == {(SIDE, SIDE)}
    assert len(set(pictures)) == len(pictures)


def test_titles_are_noisy_but_mostly_there(wardrobe: Path) -> None:
    """A few items have none, and few share one."""
    titles = read_dataset(wardrobe, tasks=False).catalogue.titles
    said = [title for title in titles if title]
    assert len(said) > 90
    assert len(set(said)) > 80


@pytest.mark.parametrize(("name", "value"), [("items", 99), ("outfits", 49), ("shoppers", 0)])
def test_too_small_a_wardrobe_is_refused(tmp_path: Path, name: str, value: int) -> None:
    """The message names the size and its least value."""
    with pytest.raises(InputError, match=f"field '{name}': {value} is too few"):
        generate(tmp_path / "out", **{**SIZES, name: value})
    assert not (tmp_path / "out").exists()


def test_outfits_that_leave_none_to_learn_from_are_refused(tmp_path: Path) -> None:
    """So many of so few items that every one shares some with those to ask about."""
    with pytest.raises(InputError, match="fewer outfits, or more items"):
        generate(tmp_path / "out", items=100, outfits=6_000, shoppers=5)


def test_a_directory_with_something_else_is_refused(tmp_path: Path) -> None:
    """It is not changed."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="not a wardrobe"):
        generate(tmp_path, **SIZES)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    """Like a directory with other content."""
    (tmp_path / "out").write_text("mine")
    with pytest.raises(InputError, match="not a wardrobe"):
        generate(tmp_path / "out", **SIZES)


def test_outfits_never_hold_an_item_twice(large: Path) -> None:
    """One item per slot, of three to five slots."""
    for outfit in read_dataset(large, tasks=False).outfits:
        assert 3 <= len(outfit.items) == len(set(outfit.items)) <= 5


def test_shoppers_shop_more_than_once(large: Path) -> None:
    """Tastes can only be learned from shoppers that come back."""
    users = [outfit.user for outfit in read_dataset(large, tasks=False).outfits_of("train")]
    assert min(np.unique([user or "" for user in users], return_counts=True)[1]) > 5
