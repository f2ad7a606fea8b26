"""Categories that name no garment."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from models.datasets.catch_all import Placed, placed_by_titles
from models.datasets.category_names import category_named, language_of
from models.datasets.garments import NOT_WORN, ROLE_WORDS, role_of
from models.datasets.nameless import says_nothing
from models.datasets.schema import ITEM_SCHEMA

SHOP = (
    *[("Women > Jeans", "Mom jeans", "women")] * 3,
    *[("Men > Jeans", "501 jeans", "men")] * 4,
    *[("Coats & Jackets", "Denim jacket", "women"), ("Coats & Jackets", "Wool coat", "women")],
    *[("Wrap", "Wrap dress", "women")] * 3,
    ("Maxi", "Maxi dress", "women"),
)
SPECIAL = (
    *[("Maternity", "Maternity blouse", "women")] * 3,
    *[("Beachwear", "Beach shirt", "women")] * 3,
    *[("Partywear", "Waistcoat", "women")] * 3,
    *[("School Uniform", f"School {garment}", "women") for garment in ("shirt", "skirt", "bag", "blouse")],
)


def placed(*rows: tuple[str | None, str, str | None], asked: list[str] | None = None) -> tuple[list[str | None], Placed]:
    """Items of category, title and gender, behind those of a shop; the categories that they come to, and what is told."""
    items = [
        {"id": str(at), "category": category, "title": title, "attributes": json.dumps({"gender": whom}) if whom else None}
        for at, (category, title, whom) in enumerate((*SHOP, *rows))
    ]
    found = placed_by_titles(pa.Table.from_pylist(items, ITEM_SCHEMA), asked)
    return found.table.column("category").to_pylist()[len(SHOP) :], found


@pytest.mark.parametrize(
    ("category", "title", "whom", "place"),
    [
        ("Other", "Y2K jeans", "men", "Men > Jeans"),
        ("Women > Other", "Y2K jeans", "women", "Women > Jeans"),
        ("Sale", "Y2K jeans", "women", "Women > Jeans"),
        ("Sonstiges", "Parka", "women", "Coats & Jackets"),
        ("Clothing", "Red maxi dress", "women", "Maxi"),
        ("Clothing", "Red dress", "women", "Wrap"),
        ("New in", "Block heels", "women", "Shoes"),
        ("Accessories", "Block heels", "women", "Accessories"),
        ("Accessories", "Denim jacket", "women", "Coats & Jackets"),
        ("Nouveautés", "Escarpins", "women", "Shoes"),
        ("Other", "Gift box", None, "Other"),
        ("Wrap", "Y2K jeans", "men", "Wrap"),
        (None, "Y2K jeans", "men", "Men > Jeans"),
        (" ", "Y2K jeans", "men", "Men > Jeans"),
        (None, "Gift box", None, None),
    ],
)
def test_an_item_is_where_the_others_of_its_garment_are(category: str | None, title: str, whom: str | None, place: str | None) -> None:
    """Those for the same people first; a garment that the shop has nowhere gets a category of its own, what is none stays."""
    assert placed((category, title, whom))[0] == [place]


def test_what_is_for_nobody_of_a_rite_is_not_put_among_what_is_for_one() -> None:
    """A man's suit is none of the dresses for a communion."""
    communion = [("Communion", "Communion dress", None), ("Communion", "Christening gown", None)] * 5
    assert placed(*communion, ("Other", "Morning suit", "men"))[0][-1] != "Communion"


@pytest.mark.parametrize(
    ("title", "place"), [("Silk blouse", "Tops"), ("Maternity blouse", "Maternity"), ("Tunic", "Tops"), ("School blouse", "School Uniform")]
)
def test_nothing_is_put_where_things_are_for_what_it_does_not_say(title: str, place: str) -> None:
    """Nor taken out of a school's uniform, in which clothes and bags stand by right."""
    *others, at = placed(*SPECIAL, ("Clothing", title, "women"))[0]
    assert at == place
    assert others == [category for category, *_ in SPECIAL]


def test_a_word_of_the_shop_is_one_of_its_own_but_where_clothes_and_shoes_stand_in_it() -> None:
    """What is of one kind, or of several that are worn alike, stays."""
    basics = [("Basics", "Tee", None), ("Basics", "Leggings", None), ("Basics", "Slip dress", None)]
    assert placed(*basics)[0] == ["Basics"] * 3
    assert placed(*basics, ("Basics", "Ballerina shoes", None))[0] == ["Tops", "Bottoms", "Wrap", "Shoes"]


GERMAN = (
    *[("Taufmode", "Taufkleid", "baby")] * 6,
    *[("Puppen", "Puppe Greta", None)] * 3,
    ("Puppen", "Puppenkleid", None),
    *[("Hosen & Jeans", "Jeans Mila", "women")] * 6,
)


@pytest.mark.parametrize(
    ("title", "whom", "place"),
    [
        ("Kleid Greta", "women", "Kleider & Anzüge"),
        ("Dirndl Rosa", "women", "Kleider & Anzüge"),
        ("Festkleid", "baby", "Taufmode"),
        ("Sakko Ben", "men", "Jacken & Mäntel"),
        ("Jeans Ben", "men", "Hosen & Röcke"),
        ("Rock", "women", "Kleider & Röcke"),
    ],
)
def test_what_a_mapping_names_is_where_it_is_worn_by_the_same_people(title: str, whom: str, place: str) -> None:
    """Never in a category of nearly all others', nor of dolls; a new one is called as others are; its own name says nothing of it."""
    rows = (*GERMAN, ("Kleider & Röcke", title, whom))
    names = {"baby": {"age_group": "baby"}, "women": {"gender": "women"}, "men": {"gender": "men"}}
    items = [
        {"id": str(at), "category": category, "title": text, "attributes": json.dumps(names[who]) if who else None}
        for at, (category, text, who) in enumerate(rows)
    ]
    found = placed_by_titles(pa.Table.from_pylist(items, ITEM_SCHEMA), ["Kleider & Röcke"])
    assert found.table.column("category").to_pylist()[-1] == place


@pytest.mark.parametrize("language", ["German", "French", "Spanish", "Italian", "Dutch"])
def test_new_categories_are_read_as_what_they_are_for(language: str) -> None:
    """A slot of them is worn as they say; there is one for everything that is worn."""
    names = {role: category_named(role, language) for role in ROLE_WORDS if role != NOT_WORN}
    assert {role: role_of(name, french=language == "French") for role, name in names.items()} == {role: role for role in names}
    assert language_of(filter(None, names.values())) == language


def test_what_was_put_stays_until_its_own_words_change() -> None:
    """Whatever became of the others: where most jeans are is no longer where they were."""

    def items(*categories: str, title: str) -> pa.Table:
        rows = [{"id": str(at), "category": category, "title": "Blue jeans"} for at, category in enumerate(categories)]
        return pa.Table.from_pylist([*rows, {"id": "x", "category": None, "title": title}], ITEM_SCHEMA)

    now = placed_by_titles(items("Skinny", "Skinny", "Straight", title="Y2K jeans")).table
    assert now.column("category").to_pylist()[-1] == "Skinny"
    for title, place in (("Y2K jeans", "Skinny"), ("Y3K jeans", "Straight"), ("Y2K boots", "Shoes")):
        found = placed_by_titles(items(*["Straight"] * 5, title=title), beside=now).table
        assert found.column("category").to_pylist()[-1] == place


def test_people_that_a_category_names_are_kept() -> None:
    """As an attribute, where none says them."""
    names, found = placed(("Women", "Mom jeans", None), ("Girls > Other", "Denim jacket", None))
    assert names == ["Women > Jeans", "Coats & Jackets"]
    assert [json.loads(said)["department"] for said in found.table.column("attributes").to_pylist()[len(SHOP) :]] == ["Women", "Girls"]


def test_it_is_told_and_can_be_asked_for() -> None:
    """With counts, and with what stays; a mapping names the categories that are meant, or none."""
    rows = [("Other", "Y2K jeans", "men"), ("Other", "Gift box", None), ("Lucky dip", "Parka", None)]
    _, found = placed(*rows)
    assert str(found) == (
        "1 items of 'Other' are put where their titles say: Men > Jeans 1; 1 more stay, as theirs name none; "
        "`catch_all: []` in a mapping leaves them"
    )
    assert placed(*rows, asked=[])[0] == ["Other", "Other", "Lucky dip"]
    assert placed(*rows, asked=["lucky dip"])[0] == ["Other", "Other", "Coats & Jackets"]
    again = placed_by_titles(found.table)
    assert (again.table, str(again)) == (found.table, "")


@pytest.mark.parametrize("name", ["Other", "Women's Clothing", "SALE -50%", "Damenmode", "Prêt-à-porter femme", "Todo", "Summer 2026"])
def test_names_that_say_nothing(name: str) -> None:
    """In the languages that are read."""
    assert says_nothing(name)
    assert not says_nothing("Shoes > Other")
