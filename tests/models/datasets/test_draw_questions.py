"""Questions that are drawn from outfits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pytest

from models.datasets.draw_questions import Drawn, draw_questions
from models.datasets.schema import ITEM_SCHEMA, Catalogue, Compatibility, FillInTheBlank, Outfit, Retrieval, Split


def worn(name: str, items: str, split: Split = "test", user: str | None = None) -> Outfit:
    """An outfit from ``top1 shoe1``-like words."""
    return Outfit(name, tuple(items.split()), split, user)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Forty tops, forty shoes and a single hat."""
    rows = [{"id": f"{category}{number}", "category": category} for category in ("top", "shoe") for number in range(40)]
    return Catalogue(pa.Table.from_pylist([*rows, {"id": "hat0", "category": "hat"}], ITEM_SCHEMA))


@pytest.fixture(scope="module")
def tested() -> list[Outfit]:
    """Twenty outfits."""
    return [worn(f"o{number}", f"top{number} shoe{number}", user=f"u{number}") for number in range(20)]


def kind(name: str) -> str:
    """The category that an id says."""
    return name.rstrip("0123456789")


def wrong(drawn: Drawn, *files: str) -> list[str]:
    """All wrong candidates of the questions."""
    blanks = [question for name in files for question in drawn.tasks[name] if isinstance(question, FillInTheBlank)]
    return [item for blank in blanks for place, item in enumerate(blank.candidates) if place != blank.answer]


def test_every_outfit_is_asked_about_in_four_ways(tested: Sequence[Outfit], catalogue: Catalogue) -> None:
    """Wrong candidates are three others of the answer's category, replaced items others of theirs."""
    drawn = draw_questions(tested, (), catalogue)
    assert {name: len(asked) for name, asked in drawn.tasks.items()} == {
        "compatibility": 40,
        "fitb": 20,
        "fitb_popularity": 20,
        "retrieval": 20,
    }
    assert drawn.counts() == {"seed": 0, "outfits": 20, "near_training_outfits": 0, "of_one_item": 0}
    for name in ("fitb", "fitb_popularity"):
        for question, outfit in zip(drawn.tasks[name], tested, strict=True):
            assert isinstance(question, FillInTheBlank)
            assert {question.candidates[question.answer], *question.items} == set(outfit.items)
            assert len(set(question.candidates)) == 4
            assert {kind(item) for item in question.candidates} == {kind(question.candidates[question.answer])}
            assert (question.split, question.user) == ("test", outfit.user)
    for asked in drawn.tasks["retrieval"]:
        assert isinstance(asked, Retrieval)
        assert kind(asked.answer) == asked.category
    pairs = drawn.tasks["compatibility"]
    for whole, replaced in zip(pairs[::2], pairs[1::2], strict=True):
        assert isinstance(whole, Compatibility)
        assert isinstance(replaced, Compatibility)
        assert (whole.label, replaced.label) == (1, 0)
        assert [kind(item) for item in whole.items] == [kind(item) for item in replaced.items]
        assert not set(whole.items) & set(replaced.items)


def test_answers_stand_in_every_place(tested: Sequence[Outfit], catalogue: Catalogue) -> None:
    """Whoever always names the first is right as often as by chance."""
    asked = [question for seed in range(10) for question in draw_questions(tested, (), catalogue, seed=seed).tasks["fitb"]]
    places = Counter(question.answer for question in asked if isinstance(question, FillInTheBlank))
    assert min(places[place] for place in range(4)) > 30


def test_the_seed_decides(tested: Sequence[Outfit], catalogue: Catalogue) -> None:
    """And what is asked about one outfit does not depend on which others there are."""
    drawn = draw_questions(tested, (), catalogue)
    assert drawn == draw_questions(tested, (), catalogue)
    assert drawn.tasks["fitb"] != draw_questions(tested, (), catalogue, seed=1).tasks["fitb"]
    assert drawn.tasks["fitb"][7:] == draw_questions(tested[7:], (), catalogue).tasks["fitb"]


def test_what_a_near_duplicate_wears_is_no_wrong_candidate() -> None:
    """It may be as right as the answer."""
    rows = [{"id": f"{category}{number}", "category": category} for category in ("top", "shoe") for number in range(5)]
    small = Catalogue(pa.Table.from_pylist([*rows, {"id": "hat0", "category": "hat"}], ITEM_SCHEMA))
    outfit, near = worn("o", "top0 shoe0 hat0"), worn("v", "top1 shoe0 hat0", "valid")
    shoes = worn("w", "top0 shoe1 hat0", "valid")
    for seed in range(10):
        drawn = draw_questions([outfit], [near, shoes], small, seed=seed)
        assert not {"top1", "shoe1"} & set(wrong(drawn, *({"fitb", "fitb_popularity"} & set(drawn.tasks))))


def test_what_training_knows_is_not_asked(tested: Sequence[Outfit], catalogue: Catalogue) -> None:
    """A near-duplicate of a training outfit is left out, and counted; so is an outfit of which one item is known."""
    others = [worn("t", "top3 shoe3 hat0", "train"), worn("v", "top4 shoe4", "valid")]
    drawn = draw_questions([*tested, worn("x", "top39 gone")], others, catalogue)
    assert "o3" not in {question.id for question in drawn.tasks["retrieval"]}
    assert "o4" in {question.id for question in drawn.tasks["retrieval"]}
    assert drawn.counts() == {"seed": 0, "outfits": 19, "near_training_outfits": 1, "of_one_item": 1}


def test_wrong_candidates_are_as_popular_as_the_answer(catalogue: Catalogue) -> None:
    """In the questions that popularity shall not answer, and among replaced items; elsewhere anything goes."""
    tested = [worn(f"o{number}", f"top{number} shoe{number + 20}") for number in range(20)]
    train = [worn(f"t{number}", f"top{number % 20} shoe{(number + 1 + number // 20) % 20 + 20}", "train") for number in range(100)]
    popular = {item for outfit in train for item in outfit.items}
    assert len(popular) == 40
    drawn = draw_questions(tested, train, catalogue)
    assert set(wrong(drawn, "fitb_popularity")) <= popular
    assert {item for one in drawn.tasks["compatibility"] for item in one.items} <= popular
    assert set(wrong(drawn, "fitb")) - popular


def test_cold_answers_have_files_of_their_own_where_there_are_enough(catalogue: Catalogue) -> None:
    """They are items that no training outfit wears."""
    train = [worn(f"t{number}", f"top{number} shoe{number}", "train") for number in range(20)]
    tested = [worn(f"o{number}", f"top{number} shoe{number + shift}") for number in range(20) for shift in (20,)]
    few = draw_questions(tested, train, catalogue)
    assert "fitb_cold" not in few.tasks
    many = [worn(f"{outfit.id}-{again}", " ".join(outfit.items)) for outfit in tested for again in range(4)]
    drawn = draw_questions(many, train, catalogue)
    cold = drawn.tasks["retrieval_cold"]
    assert {question.answer for question in cold if isinstance(question, Retrieval)} <= {f"shoe{number}" for number in range(20, 40)}
    assert len(cold) == len(drawn.tasks["fitb_cold"]) > 30


def test_a_category_of_few_is_not_asked_about(catalogue: Catalogue) -> None:
    """There is no choice; which of all it is can be asked."""
    drawn = draw_questions([worn("o", "hat0 top1"), worn("p", "hat0 top2")], (), catalogue)
    assert len(drawn.tasks["retrieval"]) == 2
    assert "compatibility" not in drawn.tasks
    assert all(kind(item) == "top" for item in wrong(drawn, *({"fitb"} & set(drawn.tasks))))


def test_sizes_of_a_product_are_one_item() -> None:
    """No model tells them apart: a question with two of them has no answer, and an outfit in other sizes is a near-duplicate."""
    rows = [
        {"id": f"{category}{number}{size}", "category": category, "group_id": f"{category}{number}", "attributes": f'{{"size": "{size}"}}'}
        for category in ("top", "shoe")
        for number in range(8)
        for size in "SML"
    ]
    sized = Catalogue(pa.Table.from_pylist(rows, ITEM_SCHEMA))
    trained = [worn(f"t{number}", f"top{number}M shoe{7 - number}L", "train") for number in range(6)]
    drawn = draw_questions([worn("o", "top7S shoe7S"), worn("leak", "top0S shoe7S")], trained, sized)
    assert drawn.counts() == {"seed": 0, "outfits": 1, "near_training_outfits": 1, "of_one_item": 0}
    for name in ("fitb", "fitb_popularity"):
        (blank,) = drawn.tasks[name]
        assert isinstance(blank, FillInTheBlank)
        assert len({item[:-1] for item in blank.candidates}) == 4
    assert {item[-1] for item in wrong(drawn, "fitb") if item[:-1] in {f"top{number}" for number in range(6)}} <= {"M"}


def test_colours_of_a_product_are_several_items() -> None:
    """Which of them goes with an outfit is what a question asks."""
    rows = [{"id": f"{kind}{n}", "category": kind, "group_id": kind, "title": f"{kind} {n}"} for kind in ("top", "shoe") for n in range(4)]
    drawn = draw_questions([worn("o", "top0 shoe0")], (), Catalogue(pa.Table.from_pylist(rows, ITEM_SCHEMA)))
    assert len(drawn.tasks["fitb"]) == 1
