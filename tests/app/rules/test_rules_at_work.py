"""What each kind of rule does to an answer."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import Completion, Question
from app.recommend.score import score
from app.release.release import Release
from app.release.variants import group_key
from app.rules.idle import problems
from app.rules.matching import Facts, satisfies
from app.rules.rule import RULES, Rule
from app.rules.ruling import InForce, Ruled
from app.rules.shelves import Shelves
from index.columns import Filter

TOPS, SHOES, BAGS = ([f"{name}-{n}" for n in range(12)] for name in ("tops", "shoes", "bags"))


def rules(*said: dict[str, Any]) -> list[Rule]:
    """Rules as the service reads them."""
    return RULES.validate_python([{"id": f"r{place}", **one} for place, one in enumerate(said)])


def ask(release: Release, *said: dict[str, Any], **question: Any) -> Completion:
    """The answer under some rules."""
    question.setdefault("items", ["tops-1"])
    return complete(release, Question(**question, ruled=Ruled(InForce(rules(*said)), release)), Limits())


def ids(release: Release, answer: Completion, place: int = 0) -> list[str]:
    """The suggestions of a slot."""
    return [release.item(one.row).id for one in answer.slots[place].items]


def test_what_is_excluded_is_not_suggested(release: Release) -> None:
    """By brand, in slots and among candidates, and the answer names the rule."""
    off = {"do": "exclude", "items": {"brand": ["Northwind"]}}
    answer = ask(release, off, slots=["shoes"], k=12)
    assert {release.item(one.row).brand for one in answer.slots[0].items} == {"Contoso"}
    assert answer.rules == ("r0",)
    assert ids(release, ask(release, off, candidates=["shoes-1", "shoes-2"])) == ["shoes-2"]


def test_a_product_is_pinned_and_looked_at_by_its_group(release: Release) -> None:
    """The first of its items that filters let pass stands for it; whoever wears one of them wears the product; nothing is unknown of it."""
    key_N = np.arange(release.snapshot.count)
    for item, group in (("tops-1", "tee"), ("shoes-3", "clog"), ("shoes-4", "clog"), ("bags-2", "tote")):
        key_N[release.snapshot.row_of[item]] = group_key(group)
    grouped = replace(release, traits=replace(release.traits, key_N=key_N))
    pin, look = {"do": "pin", "ids": ["clog"]}, {"do": "look", "ids": ["tee", "clog", "tote"], "state": "approved"}
    lost = {**look, "ids": ["tee", "clog", "gone"]}
    assert [list(problems(rule, Shelves(grouped))) for rule in rules(pin, look)] == [[], []]
    for exclude, first in (((), "shoes-3"), (("shoes-3",), "shoes-4")):
        wanted = Filter(exclude=exclude)
        assert ids(grouped, ask(grouped, pin, slots=["shoes"], wanted=wanted))[0] == first
        shown = ask(grouped, lost, look, wanted=wanted)
        assert ([slot.category for slot in shown.slots], shown.rules) == (["shoes", "bags"], ("r1",))
        assert [ids(grouped, shown, place)[0] for place in (0, 1)] == [first, "bags-2"]


def test_what_rules_leave_empty_is_told_as_theirs(release: Release) -> None:
    """Of slots and of candidates, naming the rule; other reasons stay as they are."""
    none = {"do": "exclude", "items": {}}
    answer = ask(release, none, slots=["shoes"])
    assert answer.slots[0].fallback == "the shop's rules leave no item of category 'shoes' that passes the filters: r0"
    assert "left by the shop's rules" in (ask(release, none, candidates=["shoes-1"]).slots[0].fallback or "")
    dear = ask(release, none, slots=["shoes"], wanted=Filter(price_min=1e6))
    assert dear.slots[0].fallback == "no item of category 'shoes' passes the filters"


def test_what_rules_leave_empty_is_not_proposed(release: Release) -> None:
    """As a slot that the outfit lacks: nothing could fill it."""
    assert [slot.category for slot in ask(release).slots] == ["bottoms", "shoes"]
    assert "shoes" not in [slot.category for slot in ask(release, {"do": "exclude", "items": {"category": ["shoes"]}}).slots]


def test_what_is_required_is_all_that_is_suggested_there(release: Release) -> None:
    """Of shoes only those of a price; bags are not spoken of."""
    cheap = {"do": "require", "items": {"category": ["shoes"]}, "be": {"price": {"max": 13}}}
    answer = ask(release, cheap, slots=["shoes", "bags"], k=12, wanted=Filter())
    assert sorted(ids(release, answer)) == ["shoes-0", "shoes-1", "shoes-2", "shoes-3"]
    assert len(ids(release, answer, 1)) == 12


def test_pins_come_first_in_their_order(release: Release) -> None:
    """However the model thinks of them; a filter still decides."""
    plain = ids(release, ask(release, slots=["shoes"], k=12))
    last = plain[:-4:-1]
    answer = ask(release, {"do": "pin", "ids": [*last, "tops-1", "bags-3"]}, slots=["shoes"], k=5)
    assert ids(release, answer) == [*last, *plain[:2]]
    assert [one.rules for one in answer.slots[0].items] == [("r0",)] * 3 + [()] * 2
    dear = Filter(price_max=release.item(answer.slots[0].items[1].row).price)
    filtered = ids(release, ask(release, {"do": "pin", "ids": last}, slots=["shoes"], k=5, wanted=dear))
    assert filtered[0] in last
    assert all((release.item(release.snapshot.row_of[item]).price or 99) <= (dear.price_max or 0) for item in filtered)


def test_pins_keep_their_places_whatever_the_diversity(release: Release) -> None:
    """Alike or not, as promoted ones do, and so do two items of a look in one slot; what follows is diverse."""
    last = ids(release, ask(release, slots=["shoes"], k=12))[:-4:-1]
    pin = {"do": "pin", "ids": last}
    for diversity in (0.0, 0.5, 1.0):
        for by_group in (False, True):
            answer = ask(release, pin, slots=["shoes"], k=6, diversity=diversity, by_group=by_group)
            assert ids(release, answer)[:3] == last
            assert len({*ids(release, answer)}) == 6
    answer = ask(release, {"do": "look", "ids": ["tops-1", *last[:2]], "state": "approved"}, k=3, diversity=1.0)
    assert ids(release, answer)[:2] == last[:2]
    promoted = ask(release, pin, slots=["shoes"], k=6, diversity=1.0, promote=["shoes-3", last[1]])
    assert ids(release, promoted)[:4] == ["shoes-3", last[1], last[0], last[2]]


def test_what_is_promoted_twice_has_the_first_of_its_places(release: Release) -> None:
    """Naming it again moves nothing."""
    asked = {"slots": ["shoes"], "k": 5}
    once = ids(release, ask(release, promote=["shoes-7", "shoes-3", "shoes-5"], **asked))
    assert ids(release, ask(release, promote=["shoes-7", "shoes-3", "shoes-7", "shoes-5", "shoes-3"], **asked)) == once
    assert once[:3] == ["shoes-7", "shoes-3", "shoes-5"]


def test_boosts_and_burials_move_by_odds(release: Release) -> None:
    """By little they move little, by much to an end; the score stays the model's."""
    plain = ask(release, slots=["shoes"], k=12)
    order, middle = ids(release, plain), ids(release, plain)[6]
    scores = {one.row: one.score for one in plain.slots[0].items}
    assert ids(release, ask(release, {"do": "boost", "items": {"ids": [middle]}, "times": 1.0001}, slots=["shoes"], k=12)) == order
    up = ask(release, {"do": "boost", "items": {"ids": [middle]}, "times": 1e6}, slots=["shoes"], k=12)
    assert ids(release, up) == [middle, *(item for item in order if item != middle)]
    assert {one.row: one.score for one in up.slots[0].items} == pytest.approx(scores)
    down = ask(release, {"do": "bury", "items": {"ids": [order[0]]}, "times": 1e6}, slots=["shoes"], k=12)
    assert ids(release, down) == [*order[1:], order[0]]
    assert sum(one.share for one in down.slots[0].items) == pytest.approx(1)


@pytest.mark.parametrize("diversity", [0.0, 0.6])
def test_a_rule_that_moves_something_out_of_what_is_shown_is_named(release: Release, diversity: float) -> None:
    """No suggestion tells of it; a rule that leaves the list as it was, of items far below it, has no part."""
    asked: dict[str, Any] = {"slots": ["shoes"], "k": 3, "diversity": diversity}
    plain = ids(release, ask(release, **asked))
    bury = {"do": "bury", "items": {"ids": plain[1:2]}, "times": 1e6}
    answer = ask(release, bury, **asked)
    assert plain[1] not in ids(release, answer)
    assert {one.rules for one in answer.slots[0].items} == {()}
    assert answer.rules == ("r0",)
    last = ids(release, ask(release, slots=["shoes"], k=12))[-1]
    assert not ask(release, {**bury, "items": {"ids": [last]}}, **{**asked, "diversity": 0.0}).rules


def test_what_is_kept_apart_is_not_suggested_together(release: Release) -> None:
    """Not to whoever wears the one, and not within a look."""
    apart = {"do": "apart", "items": {"brand": ["Northwind"]}, "with": {"brand": ["Contoso"]}}
    worn_and_shown = {release.item(one.row).brand for one in ask(release, apart, slots=["shoes"], k=12).slots[0].items}
    assert worn_and_shown == {"Northwind"}  # tops-1 is
    even = {"do": "apart", "items": {"category": ["shoes"], "brand": ["Northwind"]}, "with": {"category": ["bags"], "brand": ["Contoso"]}}
    looks = ask(release, even, slots=["shoes", "bags"], looks=10).looks
    pairs = [{release.item(row).category: release.item(row).brand for row in look.rows} for look in looks]
    assert pairs
    assert {"shoes": "Northwind", "bags": "Contoso"} not in pairs


def test_looks_of_given_candidates_are_kept_apart_too(release: Release) -> None:
    """As those of retrieved ones are."""
    apart = {"do": "apart", "items": {"category": ["shoes"]}, "with": {"ids": ["bags-2"]}}
    asked = {"slots": ["shoes", "bags"], "candidates": ["shoes-1", "shoes-2", "bags-2", "bags-3"], "looks": 4}
    looks = [{release.item(row).id for row in look.rows} for look in ask(release, apart, **asked).looks]
    assert looks
    assert not [look for look in looks if "bags-2" in look and len(look) > 1]


def test_looks_within_a_budget_have_nothing_that_a_rule_takes_away(release: Release) -> None:
    """They are made of more items than the slots show, which are looked for by price."""
    cheap = {"do": "exclude", "items": {"price": {"max": 12}}}
    looks = ask(release, cheap, slots=["shoes", "bags"], k=1, looks=10, budget=28).looks
    assert looks
    assert min(release.item(row).price or 0 for look in looks for row in look.rows) > 12


@pytest.mark.parametrize("budget", [None, 60])
def test_what_moves_suggestions_moves_looks(release: Release, budget: float | None) -> None:
    """Whoever is pinned or much likelier is in all that it fits into, whoever is buried in none; their scores stay the model's."""
    asked: dict[str, Any] = {"slots": ["shoes", "bags"], "looks": 3, "budget": budget}
    plain = ask(release, **asked)
    pairs = [[release.item(row).id for row in look.rows] for look in plain.looks]
    first, last = pairs[0][0], next(f"shoes-{n}" for n in range(1, 12) if f"shoes-{n}" not in {shoes for shoes, _ in pairs})
    for rule, has in (
        ({"do": "pin", "ids": [last]}, last),
        ({"do": "boost", "items": {"ids": [last]}, "times": 1e6}, last),
    ):
        answer = ask(release, rule, **asked)
        assert [release.item(look.rows[0]).id for look in answer.looks] == [has] * 3
        assert answer.rules == ("r0",)
    buried = ask(release, {"do": "bury", "items": {"ids": [first]}, "times": 1e6}, **asked).looks
    assert first not in {release.item(look.rows[0]).id for look in buried}
    same = {look.rows: look.score for look in plain.looks}
    assert all(look.score == pytest.approx(same[look.rows], abs=1e-5) for look in buried if look.rows in same)


def test_a_slot_template_says_which_slots_there_are(release: Release) -> None:
    """In its order, within its ranges less what is worn, and only for whom it is."""
    said = {
        "do": "slots",
        "slots": [{"category": "bags", "min": 1}, {"category": "tops", "min": 2, "max": 2}, {"category": "hats", "min": 1}],
    }
    answer = ask(release, said)
    assert [slot.category for slot in answer.slots] == ["bags", "tops"]
    other = ask(release, {**said, "when": {"worn": {"category": ["shoes"]}}})
    assert [slot.category for slot in other.slots] == ["bottoms", "shoes"]
    done = ask(release, {"do": "slots", "slots": [{"category": "tops"}]})
    assert (done.slots, done.complete) == ((), True)


def test_a_curated_look_is_completed_with_exactly_its_items(release: Release) -> None:
    """First in each slot and among the looks; the model decides while it is a draft, or an item of it is sold out."""
    look = {"do": "look", "ids": ["tops-1", "bags-4", "shoes-7"], "state": "approved"}
    answer = ask(release, look, looks=2)
    assert [slot.category for slot in answer.slots] == ["bags", "shoes"]
    assert [ids(release, answer, place)[0] for place in (0, 1)] == ["bags-4", "shoes-7"]
    assert [release.item(row).id for row in answer.looks[0].rows] == ["bags-4", "shoes-7"]
    assert answer.rules == ("r0",)
    learned = ["bottoms", "shoes"]
    for other in ({**look, "state": "draft"}, {**look, "ids": ["tops-1", "bags-4", "shoes-10"]}, {**look, "enabled": False}):
        assert [slot.category for slot in ask(release, other, wanted=Filter(in_stock=True)).slots] == learned
    apart = {"do": "apart", "items": {"ids": ["bags-4"]}, "with": {"category": ["shoes"]}}
    torn = ask(release, look, apart, wanted=Filter(in_stock=True))
    assert [slot.category for slot in torn.slots] == learned
    assert torn.rules == ("r1",)
    taken = ask(release, look, {"do": "exclude", "items": {"ids": ["bags-4"]}}, looks=5)
    assert [slot.category for slot in taken.slots] == learned
    assert release.snapshot.row_of["bags-4"] not in {row for one in taken.looks for row in one.rows}


@pytest.mark.parametrize(
    "turned_down", [{"block": (["Contoso"], {})}, {"met": frozenset(["bags-4"])}, {"text": "under 15"}, {"text": "no bags"}]
)
def test_a_curated_look_has_nothing_that_a_shopper_turned_down(release: Release, turned_down: dict[str, Any]) -> None:
    """A brand that is blocked, what was bought already, what is too dear by their words: the next look is shown, else the model's."""
    looks = [{"do": "look", "ids": ["tops-1", bag, "shoes-7"], "state": "approved"} for bag in ("bags-4", "bags-5")]
    answer = ask(release, *looks, looks=3, **turned_down)
    assert answer.looks
    shown = [{release.item(row).id for row in look.rows} for look in answer.looks]
    assert "bags-4" not in set().union(*shown)
    assert (answer.rules == ("r1",)) == ("text" not in turned_down)
    assert (shown[0] == {"bags-5", "shoes-7"}) == ("text" not in turned_down)


def test_a_curated_look_beyond_the_budget_is_passed_over(release: Release) -> None:
    """Each item would be within it, and not both; what is worn costs nothing more."""
    dear, cheap = ({"do": "look", "ids": ["tops-1", *some], "state": "approved"} for some in (["bags-9", "shoes-8"], ["bags-2", "shoes-3"]))
    price = {item: release.item(release.snapshot.row_of[item]).price or 0 for item in ("bags-9", "shoes-8", "bags-2", "shoes-3")}
    budget = price["bags-2"] + price["shoes-3"] + 0.5
    assert max(price.values()) < budget < price["bags-9"] + price["shoes-8"]
    answer = ask(release, dear, cheap, looks=2, budget=budget)
    assert answer.rules == ("r1",)
    assert [release.item(row).id for row in answer.looks[0].rows] == ["bags-2", "shoes-3"]
    assert [ids(release, answer, place)[0] for place in (0, 1)] == ["bags-2", "shoes-3"]
    assert [slot.category for slot in ask(release, dear, looks=2, budget=budget).slots] == ["bottoms", "shoes"]
    exactly = price["bags-9"] + price["shoes-8"]
    assert ask(release, dear, cheap, looks=2, budget=exactly).rules == ("r0",)


def test_a_rule_holds_in_its_time(release: Release) -> None:
    """From since until before until."""
    now = datetime.now(UTC)
    for since, until, holds in ((-2, -1, False), (-1, 1, True), (1, 2, False)):
        when = {name: (now + timedelta(hours=hours)).isoformat() for name, hours in (("since", since), ("until", until))}
        answer = ask(release, {"do": "exclude", "items": {"brand": ["Contoso"]}, "when": when}, slots=["shoes"], k=12)
        assert (len(answer.slots[0].items) < 11) is holds


def test_a_swap_is_none_that_a_rule_takes_away(release: Release) -> None:
    """What would do better in the place of the weakest."""
    outfit = ["tops-1", "shoes-2", "bags-3"]
    swap = score(release, [outfit], Limits(), explain=True)[0].swap
    assert swap is not None
    ruled = Ruled(InForce(rules({"do": "exclude", "items": {"ids": [release.item(swap.row).id]}})), release)
    other = score(release, [outfit], Limits(), explain=True, ruled=ruled)[0].swap
    assert other is None or other.row != swap.row


SELECTORS = st.fixed_dictionaries(
    {},
    optional={
        "ids": st.lists(st.sampled_from([*TOPS, *SHOES, *BAGS]), min_size=1, max_size=8),
        "category": st.lists(st.sampled_from(["tops", "shoes", "bags"]), min_size=1, max_size=2),
        "brand": st.sampled_from([["Northwind"], ["Contoso"]]),
        "attributes": st.sampled_from([{"season": ["Summer"]}, {"season": ["Autumn"]}, {"colour": ["red"]}]),
        "price": st.sampled_from([{"max": 14}, {"min": 16}]),
        "season": st.sampled_from([["summer"], ["autumn"]]),
    },
)
TAKING = st.one_of(
    st.fixed_dictionaries({"do": st.just("exclude"), "items": SELECTORS}),
    st.fixed_dictionaries({"do": st.just("require"), "items": SELECTORS, "be": SELECTORS}),
    st.fixed_dictionaries({"do": st.just("apart"), "items": SELECTORS, "with": SELECTORS}),
    st.fixed_dictionaries({"do": st.just("pin"), "ids": st.lists(st.sampled_from([*SHOES, *BAGS]), min_size=1, max_size=5, unique=True)}),
    st.fixed_dictionaries({"do": st.just("boost"), "items": SELECTORS}),
)
CONDITIONAL = st.builds(lambda rule, worn: {**rule, **({"when": {"worn": worn}} if worn else {})}, TAKING, st.one_of(st.none(), SELECTORS))


WORN = st.lists(st.sampled_from([*TOPS, *BAGS]), min_size=1, max_size=2, unique=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    said=st.lists(CONDITIONAL, max_size=8),
    worn=st.lists(st.sampled_from([*TOPS, *BAGS]), min_size=1, max_size=2, unique=True),
    looks=st.integers(0, 2),
)
def test_an_answer_breaks_no_rule_in_force(release: Release, said: list[dict[str, Any]], worn: list[str], looks: int) -> None:
    """As the obvious reading of each rule has it; and what no rule takes away is still there to be suggested."""
    answer = ask(release, *said, items=worn, slots=["shoes"], k=12, looks=looks, wanted=Filter(), consistent=False)
    shown = [release.snapshot.row_of[item] for item in ids(release, answer)]
    wearing = [_facts(release, release.snapshot.row_of[item]) for item in worn]
    allowed = {int(row) for row in release.snapshot.rows_in("shoes") if not _broken(rules(*said), wearing, _facts(release, int(row)))}
    assert set(shown) == allowed
    for look in answer.looks:
        assert {*look.rows} <= allowed


def _facts(release: Release, row: int) -> Facts:
    return Facts.of(release.item(row), release.traits.of_row(row))


def _broken(said: list[Rule], wearing: list[Facts], facts: Facts) -> bool:
    for rule in said:
        if rule.when.worn is not None and not any(satisfies(worn, rule.when.worn) for worn in wearing):
            continue
        if rule.do == "exclude" and satisfies(facts, rule.items):
            return True
        if rule.do == "require" and satisfies(facts, rule.items) and not satisfies(facts, rule.be):
            return True
        if rule.do == "apart":
            one, other = rule.items, rule.with_
            if any((satisfies(facts, a) and satisfies(worn, b)) for worn in wearing for a, b in ((one, other), (other, one))):
                return True
    return False


def test_many_rules_are_asked_only_of_what_they_could_be_about(release: Release) -> None:
    """Rows that no rule names are told without looking at them."""
    ruled = Ruled(InForce(rules(*({"do": "exclude", "items": {"ids": [f"nowhere-{n}"]}} for n in range(1_000)))), release)
    assert not ruled.may_be_taken(np.arange(release.snapshot.count)).any()
    assert ruled.found.known == {}


def looked_through(kept: object) -> int:
    """How many objects of `kept` the collector looks through: those of other code, which comes and goes, are not counted."""
    found, ahead = set(), [kept]
    while ahead:
        one = ahead.pop()
        if gc.is_tracked(one) and id(one) not in found and not isinstance(one, type):
            found.add(id(one))
            ahead += gc.get_referents(one)
    return len(found)


def test_a_rule_is_few_objects_to_look_for_cycles_in() -> None:
    """While Python looks through those of ten thousand rules, nobody is answered: a rule, its selector and a list, and no more."""
    kept = rules(*({"do": "exclude", "items": {"brand": [f"b{place}"]}} for place in range(1_000)))
    gc.collect()
    assert looked_through(kept) <= 3.1 * len(kept)
