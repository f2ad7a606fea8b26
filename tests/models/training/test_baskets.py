"""Orders teach what is worn at one time, and not what happened to be bought at one time."""

from __future__ import annotations

from models.training.baskets import always_dressed, never_both, worn_at_once

ROLES = ["top", "bottom", "footwear", "footwear", "full-body", "swimwear", None, "not worn"]
TOP, JEANS, HEELS, BOOTS, DRESS, BIKINI, UNKNOWN, MAT = range(8)


def test_of_two_that_take_each_other_s_place_one_is_kept() -> None:
    """One order in ten has two pairs of shoes, or jeans beside a dress; an order of which one piece is left is gone."""
    usual = [[TOP, JEANS, HEELS]] * 25 + [[DRESS, BOOTS]] * 25
    mixed = [[TOP, HEELS, BOOTS], [JEANS, TOP, DRESS]] * 5
    learned, asked = worn_at_once([*usual, *mixed], [[HEELS, BOOTS], [TOP, JEANS]], ROLES)
    assert learned == [*usual, *([[TOP, HEELS], [JEANS, TOP]] * 5)]
    assert asked == [[TOP, JEANS]]


def test_what_many_wear_is_worn() -> None:
    """Jeans under every dress, and two tops always: a shirt under a jumper."""
    orders = [[TOP, JEANS, HEELS]] * 30 + [[JEANS, DRESS]] * 20 + [[TOP, TOP]]
    assert worn_at_once(orders, [], ROLES) == (orders, [])


def test_what_is_worn_alone_stands_for_itself_until_many_say_otherwise() -> None:
    """A bikini in an order of jeans and shoes; what no word tells of is kept."""
    usual = [[TOP, JEANS, UNKNOWN]] * 40
    assert worn_at_once([*usual, [BIKINI, JEANS, HEELS], [BIKINI, TOP]], [], ROLES)[0] == [*usual, [JEANS, HEELS]]
    often = [*usual, *([[BIKINI, HEELS]] * 20)]
    assert worn_at_once(often, [], ROLES)[0] == often
    assert worn_at_once([[TOP, JEANS, MAT]] * 40, [[TOP, MAT]], ROLES) == ([[TOP, JEANS]] * 40, [])


def test_what_hardly_any_outfit_has_both_of_is_apart() -> None:
    """Two bags in every tenth whole outfit are worn, jeans under a dress in every tenth order are not; two tops go together."""
    wholes = [["top", "bag"]] * 27 + [["top", "bag", "bag"]] * 3
    parts = [["top", "bottom"]] * 18 + [["bottom", "full-body"], ["top", "top"]] * 2
    apart = never_both(wholes, parts)
    assert {("bottom", "full-body"), ("footwear", "footwear"), ("full-body", "top")} <= apart
    assert apart.isdisjoint({("bag", "bag"), ("top", "top"), ("bottom", "top")})


def test_outfits_are_dressed_where_hardly_any_lacks_shoes() -> None:
    """Of a few nobody knows; necklaces are no clothes."""
    whole, dress = ["top", "bottom", "footwear"], ["full-body", "footwear", "bag"]
    assert always_dressed([*[whole] * 40, *[dress] * 20, *[["jewellery"]] * 20])
    assert not always_dressed([whole] * 20)
    assert not always_dressed([*[whole] * 100, *[["top", "bottom"]] * 3])
