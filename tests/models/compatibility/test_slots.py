"""Slots that an outfit lacks."""

from __future__ import annotations

from models.compatibility.slots import SlotModel

WORN = [["tops", "bottoms", "shoes"]] * 6 + [["shoes", "tops", "bottoms", "bags"]] * 3 + [["dresses", "shoes"]] * 2
SLOTS = SlotModel.fit(WORN)


def test_combinations_are_counted_whatever_their_order() -> None:
    """Most frequent first; two of a kind count once."""
    assert SLOTS.templates[0] == (("bottoms", "shoes", "tops"), 6)
    assert SlotModel.fit([["tops", "tops", "shoes"], ["shoes", "tops"]]).templates == ((("shoes", "tops"), 2),)


def test_what_like_outfits_usually_have_is_missing() -> None:
    """Bags are not proposed: only a third of the similar outfits has one."""
    assert SLOTS.missing(["tops"]) == ["bottoms", "shoes"]
    assert SLOTS.missing(["tops"], at_least=0.3) == ["bottoms", "shoes", "bags"]
    assert SLOTS.missing(["tops"], at_least=0.3, most=1) == ["bottoms"]


def test_the_likeliest_slot_is_always_proposed() -> None:
    """It is proposed although fewer than half of the outfits have it."""
    assert SLOTS.missing(["tops", "bottoms", "shoes"]) == ["bags"]


def test_an_outfit_like_no_other_goes_by_what_it_shares() -> None:
    """No outfit has a dress and a hat, so outfits with either count."""
    assert SLOTS.missing(["dresses", "hats"]) == ["shoes"]


def test_where_nothing_was_worn_nothing_is_missing() -> None:
    """Without outfits nothing is proposed."""
    assert SlotModel(()).missing(["tops"]) == []


def test_an_empty_outfit_lacks_what_most_have() -> None:
    """An empty outfit is proposed the most frequent slots, shoes first."""
    assert SLOTS.missing([])[0] == "shoes"
