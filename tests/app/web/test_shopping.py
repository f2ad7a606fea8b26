"""Shopping in the storefront: a piece by itself, the bag, and what the service is told of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from app.release.release import Release
from tests.app.web.axe import violations

pytestmark = pytest.mark.e2e

SIZES = [{"size": "S", "in_stock": True}, {"size": "M", "in_stock": False}, {"size": "L"}]
PIECE: dict[str, Any] = {
    "id": "x1", "category": "tops", "title": "A piece", "brand": "Lumen", "price": 50, "sale_price": 40, "currency": "EUR",
    "in_stock": True, "sizes": SIZES, "url": "https://shop.example/x1", "attributes": {"department": "women"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def empty_bag(page: Page) -> Iterator[None]:
    """Tests share a browser's storage."""
    yield
    page.evaluate("localStorage.clear()")


@pytest.fixture
def told(page: Page) -> list[dict[str, Any]]:
    """The events that the page posts, as they come."""
    events: list[dict[str, Any]] = []

    def listen(request: Request) -> None:
        if request.url.endswith("/events"):
            events.extend(json.loads(request.post_data or "{}")["events"])

    page.on("request", listen)
    return events


@pytest.fixture
def piece(page: Page) -> Page:
    """The storefront at a piece that has sizes, is on sale, and has a page in the shop."""
    page.route("**/items/x1", lambda route: route.fulfill(json=PIECE))
    page.route("**/similar-items", lambda route: route.fulfill(json={"release": "r", "items": []}))
    page.evaluate("location.hash = '#view=x1'")
    expect(page.get_by_role("heading", name="A piece")).to_be_focused()
    return page


def test_a_piece_is_shown_by_itself_and_back_leads_to_where_it_was(page: Page, told: list[dict[str, Any]]) -> None:
    """With a URL of its own; Escape closes it, focus is on its tile again, and the back button does not open it again."""
    tile = page.locator("#items .tile").nth(1)
    item = (tile.get_attribute("data-name") or "").removeprefix("item=")
    tile.press("Enter")
    expect(page).to_have_url(re.compile(f"view={item}"))
    expect(page.locator("#product-title")).to_be_focused()
    expect(page.locator("#alike .tile")).to_have_count(6)
    page.keyboard.press("Escape")
    expect(page.locator("#product")).to_be_hidden()
    expect(page).not_to_have_url(re.compile("view="))
    expect(tile).to_be_focused()
    assert [(event["type"], event["item"]) for event in told] == [("view", item)]


def test_a_link_opens_a_piece_and_says_all_of_it(piece: Page) -> None:
    """Sizes with their stock, what it costs and cost, the shop's page; the outfit beneath is kept."""
    product = piece.locator("#product")
    expect(product.locator(".price")).to_have_text("€40.00 was €50.00")
    expect(product.locator(".stock")).to_have_text("In stock")
    expect(product.get_by_role("link")).to_have_attribute("href", "https://shop.example/x1")
    expect(product.get_by_role("radio")).to_have_count(3)
    expect(product.get_by_role("radio", name=re.compile("M.*sold out"))).to_be_disabled()
    expect(product.locator("dl")).to_contain_text("women")
    piece.reload()
    expect(piece.locator("#product-title")).to_have_text("A piece")


@pytest.mark.one_width
def test_a_piece_can_be_closed_from_its_end(piece: Page) -> None:
    """On a phone, where it is longer than the screen."""
    piece.set_viewport_size({"width": 390, "height": 600})
    piece.locator("#product").evaluate("sheet => sheet.scrollTo(0, sheet.scrollHeight)")
    assert piece.locator("#product").evaluate("sheet => sheet.scrollTop") > 100
    close = piece.get_by_role("button", name="Close", exact=True)
    expect(close).to_be_in_viewport(ratio=1)
    close.click()
    expect(piece.locator("#product")).to_be_hidden()


def test_a_picture_is_zoomed_by_key_and_moved_by_arrows(page: Page) -> None:
    """And the page is not scrolled meanwhile. What is zoomed is all of the shop's own picture, which is not asked for before."""
    page.locator("#items .tile").nth(1).click()
    image = page.locator("#product .zoom img")
    expect(image).to_have_js_property("complete", value=True)
    assert "width=512" in image.evaluate("image => image.currentSrc")
    page.get_by_role("button", name="Zoom in").press("Enter")
    zoom = page.get_by_role("button", name="Zoom out")
    page.wait_for_function(
        "image => image.complete && !image.currentSrc.includes('width') && image.naturalWidth", arg=image.element_handle()
    )
    expect(zoom).to_have_attribute("aria-pressed", "true")
    zoom.press("ArrowRight")
    expect(zoom.locator("img")).to_have_css("transform-origin", re.compile(r"\d"))
    assert zoom.locator("img").evaluate("image => image.style.transformOrigin").startswith("62%")


@pytest.mark.one_width
def test_a_piece_is_worn_from_its_page(page: Page) -> None:
    """Or taken off, which leads back to the outfit that it changes; the back button opens the piece no more."""
    tile = page.locator("#items .tile").nth(1)
    tile.click()
    page.get_by_role("button", name="Wear it").click()
    expect(page.locator("#product")).to_be_hidden()
    expect(page.locator("#tray .remove")).to_have_count(1)
    expect(tile).to_be_focused()
    expect(page.locator("#said")).to_have_text(re.compile("is in your outfit.$"))
    tile.click()
    page.get_by_role("button", name="Take it off").click()
    expect(page.locator("#product")).to_be_hidden()
    expect(page.locator("#tray .remove")).to_have_count(0)
    page.go_back()
    expect(page.locator("#tray .remove")).to_have_count(1)
    expect(page.locator("#product")).to_be_hidden()


def test_the_title_of_a_piece_has_its_frame_beside_the_close_button(piece: Page) -> None:
    """However long it is."""
    piece.locator("#product-title").evaluate("title => (title.textContent = 'a long title '.repeat(12))")
    title, close = (piece.locator(one).bounding_box() for one in ("#product-title", "#product .close"))
    assert title is not None
    assert close is not None
    assert title["x"] + title["width"] + 6 <= close["x"] or title["y"] >= close["y"] + close["height"]


def test_a_size_is_asked_for_before_a_piece_goes_into_the_bag(piece: Page, told: list[dict[str, Any]]) -> None:
    """Then the bag counts it, and a reload keeps it."""
    piece.get_by_role("button", name="Add to bag").click()
    expect(piece.locator("#size-problem")).to_have_text("Choose a size first.")
    piece.get_by_role("radio", name="L", exact=True).check(force=True)
    expect(piece.locator("#size-problem")).to_be_empty()
    with piece.expect_response("**/events"):  # the count does not wait for it
        piece.get_by_role("button", name="Add to bag").click()
    expect(piece.locator("#bag-count")).to_have_text("1")
    assert [event["type"] for event in told] == ["add_to_cart"]
    assert told[0]["price"] == 40
    piece.reload()
    expect(piece.locator("#bag-count")).to_have_text("1")


def test_the_bag_counts_adds_up_and_sells(piece: Page, told: list[dict[str, Any]]) -> None:
    """More of one, in each currency; what is bought is told with its number and one order, and the bag is empty."""
    piece.get_by_role("radio", name="S", exact=True).check(force=True)
    piece.get_by_role("button", name="Add to bag").click()
    expect(piece.locator("#product-bag")).to_have_text("Add to bag · 1 in it")
    piece.keyboard.press("Escape")
    piece.get_by_role("button", name="Bag, 1 piece").click()
    expect(piece.locator("#bag-title")).to_be_focused()
    expect(piece.locator(".bag-line .price")).to_have_text("€40.00 was €50.00")
    piece.get_by_role("button", name="One more of A piece").press("Enter")
    expect(piece.locator("#bag-total")).to_have_text("€80.00")
    expect(piece.locator(".bag-line .price")).to_have_text("€80.00 €40.00 each")
    expect(piece.locator("#bag-foot .note")).to_contain_text("What you buy is noted")
    expect(piece.get_by_role("button", name="One more of A piece")).to_be_focused()
    with piece.expect_response("**/events") as answered:
        piece.get_by_role("button", name="Buy").click()
    assert answered.value.status == 202
    expect(piece.locator("#bag-lines")).to_have_text("Thank you. 2 pieces for €80.00.")
    expect(piece.locator("#bag-count")).to_have_text("0")
    piece.get_by_role("button", name="Go on shopping").click()
    expect(piece.locator("#bag")).to_be_hidden()
    bought = told[-1]
    assert (bought["type"], bought["item"], bought["quantity"]) == ("purchase", "x1", 2)
    assert bought["order"]


def test_a_size_that_is_an_item_is_what_is_bought(page: Page, told: list[dict[str, Any]]) -> None:
    """The piece can be had as long as one size is there; its own size is one of several, and other colours are beside."""
    sizes = [{"size": size, "in_stock": size != "S", "id": f"x1-{size}"} for size in ("S", "M", "L")]
    own = PIECE | {"id": "x1-S", "sizes": sizes, "in_stock": False, "variants": ["x2-M"]}
    own["attributes"] = {"size": "S", "colour": "red", "age_group": "adult"}
    page.route("**/items/x1-S", lambda route: route.fulfill(json=own))
    page.route("**/items/x2-M", lambda route: route.fulfill(json=PIECE | {"id": "x2-M", "title": "A blue piece"}))
    page.route("**/similar-items", lambda route: route.fulfill(json={"release": "r", "items": []}))
    page.evaluate("location.hash = '#view=x1-S'")
    expect(page.locator(".about .stock")).to_have_text("In stock")
    expect(page.locator(".facts-of dt")).to_have_text(["category", "colour", "age group"])
    expect(page.locator("input[value=S]")).to_be_disabled()
    expect(page.locator("#colours .tile")).to_have_text(re.compile("A blue piece"))
    page.get_by_role("radio", name="M", exact=True).check(force=True)
    page.get_by_role("button", name="Add to bag").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Bag, 1 piece").click()
    page.get_by_label("Size of A piece").select_option("L")
    with page.expect_response("**/events"):
        page.get_by_role("button", name="Buy").click()
    expect(page.locator("#bag-lines")).to_contain_text("Thank you.")
    assert [(event["type"], event["item"]) for event in told] == [("view", "x1-S"), ("add_to_cart", "x1-M"), ("purchase", "x1-L")]


@pytest.mark.one_width
def test_what_stands_in_the_way_of_buying_is_told_as_long_as_it_does(piece: Page) -> None:
    """Until each piece has a size, and no longer; one that is sold out has to go first."""
    others = {"x2": {"title": "another"}, "x3": {"title": "A third", "in_stock": False}}
    for item, more in others.items():
        piece.route(f"**/items/{item}", partial(Route.fulfill, json=PIECE | {"id": item, **more}))
    lines = [{"id": item, "size": None, "count": 1} for item in ("x1", "x2", "x3")]
    piece.evaluate("lines => localStorage.setItem('attire-bag', JSON.stringify(lines))", lines)
    piece.keyboard.press("Escape")
    expect(piece).not_to_have_url(re.compile("view="))
    piece.reload()
    piece.get_by_role("button", name="Bag, 3 pieces").click()
    problem = piece.locator("#bag-foot .problem")
    expect(problem).to_be_empty()
    piece.get_by_role("button", name="Buy").click()
    expect(problem).to_have_text("A third cannot be had now; remove it first.")
    piece.get_by_role("button", name="Remove A third").press("Enter")
    expect(problem).to_have_text("Choose a size for each piece first.")
    piece.get_by_label("Size of A piece").select_option("S")
    expect(piece.locator("#bag-total")).to_have_text("€80.00")
    expect(problem).to_have_text("Choose a size for each piece first.")
    piece.get_by_label("Size of another").select_option("L")
    expect(problem).to_be_empty()


@pytest.mark.one_width
def test_what_is_sold_out_is_left_out_of_the_bag_and_told(page: Page, wardrobe_release: Release, sold_out: str) -> None:
    """By its title; it is told no more once the bag is opened again."""
    title = wardrobe_release.item(wardrobe_release.snapshot.row_of[sold_out]).title
    page.locator("#items .wear").nth(1).click()
    page.evaluate("id => (location.hash += `&item=${id}`)", sold_out)
    expect(page.locator("#tray .remove")).to_have_count(2)
    page.get_by_role("button", name="Add to bag").click()
    expect(page.locator("#bag .bag-line")).to_have_count(1)
    expect(page.locator("#bag-left")).to_have_text(f"“{title}” is sold out and was left out.", ignore_case=True)
    assert violations(page) == []
    page.get_by_role("button", name="Close the bag").click()
    page.get_by_role("button", name="Bag, 1 piece").click()
    expect(page.locator("#bag-left")).to_be_empty()


@pytest.mark.one_width
def test_a_piece_is_removed_from_the_bag(piece: Page) -> None:
    """And says that nothing is left."""
    piece.get_by_role("radio", name="S", exact=True).check(force=True)
    piece.get_by_role("button", name="Add to bag").click()
    piece.keyboard.press("Escape")
    piece.get_by_role("button", name="Bag, 1 piece").click()
    piece.get_by_role("button", name="Remove A piece").press("Enter")
    expect(piece.locator("#bag-lines")).to_have_text("Nothing in it yet.")
    expect(piece.locator("#bag-title")).to_be_focused()


def test_a_whole_look_goes_into_the_bag_with_the_answer_that_it_follows_from(page: Page, told: list[dict[str, Any]]) -> None:
    """A line for each piece that is there, and the total of the outfit."""
    page.locator("#items .wear").nth(1).click()
    page.get_by_role("button", name="Complete the look").click()
    expect(page.locator("#suggestions")).to_contain_text("This look is complete.")
    worn = page.locator("#tray .remove").count()
    total = page.locator("#tally").inner_text().partition(" · ")[2]
    page.get_by_role("button", name="Add all to bag").click()
    expect(page.locator("#bag .bag-line")).to_have_count(worn)
    expect(page.locator("#bag-total")).to_have_text(total)
    page.locator("#bag").get_by_role("button", name="Close the bag").click()
    page.get_by_role("button", name="Add all to bag").click()
    expect(page.locator("#said")).to_have_text("All of it is in your bag.")
    expect(page.locator("#bag-count")).to_have_text(str(worn))
    added = [event for event in told if event["type"] == "add_to_cart"]
    assert len(added) == worn
    assert sum("recommendation_id" in event for event in added) == worn - 1
