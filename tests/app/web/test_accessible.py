"""Every state of the storefront, for everybody: axe finds nothing, targets are large enough to touch, nothing moves away unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.app.web.axe import violations

pytestmark = pytest.mark.e2e

LEAST = 32
MOST_SHIFT = 0.05
RECENT_MS = 600
"""What moves within half a second of a press counts as asked for."""
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
SMALL = """(least) => [...document.querySelectorAll("button, a, select, input:not([type=file], [type=radio])")]
  .filter((one) => one.checkVisibility() && !one.closest(".unseen"))
  .map((one) => [one, (one.type === "checkbox" ? one.closest("label") : one).getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < least || box.height < least))
  .map(([one]) => one.outerHTML)"""


SCREENS = [(1280, "light"), (390, "dark")]
"""Either width and either colour scheme."""
ALL_SCREENS = [(width, scheme) for width in (1280, 390) for scheme in ("light", "dark")]


@pytest.fixture(params=SCREENS, ids=str)
def screen(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Page]:
    """The storefront on a screen of a width, in a colour scheme."""
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(address)
    page.locator("#items .tile").first.wait_for()
    yield page
    context.close()


def sound(page: Page) -> None:
    """Axe finds no violation here, and nothing to press is too small."""
    assert violations(page) == []
    assert page.evaluate(SMALL, LEAST) == []


@pytest.mark.parametrize("screen", ALL_SCREENS, indirect=True, ids=str)
def test_every_state_is_sound(screen: Page) -> None:
    """From the first page to the bag, by way of looks, a swap, a piece and a photo; and little has moved that nobody touched."""
    sound(screen)
    screen.locator("#items .wear").nth(1).click()
    expect(screen.locator("#board .look").first).to_be_visible()
    sound(screen)
    screen.locator("#board .look").nth(1).click()
    expect(screen.locator("#suggestions")).to_contain_text("This look is complete.")
    screen.locator("#tray [data-name^='instead']").nth(1).click()
    expect(screen.locator("#instead .tile").first).to_be_visible()
    sound(screen)
    screen.locator("#items .tile").nth(1).click()
    expect(screen.locator("#alike .tile").first).to_be_visible()
    sound(screen)
    screen.keyboard.press("Escape")
    screen.locator("#bag-all").click()
    expect(screen.locator("#bag .bag-line").first).to_be_visible()
    sound(screen)
    screen.keyboard.press("Escape")
    screen.locator("#by-photo").click()
    sound(screen)
    assert screen.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert screen.evaluate("window.shifted") <= MOST_SHIFT


def test_a_late_answer_moves_next_to_nothing(screen: Page) -> None:
    """Room is kept for the looks of a first piece, and the button that completes goes as a look is put on."""
    late: list[Route] = []
    screen.route("**/complete-outfit", lambda route: late.append(route))  # noqa: PLW0108 - the browser marks what it is given
    screen.locator("#items .wear").nth(1).click()
    expect(screen.locator("#board .blank")).to_have_count(4)
    screen.locator("#board").scroll_into_view_if_needed()
    screen.wait_for_timeout(RECENT_MS)
    late.pop().continue_()
    expect(screen.locator("#suggestions .slot").first).to_be_visible()
    screen.locator("#board .look").nth(1).click()
    expect(screen.locator("#complete")).to_be_hidden()
    screen.wait_for_timeout(RECENT_MS)
    for one in late:
        one.continue_()
    expect(screen.locator("#suggestions")).to_contain_text("This look is complete.")
    assert screen.evaluate("window.shifted") <= MOST_SHIFT / 5


def test_a_shop_that_is_slow_to_tell_its_categories_takes_no_room_back(address: str, browser: Browser) -> None:
    """A first piece may be put on before the categories are known: nothing that was begun before it is drawn over its looks."""
    late: list[Route] = []
    with browser.new_context(viewport={"width": 1280, "height": 844}) as context:
        page = context.new_page()
        page.route("**/categories*", lambda route: late.append(route))  # noqa: PLW0108 - as above
        page.route("**/complete-outfit", lambda route: None)  # noqa: ARG005 - it never comes
        page.goto(address)
        page.locator("#items .wear").nth(1).click()
        expect(page.locator("#board .blank")).to_have_count(4)
        for one in late:
            one.continue_()
        expect(page.locator("#chips .chip").nth(1)).to_be_visible()
        page.wait_for_timeout(RECENT_MS)
        expect(page.locator("#board .blank")).to_have_count(4)


def test_states_that_few_come_to_are_sound_too(screen: Page, tmp_path: Path, jpeg: Callable[..., bytes]) -> None:
    """Zoom, filters, words that find and that do not, a photo's likes, over budget and what is cheaper, an empty bag, a fault."""
    screen.locator("#items .tile").nth(1).click()
    screen.get_by_role("button", name="Zoom in").click()
    expect(screen.get_by_role("button", name="Zoom out")).to_be_visible()
    sound(screen)
    screen.keyboard.press("Escape")
    screen.get_by_label("highest price").fill("90")
    expect(screen.get_by_role("button", name="Clear filters")).to_be_visible()
    sound(screen)
    screen.get_by_role("searchbox").fill("handbag under 5")
    expect(screen.locator("#found")).to_have_text("0 pieces")
    sound(screen)
    screen.get_by_role("button", name="Clear filters").click()
    screen.get_by_role("searchbox").fill("sneeker")
    expect(screen.locator("#read-as")).to_contain_text("Nothing is called")
    sound(screen)
    screen.get_by_role("searchbox").fill("")
    (tmp_path / "mine.jpg").write_bytes(jpeg("red", (900, 700)))
    screen.locator("#by-photo").click()
    screen.locator("#photo-file").set_input_files(tmp_path / "mine.jpg")
    sound(screen)
    screen.get_by_role("button", name="Find what looks like it").click()
    expect(screen.locator("#by-likeness")).to_be_visible()
    sound(screen)
    screen.get_by_role("button", name="Show all").click()
    screen.locator("#items .wear").nth(1).click()
    expect(screen.locator("#board .look").first).to_be_visible()
    screen.locator("#board .look").first.click()
    expect(screen.locator("#suggestions")).to_contain_text("This look is complete.")
    screen.get_by_label("budget").fill("1")
    screen.get_by_label("budget").press("Enter")
    expect(screen.locator("#over .warn")).to_be_visible()
    sound(screen)
    screen.get_by_role("button", name="Find cheaper").click()
    expect(screen.locator("#over")).to_contain_text("Nothing cheaper fits")
    sound(screen)
    screen.locator("#open-bag").click()
    expect(screen.locator("#bag-lines")).to_have_text("Nothing in it yet.")
    sound(screen)
    screen.keyboard.press("Escape")
    screen.route("**/complete-outfit", lambda route: route.abort())
    screen.get_by_label("budget").fill("5")
    screen.get_by_label("budget").press("Enter")
    expect(screen.locator("#suggestions-notice")).not_to_be_empty()
    sound(screen)


@pytest.mark.parametrize("route", ["/complete-outfit", "/score-outfit"])
def test_what_stays_while_an_answer_is_awaited_can_be_read(screen: Page, route: str) -> None:
    """An answer never comes: what stands there from before, and what stands in for it, is as sound as ever."""
    screen.locator("#items .wear").nth(1).click()
    expect(screen.locator("#board .look").first).to_be_visible()
    screen.locator("#board .look").nth(1).click()
    expect(screen.locator("#suggestions")).to_contain_text("This look is complete.")
    screen.route(f"**{route}*", lambda _: None)
    screen.locator("#tray [data-name^='remove']").nth(1).click()
    expect(screen.locator("#outfit [aria-busy='true']").first).to_be_visible()
    sound(screen)


def test_all_of_it_is_done_by_keyboard(page: Page) -> None:
    """A piece is put on, a look chosen, all of it bagged and bought, without a pointer; focus is never lost on the way."""

    def tab_to(selector: str) -> None:
        for _ in range(200):
            page.keyboard.press("Tab")
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                return
        pytest.fail(f"no way by Tab to {selector}")

    tab_to("#items .wear")
    page.keyboard.press("Enter")
    expect(page.locator("#board .look").first).to_be_visible()
    page.reload()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Go to your outfit")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    expect(page.locator("#outfit-title")).to_be_focused()
    tab_to("#board .look")
    page.keyboard.press("Enter")
    expect(page.locator("#suggestions")).to_contain_text("This look is complete.")
    expect(page.locator("#board .look").first).to_be_focused()
    page.locator("#outfit-title").focus()
    tab_to("#bag-all")
    page.keyboard.press("Space")
    expect(page.locator("#bag-title")).to_be_focused()
    tab_to("#bag-foot .loud")
    page.keyboard.press("Enter")
    expect(page.locator("#bag-lines")).to_contain_text("Thank you.")
    expect(page.locator("#bag-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#bag-all")).to_be_focused()


@pytest.mark.parametrize("size", ["150%", "200%"])
def test_large_text_makes_no_phone_scroll_sideways(address: str, browser: Browser, size: str) -> None:
    """Whatever stands in the header takes another line."""
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.goto(address)
        page.locator("#items .tile").first.wait_for()
        page.evaluate("size => (document.documentElement.style.fontSize = size)", size)
        page.locator("#items .wear").nth(1).click()
        expect(page.locator("#suggestions .tile").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_is_chosen_is_seen_in_a_shoppers_own_colours(address: str, browser: Browser) -> None:
    """A category, and a piece that is worn."""
    with browser.new_context(viewport={"width": 1280, "height": 844}, forced_colors="active") as context:
        page = context.new_page()
        page.goto(address)
        page.locator("#items .wear").nth(1).click()
        for chosen, other in (
            (".chip[aria-pressed=true]", ".chip[aria-pressed=false]"),
            (".wear[aria-pressed=true]", ".wear[aria-pressed=false]"),
        ):
            ground = [page.locator(one).first.evaluate("one => getComputedStyle(one).backgroundColor") for one in (chosen, other)]
            assert ground[0] != ground[1]
        expect(page.locator("#items .frame").nth(1)).not_to_have_css("outline-style", "none")


def test_a_piece_that_is_worn_is_named_by_what_is_seen_of_it(page: Page) -> None:
    """Its kind and title, where it has no picture."""
    page.locator("#items .wear").first.click()
    title = page.locator("#tray .no-picture span").inner_text()
    expect(page.get_by_role("button", name=f"Look at Tops {title}", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", [320, 390])
def test_long_names_and_questions_stay_within_a_phone(address: str, browser: Browser, width: int) -> None:
    """The brand of a piece, and the kind of a photo's."""
    with browser.new_context(viewport={"width": width, "height": 844}) as context:
        page = context.new_page()

        def renamed(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(
                response=answer, json=answer.json() | {"title": "A top", "brand": "Maison de la Très Longue Marque Internationale"}
            )

        page.route("**/items/*", renamed)
        page.goto(address)
        page.locator("#items .tile").nth(1).click()
        brand = page.locator(".about .brand").bounding_box()
        assert brand is not None
        assert brand["x"] + brand["width"] <= width
        page.keyboard.press("Escape")
        page.locator("#by-photo").click()
        kinds = page.locator("#photo-category").bounding_box()
        assert kinds is not None
        assert kinds["width"] >= 120
