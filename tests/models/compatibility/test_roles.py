"""What pieces are worn as, and what is missing where no outfits say."""

from __future__ import annotations

import pytest

from models.compatibility.roles import EVERY_PART, TEMPLATES, instead, usual
from models.datasets.garments import ROLE_WORDS, role_of

ALL = frozenset(ROLE_WORDS)


@pytest.mark.parametrize(
    ("texts", "role"),
    [
        (("Tshirts", "tops"), "top"),
        (("Shirt dresses",), "full-body"),
        ((None, "all-body"), "full-body"),
        (("Watches",), "watch"),
        (("Swimsuits",), "swimwear"),
        (("misc", "stuff", "Green canvas sneakers"), "footwear"),
        (("misc",), None),
    ],
)
def test_a_role_is_read_from_the_first_text_that_names_one(texts: tuple[str | None, ...], role: str | None) -> None:
    """The subcategory first, then the category and the title."""
    assert role_of(*texts) == role


def test_every_templates_role_has_words() -> None:
    """Otherwise a slot could never be filled."""
    assert {role for templates in TEMPLATES.values() for names in templates for role in names.split()} <= ALL


@pytest.mark.parametrize("audience", TEMPLATES)
def test_completing_ends_with_one_core(audience: str) -> None:
    """Filling what is missing is complete, and never has a dress over trousers."""
    for number in range(40):
        for start in ("top", "full-body", "footwear", "bag", "scarf", None):
            worn: dict[str, str | None] = {f"i{number}": start}
            for place, role in enumerate(usual(worn, audience, ALL)):
                worn[f"{number}-{place}"] = role
            assert usual(worn, audience, ALL) == ()
            assert not {"full-body", "bottom"} <= set(worn.values())


def test_what_is_worn_without_clothes_has_outfits_of_its_own() -> None:
    """Also beginning with what is worn over it; what is beneath clothes asks for nothing."""
    assert {*usual({"a": "swimwear"}, "women", EVERY_PART)} > {"cover-up", "footwear"}
    assert {*usual({"a": "cover-up"}, "women", EVERY_PART)} > {"swimwear", "footwear"}
    assert usual({"a": "sleepwear"}, "men", EVERY_PART) == ("robe", "slippers")
    assert usual({"a": "slippers", "b": "sleepwear"}, "men", EVERY_PART) == ("robe",)
    assert usual({"a": "slippers", "b": "top"}, "child", EVERY_PART) == ("bottom",), "and no second pair"
    assert usual({"a": "swimwear"}, "women", {"top", "bottom"}) == ()
    assert usual({"a": "innerwear"}, "women", ALL) == ()
    assert {"top", "footwear"} <= {*usual({"a": "innerwear", "b": "bottom"}, "women", ALL)}


def test_a_suit_asks_for_a_shirt_and_no_trousers() -> None:
    """In any template, however many have a dress."""
    for audience in TEMPLATES:
        lacking = usual({"a": "suit"}, audience, EVERY_PART)
        assert {"top", "footwear"} <= {*lacking}
        assert not {"bottom", "full-body"} & {*lacking}


@pytest.mark.parametrize(
    ("worn", "lacking"),
    [
        ("sari", "sari-blouse footwear jewellery bag"),
        ("sari-blouse", "sari footwear jewellery bag"),
        ("petticoat", "sari sari-blouse footwear jewellery bag"),
        ("choli scarf", "lehenga-skirt footwear jewellery bag"),
        ("ethnic-set footwear", "jewellery bag"),
        ("open-abaya", "underdress hijab footwear bag"),
        ("hijab", "abaya footwear bag"),
        ("veil", "wedding-dress footwear jewellery"),
    ],
)
def test_what_has_an_outfit_of_its_own_is_worn_with_that(worn: str, lacking: str) -> None:
    """Also beginning with its parts; men and children wear it without jewellery and bag."""
    assert usual({name: name for name in worn.split()}, "women", EVERY_PART) == tuple(lacking.split())
    assert usual({name: name for name in worn.split()}, "child", EVERY_PART) == tuple(
        one for one in lacking.split() if one not in {"jewellery", "bag"}
    )


@pytest.mark.parametrize(
    ("worn", "lacking"),
    [
        ("pyjama-top", "pyjama-bottom robe slippers"),
        ("pyjama-bottom robe", "pyjama-top slippers"),
        ("robe", "sleepwear slippers"),
        ("bikini-bottom", "bikini-top cover-up footwear bag"),
        ("bikini-top bottom", ""),
        ("pinafore", "top footwear bag"),
        ("outfit", "footwear bag"),
    ],
)
def test_a_half_asks_for_its_other_and_a_pinafore_for_a_top(worn: str, lacking: str) -> None:
    """Beside clothes a half is none; a set asks for neither."""
    assert usual({name: name for name in worn.split()}, "women", EVERY_PART) == tuple(lacking.split())
    assert usual({"a": "robe"}, "women", {"pyjama-bottom", "slippers"}) == ("pyjama-bottom", "slippers")
    assert instead("outfit", "top")
    assert instead("bottom", "pinafore")
    assert not instead("pinafore", "top")


def test_where_its_whole_is_not_to_be_had_a_part_is_worn_as_usual() -> None:
    """As is one beside other clothes: a choli over trousers is a top."""
    assert usual({"a": "choli"}, "child", {"bottom", "footwear"}) == ("bottom", "footwear")
    assert usual({"a": "choli", "b": "bottom"}, "child", EVERY_PART) == ("footwear",)


@pytest.mark.parametrize(("kind", "rest"), [("thobe", {"headwear"}), ("suit", {"top"})])
def test_a_shop_without_mens_trousers_has_outfits_of_robes_or_suits(kind: str, rest: set[str]) -> None:
    """Sandals are worn with a thobe where there is neither shirt nor trousers."""
    assert {*usual({"a": "footwear"}, "men", {"footwear", kind, "headwear", "top"})} == {kind} | rest


def test_a_sherwani_takes_the_place_of_a_kurta() -> None:
    """And a sari's blouse not that of the sari."""
    assert "bottom" in usual({"a": "sherwani"}, "men", EVERY_PART)
    assert "top" not in usual({"a": "sherwani"}, "men", EVERY_PART)
    assert instead("sherwani", "top")
    assert not instead("full-body", "sari-blouse")


def test_only_what_the_catalogue_has_is_missing() -> None:
    """No slot stays empty for ever."""
    assert usual({"a": "top"}, "child", {"bottom"}) == ("bottom",)
    assert usual({"a": "scarf"}, "women", {"jewellery", "bag"}, clothed=False) == ("jewellery", "jewellery", "bag")
    assert usual({"a": "jewellery"}, "women", {"jewellery"}, clothed=False) == ("jewellery",), "earrings beside a necklace"
    assert usual({"a": "jewellery", "b": "jewellery"}, "women", {"jewellery"}, clothed=False) == ()
    assert usual({"a": "full-body"}, "women", ALL, clothed=False)[0] == "footwear", "a dress asks for shoes in any shop"
    without_dresses = [usual({f"s{number}": "footwear"}, "women", {"top", "bottom", "footwear"}) for number in range(40)]
    assert set(without_dresses) == {("top", "bottom")}, "shoes of a shop without dresses are worn with a top and a bottom"
