"""The widget on a shop's own page, of another origin, in a real browser."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from starlette.testclient import TestClient

import app.web
from app.release.release import Release
from tests.app.web.axe import violations
from tests.app.web.told import events, linked, reduced

pytestmark = [pytest.mark.e2e, pytest.mark.integration]
WIDGET = Path(app.web.__file__).parent / "widget" / "attire.js"
GUIDE = (Path(__file__).parents[3] / "docs" / "widget.md").read_text()
[STILL] = re.findall(r"```css\n(complete-the-look { display: block;.*?)```", GUIDE, re.DOTALL)
START = (Path(__file__).parents[3] / "docs" / "connect.md").read_text()


def test_a_look_is_completed_on_a_foreign_page(
    opened: Callable[..., Page], service: tuple[str, str, Path], wardrobe_release: Release
) -> None:
    """Pictures, prices, links; what is pressed reaches the shop's basket, and the log with its recommendation."""
    item = wardrobe_release.item(wardrobe_release.snapshot.row_of["w000028"])
    body = f"""<complete-the-look item="{item.id}" key="KEY"></complete-the-look><ul id=basket></ul>
      <script>
      addEventListener("attire:add", ({{detail: {{item, session}}}}) => {{
        basket.append(Object.assign(document.createElement("li"), {{textContent: `${{item.id}} ${{session}}`}}));
      }});
      </script>"""
    page = opened(body)
    tiles = page.locator("complete-the-look li[part=tile]")
    expect(tiles.first.locator("[part=price]")).to_contain_text("€")
    assert tiles.count() > 3
    image = tiles.first.locator("img")
    expect(image).to_be_visible()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
    add = tiles.first.get_by_role("button")
    add.focus()
    page.keyboard.press("Enter")
    expect(add).to_have_text(re.compile("^Added"))
    expect(add).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    expect(add).to_be_focused()
    bought, session = page.locator("#basket li").inner_text().split()
    [told] = events(service[2], session, least=1)
    assert (told["type"], told["item"]) == ("add_to_cart", bought)
    assert told["recommendation_id"]
    assert session == page.evaluate("sessionStorage.getItem('attire-session')")


def test_the_guides_page_runs_as_it_is_pasted(tab: Page, shop: tuple[str, Path], service: tuple[str, str, Path]) -> None:
    """With a key and the service's address, and nothing else; what is pressed is in its basket, and in the log."""
    [guides] = re.findall(r"```html\n(<!doctype html>.*?)```", GUIDE, re.DOTALL)
    address, key, log = service
    (shop[1] / "page.html").write_text(guides.replace("http://localhost:8000", address).replace("attire_YOUR_KEY", key))
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(f"{shop[0]}/page.html")
    tab.locator("complete-the-look [part=tile] button").first.click()
    expect(tab.locator("#basket")).to_have_text(re.compile(r"In the basket: w\d{6}"))
    assert faults == []
    frame = tab.locator("complete-the-look [part=picture]").first.bounding_box()
    assert frame
    assert frame["width"] == pytest.approx(frame["height"], abs=1)  # no bands beside the demo's pictures
    [told] = events(log, tab.evaluate("sessionStorage['attire-session']"), least=1)
    assert tab.locator("#basket").inner_text().split()[-1] == told["item"]


def test_nothing_jumps_when_the_answer_comes(opened: Callable[..., Page]) -> None:
    """The page below the element stays where it is, with the style that the documentation gives, from the first snippet on."""
    assert STILL in START
    head = f"""<style>{STILL}</style><script>
      window.shifted = 0;
      const add = (list) => list.getEntries().forEach((one) => (window.shifted += one.value));
      new PerformanceObserver(add).observe({{type: "layout-shift", buffered: true}});
      </script>"""
    page = opened('<complete-the-look item="w000028" key="KEY"></complete-the-look><p>Below.</p>', head=head)
    expect(page.locator("complete-the-look [part=price]").first).to_contain_text("€")
    page.wait_for_timeout(300)
    assert page.evaluate("window.shifted") <= 0.05


def test_a_script_that_does_not_come_leaves_no_room_empty(tab: Page, shop: tuple[str, Path]) -> None:
    """Room is kept for some seconds, and is given back then."""
    script = '<script src="http://127.0.0.1:9/attire.js" type="module"></script>'
    (shop[1] / "wrong.html").write_text(f"<!doctype html><style>{STILL}</style>{script}<complete-the-look item=x></complete-the-look>")
    tab.goto(f"{shop[0]}/wrong.html")
    assert tab.locator("complete-the-look").evaluate("element => element.offsetHeight") == 416
    tab.wait_for_function("document.querySelector('complete-the-look').offsetHeight === 0", timeout=8_000)


@pytest.mark.one_width
def test_a_script_that_is_no_module_is_told_as_the_guide_says(tab: Page, shop: tuple[str, Path]) -> None:
    """What the browser says of it stands in the guide's table."""
    (shop[1] / "attire.js").write_bytes(WIDGET.read_bytes())
    (shop[1] / "classic.html").write_text('<!doctype html><script src="attire.js"></script>')
    with tab.expect_event("pageerror") as thrown:
        tab.goto(f"{shop[0]}/classic.html")
    assert str(thrown.value.message) in GUIDE


def test_a_tile_says_the_brand_once_its_button_stands_in_line_and_tells_sizes(opened: Callable[..., Page]) -> None:
    """No brand beside a title that begins with it; titles stand in line, too; the shop can ask which size."""

    def sold(route: Route) -> None:
        said: list[dict[str, Any]] = [
            {"title": "Petra Lind midi skirt", "brand": "Petra Lind"},
            {"title": "Petra Lindgren shirt", "brand": "Petra Lind", "price": 12000.5, "sale_price": 11000.25, "currency": "EUR"},
        ]
        items = [{"id": f"x{place}", "category": "shoes", "sizes": [{"size": "M"}], **one} for place, one in enumerate(said)]
        assert json.loads(route.request.post_data or "")["fields"] == ["sizes"]
        route.fulfill(json={"recommendation_id": "r", "slots": [{"category": "shoes", "items": items}], "missing": []})

    page = opened("")
    page.route("**/complete-outfit", sold)
    page.evaluate("document.body.innerHTML = '<complete-the-look item=w000028 quiet></complete-the-look>'")
    look = page.locator("complete-the-look")
    expect(look.locator("[part=tile] [part=brand]")).to_have_text(["", "Petra Lind"])
    titles = look.locator("[part=title]").evaluate_all("all => all.map((one) => one.getBoundingClientRect().top)")
    assert len(set(titles)) == 1
    tops = look.locator("[part=tile] button").evaluate_all("all => all.map((one) => one.getBoundingClientRect().bottom)")
    assert len(set(tops)) == 1
    prices = look.locator("[part=tile] [part=price]").evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert prices[1] > prices[0]
    page.evaluate("addEventListener('attire:add', ({detail}) => (window.sizes = detail.item.sizes))")
    look.get_by_role("button").first.click()
    assert page.evaluate("window.sizes") == [{"size": "M"}]


@pytest.mark.parametrize("layout", ["row", "slots", "grid"])
def test_the_page_is_no_wider_for_it(opened: Callable[..., Page], layout: str) -> None:
    """A row scrolls by itself, and a grid has as many columns as there is room for."""
    page = opened(f'<complete-the-look item="w000028" key="KEY" layout="{layout}"></complete-the-look>')
    tiles = page.locator("complete-the-look ul").first.locator("[part=tile]")
    expect(tiles.first.locator("[part=price]")).to_contain_text("€")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tops = tiles.evaluate_all("all => all.map((tile) => tile.getBoundingClientRect().top)")
    assert (len(set(tops)) > 1) == (layout == "grid" and page.evaluate("innerWidth") < 1000)


@pytest.mark.one_width
@pytest.mark.parametrize("width", [280, 311, 343, 358])
def test_a_row_on_a_phone_ends_within_a_tile(opened: Callable[..., Page], width: int) -> None:
    """Two whole ones would look like all there are."""
    page = opened(f'<div style="width: {width}px"><complete-the-look item="w000028" key="KEY"></complete-the-look></div>')
    third = page.locator("complete-the-look [part=tile]").nth(2)
    expect(third).to_be_attached()
    box, row = third.bounding_box(), page.locator("complete-the-look ul").bounding_box()
    assert box
    assert row
    assert 0.15 < (row["x"] + row["width"] - box["x"]) / box["width"] < 0.85


def test_it_is_asked_when_it_is_nearly_seen(opened: Callable[..., Page]) -> None:
    """Not before."""
    page = opened('<div style="height: 4000px"></div><complete-the-look item="w000028" key="KEY"></complete-the-look>')
    page.wait_for_timeout(300)
    assert page.locator("complete-the-look [part=tile]").count() == 0
    page.locator("complete-the-look").scroll_into_view_if_needed()
    expect(page.locator("complete-the-look [part=tile]").first).to_be_visible()


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ('item="nothing" key="KEY"', "No such item"),
        ("", "give it an item"),
        ('item="w000028" key="attire_00000000_wrong"', "complete-the-look"),
        (
            'item="w000028" key="KEY" home="http://127.0.0.1:9"',
            "does it answer (http://…)? was the key made with --origin http://127.0.0.1:",
        ),
        ('item="w000028" key="KEY" home="localhost:9"', "localhost:9 cannot be asked"),
        ('item="w000028" key="KEY" slots="shoe"', "did you mean 'shoes'?"),
    ],
)
def test_a_fault_is_told_to_the_console_and_not_to_shoppers(opened: Callable[..., Page], attributes: str, says: str) -> None:
    """The element takes no room."""
    said: list[str] = []
    page = opened(f"<complete-the-look {attributes}></complete-the-look>", said=said)
    expect(page.locator("complete-the-look")).to_be_hidden()
    until = time.monotonic() + 5
    while not any(says in text for text in said) and time.monotonic() < until:
        page.wait_for_timeout(50)
    assert any(says in text for text in said), said


@pytest.mark.one_width
@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ('layout="gird"', 'layout="gird" does not match /^(row|slots|grid)$/: left out'),
        ('k="six"', 'k="six" does not match'),
        ('locale="englisch_"', 'locale="englisch-"'),
        ('locale="xx_yy_zz"', 'locale="xx-yy-zz"'),
        ('currency="EURO"', 'currency="EURO" does not match'),
        ('slot="shoes"', "no attribute is called slot; there are item,outfit,key,slots,"),
        ('outfit="nothing"', "not in the catalogue: nothing"),
        ('outfits="w000028" item-id="w000028" data-x class="y" aria-label="z"', "no attribute is called outfits,item-id; there are item,"),
        ('label-haeding="Dazu"', "no attribute is called label-haeding"),
    ],
)
def test_what_is_mistyped_is_told_to_the_console_and_shoppers_get_the_usual(
    opened: Callable[..., Page], attributes: str, says: str
) -> None:
    """One row of three for each slot, with prices."""
    said: list[str] = []
    page = opened(f'<complete-the-look item="w000028" slots="shoes,bags" key="KEY" {attributes}></complete-the-look>', said=said)
    expect(page.locator("complete-the-look ul")).to_have_count(1)
    expect(page.locator("complete-the-look [part=tile]")).to_have_count(6)
    expect(page.locator("complete-the-look [part=tile] [part=price]").first).to_contain_text(re.compile(r"\d"))
    assert [text for text in said if text.startswith("<complete-the-look>")] == [text for text in said if says in text], said
    assert sum(says in text for text in said) == 1, said


def test_a_locale_is_written_as_systems_write_it_too(opened: Callable[..., Page]) -> None:
    """``de_DE`` is ``de-DE``; nothing is warned of."""
    said: list[str] = []
    page = opened('<complete-the-look item="w000028" key="KEY" locale="de_DE"></complete-the-look>', said=said)
    expect(page.locator("complete-the-look [part=price]").first).to_have_text(re.compile(r"^\d+,\d\d\u00a0€"))
    assert said == []


def test_layouts_words_and_another_item(opened: Callable[..., Page]) -> None:
    """A row for each slot that is asked for, the page's own words, and a new question when the item changes."""
    body = """<complete-the-look item="w000028" key="KEY" layout="slots" slots="shoes,bags" k="2" label-heading="Dazu passt"
      label-add="Dazu" label-categories="shoes = Schuhe, scarves=Schals"></complete-the-look>"""
    page = opened(body)
    look = page.locator("complete-the-look")
    expect(look.locator("h3")).to_have_text(["Schuhe", "bags"])
    expect(look.get_by_role("list", name="Schuhe")).to_have_count(1)
    expect(look.locator("[part=tile]")).to_have_count(4)
    expect(look.locator("h2")).to_have_text("Dazu passt")
    first = look.locator("[part=tile]").first.inner_text()
    assert "Dazu" in first
    with page.expect_response("**/complete-outfit"):
        look.evaluate("element => element.setAttribute('item', 'w000029')")


LANGUAGES = {
    "ar-EG": ("أكمل الإطلالة", "أضف", "تمت الإضافة", "هذه الإطلالة مكتملة."),
    "fr": ("Compléter le look", "Ajouter", "Ajouté", "Ce look est complet."),
    "de-AT": ("Look vervollständigen", "Hinzufügen", "Hinzugefügt", "Dieser Look ist vollständig."),
    "NL": ("Maak je look compleet", "Toevoegen", "Toegevoegd", "Deze look is compleet."),
    "pl": ("Uzupełnij stylizację", "Dodaj", "Dodano", "Ta stylizacja jest kompletna."),
    "pt-BR": ("Complete o look", "Adicionar", "Adicionado", "Este look está completo."),
    "sv": ("Komplettera looken", "Lägg till", "Tillagd", "Den här looken är komplett."),
    "fi": ("Complete the look", "Add", "Added", "This look is complete."),
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_speaks_the_language_of_its_page(opened: Callable[..., Page], lang: str) -> None:
    """Or its own; words of the shop's own stand in place of these."""
    heading, add, added, complete = LANGUAGES[lang]
    page = opened("<main></main>")
    page.evaluate("lang => (document.documentElement.lang = lang)", lang)
    put = "(main, more) => (main.innerHTML = `<complete-the-look item=w000028 quiet ${more}></complete-the-look>`)"
    page.route("**/complete-outfit", reduced)
    page.locator("main").evaluate(put, "")
    look = page.locator("complete-the-look")
    expect(look.locator("h2")).to_have_text(heading)
    assert look.get_by_role("list", name=heading).count() == 1
    button = look.locator("[part=tile] button").first
    expect(button).to_have_text(f"{add} shirt")
    button.click()
    expect(button).to_have_text(f"{added} shirt")
    page.locator("main").evaluate(put, "lang=es label-add='A la cesta'")
    expect(look.locator("h2")).to_have_text("Completa el look")
    expect(look.locator("[part=tile] button").first).to_have_text("A la cesta shirt")
    assert "antes" in look.locator("s").first.inner_text()
    page.unroute("**/complete-outfit")
    page.route("**/complete-outfit", lambda route: route.fulfill(json={"complete": True, "slots": [], "missing": []}))
    page.locator("main").evaluate(put, "outfit=w000029")
    expect(look.locator("[part=complete]")).to_have_text(complete)


@pytest.mark.one_width
def test_words_that_do_not_come_are_english(opened: Callable[..., Page]) -> None:
    """The console says so."""
    said: list[str] = []
    page = opened("<main></main>", said=said)
    page.route("**/attire-words.js", lambda route: route.fulfill(status=404))
    page.locator("main").evaluate("main => (main.innerHTML = '<complete-the-look item=w000028 key=x lang=fr></complete-the-look>')")
    expect(page.locator("complete-the-look h2")).to_have_text("Complete the look")
    assert any("attire-words.js" in text and "<complete-the-look>" in text for text in said), said


def test_the_script_is_small_and_for_any_page(client: TestClient) -> None:
    """Under 18 kB, 7 on its way; any origin may load it and its words, nothing may be sniffed."""
    assert len(WIDGET.read_bytes()) < 18_000
    assert client.get("/attire-words.js").headers["access-control-allow-origin"] == "*"
    answer = client.get("/attire.js", headers={"Origin": "https://anywhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert int(answer.headers.get("content-length", 0)) < 7_000


@pytest.mark.one_width
def test_a_user_that_the_shop_has_not_signed_is_told_in_the_console(opened: Callable[..., Page]) -> None:
    """The look is there all the same."""
    said: list[str] = []
    page = opened('<complete-the-look item="w000028" user="u1" key="KEY"></complete-the-look>', said=said)
    expect(page.locator("complete-the-look li[part=tile]").first).to_be_visible()
    assert any("user_signature" in text for text in said), said


@pytest.mark.one_width
def test_an_answer_without_a_suggestion_takes_no_room(opened: Callable[..., Page]) -> None:
    """Nor a heading, also with the line of style that the documentation gives; the console says why."""
    said: list[str] = []
    head = f"<style>{STILL}</style>"
    page = opened('<complete-the-look item="w000028" key="KEY" text="under 1"></complete-the-look>', said=said, head=head)
    expect(page.locator("complete-the-look")).to_be_hidden()
    page.wait_for_timeout(50)
    assert any("no suggestion: " in text for text in said), said


@pytest.mark.one_width
def test_a_piece_that_asks_for_nothing_takes_no_room(opened: Callable[..., Page]) -> None:
    """Neither a heading nor a line on the page of briefs or a perfume; an outfit that pieces were added to is told to be complete."""
    said: list[str] = []
    page = opened("<main></main>", said=said)
    nothing = {"recommendation_id": "r", "complete": True, "slots": [], "looks": [], "missing": []}
    page.route("**/complete-outfit", lambda route: route.fulfill(json=nothing))
    page.locator("main").evaluate("main => (main.innerHTML = '<complete-the-look item=w000028></complete-the-look>')")
    look = page.locator("complete-the-look")
    expect(look).to_be_hidden()
    page.wait_for_timeout(50)
    assert [text for text in said if "<complete-the-look>" in text] == ["<complete-the-look>: no suggestion: nothing is missing"]
    look.evaluate("element => element.setAttribute('outfit', 'w000029')")
    expect(look).to_have_text(re.compile("This look is complete."))


@pytest.mark.one_width
@pytest.mark.own_page  # for its clock
def test_a_service_that_does_not_answer_is_not_waited_for_without_end(opened: Callable[..., Page]) -> None:
    """After ten seconds the element takes no room."""
    said: list[str] = []
    page = opened("", said=said)
    page.clock.install()
    page.route("**/complete-outfit", lambda _: None)
    with page.expect_request("**/complete-outfit"):
        page.evaluate("document.body.innerHTML = '<complete-the-look item=w000028></complete-the-look>'")
    page.clock.run_for(9_000)
    expect(page.locator("complete-the-look")).to_be_visible()
    page.clock.run_for(2_000)
    expect(page.locator("complete-the-look")).to_be_hidden()
    page.wait_for_timeout(50)
    assert any("no answer in 10 s" in text for text in said), said


def test_a_row_begins_with_the_best_of_each_slot(opened: Callable[..., Page]) -> None:
    """Then the second of each: what a phone shows first is a look."""
    page = opened('<complete-the-look item="w000028" key="KEY" slots="shoes,bags,scarves" k="2"></complete-the-look>')
    expect(page.locator("complete-the-look [part=category]")).to_have_text(["shoes", "bags", "scarves"] * 2)


def test_the_keyboard_brings_a_tile_wholly_into_the_row(opened: Callable[..., Page]) -> None:
    """One that stands half beyond its edge, too."""
    page = opened('<div style="width: 350px; white-space: nowrap"><complete-the-look item="w000028" key="KEY"></complete-the-look></div>')
    tiles = page.locator("complete-the-look [part=tile]")
    expect(tiles.nth(2)).to_be_attached()
    tiles.nth(1).get_by_role("button").focus()
    page.keyboard.press("Tab")
    expect(tiles.nth(2).get_by_role("button")).to_be_focused()
    edge = page.locator("complete-the-look ul").evaluate("list => list.getBoundingClientRect().right")
    assert tiles.nth(2).evaluate("tile => tile.getBoundingClientRect().right") <= edge + 1
    assert tiles.first.locator("[part=title]").evaluate("title => getComputedStyle(title).whiteSpace") == "normal"


@pytest.mark.own_page  # it is left before its event is answered, and keeps it
def test_links_are_reached_and_followed_by_keyboard(opened: Callable[..., Page]) -> None:
    """Each before its button, with a ring around its picture."""
    page = opened('<button id=before></button><complete-the-look item="w000028" key="KEY" slots="shoes" k="2"></complete-the-look>')
    page.route("**/complete-outfit", linked)
    page.locator("complete-the-look").evaluate("element => element.setAttribute('item', 'w000029')")
    expect(page.locator("complete-the-look [part=link]")).to_have_count(2)
    page.locator("#before").focus()
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.shadowRoot.activeElement.part.value"))
    assert reached == ["link", "add"] * 2
    page.keyboard.press("Shift+Tab")
    picture = page.locator("complete-the-look [part=tile]").nth(1).locator("[part=picture]")
    expect(picture).to_have_css("outline-style", "solid")
    with page.expect_request("**/elsewhere"), page.expect_request("**/events") as told:
        page.keyboard.press("Enter")
    assert json.loads(told.value.post_data or "")["events"][0]["type"] == "view"


def test_a_middle_click_is_a_view_and_a_right_click_is_none(opened: Callable[..., Page]) -> None:
    """The one opens a tab of the shop, the other a menu."""
    page = opened('<complete-the-look item="w000028" key="KEY"></complete-the-look>')
    page.route("**/complete-outfit", linked)
    page.locator("complete-the-look").evaluate("element => element.setAttribute('item', 'w000029')")
    told: list[str] = []
    page.on("request", lambda request: told.append(request.post_data or "") if request.url.endswith("/events") else None)
    link = page.locator("complete-the-look [part=link] [part=title]").first
    link.click(button="right")
    with page.expect_request("**/events"):
        link.click(button="middle")
    assert [json.loads(one)["events"][0]["type"] for one in told] == ["view"]


@pytest.mark.one_width
def test_what_is_told_of_an_item_has_its_price_and_currency(opened: Callable[..., Page]) -> None:
    """As the tile says it."""
    page = opened('<complete-the-look item="w000028" key="KEY" label-was="statt"></complete-the-look>')
    tile = page.locator("complete-the-look [part=tile]").first
    with page.expect_request("**/events") as asked:
        tile.get_by_role("button").click()
    [event] = json.loads(asked.value.post_data or "")["events"]
    assert event["currency"] == "EUR"
    assert f"€{event['price']:.2f}" in tile.locator("[part=price]").inner_text()


def test_an_outfit_is_completed_by_what_it_lacks(opened: Callable[..., Page], wardrobe_release: Release) -> None:
    """Several items with commas are one question; what is worn is suggested no more."""
    ids = {wardrobe_release.item(row).category: item for item, row in wardrobe_release.snapshot.row_of.items()}
    page = opened(f'<complete-the-look outfit="{ids["tops"]}, {ids["shoes"]}" key="KEY" k="1"></complete-the-look>')
    categories = page.locator("complete-the-look [part=category]")
    expect(categories.first).to_be_attached()
    assert {"tops", "shoes"}.isdisjoint(categories.all_text_contents())
    with page.expect_request("**/complete-outfit") as asked:
        page.locator("complete-the-look").evaluate(
            "(element, outfit) => element.setAttribute('outfit', outfit)", f"{ids['bottoms']},{ids['shoes']}"
        )
    assert json.loads(asked.value.post_data or "")["items"] == [ids["bottoms"], ids["shoes"]]


def test_styles_reach_in_by_variables_and_parts_and_no_other_way(opened: Callable[..., Page]) -> None:
    """Nor do the element's reach out."""
    head = """<style>
      button { display: none } h2, span { color: rgb(255, 0, 0) } complete-the-look { --attire-accent: rgb(1, 2, 3) }
      complete-the-look::part(title) { color: rgb(4, 5, 6) }
      </style><h2 id=own>Shop</h2>"""
    page = opened('<complete-the-look item="w000028" key="KEY"></complete-the-look>', head=head)
    tile = page.locator("complete-the-look [part=tile]").first
    expect(tile.get_by_role("button")).to_be_visible()
    expect(tile.get_by_role("button")).to_have_css("color", "rgb(1, 2, 3)")
    expect(tile.locator("[part=title]")).to_have_css("color", "rgb(4, 5, 6)")
    expect(tile.locator("[part=brand]")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator("#own")).to_have_css("font-weight", "700")


@pytest.mark.one_width
def test_a_picture_of_another_shape_has_no_bands_unless_the_shop_wants_them(opened: Callable[..., Page], context: BrowserContext) -> None:
    """It stands above its words once it is there; until then, its place is seen."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    for style, wait, then in (("", "rgb(242, 241, 239)", "rgba(0, 0, 0, 0)"), ("--attire-ground: rgb(1, 2, 3)", *["rgb(1, 2, 3)"] * 2)):
        context.route(re.compile(r"/image\?"), hold)
        page = opened(f'<complete-the-look item="w000028" key="KEY" style="{style}"></complete-the-look>')
        picture = page.locator("complete-the-look [part=picture]:has(img)").first
        expect(picture).to_have_css("background-color", wait)
        while held:
            held.pop().continue_()
        context.unroute_all(behavior="ignoreErrors")
        expect(picture).to_have_css("background-color", then)
        expect(picture.locator("img")).to_have_css("object-position", "50% 100%")


def test_prices_without_a_currency_are_in_the_pages(opened: Callable[..., Page]) -> None:
    """As its attribute says; what the catalogue says of an item comes first."""

    def without(route: Route) -> None:
        answer = route.fetch().json()
        answer["slots"] = [
            {
                **slot,
                "items": [{"id": item["id"], "category": item["category"], "price": 12.5, "currency": "EUR"} for item in slot["items"]],
            }
            for slot in answer["slots"][:1]
        ]
        del answer["slots"][0]["items"][0]["currency"]
        route.fulfill(json=answer)

    page = opened('<complete-the-look item="w000028" key="KEY" currency="USD" k="2"></complete-the-look>')
    page.route("**/complete-outfit", without)
    page.locator("complete-the-look").evaluate("element => element.setAttribute('item', 'w000029')")
    expect(page.locator("complete-the-look [part=price]")).to_have_text(["$12.50", "€12.50"])


@pytest.mark.parametrize("layout", ["row", "slots", "grid"])
def test_axe_finds_nothing_in_any_state(opened: Callable[..., Page], service: tuple[str, str, Path], layout: str) -> None:
    """While it waits, with an answer, with a piece added, with a look that is complete, and with none."""
    page = opened("<main><h1>Shop</h1></main>")
    page.route("**/complete-outfit", lambda _: None)
    look = f'<complete-the-look item="w000028" layout="{layout}" key="{service[1]}"></complete-the-look>'
    page.locator("main").evaluate("(main, look) => (main.innerHTML += look)", look)
    expect(page.locator("complete-the-look .wait").first).to_be_attached()
    assert violations(page) == []
    page.unroute("**/complete-outfit")
    page.route("**/complete-outfit", linked)
    page.locator("complete-the-look").evaluate("element => element.setAttribute('item', 'w000029')")
    expect(page.locator("complete-the-look [part=price]").first).to_contain_text("€")
    assert violations(page) == []
    page.locator("complete-the-look").get_by_role("button").first.click()
    expect(page.locator("complete-the-look").get_by_role("button", name=re.compile("^Added"), disabled=True)).to_have_count(1)
    assert violations(page) == []
    page.unroute("**/complete-outfit")
    nothing = {"recommendation_id": "r", "complete": True, "slots": [], "looks": [], "missing": []}
    page.route("**/complete-outfit", lambda route: route.fulfill(json=nothing))
    page.locator("complete-the-look").evaluate("element => element.setAttribute('item', 'w000028, w000029')")
    expect(page.locator("complete-the-look [part=complete]")).to_have_text("This look is complete.")
    assert violations(page) == []
