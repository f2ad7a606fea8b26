"""POST /complete-outfit with ``text``: wishes in words are kept, steer, and are told as they were understood."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

KINDS = {"tops": ("Shirts", "T-Shirts"), "shoes": ("Heels", "Flats", "Boots"), "bags": ("Handbags", "Clutches"), "scarves": ("Scarves",)}
COLOURS, BRANDS = ("Black", "Navy Blue", "Red"), ("Solvei", "Quill Street")


def shop_items() -> list[dict[str, Any]]:
    """Items that say in columns what they are; no scarf is of leather."""
    rng = np.random.default_rng(3)
    return [
        {
            "id": f"{category}-{number}",
            "category": category,
            "subcategory": kinds[number % len(kinds)],
            "title": f"{COLOURS[number % 3]} {kinds[number % len(kinds)]}",
            "brand": BRANDS[number // 2 % 2],
            "price": 20.0 + 5 * number,
            "attributes": {"colour": COLOURS[number % 3], "material": "Leather" if number % 4 == 0 and category != "scarves" else "Cotton"},
            "features": rng.normal(size=8).tolist(),
        }
        for category, kinds in KINDS.items()
        for number in range(24)
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A shop whose catalogue brings its own features, so that no encoder reads."""
    root = tmp_path_factory.mktemp("wishes")
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in shop_items()))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    with TestClient(create_app(Settings(home=root / "home"))) as opened:
        yield opened


@pytest.fixture(scope="module")
def reading(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A shop with pictures, and an encoder that reads."""
    home = tmp_path_factory.mktemp("reading")
    import_catalogue(pictures, ReleaseStore(home), encoder="shipped", default_encoder="shipped")
    with TestClient(create_app(Settings(home=home))) as opened:
        yield opened


ITEMS = {item["id"]: item for item in shop_items()}


def asked(client: TestClient, text: str, **more: Any) -> dict[str, Any]:
    """The answer to words."""
    body = {"items": ["tops-1"], "slots": ["shoes", "bags", "scarves"], "k": 50, "text": text, **more}
    response = client.post("/complete-outfit", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def shown(answer: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The catalogue's items that each slot shows."""
    return {slot["category"]: [ITEMS[item["id"]] for item in slot["items"]] for slot in answer["slots"]}


KEPT: dict[str, Callable[[dict[str, Any]], bool]] = {
    "no heels": lambda item: item["subcategory"] != "Heels",
    "under 60": lambda item: item["price"] <= 60,
    "over 100": lambda item: item["price"] >= 100,
    "black": lambda item: item["attributes"]["colour"] == "Black",
    "navy": lambda item: item["attributes"]["colour"] == "Navy Blue",
    "nothing red": lambda item: item["attributes"]["colour"] != "Red",
    "black or red": lambda item: item["attributes"]["colour"] in {"Black", "Red"},
    "not leather": lambda item: item["attributes"]["material"] != "Leather",
    "by Solvei": lambda item: item["brand"] == "Solvei",
    "flats or boots": lambda item: item["category"] != "shoes" or item["subcategory"] in {"Flats", "Boots"},
    "no red shoes": lambda item: item["category"] != "shoes" or item["attributes"]["colour"] != "Red",
    "a black bag under 60": lambda item: item["category"] != "bags" or (item["attributes"]["colour"] == "Black" and item["price"] <= 60),
    "cheap black shoes": lambda item: item["category"] != "shoes" or (item["attributes"]["colour"] == "Black" and item["price"] < 59),
    "a luxury bag": lambda item: item["category"] != "bags" or item["price"] > 96,
    "shoes that are not too expensive": lambda item: item["category"] != "shoes" or item["price"] < 97,
    "no expensive shoes": lambda item: item["category"] != "shoes" or item["price"] < 97,
    "quil street, no boots, between 40 and 110": lambda item: (
        item["brand"] == "Quill Street" and item["subcategory"] != "Boots" and 40 <= item["price"] <= 110
    ),
}


@pytest.mark.parametrize("text", KEPT)
def test_all_that_is_shown_is_as_asked(shop: TestClient, text: str) -> None:
    """In every slot, in looks, and of candidates; and all that is so may be shown."""
    answer = asked(shop, text, looks=5)
    for category, items in shown(answer).items():
        assert {item["id"] for item in items} == {
            item["id"] for item in ITEMS.values() if item["category"] == category and KEPT[text](item)
        }
    assert answer["looks"]
    assert all(KEPT[text](ITEMS[item["id"]]) for look in answer["looks"] for item in look["items"])
    some = [item for item in ITEMS if item.startswith(("shoes", "bags"))]
    chosen = asked(shop, text, slots=None, candidates=some, k=None)
    assert chosen["slots"][0]["items"]
    assert all(KEPT[text](ITEMS[item["id"]]) for item in chosen["slots"][0]["items"])


def test_what_is_wanted_gives_way_where_nothing_is_so_and_that_is_told(shop: TestClient) -> None:
    """No scarf is of leather: scarves are shown and say so, everything else is of leather."""
    answer = asked(shop, "black leather")
    slots = {slot["category"]: slot for slot in answer["slots"]}
    assert all(item["attributes"]["material"] == "Leather" for item in shown(answer)["shoes"])
    assert "“leather”" in slots["scarves"]["fallback"]
    assert "fallback" not in slots["shoes"] or "leather" not in slots["shoes"]["fallback"]
    assert {item["attributes"]["colour"] for item in shown(answer)["scarves"]} == {"Black"}, "the rest is kept"


def test_what_is_not_wanted_and_prices_never_give_way(shop: TestClient) -> None:
    """An empty slot says why it is empty, in the shopper's words."""
    answer = asked(shop, "no scarves, over 500")
    assert [slot["items"] for slot in answer["slots"]] == [[], [], []]
    assert "“over 500”" in answer["slots"][0]["fallback"]


def test_what_was_understood_is_in_the_answer(shop: TestClient) -> None:
    """And what was not: no encoder reads here, so words that name nothing are ignored."""
    text = asked(shop, "no heels, black shoes under 80, budget of 300, xyzzy")["text"]
    assert text == {
        "constraints": [
            {"said": "no heels", "is": [{"subcategory": ["Heels"], "title": ["heel"]}], "not": True, "of": ["shoes"]},
            {"said": "black shoes", "is": [{"attributes.colour": ["Black"]}, {"category": ["shoes"]}], "of": ["shoes"]},
            {"said": "under 80", "price": {"max": 80.0}, "of": ["shoes"]},
            {"said": "budget of 300", "budget": 300.0},
        ],
        "ignored": ["xyzzy"],
    }
    assert "text" not in shop.post("/complete-outfit", json={"items": ["tops-1"]}).json()


def test_the_words_that_were_understood_are_told_by_themselves(shop: TestClient) -> None:
    """And those that were not; without a text neither is there."""
    answer = asked(shop, "no black, under 80, xyzzy")
    assert (answer["understood"], answer["not_understood"]) == (["no black", "under 80"], ["xyzzy"])
    assert {"understood", "not_understood"}.isdisjoint(shop.post("/complete-outfit", json={"items": ["tops-1"]}).json())


def test_a_budget_in_words_is_one(shop: TestClient) -> None:
    """Looks cost no more together; the lower of two counts."""
    for answer in (asked(shop, "90 in total", looks=3), asked(shop, "900 in total", budget=90, looks=3)):
        assert answer["looks"]
        assert all(look["price"] <= 90 for look in answer["looks"])


def test_a_category_that_is_named_gets_a_slot_and_one_that_is_not_wanted_none(shop: TestClient) -> None:
    """Where slots are left out."""

    def categories(text: str) -> list[str]:
        return [slot["category"] for slot in asked(shop, text, slots=None)["slots"]]

    usual = categories("")
    assert "scarves" not in usual
    assert "scarves" in categories("with a red scarf")
    assert "shoes" in usual
    assert "shoes" not in categories("no shoes")
    assert categories("a black shirt") == usual, "a shirt is worn already"


def test_words_give_a_direction_with_a_strength(reading: TestClient) -> None:
    """The list is in the order of score and pull; no strength is no pull; what is asked stays what it is."""
    body = {"items": ["tops-1"], "slots": ["shoes"], "k": 6, "text": "for a summer wedding"}
    plain = reading.post("/complete-outfit", json={**body, "text": None}).json()["slots"][0]["items"]
    answer = reading.post("/complete-outfit", json=body).json()
    assert answer["text"] == {"constraints": [], "direction": "summer wedding", "ignored": []}
    items = answer["slots"][0]["items"]
    sums = [item["score"] + item["pull"] for item in items]
    assert sums == sorted(sums, reverse=True)
    assert {item["id"]: item["score"] for item in items} == pytest.approx({item["id"]: item["score"] for item in plain})
    none = reading.post("/complete-outfit", json={**body, "text_strength": 0}).json()["slots"][0]["items"]
    assert [item["id"] for item in none] == [item["id"] for item in plain]
    assert {item["pull"] for item in none} == {0.0}
    strong = reading.post("/complete-outfit", json={**body, "text_strength": 10}).json()["slots"][0]["items"]
    assert [item["id"] for item in strong] == [item["id"] for item in sorted(items, key=lambda item: -item["pull"])]


@pytest.mark.parametrize(
    "text",
    [
        "pour un mariage d'été",
        "für eine Hochzeit im Sommer",
        "para una boda de verano",
        "per un matrimonio d'estate",
        "een bruiloft in de zomer",
    ],
)
def test_occasions_lead_alike_in_any_language(reading: TestClient, text: str) -> None:
    """As the English words do."""
    body = {"items": ["tops-1"], "slots": ["shoes"], "k": 6}
    one, other = (reading.post("/complete-outfit", json={**body, "text": words}).json() for words in ("for a summer wedding", text))
    assert [item["id"] for item in other["slots"][0]["items"]] == [item["id"] for item in one["slots"][0]["items"]]


def test_what_is_turned_away_from_pulls_the_other_way(reading: TestClient) -> None:
    """Not formal is away from formal."""
    body = {"items": ["tops-1"], "slots": ["shoes"], "k": 6}
    towards, away = (
        {item["id"]: item["pull"] for item in reading.post("/complete-outfit", json={**body, "text": text}).json()["slots"][0]["items"]}
        for text in ("formal", "not formal")
    )
    assert away == pytest.approx({item: -pull for item, pull in towards.items()}, abs=1e-5)


def test_words_that_the_encoder_was_not_taught_are_ignored(reading: TestClient) -> None:
    """And told so."""
    answer = reading.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["shoes"], "text": "qwfp zxcv"}).json()
    assert answer["text"] == {"constraints": [], "ignored": ["qwfp", "zxcv"]}
    assert "pull" not in answer["slots"][0]["items"][0]


def test_what_is_promoted_comes_first_where_it_may_be_shown(shop: TestClient) -> None:
    """In the order given, in its own slot, marked; filters and words hold for it, too; the others keep their order."""
    plain = [item["id"] for item in asked(shop, "", slots=["shoes"])["slots"][0]["items"]]
    body = {"slots": ["shoes"], "promote": [plain[20], plain[10], "bags-3", "nowhere"]}
    for more in ({}, {"diversity": 0.7}, {"looks": 2}):
        items = asked(shop, "", **body, **more)["slots"][0]["items"]
        assert [item["id"] for item in items[:2]] == [plain[20], plain[10]]
        assert [item.get("promoted") for item in items[:3]] == [True, True, None]
    items = asked(shop, "", **body)["slots"][0]["items"]
    assert [item["id"] for item in items[2:]] == [item for item in plain if item not in {plain[20], plain[10]}]
    dear = max(plain, key=lambda item: ITEMS[item]["price"])
    assert dear not in [item["id"] for item in asked(shop, "under 60", slots=["shoes"], promote=[dear])["slots"][0]["items"]]
    rare = asked(shop, "", slots=["shoes"], k=1, promote=[plain[-1]])["slots"][0]["items"]
    assert [item["id"] for item in rare] == [plain[-1]]


def test_what_is_blocked_is_not_shown(shop: TestClient) -> None:
    """Brands and values; a name that no item has blocks nothing."""
    answer = asked(shop, "", looks=3, block={"brand": ["Solvei"], "attributes": {"colour": ["Red"], "cut": ["slim"]}})
    for items in shown(answer).values():
        assert {item["brand"] for item in items} == {"Quill Street"}
        assert {item["attributes"]["colour"] for item in items} == {"Black", "Navy Blue"}
    assert all(ITEMS[item["id"]]["brand"] != "Solvei" for look in answer["looks"] for item in look["items"])
    empty = asked(shop, "", block={"brand": list(BRANDS)})["slots"][0]
    assert empty["items"] == []
    assert "blocked" in empty["fallback"]


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"brand": ["Solvei", "solvei"]}, "the brand 'solvei', which no item has; did you mean 'Solvei'?"),
        ({"brand": ["QUILL STREET"]}, "the brand 'QUILL STREET', which no item has; did you mean 'Quill Street'?"),
        ({"brand": ["Qwfp"]}, "the brand 'Qwfp', which no item has; names and values match exactly; GET /facets lists them"),
        ({"attributes": {"colr": ["Red"]}}, "the attribute 'colr', which no item has; did you mean 'colour'?"),
        ({"attributes": {"colour": ["Red", "navy blu"]}}, "the colour 'navy blu', which no item has; did you mean 'Navy Blue'?"),
    ],
)
def test_a_block_that_rules_nothing_out_is_told(shop: TestClient, block: dict[str, Any], said: str) -> None:
    """With what was probably meant, of retrieved items, candidates and in a dry run; what items have is not spoken of."""
    for more in ({"slots": ["shoes"]}, {"slots": ["shoes"], "dry_run": True}, {"candidates": ["shoes-1", "shoes-2"]}):
        for slot in asked(shop, "", block=block, **more)["slots"]:
            assert f"`block` rules nothing out by {said}" in slot["fallback"]
    assert "fallback" not in asked(shop, "", slots=["shoes"], block={"brand": ["Solvei"], "attributes": {"colour": ["Red"]}})["slots"][0]


def test_unknown_ids_of_what_is_promoted_or_excluded_are_named(shop: TestClient) -> None:
    """Each once, in a dry run too."""
    body = {"slots": ["shoes"], "promote": ["ghost", "shoes-1"], "exclude": ["shoes-2", "spirit", "ghost"]}
    assert asked(shop, "", **body)["missing"] == ["ghost", "spirit"]
    assert asked(shop, "", **body, dry_run=True)["missing"] == ["ghost", "spirit"]


def test_a_budget_is_blamed_only_where_there_is_one(shop: TestClient) -> None:
    """Filters by themselves are told as filters, a price among them; a budget is one in words, too."""
    none = "no item of category 'shoes' passes the filters"
    for filters, told in (
        ({"brand": ["solvei"]}, f"{none}; none is of the brand 'solvei': did you mean 'Solvei'?"),
        ({"price": {"max": 1}}, none),
    ):
        assert asked(shop, "", slots=["shoes"], filters=filters)["slots"][0]["fallback"] == told
    assert asked(shop, "", slots=["shoes"], budget=1)["slots"][0]["fallback"] == f"{none} and the budget"
    assert asked(shop, "budget 1", slots=["shoes"])["slots"][0]["fallback"] == f"{none} and the budget"


def test_a_dry_run_checks_and_says_which_slots(shop: TestClient) -> None:
    """Nothing is ranked or kept; a mistake is refused as ever."""
    answer = asked(shop, "no heels", dry_run=True)
    assert [(slot["category"], slot["items"]) for slot in answer["slots"]] == [("shoes", []), ("bags", []), ("scarves", [])]
    assert answer["text"]["constraints"][0]["said"] == "no heels"
    for wrong in ({"items": ["nowhere"]}, {"items": ["tops-1"], "slots": ["hats"]}, {"items": ["tops-1"], "k": 1_000_000}):
        assert shop.post("/complete-outfit", json={**wrong, "dry_run": True}).status_code in {404, 422}
    services = shop.app.state.services  # type: ignore[attr-defined]
    before = services.impressions.waiting + services.impressions.written
    asked(shop, "black", dry_run=True)
    assert services.impressions.waiting + services.impressions.written == before


@pytest.mark.parametrize(
    "text", ["", " ", "😀", "\u0000", "'", "no", "or, or", "under", "für eine Hochzeit", "不要高跟鞋", "-" * 50, "é" * 2_000]
)
def test_odd_words_are_answered(shop: TestClient, reading: TestClient, text: str) -> None:
    """Whether an encoder reads or not."""
    assert asked(shop, text)["slots"]
    response = reading.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["shoes"], "text": text})
    assert response.status_code == 200, response.text
