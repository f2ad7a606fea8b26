"""What Lighthouse found once: pictures that came late, and a sheet that moved under who reads it. See benchmarks/pages.md."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Request, expect

pytestmark = pytest.mark.e2e

MOST_SHIFT, MOST_REQUESTS = 0.05, 60
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_tiles_come_at_once_and_once(browser: Browser, address: str, width: int) -> None:
    """Their words are asked for beside the scripts, by the very request of the scripts; their pictures wait for no scrolling."""
    asked: list[Request] = []
    context = browser.new_context(viewport={"width": width, "height": 844}, device_scale_factor=1.75)
    page = context.new_page()
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - the browser marks what it is given
    warned: list[str] = []
    page.on("console", lambda message: warned.append(message.text) if message.type == "warning" else None)
    with page.expect_request(re.compile("/categories")):  # on a busy machine the network idles before the scripts run
        page.goto(address)
    page.wait_for_load_state("networkidle")
    items = [one for one in asked if "/items?limit" in one.url]
    assert len(items) == 1
    assert next(at for at, one in enumerate(asked) if "/items?limit" in one.url) < next(
        at for at, one in enumerate(asked) if "/categories" in one.url
    )
    assert warned == []
    assert len(asked) <= MOST_REQUESTS
    pictures = page.locator("#items .tile img")
    early = pictures.evaluate_all("all => all.map((one) => [one.loading, one.fetchPriority])")
    assert early[:5] == [["eager", "high"]] * 5  # the first of the tiles has no picture
    assert ["lazy", "auto"] in early
    widths = pictures.evaluate_all("all => all.slice(0, 5).map((one) => Number(new URL(one.currentSrc).searchParams.get('width')))")
    assert max(widths) <= 384  # 12rem of a screen of 1.75 pixels a point
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_piece_that_is_opened_by_its_address_does_not_move(browser: Browser, address: str, width: int) -> None:
    """Its sheet has its place before picture, words and what is alike have come; its picture comes before those that lie behind it."""
    context = browser.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(address)
    item = page.locator("#items .wear").nth(1).get_attribute("data-id")
    page.goto("about:blank")
    page.goto(f"{address}/#view={item}", wait_until="networkidle")
    expect(page.locator("#alike .tile").first).to_be_visible()
    assert page.locator("#product .zoom img").get_attribute("fetchpriority") == "high"
    assert page.locator("#items img[loading=eager]").count() == 0
    assert page.evaluate("window.shifted") <= MOST_SHIFT
    context.close()


@pytest.mark.parametrize(
    "search", ["q=linen%20dress&category=tops", "category=shoes&sort=-price", "q=red%20%26%20%22blue%22", "brand=Nordhavn", "most=50&q=red"]
)
def test_a_link_with_a_search_asks_for_what_it_shows_and_nothing_else(browser: Browser, address: str, search: str) -> None:
    """Once: early, where the page's own scripts know as much as the service does of what is meant."""
    asked: list[str] = []
    warned: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: warned.append(message.text) if message.type == "warning" else None)
    page.goto(f"{address}/?{search}", wait_until="networkidle")
    assert len([url for url in asked if "/items?limit" in url]) == 1
    assert ('rel="preload"' in page.content()) == search.startswith(("q=", "category="))
    assert warned == []
    page.close()
