"""Exploration: exact chances, the same again by the same seed, and never what must not be shown or moved."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import FilledSlot, Question
from app.recommend.exploring import Chances, Exploring, explore
from app.recommend.rank import Pool
from app.release.release import Release
from app.rules.rule import Bury, Exclude, Pin, Selector
from app.rules.ruling import InForce, Ruled
from index.columns import Filter

EXPLORING = Exploring(seed="a", share=0.5, first=1, among=4, cold_share=0.0)
QUESTION = Question(items=["tops-1"], slots=["shoes"], k=4, wanted=Filter(in_stock=True), exploring=EXPLORING)


def answered(release: Release, **more: object) -> FilledSlot:
    """The slot of an answer."""
    return complete(release, replace(QUESTION, **more), Limits()).slots[0]  # type: ignore[arg-type]


def shown(release: Release, slot: FilledSlot) -> list[str]:
    """Ids in order."""
    return [release.item(one.row).id for one in slot.items]


@pytest.mark.parametrize(("cold", "others"), [(0, 6), (2, 6), (5, 1), (1, 0), (0, 2)])
def test_the_chances_are_exact(release: Release, cold: int, others: int) -> None:
    """As often as the log says, at each place; also where there are fewer items than places."""
    rows = release.snapshot.rows_in("shoes")[: 4 + cold + others]
    pool = Pool("shoes", rows, -np.arange(len(rows), dtype=np.float32))
    ids = [release.item(int(row)).id for row in rows]
    is_cold = {*ids[len(ids) - cold :]} if cold else set[str]()
    times, runs = Counter[tuple[int, int]](), 4000
    for number in range(runs):
        exploring = replace(EXPLORING, seed=f"{number}", among=10, cold_share=0.6, cold=is_cold.__contains__)
        now, seen = explore(release, pool, pool.at(slice(4)), exploring, fixed=0, slot=0)
        times.update(enumerate(now.rows_M.tolist()))
        assert len({*now.rows_M.tolist()}) == 4
    assert seen.chance_M is not None
    chance = dict(zip(seen.rows_M.tolist(), seen.chance_M.tolist(), strict=True))
    own = {row: place for place, row in enumerate(rows[:4].tolist())}
    for row in rows.tolist():
        for place in range(4):
            expected = chance[row] * (own[row] == place if row in own else place >= 1)
            assert times[place, row] / runs == pytest.approx(expected, abs=4 * (0.25 / runs) ** 0.5)
    assert sum(chance[row] for row in rows[4:].tolist()) + chance[int(rows[1])] == pytest.approx(1.0)


def test_chances_of_no_open_place() -> None:
    """Everything stays."""
    assert Chances.of(0.5, 0, 3, 3, 0.5) == Chances(1.0, 0.0, 0.0)


def test_the_same_answer_explores_the_same(release: Release) -> None:
    """So that it can be replayed; another one explores otherwise, and without exploration the best are shown."""
    first, again = answered(release), answered(release)
    assert shown(release, first) == shown(release, again)
    others = {tuple(shown(release, answered(release, exploring=replace(EXPLORING, seed=str(number))))) for number in range(8)}
    assert len(others) > 1
    plain = answered(release, exploring=None)
    assert not any(one.explored for one in plain.items)
    assert {one[0] for one in others} == {shown(release, plain)[0]}, "the first place is not open"


def test_what_is_explored_says_so(release: Release) -> None:
    """Of each explored place, and of no other."""
    slots = [answered(release, exploring=replace(EXPLORING, seed=str(number))) for number in range(6)]
    best = shown(release, answered(release, exploring=None))
    for slot in slots:
        assert [one.explored for one in slot.items] == [item != was for item, was in zip(shown(release, slot), best, strict=True)]
    assert any(one.explored for slot in slots for one in slot.items)


def test_filters_and_rules_hold_for_what_is_explored(release: Release) -> None:
    """Nothing out of stock, excluded or buried comes by chance, and what is pinned keeps its place."""
    rules = [
        Exclude(id="no-three", do="exclude", items=Selector(ids=["shoes-3"])),
        Bury(id="down", do="bury", items=Selector(ids=["shoes-5", "shoes-6"]), times=100.0),
        Pin(id="up", do="pin", ids=["shoes-9", "shoes-8"]),
    ]
    ruled = Ruled(InForce(rules), release)
    wanted = Filter(in_stock=True, price_max=19.5)
    for number in range(40):
        slot = answered(release, ruled=ruled, wanted=wanted, exploring=replace(EXPLORING, seed=str(number), among=50))
        ids = shown(release, slot)
        assert ids[:2] == ["shoes-9", "shoes-8"]
        assert not {*ids} & {"shoes-3", "shoes-5", "shoes-6", "shoes-10", "shoes-11"}


def test_candidates_of_whoever_asks_are_not_explored_among_repeated_slots(release: Release) -> None:
    """Where a category is asked for twice its places go on from each other, and are not explored."""
    answer = complete(release, replace(QUESTION, slots=["shoes", "shoes"]), Limits())
    assert all(slot.considered is not None and slot.considered.chance_M is None for slot in answer.slots)
