"""A rule that is written by fields is the rule that PUT /rules would take, and what is wrong is told beside its field."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.api.room.typed import UTC, typed_of
from app.home.versions import LOOKED_S
from app.rules.book import RuleFile
from app.rules.rule import RULES, as_written

Word = Callable[[TestClient, str], str]
Fields = dict[str, str | list[str]]
SHOES: Fields = {"items.category": "shoes"}
KINDS: list[tuple[Fields, dict[str, Any]]] = [
    (
        {
            **SHOES,
            "items.brand": ["Contoso", "", "Northwind"],
            "items.price.min": "20",
            "items.price.max": "79.9",
            "items.season": "winter",
        },
        {
            "do": "exclude",
            "items": {"category": ["shoes"], "brand": ["Contoso", "Northwind"], "price": {"min": 20.0, "max": 79.9}, "season": ["winter"]},
        },
    ),
    (
        {"items.every": "on", "be.attributes.material": ["leather", "suede"], "be.audience": "women"},
        {"do": "require", "items": {}, "be": {"attributes": {"material": ["leather", "suede"]}, "audience": ["women"]}},
    ),
    ({"ids": "shoes-1\r\n\r\n shoes-2 "}, {"do": "pin", "ids": ["shoes-1", "shoes-2"]}),
    ({**SHOES, "items.reduced": "True", "times": "2.5"}, {"do": "boost", "items": {"category": ["shoes"], "reduced": True}, "times": 2.5}),
    ({"items.ids": ["shoes-1", "shoes-2"], "times": ""}, {"do": "bury", "items": {"ids": ["shoes-1", "shoes-2"]}}),
    ({**SHOES, "with.category": "bags"}, {"do": "apart", "items": {"category": ["shoes"]}, "with": {"category": ["bags"]}}),
    (
        {"slots.0.category": "shoes", "slots.2.category": "bags", "slots.2.min": "1", "slots.2.max": "2"},
        {"do": "slots", "slots": [{"category": "shoes"}, {"category": "bags", "min": 1, "max": 2}]},
    ),
    ({"ids": "shoes-1\ntops-1", "state": "approved"}, {"do": "look", "ids": ["shoes-1", "tops-1"], "state": "approved"}),
]


@pytest.fixture
def send(room: TestClient, word: Word) -> Callable[..., Response]:
    """Presses a button of the form."""

    def sent(do: str, act: str = "write", **fields: str | list[str]) -> Response:
        said = {"word": word(room, "/ops/rules"), "seen": "", "enabled": "on", "zone": UTC, "do": do, "act": act}
        return room.post("/ops/rules/form", data={**said, **fields})

    return sent


@pytest.mark.parametrize(("fields", "rule"), KINDS, ids=[rule["do"] for _, rule in KINDS])
def test_a_rule_of_each_kind_is_written_as_put_rules_takes_it(send: Callable[..., Response], own: Path, fields: Fields, rule: Any) -> None:
    """With when it holds; and its form, opened again, says the same."""
    when = {"when.since": "2026-12-01T08:00", "when.until": "2027-07-01T08:00", "when.worn.brand": "Contoso", "zone": "Europe/Berlin"}
    told = {"since": "2026-12-01T08:00:00+01:00", "until": "2027-07-01T08:00:00+02:00", "worn": {"brand": ["Contoso"]}}
    answer = send(rule["do"], id="mine", note="why\r\nso", **when, **fields)
    assert (answer.status_code, answer.url.path) == (200, "/ops/rules"), answer.text
    (kept,) = RuleFile(own).book().rules
    assert as_written(kept) == {"id": "mine", "when": told, "note": "why\nso", **rule}
    assert typed_of(kept, "America/New_York") is not None


def test_an_edited_rule_stays_in_its_place_with_what_was_not_touched(room: TestClient, send: Callable[..., Response], own: Path) -> None:
    """Its form is filled in: what is ticked, what the catalogue does not have, and the moments in the zone that was used before."""
    since = {"since": "2026-12-01T00:00:00Z"}
    rules = [{"id": name, "do": "exclude", "items": {"category": ["shoes"], "brand": ["Gone"]}, "when": since} for name in ("a", "b")]
    RuleFile(own).put(RULES.validate_python(rules))
    send("pin", ids="tops-1", id="c", zone="Asia/Tokyo")
    text = room.get("/ops/rules/edit?id=a").text
    assert re.search(r'name="items.category" value="shoes" checked', text)
    assert re.search(r'name="items.brand" value="Gone"', text)
    assert 'value="2026-12-01T09:00:00"' in text
    assert "<option selected>Asia/Tokyo<" in text
    send("exclude", was="a", id="renamed", **{"items.category": "bags"})
    assert [(rule.id, rule.items.category) for rule in RuleFile(own).book().rules if rule.do == "exclude"] == [
        ("a", ["bags"]),
        ("b", ["shoes"]),
    ]
    assert room.get("/ops/rules/edit?id=none").status_code == 404
    assert room.get("/ops/rules/new?do=hide").status_code == 404


def test_what_the_form_cannot_hold_is_changed_as_json(room: TestClient, own: Path) -> None:
    """Rather than lost: what browsers change in a field, a condition on whatever is worn, a moment finer than a field is."""
    whole = {"id": "x", "do": "exclude", "items": {"brand": ["N"]}}
    finer = {"until": "2026-12-01T00:00:00.123456Z"}
    odd: list[dict[str, Any]] = [{"when": {"worn": {}}}, {"when": finer}, {"items": {"brand": ["N\nM"]}}, {"items": {"ids": [" x"]}}]
    for more in (*odd, {"note": "a\rb"}):
        RuleFile(own).put(RULES.validate_python([{**whole, **more}]))
        time.sleep(LOOKED_S)
        text = html.unescape(room.get("/ops/rules/edit?id=x").text)
        assert "more than the form can hold" in text, more
        assert '<details class="apart" open>' in text
        assert '"id": "x"' in text


@pytest.mark.parametrize(
    ("do", "fields", "field", "told"),
    [
        ("exclude", {}, "items", "This is missing: choose or write something"),
        ("require", SHOES, "be", "This is missing"),
        ("exclude", {**SHOES, "items.price.max": "cheap"}, "items.price.max", "at most is to be a number<"),
        ("exclude", {"items.price.min": "9", "items.price.max": "8"}, "items.price", "Price has its lowest above its highest"),
        ("boost", {**SHOES, "times": "1"}, "times", "How many times is to be more than 1"),
        ("look", {"ids": "tops-1"}, "ids", "Items names too few: it takes at least 2"),
        ("slots", {"slots.3.category": "bags", "slots.3.min": "2"}, "slots.0", "This has its fewest above its most"),
        ("slots", {"slots.3.category": "bags", "slots.3.min": "1.5"}, "slots.0.min", "at least is to be a whole number"),
        ("pin", {"ids": "tops-1", "when.since": "2027-01-01T00:00", "when.until": "2026-01-01T00:00"}, "when", "ends before it begins"),
        ("pin", {"ids": "tops-1", "when.until": "Monday"}, "when.until", "Until is to be a day and time<"),
        ("pin", {"ids": "tops-1", "when.since": "1999-01-01T00:00"}, "when.since", "From is before the year 2000<"),
        ("pin", {"ids": "tops-1", "note": "n" * 501}, "note", "Note is too long: it takes at most 500 characters"),
        ("pin", {"ids": "tops-1", "id": ".."}, "id", "Name means another address"),
        ("pin", {"ids": "tops-1", "id": "taken"}, "id", "Name is another rule's already"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_stays(
    send: Callable[..., Response], own: Path, do: str, fields: Fields, field: str, told: str
) -> None:
    """And nothing is written."""
    RuleFile(own).put(RULES.validate_python([{"id": "taken", "do": "pin", "ids": ["tops-2"]}]))
    for act in ("try", "write"):
        answer = send(do, act, **fields)
        text = html.unescape(answer.text)
        assert answer.status_code == 422
        assert re.search(rf'id="{re.escape(field)}-problem">[^<]*{re.escape(told)}', text), text
        assert f'href="#{field}"' in text
        assert all(str(value) in text for value in fields.values())
        assert "quotation marks" not in text
    assert RuleFile(own).book().version == 1


def test_a_rule_without_a_name_gets_one_of_its_own(send: Callable[..., Response], own: Path) -> None:
    """Of its note, else of what it does; never that of another rule."""
    for fields in ({"note": "Vegan week!"}, {"note": "Vegan week"}, {}, {"items.brand": "Näh & Co"}):
        assert send("exclude", **SHOES, **fields).status_code == 200
    assert [rule.id for rule in RuleFile(own).book().rules] == ["vegan-week", "vegan-week-2", "no-shoes", "no-shoes-näh-co"]


def test_a_trial_says_the_rule_in_words_and_writes_nothing(room: TestClient, send: Callable[..., Response], own: Path, key: str) -> None:
    """As the card of the rule will, with the titles of items."""
    room.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["shoes"]}, headers={"X-API-Key": key})
    until, text = time.monotonic() + 10, ""
    while "of the last 1 answers would change" not in text:
        assert time.monotonic() < until, text
        text = send("pin", "try", ids="shoes-1").text
    assert "<strong>first-shoes-1:</strong> Shows first Shoes number 1 (shoes-1)." in text
    assert not (own / "rules.json").exists()
    text = send("pin", ids="shoes-1", **{"when.worn.category": "tops"}).text
    assert "<p>Shows first Shoes number 1 (shoes-1); when something is worn that is tops.</p>" in text


def test_items_are_found_by_words_and_ticked(send: Callable[..., Response]) -> None:
    """What stands in the form stays; Enter presses this button where nothing is looked for, which tries the rule."""
    text = send("look", "more", ids="tops-1", note="mine", **{"find:ids": "shoes number 1"}).text
    assert '<input type="checkbox" name="ids" value="shoes-1">' in text
    assert re.search(r"<textarea id=\"ids\"[^>]*>\ntops-1</textarea>", text)
    assert "mine</textarea>" in text
    assert "names too few" in send("look", "more", ids="tops-1").text


def test_an_attribute_beyond_the_first_is_asked_for(send: Callable[..., Response], own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its name; its values are then there to tick, and so they are in the form of the rule that was written."""
    monkeypatch.setattr("app.api.room.offered._ATTRIBUTES", 0)
    assert 'name="items.attributes.season"' not in send("exclude", "more", **{"find:items.ids": "shoes"}).text
    text = send("exclude", "more", **{"ask:items": "season"}).text
    assert '<input type="hidden" name="items.show" value="season">' in text
    (value, *_) = re.findall(r'type="checkbox" name="items.attributes.season" value="([^"]+)"', text)
    assert send("exclude", **{"items.show": "season", "items.attributes.season": value}).status_code == 200
    assert as_written(RuleFile(own).book().rules[0])["items"] == {"attributes": {"season": [value]}}


def test_a_form_that_is_behind_or_of_elsewhere_writes_nothing(room: TestClient, send: Callable[..., Response], own: Path) -> None:
    """As with JSON; what was typed stays, as text."""
    RuleFile(own).put(RULES.validate_python([{"id": "other", "do": "pin", "ids": ["tops-2"]}]))
    behind = send("exclude", seen="0", note="<b>mine", **SHOES)
    assert (behind.status_code, "at version 1 by now" in behind.text, "&lt;b&gt;mine" in behind.text) == (412, True, True)
    assert room.post("/ops/rules/form", data={"word": "none", "do": "exclude", "act": "write", **SHOES}).status_code == 403
    assert send("hide").status_code == 404
    assert RuleFile(own).book().version == 1
