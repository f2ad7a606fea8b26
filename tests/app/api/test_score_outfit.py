"""POST /score-outfit."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient


def score(client: TestClient, *outfits: list[Any], **more: Any) -> list[dict[str, Any]]:
    """The answers for outfits that have one."""
    answer = client.post("/score-outfit", json={"outfits": [{"items": items} for items in outfits], **more})
    assert answer.status_code == 200, answer.text
    body: list[dict[str, Any]] = answer.json()["outfits"]
    return body


def test_outfits_are_answered_in_order_as_if_alone(client: TestClient) -> None:
    """A batch gives what each outfit gives by itself."""
    outfits = [["tops-1", "shoes-2"], ["bags-1", "shoes-3", "tops-4", "bottoms-5"]]
    together = score(client, *outfits)
    alone = [score(client, outfit)[0] for outfit in outfits]
    assert [one["score"] for one in together] == pytest.approx([one["score"] for one in alone], abs=1e-6)
    assert all(0 < one["probability"] < 1 for one in together)


def test_unknown_items_are_named_and_left_out(client: TestClient) -> None:
    """The score is that of the known items."""
    [partly], [whole] = score(client, ["tops-1", "ghost", "shoes-2"]), score(client, ["tops-1", "shoes-2"])
    assert partly["missing"] == ["ghost"]
    assert partly["score"] == pytest.approx(whole["score"])
    assert partly["pieces"] == 2
    assert "pieces" not in whole


def test_explain_names_pairs_the_weakest_and_a_better_item(client: TestClient) -> None:
    """Every pair once, worst first; the swap raises the score and is of the same category."""
    [answer] = score(client, ["tops-1", "shoes-2", "bags-3"], explain=True)
    scores = [pair["score"] for pair in answer["pairs"]]
    assert len(scores) == 3
    assert scores == sorted(scores)
    assert answer["swap"]["replace"] == answer["weakest"]
    assert answer["swap"]["item"]["category"] == answer["weakest"].split("-")[0]
    assert answer["swap"]["score"] > answer["score"]


def test_a_swap_scores_what_it_says(client: TestClient) -> None:
    """Scoring the outfit after the swap gives the promised score."""
    items = ["tops-1", "shoes-2", "bags-3"]
    swap = score(client, items, explain=True)[0]["swap"]
    swapped = [swap["item"]["id"] if item == swap["replace"] else item for item in items]
    assert score(client, swapped)[0]["score"] == pytest.approx(swap["score"], abs=1e-6)


def test_of_two_items_neither_is_the_weakest(client: TestClient) -> None:
    """Two items have a pair and no odd one out."""
    [answer] = score(client, ["tops-1", "shoes-2"], explain=True)
    assert len(answer["pairs"]) == 1
    assert "weakest" not in answer


def test_what_is_odd_about_an_outfit_is_told(client: TestClient) -> None:
    """With the items, and how it is known; of what is not odd nothing is said, and no score is another for it."""
    usual, two = score(client, ["tops-1", "shoes-2"], ["tops-1", "shoes-2", "shoes-3"])
    assert "notes" not in usual
    assert two["notes"] == ["\u201cshoes-2\u201d and \u201cshoes-3\u201d are both shoes: by their words"]


def test_fewer_than_two_known_items_have_no_score(client: TestClient) -> None:
    """Null and why; the other outfits of the batch are answered all the same."""
    alone, partly, unknown, whole = score(client, ["tops-1"], ["tops-1", "ghost"], ["ghost"], ["tops-1", "shoes-2"], explain=True)
    for answer in (alone, partly, unknown):
        assert (answer["score"], answer["probability"]) == (None, None)
        assert "pairs" not in answer
    assert alone["why_not"] == "one item, 'tops-1', is no outfit"
    assert partly["why_not"] == "one item, 'tops-1', is no outfit: ghost not in the catalogue"
    assert unknown["why_not"] == "none of these items is in the catalogue"
    assert (unknown["missing"], unknown["pieces"], partly["pieces"]) == (["ghost"], 0, 1)
    assert 0 < whole["probability"] < 1


def test_explaining_too_much_is_refused_before_any_of_it(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that grows with the cube of the items has a limit of its own; nothing is looked up or encoded for it."""
    monkeypatch.setattr("app.recommend.score.resolve_all", lambda *_: pytest.fail("it was looked up"))
    items = [f"{category}-{number}" for category in ("tops", "shoes", "bags", "bottoms") for number in range(12)]
    answer = client.post("/score-outfit", json={"outfits": [{"items": items}] * 30, "explain": True})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/limit-exceeded"
    assert "comparisons" in answer.json()["detail"]
    many = client.post("/score-outfit", json={"outfits": [{"items": ["tops-1"]}, {"items": items * 2}]})
    assert many.json()["errors"][0] == {"field": "outfits[1].items", "value": "96 items", "problem": "at most 50"}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ([{"title": "a shirt", "category": "nonsense"}, "tops-1"], "nonsense"),
        ([{"image": {"base64": "AAAA"}, "category": "tops"}, "tops-1"], "picture"),
        ([{"image": {"base64": "not base64"}, "category": "tops"}, "tops-1"], "base64"),
    ],
)
def test_one_that_cannot_be_scored_says_why_and_the_others_are(client: TestClient, wrong: list[Any], why: str) -> None:
    """By itself it is refused, as there is nothing else to answer."""
    alone = client.post("/score-outfit", json={"outfits": [{"items": wrong}]})
    assert alone.status_code in {404, 422}
    good, bad, last = score(client, ["tops-1", "shoes-2"], wrong, ["bags-1", "shoes-3"])
    assert why in bad["why_not"]
    assert (bad.get("score"), bad.get("probability")) == (None, None)
    assert [good["score"], last["score"]] == [one["score"] for one in score(client, ["tops-1", "shoes-2"], ["bags-1", "shoes-3"])]
