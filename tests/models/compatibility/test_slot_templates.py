"""Which slots an outfit lacks, by the combinations that older bundles keep."""

from __future__ import annotations

from models.compatibility.slot_templates import SlotTemplates

WORN = [["tops", "bottoms", "shoes"]] * 6 + [["shoes", "tops", "bottoms", "bags"]] * 3 + [["dresses", "shoes"]] * 2
SLOTS = SlotTemplates.fit(WORN)


def test_combinations_are_counted_whatever_their_order() -> None:
    """Most frequent first; two of a kind count once."""
    assert SLOTS.templates[0] == (("bottoms", "shoes", "tops"), 6)
    assert SlotTemplates.fit([["tops", "tops", "shoes"], ["shoes", "tops"]]).templates == ((("shoes", "tops"), 2),)


def test_what_like_outfits_usually_have_is_missing() -> None:
    """Bags are not proposed: only a third of the similar outfits has one."""
    assert SLOTS.missing(["tops"]).slots == ("bottoms", "shoes")
    assert SLOTS.missing(["tops"], at_least=0.3).slots == ("bottoms", "shoes", "bags")


def test_the_likeliest_slot_is_always_proposed() -> None:
    """It is proposed although fewer than half of the outfits have it."""
    assert SLOTS.missing(["tops", "bottoms"], at_least=0.9).slots == ("shoes",)
    assert SLOTS.missing(["bottoms", "shoes", "bags"], at_least=1.1).slots == ("tops",)


def test_a_worn_combination_is_complete() -> None:
    """Though a third of those who wore it had a bag, too."""
    assert SLOTS.missing(["tops", "bottoms", "shoes"]).slots == ()


def test_what_was_never_worn_together_is_not_proposed_together() -> None:
    """Shoes go with a dress and with trousers, which do not go with each other."""
    for at_least in (0.0, 0.5):
        assert not {"dresses", "bottoms"} <= set(SLOTS.missing(["shoes"], at_least=at_least).slots)


def test_an_outfit_like_no_other_goes_by_what_it_shares() -> None:
    """No outfit has a dress and a hat, so outfits with either count."""
    assert SLOTS.missing(["dresses", "hats"]).slots == ("shoes",)


def test_where_nothing_was_worn_nothing_is_missing() -> None:
    """Without outfits nothing is proposed."""
    assert SlotTemplates(()).missing(["tops"]).slots == ()


def test_an_empty_outfit_lacks_what_most_have() -> None:
    """An empty outfit is proposed the most frequent slots, shoes first."""
    assert SLOTS.missing([]).slots[0] == "shoes"


def test_what_cannot_be_had_is_not_missing() -> None:
    """Outfits are counted as if nothing of those categories were ever worn."""
    slots = SlotTemplates.fit([("shoes", "tops", "bags")] * 3 + [("shoes", "tops")])
    assert set(slots.missing(["tops"]).slots) == {"shoes", "bags"}
    assert slots.without({"bags"}).missing(["tops"]).slots == ("shoes",)
    assert slots.without({"bags", "shoes"}).missing(["tops"]).slots == ()
