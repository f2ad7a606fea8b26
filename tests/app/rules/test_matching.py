"""Which selectors an item satisfies, and for how long that is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.changes import ChangedItem
from app.catalogue.showing import overlaid
from app.release.release import Release
from app.release.variants import group_key
from app.rules.matching import Facts, Matcher, satisfies
from app.rules.rule import RULES, Selector
from app.rules.ruling import InForce, Known, Ruled
from app.rules.shelves import Shelves
from index.snapshot import ITEM_COLUMNS
from models.datasets.labels import PieceLabels

PRICES = (None, 0.0, 10.0, 20.0)
VALUES = st.lists(st.sampled_from("ab"), min_size=1, max_size=2, unique=True)
SAID: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(("ids", "category", "brand", "season"), VALUES)
SAID["attributes"] = st.dictionaries(st.sampled_from("xy"), VALUES, min_size=1, max_size=2)
SAID["price"] = st.sampled_from([{"min": 10.0}, {"max": 10.0}, {"min": 5.0, "max": 15.0}])
SAID["reduced"] = st.booleans()
SELECTORS = st.lists(st.fixed_dictionaries({}, optional=SAID).map(lambda said: Selector(**said)), max_size=12)
ITEMS = st.builds(
    Facts,
    id=st.sampled_from([None, "a", "b"]),
    group=st.sampled_from([None, "a", "b"]),
    category=st.sampled_from("ab"),
    brand=st.sampled_from([None, "a"]),
    attributes=st.dictionaries(st.sampled_from("xy"), st.sampled_from(["a", ["a", "b"], []]), max_size=2),
    price=st.sampled_from(PRICES),
    reduced=st.booleans(),
    labels=st.builds(PieceLabels, season=st.sampled_from([None, "a"])),
)


@given(selectors=SELECTORS, facts=ITEMS)
def test_what_is_filed_is_found_as_if_each_were_asked(selectors: list[Selector], facts: Facts) -> None:
    """Wherever a selector is filed, and whatever it says beyond that."""
    assert Matcher(selectors).of(facts) == {place for place, selector in enumerate(selectors) if satisfies(facts, selector)}


def test_what_many_rules_ask_alike_is_asked_once() -> None:
    """Ten rules for whoever wears shoes ask one thing; what differs in a price is another."""
    worn = [{"id": f"r{n}", "do": "exclude", "items": {"ids": ["a"]}, "when": {"worn": {"category": ["shoes"]}}} for n in range(10)]
    dear = [{"id": f"d{n}", "do": "exclude", "items": {"category": ["shoes"], "price": {"min": n}}} for n in range(2)]
    force = InForce(RULES.validate_python([*worn, *dear]))
    assert len(force.selectors) == 4
    assert len(force.takers[force.items["r0"]]) == 10


@pytest.mark.parametrize(
    ("names", "rows"),
    [(["boys"], [0]), (["kids"], [0, 1]), (["men"], []), (["women adult"], [2]), (["Damen", "boys"], [0, 2]), (["unisex"], [])],
)
def test_an_audience_is_a_word_for_people_or_a_label(release: Release, names: list[str], rows: list[int]) -> None:
    """What is for nobody else; whoever has no such items is told so."""
    said = tuple(map(PieceLabels, (None,) * 4, ("men child", "men+women child", "women adult", None)))
    place_N = np.array([0, 1, 2, *[3] * (release.snapshot.count - 3)], dtype=np.int32)
    shelves = Shelves(replace(release, traits=replace(release.traits, labels=said, label_N=place_N)))
    selector = Selector(audience=names)
    found = shelves.rows(selector)
    assert found is not None
    assert (found.tolist(), shelves.knows(selector)) == (rows, bool(rows))
    assert [row for row in range(3) if satisfies(Facts(id=None, group=None, category="c", labels=said[row]), selector)] == rows


@pytest.mark.parametrize(
    ("season", "bags"), [("summer", [3, 4]), ("Summer", [3, 4]), ("all year", [1]), ("autumn+spring+summer+winter", [1]), ("winter", [])]
)
def test_a_season_is_what_an_item_states_whatever_it_is(release: Release, season: str, bags: list[int]) -> None:
    """A bag's, too, in the words of the catalogue or as a label; looked for among rows, and asked of one."""
    said = {"bags-1": "all year", "bags-2": "Fall", "bags-3": ["Spring", "Summer"]}

    def changed(item: str) -> ChangedItem:
        row = release.snapshot.row_of[item]
        read = {**release.snapshot.values(row, ITEM_COLUMNS.names), "attributes": json.dumps({"Season": said[item]})}
        return ChangedItem(item=read, features=np.array(release.snapshot.features[row]), encoded=True)

    after = overlaid(release, {item: changed(item) for item in said})
    shelves, selector = Shelves(after), Selector(season=[season], ids=[f"bags-{n}" for n in range(1, 5)])
    found = shelves.rows(selector)
    assert found is not None
    assert sorted(after.item(row).id for row in found.tolist()) == [f"bags-{n}" for n in bags]
    facts = {n: Facts.of(after.item(row), after.traits.of_row(row)) for n in range(1, 5) for row in [after.snapshot.row_of[f"bags-{n}"]]}
    assert [n for n, one in facts.items() if satisfies(one, selector)] == bags
    assert shelves.has_season(season) is bool(bags)


@pytest.mark.parametrize(("reduced", "bags"), [(True, [2]), (False, [1, 3, 4])])
def test_what_is_reduced_costs_less_than_it_did(release: Release, *, reduced: bool, bags: list[int]) -> None:
    """By its sale price, which may be none, or no lower; looked for among rows, and asked of one."""
    prices: dict[str, tuple[float | None, float | None]] = {"bags-1": (20.0, 20.0), "bags-2": (20.0, 15.0), "bags-3": (None, 15.0)}

    def changed(item: str) -> ChangedItem:
        row, (price, sale_price) = release.snapshot.row_of[item], prices[item]
        read = {**release.snapshot.values(row, ITEM_COLUMNS.names), "price": price, "sale_price": sale_price}
        return ChangedItem(item=read, features=np.array(release.snapshot.features[row]), encoded=True)

    after = overlaid(release, {item: changed(item) for item in prices})
    selector = Selector(reduced=reduced, ids=[f"bags-{n}" for n in range(1, 5)])
    found = Shelves(after).rows(selector)
    assert found is not None
    assert sorted(after.item(row).id for row in found.tolist()) == [f"bags-{n}" for n in bags]
    facts = {n: Facts.of(after.item(row), after.traits.of_row(row)) for n in range(1, 5) for row in [after.snapshot.row_of[f"bags-{n}"]]}
    assert [n for n, one in facts.items() if satisfies(one, selector)] == bags


def test_a_group_stands_for_all_of_its_items(release: Release) -> None:
    """Of the catalogue and of its changes, where no item has that id; what is filed by ids alone knows them, too."""
    said = [{"id": "g", "do": "exclude", "items": {"ids": ["clog"]}}, {"id": "i", "do": "exclude", "items": {"ids": ["tops-2"]}}]
    force = InForce(RULES.validate_python(said))
    row = release.snapshot.row_of["tops-1"]
    read = {**release.snapshot.values(row, ITEM_COLUMNS.names)}
    features = np.array(release.snapshot.features[row])

    def changed(item: str, group: str) -> ChangedItem:
        attributes = json.dumps({"group_id": group})
        return ChangedItem(item={**read, "id": item, "attributes": attributes}, features=features, encoded=True)

    after = overlaid(release, {"a": changed("a", "clog"), "b": changed("b", "clog"), "c": changed("c", "tops-2"), "d": changed("d", "cap")})
    ruled = Ruled(force, after)
    rows = np.array([after.snapshot.row_of[item] for item in ("a", "b", "c", "d", "tops-2", "tops-1")])
    assert [[rule.id for rule in one.takers] for one in ruled.spoken(rows.tolist())] == [["g"], ["g"], [], [], ["i"], []]
    keys = np.array([group_key("clog"), group_key("cap"), *range(release.snapshot.count - 2)])
    grouped = replace(release, traits=replace(release.traits, key_N=keys))
    shelves, clogs = Shelves(grouped), Selector(ids=["clog"])
    assert (shelves.knows(clogs), shelves.knows(Selector(ids=["fez"]))) == (True, False)
    found = [shelves.rows(one) for one in (clogs, Selector(ids=["clog"], brand=["nobody's"]))]
    assert [None if rows is None else rows.tolist() for rows in found] == [[0], []]
    assert np.flatnonzero(Known(force, grouped).spoken_of).tolist() == sorted({0, release.snapshot.row_of["tops-2"]})


def test_a_change_of_the_catalogue_leaves_what_is_known_of_other_items(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the changed item is looked at again, and what is said of it is said of it as it is now."""
    force = InForce(RULES.validate_python([{"id": "r", "do": "exclude", "items": {"price": {"min": 5_000.0}}}]))
    before = Known(force, release)
    assert not any(spoken.takers for spoken in Ruled(force, release, before).spoken(range(release.snapshot.count)))
    row = release.snapshot.row_of["tops-1"]
    item = {**release.snapshot.values(row, ITEM_COLUMNS.names), "price": 9_000.0}
    changed = overlaid(release, {"tops-1": ChangedItem(item=item, features=np.array(release.snapshot.features[row]), encoded=True)})
    ruled = Ruled(force, changed, Known(force, changed, before))
    asked, read = list[int](), Release.said
    monkeypatch.setattr(Release, "said", lambda self, row, names: asked.append(row) or read(self, row, names))
    now = changed.snapshot.row_of["tops-1"]
    assert [bool(spoken.takers) for spoken in ruled.spoken([row + 1, now])] == [False, True]
    assert asked == [now]
