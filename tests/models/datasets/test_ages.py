"""Whom sizes fit."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.datasets.ages import AGES, ages_of
from models.datasets.labels import labels_of, piece_labels


@pytest.mark.parametrize(
    ("role", "sizes", "ages"),
    [
        ("top", "XS|S|M|L|XL|XXL|3XL", "adult"),
        ("top", "S/M|L - XL|One more", "adult"),
        ("top", "x-large|Medium|Extra Large", "adult"),
        ("full-body", "36|38|40|42|44|46", "adult"),
        ("outer", "EU 48|50|DE 52", "adult"),
        ("bottom", "W30|W32 L34|W 31/L32|33W x 32L", "adult"),
        ("footwear", "36|37|38|39|40|41", "adult"),
        ("footwear", "EU 42,5", "adult"),
        ("hosiery", "39-42|43-46", "adult"),
        (None, "M", "adult"),
        ("top", "92|98/104|110/116", "child"),
        ("footwear", "30|31|32", "child"),
        ("top", "2-3Y|3-4Y", "child"),
        ("bag", "4 years|6 Jahre|8 ans|10 años|12 anni", "child"),
        ("top", "5T", "child"),
        ("top", "56|62|68", "baby"),
        (None, "6 months|9-12 mois|0-3M", "baby"),
        ("top", "2T", "baby"),
    ],
)
def test_sizes_that_only_some_ages_wear_tell_them(role: str | None, sizes: str, ages: str) -> None:
    """Letters, chests and waists are of grown-ups, heights and years of children, months of babies."""
    assert ages_of(sizes.split("|"), role) == {ages}


@pytest.mark.parametrize(
    ("role", "sizes"),
    [
        ("top", "One size"),
        ("top", "4|6|8|10|12|14|16"),  # grown-ups' in Britain, children's anywhere
        ("bottom", "24|26|28"),  # inches or years
        ("top", "44"),
        ("top", "110"),
        ("footwear", "36|37|38"),
        ("footwear", "8 M"),  # a width
        ("footwear", "25"),  # of a child in Europe, of a grown-up in Japan
        ("footwear", "7.5 UK"),
        ("hosiery", "35-38"),
        (None, "42"),
        ("belt", "85|90|95"),
        ("jewellery", "M"),  # a ring in Britain
        ("headwear", "56"),
        ("top", "M (140)"),
        ("top", "S (6-8)"),
        ("top", "S|98"),
        ("top", "W24"),
        ("top", "99 years"),
        ("top", ""),
    ],
)
def test_sizes_that_several_wear_tell_nothing(role: str | None, sizes: str) -> None:
    """Nor do those that contradict each other, or of which only a part is known."""
    assert ages_of(sizes.split("|"), role) is None


_KNOWN = {
    "adult": ["S", "M", "XL", "40", "42", "48", "W32"],
    "child": ["98", "104", "128", "3-4Y", "8 years"],
    "baby": ["62", "74", "6 months", "12-18M"],
}
_SIZES = st.sampled_from([size for sizes in _KNOWN.values() for size in sizes] + ["10", "44", "one size"])


@given(st.lists(_SIZES | st.text(max_size=12), max_size=6), st.sampled_from(["top", "footwear", "belt", None]))
def test_more_sizes_never_tell_of_others(sizes: list[str], role: str | None) -> None:
    """Grown-ups that some sizes leave out stay out, whatever comes beside them, in whatever order; what comes from 62 to 98 is for both."""
    told, more = ages_of(sizes[:3], role), ages_of(sizes, role)
    assert told is None or told < AGES
    assert told is None or more is None or more <= told or "adult" not in told | more
    assert more == ages_of(reversed(sizes), role)


@given(st.sampled_from([*_KNOWN]), st.data())
def test_sizes_of_one_age_tell_it_beside_any_that_tell_nothing(age: str, data: st.DataObject) -> None:
    """As many of them as there are."""
    sizes = data.draw(st.lists(st.sampled_from(_KNOWN[age]), min_size=1)) + data.draw(st.lists(st.sampled_from(["10", "one size"])))
    assert ages_of(sizes, "top") == {age}


def test_all_sizes_of_a_product_tell_whom_each_is_for() -> None:
    """34 and 44 alone may be anybody's, beside 38 they are grown-ups'; also where the others were read before."""
    rows = [
        {"id": f"{group}-{size}", "category": "tops", "group_id": group, "attributes": json.dumps({"taille": size})}
        for group, sizes in {"shirt": ["34", "38", "44"], "jumper": ["34", "98"], None: ["34", "38"]}.items()
        for size in sizes
    ]
    whole = pa.Table.from_pylist(rows).append_column("subcategory", pa.nulls(7, pa.string()))
    whole = whole.append_column("title", pa.nulls(7, pa.string())).append_column("sizes", pa.nulls(7, pa.string()))
    adult, child = "men+women adult", "men+women child"
    assert [labels.audience for labels in labels_of(whole, ["tops"])] == [adult] * 3 + [child] * 2 + [None, adult]
    assert [labels.audience for labels in labels_of(whole.slice(0, 1), ["tops"], whole.slice(1))] == [adult]


@pytest.mark.parametrize(
    ("attributes", "category", "sizes", "label"),
    [
        ({"gender": "unisex"}, "tops", '[{"size":"S","in_stock":true},{"size":"M","in_stock":false}]', "men+women adult"),
        ({"gender": "male", "Größe": "M"}, "tops", None, "men adult"),
        ({"size": ["92", "98"]}, "tops", None, "men+women child"),
        ({"gender": "unisex", "age_group": "kids", "size": "M"}, "tops", None, "men+women child"),
        ({"size": "M"}, "Kids", None, "men+women child"),
        ({"gender": "girls", "size": "M"}, "tops", None, "women baby+child"),
        ({"gender": "Miehet", "size": "M"}, "tops", None, "=miehet"),
        ({"size": "10"}, "tops", None, None),
        ({"gender": "unisex", "size": "10"}, "tops", None, "men+women adult+baby+child"),
    ],
)
def test_they_are_asked_where_nothing_else_tells_an_age(
    attributes: dict[str, str | list[str]], category: str, sizes: str | None, label: str | None
) -> None:
    """An age that is told stands, whatever the sizes are, and so does a word that nobody knows."""
    item = {"category": category, "attributes": json.dumps(attributes), "sizes": sizes}
    assert piece_labels(item).audience == label
