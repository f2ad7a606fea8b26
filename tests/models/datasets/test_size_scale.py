"""Sizes of all systems are read onto one scale, on which those that one person wears meet."""

from __future__ import annotations

from itertools import product

import pytest

from models.datasets.size_scale import Place, Spellings, place_of, small_numbers

WOMEN, MEN, CHILD = "women adult", "men adult", "men+women child"


def places(role: str, audience: str | None, sizes: str, small: str = "uk") -> list[Place]:
    """Those of sizes, between bars, each of which is read."""
    found = [place_of(size.strip(), role, audience, small) for size in sizes.split("|")]
    assert None not in found, sizes
    return [place for place in found if place is not None]


@pytest.mark.parametrize(
    ("role", "audience", "same"),
    [
        ("top", WOMEN, "UK 10|10|Size 10|size uk 10|US 6|EU 38|FR 38|DE 36|IT 42|38|10 UK|Taille 38"),
        ("bottom", WOMEN, 'UK 10|W28|28|W28 L32|28/32|28"|M'),
        ("outer", MEN, '40R|40"|UK 40|40 in|L|EU 50'),
        ("top", MEN, 'M|38"|15|15/33|EU 48|Medium'),
        ("bottom", MEN, 'W32 L32|32/34|w32/l30|32"|32R|32 W 34 L|32'),
        ("footwear", WOMEN, "UK 5|5|EU 38|38|US 7|UK5"),
        ("footwear", MEN, "UK 8|8|EU 42|US 9"),
        ("footwear", CHILD, "UK 10 Kids|EU 28|UK 10"),
        ("top", CHILD, "5-6 years|5-6Y|110-116 cm|116 cm|6 years|5/6 ans"),
    ],
)  # fmt: skip
def test_one_size_in_all_its_names(role: str, audience: str, same: str) -> None:
    """Each two of them are worn by one person."""
    for one, other in product(places(role, audience, same), repeat=2):
        assert one.meets(other)


@pytest.mark.parametrize(
    ("audience", "apart"),
    [
        (WOMEN, [("top", "UK 8|S|EU 36|XS"), ("bottom", "UK 12|W30|EU 40|L|UK 16|XL")]),
        (WOMEN, [("full-body", "UK 10"), ("outer", "UK 6|UK 14|XS|L")]),
        (MEN, [("top", "S"), ("bottom", "W34 L32|W38 L30")]),
        (MEN, [("outer", "XL|46R"), ("bottom", "W32 L32|W34 L30")]),
        (MEN, [("outer", "38R"), ("outer", "42R|EU 54")]),
        (WOMEN, [("footwear", "UK 4|EU 37"), ("footwear", "UK 6|EU 39|US 8")]),
        (CHILD, [("top", "5-6 years|110 cm"), ("bottom", "9-10 years|134 cm|12-18 months")]),
    ],
)
def test_what_is_two_steps_apart_is_nobodys(audience: str, apart: list[tuple[str, str]]) -> None:
    """So does a letter that charts put elsewhere."""
    ones, others = (places(role, audience, sizes) for role, sizes in apart)
    assert not any(one.meets(other) for one, other in product(ones, others))


@pytest.mark.parametrize("letter_meets", ["UK 10", "UK 12", "W28", "W30"])
def test_a_letter_is_as_wide_as_charts_differ(letter_meets: str) -> None:
    """M of women is UK 10 to 14; of men W30 to W34."""
    m, number = places("top", WOMEN, "M")[0], places("bottom", WOMEN, letter_meets)[0]
    assert m.meets(number)
    assert all(places("top", MEN, "M")[0].meets(waist) for waist in places("bottom", MEN, "W30|W32|W34"))


def test_neighbours_and_other_measures_are_worn_together() -> None:
    """UK 8 with UK 10, and any of them with any shoes."""
    eight, ten = places("top", WOMEN, "UK 8|UK 10")
    assert eight.meets(ten)
    assert all(eight.meets(shoe) for shoe in places("footwear", WOMEN, "UK 3|UK 8"))


@pytest.mark.parametrize(
    ("size", "role", "audience"),
    [("One size", "top", WOMEN), ("OS", "top", WOMEN), ("34B", "innerwear", WOMEN), ("10", "bag", WOMEN), ("10", None, WOMEN)],
)  # fmt: skip
def test_what_cannot_be_told_has_no_place(size: str, role: str | None, audience: str | None) -> None:
    """It fits everybody."""
    assert place_of(size, role, audience, "uk") is None


def test_letters_are_of_clothes_where_nothing_says_what_a_piece_is() -> None:
    """A number may be of shoes."""
    assert place_of("XS", None, WOMEN) == place_of("XS", "top", WOMEN)
    assert place_of("W32", None, MEN) == place_of("W32", "bottom", MEN)


def test_a_small_number_is_of_the_catalogues_system() -> None:
    """Of what most of its sizes name, else of its currency; else it is not told."""
    assert [small_numbers(["10", *named], [paid]) for named, paid in ((["UK 8"], "USD"), ([], "USD"), ([], "GBP"), ([], "EUR"))] == [
        "uk", "us", "uk", "",
    ]  # fmt: skip
    assert place_of("10", "top", WOMEN, "us") == place_of("UK 14", "top", WOMEN)
    assert place_of("10", "top", WOMEN, "") is None


def test_spellings_of_one_size_are_found() -> None:
    """Only of the same kind, and of waists all lengths where none is said."""
    some = Spellings(["UK 10", "Size 10", "EU 38", "10 Kids", "M", "medium", "W32 L30", "W34 L32", "40R", "Prima"], ["GBP"])
    assert some.same("10") == ("UK 10", "Size 10")
    assert some.same("m") == ("M", "medium")
    assert some.same("prima") == ("Prima",)
    assert some.same("w32") == ()
    assert (some.meant("w32"), some.meant("40"), some.meant("W34 L32")) == (("W32 L30",), ("40R",), ("W34 L32",))


def test_one_of_several_numbers_is_of_their_size() -> None:
    """Either, and what is between; of a waist and a leg, which come in several pairs, none is, nor of a length and a width."""
    some = Spellings(["74/80", "27/30", "23-26", "S/M", "2-4 years", "32/30", "32/34", "135x200", "80"])
    asked = {"74": ("74/80",), "80": ("74/80",), "28": ("27/30",), "25": ("23-26",), "M": ("S/M",), "3 years": ("2-4 years",), "33": ()}
    assert {size: some.holding(size) for size in asked} == asked
    assert (some.meant("80"), some.holding("140")) == (("80", "74/80"), ())


def test_a_collar_with_its_sleeve_is_one_size() -> None:
    """However its half is written; no other collar is of it, and it holds no waist of 20."""
    shirts = Spellings(["15/33", "15.5/34", "15.5/35", "42 2/3", "43"])
    assert shirts.meant("15½") == shirts.meant("15 1/2") == ("15.5/34", "15.5/35")
    assert shirts.meant("15½/34") == ("15.5/34",)
    assert shirts.meant("42⅔") == ("42 2/3",)
    assert shirts.meant("20") == shirts.meant("16") == shirts.meant("42") == ()
