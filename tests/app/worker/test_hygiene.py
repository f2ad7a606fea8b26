"""Label hygiene, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pytest

from app.release.variants import product_keys
from app.worker.hygiene import Basket, Described, clean, described_items
from app.worker.sessions import Act, Visit
from models.datasets.audience import WORDS

SHOP = {f"{category}{number}": Described(category, None) for category in ("top", "shoe", "bag") for number in range(9)}


def visit(name: str, *acts: str, pace_s: float = 20.0) -> Visit:
    """A visit from ``view top1``-like words; ``purchase top1 returned`` is one that came back."""
    said = [act.split() for act in acts]
    return Visit(name, None, tuple(Act(kind, item, place * pace_s, bool(more)) for place, (kind, item, *more) in enumerate(said)))


def buys(name: str, *items: str) -> Visit:
    """A visit that only buys."""
    return visit(name, *(f"purchase {item}" for item in items))


def cleaned(
    visits: Sequence[Visit], shop: Mapping[str, Described] | None = None, *, hygiene: bool = True
) -> tuple[list[Basket], dict[str, tuple[int, int]]]:
    """The baskets, and visits and items dropped by rule, where there are any."""
    baskets, dropped = clean(visits, shop or SHOP, bot_events=100, most_items=5, hygiene=hygiene)
    return baskets, {one.rule: (one.visits, one.items) for one in dropped if one.visits or one.items}


def test_what_is_bought_together_is_an_outfit() -> None:
    """In the order it was bought; one item is none."""
    baskets, dropped = cleaned([buys("s", "top1", "shoe1", "top1"), buys("t", "bag1"), visit("u", "view bag1")])
    assert [(one.id, one.items) for one in baskets] == [("s", ("top1", "shoe1"))]
    assert dropped == {"single": (1, 0), "no_purchase": (1, 0)}


def test_a_machine_is_no_shopper() -> None:
    """Too many events, or too fast ones; neither counts as evidence."""
    many = visit("many", *(["view top1"] * 100), "purchase top1", "purchase shoe1")
    fast = visit("fast", *(["view top1"] * 30), "purchase top1", "purchase shoe1", pace_s=0.1)
    baskets, dropped = cleaned([many, fast, buys("s", "top1", "shoe1")])
    assert [one.id for one in baskets] == ["s"]
    assert dropped == {"bots": (2, 0)}


def test_what_comes_back_is_no_part_of_the_outfit() -> None:
    """The rest stays one, if it is of two items; what was bought again in the visit was kept."""
    visits = [
        buys("a", "top1", "shoe1 returned", "bag1"),
        buys("b", "top1 returned", "shoe1"),
        buys("c", "top1 returned", "top1", "shoe1"),
    ]
    baskets, dropped = cleaned(visits)
    assert [(one.id, one.items) for one in baskets] == [("a", ("top1", "bag1")), ("c", ("top1", "shoe1"))]
    assert dropped == {"returns": (0, 2), "single": (1, 0)}


def test_items_that_the_shop_no_longer_has_are_left_out() -> None:
    """The rest of the outfit stays."""
    baskets, dropped = cleaned([buys("s", "top1", "hat1", "shoe1")])
    assert baskets[0].items == ("top1", "shoe1")
    assert dropped == {"unknown_items": (0, 1)}


def test_sizes_and_colours_of_a_product_count_once() -> None:
    """The last one stays."""
    shop = {**SHOP, "top1": Described("top", "linen shirt"), "top2": Described("top", "linen shirt")}
    baskets, dropped = cleaned([buys("s", "top1", "shoe1", "top2")], shop)
    assert baskets[0].items == ("shoe1", "top2")
    assert dropped == {"same_product": (0, 1)}


def test_a_product_is_told_by_the_shop_or_by_its_title() -> None:
    """The title counts without its sizes and colours, if there were some and enough is left."""
    rows = [
        ("a", "Northwind linen shirt navy M", None),
        ("b", "Northwind linen shirt, XL white", None),
        ("c", "Northwind wool shirt navy", None),
        ("d", "Red shirt", None),
        ("e", "Northwind linen shirt", None),
        ("f", "Anything", '{"style_id": "77"}'),
        ("g", None, None),
        ("h", "Ankle boots", None, "ankle-boots"),
        ("i", "Ankle boots", '{"item_group_id": "7"}'),
    ]
    names = ("id", "title", "attributes", "group_id")
    said = [
        {"category": "top", "subcategory": None, "brand": None, "group_id": None, "sizes": None} | dict(zip(names, row, strict=False))
        for row in rows
    ]
    product = {item: one.product for item, one in described_items(pa.Table.from_pylist(said), []).items()}
    assert product["a"] == product["b"] is not None
    assert product["c"] not in {None, product["a"]}
    assert product["d"] is product["e"] is product["g"] is None
    assert product["f"] == "style_id=77"
    assert (product["h"], product["i"]) == ("group=ankle-boots", "item_group_id=7")


def test_each_of_several_people_has_an_outfit() -> None:
    """A mother buys for herself and her son: what is his alone, or for nobody knows whom, is left out; a look stays as it is."""
    whom = {"top": WORDS["women"], "shoe": WORDS["boys"], "bag": None}
    shop = {item: Described(one.category, None, whom[one.category]) for item, one in SHOP.items()}
    both, hers = buys("s", "top1", "shoe1", "bag1", "shoe2", "top2", "top3"), buys("t", "top1", "shoe1", "top2")
    baskets, dropped = cleaned([both, hers, buys("u", "top1", "shoe1"), buys("v", "top1", "bag1")], shop)
    assert [(one.id, one.items) for one in baskets] == [
        ("s", ("top1", "top2", "top3")), ("s 2", ("shoe1", "shoe2")), ("t", ("top1", "top2")), ("v", ("top1", "bag1"))
    ]  # fmt: skip
    assert dropped == {"people": (1, 2)}
    assert [one.items for one in clean([both], shop, bot_events=100, most_items=9, looks=["s"])[0]] == [tuple(both.items("purchase"))]


def test_for_whom_a_piece_is_stands_where_it_is_read() -> None:
    """Of what was bought, by all sizes of its product."""
    row = {"category": "Dresses", "subcategory": None, "title": None, "brand": None, "group_id": None, "sizes": None, "attributes": None}
    said = [{**row, "id": "a", "attributes": '{"gender": "Women"}'}, {**row, "id": "b", "title": "Herrenschuhe"}, {**row, "id": "c"}]
    found = described_items(pa.Table.from_pylist(said), ["b", "c"])
    assert (found["a"].whom, found["b"].whom) == (None, WORDS["herren"])


def test_what_is_looked_at_and_then_replaced_is_a_substitute() -> None:
    """So the pair is none that goes together, and the one bought later stays."""
    looking = [visit(f"v{number}", "view top1", "view top2", "purchase top2") for number in range(2)]
    baskets, dropped = cleaned([*looking, buys("s", "top1", "top2", "shoe1")])
    assert baskets[0].items == ("top2", "shoe1")
    assert dropped["view_then_buy"] == (0, 1)


def test_what_is_looked_at_side_by_side_is_a_substitute() -> None:
    """Unless it is bought together oftener."""
    looking = [visit(f"v{number}", "view top1", "view top2", "view bag1", "view bag2") for number in range(2)]
    together = [buys(f"t{number}", "bag1", "bag2") for number in range(3)]
    baskets, dropped = cleaned([*looking, *together, buys("s", "top1", "top2", "shoe1")])
    assert baskets[-1].items == ("top2", "shoe1")
    assert baskets[0].items == ("bag1", "bag2")
    assert dropped["co_views"] == (0, 1)


def test_views_across_categories_say_nothing() -> None:
    """Whoever looks at a shirt and at shoes may want both."""
    looking = [visit(f"v{number}", "view top1", "view shoe1") for number in range(5)]
    assert cleaned([*looking, buys("s", "top1", "shoe1")])[0][0].items == ("top1", "shoe1")


def test_a_stock_up_is_no_outfit() -> None:
    """More than so many different items."""
    baskets, dropped = cleaned([buys("s", *(f"top{number}" for number in range(6)))])
    assert baskets == []
    assert dropped == {"oversize": (1, 0)}


def test_outfits_of_a_very_popular_item_are_thinned_out() -> None:
    """The same ones each time, and none of the others."""
    visits = [buys(f"s{number}", "top1", f"shoe{number % 9}") for number in range(400)]
    others = [buys(f"t{number}", f"top{2 + number % 7}", f"bag{number % 9}") for number in range(100)]
    baskets, dropped = cleaned([*visits, *others])
    assert baskets == cleaned([*visits, *others])[0]
    assert dropped["popularity"][0] == 500 - len(baskets)
    assert 100 < sum(one.id.startswith("s") for one in baskets) < 180  # 400 times the root of 50 in 400
    assert sum(one.id.startswith("t") for one in baskets) == 100


def test_without_hygiene_all_is_kept_that_can_be() -> None:
    """For measuring what it is worth."""
    visits = [buys("s", *(f"top{number}" for number in range(6))), buys("r", "top1 returned", "shoe1")]
    baskets, dropped = cleaned(visits, hygiene=False)
    assert [len(one.items) for one in baskets] == [6, 2]
    assert dropped == {}


@pytest.mark.parametrize(
    "titles",
    [
        ("Leinen Wickel Bluse Rot M", "Leinen Wickel Bluse Dunkelblau S"),
        ("Chemise légère en lin rouge M", "Chemise légère en lin bleue S"),
        ("Keten gömlek uzun kollu kırmızı M", "Keten gömlek uzun kollu lacivert S"),
        ("黒いリネンのシャツ", "白いリネンのシャツ"),
    ],
)
def test_colours_of_any_language_are_no_other_product(titles: tuple[str, str]) -> None:
    """A release holds them for one where they look alike, hygiene where a visit buys both."""
    table = pa.table({"id": ["a", "b"], "category": ["tops"] * 2, "title": titles, "brand": ["x"] * 2, "attributes": [None] * 2})
    assert len({*product_keys(table).tolist()}) == 1
    table = table.append_column("group_id", pa.nulls(2, pa.string())).append_column("subcategory", pa.nulls(2, pa.string()))
    table = table.append_column("sizes", pa.nulls(2, pa.string()))
    one, other = (said.product for said in described_items(table, []).values())
    assert one == other is not None
