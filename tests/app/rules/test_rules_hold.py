"""No answer breaks a rule in force, and none is touched by a rule that is not, whatever happened between: seeded random histories.

A shop's day is drawn: rules of every kind come, change, end and go, time passes, the catalogue changes, another release serves, the
service starts anew and replays the log, a variant has rules of its own. After each of it every endpoint that suggests is asked, and what
it says is held against a plain reading of the rules (``_Book``, which shares nothing with the service), and against what the release says
where nobody kept or indexed anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from starlette.testclient import TestClient

from app.ground.parts import Limits
from app.ground.settings import Settings
from app.main import create_app
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.release.release import Release
from app.rules import over
from app.rules.rule import RULES
from app.rules.ruling import InForce, Ruled
from index.columns import Filter
from tests.app.homes import copied

Said = Mapping[str, Any]
CATEGORIES: Final = ("bags", "bottoms", "shoes", "tops")
IDS: Final = [f"{category}-{number}" for category in CATEGORIES for number in range(13)]  # one of each comes and goes
MORNING: Final = datetime(2026, 5, 1, 9, tzinfo=UTC)
_EVENTS, _ASKED = 40, 2


class _Clock(datetime):
    """The time that rules go by."""

    moment = MORNING

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # noqa: ARG003 - as ``datetime`` has it
        return cls.moment


class _Book:
    """The rules that hold now, read plainly, over items as they are now."""

    def __init__(self, rules: Sequence[Said], items: Mapping[str, Said], worn: Sequence[str]) -> None:
        self.items, self.worn = items, worn
        self.in_force = [rule for rule in rules if _in_force(rule)]
        wearing = [items[item] for item in worn if item in items]
        self.rules = [rule for rule in self.in_force if _worn(rule, wearing)]

    def of(self, *kinds: str) -> list[Said]:
        return [rule for rule in self.rules if rule["do"] in kinds]

    def takes(self, item: str, others: Sequence[str] = ()) -> list[str]:
        """The rules that take an item away from whoever wears what is worn, and others."""
        one, beside = self.items[item], [self.items[other] for other in (*self.worn, *others) if other in self.items]
        taken = [rule for rule in self.of("exclude") if _is(one, rule["items"])]
        taken += [rule for rule in self.of("require") if _is(one, rule["items"]) and not _is(one, rule["be"])]
        taken += [
            rule
            for rule in self.of("apart")
            for other in beside
            if (_is(one, rule["items"]) and _is(other, rule["with"])) or (_is(one, rule["with"]) and _is(other, rule["items"]))
        ]
        return [rule["id"] for rule in taken]

    def can_be_had(self, category: str) -> set[str]:
        """The items of a category that are in stock, not worn, and taken away by no rule."""
        some = {item for item, said in self.items.items() if said["category"] == category and said["in_stock"]}
        return {item for item in some - {*self.worn} if not self.takes(item)}

    def look(self) -> list[str]:
        """What the stylist's look adds that is shown; nothing where none is."""
        for rule in self.of("look"):
            added = [item for item in rule["ids"] if item not in self.worn]
            there = all(item in self.items and item in self.can_be_had(self.items[item]["category"]) for item in added)
            torn = there and any(self.takes(item, [other for other in added if other != item]) for item in added)
            if len(added) not in {0, len(rule["ids"])} and there and not torn:
                return added
        return []

    def pinned(self, category: str) -> list[str]:
        """What stands first in a slot."""
        wanted = [*self.look(), *(item for rule in self.of("pin") for item in rule["ids"])]
        return [item for item in dict.fromkeys(wanted) if item in self.can_be_had(category)]

    def lift(self, item: str) -> float:
        """How much more is said for an item than against it, as a power of three."""
        some = [rule for rule in self.of("boost", "bury") if _is(self.items[item], rule["items"])]
        return sum(1 if rule["do"] == "boost" else -1 for rule in some)


def _in_force(rule: Said) -> bool:
    when = {name: datetime.fromisoformat(moment) for name, moment in rule.get("when", {}).items() if name != "worn"}
    begun, over_ = when.get("since", _Clock.moment) <= _Clock.moment, when.get("until", _Clock.max.replace(tzinfo=UTC)) <= _Clock.moment
    return rule.get("enabled", True) and rule.get("state", "approved") == "approved" and begun and not over_


def _worn(rule: Said, wearing: Sequence[Said]) -> bool:
    worn = rule.get("when", {}).get("worn")
    return worn is None or any(_is(item, worn) for item in wearing)


def _is(item: Said, said: Said) -> bool:
    price = said.get("price", {})
    return (
        item["id"] in said.get("ids", IDS)
        and item["category"] in said.get("category", CATEGORIES)
        and item["brand"] in said.get("brand", [item["brand"]])
        and item["season"] in said.get("attributes", {}).get("season", [item["season"]])
        and ("season" not in said or item["season"].lower() in said["season"])
        and (not price or (item["price"] is not None and price.get("min", 0) <= item["price"] <= price.get("max", 1e9)))
    )


class _Day:
    """One history of a shop.

    Attributes:
        told: what happened, for whoever reads a failure.
    """

    def __init__(self, home: Path, releases: Sequence[str], seed: int) -> None:
        self.home, self.releases, self.told = home, releases, list[str]()
        self.dice = Random(seed)  # noqa: S311 - no secret
        self.items: dict[str, dict[str, Any]] = {
            f"{category}-{number}": {
                "id": f"{category}-{number}",
                "category": category,
                "price": None if number == 11 else 10.0 + number,
                "brand": "Northwind" if number % 2 else "Contoso",
                "in_stock": number != 10,
                "season": "Summer" if number % 3 else "Autumn",
            }
            for category in CATEGORIES
            for number in range(12)
        }
        without = [f"r{number}" for number in range(3)]
        self.rules: dict[str, Said] = {rule: {"id": rule, "do": "exclude", "items": {}, "enabled": False} for rule in without}
        self.variant: dict[str, Any] = {"name": "other", "rules": [self.rule("own")], "without_rules": without}
        self.told.append(str(self.variant))
        self.usual = [self.question() for _ in range(8)]  # asked again and again, so that a kept answer would show
        self.shop = self.opened()
        self.shop.put("/rules", json={"rules": list(self.rules.values())})
        started = self.shop.put("/experiments", json={"experiments": [{"name": "x", "variants": [{"name": "as-it-is"}, self.variant]}]})
        assert started.status_code == 200, started.text

    def opened(self) -> TestClient:
        app = create_app(Settings(home=self.home, keys={"open_on_loopback": True}, swap={"poll_s": 0.05}))
        return TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5)).__enter__()

    def close(self) -> None:
        self.shop.__exit__(None, None, None)

    # What happens.

    def happens(self) -> None:
        """Something does."""
        dice = self.dice
        what = dice.choices(
            (self.rules_come, self.a_rule_goes, self.time_passes, self.catalogue, self.swap, self.restart), (8, 3, 3, 5, 1, 1)
        )
        self.told.append(f"{what[0].__name__}: {what[0]()}")

    def rules_come(self) -> Any:
        rules = [self.rule(f"r{self.dice.randrange(14)}") for _ in range(self.dice.randint(1, 3))]
        rules = list({rule["id"]: rule for rule in rules}.values())
        answer = self.shop.put("/rules", json={"rules": rules})
        assert answer.status_code == 200, answer.text
        self.rules |= {rule["id"]: rule for rule in rules}
        return rules

    def a_rule_goes(self) -> Any:
        if not self.rules:
            return None
        rule = self.dice.choice(sorted(self.rules))
        assert self.shop.delete(f"/rules/{rule}").status_code == 200
        del self.rules[rule]
        return rule

    def time_passes(self) -> Any:
        _Clock.moment += timedelta(minutes=self.dice.randint(5, 90))
        return _Clock.moment

    def catalogue(self) -> Any:
        return [self.an_item_changes() for _ in range(self.dice.randint(2, 5))]  # many, so that they are merged, too

    def an_item_changes(self) -> Any:
        item = self.dice.choice(IDS)
        if item in self.items and self.dice.random() < 0.2:
            assert self.shop.delete(f"/items/{item}").status_code in {200, 204}
            del self.items[item]
            return f"without {item}"
        changes = {"price": float(self.dice.randint(5, 30)), "brand": self.dice.choice(["Northwind", "Contoso"])}
        changes |= {"in_stock": self.dice.random() < 0.8, "season": self.dice.choice(["Summer", "Autumn"])}
        new = item not in self.items
        some = changes if new else {name: changes[name] for name in self.dice.sample(sorted(changes), 2)}
        said = {name: value for name, value in some.items() if name != "season"} | {"id": item}
        said |= {"attributes": {"season": some["season"]}} if "season" in some else {}
        if new:
            said |= {"category": item.split("-")[0], "features": [self.dice.gauss(0, 1) for _ in range(16)]}
        answer = self.shop.put("/items", json={"items": [said]}) if new else self.shop.patch("/items", json=[said])
        assert answer.status_code == 200, answer.text
        self.items[item] = {"id": item, "category": item.split("-")[0], **self.items.get(item, {}), **some}
        return self.items[item]

    def swap(self) -> Any:
        release = self.dice.choice(self.releases)
        assert self.shop.post(f"/releases/{release}/activate").status_code == 200
        return release

    def restart(self) -> Any:
        self.close()
        self.shop = self.opened()

    # What rules say.

    def rule(self, name: str) -> dict[str, Any]:
        dice = self.dice
        do = dice.choice(("exclude", "require", "pin", "boost", "bury", "apart", "slots", "look"))
        rule: dict[str, Any] = {"id": name, "do": do}
        if do in {"exclude", "require", "boost", "bury", "apart"}:
            rule["items"] = self.selector()
        if do in {"require", "apart"}:
            rule[{"require": "be", "apart": "with"}[do]] = self.selector()
        if do in {"pin", "look"}:
            rule["ids"] = dice.sample(IDS, dice.randint(2, 4))
        if do == "look":
            rule["state"] = dice.choice(("approved", "approved", "draft"))
        if do == "slots":
            named = dice.sample(CATEGORIES, dice.randint(1, 3))
            rule["slots"] = [{"category": one, "min": (least := dice.randint(0, 1)), "max": least + dice.randint(0, 1)} for one in named]
        when: dict[str, Any] = {"worn": self.selector()} if dice.random() < 0.3 else {}
        for bound, minutes in (("since", dice.randint(-60, 60)), ("until", dice.randint(61, 120))):
            if dice.random() < 0.25:
                when[bound] = (_Clock.moment + timedelta(minutes=minutes)).isoformat()
        return rule | ({"when": when} if when else {}) | ({"enabled": False} if dice.random() < 0.1 else {})

    def selector(self) -> dict[str, Any]:
        dice = self.dice
        says = {
            "ids": dice.sample(IDS, 4),
            "category": dice.sample(CATEGORIES, dice.randint(1, 2)),
            "brand": [dice.choice(["Northwind", "Contoso"])],
            "attributes": {"season": [dice.choice(["Summer", "Autumn"])]},
            "season": [dice.choice(["summer", "autumn"])],
            "price": dice.choice([{"max": 14}, {"min": 16}, {"min": 12, "max": 20}]),
        }
        return {name: says[name] for name in dice.sample(sorted(says), dice.choices((0, 1, 2), (1, 8, 6))[0])}

    # What is asked, and what it has to say.

    def book(self, worn: Sequence[str], variant: str | None) -> _Book:
        said = dict(self.rules)
        if variant == "other":
            said |= {rule["id"]: rule for rule in self.variant["rules"]}
            said = {name: rule for name, rule in said.items() if name not in self.variant["without_rules"]}
        return _Book(list(said.values()), self.items, worn)

    def asked(self) -> None:
        """Each endpoint that suggests."""
        self.told.append("asked")
        known = [question for question in self.usual if {*question["items"]} <= self.items.keys()]
        questions = [self.question(), *self.dice.sample(known, min(_ASKED, len(known)))]
        for question, answer in zip(questions, self.answers(questions), strict=True):
            self.check(question, answer)
        worn = self.dice.sample(sorted(self.items), 3)
        for user in ({}, {"user": f"u{self.dice.randrange(9)}"}):
            scored = self.shop.post("/score-outfit", json={"outfits": [{"items": worn}], "explain": True, "consistent": False, **user})
            assert scored.status_code == 200, scored.text
            self.check_swap(worn, scored.json())

    def question(self) -> dict[str, Any]:
        dice = self.dice
        question: dict[str, Any] = {"items": dice.sample(sorted(self.items), dice.randint(1, 2)), "k": 20, "consistent": False}
        question |= {"looks": 3} if dice.random() < 0.5 else {}
        question |= {"user": f"u{dice.randrange(9)}"} if dice.random() < 0.3 else {}
        kind = dice.random()
        if kind < 0.6:
            question["slots"] = dice.sample(CATEGORIES, dice.randint(1, 2))
        if kind < 0.2:
            question["candidates"] = dice.sample(sorted(self.items), 12)
        return question

    def answers(self, questions: Sequence[Said]) -> list[Any]:
        """One by one, or all in one batch."""
        if self.dice.random() < 0.5:
            told = self.shop.post("/complete-outfits", json={"requests": questions})
            assert told.status_code == 200, told.text
            return [one["answer"] for one in told.json()["answers"]]
        answers = [self.shop.post("/complete-outfit", json=question) for question in questions]
        assert {told.status_code for told in answers} == {200}
        return [told.json() for told in answers]

    def check(self, question: Said, answer: Said) -> None:
        """No rule in force is broken, all that they ask for is there, and none that is not in force is felt."""
        worn, book = question["items"], self.book(question["items"], answer["variant"])
        assert {*answer.get("rules", ())} <= {rule["id"] for rule in book.rules}
        first = {slot["category"]: slot for slot in reversed(answer["slots"])}  # others of a category go on where it ends
        for slot in first.values():
            shown = [item["id"] for item in slot["items"]]
            assert not [(item, broken) for item in shown if (broken := book.takes(item))]
            assert {rule for item in slot["items"] for rule in item.get("rules", ())} <= {
                rule["id"] for rule in book.of("pin", "look", "boost", "bury")
            }
            self.check_order(question, slot, book)
        for look in answer.get("looks", ()):
            rows = [item["id"] for item in look["items"]]
            assert not [(item, broken) for item in rows if (broken := book.takes(item, [other for other in rows if other != item]))]
        if "candidates" not in question:
            self.check_slots(question, answer, book)
        assert _plainly(answer) == self.afresh(question, book), worn

    def check_order(self, question: Said, slot: Said, book: _Book) -> None:
        shown = [item["id"] for item in slot["items"]]
        if "candidates" in question:
            known = {item for item in question["candidates"] if item in self.items and item not in book.worn and not book.takes(item)}
            first = [item for rule in book.of("pin") for item in rule["ids"] if item in shown]
            assert {*shown} == {item for item in known if slot["category"] in {"any", self.items[item]["category"]}}
        else:
            first = book.pinned(slot["category"])
            assert {*shown} == book.can_be_had(slot["category"])
        first = list(dict.fromkeys(first))
        assert shown[: len(first)] == first
        rest = [(item["score"], book.lift(item["id"])) for item in slot["items"][len(first) :]]
        assert all(one >= other - 1e-5 or lift > more for (one, lift), (other, more) in pairwise(rest))

    def check_slots(self, question: Said, answer: Said, book: _Book) -> None:
        names, look = [slot["category"] for slot in answer["slots"]], book.look()
        if "slots" in question:
            assert names == question["slots"]
        elif look:
            assert names == [self.items[item]["category"] for item in look]
        elif book.of("slots"):
            said, wearing = book.of("slots")[0]["slots"], Counter(self.items[item]["category"] for item in book.worn)
            assert [one["category"] for one in said if one["category"] in names] == list(dict.fromkeys(names))
            for one in said:
                most, least = (max(0, one[bound] - wearing[one["category"]]) for bound in ("max", "min"))
                assert names.count(one["category"]) <= most
                assert names.count(one["category"]) >= least or not book.can_be_had(one["category"])
        if look and question.get("looks") and names == [self.items[item]["category"] for item in look]:
            assert [item["id"] for item in answer["looks"][0]["items"]] == look

    def check_swap(self, worn: Sequence[str], told: Said) -> None:
        swap = told["outfits"][0].get("swap")
        if swap:
            book = self.book([item for item in worn if item != swap["replace"]], told.get("variant"))
            assert not book.takes(swap["item"]["id"])

    def afresh(self, question: Said, book: _Book) -> Any:
        """What the release says under the rules in force alone, and nobody has kept anything."""
        release = self.shop.app.state.services.serving.current()  # type: ignore[attr-defined]
        ruled = Ruled(InForce(RULES.validate_python(book.rules), _Clock.moment), release) if book.rules else None
        wanted = Filter(in_stock=None if "candidates" in question else True)
        asked = {name: value for name, value in question.items() if name != "user"}
        answer = complete(release, Question(**asked, wanted=wanted, ruled=ruled), Limits())
        named = partial(_named, release)
        return (
            [(slot.category, [(named(one.row), pytest.approx(one.score, abs=1e-5)) for one in slot.items]) for slot in answer.slots],
            [[named(row) for row in look.rows] for look in answer.looks],
        )


def _named(release: Release, row: int) -> str:
    return release.item(row).id


def _plainly(answer: Said) -> Any:
    slots = [(slot["category"], [(item["id"], item["score"]) for item in slot["items"]]) for slot in answer["slots"]]
    return slots, [[item["id"] for item in look["items"]] for look in answer.get("looks", ())]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day begins."""
    monkeypatch.setattr(_Clock, "moment", MORNING)
    monkeypatch.setattr(over, "datetime", _Clock)


@pytest.mark.parametrize("seed", range(3))
def test_rules_hold_and_end(home: Path, tmp_path: Path, clock: None, seed: int) -> None:  # noqa: ARG001 - the clock is asked elsewhere
    """Through a day of changes, swaps and restarts."""
    own = copied(home, tmp_path / "home")
    releases = sorted(path.stem for path in (own / "releases").glob("*.json"))
    assert len(releases) == 2
    day = _Day(own, releases, seed)
    try:
        for _ in range(_EVENTS):
            day.happens()
            day.asked()
    except AssertionError as broken:
        broken.add_note("\n".join(day.told))
        raise
    finally:
        day.close()
