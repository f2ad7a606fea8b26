"""Several shops in one installation: nothing of one is told to, counted for, or held up by another."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.ground.parts import Keys
from app.ground.settings import Settings
from app.home.keys import KeyFile
from app.home.store import ReleaseStore
from app.shops import running
from app.shops.service import Shops
from app.shops.told import shops_of
from models.errors import InputError
from tests.app.homes import copied

A, B = "http://a.example", "http://b.example"
QUESTION = {"items": ["tops-1"]}


@pytest.fixture
def homes(home: Path, tmp_path: Path) -> dict[str, Path]:
    """A home for each of two shops; the second serves another release of its own."""
    found = {name: copied(home, tmp_path / name) for name in ("a", "b")}
    store = ReleaseStore(found["b"])
    store.activate(store.records()[0].id)
    return found


@pytest.fixture
def keys(homes: dict[str, Path]) -> dict[str, dict[str, str]]:
    """Shop -> the header with a key that opens everything of it."""
    return {name: {"X-API-Key": KeyFile(home).create("all", ["admin"])[1]} for name, home in homes.items()}


def installation(homes: dict[str, Path], **own: Any) -> Settings:
    """Both, by host; ``own`` is said of the shop ``a``."""
    told = {name: {"home": str(home), "hosts": [f"{name}.example"], **(own if name == "a" else {})} for name, home in homes.items()}
    return Settings(shops=told, keys=Keys(admin=SecretStr("the-operators-own-key")))


@pytest.fixture
def client(homes: dict[str, Path], keys: dict[str, dict[str, str]]) -> Iterator[TestClient]:  # noqa: ARG001 - made before it starts
    """Both."""
    with TestClient(Shops(installation(homes))) as opened:
        yield opened


def test_each_answers_under_its_name_from_its_own_release(client: TestClient, homes: dict[str, Path]) -> None:
    """Also to the same question again and again, whose answer is kept."""
    served = {name: ReleaseStore(home).served().id for name, home in homes.items()}
    assert served["a"] != served["b"]
    for _ in range(3):
        assert client.post(f"{A}/complete-outfit", json=QUESTION).json()["release"] == served["a"]
        assert client.post(f"{B}/complete-outfit", json=QUESTION).json()["release"] == served["b"]
    assert client.post("http://A.example:8000/complete-outfit", json=QUESTION).json()["release"] == served["a"]


def test_under_no_shops_name_its_key_says_whose_a_request_is(
    client: TestClient, keys: dict[str, dict[str, str]], homes: dict[str, Path]
) -> None:
    """Where neither does, nobody answers; nor does another shop's key open anything under a shop's name."""
    for name, key in keys.items():
        answer = client.post("http://10.0.0.7/complete-outfit", json=QUESTION, headers=key)
        assert answer.json()["release"] == ReleaseStore(homes[name]).served().id
    for headers in ({}, {"X-API-Key": "attire_00000000_" + "x" * 43}, {"X-API-Key": "the-operators-own-key"}):
        nobody = client.post("http://10.0.0.7/complete-outfit", json=QUESTION, headers=headers)
        assert (nobody.status_code, nobody.json()["type"]) == (421, "/problems/unknown-shop")
        assert {"x-request-id", "x-content-type-options"} <= nobody.headers.keys()
    foreign = client.get(f"{B}/releases", headers=keys["a"])
    assert (foreign.status_code, foreign.json()["type"]) == (403, "/problems/key-refused")
    assert client.get(f"{B}/releases", headers=keys["b"]).status_code == 200


def test_what_is_done_in_one_shop_never_shows_in_another(client: TestClient, keys: dict[str, dict[str, str]]) -> None:
    """Items, rules, events and shoppers, in whatever order."""
    drawn = random.Random(7)  # noqa: S311 - which shop comes next
    items: dict[str, set[str]] = {"a": set(), "b": set()}
    rules: dict[str, set[str]] = {"a": set(), "b": set()}
    events: dict[str, int] = {"a": 0, "b": 0}

    def put_item(name: str, number: int) -> None:
        item = {"id": f"new-{number}", "category": "tops", "features": [drawn.random() for _ in range(16)]}
        assert client.put(f"http://{name}.example/items", json={"items": [item]}, headers=keys[name]).status_code == 200
        items[name].add(f"new-{number}")

    def put_rule(name: str, number: int) -> None:
        rule = {"id": f"rule-{number}", "do": "exclude", "items": {"ids": ["tops-3"]}}
        assert client.put(f"http://{name}.example/rules", json={"rules": [rule]}, headers=keys[name]).status_code == 200
        rules[name].add(f"rule-{number}")

    def buy(name: str, number: int) -> None:
        event = {"id": f"e{number}", "type": "purchase", "item": "tops-1", "session": f"s{number}", "user": "ada"}
        assert client.post(f"http://{name}.example/events", json={"events": [event]}).status_code == 202
        events[name] += 1

    def steal(name: str, number: int) -> None:
        other = keys["b" if name == "a" else "a"]
        assert client.delete(f"http://{name}.example/items/tops-{number % 12}", headers=other).status_code == 403

    for number in range(24):
        drawn.choice([put_item, put_rule, buy, steal])(drawn.choice("ab"), number)
        for shop in ("a", "b"):
            told = client.get(f"http://{shop}.example/rules", headers=keys[shop]).json()
            assert {rule["id"] for rule in told["rules"]} == rules[shop]
            all_items = sorted(items["a"] | items["b"])
            found = {item_id for item_id in all_items if client.get(f"http://{shop}.example/items/{item_id}").status_code == 200}
            assert found == items[shop]
    for shop in ("a", "b"):
        figures = client.get(f"http://{shop}.example/metrics").text
        assert f'attire_events_total{{type="purchase"}} {float(events[shop])}' in figures or not events[shop]
    asked = {"items": ["bottoms-1"], "user": "ada", "exclude_purchased": True}
    for shop in ("a", "b"):
        suggested = client.post(f"http://{shop}.example/complete-outfit", json={**asked, "slots": [{"category": "tops"}], "k": 40}).json()
        bought = "tops-1" not in {one["id"] for slot in suggested["slots"] for one in slot["items"]}
        assert bought == bool(events[shop])


def test_a_strange_name_is_no_shops_whatever_key_is_sent(client: TestClient, keys: dict[str, dict[str, str]]) -> None:
    """As without one."""
    for headers in ({}, keys["a"]):
        nobody = client.get("http://strange.example/categories", headers=headers)
        assert (nobody.status_code, nobody.json()["type"]) == (421, "/problems/unknown-shop")


def test_figures_tell_of_which_shop_they_are(client: TestClient) -> None:
    """All of them to the installation's operator, each shop's own to itself."""
    client.post(f"{A}/complete-outfit", json=QUESTION)
    whole = client.get("http://10.0.0.7/metrics", headers={"X-API-Key": "the-operators-own-key"}).text
    assert 'attire_completions_total{of="shown",shop="a"} 1.0' in whole
    assert 'attire_completions_total{of="shown",shop="b"} 0.0' in whole
    assert whole.count("# TYPE attire_completions_total ") == whole.count("# TYPE process_open_fds ") == 1
    assert 'attire_completions_total{of="shown"} 0.0' in client.get(f"{B}/metrics").text


def test_the_figures_of_all_are_not_for_everybody(homes: dict[str, Path]) -> None:
    """Unless the installation says so."""
    told = installation(homes).model_copy(update={"public": ("read",)})
    with TestClient(Shops(told)) as client:
        assert client.get("http://10.0.0.7/metrics").status_code == 404
        assert client.get("http://10.0.0.7/metrics", headers={"X-API-Key": "the-operators-own-key"}).status_code == 200


def test_lines_in_the_log_name_the_shop(
    homes: dict[str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of requests, and those of what goes on beside."""
    monkeypatch.setenv("ATTIRE_LOG__JSON_LINES", "true")
    with TestClient(Shops(installation(homes))) as client:
        client.post(f"{A}/complete-outfit", json=QUESTION)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert {line["shop"] for line in lines if line["event"] == "started"} == {"a", "b"}
    assert [line["shop"] for line in lines if line["event"] == "request"] == ["a"]


def test_a_shop_that_cannot_start_stops_no_other(homes: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told, and comes once it can."""
    monkeypatch.setattr(running, "AGAIN_S", 0.1)
    current = (homes["b"] / "CURRENT").read_text()
    (homes["b"] / "CURRENT").write_text("r9-00000000")
    with TestClient(Shops(installation(homes))) as client:
        told = client.get("http://10.0.0.7/readyz")
        assert (told.status_code, told.json()) == (200, {"status": "degraded", "not_ready": 1, "degraded": 0})  # whose, nobody is told
        named = client.get("http://10.0.0.7/readyz", headers={"X-API-Key": "the-operators-own-key"}).json()
        assert named["shops"] == {"a": "ready", "b": "cannot start"}  # why, with paths, is told in the log alone
        assert client.post(f"{A}/complete-outfit", json=QUESTION).status_code == 200
        gone = client.post(f"{B}/complete-outfit", json=QUESTION)
        assert (gone.status_code, gone.json()["type"], "retry-after" in gone.headers) == (503, "/problems/not-ready", True)
        (homes["b"] / "CURRENT").write_text(current)
        until = time.monotonic() + 60
        while client.get("http://10.0.0.7/readyz").json()["status"] != "ready":
            assert time.monotonic() < until
            time.sleep(0.05)
        assert client.post(f"{B}/complete-outfit", json=QUESTION).status_code == 200
    for home in homes.values():
        (home / "CURRENT").write_text("r9-00000000")
    beats: list[float] = []
    with TestClient(Shops(installation(homes), beats.append)) as client:
        assert client.get("http://10.0.0.7/readyz").status_code == 503
        assert client.get("http://10.0.0.7/healthz").status_code == 200
        time.sleep(0.5)
    assert beats  # the process lives, so nobody kills it


def test_a_shop_whose_log_cannot_be_used_is_degraded(homes: dict[str, Path]) -> None:
    """As its own word is, and answers on; the other is ready."""
    with TestClient(Shops(installation(homes, log={"url": "redis://127.0.0.1:1/0"}))) as client:
        assert client.get(f"{A}/readyz").json()["log"]["status"] == "degraded"
        assert client.post(f"{A}/complete-outfit", json=QUESTION).status_code == 200
        told = client.get("http://10.0.0.7/readyz")
        assert (told.status_code, told.json()) == (200, {"status": "degraded", "not_ready": 0, "degraded": 1})
        named = client.get("http://10.0.0.7/readyz", headers={"X-API-Key": "the-operators-own-key"}).json()
        assert named["shops"] == {"a": "degraded", "b": "ready"}


def test_a_shop_at_its_limits_leaves_the_others_theirs(homes: dict[str, Path], keys: dict[str, dict[str, str]]) -> None:
    """Its rate and its queue are its own."""
    with TestClient(Shops(installation(homes, rates={"per_key": 2}, threads={"requests": 1, "waiting": 1}))) as client:
        codes = [client.get(f"{A}/categories", headers=keys["a"]).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        heavy = {"items": [f"tops-{number}" for number in range(1, 10)], "looks": 50, "k": 50}
        found: list[int] = []
        stop = threading.Event()

        def flood() -> None:
            while not stop.is_set():  # each another question, as the same one's answer is kept
                found.append(client.post(f"{A}/complete-outfit", json={**heavy, "budget": 5_000 + len(found)}).status_code)

        threads = [threading.Thread(target=flood) for _ in range(6)]
        for thread in threads:
            thread.start()
        answers = [
            client.post(f"{B}/complete-outfit", json={**QUESTION, "k": number}, headers=keys["b"]).status_code for number in range(1, 9)
        ]
        until = time.monotonic() + 60
        while 503 not in found and time.monotonic() < until:
            time.sleep(0.05)
        stop.set()
        for thread in threads:
            thread.join()
    assert answers == [200] * 8
    assert 503 in found


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"a": {"home": "x"}, "b": {"home": "./x"}}, "'a' and 'b' have the same home"),
        ({"a": {"home": "x", "hosts": ["s.example"]}, "b": {"home": "y", "hosts": ["S.example"]}}, "have the same host"),
        ({"a": {"home": "x", "log": {"url": "redis://r/0"}}, "b": {"home": "y", "log": {"url": "redis://r/0"}}}, "have the same log"),
        (
            {"a": {"home": "x", "log": {"url": "redis://localhost"}}, "b": {"home": "y", "log": {"url": "redis://:p@127.0.0.1:6379/0"}}},
            "have the same log",
        ),
        (
            {"a": {"home": "x", "hosts": ["b.example"]}, "b": {"home": "y", "hosts": ["*"]}},
            "'b' answers to 'b.example', a host of",
        ),
        ({"a": {"home": "x", "hosts": ["*.Example"]}, "b": {"home": "y", "hosts": ["*.b.example"]}}, "'a' answers to"),
        ({"a": {"home": "x", "log": {"url": "redis:/x"}}}, "'a': field 'ATTIRE_LOG__URL': a log begins with"),
        ({"a": {"home": "S3://shops/a"}}, "'a': field 'ATTIRE_HOME'.*looks like a URL"),
        ({"a": {"hosts": ["a.example"]}}, "a shop has a home of its own"),
        ({"a": {"home": "x", "hoosts": []}}, "did you mean 'hosts'"),
        ({"a": {"home": "x", "port": 8001}}, "'port' is no setting of a shop's own"),
        ({"a": {"home": "x", "rates": {"per_key": -1}}}, "'a': field 'ATTIRE_RATES__PER_KEY'"),
    ],
)
def test_shops_that_would_share_or_that_are_misspelt_are_refused(told: dict[str, Any], why: str) -> None:
    """Before anything of them is opened."""
    with pytest.raises(InputError, match=why):
        shops_of(Settings(shops=told))


def test_the_first_key_of_a_shop_says_of_which(
    homes: dict[str, Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As each makes one."""
    monkeypatch.delenv("ATTIRE_KEYS__ADMIN", raising=False)
    with TestClient(Shops(installation(homes))):
        pass
    said = capsys.readouterr().out
    assert [f"Key that opens everything of shop {name}, shown this once: attire_" in said for name in ("a", "b")] == [True, True]
