"""Splits and questions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.worker.hygiene import Basket
from app.worker.outfits import ask, known, split_by_time
from app.worker.reference import Reference
from models.datasets.schema import ITEM_SCHEMA, Catalogue, Compatibility, FillInTheBlank, Outfit, Retrieval
from models.datasets.splits import NEAR_DUPLICATE
from models.errors import InputError


def baskets(*items: str) -> list[Basket]:
    """Baskets from ``a b c``-like words, an hour apart."""
    return [Basket(f"s{place}", None, 3_600.0 * place, tuple(one.split())) for place, one in enumerate(items)]


def distinct(count: int) -> list[str]:
    """Baskets that have nothing in common."""
    return [f"a{number} b{number} c{number}" for number in range(count)]


def ids(outfits: Sequence[Outfit]) -> list[str]:
    """Whose these are."""
    return [one.id for one in outfits]


@pytest.fixture
def catalogue() -> Catalogue:
    """Thirty tops and thirty shoes."""
    rows = [{"id": f"{category}{number}", "category": category} for category in ("top", "shoe") for number in range(30)]
    return Catalogue(pa.Table.from_pylist(rows, ITEM_SCHEMA))


def test_only_what_may_be_left_blank_is_asked_for(catalogue: Catalogue) -> None:
    """An outfit without any is asked about as a whole."""
    outfits = [Outfit(f"o{number}", (f"top{number}", f"shoe{number}"), "test") for number in range(20)]
    asked = ask(outfits, catalogue, {(f"o{number}", f"shoe{number}") for number in range(0, 20, 2)})
    blanks = [(one.id, one.answer) for one in asked["retrieval"] if isinstance(one, Retrieval)]
    assert blanks == [(f"o{number}", f"shoe{number}") for number in range(0, 20, 2)]
    assert (len(asked["fitb"]), len(asked["compatibility"])) == (10, 40)


def test_the_latest_outfits_are_held_out() -> None:
    """Before them come those to choose on, before these those to learn from."""
    found = split_by_time(baskets(*distinct(100)))
    assert (ids(found.train)[-1], ids(found.valid), ids(found.recent)[0]) == ("s79", [f"s{n}" for n in range(80, 88)], "s88")
    assert {one.split for one in found.recent} == {"test"}
    assert found.held_from == 88 * 3_600


def test_what_the_current_release_has_learned_from_is_not_held_out() -> None:
    """Asking about it would flatter the one that knows it."""
    found = split_by_time(baskets(*distinct(100)), unseen_from=97 * 3_600.0)
    assert ids(found.recent) == ["s97", "s98", "s99"]
    assert split_by_time(baskets(*distinct(100)), unseen_from=1e9).recent == ()


def test_near_duplicates_go_with_the_earlier_of_them() -> None:
    """Which is learned from, or chosen on."""
    found = split_by_time(baskets(*distinct(98), "a1 b1 x", "a85 b85"))
    assert "s98" in ids(found.train)
    assert "s99" in ids(found.valid)
    assert (found.moved, found.between) == (2, 0)


def test_what_is_chosen_on_is_what_comes_next() -> None:
    """The same again and near-duplicates are, as often as they come: choosing among what is new alone would hold the old against itself."""
    found = split_by_time(baskets(*distinct(80), "a1 b1 c1", "a2 b2 x", *distinct(100)[82:]))
    assert ids(found.valid) == [f"s{number}" for number in range(80, 88)]
    assert (found.moved, found.between) == (0, 0)


def test_what_is_nearly_one_on_either_of_two_sides_is_on_none() -> None:
    """A near-duplicate of a near-duplicate alone is held out as any other."""
    found = split_by_time(baskets(*distinct(98), "a1 b1 x", "b1 x"))
    assert "s99" in ids(found.recent)
    assert "s98" not in ids((*found.train, *found.valid, *found.recent))
    assert (found.moved, found.between) == (0, 1)


def test_nothing_like_the_reference_is_learned_from() -> None:
    """Whenever it was bought; what is like that alone is learned from, so that chains of them don't grow with the log."""
    reference = [Outfit("r", ("a3", "b3"), "test")]
    found = split_by_time(baskets(*distinct(98), "b3 c3 x", "c3 x"), reference)
    assert "s3" not in ids((*found.train, *found.valid, *found.recent))
    assert {"s98", "s99"} <= set(ids(found.recent))
    assert found.left_out == 1


@given(st.lists(st.frozensets(st.sampled_from("abcdefghijklmnop"), min_size=2, max_size=4), min_size=30, max_size=60), st.integers(0, 3))
def test_no_near_duplicates_are_on_two_sides(worn: list[frozenset[str]], asked: int) -> None:
    """Of what is asked about and what was learned from or chosen on; nor is one of the reference on any."""
    reference = [Outfit(f"r{place}", tuple(sorted(items)), "test") for place, items in enumerate(worn[:asked])]
    found = split_by_time(baskets(*(" ".join(sorted(items)) for items in worn[asked:])), reference)
    sides = [[frozenset(one.items) for one in side] for side in (reference, (*found.train, *found.valid), found.recent)]
    for one, other in combinations(sides, 2):
        assert not any(len(items & others) >= NEAR_DUPLICATE * len(items | others) for items in one for others in other)
    assert sum(map(len, sides)) + found.left_out + found.between == len(worn)


def test_an_outfit_in_another_size_is_the_same() -> None:
    """It is not asked about where it was learned from."""
    found = split_by_time(baskets(*distinct(99), "a1-l b1 c1"), one_size={"a1-l": "a1"})
    assert "s99" in ids(found.train)


def test_outfits_from_before_the_log_are_learned_from_as_their_split_says() -> None:
    """Their test outfits are not, and a later basket like one of theirs goes with it."""
    earlier = [Outfit("t", ("x", "y"), "train"), Outfit("v", ("a99", "b99"), "valid"), Outfit("n", ("p", "q"), "test")]
    found = split_by_time(baskets(*distinct(100)), (), earlier)
    assert "t" in ids(found.train)
    assert {"v", "s99"} <= set(ids(found.valid))
    assert "n" not in ids((*found.train, *found.valid, *found.recent))


def test_questions_are_of_the_outfit_and_the_same_each_time(catalogue: Catalogue) -> None:
    """One item is missing; wrong candidates are of its category and not worn."""
    outfits = [Outfit(f"o{number}", (f"top{number}", f"shoe{number}"), "test") for number in range(20)]
    asked = ask(outfits, catalogue)
    assert asked == ask(outfits, catalogue)
    for question in asked["retrieval"]:
        assert isinstance(question, Retrieval)
        assert question.answer.startswith(question.category)
    for blank, one in zip(asked["fitb"], outfits, strict=True):
        assert isinstance(blank, FillInTheBlank)
        assert {blank.candidates[blank.answer], *blank.items} == set(one.items)
        assert len({candidate.rstrip("0123456789") for candidate in blank.candidates}) == 1
        assert len(set(blank.candidates)) == 4
    labels = [question.label for question in asked["compatibility"] if isinstance(question, Compatibility)]
    assert labels == [1, 0] * 20


def test_what_the_catalogue_has_lost_is_not_asked_about(catalogue: Catalogue) -> None:
    """Nor learned from."""
    outfits = [Outfit("o", ("top1", "shoe1", "gone"), "train"), Outfit("p", ("top1", "gone"), "train")]
    assert known(outfits, catalogue, "test") == (Outfit("o", ("top1", "shoe1"), "test"),)
    assert [question.id for question in ask(outfits, catalogue)["retrieval"]] == ["o"]


def test_the_first_held_out_outfits_become_the_reference(tmp_path: Path) -> None:
    """Once there are enough, and for ever; kept under names that are no session's."""
    outfits = [Outfit(f"o{number}", ("a", "b"), "test", "ada", 1.0) for number in range(3)]
    nobodys = tuple(Outfit(f"reference-{number}", ("a", "b"), "test") for number in (1, 2, 3))
    empty = Reference.of(tmp_path / "none", tmp_path)
    assert empty.frozen(outfits, at_least=4).asked == ()
    assert empty.frozen(outfits, at_least=3).asked == tuple(outfits)
    assert Reference.of(tmp_path / "none", tmp_path).asked == nobodys


def test_a_shop_with_outfits_of_its_own_brings_the_reference(tmp_path: Path) -> None:
    """Its test outfits; the others are learned from."""
    (tmp_path / "items.jsonl").write_text("".join(f'{{"id": "{item}", "category": "c"}}\n' for item in "abcd"))
    lines = ['{"id": "1", "items": ["a", "b"], "split": "train"}', '{"id": "2", "items": ["c", "d"], "split": "test"}']
    (tmp_path / "outfits.jsonl").write_text("\n".join(lines))
    found = Reference.of(tmp_path, tmp_path / "worker")
    assert (ids(found.asked), ids(found.learned)) == (["2"], ["1"])


def test_a_broken_reference_is_told(tmp_path: Path) -> None:
    """With its path, and what to do."""
    (tmp_path / "reference.jsonl").write_text("{")
    with pytest.raises(InputError, match=r"reference\.jsonl.*remove it"):
        Reference.of(tmp_path / "none", tmp_path)
