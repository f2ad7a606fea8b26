"""GET and PUT /rules, DELETE /rules/{id}, and the file that they are kept in."""

from __future__ import annotations

import gc
import json
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.cli import run
from app.ground.errors import HomeError
from app.ground.settings import Settings
from app.home import versions
from app.home.versions import LOOKED_S
from app.main import create_app
from app.release.release import Release
from app.rules.book import RuleFile
from app.rules.conflicts import conflicts_of
from app.rules.over import Rules
from app.rules.rule import RULES
from app.rules.ruling import InForce

OFF = {"id": "off", "do": "exclude", "items": {"brand": ["Northwind"]}}


def brands(client: TestClient) -> set[str | None]:
    """Of what is suggested."""
    answer = client.post("/complete-outfit", json={"items": ["tops-1"], "slots": [{"category": "shoes"}]}).json()
    return {item.get("brand") for item in answer["slots"][0]["items"]}


def swaps(client: TestClient) -> dict[str | None, list[str] | None]:
    """The swap that is proposed for an outfit, and the rules that are named with it."""
    answer = client.post("/score-outfit", json={"outfits": [{"items": ["tops-1", "shoes-2", "bags-3"]}], "explain": True})
    (outfit,) = answer.json()["outfits"]
    return {(outfit.get("swap") or {"item": {"id": None}})["item"]["id"]: outfit.get("rules")}


def test_a_rule_holds_from_the_next_answer_on_and_to_its_end(shop: TestClient, own: Path) -> None:
    """In this replica, and in another of the same home; every version stays readable."""
    told = shop.put("/rules", json={"rules": [OFF]})
    assert told.status_code == 200, told.text
    assert told.json() == {"version": 1, "rules": [OFF], "conflicts": []} | told.json()
    assert brands(shop) == {"Contoso"}
    with TestClient(create_app(Settings(home=own)), base_url="http://localhost", client=("127.0.0.1", 5)) as other:
        assert brands(other) == {"Contoso"}
        assert shop.delete("/rules/off").json()["version"] == 2
        time.sleep(LOOKED_S)  # for which the other takes the rules to be as they were
        assert brands(other) == brands(shop) == {"Contoso", "Northwind"}
    assert sorted(path.name for path in (own / "rules").iterdir()) == ["000001.json", "000002.json"]


def test_a_swap_that_is_kept_is_asked_anew_under_other_rules(shop: TestClient) -> None:
    """An answer that was given before a rule was written is not the one that is given after."""
    (found,) = swaps(shop)
    assert swaps(shop) == {found: None}
    shop.put("/rules", json={"rules": [{"id": "off", "do": "exclude", "items": {"ids": [found]}}]})
    assert found not in swaps(shop)


def test_a_swap_names_the_rules_that_had_part_in_it(shop: TestClient) -> None:
    """Also where they leave none."""
    (found,) = swaps(shop)
    rules = [{"id": "off", "do": "exclude", "items": {"ids": [found]}}, {"id": "idle", "do": "exclude", "items": {"ids": ["none"]}}]
    shop.put("/rules", json={"rules": rules})
    assert [*swaps(shop).values()] == [["off"]]
    shop.put("/rules?replace=true", json={"rules": [{"id": "all", "do": "exclude", "items": {}}]})
    assert swaps(shop) == {None: ["all"]}


def test_the_answer_names_what_touched_it(shop: TestClient) -> None:
    """And the suggestion what moved it."""
    shop.put("/rules", json={"rules": [OFF, {"id": "first", "do": "pin", "ids": ["shoes-4"]}]})
    answer = shop.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["shoes"]}).json()
    assert sorted(answer["rules"]) == ["first", "off"]
    assert answer["slots"][0]["items"][0]["id"] == "shoes-4"
    assert answer["slots"][0]["items"][0]["rules"] == ["first"]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([{"id": "p", "do": "pin", "ids": ["shoes-1"]}], [(["p", "off"], "'p' wants 'shoes-1' shown, and 'off' takes it away")]),
        ([{"id": "p", "do": "pin", "ids": ["nothing"]}], [(["p"], "the catalogue has no item 'nothing' now")]),
        (
            [{"id": "b", "do": "boost", "items": {"brand": ["Northwindd"]}}],
            [(["b"], "the catalogue has no brand 'Northwindd' now; did you mean 'Northwind'?")],
        ),
        (
            [{"id": "a", "do": "boost", "items": {"attributes": {"season": ["Sumer"]}}}],
            [(["a"], "the catalogue has no item whose 'season' is 'Sumer' now; did you mean 'Summer'?")],
        ),
        (
            [{"id": "n", "do": "boost", "items": {"ids": ["shoes-1"], "category": ["bags"]}}],
            [(["n"], "no item of the catalogue is all that `items` says now")],
        ),
        (
            [{"id": "n", "do": "apart", "items": {"price": {"min": 1e6}}, "with": {}, "when": {"worn": {"price": {"min": 1e7}}}}],
            [
                (["n"], "no item of the catalogue is all that `items` says now"),
                (["n"], "no item of the catalogue is all that `when.worn` says now"),
            ],
        ),
        (
            [{"id": "r", "do": "require", "items": {"category": ["bags"]}, "be": {"category": ["shoes"]}}],
            [(["r"], "none of its `items` is what they have to `be`, so that it takes all of them away")],
        ),
        (
            [{"id": "o", "do": "boost", "items": {"category": ["bags"]}, "when": {"until": "2026-01-01T00:00:00Z"}}],
            [(["o"], "it is over since 2026-01-01T00:00:00+00:00")],
        ),
        (
            [{"id": "s", "do": "slots", "slots": [{"category": "bags"}, {"category": "bags"}]}],
            [(["s"], "it names the slot 'bags' more than once: each of them is filled")],
        ),
        (
            [{"id": "s", "do": "slots", "slots": [{"category": "bags", "max": 0}]}],
            [(["s"], "it has no slot of at least one item, so that nothing is suggested")],
        ),
        (
            [
                {"id": "s", "do": "slots", "slots": [{"category": "bags"}]},
                {"id": "l", "do": "look", "ids": ["bags-2", "shoes-2"], "state": "approved"},
                {"id": "k", "do": "look", "ids": ["bags-2", "shoes-4"]},
            ],
            [(["l", "s"], "the look 'l' has slots of its own, and more of 'shoes' than 's' has")],
        ),
        (
            [{"id": "r", "do": "require", "items": {}, "be": {"ids": ["bags-2", "shoes-2"]}}],
            [(["r"], "it leaves nothing of the category 'bottoms' and 1 more")],
        ),
        ([{"id": "r", "do": "require", "items": {}, "be": {"category": ["bags"], "brand": ["Contoso"]}}], []),
        ([{"id": "x", "do": "exclude", "items": {}}], [(["x"], "it takes the whole catalogue away")]),
        (
            [{"id": "x", "do": "exclude", "items": {"category": ["bags", "bottoms", "shoes", "tops"]}}],
            [(["x"], "it takes the whole catalogue away")],
        ),
        ([{"id": "s", "do": "slots", "slots": [{"category": "hats"}]}], [(["s"], "the catalogue has no category 'hats' now")]),
        (
            [{"id": "s", "do": "slots", "slots": [{"category": "shoe"}]}],
            [(["s"], "the catalogue has no category 'shoe' now; did you mean 'shoes'?")],
        ),
        (
            [{"id": name, "do": do, "items": {"category": ["bags"]}} for name, do in (("up", "boost"), ("down", "bury"))],
            [(["up", "down"], "'up' boosts and 'down' buries the same items")],
        ),
        (
            [
                {"id": "l", "do": "look", "ids": ["tops-0", "shoes-2"], "state": "approved"},
                {"id": "no", "do": "apart", "items": {"ids": ["tops-0"]}, "with": {"category": ["shoes"]}},
            ],
            [(["l", "no"], "'no' keeps items of the look 'l' apart")],
        ),
        (
            [{"id": "later", "do": "pin", "ids": ["shoes-1"], "when": {"since": "2999-01-01T00:00:00Z"}}],
            [(["later", "off"], "'later' wants 'shoes-1' shown, and 'off' takes it away")],
        ),
        (
            [{"id": "w", "do": "boost", "items": {"season": ["Sommer"]}}],
            [(["w"], "the catalogue has no season 'Sommer' now; did you mean 'Summer'?")],
        ),
        ([{"id": "fine", "do": "pin", "ids": ["shoes-2"]}], []),
        ([{"id": "gone", "do": "pin", "ids": ["shoes-10"]}], [(["gone"], "'shoes-10' is sold out now, so that it is not shown")]),
    ],
)
def test_conflicts_are_told_when_a_rule_is_written(
    shop: TestClient, rules: list[dict[str, Any]], told: list[tuple[list[str], str]]
) -> None:
    """Of the rules that are written, with those that there are."""
    shop.put("/rules", json={"rules": [OFF]})
    answer = shop.put("/rules", json={"rules": rules}).json()
    assert [(one["rules"], one["problem"]) for one in answer.get("conflicts", [])] == told


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"id": "a", "do": "exclud", "items": {}}, "rules[0]"),
        ({"id": "a", "do": "exclude", "items": {"brands": ["x"]}}, "brand"),
        ({"id": "a", "do": "boost", "items": {}, "times": 0.5}, "times"),
        ({"id": "a", "do": "require", "items": {}}, "be"),
        (
            {"id": "a", "do": "exclude", "items": {}, "when": {"since": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}},
            "since is not before until",
        ),
        ({"id": "a", "do": "exclude", "items": {"price": {"min": 3, "max": 2}}}, "min is above max"),
        ({"id": "a", "do": "exclude", "items": {"ids": []}}, "items.ids"),
        ({"id": "a", "do": "exclude", "items": {"attributes": {}}}, "items.attributes"),
        ({"id": "a", "do": "exclude", "items": {"price": {}}}, "says neither min nor max"),
        ({"id": "a", "do": "boost", "items": {}, "when": {"worn": {"price": {"min": None}}}}, "when.worn.price"),
        ({"id": "..", "do": "exclude", "items": {}}, "id: means another address"),  # none that DELETE /rules/{id} would come to
        ({"id": "a", "do": "pin", "ids": ["x", "x"]}, "named twice"),
        ({"id": "a", "do": "exclude", "items": {}, "when": {"since": "tomorrow"}}, "since"),
        ({"id": "a", "do": "exclude", "items": {}, "when": {"since": "-1"}}, "-1 is before 2000-01-01; write ISO 8601 with an offset"),
        ({"id": "a", "do": "exclude", "items": {}, "when": {"until": -5}}, "-5 is before 2000-01-01"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(shop: TestClient, rule: dict[str, Any], says: str) -> None:
    """Naming what is wrong; nothing is kept."""
    answer = shop.put("/rules", json={"rules": [rule]})
    assert answer.status_code == 422
    assert says in answer.text
    assert shop.get("/rules").json()["version"] == 0


def test_a_field_is_named_where_it_is(shop: TestClient) -> None:
    """In rules of their own and in those of a variant; and no other list of a body holds objects of several kinds."""
    rule = {**OFF, "items": {"price": {"min": 3, "max": 2}}}
    variants = [{"name": "a", "rules": [rule]}, {"name": "b"}]
    rules = shop.put("/rules", json={"rules": [rule]}).json()["errors"]
    tried = shop.put("/experiments", json={"experiments": [{"name": "e", "variants": variants}]}).json()["errors"]
    assert [one["field"] for one in (*rules, *tried)] == ["rules[0].items.price", "experiments[0].variants[0].rules[0].items.price"]
    schemas = shop.get("/openapi.json").json()["components"]["schemas"].values()
    fields = [pair for schema in schemas for pair in schema.get("properties", {}).items()]
    assert {name for name, said in fields if "discriminator" in json.dumps(said)} == {"rules"}


def test_an_id_twice_and_an_unknown_one_are_told(shop: TestClient) -> None:
    """422 for the one, 404 for the other."""
    assert "as rules[0]" in shop.put("/rules", json={"rules": [OFF, OFF]}).text
    assert shop.delete("/rules/none").json()["type"] == "/problems/unknown-rule"


def test_rules_need_a_key_that_writes(client: TestClient) -> None:
    """Asking does not open them."""
    assert client.put("/rules", json={"rules": [OFF]}).status_code in {401, 403}


def test_a_file_that_is_spoilt_leaves_what_was_known_in_force(own: Path, release: Release) -> None:
    """A replica that knows none says so rather than answering without."""
    file = RuleFile(own)
    file.put(RULES.validate_python([OFF]))
    rules = Rules(RuleFile(own))
    assert rules.over(release) is not None
    file.path.write_text("{")
    time.sleep(LOOKED_S)
    assert rules.over(release) is not None
    assert "put the last version back" in str(rules.trouble)
    with pytest.raises(HomeError, match="cannot be read"):
        Rules(RuleFile(own)).over(release)


def test_the_command_tells_conflicts_too(own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the rules that it wrote, against all of the home; a home without a release has none to tell."""
    for name, rules in (("off", [OFF]), ("pin", [{"id": "p", "do": "pin", "ids": ["shoes-1", "shoes-2"]}])):
        (tmp_path / f"{name}.json").write_text(json.dumps(rules))
        assert run(["rules", "put", str(tmp_path / f"{name}.json"), "--home", str(own)]) == 0
        told = capsys.readouterr().err
        assert ("probably not meant: 'p' wants 'shoes-1' shown, and 'off' takes it away" in told) is (name == "pin")
    (tmp_path / "empty").mkdir()
    assert run(["rules", "put", str(tmp_path / "off.json"), "--home", str(tmp_path / "empty")]) == 0


def test_a_dry_run_says_what_would_change_of_the_last_answers(shop: TestClient) -> None:
    """Share of answers, suggestions, slots that would be empty, what each rule touches; and keeps nothing."""
    for item in ("tops-1", "tops-2", "bags-1"):
        shop.post("/complete-outfit", json={"items": [item], "slots": [{"category": "shoes"}], "k": 20})
    shop.post("/complete-outfit", json={"items": ["tops-1"], "candidates": ["shoes-1"]})
    none = {"id": "none", "do": "exclude", "items": {"category": ["shoes"]}}
    told: dict[str, Any] = {}
    for _ in range(50):  # impressions reach the log within moments
        told = shop.post("/rules/dry-run", json={"rules": [OFF]}).json()
        if told["answers"] == 3:
            break
        time.sleep(0.1)
    assert (told["answers"], told["changed"], told["suggestions"], told["replaced"], told["emptied"]) == (3, 3, 33, 18, 0)
    assert told["touched"] == {"off": 3}
    assert {item["id"] for item in told["lost"]} == {f"shoes-{n}" for n in range(1, 12, 2)}
    less = shop.post("/rules/dry-run", json={"rules": [{**OFF, "do": "bury", "times": 1e6}]}).json()
    assert less["touched"] == {"off": less["changed"]} == {"off": 3}
    assert shop.post("/rules/dry-run", json={"rules": [none]}).json()["emptied"] == 3
    assert shop.get("/rules").json()["version"] == 0
    assert shop.post("/rules/dry-run", json={"without": ["nope"]}).status_code == 404
    shop.put("/rules", json={"rules": [OFF]})
    back = shop.post("/rules/dry-run", json={"without": ["off"]}).json()
    assert (back["changed"], back["touched"]) == (3, {})
    same = shop.post("/rules/dry-run", json={"rules": [OFF, {**OFF, "id": "too"}]}).json()
    assert (same["changed"], same["touched"]) == (0, {}), "nothing that a rule has part in is another than before"
    assert back["earned"] is None


def test_a_dry_run_says_why_the_log_cannot_tell_what_rules_would_earn(shop: TestClient) -> None:
    """No answer was explored; and of slots that no answer had nothing can be told however many were."""
    earned = shop.post("/rules/dry-run", json={"rules": [OFF], "reward": "purchase"}).json()["earned"]
    assert (earned["reward"], earned["now"], earned["then"], earned["gain"]) == ("purchase", None, None, None)
    assert "ATTIRE_EXPLORATION__SHARE" in earned["refused"]
    slots = {"id": "two", "do": "slots", "slots": [{"category": "shoes"}]}
    assert "'two'" in shop.post("/rules/dry-run", json={"rules": [slots], "reward": "view"}).json()["earned"]["refused"]
    refused = shop.post("/rules/dry-run", json={"rules": [OFF], "reward": "sale"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reward")


def test_rules_that_cannot_be_read_are_told_where_readiness_is(shop: TestClient, own: Path) -> None:
    """Those known before hold on; a replica that knew none is not ready. No path of the machine is told."""
    shop.put("/rules", json={"rules": [OFF]})
    assert shop.get("/readyz").json()["rules"] == {"status": "ok"}
    (own / "rules.json").write_text("{")
    time.sleep(LOOKED_S)
    ready = shop.get("/readyz")
    assert (ready.status_code, ready.json()["rules"]["status"]) == (200, "degraded")
    assert "attire rules list" in ready.json()["rules"]["problem"]
    assert brands(shop) == {"Contoso"}
    with TestClient(create_app(Settings(home=own)), base_url="http://localhost", client=("127.0.0.1", 5)) as fresh:
        refused = fresh.get("/readyz")
        assert refused.status_code == 503
        assert "rules cannot be read" in refused.json()["detail"]
    assert str(own) not in ready.text + refused.text


def test_a_file_that_is_gone_is_told_where_versions_of_it_are(shop: TestClient, own: Path) -> None:
    """As one that is garbled: what was known holds on, nothing is written over what there was, and who starts so is not ready."""
    for _ in range(3):
        shop.put("/rules", json={"rules": [OFF]})
    assert brands(shop) == {"Contoso"}
    (own / "rules.json").unlink()
    time.sleep(LOOKED_S)
    assert shop.get("/readyz").json()["rules"]["status"] == "degraded"
    assert brands(shop) == {"Contoso"}
    assert shop.put("/rules", json={"rules": [OFF]}).status_code == 503
    with TestClient(create_app(Settings(home=own)), base_url="http://localhost", client=("127.0.0.1", 5)) as fresh:
        assert fresh.get("/readyz").status_code == 503
    with pytest.raises(HomeError, match="is gone, though there are versions of it; put the last back from"):
        RuleFile(own).book()
    (own / "rules.json").write_bytes((own / "rules" / "000002.json").read_bytes())
    time.sleep(LOOKED_S)
    assert shop.get("/readyz").json()["rules"] == {"status": "ok"}
    assert shop.put("/rules", json={"rules": [OFF]}).json()["version"] == 4, "a number is never used again"
    assert json.loads((own / "rules" / "000003.json").read_text())["version"] == 3


def test_the_first_version_is_no_file_that_is_gone(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads while it is written sees the rules before, or it."""
    seen, write = list[int](), versions.write_whole

    def written(path: Path, text: str) -> None:
        seen.append(RuleFile(own).book().version)
        write(path, text)
        seen.append(RuleFile(own).book().version)

    monkeypatch.setattr(versions, "write_whole", written)
    RuleFile(own).put(RULES.validate_python([OFF]))
    assert seen == [0, 1, 1, 1]


def test_what_a_command_lists_can_be_put_again(own: Path, tmp_path: Path) -> None:
    """As it was written: what a rule leaves out is left out, as an empty list of it would be refused."""
    apart = {"id": "apart", "do": "apart", "items": {"category": ["shoes"]}, "with": {"brand": ["Northwind"]}}
    RuleFile(own).put(RULES.validate_python([OFF, apart]))
    listed = tmp_path / "rules.json"
    assert run(["rules", "list", "--home", str(own), "--json", str(listed)]) == 0
    assert json.loads(listed.read_text()) == [OFF, apart]
    assert run(["rules", "put", str(listed), "--home", str(own)]) == 0
    assert len(RuleFile(own).book().rules) == 2


def test_a_rule_that_is_refused_by_now_is_read_where_it_was_kept(own: Path) -> None:
    """A price without bounds was taken once, and means whatever has one; so was a moment long ago."""
    file = RuleFile(own)
    with file.changing():
        file.write(1, {"rules": [{**OFF, "items": {"price": {}}, "when": {"since": "1969-12-31T23:59:59Z"}}]})
    assert len(RuleFile(own).book().rules) == 1


def test_very_many_conflicts_are_told_up_to_a_bound(shop: TestClient) -> None:
    """Each of 40 pins against each of 40 exclusions: what thousands of them came to took minutes, and the memory."""
    pins = [{"id": f"pin{n}", "do": "pin", "ids": ["shoes-1"], "note": "for long"} for n in range(40)]
    off = [{**OFF, "id": f"off{n}"} for n in range(40)]
    answer = shop.put("/rules", json={"rules": [*pins, *off]}).json()
    *told, last = answer["conflicts"]
    assert len(told) == 1_000
    assert told[0] == {"rules": ["pin0", "off0"], "problem": "'pin0' wants 'shoes-1' shown, and 'off0' takes it away"}
    assert (last["rules"], "the first 1,000 are told" in last["problem"]) == ([], True)
    assert answer["rules"] == [*pins, *off] == shop.get("/rules").json()["rules"]


def test_conflicts_of_many_rules_are_looked_for_where_they_could_be(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """No item is read for each rule, and a look is held only against rules that are about an item of it."""
    looks = [{"id": f"l{n}", "do": "look", "ids": ["tops-1", "shoes-2"], "state": "approved"} for n in range(100)]
    apart = [{"id": f"a{n}", "do": "apart", "items": {"ids": ["bags-1"]}, "with": {"price": {"min": 1e6 + n}}} for n in range(100)]
    rules = RULES.validate_python([*looks, *apart])
    asked = list[object]()
    monkeypatch.setattr(Release, "items", lambda *given: asked.append(given))
    monkeypatch.setattr(InForce, "keeps_apart", lambda *given: asked.append(given))
    assert conflicts_of(rules, [rule.id for rule in rules if rule.do == "look"], release) == []
    assert asked == []


def test_rules_that_are_not_worked_out_yet_are_not_taken_for_settled(own: Path, release: Release) -> None:
    """Also where the file was read: who asks then works out what ten thousand rules are about, for which the event loop must not wait."""
    rules = Rules(RuleFile(own))
    assert rules.over(release) is None
    assert rules.settled(release), "there is no file"
    rules.file.put(RULES.validate_python([OFF]))
    assert len(rules.file.book().rules) == 1
    assert not rules.settled(release)
    assert rules.over(release)
    assert rules.settled(release)


def test_no_cycles_are_looked_for_while_rules_are_read(own: Path) -> None:
    """Nor while they are written: a look walks all of them, and nobody is answered meanwhile."""
    file, looks = RuleFile(own), list[int]()

    def looked(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looks.append(info["generation"])

    many = RULES.validate_python([{**OFF, "id": f"off{n}"} for n in range(2_000)])
    gc.collect()
    gc.callbacks.append(looked)
    try:
        file.put(many)
        assert len(file.book().rules) == 2_000
    finally:
        gc.callbacks.remove(looked)
    assert len(looks) < 5
    assert gc.isenabled()
