"""What the process of heavy requests answers is what this one would, and is noted as if this one did."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from typing import Any

import pytest

from app.api import apart, computing, inside, outfits, reading, sent
from app.home.keys import KeyFile
from app.log.base import Stream
from tests.app.api.apart.beside import ADMIN, HEAVY, ITEMS, KEY, Beside


def test_it_answers_as_this_one_does(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own request's id; ordinary requests are not its."""
    monkeypatch.setattr(apart, "_STARTED_S", 0.0)
    here = beside.client.post("/score-outfit", json=HEAVY)
    beside.run()
    there = beside.client.post("/score-outfit", json=HEAVY, headers={"X-Request-ID": "mine"})
    assert beside.answered == {"/score-outfit"}
    assert there.json() == here.json()
    assert there.headers["X-Request-ID"] == "mine"
    assert there.headers["content-encoding"] == here.headers["content-encoding"]
    assert beside.client.post("/complete-outfit", json={"items": ITEMS[:2]}).status_code == 200
    assert beside.answered == {"/score-outfit"}


def test_it_shows_what_was_just_changed(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """As whoever has changed it expects, however far it is behind."""
    beside.run()
    replay = beside.inner.state.services.replay
    shown = replay._apply

    async def late(*entries: Any) -> None:
        await asyncio.sleep(0.5)
        await shown(*entries)

    monkeypatch.setattr(replay, "_apply", late)
    new = {"id": "tops-new", "category": "tops", "features": [0.5] * 16}
    assert beside.client.put("/items", json={"items": [new]}).status_code == 200
    asked = {"outfits": [{"items": ["tops-new", *ITEMS[:44]]} for _ in range(60)]}
    scored = beside.client.post("/score-outfit", json=asked).json()
    assert beside.answered == {"/score-outfit"}
    assert scored["outfits"][0] == beside.client.post("/score-outfit", json={"outfits": asked["outfits"][:1]}).json()["outfits"][0]


def test_it_shows_what_is_encoded_here(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it does not get as far in some moments, it is answered here."""
    beside.run()
    monkeypatch.setattr(inside, "_CAUGHT_UP_S", 0.1)
    replay = beside.inner.state.services.replay

    def elsewhere() -> bool:
        """Whether it has answered one more."""
        before = beside.answers
        assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
        return beside.answers > before

    assert elsewhere()
    with monkeypatch.context() as encodes:
        encodes.setattr(replay, "_to_encode", {"tops-1": None})
        assert not elsewhere()
        encodes.setattr(beside.outer.replay, "_to_encode", {"tops-1": None})
        assert elsewhere()


def test_what_it_suggests_is_counted_and_noted_here(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if it were answered here: by name, variant and what was shown; a dry run is not noted."""
    monkeypatch.setattr(computing, "HEAVY", 0.0)
    beside.run()
    given = {"experiments": [{"name": "x", "variants": [{"name": "a"}, {"name": "b"}]}]}
    assert beside.client.put("/experiments", json=given, headers={"X-API-Key": ADMIN}).status_code == 200
    ask = {"items": ITEMS[:2], "slots": ["shoes", "bags"], "k": 3}
    told = [beside.client.post("/complete-outfit", json=ask).json() for _ in range(8)]
    assert beside.client.post("/complete-outfit", json={**ask, "dry_run": True}).json()["slots"]
    assert beside.answers == 9
    counted = beside.client.get("/metrics").text.splitlines()
    assert 'attire_completions_total{of="shown"} 8.0' in counted
    assert "attire_suggestions_shown_total 48.0" in counted
    variants = Counter(answer["variant"] for answer in told)
    assert beside.outer.variants.answers == {("x", variant, True): count for variant, count in variants.items()}
    assert not beside.inner.state.services.impressions.written + beside.inner.state.services.impressions.waiting
    names = {answer["recommendation_id"]: answer for answer in told}
    until = time.monotonic() + 10
    while beside.outer.impressions.written < 8 and time.monotonic() < until:
        time.sleep(0.01)
    entries = beside.client.portal.call(beside.outer.log.latest, Stream.EVENTS, 100)  # type: ignore[union-attr]
    noted = {entry.event.data["recommendation_id"]: entry.event.data for entry in entries}
    assert noted.keys() == names.keys()
    for name, answer in names.items():
        assert noted[name]["variant"] == answer["variant"]
        assert [slot["items"] for slot in noted[name]["slots"]] == [[item["id"] for item in slot["items"]] for slot in answer["slots"]]


def test_a_batch_is_answered_there_and_noted_here(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose questions are heavy together, be each of them ordinary; what is wrong with one is told in its place."""
    monkeypatch.setattr(computing, "HEAVY", 2_000.0)
    asked: list[dict[str, Any]] = [{"items": ITEMS[:number], "slots": ["shoes"], "k": 5} for number in (1, 2, 3)]
    wrong = {**asked[0], "slots": ["shoos"]}
    beside.run()
    alone = [beside.client.post("/complete-outfit", json=one).json() for one in (*asked, wrong)]
    assert not beside.answers
    answers = beside.client.post("/complete-outfits", json={"requests": [*asked, wrong] * 5}).json()["answers"]
    assert beside.answered == {"/complete-outfits"}
    assert len(answers) == 20
    for said, one in zip(answers, alone * 5, strict=True):
        assert (
            (said["answer"] | {"recommendation_id": ""} == one | {"recommendation_id": ""}) if "answer" in said else said["problem"] == one
        )
    until = time.monotonic() + 10
    while beside.outer.impressions.written < 18 and time.monotonic() < until:
        time.sleep(0.01)
    assert beside.outer.impressions.written == 18
    assert not beside.inner.state.services.impressions.written + beside.inner.state.services.impressions.waiting


def test_a_batch_has_no_deadline_as_a_whole(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its questions has one, wherever it is answered; a hundred of 45 items take a busy machine half a minute."""
    monkeypatch.setattr(computing, "HEAVY", 0.0)
    beside.run()
    one = {"items": ITEMS[:2]}
    assert beside.client.post("/complete-outfits", json={"requests": [one]}).status_code == 200
    beside.outer.pool._deadline_s = 1e-6
    assert beside.client.post("/complete-outfit", json=one).json()["type"] == "/problems/deadline"
    [said] = beside.client.post("/complete-outfits", json={"requests": [one]}).json()["answers"]
    assert said["answer"]["slots"]
    beside.inner.state.services.pool._deadline_s = 1e-6
    [said] = beside.client.post("/complete-outfits", json={"requests": [one]}).json()["answers"]
    assert said["problem"]["type"] == "/problems/deadline"


def _batch(number: int) -> dict[str, Any]:
    """Questions of every kind; as many as are left unread, or a few."""
    plain = {"items": ITEMS, "slots": ["shoes"], "k": 12}
    kinds: list[dict[str, Any]] = [
        {**plain, "exclude": [f"nothing-{one}" for one in range(200)]},
        {**plain, "slots": ["shoos"]},
        {**plain, "user": "u1", "exclude_seen": True, "explain": True},
        {**plain, "user": "u2", "session": "s2", "exclude_purchased": True},
        {**plain, "user": "u1", "taste_strength": 1.0, "fields": ["title"]},
        {"items": ITEMS[:2], "session": "s2", "looks": 2, "text": "no heels under 80"},
        {"items": ITEMS[:1], "user": "u3", "taste_strength": 2.0, "dry_run": True},
        {"items": ITEMS[:3], "candidates": ITEMS[20:30], "promote": [ITEMS[25]]},
    ]
    return {"requests": kinds * number}


@pytest.mark.parametrize("beside", [{}, {"exploration": {"share": 0.5, "cold_below": 0}}], ids=["", "exploring"], indirect=True)
@pytest.mark.parametrize("number", [2, 12], ids=["read here, too", "unread here"])
def test_batches_are_answered_and_noted_to_the_byte_as_here(beside: Beside, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Within experiments and rules, by what shoppers have met; impressions and figures, too."""
    monkeypatch.setattr(outfits, "fresh", lambda: "named")
    noted = list[str]()
    monkeypatch.setattr(beside.outer.impressions, "note", lambda shown: noted.append(json.dumps(shown)))
    events = [("u1", "s1", "shoes-1", "view"), ("u1", "s1", "shoes-2", "purchase"), ("u2", "s2", "shoes-3", "purchase")]
    made = [{"id": f"e{n}", "type": type_, "item": item, "user": user, "session": s} for n, (user, s, item, type_) in enumerate(events)]
    assert beside.client.post("/events", json={"events": made}).status_code == 202
    rule = {"id": "off", "do": "exclude", "items": {"ids": ["shoes-5"]}}
    assert beside.client.put("/rules", json={"rules": [rule]}).status_code == 200
    variants = [{"name": "a", "settings": {"taste_strength": 1.0}}, {"name": "b", "without_rules": ["off"], "settings": {"diversity": 0.4}}]
    given = {"experiments": [{"name": "x", "variants": variants}]}
    assert beside.client.put("/experiments", json=given, headers={"X-API-Key": ADMIN}).status_code == 200
    seen = {"items": ["tops-1"], "slots": ["shoes"], "user": "u2", "exclude_seen": True}
    until = time.monotonic() + 10
    while beside.client.post("/complete-outfit", json=seen).json()["excluded"]["items"] < 1:
        assert time.monotonic() < until

    def asked() -> tuple[bytes, list[str], dict[Any, int], list[str]]:
        """The answer, what is noted of it, and what is counted."""
        noted.clear()
        beside.outer.variants.answers.clear()
        before = _shown(beside)
        answer = beside.client.post("/complete-outfits", json=_batch(number))
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        counted = {name: after - before[name] for name, after in _shown(beside).items()}
        return answer.content, sorted(noted), dict(beside.outer.variants.answers), [f"{name} {count}" for name, count in counted.items()]

    monkeypatch.setattr(apart, "_STARTED_S", 0.0)
    here = asked()
    beside.run()
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200  # until then nobody knows that it runs
    read = list[bytes]()
    checked = reading._checked
    monkeypatch.setattr(reading, "_checked", lambda parsed, body: (read.append(body), checked(parsed, body))[1])
    there = asked()
    assert "/complete-outfits" in beside.answered
    assert there == here
    assert len(here[1]) == number * 6
    assert {name for name, *_ in here[2]} == {"x"}
    assert len({variant for _, variant, _ in here[2]}) == 2
    asked_back = 2  # it reads the body once, and again when it was told what shoppers have met
    assert len(read) == (asked_back if number > 2 else asked_back + 1)


def _shown(beside: Beside) -> dict[str, float]:
    """The figures of what was shown."""
    lines = [line.rpartition(" ") for line in beside.client.get("/metrics").text.splitlines()]
    return {name: float(value) for name, _, value in lines if name.startswith(("attire_completions_total", "attire_suggestions_shown"))}


def test_what_shoppers_have_met_that_fits_no_head_is_answered_here(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than that the other process refuses the request."""
    monkeypatch.setattr(sent, "_MOST_TOLD", 800)
    met = [*(f"seen-{number}" for number in range(100)), ITEMS[0]]  # the last of which the catalogue has
    events = [{"id": f"e{number}", "type": "view", "item": item, "user": "u1", "session": "s"} for number, item in enumerate(met)]
    assert beside.client.post("/events", json={"events": events}).status_code == 202
    seen, until = {"items": ["tops-1"], "slots": ["shoes"], "user": "u1", "exclude_seen": True}, time.monotonic() + 10
    while beside.client.post("/complete-outfit", json=seen).json()["excluded"]["items"] < 1:
        assert time.monotonic() < until
    beside.run()
    answer = beside.client.post("/complete-outfit", json={**seen, "items": ITEMS, "k": 20})
    assert answer.status_code == 200
    assert answer.json()["excluded"] == {"items": 1}
    assert beside.answers == 1  # which was to ask back


def test_it_knows_what_the_shopper_has_met(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """As this service does, which may remember more than the log still has, in the same moment."""
    monkeypatch.setattr(computing, "HEAVY", 0.0)
    beside.run()
    for number in range(5):
        event = {"id": f"e{number}", "type": "view", "item": f"shoes-{number}", "user": "u1", "session": "s1"}
        assert beside.client.post("/events", json={"events": [event]}).status_code == 202
        ask = {"items": ["tops-1"], "slots": ["shoes"], "k": 50, "user": "u1", "exclude_seen": True}
        until = time.monotonic() + 10
        while (answer := beside.client.post("/complete-outfit", json=ask).json())["excluded"]["items"] <= number:
            assert time.monotonic() < until
        assert not {item["id"] for item in answer["slots"][0]["items"]} & {f"shoes-{seen}" for seen in range(number + 1)}
    assert beside.answered == {"/complete-outfit"}
    assert beside.inner.state.services.met._task is None


def test_a_variants_release_answers_there_once_it_does(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then it is answered here, from that release."""
    monkeypatch.setattr(computing, "HEAVY", 0.0)
    monkeypatch.setattr(inside, "_CAUGHT_UP_S", 0.1)
    beside.run()
    [old, new] = [record.id for record in beside.outer.store.records()]
    variants = [{"name": "a", "release": old}, {"name": "b", "release": old}]

    async def later(*_: object) -> None:
        await asyncio.sleep(0.05)

    with monkeypatch.context() as slow:
        slow.setattr(beside.inner.state.services.variants, "_load", later)
        given = {"experiments": [{"name": "x", "variants": variants}]}
        assert beside.client.put("/experiments", json=given, headers={"X-API-Key": ADMIN}).status_code == 200
        assert beside.client.post("/complete-outfit", json={"items": ITEMS[:2]}).json()["release"] == old != new
        assert not beside.answers
    until = time.monotonic() + 10
    while not beside.answers:
        assert beside.client.post("/complete-outfit", json={"items": ITEMS[:2]}).json()["release"] == old
        assert time.monotonic() < until


def test_rules_are_tried_there(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the answers of here."""
    for number in range(3):
        assert beside.client.post("/complete-outfit", json={"items": [f"tops-{number}"], "slots": ["shoes"]}).status_code == 200
    until = time.monotonic() + 10
    while beside.outer.impressions.written < 3 and time.monotonic() < until:
        time.sleep(0.01)
    off = {"rules": [{"id": "off", "do": "exclude", "items": {"brand": ["Northwind"]}}]}
    here = beside.client.post("/rules/dry-run", json=off).json()
    monkeypatch.setattr(computing, "HEAVY", 0.0)
    beside.run()
    assert beside.client.post("/rules/dry-run", json=off).json() == here
    assert here["changed"] == 3
    assert beside.answered == {"/rules/dry-run"}
    unknown = beside.client.post("/rules/dry-run", json={"without": ["nope"]})
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/problem+json")


def test_whom_a_page_names_is_believed_there_no_more_than_here(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """That process is told whether what asks has a key that no page shows."""
    monkeypatch.setattr(computing, "HEAVY", 0.0)
    beside.run()
    page = "https://shop.example"
    shown = {"X-API-Key": KeyFile(beside.settings.home).create("page", ["read"], [page])[1], "Origin": page}
    ask = {"items": ITEMS[:2], "slots": ["shoes"], "user": "u1", "exclude_seen": True}
    answers = [beside.client.post("/complete-outfit", json=ask, headers=headers).json() for headers in (shown, KEY)]
    assert beside.answered == {"/complete-outfit"}
    assert ["user_note" in answer for answer in answers] == [True, False]
