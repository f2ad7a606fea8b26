"""POST /complete-outfit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.recommend.slots import choose_slots
from app.release.release import Release
from models.bundle import Bundle


def ask(client: TestClient, **question: Any) -> dict[str, Any]:
    """The answer to a question that has one."""
    answer = client.post("/complete-outfit", json=question)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(slot: dict[str, Any]) -> list[str]:
    """The suggested ids of a slot."""
    return [item["id"] for item in slot["items"]]


def test_an_answer_has_the_form_of_the_contract(client: TestClient) -> None:
    """Every field of the contract is there, and null ones are left out."""
    answer = ask(client, items=["tops-1"], slots=[{"category": "shoes"}], k=3)
    assert set(answer) == {"recommendation_id", "release", "slots", "looks", "missing"}
    assert set(answer["slots"][0]) == {"category", "items"}
    assert set(answer["slots"][0]["items"][0]) == {"id", "category", "score", "probability", "share", "price", "title", "brand", "in_stock"}
    assert answer["looks"] == []
    assert answer["missing"] == []


def test_slots_are_inferred_from_learned_outfits(client: TestClient) -> None:
    """Left out, the slots are those that outfits like this one usually have and this one lacks."""
    assert [slot["category"] for slot in ask(client, items=["tops-1"])["slots"]] == ["bottoms", "shoes"]


def test_slots_by_says_how_slots_are_inferred(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Varied where nothing is said; the likely ones where they are asked for; another word is refused."""
    heard: list[bool] = []
    monkeypatch.setattr(
        "app.recommend.complete.choose_slots",
        lambda *given, varied, **more: heard.append(varied) or choose_slots(*given, varied=varied, **more),
    )
    for said in ({}, {"slots_by": "varied"}, {"slots_by": "likely"}):
        ask(client, items=["tops-1"], **said)
    assert heard == [True, True, False]
    assert client.post("/complete-outfit", json={"items": ["tops-1"], "slots_by": "best"}).status_code == 422


def test_suggestions_are_of_the_slot_and_best_first(client: TestClient) -> None:
    """A slot holds k items of its category, by falling score."""
    [slot] = ask(client, items=["tops-1"], slots=["shoes"], k=5)["slots"]
    scores = [item["score"] for item in slot["items"]]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)
    assert {item["category"] for item in slot["items"]} == {"shoes"}


def test_worn_and_excluded_items_are_not_suggested(client: TestClient) -> None:
    """What is worn already or excluded never comes back."""
    every = {"in_stock": None}
    [slot] = ask(client, items=["shoes-1", "tops-1"], slots=["shoes"], k=12, exclude=["shoes-2"], filters=every)["slots"]
    assert len(slot["items"]) == 10
    assert not {"shoes-1", "shoes-2"} & set(ids(slot))


def test_filters_hold_together(client: TestClient) -> None:
    """Price, brand, stock and attributes are all satisfied."""
    filters = {"price": {"min": 12, "max": 20}, "brand": ["Contoso"], "in_stock": True, "attributes": {"season": ["Summer"]}}
    [slot] = ask(client, items=["tops-1"], slots=["shoes"], filters=filters)["slots"]
    assert sorted(ids(slot)) == ["shoes-2", "shoes-4", "shoes-8"]


def test_what_is_sold_out_is_suggested_only_when_asked(client: TestClient) -> None:
    """Number 10 of each category is known to be out of stock; ``null`` asks for all, and candidates are those given."""
    [usual], [every] = (
        ask(client, items=["tops-1"], slots=["shoes"], k=12, **more)["slots"] for more in ({}, {"filters": {"in_stock": None}})
    )
    assert set(ids(every)) - set(ids(usual)) == {"shoes-10"}
    assert "shoes-10" in ids(ask(client, items=["tops-1"], candidates=["shoes-10", "shoes-3"])["slots"][0])
    looks = ask(client, items=["tops-1"], slots=["shoes"], looks=12)["looks"]
    assert "shoes-10" not in {item["id"] for look in looks for item in look["items"]}


def test_a_complete_outfit_lacks_nothing_and_says_so(client: TestClient) -> None:
    """Slots that are asked for are filled all the same, and then nothing is said of it."""
    whole = ["tops-1", "bottoms-1", "shoes-1"]
    answer = ask(client, items=whole, looks=1)
    assert answer["complete"] is True
    assert answer["slots"] == answer["looks"] == []
    assert ask(client, items=["tops-1"])["complete"] is False
    asked = ask(client, items=whole, slots=["bags"])
    assert len(asked["slots"][0]["items"]) == 10
    assert "complete" not in asked


def test_a_filter_that_leaves_nothing_says_so(client: TestClient) -> None:
    """No suggestion and the reason, not an error."""
    [slot] = ask(client, items=["tops-1"], slots=["shoes"], filters={"brand": ["Nobody"]})["slots"]
    assert slot["items"] == []
    assert slot["fallback"].startswith("no item of category 'shoes' passes the filters; none is of the brand 'Nobody': ")


def test_a_misspelt_brand_is_told_with_the_nearest(client: TestClient) -> None:
    """Values match exactly; a brand that some item has is not doubted."""
    [slot] = ask(client, items=["tops-1"], slots=["shoes"], filters={"brand": ["Nortwind"]})["slots"]
    assert slot["fallback"].endswith("none is of the brand 'Nortwind': did you mean 'Northwind'?")
    [slot] = ask(client, items=["tops-1"], slots=["shoes"], filters={"brand": ["Northwind"], "price": {"max": 1}})["slots"]
    assert slot["fallback"] == "no item of category 'shoes' passes the filters"


def test_an_unknown_attribute_is_told_with_those_there_are(client: TestClient) -> None:
    """A misspelt attribute name is explained."""
    [slot] = ask(client, items=["tops-1"], slots=["shoes"], filters={"attributes": {"seasn": ["Summer"]}})["slots"]
    assert "'seasn'" in slot["fallback"]
    assert "season" in slot["fallback"]


def test_unknown_items_beside_known_ones_are_missing(client: TestClient) -> None:
    """The known ones are answered for; the others are named."""
    answer = ask(client, items=["tops-1", "ghost"], slots=["shoes"])
    assert answer["missing"] == ["ghost"]
    assert "ghost" in answer["slots"][0]["fallback"]
    assert answer["slots"][0]["items"]


def test_candidates_across_categories_rank_as_the_bundle_ranks_them(client: TestClient, release: Release) -> None:
    """Fill in the blank over HTTP is bundle.rank, score by score."""
    context, candidates = ["tops-1", "bags-3"], ["shoes-1", "bottoms-2", "shoes-5", "bags-7"]
    answer = ask(client, items=context, candidates=[*candidates, "ghost"])
    [slot] = answer["slots"]
    rows = [release.snapshot.row_of[item] for item in candidates]
    worn = release.bundle.outfits([release.snapshot.embeddings([release.snapshot.row_of[item] for item in context])], [["tops", "bags"]])
    scores = release.bundle.rank(worn, release.snapshot.embeddings(rows)[None], [["shoes", "bottoms", "shoes", "bags"]])[0]
    expected = dict(zip(candidates, scores.tolist(), strict=True))
    assert slot["category"] == "any"
    assert answer["missing"] == ["ghost"]
    assert ids(slot) == sorted(candidates, key=lambda item: -expected[item])
    assert {item["id"]: item["score"] for item in slot["items"]} == pytest.approx(expected, abs=1e-6)


def test_candidates_of_one_category_make_its_slot(client: TestClient) -> None:
    """The one slot is named by what the candidates have in common, and k does not cut it."""
    candidates = [f"shoes-{number}" for number in range(11)]
    [slot] = ask(client, items=["tops-1"], candidates=candidates)["slots"]
    assert slot["category"] == "shoes"
    assert sorted(ids(slot)) == sorted(candidates)


def test_candidates_with_slots_are_grouped(client: TestClient) -> None:
    """Each slot ranks the candidates of its category."""
    answer = ask(client, items=["tops-1"], candidates=["shoes-1", "bags-2", "shoes-3"], slots=["shoes", "bags", "bottoms"])
    assert [(slot["category"], len(slot["items"])) for slot in answer["slots"]] == [("shoes", 2), ("bags", 1), ("bottoms", 0)]


def test_a_probability_is_what_the_completed_outfit_is_given(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Suggestions, looks and POST /score-outfit speak of the same thing, whatever is worn: what looks whole does so in each."""
    monkeypatch.setattr(Bundle, "whole", lambda _, categories: np.array([names.count("bags") / len(names) for names in categories]))
    for items in (["tops-1"], ["tops-1", "bags-2", "bottoms-3"]):
        answer = ask(client, items=items, slots=["shoes", "bags" if len(items) == 1 else "tops"], k=4, looks=2)
        promised = [(item["probability"], [item["id"]]) for slot in answer["slots"] for item in slot["items"]]
        promised += [(look["probability"], [item["id"] for item in look["items"]]) for look in answer["looks"]]
        outfits = [{"items": [*items, *added]} for _, added in promised]
        kept = client.post("/score-outfit", json={"outfits": outfits}).json()["outfits"]
        assert [one["probability"] for one in kept] == pytest.approx([probability for probability, _ in promised], abs=1e-6)


def test_shares_are_of_the_slot(client: TestClient, release: Release) -> None:
    """How likely each is the missing one: in the order of the scores, and 1 over all that was given."""
    [slot] = ask(client, items=["tops-1", "bags-2"], candidates=[f"shoes-{number}" for number in range(5)])["slots"]
    shares = [item["share"] for item in slot["items"]]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    assert shares == pytest.approx(release.bundle.shares(np.array([item["score"] for item in slot["items"]]), 3), abs=1e-6)


def test_an_outfit_that_gets_worse_is_said_to(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where even the best suggestion costs the outfit more than .05 of its probability, the slot says so."""
    question = {"items": ["tops-1", "bottoms-2"], "slots": ["shoes"], "k": 3}
    worse = "with any of these the outfit goes together less well than without"
    monkeypatch.setattr(Bundle, "probability", lambda _, scores, names: np.where(np.array([*map(len, names)]) > 2, 0.84, 0.9) + 0 * scores)
    assert worse in ask(client, **question)["slots"][0]["fallback"]
    monkeypatch.setattr(Bundle, "probability", lambda _, scores, names: np.where(np.array([*map(len, names)]) > 2, 0.86, 0.9) + 0 * scores)
    assert "fallback" not in ask(client, **question)["slots"][0]


def test_looks_fill_all_slots_within_the_budget(client: TestClient) -> None:
    """Each look has one item per slot, best first, and costs no more than the budget."""
    answer = ask(client, items=["tops-1"], slots=["shoes", "bottoms"], looks=3, budget=28)
    scores = [look["score"] for look in answer["looks"]]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    for look in answer["looks"]:
        assert [item["category"] for item in look["items"]] == ["shoes", "bottoms"]
        assert look["price"] == pytest.approx(sum(item["price"] for item in look["items"]))
        assert look["price"] <= 28


def test_a_look_is_found_wherever_the_budget_leaves_one(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the two cheapest items together are within it, however far they are from the best of their slots."""
    monkeypatch.setattr("app.recommend.rank.RETRIEVED", 1)
    answer = ask(client, items=["tops-1"], slots=["shoes", "bottoms"], k=1, looks=3, budget=20)
    assert [{item["id"] for item in look["items"]} for look in answer["looks"]] == [{"shoes-0", "bottoms-0"}]
    assert answer["looks"][0]["price"] == 20
    assert not {"no_looks", "least"} & {*answer}


def test_no_look_is_explained(client: TestClient) -> None:
    """With what the cheapest would cost; nothing is said where nobody asked."""
    answer = ask(client, items=["tops-1"], slots=["shoes", "bottoms"], looks=1, budget=19.5)
    assert answer["looks"] == []
    assert answer["no_looks"] == "no look is within the budget of 19.50: the cheapest cost 20.00 together"
    assert answer["least"] == 20
    assert ask(client, items=["tops-1"], slots=["shoes", "bottoms"], looks=1, budget=5)["least"] == 20
    assert "no_looks" not in ask(client, items=["tops-1"], budget=19.5)


def test_a_category_asked_twice_is_answered_once_through(client: TestClient) -> None:
    """The second list goes on where the first ends; which item is in which slot makes no other look."""
    answer = ask(client, items=["tops-1"], slots=["shoes", "shoes"], k=3, looks=8)
    first, second = answer["slots"]
    whole = ask(client, items=["tops-1"], slots=["shoes"], k=6)["slots"][0]
    assert ids(first) + ids(second) == ids(whole)
    assert "goes on" in second["fallback"]
    looks = [frozenset(item["id"] for item in look["items"]) for look in answer["looks"]]
    assert len(set(looks)) == len(looks) == 8
    assert {len(look) for look in looks} == {2}


def test_what_is_worn_is_no_candidate(client: TestClient) -> None:
    """It is left out, and that is told."""
    [slot] = ask(client, items=["tops-1", "bags-2"], candidates=["shoes-1", "bags-2"])["slots"]
    assert ids(slot) == ["shoes-1"]
    assert slot["fallback"] == "left out, as worn already: bags-2"


def test_long_names_are_told_shortened(client: TestClient) -> None:
    """A client's own words do not fill the answer."""
    [slot] = ask(client, items=["tops-1"], slots=["shoes"], filters={"attributes": {"x" * 100_000: ["Summer"]}})["slots"]
    assert "xxx" in slot["fallback"]
    assert len(slot["fallback"]) < 300


def test_diversity_changes_the_choice_but_not_the_first(client: TestClient) -> None:
    """The best item stays first; the others are unlike each other."""
    [plain] = ask(client, items=["tops-1"], slots=["shoes"], k=4)["slots"]
    [diverse] = ask(client, items=["tops-1"], slots=["shoes"], k=4, diversity=0.9)["slots"]
    assert ids(plain)[0] == ids(diverse)[0]
    assert ids(plain) != ids(diverse)


def test_explain_tells_what_each_worn_item_contributes(client: TestClient) -> None:
    """Every worn item is named once, most helpful first."""
    [slot] = ask(client, items=["tops-1", "bags-2"], slots=["shoes"], k=2, explain=True)["slots"]
    why = slot["items"][0]["why"]
    assert {part["with"] for part in why} == {"tops-1", "bags-2"}
    assert why[0]["contribution"] >= why[1]["contribution"]


def test_an_unknown_shopper_is_taken(client: TestClient) -> None:
    """Shopper, session and text are accepted before anything reads them."""
    assert ask(client, items=["tops-1"], user="u1", session="s1", text="for a wedding")["slots"]


def test_order_and_repetition_of_items_mean_nothing(client: TestClient) -> None:
    """An outfit is a set."""
    one = ask(client, items=["tops-1", "bags-2"], slots=["shoes"])
    other = ask(client, items=["bags-2", {"id": "tops-1"}, "tops-1"], slots=["shoes"])
    assert ids(one["slots"][0]) == ids(other["slots"][0])


def test_too_much_work_is_refused_before_any_of_it(client: TestClient) -> None:
    """Every single figure is within its limit, all of them together are not."""
    items = [f"{category}-{number}" for category in ("tops", "bags", "bottoms") for number in range(12)]
    question = {
        "items": items,
        "slots": ["shoes"] * 20,
        "k": 100,
        "candidates": [f"shoes-{number}" for number in range(12)],
        "explain": True,
    }
    answer = client.post("/complete-outfit", json=question)
    assert answer.status_code == 422
    assert "fewer items" in answer.json()["errors"][0]["problem"]
