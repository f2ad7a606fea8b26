"""Variants at work: who is answered by which, from which release, and what tells it."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.home.store import ReleaseRecord, ReleaseStore
from app.live import follower
from app.main import create_app
from app.release.release import Release

Answer = dict[str, Any]
ASK = {"items": ["tops-1"], "slots": [{"category": "shoes"}]}


def opened(home: Path, **settings: Any) -> TestClient:
    """The service, which may be administered."""
    app = create_app(Settings(home=home, keys={"open_on_loopback": True}, swap={"poll_s": 0.05}, **settings))
    return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5))


def start(client: TestClient, *variants: Answer, name: str = "x", **more: Any) -> Answer:
    """Start an experiment."""
    told = client.put("/experiments", json={"experiments": [{"name": name, "variants": list(variants), **more}]})
    assert told.status_code == 200, told.text
    return dict(told.json())


def ask(client: TestClient, user: str | None = None, **more: Any) -> Answer:
    """One answer."""
    told = client.post("/complete-outfit", json={**ASK, **({"user": user} if user else {}), **more})
    assert told.status_code == 200, told.text
    return dict(told.json())


def by_user(client: TestClient, count: int = 40, **more: Any) -> dict[str, tuple[str, str]]:
    """User -> variant and release."""
    answers = {f"u{number}": ask(client, f"u{number}", **more) for number in range(count)}
    return {user: (answer["variant"], answer["release"]) for user, answer in answers.items()}


def until(true: Callable[[], object]) -> None:
    """Wait for something, a few seconds at most."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_each_variant_answers_from_its_release(shop: TestClient, releases: list[str]) -> None:
    """Both in one replica; a shopper stays where they are, a request without one is assigned by itself."""
    told = start(shop, {"name": "old"}, {"name": "new", "release": releases[0]})
    assert told["troubles"] == []
    found = by_user(shop)
    assert {*found.values()} == {("old", releases[1]), ("new", releases[0])}
    assert by_user(shop) == found
    assert {ask(shop)["variant"] for _ in range(20)} == {"old", "new"}
    session = [ask(shop, session="s1")["variant"] for _ in range(8)]
    assert len({*session}) == 1
    assert shop.get("/readyz").json()["experiments"] == {"status": "ok", "releases": [releases[0]]}


def test_swap_rollback_and_restart_move_nobody(own: Path, releases: list[str]) -> None:
    """Whoever is in a variant stays in it; the control follows what serves, the other keeps its release."""
    with opened(own) as shop:
        start(shop, {"name": "old"}, {"name": "new", "release": releases[1]})
        before = {user: variant for user, (variant, _) in by_user(shop).items()}
        shop.post(f"/releases/{releases[0]}/activate")
        until(lambda: shop.get("/readyz").json()["experiments"]["releases"] == [releases[1]])
        swapped = by_user(shop)
        assert {user: variant for user, (variant, _) in swapped.items()} == before
        assert {*swapped.values()} == {("old", releases[0]), ("new", releases[1])}
        shop.post("/releases/rollback")
        assert {user: variant for user, (variant, _) in by_user(shop).items()} == before
    with opened(own) as shop:
        assert {user: variant for user, (variant, _) in by_user(shop).items()} == before


def test_no_request_fails_while_releases_are_swapped(own: Path, releases: list[str]) -> None:
    """Of two variants and rules, asked without a pause; each answer is of a release that its variant may have."""
    rule = {"id": "off", "do": "exclude", "items": {"brand": ["Northwind"]}}
    with opened(own) as shop:
        start(shop, {"name": "control"}, {"name": "old", "release": releases[0], "rules": [rule]})
        done, answers = threading.Event(), list[Answer]()

        def go_on(first: int) -> None:
            while not done.is_set():
                answers.append(ask(shop, f"u{first + len(answers) % 40}"))

        with ThreadPoolExecutor(3) as threads:
            asking = [threads.submit(go_on, 100 * number) for number in range(2)]
            for number in range(6):
                assert shop.post(f"/releases/{releases[number % 2]}/activate").status_code == 200
            done.set()
        for one in asking:
            one.result()
    assert {one["variant"] for one in answers} == {"control", "old"}
    brands = {item["brand"] for one in answers if one["variant"] == "old" for item in one["slots"][0]["items"]}
    assert brands == {"Contoso"}
    assert {one["release"] for one in answers if one["variant"] == "old"} == {releases[0]}


def test_a_release_of_both_is_loaded_once(own: Path, releases: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is replaced stays beside for the variant that asks for it, what is beside serves as it is; neither is answered by another."""
    loaded, load = list[str](), follower.ReleaseFollower._load_now

    def noted(swap: follower.ReleaseFollower, record: ReleaseRecord, now: Release | None) -> Release:
        loaded.append(record.id)
        return load(swap, record, now)

    monkeypatch.setattr(follower.ReleaseFollower, "_load_now", noted)
    with opened(own) as shop:
        start(shop, {"name": "control"}, {"name": "new", "release": releases[1]})
        for now, beside in ((releases[0], [releases[1]]), (releases[1], []), (releases[0], [releases[1]])):
            assert shop.post(f"/releases/{now}/activate").status_code == 200
            assert {*by_user(shop).values()} == {("control", now), ("new", releases[1])}
            assert shop.get("/readyz").json()["experiments"]["releases"] == beside
    assert loaded == [releases[0], releases[0]]  # for which nobody asks while it does not serve


def test_kept_answers_of_variants_are_their_own(own: Path, releases: list[str]) -> None:
    """Release, settings and rules each: whoever asks the same again in another variant is answered by that one."""
    rule = {"id": "off", "do": "exclude", "items": {"brand": ["Northwind"]}}
    variants = [
        {"name": "control"},
        {"name": "release", "release": releases[0]},
        {"name": "diverse", "settings": {"diversity": 0.9}},
        {"name": "ruled", "rules": [rule]},
    ]
    with opened(own) as shop:
        start(shop, *variants)
        shown: dict[str, set[str]] = {}
        for _ in range(80):
            answer = ask(shop)
            items = [item["id"] for item in answer["slots"][0]["items"]]
            shown.setdefault(answer["variant"], set()).add(json.dumps([answer["release"], items, answer.get("rules")]))
        assert shop.app.state.services.kept.hits > 20  # type: ignore[attr-defined]
    assert {name: len(answers) for name, answers in shown.items()} == dict.fromkeys(("control", "release", "diverse", "ruled"), 1)
    assert len(set().union(*shown.values())) == 4


def test_questions_computed_together_are_answered_by_their_own_variants(own: Path, releases: list[str]) -> None:
    """Those of two releases wait for one thread, side by side: each gets what it gets alone."""
    with opened(own, threads={"requests": 1, "waiting": 100, "together": 8}, answers={"kept_bytes": 0}) as shop:
        start(shop, {"name": "old"}, {"name": "new", "release": releases[0]})
        users = [f"u{number}" for number in range(48)]

        def scores(user: str) -> tuple[str, list[tuple[str, float]]]:
            answer = ask(shop, user)
            return answer["release"], [(item["id"], round(item["score"], 3)) for item in answer["slots"][0]["items"]]

        alone = {user: scores(user) for user in users}
        with ThreadPoolExecutor(24) as threads:
            together = dict(zip(users, threads.map(scores, users), strict=True))
        assert shop.app.state.services.pool.joined > 0  # type: ignore[attr-defined]
    assert together == alone
    assert len({json.dumps(answer) for answer in alone.values()}) == 2


def test_what_a_request_says_itself_holds_in_every_variant(shop: TestClient) -> None:
    """A variant's settings are defaults."""
    start(shop, {"name": "plain"}, {"name": "diverse", "settings": {"diversity": 0.9}})
    found = {ask(shop, f"u{number}", diversity=0.0)["slots"][0]["items"][1]["id"] for number in range(20)}
    assert len(found) == 1


def test_a_catalogue_change_reaches_every_release(shop: TestClient, releases: list[str]) -> None:
    """Each of them has the changes laid over it."""
    start(shop, {"name": "old"}, {"name": "new", "release": releases[0]})
    assert shop.patch("/items", json={"items": [{"id": "shoes-4", "title": "quite another"}]}).status_code == 200

    def titles() -> set[tuple[str, str]]:
        answers = [ask(shop, f"u{number}", k=12) for number in range(12)]
        return {(one["variant"], item["title"]) for one in answers for item in one["slots"][0]["items"] if item["id"] == "shoes-4"}

    until(lambda: titles() == {("old", "quite another"), ("new", "quite another")})


def test_a_release_that_cannot_be_loaded_is_told(own: Path, releases: list[str]) -> None:
    """The one that serves answers in its place; answer, readiness, figures and impression say so."""
    start_file = {"name": "x", "variants": [{"name": "old"}, {"name": "new", "release": releases[0]}]}
    record = ReleaseStore(own).record(releases[0])
    weights = ReleaseStore(own).bundle_path(record.bundle) / "weights.safetensors"
    weights.write_bytes(b"broken")
    with opened(own) as shop:
        told = shop.put("/experiments", json={"experiments": [start_file]}).json()
        assert [one["variant"] for one in told["troubles"]] == ["new"]
        answers = [ask(shop, f"u{number}") for number in range(20)]
        assert {one["release"] for one in answers} == {releases[1]}
        told_why = {one["variant"]: one.get("variant_trouble", "") for one in answers}
        assert told_why["old"] == ""
        assert "weights.safetensors" in told_why["new"]
        assert shop.get("/readyz").json()["experiments"]["status"] == "degraded"
        figures = shop.get("/metrics").text
        assert 'attire_variant_failing{experiment="x",variant="new"} 1.0' in figures
        count = sum(one["variant"] == "new" for one in answers)
        assert f'attire_variant_answers_total{{experiment="x",fallback="true",variant="new"}} {count}.0' in figures


def test_a_release_that_does_not_fit_is_refused_before_it_is_loaded(
    shop: TestClient, releases: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what it needs and what is free; the experiment is not started."""
    monkeypatch.setattr(follower, "free_bytes", lambda: 10)
    told = shop.put(
        "/experiments", json={"experiments": [{"name": "x", "variants": [{"name": "a"}, {"name": "b", "release": releases[0]}]}]}
    )
    assert told.status_code == 503
    assert "MB are free" in told.json()["detail"]
    assert shop.get("/experiments").json()["experiments"] == []


def test_impressions_name_the_variant(own: Path) -> None:
    """For the report."""
    with opened(own) as shop:
        start(shop, {"name": "a"}, {"name": "b"})
        told = Counter(ask(shop, f"u{number}")["variant"] for number in range(10))
        services = shop.app.state.services  # type: ignore[attr-defined]
        until(lambda: services.impressions.written == 10)
        entries = shop.portal.call(services.log.latest, "events", 100)  # type: ignore[union-attr]
    assert Counter(entry.event.data["variant"] for entry in entries) == told
    assert {entry.event.data["experiment"] for entry in entries} == {"x"}


def test_an_end_is_followed_at_once(shop: TestClient, releases: list[str]) -> None:
    """No variant answers any more, and its release is let go."""
    start(shop, {"name": "old"}, {"name": "new", "release": releases[0]})
    assert shop.post("/experiments/x/end").json()["experiments"][0]["ended"]["why"] == "ended by hand"
    assert "variant" not in ask(shop, "u1")
    until(lambda: shop.get("/readyz").json()["experiments"]["releases"] == [])
    assert shop.post("/experiments/y/end").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"variants": [{"name": "a"}]}, 422, "experiments[0].variants"),
        ({"variants": [{"name": "a"}, {"name": "a"}]}, 422, "experiments[0]"),
        ({"variants": [{"name": "a"}, {"name": "b", "release": "r9-00000000"}]}, 404, "experiments[0].variants[1].release"),
        ({"variants": [{"name": "a"}, {"name": "b", "weight": 0}]}, 422, "experiments[0].variants[1].weight"),
        ({"variants": [{"name": "a"}, {"name": "b", "weight": 2}]}, 422, "experiments[0].name"),
    ],
)
def test_what_is_wrong_is_told(shop: TestClient, body: Answer, status: int, field: str) -> None:
    """By field; one that runs does not move its shoppers."""
    start(shop, {"name": "a"}, {"name": "b"})
    told = shop.put("/experiments", json={"experiments": [{"name": "x", **body}]})
    assert (told.status_code, told.json()["errors"][0]["field"]) == (status, field)


def test_a_rule_that_is_not_there_cannot_be_left_out(shop: TestClient) -> None:
    """A typo is refused, by field; a rule that is taken away later is told, and guardrails can be changed all the same."""
    shop.put("/rules", json={"rules": [{"id": "off", "do": "exclude", "items": {"brand": ["Northwind"]}}]})
    variants = [{"name": "a"}, {"name": "b", "without_rules": ["off", "of"]}]
    told = shop.put("/experiments", json={"experiments": [{"name": "x", "variants": variants}]})
    error = told.json()["errors"][0]
    assert (told.status_code, error["field"], error["value"]) == (404, "experiments[0].variants[1].without_rules[1]", "of")
    assert error["problem"].startswith("no such rule")
    assert shop.get("/experiments").json()["experiments"] == []
    variants[1]["without_rules"] = ["off"]
    assert start(shop, *variants)["troubles"] == []
    shop.delete("/rules/off")
    trouble = start(shop, *variants, units=500)["troubles"]
    assert trouble == [{"experiment": "x", "variant": "b", "why": "without_rules: rule 'off' is there no more"}]
    (shop.app.state.services.settings.home / "rules.json").write_text("broken")  # type: ignore[attr-defined]
    assert shop.post("/experiments/x/end").status_code == 200


def test_conflicts_of_a_variants_rules_are_told(shop: TestClient) -> None:
    """Those that PUT /rules tells, with the rules of the home that hold in it, and not of a variant that has no rules."""
    shop.put("/rules", json={"rules": [{"id": "no-shoe", "do": "exclude", "items": {"ids": ["shoes-1"]}}]})
    pin = {"id": "pin", "do": "pin", "ids": ["shoes-1"]}
    told = start(shop, {"name": "a"}, {"name": "b", "rules": [pin]}, {"name": "c", "rules": [pin], "without_rules": ["no-shoe"]})
    assert [(one["experiment"], one["variant"], one["rules"]) for one in told["conflicts"]] == [("x", "b", ["pin", "no-shoe"])]
    assert "takes it away" in told["conflicts"][0]["problem"]


def test_only_who_administers_may_ask(own: Path) -> None:
    """Not even look."""
    with TestClient(create_app(Settings(home=own)), base_url="http://localhost", client=("127.0.0.1", 5)) as shop:
        assert shop.get("/experiments").status_code == 401
        assert shop.put("/experiments", json={"experiments": []}).status_code == 401


def test_a_score_is_of_the_shoppers_variant(shop: TestClient, releases: list[str]) -> None:
    """By user or session the release that completes for them scores, by its rules; whoever is nobody is in no experiment."""
    start(shop, {"name": "old"}, {"name": "new", "release": releases[0], "rules": [{"id": "no", "do": "exclude", "items": {}}]})
    outfit = {"outfits": [{"items": ["tops-1", "shoes-2", "bags-3"]}], "explain": True}
    told = {name: shop.post("/score-outfit", json={**outfit, "user": name}).json() for name in (f"u{number}" for number in range(12))}
    assert {name: (one["variant"], one["release"]) for name, one in told.items()} == by_user(shop, 12)
    assert {one["experiment"] for one in told.values()} == {"x"}
    assert not any("swap" in one["outfits"][0] for one in told.values() if one["variant"] == "new")
    calibrated = {one["release"]: one["outfits"][0]["probability"] is not None for one in told.values()}
    assert calibrated == {releases[0]: False, releases[1]: True}
    session = shop.post("/score-outfit", json={**outfit, "session": "s1"}).json()
    assert session["variant"] == ask(shop, session="s1")["variant"]
    nobodys = [shop.post("/score-outfit", json=outfit).json() for _ in range(6)]
    assert all("variant" not in one and one["release"] == releases[1] for one in nobodys)
