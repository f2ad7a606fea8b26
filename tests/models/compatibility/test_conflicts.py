"""Which labels share no outfit."""

from __future__ import annotations

import json

from models.compatibility.conflicts import Conflicts

MEN, WOMEN, UNISEX, GIRLS = "men adult", "women adult", "men+women adult+baby+child", "women baby+child"


def test_without_outfits_the_documented_words_hold() -> None:
    """Unisex goes with all, an unknown audience with anybody."""
    none = Conflicts()
    assert none.between(MEN, WOMEN)
    assert none.between(WOMEN, GIRLS)
    assert none.between("summer", "winter")
    assert not none.between(UNISEX, GIRLS)
    assert not none.between("summer", "autumn")
    assert not none.between(None, MEN)
    assert not none.between("=herrer", "=damer")


def test_outfits_overrule_the_documented_words() -> None:
    """Where summer and winter are worn together as often as chance has it, they don't conflict."""
    assert not Conflicts.fit([["summer", "winter"], ["summer", "summer"], ["winter", "winter"]] * 20).between("winter", "summer")


def test_values_in_any_language_are_learned_from_enough_outfits() -> None:
    """Two values that never meet conflict once they should have met often by chance."""
    apart = [["=herrer", "=herrer"], ["=damer", "=damer"]]
    assert not Conflicts.fit(apart * 3).between("=damer", "=herrer")
    assert Conflicts.fit(apart * 20).between("=damer", "=herrer")


def test_unisex_stays_with_girls_though_they_seldom_meet() -> None:
    """The prior holds against few expected pairs."""
    assert not Conflicts.fit([[UNISEX, MEN]] * 50 + [[GIRLS, GIRLS]] * 10).between(UNISEX, GIRLS)


def test_it_is_read_as_it_was_written() -> None:
    """As JSON."""
    learned = Conflicts.fit([["summer", "winter", None], [MEN, MEN]])
    assert Conflicts.read(json.loads(json.dumps(learned.body()))) == learned


def test_sports_share_no_outfit_unless_they_are_neighbours_or_outfits_say_otherwise() -> None:
    """Also a sport of which no outfit has anything, where outfits were learned from."""
    none = Conflicts()
    assert [none.between("running", other) for other in ("cycling", "running", None)] == [True, False, False]
    assert not none.between("skiing", "snowboarding")
    assert not Conflicts.fit([["running", "yoga"]] * 20).between("running", "yoga")
    assert Conflicts.fit([["running", "running"]] * 20).between("running", "golf")
