"""What a piece is for, as attributes, categories, paths and titles say."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from models.compatibility.conflicts import Conflicts
from models.datasets.labels import LABEL_COLUMNS, labels_of
from models.datasets.occasion import (
    BEACH,
    CASUAL,
    DRESS,
    EVENING,
    EVERYDAY,
    FESTIVE,
    LOUNGE,
    NIGHT,
    SMART,
    SMART_CASUAL,
    SNOW,
    SPORT,
    occasion_label,
)
from models.datasets.traditions import TRADITIONS

INDIAN, ALPINE = "Indian dress", "Alpine dress"


@pytest.mark.parametrize(
    ("texts", "role", "said"),
    [
        ("Suit Jackets", "outer", DRESS),
        ("Tracksuits", "full-body", SPORT),
        ("Track suit", "full-body", SPORT),
        ("Swim suit", "full-body", None),
        ("Snow suits", "full-body", SNOW),
        ("Ski Pants", "bottom", SNOW),
        ("Football Boots", "footwear", SPORT),
        ("Sports coats", "outer", None),
        ("Sports Bras", "top", SPORT),
        ("Sports Watches", "watch", None),
        ("Ties", "tie", DRESS),
        ("Tops; Tie-front blouse", "top", SMART),
        ("Shoes; Black Oxfords", "footwear", DRESS),
        ("Shoes; Laufschuhe Damen", "footwear", SPORT),
        ("Sports & Formal", "footwear", None),
        ("Blazer; Running late blazer", "outer", DRESS),
        ("Boots; Ankle boots", "footwear", None),
    ],
)
def test_words_say_it(texts: str, role: str, said: str | None) -> None:
    """Of its category first; words of two occasions say none."""
    category, *title = texts.split("; ")
    assert occasion_label({}, [category], *(title or [None]), role) == said


@pytest.mark.parametrize(
    ("texts", "role", "said"),
    [
        ("Shirts; Pleated tuxedo shirt", "top", EVENING),
        ("Bow Ties; Self-tie bow tie black silk", "tie", EVENING),
        ("Bow Ties; Polka dot bow tie", "tie", DRESS),
        ("Ties; Knitted black tie", "tie", DRESS),
        ("Shoes; Wholecut oxford patent leather", "footwear", EVENING),
        ("Shoes; Velvet opera slippers", "footwear", EVENING),
        ("Shoes; Suede smoking slippers", "footwear", NIGHT),
        ("Cufflinks; Onyx cufflinks and shirt studs", "jewellery", EVENING),
        ("Dresses; Evening dress", "full-body", FESTIVE),
        ("Tracksuits; Tuxedo stripe", "full-body", SPORT),
    ],
)
def test_a_tuxedo_and_its_shirt_are_for_the_evening(texts: str, role: str, said: str) -> None:
    """Whatever their category says of dress; a woman's dress of an evening goes with all dress."""
    category, title = texts.split("; ")
    assert occasion_label({}, [category], title, role) == said


@pytest.mark.parametrize(
    ("texts", "role", "said"),
    [
        ("T-shirts; Plain tee", "top", CASUAL),
        ("Shirts; White shirt", "top", SMART),
        ("Shirts; Formal white shirt", "top", DRESS),
        ("Shirts; Navy check shirt", "top", SMART_CASUAL),
        ("Shirts; Short-sleeved shirt", "top", SMART_CASUAL),
        ("Shirts; Rugby shirt", "top", CASUAL),
        ("Hemden; Weißes Hemd", "top", SMART),
        ("Bottoms; Blue jeans", "bottom", EVERYDAY),
        ("Casual Shoes; Brown leather", "footwear", CASUAL),
        ("Sandals; Blue flip flops", "footwear", BEACH),
        ("Belts; Suspenders", "belt", DRESS),
        ("Women; Shirt dress", "full-body", None),
    ],
)
def test_what_a_piece_is_called_says_how_smart_it_is(texts: str, role: str, said: str | None) -> None:
    """Where no word says what for; of a title before its category."""
    category, title = texts.split("; ")
    assert occasion_label({}, [category], title, role) == said


def test_dress_of_a_tradition_is_known_by_any_word() -> None:
    """Whatever else is said of it; a salwar suit is no suit."""
    assert occasion_label({"usage": "Formal"}, ["Kurtas"], "Evening kurta", "top") == INDIAN
    assert occasion_label({"usage": "Ethnic"}, ["Jackets"], "Reversible jacket", "outer") == INDIAN
    assert occasion_label({}, ["Suits"], "Salwar suit", "full-body") == INDIAN
    assert occasion_label({}, ["Blusen"], "Dirndlbluse Leni", "top") == ALPINE
    assert occasion_label({}, ["Outerwear"], "Kimono", "outer") is None


def test_an_attribute_goes_before_words_and_a_path_before_the_title() -> None:
    """Leggings of a path of sports; the last step that says anything counts."""
    paths = ["Sports > Women > Training > Leggings", "Sports > Ski > Men > Leggings", "Women > Leggings", None]
    columns: dict[str, list[str | None]] = {name: [None] * 4 for name in [*LABEL_COLUMNS, "group_id"]}
    columns["category"] = ["Leggings"] * 4
    columns["attributes"] = [None, None, '{"Usage": ["Formal"]}', '{"color": "Sports"}']
    columns["extras"] = [path and json.dumps({"qty": "1", "category_path": path}, separators=(",", ":")) for path in paths]
    table = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    assert [labels.occasion for labels in labels_of(table, ["Leggings"])] == [SPORT, SNOW, DRESS, None]


def test_what_shares_no_outfit_is_known_before_there_are_any_and_learned_from_them() -> None:
    """Dress with sport or snow; a shop of tracksuit bottoms with blazers says otherwise."""
    assert [Conflicts().between(DRESS, other) for other in (SPORT, SNOW, None)] == [True, True, False]
    assert not Conflicts().between(SPORT, SNOW)
    assert not Conflicts.fit([[DRESS, SPORT], [DRESS, DRESS], [SPORT, SPORT]] * 20).between(DRESS, SPORT)


def test_what_is_two_steps_less_formal_rather_shares_no_outfit() -> None:
    """As long as no outfits say otherwise, which a few do, or none were learned from with such pieces."""
    none = Conflicts()
    assert [none.between(DRESS, other) for other in (SMART, EVERYDAY, SMART_CASUAL, CASUAL, BEACH)] == [False, False, True, True, True]
    assert [none.between(SPORT, other) for other in (CASUAL, EVERYDAY, SMART_CASUAL, SMART)] == [False, False, True, True]
    assert [none.between(BEACH, other) for other in (CASUAL, SMART_CASUAL, SMART)] == [False, False, True]
    assert not Conflicts.fit([[DRESS, CASUAL]] * 3 + [[DRESS, SMART]] * 20).between(DRESS, CASUAL)
    assert Conflicts.fit([[DRESS, SMART]] * 20 + [[CASUAL, EVERYDAY]] * 20).between(DRESS, CASUAL)
    assert not Conflicts.fit([[DRESS, SMART]] * 20).between(DRESS, CASUAL)


@pytest.mark.parametrize("tradition", sorted(TRADITIONS))
def test_a_tradition_keeps_to_itself_and_to_what_is_for_no_occasion(tradition: str) -> None:
    """Not with sneakers, polo shirts or office trousers, nor with another tradition."""
    none, other = Conflicts(), next(one for one in TRADITIONS if one != tradition)
    assert all(none.between(tradition, one) for one in (SPORT, BEACH, CASUAL, SMART, DRESS, other))
    assert not any(none.between(tradition, one) for one in (tradition, EVERYDAY, None))


def test_portuguese_polish_and_nordic_words_of_occasions() -> None:
    """Of sport, of dress and of snow."""
    said = {
        ("Tênis", "Tênis de corrida", "footwear"): "sport",
        ("Koszulki", "Koszulka treningowa", "top"): "sport",
        ("Byxor", "Löparbyxor", "bottom"): "sport",
        ("Ternos", "Terno slim", "full-body"): "dress",
        ("Garnitury", "Garnitur klasyczny", "full-body"): "dress",
        ("Kjolar", "Aftonklänning", "full-body"): "festive",
        ("Kurtki", "Kurtka narciarska", "outer"): "snow",
    }
    assert {key: occasion_label({}, [key[0]], key[1], key[2]) for key in said} == said


@pytest.mark.parametrize(
    ("texts", "role", "said"),
    [
        ("Dresses; Velvet evening gown", "full-body", FESTIVE),
        ("Dresses; Wedding guest maxi dress", "full-body", FESTIVE),
        ("Kleider; Cocktailkleid mit Spitze", "full-body", FESTIVE),
        ("Robes; Robe de soirée", "full-body", FESTIVE),
        ("Vestidos; Vestido midi satinado", "full-body", FESTIVE),
        ("Tops; Sequin top", "top", FESTIVE),
        ("Shoes; Strappy block heel sandals", "footwear", FESTIVE),
        ("Zapatos; Zapatos de tacón", "footwear", FESTIVE),
        ("Shoes; Block heel ankle boots", "footwear", None),
        ("Heels; Leather flats", "footwear", None),
        ("Shoes; Lace-up boots", "footwear", None),
        ("Bags; Beaded clutch bag", "bag", FESTIVE),
        ("Bags; Leather tote", "bag", None),
        ("T-shirts; Lace T-shirt", "top", CASUAL),
        ("Trousers; Joggers", "bottom", LOUNGE),
        ("Americanas; Americana lino", "outer", DRESS),
        ("Baño; Traje de baño negro", "swimwear", BEACH),
    ],
)
def test_what_one_goes_out_in_by_its_heel_its_cloth_or_its_name(texts: str, role: str, said: str | None) -> None:
    """A boot is no heel, a T-shirt of lace is one, and joggers are worn at ease."""
    category, title = texts.split("; ")
    assert occasion_label({}, [category], title, role) == said


def test_what_is_for_a_part_at_a_wedding_is_one_to_dress_up_in() -> None:
    """Where nothing says more of it."""
    assert occasion_label({}, ["Dresses"], "Chiffon maxi dress", "full-body", rite="bridesmaid") == FESTIVE
    assert occasion_label({}, ["Suits"], "Wool suit", "full-body", rite="groom") == DRESS
