"""The storefront in a real browser over the real service."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Locator, Page, Route, expect

from app.ground.settings import Settings
from app.main import create_app
from app.recommend.consistent import IN_PLACE, OTHER_OCCASION, OTHER_SIZE
from app.release.release import Release

pytestmark = pytest.mark.e2e

HOSTILE = """<img src=x onerror="document.title='stolen'">"""


@pytest.fixture
def dressed(page: Page) -> Page:
    """The storefront with one item worn and its suggestions there."""
    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#tray .remove")).to_have_count(1)
    expect(page.locator("#suggestions .tile").first).to_be_visible()
    return page


def test_one_item_brings_suggestions_with_pictures(dressed: Page) -> None:
    """Six for each slot, the first of which shows its picture at once."""
    for slot in dressed.locator(".slot").all():
        expect(slot.locator(".tile")).to_have_count(6)
    shown = dressed.locator("#suggestions img").first
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("complete", value=True)
    assert shown.evaluate("image => image.naturalWidth") > 0
    assert shown.get_attribute("alt")


def test_a_suggestion_is_worn_by_one_press_and_the_outfit_is_scored(dressed: Page) -> None:
    """The score is told as a percentage and in words, where a screen reader hears it; or that too few outfits are known for one."""
    expect(dressed.locator("#score")).to_have_text(re.compile("second piece"))
    dressed.locator("#suggestions .wear").first.click()
    expect(dressed.locator("#tray .remove")).to_have_count(2)
    expect(dressed.locator("#score[aria-live=polite]")).to_have_text(re.compile("not seen enough outfits"))
    told = {"outfits": [{"score": 1.0, "probability": 0.9, "missing": []}]}
    dressed.route("**/score-outfit", lambda route: route.fulfill(json=told))
    dressed.locator("#suggestions .wear").first.click()
    expect(dressed.locator("#score[aria-live=polite]")).to_have_text(re.compile(r"90\s% .*go(es)? together"))


def test_one_press_takes_an_item_out(dressed: Page) -> None:
    """The empty outfit says how to start, and the catalogue no longer marks the item."""
    dressed.locator("#tray .remove").click()
    expect(dressed.locator("#tray")).to_contain_text("Start with one piece")
    expect(dressed.locator("#items [aria-pressed=true]")).to_have_count(0)


def test_complete_the_look_fills_every_slot(dressed: Page) -> None:
    """One item more for each slot that was missing."""
    slots = dressed.locator(".slot").count()
    dressed.get_by_role("button", name="Complete the look").click()
    expect(dressed.locator("#tray .remove")).to_have_count(1 + slots)


def test_a_complete_look_is_told_and_asks_for_nothing(dressed: Page) -> None:
    """In plain words; the button that completes gives way to the one that puts all into the bag."""
    button = dressed.get_by_role("button", name="Complete the look")
    button.click()
    expect(dressed.locator("#suggestions")).to_contain_text("This look is complete.")
    expect(button).to_be_hidden()


@pytest.mark.one_width
def test_a_reload_keeps_the_outfit_and_back_undoes(dressed: Page) -> None:
    """The outfit lives in the URL."""
    dressed.locator("#suggestions .wear").first.click()
    dressed.reload()
    expect(dressed.locator("#tray img")).to_have_count(2)
    dressed.go_back()
    expect(dressed.locator("#tray .remove")).to_have_count(1)


@pytest.mark.one_width
def test_search_shows_what_is_called_so(page: Page) -> None:
    """And says so when nothing is; one press leads back to everything."""
    page.get_by_role("searchbox").fill("w000007")
    expect(page.locator("#items .tile")).to_have_count(1)
    page.get_by_role("searchbox").fill("<b>nothing</b>")
    expect(page.locator("#items p")).to_have_text("We found nothing for “<b>nothing</b>”.")
    page.get_by_role("button", name="Show everything").press("Enter")
    expect(page.locator("#found")).to_have_text("120 pieces")
    expect(page.get_by_role("searchbox")).to_be_focused()
    expect(page.get_by_role("searchbox")).to_have_value("")


@pytest.mark.one_width
def test_what_was_understood_names_what_a_slip_was_read_as(page: Page) -> None:
    """And repeats nothing that was said as it is."""
    wishes = [
        {"said": "red shoos", "is": [{"attributes.colour": ["red"]}, {"category": ["shoes"]}]},
        {"said": "navy", "is": [{"attributes.colour": ["navy"]}]},
        {"said": "no heels", "is": [{"title": ["heel", "stiletto"]}], "not": True},
        {"said": "under 60", "price": {"max": 60}},
    ]
    told = page.evaluate("async (constraints) => (await import('/web/words.js')).understood({ constraints })", wishes)
    assert told == "Understood: “red shoos” as red, shoes, “navy”, “no heels” (left out: what is called heel, stiletto), “under 60”."


@pytest.mark.one_width
@pytest.mark.parametrize("said", [OTHER_OCCASION, OTHER_SIZE, IN_PLACE])
def test_what_is_not_as_it_should_be_is_told_in_a_shoppers_words(page: Page, said: str) -> None:
    """Whatever the service says of it."""
    told = page.evaluate("async (fallback) => (await import('/web/words.js')).notes({ fallback })", f"{said}; anything else")
    assert len(told) == 1


@pytest.mark.one_width
def test_titles_and_categories_begin_with_a_capital(page: Page) -> None:
    """As on a shop's shelves."""
    for shown in ("#items .title", ".chip span"):
        assert page.locator(shown).nth(1).inner_text()[0].isupper()


@pytest.mark.one_width
def test_categories_count_what_is_left(page: Page) -> None:
    """By words, those alone of which something is left; and all again without them."""
    counts = page.locator(".chip:visible small")
    before = counts.all_inner_texts()
    page.get_by_role("searchbox").fill("w000007")
    expect(counts).to_have_text(["1", "1"])
    page.get_by_role("searchbox").fill("")
    expect(counts).to_have_text(before)


@pytest.mark.one_width
def test_more_shows_the_next_page_of_a_category(page: Page) -> None:
    """Until the category is at its end."""
    tops = page.locator(".chip", has_text="tops")
    count = int(tops.locator("small").inner_text())
    tops.click()
    more = page.get_by_role("button", name=f"More ({count - 24})")
    more.click()
    expect(page.locator("#items .tile")).to_have_count(count)
    expect(more).to_be_hidden()


@pytest.mark.one_width
def test_a_hostile_title_is_text(page: Page) -> None:
    """In the catalogue, in the tray, and to the browser's policy."""
    hostile = page.locator("#items .tile").first
    expect(hostile).to_contain_text(HOSTILE)
    page.locator("#items .wear").first.click()
    expect(page.locator("#tray li").first).to_contain_text(HOSTILE)
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == "Attire"


@pytest.mark.one_width
def test_an_item_without_a_title_is_called_what_it_is(page: Page) -> None:
    """Nobody sells an "Untitled tops"."""

    def without(route: Route) -> None:
        answer = route.fetch()
        found = answer.json()
        found["items"][1].pop("title", None)
        found["items"][1] |= {"category": "tops", "attributes": {"colour": "grey"}}
        route.fulfill(response=answer, json=found)

    page.route(re.compile(r"/items\?"), without)
    page.reload()
    expect(page.locator("#items .tile .title").nth(1)).to_have_text("Grey top")


@pytest.mark.one_width
def test_filters_hold_for_suggestions(dressed: Page) -> None:
    """Each fits what is left of the budget, and the URL remembers it."""
    worn = float(dressed.locator("#tally").inner_text().rpartition("€")[2])
    dressed.get_by_label("budget").fill(str(worn + 60))
    dressed.get_by_label("Show what is sold out").check()
    expect(dressed).to_have_url(re.compile("budget=.*&soldout="))
    expect(dressed.locator("#suggestions[aria-busy=false]")).to_be_visible()
    prices = dressed.locator("#suggestions .now").all_inner_texts()
    assert prices
    assert max(float(price.removeprefix("€")) for price in prices) <= 60


@pytest.mark.one_width
def test_wishes_in_words_hold_and_what_was_understood_is_shown(dressed: Page) -> None:
    """The URL remembers them; without them nothing is said."""
    wishes = dressed.get_by_label("Wishes")
    wishes.fill("under 60, for a summer wedding, qwfpgj")
    wishes.press("Enter")
    expect(dressed).to_have_url(re.compile("wishes=under"))
    expect(dressed.locator("#understood")).to_have_text(
        "Understood: “under 60”, in the spirit of “summer wedding”. Not understood: qwfpgj."
    )
    prices = dressed.locator("#suggestions .now").all_inner_texts()
    assert prices
    assert max(float(price.removeprefix("€")) for price in prices) <= 60
    dressed.reload()
    expect(wishes).to_have_value("under 60, for a summer wedding, qwfpgj")
    wishes.fill("")
    wishes.press("Enter")
    expect(dressed.locator("#understood")).to_be_empty()


def test_tiles_tell_what_sells_an_item(page: Page, wardrobe_release: Release) -> None:
    """Brand, price in its currency, the price before a sale struck through; of catalogue and suggestions."""
    on_sale = page.locator("#items .tile").nth(1)
    name = on_sale.get_attribute("data-name") or ""
    item = wardrobe_release.item(wardrobe_release.snapshot.row_of[name.removeprefix("item=")])
    expect(on_sale.locator(".now")).to_have_text(f"€{item.sale_price:.2f}")
    expect(on_sale.locator("s")).to_have_text(f"was €{item.price:.2f}")
    expect(on_sale.locator(".brand")).to_have_text(item.brand or "")
    expect(on_sale.locator(".badge")).to_have_count(0)
    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#tally")).to_have_text(f"1 piece · €{item.sale_price:.2f}")
    suggested = page.locator("#suggestions .tile").first
    expect(suggested.locator(".now")).to_have_text(re.compile(r"^€\d+\.\d\d$"))
    words = suggested.text_content() or ""
    assert [brand for brand in set(wardrobe_release.snapshot.items.column("brand").to_pylist()) if words.count(brand) == 1], words
    expect(page.get_by_role("button", name="Complete the look")).to_contain_text("+ €")


def test_what_is_sold_out_says_so_and_stands_last(page: Page, address: str, wardrobe_release: Release, sold_out: str) -> None:
    """In the catalogue, and in the outfit."""
    expect(page.locator("#items .badge")).to_have_count(0)
    item = wardrobe_release.item(wardrobe_release.snapshot.row_of[sold_out])
    page.goto(f"{address}/?{urlencode({'category': item.category, 'brand': item.brand})}")
    tile = page.locator(f"#items [data-name='item={sold_out}']")
    expect(tile.locator(".badge")).to_have_text("sold out")
    expect(page.locator("#items .tile").last.locator(".badge")).to_have_text("sold out")
    page.locator(f"#items [data-name='wear item={sold_out}']").click()
    expect(page.locator("#tray .badge")).to_have_text("sold out")
    expect(page.get_by_role("button", name=re.compile("^Look at .*, sold out$"))).to_be_visible()


@pytest.mark.one_width
def test_different_currencies_are_told_apart(dressed: Page) -> None:
    """Nor is one that the browser does not know a reason to show no price."""
    items = {"items": [{"id": "x", "category": "hats", "title": "x", "price": 5, "currency": "dollars", "score": 1, "probability": None}]}
    answer = {"complete": False, "slots": [{"category": "hats", **items}], "looks": [], "missing": []}
    dressed.route("**/complete-outfit", lambda route: route.fulfill(json=answer))
    dressed.get_by_label("Show what is sold out").check()
    expect(dressed.locator("#suggestions .now")).to_have_text(["5.00 dollars"])
    dressed.locator("#suggestions .wear").click()
    expect(dressed.locator("#tally")).to_have_text(re.compile(r"^2 pieces · €[\d.]+ \+ 5.00 dollars$"))


@pytest.mark.one_width
def test_a_search_that_was_read_otherwise_says_so(page: Page) -> None:
    """With a slip, say; and no longer once the words stand in titles."""
    words = page.locator("#items .tile .title").nth(2).inner_text().split()
    word = max(words, key=len)
    page.get_by_role("searchbox").fill(f"{word[:2]}{word[3]}{word[2]}{word[4:]}")
    expect(page.locator("#read-as")).to_have_text(re.compile(rf"^Nothing is called “{word[:2]}.*”; you see {word.lower()}", re.IGNORECASE))
    page.get_by_role("searchbox").fill(word)
    expect(page.locator("#read-as")).to_be_empty()
    expect(page.locator("#items .tile").first).to_be_visible()


@pytest.mark.one_width
def test_a_price_that_is_none_is_told_and_changes_nothing(dressed: Page) -> None:
    """Below zero, or without end; in the field or in a link."""
    price = dressed.get_by_label("budget")
    price.fill("60")
    expect(dressed).to_have_url(re.compile("budget=60"))
    price.fill("-5")
    expect(dressed.locator("#budget:invalid")).to_be_visible()
    dressed.get_by_label("Show what is sold out").check()
    expect(dressed).to_have_url(re.compile("budget=60&soldout="))
    dressed.goto(dressed.url.replace("budget=60", "budget=1e400"))
    dressed.reload()
    expect(price).to_have_value("")


@pytest.mark.one_width
def test_the_first_page_shows_every_category(page: Page, wardrobe_release: Release) -> None:
    """One of each in turn."""
    names = page.locator("#items .tile").evaluate_all("tiles => tiles.map(tile => tile.dataset.name)")
    snapshot = wardrobe_release.snapshot
    shown = [snapshot.category_of(snapshot.row_of[name.removeprefix("item=")]) for name in names]
    assert sorted(shown[: len(snapshot.categories)]) == list(snapshot.categories)


def test_a_photo_of_ones_own_is_worn(page: Page, tmp_path: Path, jpeg: Callable[..., bytes]) -> None:
    """Its suggestions come, and a reload keeps it."""
    (tmp_path / "mine.jpg").write_bytes(jpeg("red", (900, 700)))
    page.get_by_role("button", name="Add a photo of your own").click()
    page.locator("#photo-file").set_input_files(tmp_path / "mine.jpg")
    page.get_by_label("What kind of piece?").select_option("tops")
    page.get_by_role("button", name="Add to the outfit").click()
    expect(page.locator("#tray").get_by_alt_text("your own top")).to_be_visible()
    expect(page.locator("#suggestions .tile").first).to_be_visible()
    page.reload()
    expect(page.locator("#tray").get_by_alt_text("your own top")).to_be_visible()


@pytest.mark.one_width
def test_a_file_that_is_no_picture_is_told_of(page: Page, tmp_path: Path) -> None:
    """In the dialog, naming the file; it cannot be added."""
    (tmp_path / "note.jpg").write_text("this is no picture")
    page.get_by_role("button", name="Add a photo of your own").click()
    page.locator("#photo-file").set_input_files(tmp_path / "note.jpg")
    expect(page.locator("#photo-problem")).to_contain_text("“note.jpg” is not a picture")
    expect(page.get_by_role("button", name="Add to the outfit")).to_be_disabled()


@pytest.mark.one_width
def test_the_keyboard_keeps_its_place(page: Page) -> None:
    """Focus stays on the pressed tile, and on a neighbour when the pressed one goes away."""
    page.locator("#items .wear").nth(1).press("Enter")
    page.locator("#suggestions .wear").first.press("Enter")
    expect(page.locator("#tray .remove")).to_have_count(2)
    expect(page.locator("#suggestions[aria-busy=false]")).to_be_visible()
    assert page.locator("#suggestions :focus, #suggestions-title:focus").count() == 1
    page.locator("#tray .remove").first.press("Enter")
    expect(page.locator("#tray .remove")).to_have_count(1)
    expect(page.locator("#tray .remove:focus")).to_have_count(1)


@pytest.mark.one_width
def test_a_newer_question_takes_the_older_one_back(page: Page) -> None:
    """The first answer is still out when the second item is chosen; only the second is shown."""
    held: list[Route] = []
    taken_back: list[str] = []
    page.route("**/complete-outfit", lambda route: route.continue_() if held else held.append(route))
    page.on("requestfailed", lambda request: taken_back.append(request.url))
    page.locator("#items .wear").nth(1).click()
    page.locator("#items .wear").nth(2).click()
    expect(page.locator("#suggestions .tile").first).to_be_visible()
    assert [url.rpartition("/")[2] for url in taken_back if "outfit" in url] == ["complete-outfit"]


@pytest.mark.one_width
def test_a_piece_that_is_gone_is_told_plainly(blank: Page, address: str) -> None:
    """A link to an item that is gone: in a shopper's words, with nothing to try again; the item can be taken out."""
    blank.goto(f"{address}/#item=ghost")
    expect(blank.locator("#suggestions-notice")).to_contain_text("A piece is no longer in the shop.")
    expect(blank.get_by_role("button", name="Try again")).to_have_count(0)
    expect(blank.locator("#tray")).to_contain_text("No longer in the shop")
    expect(blank.locator("#tray .instead")).to_have_count(0)
    blank.set_viewport_size({"width": 390, "height": 844})
    assert blank.evaluate("document.documentElement.scrollWidth") <= 390
    blank.locator("#tray .remove").click()
    expect(blank.locator("#suggestions-notice")).to_be_empty()


@pytest.mark.one_width
def test_a_link_of_too_many_pieces_says_what_to_do(blank: Page, address: str, wardrobe_release: Release) -> None:
    """Asking again would not help, so it is not offered."""
    ids = wardrobe_release.snapshot.items.column("id").to_pylist()[:60]
    blank.goto(f"{address}/#{'&'.join(f'item={name}' for name in ids)}")
    expect(blank.locator("#suggestions-notice")).to_have_text("These are too many pieces for one outfit. Take some out.")


@pytest.mark.one_width
def test_a_link_to_a_piece_that_is_gone_says_only_that(blank: Page, address: str) -> None:
    """Nothing of how it is named inside."""
    blank.goto(f"{address}/#view=../../etc")
    expect(blank.locator("#product-title")).to_have_text("No longer in the shop")
    expect(blank.locator("#product dl")).to_have_count(0)


@pytest.mark.one_width
def test_a_page_that_comes_too_early_waits_for_the_service(
    blank: Page, tmp_path: Path, wardrobe_release: Release, serving: Callable[[FastAPI], AbstractContextManager[str]]
) -> None:
    """It says why it waits, and fills itself as soon as a release is served."""
    app = create_app(Settings(home=tmp_path))
    with serving(app) as early:
        blank.goto(early)
        expect(blank.locator("#catalogue-notice")).to_contain_text("Not ready yet")
        app.state.services.serving.release = wardrobe_release
        expect(blank.locator("#items .tile")).to_have_count(24)
        expect(blank.locator("#catalogue-notice")).to_be_empty()
        expect(blank.locator(".chip")).to_have_count(1 + len(wardrobe_release.snapshot.categories))
        blank.close()


@pytest.mark.one_width
def test_a_link_that_brings_an_outfit_opens_on_it_on_a_phone(blank: Page, address: str) -> None:
    """Below the catalogue as it is once it is there; a desk has both beside each other."""
    for width, top in ((390, False), (1280, True)):
        blank.set_viewport_size({"width": width, "height": 800})
        blank.goto("about:blank")
        blank.goto(f"{address}/#item=w000001")
        expect(blank.locator("#items .tile")).to_have_count(24)
        expect(blank.locator("#outfit-title")).to_be_in_viewport()
        assert (blank.evaluate("scrollY") == 0) is top


@pytest.mark.one_width
def test_the_catalogue_comes_when_the_network_does(blank: Page, address: str) -> None:
    """Without a press."""
    blank.goto(address)
    blank.locator("#items .tile").first.wait_for()
    blank.context.set_offline(True)
    blank.get_by_role("searchbox").fill("red")
    expect(blank.locator("#catalogue-notice")).to_contain_text("cannot be reached")
    blank.context.set_offline(False)
    expect(blank.locator("#items .tile").first).to_be_visible()
    expect(blank.locator("#catalogue-notice")).to_be_empty()


@pytest.mark.one_width
@pytest.mark.parametrize("told", [{}, {"type": "/problems/x", "title": "x", "detail": "boom"}])
def test_a_fault_of_the_service_is_told_in_a_shoppers_words(blank: Page, address: str, told: dict[str, str]) -> None:
    """Not as developers are told."""
    blank.goto(address)
    blank.locator("#items .tile").first.wait_for()
    blank.route("**/complete-outfit", lambda route: route.fulfill(status=500, json=told))
    blank.locator("#items .wear").nth(1).click()
    expect(blank.locator("#suggestions-notice")).to_have_text(re.compile(r"^This could not be loaded\.\s*Try again$"))


@pytest.mark.one_width
def test_tiles_are_in_sight_before_the_scripts_are(blank: Page, address: str) -> None:
    """Of a slow network, on a phone."""
    blank.route("**/web/*.js", lambda route: None)  # noqa: ARG005 - they never come
    blank.goto(address, wait_until="commit")
    expect(blank.locator("#items .blank .frame").first).to_be_in_viewport()


@pytest.mark.one_width
def test_titles_of_a_row_stand_side_by_side(page: Page) -> None:
    """Whether or not they begin with their brand."""
    tops = page.locator("#items .title").evaluate_all("all => all.slice(1, 4).map((one) => one.getBoundingClientRect().top)")
    assert len(set(tops)) == 1


@pytest.mark.one_width
def test_a_phone_shows_all_of_it(dressed: Page) -> None:
    """Nothing is wider than the screen, and a bar leads to the outfit."""
    dressed.set_viewport_size({"width": 360, "height": 740})
    dressed.locator("#jump").click()
    expect(dressed.locator("#outfit-title")).to_be_in_viewport()
    assert dressed.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.one_width
def test_words_of_another_direction_stand_where_the_pages_do(browser: Browser, address: str) -> None:
    """Arabic titles and values at the left of an English page, and all numbers in its digits, whatever the browser's language."""

    def arabic(route: Route) -> None:
        answer = route.fetch().json()
        told = {"title": "قميص رجالي أبيض", "currency": "EGP"}
        items = [{**item, **told} for item in answer.get("items", [])]
        route.fulfill(json={**answer, **({"items": items} if items else told)})

    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="ar-EG")
    page = context.new_page()
    page.route(re.compile(r"/items[?/](?!.*/image)"), arabic)
    page.goto(address)
    tile = page.locator("#items .tile").nth(2)
    expect(tile.locator(".title")).to_have_text("قميص رجالي أبيض")
    assert _left(tile.locator(".title")) == pytest.approx(_left(tile.locator(".now")), abs=2)
    expect(tile.locator(".now")).to_have_text(re.compile(r"^EGP\s\d"))
    tile.click()
    about = page.locator("#product")
    expect(about.locator("h2")).to_have_text("قميص رجالي أبيض")
    assert _left(about.locator("h2")) == pytest.approx(_left(about.locator(".now").first), abs=2)
    context.close()


def _left(words: Locator) -> float:
    """Where they begin, not their box."""
    script = "one => { const range = document.createRange(); range.selectNodeContents(one); return range.getBoundingClientRect().left }"
    return float(words.evaluate(script))
