"""Which items are suggested: for whom and when, one of each product, and with what a shop needs to sell them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.parts import Keys
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from tests.app.homes import copied


def _item(number: int, category: str, title: str, features: list[float], **more: Any) -> dict[str, Any]:
    return {"id": f"i{number}", "category": category, "title": title, "features": features, **more}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue without outfits: men's, women's, children's and unisex pieces; three shoes are one product by group, two by title."""
    rng = np.random.default_rng(0)
    items: list[dict[str, Any]] = []
    for who in ("Men", "Women", "Boys", "Unisex"):
        for category, word in (("tops", "shirt"), ("bottoms", "jeans"), ("shoes", "boots"), ("bags", "tote")):
            for season in ("Summer", "Winter"):
                said = {"gender": who, "season": season}
                title = f"{who} {season} {word}"
                items.append(_item(len(items), category, title, rng.normal(size=8).tolist(), attributes=said))
    for colour in ("Black", "Red", "Blue"):
        said = {"group_id": "g7", "currency": "EUR", "url": f"https://shop.example/{colour}"}
        items.append(_item(len(items), "shoes", f"{colour} runner {colour}ish", rng.normal(size=8).tolist(), price=50.0, attributes=said))
    alike = rng.normal(size=8)
    for size, features in (("S", alike), ("XL", alike + 0.01), ("M", -alike)):
        items.append(_item(len(items), "shoes", f"Grey felt clogs {size}", features.tolist(), brand="Nord"))
    root = tmp_path_factory.mktemp("shop") / "data"
    root.mkdir()
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    return root


@pytest.fixture(scope="module")
def shop_home(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of that catalogue. Read only."""
    home = tmp_path_factory.mktemp("shop-home")
    import_catalogue(shop, ReleaseStore(home), default_encoder="shipped")
    return home


@pytest.fixture(scope="module")
def client(shop_home: Path) -> Iterator[TestClient]:
    """The service over it."""
    with TestClient(create_app(Settings(home=shop_home))) as opened:
        yield opened


@pytest.fixture(scope="module")
def id_of(shop: Path) -> dict[str, str]:
    """Title -> id."""
    lines = [json.loads(line) for line in (shop / "items.jsonl").read_text().splitlines()]
    return {line["title"]: line["id"] for line in lines}


def ask(client: TestClient, **question: Any) -> dict[str, Any]:
    """The answer to a question that has one."""
    answer = client.post("/complete-outfit", json=question)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def titles(slot: dict[str, Any]) -> set[str]:
    """Of a slot's items."""
    return {item["title"] for item in slot["items"]}


def test_suggestions_are_for_whom_and_when_the_others_are(client: TestClient, id_of: dict[str, str]) -> None:
    """Unisex goes with all; a request may ask for any; candidates are those given."""
    worn = [id_of["Men Summer shirt"]]
    [slot] = ask(client, items=worn, slots=["bottoms"], k=20)["slots"]
    assert titles(slot) == {"Men Summer jeans", "Unisex Summer jeans"}
    assert "fallback" not in slot
    [slot] = ask(client, items=worn, slots=["bottoms"], k=20, consistent=False)["slots"]
    assert len(titles(slot)) == 8
    [slot] = ask(client, items=worn, candidates=[id_of["Boys Winter jeans"]])["slots"]
    assert titles(slot) == {"Boys Winter jeans"}


def test_whom_the_outfit_is_for_is_what_all_items_say(client: TestClient, id_of: dict[str, str]) -> None:
    """All that is worn counts, whichever comes first."""
    with_boys = ask(client, items=[id_of["Unisex Summer tote"], id_of["Boys Summer shirt"]], slots=["shoes"], k=20)["slots"][0]
    assert not {title for title in titles(with_boys) if title.startswith(("Men", "Women"))}


def test_what_is_for_everybody_is_completed_for_somebody(client: TestClient, id_of: dict[str, str]) -> None:
    """A tote for all goes with men's shirts and with women's boots, but not with both: all slots are for one; one slot has all."""
    worn = {"items": [id_of["Unisex Summer tote"]], "k": 20}
    for more in ({}, {"slots": ["shoes", "bottoms"]}):
        shown = [title.split()[0] for slot in ask(client, **worn, **more)["slots"] for title in titles(slot)]
        assert len({who for who in shown if who in {"Men", "Women", "Boys"}}) == 1
    everybody = [title.split()[0] for slot in ask(client, **worn, consistent=False)["slots"] for title in titles(slot)]
    assert {"Men", "Women", "Boys"} <= {*everybody}
    assert {"Men", "Women", "Boys"} <= {title.split()[0] for title in titles(ask(client, **worn, slots=["shoes"])["slots"][0])}


def test_what_is_promoted_says_for_whom(client: TestClient, id_of: dict[str, str]) -> None:
    """Whoever else would have come first."""
    for who in ("Men", "Women"):
        promote = [id_of[f"{who} Summer jeans"]]
        slots = ask(client, items=[id_of["Unisex Summer tote"]], k=20, slots=["shoes", "bottoms"], promote=promote)["slots"]
        shown = {title.split()[0] for slot in slots for title in titles(slot)} & {"Men", "Women", "Boys"}
        assert shown == {who}


def test_another_season_goes_before_nothing(client: TestClient, id_of: dict[str, str]) -> None:
    """And it is said; for whom is not given up."""
    filters = {"attributes": {"season": ["Winter"]}}
    [slot] = ask(client, items=[id_of["Men Summer shirt"]], slots=["bottoms"], filters=filters)["slots"]
    assert titles(slot) == {"Men Winter jeans", "Unisex Winter jeans"}
    assert "another" in slot["fallback"]
    [slot] = ask(client, items=[id_of["Men Summer shirt"]], slots=["bottoms"], filters={"attributes": {"gender": ["Women"]}})["slots"]
    assert slot["items"] == []
    assert slot["fallback"] == "no item of category 'bottoms' for whom the others are passes the filters; `consistent: false` asks for any"


def test_why_nothing_is_left_names_all_of_it(client: TestClient, id_of: dict[str, str]) -> None:
    """There are jeans for men, and in summer some for women: for whom they are is not all that leaves none."""
    only_women = {"attributes": {"gender": ["Women"]}}
    [slot] = ask(client, items=[id_of["Men Summer shirt"]], slots=["bottoms"], text="no winter", filters=only_women)["slots"]
    assert "for whom the others are passes the filters and is as asked: “no winter”; `consistent" in slot["fallback"]


def test_looks_are_for_one(client: TestClient, id_of: dict[str, str]) -> None:
    """Though what is worn goes with all."""
    looks = ask(client, items=[id_of["Unisex Summer tote"]], slots=["tops", "bottoms"], looks=8)["looks"]
    assert looks
    for look in looks:
        assert len({item["title"].split()[0] for item in look["items"]} - {"Unisex"}) <= 1


def test_one_variant_stands_for_its_product(client: TestClient, id_of: dict[str, str]) -> None:
    """The shop's groups, and equal titles that look alike; those that look otherwise are others. Candidates are all listed."""
    [slot] = ask(client, items=[id_of["Unisex Summer tote"]], slots=["shoes"], k=50)["slots"]
    [runner] = [item for item in slot["items"] if "runner" in item["title"]]
    assert len(runner["variants"]) == 2
    assert (runner["group_id"], runner["currency"], runner["price"]) == ("g7", "EUR", 50.0)
    assert runner["url"].startswith("https://shop.example/")
    clogs = {item["title"][-2:].strip(): item.get("variants") for item in slot["items"] if "clogs" in item["title"]}
    assert clogs.pop("M") is None
    assert [len(others or ()) for others in clogs.values()] == [1]
    every = [id_of[title] for title in id_of if "runner" in title]
    assert len(ask(client, items=[id_of["Unisex Summer tote"]], candidates=every)["slots"][0]["items"]) == 3


def test_a_variant_of_what_is_worn_is_not_suggested(client: TestClient, id_of: dict[str, str]) -> None:
    """Nor put into one look with another."""
    worn = next(id_of[title] for title in id_of if title.startswith("Black runner"))
    slots = ask(client, items=[worn], slots=["shoes", "shoes"], k=50, looks=20)
    assert not {title for slot in slots["slots"] for title in titles(slot) if "runner" in title}
    assert not {item["title"] for look in slots["looks"] for item in look["items"] if "runner" in item["title"]}


def test_similar_items_are_products(client: TestClient, id_of: dict[str, str]) -> None:
    """One size or colour of each, and none of the item's own."""

    def alike(title: str) -> list[str]:
        answer = client.post("/similar-items", json={"item": id_of[title], "k": 50}).json()
        names = {item: name for name, item in id_of.items()}
        return [names[item["id"]] for item in answer["items"]]

    runners = [title for title in id_of if "runner" in title]
    others = [title for title in id_of if "boots" in title]
    assert len([title for title in alike(others[0]) if "runner" in title]) == 1
    assert not {title for title in alike(runners[0]) if "runner" in title}
    assert {title for title in alike(runners[0]) if "boots" in title} == set(others)


def test_a_similar_product_is_shown_by_what_is_in_stock_of_it(tmp_path: Path) -> None:
    """Though what is sold out is more alike; where all is, it stands for its product still."""
    data = tmp_path / "data"
    data.mkdir()
    items = [
        _item(number, "shoes", f"Shoe {name}", [1.0, 0.1 * number], attributes={"group_id": name[0]}, in_stock=stocked)
        for number, (name, stocked) in enumerate([("own", True), ("a1", False), ("a2", True), ("a3", True), ("b1", False), ("b2", False)])
    ]
    (data / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    import_catalogue(data, ReleaseStore(tmp_path / "home"), default_encoder="shipped")
    with TestClient(create_app(Settings(home=tmp_path / "home"))) as client:
        assert [item["id"] for item in client.post("/similar-items", json={"item": "i0"}).json()["items"]] == ["i2", "i4"]


def test_without_outfits_the_usual_slots_are_missing_until_it_is_complete(client: TestClient, id_of: dict[str, str]) -> None:
    """By the words of categories, for whom it is, and without a second pair of shoes."""
    for start in id_of.values():
        worn = [start]
        for _ in range(6):
            answer = ask(client, items=worn, looks=1, k=3)
            if answer["complete"]:
                break
            assert "usual slot" in answer["slots"][0]["fallback"]
            worn += [item["id"] for item in answer["looks"][0]["items"]]
        assert answer["complete"] is True
        assert answer["slots"] == []
        names = [next(title for title, item in id_of.items() if item == one) for one in worn]
        assert sum("boots" in name or "runner" in name or "clogs" in name for name in names) == 1
        assert len({name.split()[0] for name in names} & {"Men", "Women", "Boys"}) <= 1


def test_a_changed_item_is_for_whom_it_is_now(shop_home: Path, id_of: dict[str, str], tmp_path: Path) -> None:
    """Over the snapshot, without publishing."""
    copied(shop_home, tmp_path / "home")
    given = Settings(home=tmp_path / "home", keys=Keys(open_on_loopback=True))
    with TestClient(create_app(given), client=("127.0.0.1", 5000), base_url="http://127.0.0.1") as own:
        worn = id_of["Women Winter shirt"]
        changed = {"id": id_of["Men Winter jeans"], "category": "bottoms", "title": "trousers", "attributes": {"gender": "Women"}}
        assert own.put("/items", json={"items": [changed]}).status_code == 200
        assert "trousers" in titles(ask(own, items=[worn], slots=["bottoms"], k=20)["slots"][0])
        grouped = {"id": "new", "category": "shoes", "title": "runner", "attributes": {"group_id": "g7"}, "features": [1.0] * 8}
        assert own.put("/items", json={"items": [grouped]}).status_code == 200
        [slot] = ask(own, items=[worn], slots=["shoes"], k=50)["slots"]
        assert [len(item["variants"]) for item in slot["items"] if "runner" in item["title"]] == [3]


def test_the_setting_relaxes_all_requests(shop_home: Path, id_of: dict[str, str]) -> None:
    """Until one says otherwise."""
    with TestClient(create_app(Settings(home=shop_home, consistent=False))) as lax:
        worn = [id_of["Men Summer shirt"]]
        assert len(titles(ask(lax, items=worn, slots=["bottoms"], k=20)["slots"][0])) == 8
        assert len(titles(ask(lax, items=worn, slots=["bottoms"], k=20, consistent=True)["slots"][0])) == 2


def test_what_was_removed_makes_no_slot(shop_home: Path, id_of: dict[str, str], tmp_path: Path) -> None:
    """Where a usual template says what is missing, the category with most items that are still there fills the role, or none does."""
    copied(shop_home, tmp_path / "home")
    secret = {"X-API-Key": "a secret"}
    with TestClient(create_app(Settings(home=tmp_path / "home", keys=Keys(catalogue=SecretStr("a secret"))))) as client:
        worn = {"items": [id_of["Men Summer shirt"]]}
        assert "shoes" in {slot["category"] for slot in ask(client, **worn)["slots"]}
        gone = [item for title, item in id_of.items() if "boots" in title or "runner" in title or "clogs" in title]
        assert {client.delete(f"/items/{item}", headers=secret).status_code for item in gone} == {200}
        assert "shoes" not in {slot["category"] for slot in ask(client, **worn)["slots"]}


def test_two_colours_of_one_product_are_no_outfit(client: TestClient, id_of: dict[str, str]) -> None:
    """They have no score, and the answer says why; beside another piece both count."""
    runners = [id_of[f"{colour} runner {colour}ish"] for colour in ("Black", "Red")]
    alone, dressed = client.post(
        "/score-outfit", json={"outfits": [{"items": runners}, {"items": [*runners, id_of["Unisex Summer jeans"]]}]}
    ).json()["outfits"]
    assert alone["score"] is None
    assert alone["why_not"] == f"sizes or colours of one product, '{runners[0]}' and '{runners[1]}', are no outfit"
    assert dressed["score"] is not None
