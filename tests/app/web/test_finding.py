"""Finding pieces in the storefront: filters, order, and a photo."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.release.release import Release

pytestmark = pytest.mark.e2e


def prices(page: Page) -> list[float]:
    """What the tiles of the catalogue cost."""
    return [float(price.removeprefix("€")) for price in page.locator("#items .now").all_inner_texts()]


def test_the_catalogue_is_filtered_by_brand_price_and_for_whom(page: Page, wardrobe_release: Release) -> None:
    """All at once; how many there are is said, and one press shows all again."""
    brand = str(wardrobe_release.snapshot.items.column("brand")[0].as_py())
    page.get_by_label("brand").select_option(brand)
    page.get_by_label("department").select_option("women")
    page.get_by_label("highest price").fill("100")
    items = wardrobe_release.snapshot.items.to_pylist()
    cost = wardrobe_release.snapshot.columns.prices
    fitting = [row for row, item in enumerate(items) if item["brand"] == brand and '"women"' in item["attributes"] and cost[row] <= 100]
    expect(page.locator("#found")).to_have_text(re.compile(rf"^{len(fitting)} pieces?$"))
    expect(page.locator("#items .tile")).to_have_count(len(fitting))
    tiles = page.locator("#items .tile").evaluate_all(
        "all => all.map((one) => ['.brand', '.title'].map((of) => one.querySelector(of).textContent))"
    )
    assert all((said == "") == title.startswith(f"{brand} ") and said in {"", brand} for said, title in tiles), tiles
    assert {said for said, _ in tiles} == {"", brand}
    assert max(prices(page)) <= 100
    page.get_by_role("button", name="Clear filters").press("Enter")
    expect(page.locator("#found")).to_have_text("120 pieces")
    expect(page.get_by_role("button", name="Clear filters")).to_be_hidden()


def test_attributes_are_called_in_words(page: Page) -> None:
    """Whatever a feed calls them; what is asked for has the feed's name."""
    page.route(
        "**/facets", lambda route: route.fulfill(json={"brands": [], "attributes": {"age_group": ["adult", "kids"], "baseColour": ["Red"]}})
    )
    page.reload()
    expect(page.locator("#facets option").first).to_have_text("Age group")
    expect(page.locator("#facets select").nth(1)).to_have_accessible_name("base colour")
    page.get_by_label("age group").select_option("kids")
    page.wait_for_url("**of-age_group=kids**")


def test_the_catalogue_is_filtered_by_category_and_colour(page: Page, wardrobe_release: Release) -> None:
    """Together; the filters are told by the address, so that a link shows the same."""
    items = wardrobe_release.snapshot.items.to_pylist()
    colours = [json.loads(item["attributes"])["colour"] for item in items if item["category"] == "shoes"]
    colour = max(set(colours), key=colours.count)
    page.get_by_role("button", name=re.compile("^Shoes")).click()
    page.get_by_label("colour").select_option(colour)
    expect(page.locator("#found")).to_have_text(re.compile(rf"^{colours.count(colour)} pieces?$"))
    shown = page.locator("#items .tile").evaluate_all("all => all.map((one) => one.dataset.name.replace('item=', ''))")
    rows = [items[wardrobe_release.snapshot.row_of[item]] for item in shown]
    assert {(row["category"], json.loads(row["attributes"])["colour"]) for row in rows} == {("shoes", colour)}
    page.reload()
    expect(page.get_by_label("colour")).to_have_value(colour)
    expect(page.locator("#items .tile")).to_have_count(colours.count(colour))


@pytest.mark.one_width
def test_clearing_filters_clears_the_words_that_were_searched(page: Page) -> None:
    """All is shown again."""
    page.get_by_label("highest price").fill("100")
    page.get_by_role("searchbox").fill("w000007")
    expect(page.locator("#found")).to_have_text(re.compile("^[01] pieces?$"))
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("#found")).to_have_text("120 pieces")
    expect(page.get_by_role("searchbox")).to_have_value("")


@pytest.mark.one_width
def test_a_price_that_is_none_filters_nothing(page: Page) -> None:
    """And is marked; what was before does not hold any longer."""
    page.get_by_label("highest price").fill("1")
    expect(page.locator("#found")).to_have_text("0 pieces")
    page.get_by_label("highest price").fill("-3")
    expect(page.locator("#found")).to_have_text("120 pieces")
    expect(page.locator("#most:invalid + .problem")).to_have_text("0 or more")


@pytest.mark.one_width
def test_a_filter_is_as_wide_as_its_name_on_a_phone(page: Page) -> None:
    """Beside its arrow, no letter is cut."""
    page.set_viewport_size({"width": 390, "height": 844})
    room = """select => {
        const style = getComputedStyle(select), pen = document.createElement("canvas").getContext("2d");
        pen.font = style.font;
        const padding = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
        return select.clientWidth - padding - pen.measureText(select.ariaLabel).width;
    }"""
    assert page.get_by_label("department").evaluate(room) >= 16


@pytest.mark.one_width
def test_filters_are_cleared_on_a_phone_wherever_the_row_of_them_is(page: Page) -> None:
    """The way back is in sight, whole, over what is behind it; afterwards the row begins where it began."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_label("highest price").fill("100")
    page.locator("#narrow").evaluate("row => (row.scrollLeft = row.scrollWidth)")
    clear = page.get_by_role("button", name="Clear filters")
    expect(clear).to_be_in_viewport(ratio=1)
    middle = "row => { const { top, height } = row.getBoundingClientRect(); return document.elementFromPoint(2, top + height / 2).id; }"
    assert page.locator("#narrow").evaluate(middle) == "unfiltered"
    clear.click()
    expect(clear).to_be_hidden()
    assert page.locator("#narrow").evaluate("row => row.scrollLeft") == 0


@pytest.mark.one_width
def test_the_category_that_is_shown_is_seen_among_many(page: Page, address: str) -> None:
    """A link to the last one of a row that a phone shows the beginning of; and back to the first."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/?category=tops")
    expect(page.locator(".chip[aria-pressed=true]", has_text="tops")).to_be_in_viewport(ratio=0.99)
    page.goto(f"{address}/?category=bags")
    page.go_back()
    expect(page.locator(".chip[aria-pressed=true]", has_text="tops")).to_be_in_viewport(ratio=0.99)


@pytest.mark.one_width
@pytest.mark.parametrize(("width", "rows"), [(1280, 1), (390, 3)])
def test_the_buttons_of_a_photo_stand_in_one_row_or_one_column(page: Page, width: int, rows: int) -> None:
    """At a desk, and on a phone."""
    page.set_viewport_size({"width": width, "height": 844})
    page.get_by_role("button", name="Search by a photo").click()
    boxes = page.locator("#photo .buttons button").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    assert len({round(box["top"] + box["height"] / 2) for box in boxes}) == rows
    assert rows == 1 or len({box["left"] for box in boxes}) == 1


@pytest.mark.one_width
def test_categories_are_all_seen_the_largest_first(page: Page) -> None:
    """Of a shop that has many."""
    many = [{"name": f"kind {place:02}", "count": place, "role": None} for place in range(30)]
    page.route("**/categories?grouped=true&roles=true", lambda route: route.fulfill(json={"categories": many}))
    page.reload()
    counts = page.locator(".chip small")
    expect(counts).to_have_text([str(sum(range(30))), *map(str, range(29, -1, -1))])
    assert page.locator("#chips").evaluate("box => box.scrollHeight <= box.clientHeight")


@pytest.mark.one_width
def test_where_nothing_is_found_there_is_nothing_to_narrow(page: Page) -> None:
    """Filters are gone until something is."""
    page.get_by_role("searchbox").fill("qwertyuiop")
    expect(page.locator("#items .empty")).to_be_visible()
    expect(page.locator("#narrow")).to_be_hidden()
    page.get_by_role("button", name="Show everything").click()
    expect(page.locator("#narrow")).to_be_visible()


@pytest.mark.one_width
def test_filters_that_leave_nothing_say_so(page: Page) -> None:
    """And not that nothing is called so."""
    page.get_by_label("highest price").fill("1")
    expect(page.locator("#items p")).to_have_text("Nothing here is like that. Take a filter away to see more.")


def test_the_catalogue_is_put_in_order(page: Page) -> None:
    """By what is paid now, over pages."""
    page.get_by_label("Order").select_option("price")
    expect(page.locator("#found")).to_have_text("120 pieces")
    page.get_by_role("button", name=re.compile("More")).click()
    expect(page.locator("#items .tile")).to_have_count(48)
    assert prices(page) == sorted(prices(page))


def test_a_photo_finds_what_looks_like_it(page: Page, tmp_path: Path, jpeg: Callable[..., bytes]) -> None:
    """Of a category if one is named; then all is shown again."""
    (tmp_path / "mine.jpg").write_bytes(jpeg("red", (900, 700)))
    page.get_by_role("button", name="Search by a photo").click()
    page.locator("#photo-file").set_input_files(tmp_path / "mine.jpg")
    page.locator("#photo-category").select_option("shoes")
    page.get_by_role("button", name="Find what looks like it").click()
    expect(page.locator("#by-likeness")).to_contain_text("What looks like your photo")
    expect(page.locator("#catalogue-title")).to_be_focused()
    expect(page.locator("#found")).to_have_text(re.compile("pieces"))
    assert page.locator("#items .tile").count() > 3
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#found")).to_have_text("120 pieces")
    expect(page.locator("#by-likeness")).to_be_hidden()
    expect(page.locator("#tray .start")).to_be_visible()


@pytest.mark.parametrize("words", ["sneakers", "sneeker"])
def test_plurals_and_slips_find_what_was_meant(page: Page, words: str) -> None:
    """As the catalogue's titles say it."""
    page.get_by_role("searchbox").fill(words)
    expect(page.locator("#items .title").first).to_contain_text(re.compile("sneaker", re.IGNORECASE))


@pytest.mark.parametrize(("words", "category"), [("handbag", "bags"), (None, "all-body")])
def test_words_that_no_title_has_find_what_they_mean(page: Page, wardrobe_release: Release, words: str | None, category: str) -> None:
    """Another word for a category finds it; those that the page itself proposes, ``navy linen dress``, dresses first, and that is told."""
    box = page.get_by_role("searchbox")
    box.fill(words or (box.get_attribute("placeholder") or "").removeprefix("Search: "))
    expect(page.locator("#found")).not_to_have_text("120 pieces")
    expect(page.locator("#read-as")).to_contain_text("" if words else "Nothing goes by that name")
    first = page.locator("#items .tile").evaluate_all("all => all.slice(0, 4).map((one) => one.dataset.name.replace('item=', ''))")
    assert {wardrobe_release.item(wardrobe_release.snapshot.row_of[item]).category for item in first} == {category}


@pytest.mark.one_width
def test_what_was_searched_is_kept_by_a_reload_a_link_and_the_back_button(page: Page, wardrobe_release: Release) -> None:
    """Words, category, filters and order; words that are typed at one go are one step, and what is worn stays."""
    brand = str(wardrobe_release.snapshot.items.column("brand")[0].as_py())
    page.locator("#items .wear").nth(1).click()
    page.get_by_role("button", name=re.compile("^Shoes")).click()
    page.get_by_label("brand").select_option(brand)
    page.get_by_label("Order").select_option("price")
    page.get_by_role("searchbox").press_sequentially("solid", delay=250)
    expect(page).to_have_url(re.compile("[?].*q=solid#item="))
    expect(page.locator("#items .tile").first).to_be_visible()
    found = page.locator("#found").inner_text()
    page.reload()
    expect(page.locator("#found")).to_have_text(found)
    expect(page.get_by_role("searchbox")).to_have_value("solid")
    expect(page.get_by_role("button", name=re.compile("^Shoes"))).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_label("brand")).to_have_value(brand)
    expect(page.get_by_label("Order")).to_have_value("price")
    expect(page.get_by_role("button", name=re.compile("^Shoes")).locator("small")).to_have_text(found.split()[0])
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("")
    expect(page.get_by_label("Order")).to_have_value("price")
    page.go_back()
    expect(page.get_by_label("Order")).to_have_value("")
    page.go_back()
    expect(page.get_by_label("brand")).to_have_value("")
    expect(page.locator("#tray .remove")).to_have_count(1)


@pytest.mark.one_width
def test_a_link_to_what_there_is_no_longer_shows_what_there_is(blank: Page, address: str) -> None:
    """A category that is gone, an order that is none, a price that is none."""
    blank.goto(f"{address}/?category=capes&sort=beauty&most=-3")
    expect(blank.locator("#found")).to_have_text("120 pieces")
    expect(blank.locator("#catalogue-notice")).to_be_empty()
    expect(blank.get_by_role("button", name=re.compile(r"^All \d"))).to_have_attribute("aria-pressed", "true")


@pytest.mark.one_width
@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("shoes under 400", "Understood: “shoes”, “under 400”."),
        ("shoes under 1", "Nothing goes by that name, and nothing is all of it. Understood: “shoes”, “under 1”."),
        (
            "velour spaceship under 50",
            "Nothing goes by that name. Understood: “under 50”. Not understood: velour, spaceship.",
        ),
    ],
)
def test_how_words_were_read_is_told_to_shoppers(page: Page, asked: str, says: str) -> None:
    """Not as the service tells it to developers."""
    page.get_by_role("searchbox").fill(asked)
    expect(page.locator("#read-as")).to_contain_text(says)
    expect(page.locator("#read-as")).not_to_contain_text("text")
