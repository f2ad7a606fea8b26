"""The widget on a page that changes under it: other items, other words, other places, and shoppers who agree later."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.app.web.told import linked, reduced

pytestmark = [pytest.mark.e2e, pytest.mark.integration, pytest.mark.one_width]
START = (Path(__file__).parents[3] / "docs" / "connect.md").read_text()
LOOK = '<complete-the-look item="w000028" key="KEY" slots="shoes" k="2"></complete-the-look>'


@pytest.fixture
def asked(opened: Callable[..., Page]) -> Callable[[str], tuple[Page, list[dict[str, Any]]]]:
    """Opens a page with this in its body, once it shows a look; gives the page, and the questions that it asks."""

    def open_(body: str) -> tuple[Page, list[dict[str, Any]]]:
        page = opened("<main></main>")
        questions: list[dict[str, Any]] = []

        def listen(request: Request) -> None:
            if request.url.endswith("/complete-outfit"):
                questions.append(json.loads(request.post_data or ""))

        page.on("request", listen)
        page.locator("main").evaluate("(main, body) => (main.innerHTML = body)", body)
        expect(page.locator("complete-the-look [part=tile]").first).to_be_visible()
        return page, questions

    return open_


@pytest.fixture
def look(service: tuple[str, str, Any]) -> str:
    """The element."""
    return LOOK.replace("KEY", service[1])


def test_one_question_however_much_changes_at_once(asked: Callable[[str], tuple[Page, list[dict[str, Any]]]], look: str) -> None:
    """As a framework sets attributes; it is for what they are at last, and none where that is as before."""
    page, questions = asked(look)
    element = page.locator("complete-the-look")
    with page.expect_response("**/complete-outfit"):
        element.evaluate(
            "(element, said) => Object.entries(said).forEach(([name, value]) => element.setAttribute(name, value))",
            {"item": "w000029", "k": 3, "locale": "de", "currency": "USD", "label-add": "Dazu", "text": "blue"},
        )
    expect(element.get_by_role("button").first).to_have_text(re.compile("^Dazu"))
    element.evaluate("element => { element.setAttribute('item', 'w000030'); element.setAttribute('item', 'w000029') }")
    page.wait_for_timeout(200)
    assert [(one["items"], one["k"]) for one in questions] == [(["w000028"], 2), (["w000029"], 3)]


def test_words_and_places_ask_nothing_anew(asked: Callable[[str], tuple[Page, list[dict[str, Any]]]], look: str) -> None:
    """What was added stays so, and the focus where it was."""
    page, questions = asked(look)
    element = page.locator("complete-the-look")
    button = element.get_by_role("button").nth(1)
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text(re.compile("^Added"))
    element.evaluate("element => element.setAttribute('label-added', 'In der Tasche')")
    expect(button).to_have_text(re.compile("^In der Tasche"))
    expect(button).to_be_focused()
    element.evaluate("element => element.setAttribute('locale', 'de')")
    expect(element.locator("[part=price]").first).to_have_text(re.compile(r"^\d+,\d\d\u00a0€"))
    element.evaluate("element => document.body.append(element)")
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    expect(button).to_have_attribute("aria-disabled", "true")
    assert len(questions) == 1


def test_the_look_of_another_item_is_gone_at_once(asked: Callable[[str], tuple[Page, list[dict[str, Any]]]], look: str) -> None:
    """Nothing of it can be pressed while the other's is awaited."""
    page, _ = asked(look)
    element = page.locator("complete-the-look")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/complete-outfit", hold)
    with page.expect_request("**/complete-outfit"):
        element.evaluate("element => element.setAttribute('item', 'w000029')")
    expect(element.locator("[part=tile]")).to_have_count(0)
    expect(element.locator("ul")).to_have_js_property("inert", value=True)
    held[0].continue_()
    expect(element.locator("[part=tile]")).to_have_count(2)


def test_it_follows_the_language_around_it(asked: Callable[[str], tuple[Page, list[dict[str, Any]]]], look: str) -> None:
    """Through shadow roots, and whenever it changes; English words say that they are, where the page speaks another language."""
    page, questions = asked(f"<div lang=de>{look}</div>")
    element = page.locator("complete-the-look")
    heading = element.locator("h2 span")
    expect(heading).to_have_text("Look vervollständigen")
    page.evaluate("document.querySelector('main').firstChild.lang = 'fr'")
    expect(heading).to_have_text("Compléter le look")
    assert heading.get_attribute("lang") is None
    page.evaluate(
        """() => {
          const [around, look] = [document.querySelector("main").firstChild, document.querySelector("complete-the-look")];
          around.lang = "it";
          around.attachShadow({mode: "open"}).append(look);
        }"""
    )
    expect(heading).to_have_text("Completa il look")
    page.evaluate("document.querySelector('main').firstChild.removeAttribute('lang'); document.documentElement.lang = 'fi'")
    expect(heading).to_have_text("Complete the look")
    assert heading.get_attribute("lang") == "en"
    assert element.get_by_role("button").first.locator("span").first.get_attribute("lang") == "en"
    assert len(questions) == 1


def test_nobody_is_told_of_and_nothing_kept_while_it_is_quiet(asked: Callable[[str], tuple[Page, list[dict[str, Any]]]], look: str) -> None:
    """A shopper who agrees later is told of from then on, without another question."""
    page, questions = asked(look.replace("item=", 'quiet user="u1" user-signature="ab" session="s1" item='))
    element = page.locator("complete-the-look")
    told: list[Request] = []
    page.on("request", lambda request: told.append(request) if request.url.endswith("/events") else None)
    element.get_by_role("button").first.click()
    expect(element.get_by_role("button").first).to_have_text(re.compile("^Added"))
    page.wait_for_timeout(100)
    assert told == []
    assert page.evaluate("sessionStorage.length") == 0
    assert {"session", "user", "user_signature"}.isdisjoint(questions[0])
    element.evaluate("element => { for (const name of ['quiet', 'session']) element.removeAttribute(name) }")
    with page.expect_request("**/events") as sent:
        element.get_by_role("button").nth(1).click()
    [event] = json.loads(sent.value.post_data or "")["events"]
    assert event["session"] == page.evaluate("sessionStorage['attire-session']")
    assert (event["user"], event["user_signature"], len(told)) == ("u1", "ab", 1)


def test_a_shop_may_hide_it(asked: Callable[[str], tuple[Page, list[dict[str, Any]]]], look: str) -> None:
    """It stays so, whatever is answered."""
    page, _ = asked(look)
    element = page.locator("complete-the-look")
    element.evaluate("element => { element.hidden = true; element.setAttribute('label-add', 'Dazu') }")
    page.wait_for_timeout(200)
    expect(element).to_be_hidden()
    element.evaluate("element => (element.hidden = false)")
    expect(element.get_by_role("button").first).to_have_text(re.compile("^Dazu"))


def test_a_size_may_be_asked_for_first(asked: Callable[[str], tuple[Page, list[dict[str, Any]]]], look: str) -> None:
    """*Added* is said, and told of that size, once the shop says that it is; also of a tile that was drawn anew meanwhile."""
    page, _ = asked(look)
    element = page.locator("complete-the-look")
    page.evaluate("addEventListener('attire:add', (event) => { event.preventDefault(); window.done = event.detail.done })")
    told: list[Request] = []
    page.on("request", lambda request: told.append(request) if request.url.endswith("/events") else None)
    button = element.get_by_role("button").first
    button.click()
    element.evaluate("element => element.setAttribute('label-heading', 'Dazu')")
    expect(element.locator("h2")).to_have_text("Dazu")
    expect(button).to_have_text(re.compile("^Add "))
    assert told == []
    with page.expect_request("**/events"):
        page.evaluate("done('w000028'); done()")
    expect(button).to_have_text(re.compile("^Added"))
    [event] = [event for one in told for event in json.loads(one.post_data or "")["events"]]
    assert (event["type"], event["item"]) == ("add_to_cart", "w000028")


def test_the_first_snippet_asks_for_a_size(opened: Callable[..., Page], context: BrowserContext, service: tuple[str, str, Any]) -> None:
    """As it is pasted, over a basket and a picker of the shop's own."""

    def sized(route: Route) -> None:
        items = [
            {"id": "x-42", "category": "shoes", "sizes": [{"size": "42", "id": "x-42"}, {"size": "43", "id": "x-43"}]},
            {"id": "y", "category": "shoes"},
        ]
        route.fulfill(json={"recommendation_id": "r", "slots": [{"category": "shoes", "items": items}], "missing": []})

    snippet, *_ = re.findall(r"```html\n(.*?)```", START, re.DOTALL)
    context.route("**/complete-outfit", sized)
    shops = """<script>
      const took = [], basket = {add: (id) => took.push(id)}, pickSize = (sizes, chosen) => chosen(sizes.at(-1));
      </script>"""
    page = opened(shops + snippet.replace("https://looks.shop.example", service[0]).replace("attire_YOUR_KEY", "KEY"))
    buttons = page.locator("complete-the-look").get_by_role("button")
    expect(buttons).to_have_count(2)
    with page.expect_request("**/events") as told:
        buttons.first.click()
    buttons.last.click()
    expect(page.locator("complete-the-look").get_by_role("button", name=re.compile("^Added"))).to_have_count(2)
    context.unroute_all()
    assert page.evaluate("took") == ["x-43", "y"]
    assert json.loads(told.value.post_data or "")["events"][0]["item"] == "x-43"


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_tiles_are_aligned_with_the_page_whatever_they_say(opened: Callable[..., Page], direction: str) -> None:
    """Latin brands on Arabic pages and the other way round; nothing of a price is cut."""

    def mixed(route: Route) -> None:
        said = [
            {"title": "حذاء رسمي رجالي بني", "brand": "Red", "price": 2994, "sale_price": 2095.8, "currency": "EGP"},
            {"title": "Brown formal shoes", "brand": "أوبيوم", "price": 20, "currency": "EUR"},
        ]
        items = [{"id": f"x{place}", "category": "أحذية", **one} for place, one in enumerate(said)]
        route.fulfill(json={"recommendation_id": "r", "slots": [{"category": "أحذية", "items": items}], "missing": []})

    page = opened("<main></main>")
    page.route("**/complete-outfit", mixed)
    page.evaluate("direction => (document.documentElement.dir = direction)", direction)
    page.locator("main").evaluate("main => (main.innerHTML = '<complete-the-look item=w000028 locale=ar-EG></complete-the-look>')")
    tiles = page.locator("complete-the-look [part=tile]")
    expect(tiles).to_have_count(2)
    gaps = tiles.evaluate_all(
        """(tiles, side) => tiles.flatMap((tile) => ["category", "brand", "title", "price"].map((part) => {
          const range = document.createRange();
          range.selectNodeContents(tile.querySelector(`[part=${part}]`));
          return Math.abs(range.getBoundingClientRect()[side] - tile.getBoundingClientRect()[side]);
        }))""",
        "left" if direction == "ltr" else "right",
    )
    assert max(gaps) < 1.5
    assert tiles.first.locator("[part=price]").evaluate("price => price.scrollHeight <= price.clientHeight")


def test_a_complete_look_leaves_no_hole(opened: Callable[..., Page]) -> None:
    """Room that the page keeps for a row is given back."""
    page = opened("<main></main>", head="<style>complete-the-look { display: block; min-height: 416px }</style>")
    page.route("**/complete-outfit", lambda route: route.fulfill(json={"complete": True, "slots": [], "missing": []}))
    page.locator("main").evaluate("main => (main.innerHTML = '<complete-the-look outfit=w000028,w000029></complete-the-look>')")
    element = page.locator("complete-the-look")
    expect(element).to_have_text(re.compile("This look is complete"))
    assert element.evaluate("element => element.offsetHeight") < 120
    page.route("**/complete-outfit", reduced)
    element.evaluate("element => element.setAttribute('outfit', 'w000028')")
    expect(element.locator("[part=tile]")).to_have_count(1)
    assert element.evaluate("element => element.offsetHeight") >= 416


def test_a_slot_that_is_not_there_leaves_the_others(asked: Callable[[str], tuple[Page, list[dict[str, Any]]]], look: str) -> None:
    """A renamed category takes the widget off no page."""
    page, questions = asked(look.replace('slots="shoes"', 'slots="nope, shoes, neither"'))
    expect(page.locator("complete-the-look [part=category]").first).to_have_text("shoes")
    assert [one["slots"] for one in questions] == [["nope", "shoes", "neither"], ["shoes"]]


def test_pictures_come_with_the_key_where_they_do_not_without(opened: Callable[..., Page], service: tuple[str, str, Any]) -> None:
    """Each of them; one that is not there leaves the others."""
    page = opened("<main></main>")
    refused: list[str] = []

    def guard(route: Route) -> None:
        if "x-api-key" in route.request.headers:
            return route.fulfill(status=404) if route.request.url.split("?")[0] == refused[0] else route.continue_()
        refused.append(route.request.url.split("?")[0])
        return route.fulfill(status=401)

    page.route("**/image?*", guard)
    page.locator("main").evaluate("(main, look) => (main.innerHTML = look)", LOOK.replace("KEY", service[1]).replace('k="2"', 'k="4"'))
    pictures = page.locator("complete-the-look img[src^='blob:']")
    expect(pictures).to_have_count(3)
    assert pictures.evaluate_all("all => all.every((one) => one.naturalWidth > 0)")
    expect(page.locator("complete-the-look .words")).to_have_count(1)


def test_pictures_that_fail_are_asked_for_once(opened: Callable[..., Page], service: tuple[str, str, Any]) -> None:
    """And one of them again with the key, which opens none here."""
    page = opened("<main></main>")
    requests: list[str] = []

    def fail(route: Route) -> None:
        requests.append(route.request.url)
        route.fulfill(status=500)

    page.route("**/image?*", fail)
    page.route("**/complete-outfit", linked)
    page.locator("main").evaluate(
        "(main, look) => { main.style.color = 'white'; main.innerHTML = look }", LOOK.replace("KEY", service[1]).replace('k="2"', 'k="6"')
    )
    expect(page.locator("complete-the-look .words")).to_have_count(6)
    expect(page.locator("complete-the-look .words").first).to_have_css("color", "rgb(34, 34, 34)")  # on its ground, also of a dark page
    assert len(requests) == 7, requests
