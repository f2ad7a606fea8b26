"""Choosing looks in the storefront: side by side, with pieces kept and swapped, within a budget."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.app.web.axe import violations

pytestmark = pytest.mark.e2e
SALE = {"id": "w000003", "category": "tops", "title": "x", "price": 2345.5, "sale_price": 1234.5, "currency": "EUR"}
# How much of each tile is seen: what is beyond the row, or the window, is not.
SEEN = """row => [...row.children].map((tile) => {
  const [box, clip] = [tile.getBoundingClientRect(), row.getBoundingClientRect()];
  return (Math.min(box.right, clip.right, innerWidth) - box.left) / box.width;
})"""


@pytest.fixture
def looks(page: Page) -> Page:
    """The storefront with one piece worn and looks to choose from."""
    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#board .look")).to_have_count(4)
    return page


def worn(page: Page) -> list[str]:
    """The ids of the pieces that are worn, from the URL."""
    return re.findall(r"(?:item|look)=([^&]+)", page.url.partition("#")[2])


def test_a_look_that_is_chosen_is_the_outfit_and_another_takes_its_place(looks: Page) -> None:
    """What was worn before is in each; what came with the first goes with it."""
    (own,) = worn(looks)
    looks.locator("#board .look").nth(0).click()
    expect(looks.locator("#board .look").nth(0)).to_have_attribute("aria-pressed", "true")
    first = worn(looks)
    looks.locator("#board .look").nth(1).press("Enter")
    expect(looks.locator("#board .look").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(looks.locator("#board .look").nth(1)).to_be_focused()
    second = worn(looks)
    assert first[0] == second[0] == own
    assert set(first) != set(second)
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")


def test_looks_stand_side_by_side_as_collages(looks: Page) -> None:
    """Each shows a picture of every piece of it, what is worn among them, with what it adds in price."""
    boxes = [look.bounding_box() for look in looks.locator("#board .look").all()[:2]]
    assert all(boxes)
    assert boxes[0]["y"] == boxes[1]["y"]  # type: ignore[index]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]  # type: ignore[index]
    first = looks.locator("#board .look").first
    expect(first).to_contain_text(re.compile(r"\+ €\d"))
    pictures = first.locator("img").count()
    first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    assert pictures == len(worn(looks))


def test_a_piece_that_is_kept_stays_in_every_look(looks: Page) -> None:
    """The board is asked anew around it."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#tray .lock[aria-pressed=false]").first).to_be_visible()
    kept = worn(looks)[1]
    looks.locator("#tray .lock[aria-pressed=false]").first.press("Enter")
    expect(looks).to_have_url(re.compile(f"item={kept}"))
    expect(looks.locator("#tray .lock").nth(1)).to_be_focused()
    expect(looks.locator("#board[aria-busy=false]")).to_be_visible()
    looks.locator("#board .look").last.click()
    expect(looks.locator("#board .look").last).to_have_attribute("aria-pressed", "true")
    assert kept in worn(looks)


@pytest.mark.one_width
def test_a_look_without_the_piece_it_began_with_is_completed_again(looks: Page) -> None:
    """Around all that is left, as nothing of it is kept."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    looks.locator("#tray .remove").first.click()
    rest = worn(looks)
    looks.get_by_role("button", name="Complete the look").click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    assert worn(looks)[: len(rest)] == rest
    assert len(worn(looks)) > len(rest)


@pytest.mark.one_width
def test_what_completing_costs_is_what_it_adds_to_what_is_worn(looks: Page) -> None:
    """Not what is worn already, also once a piece of a look was taken out."""

    def tally() -> float:
        return float(looks.locator("#tally").inner_text().rpartition("€")[2].replace(",", ""))

    complete = looks.get_by_role("button", name="Complete the look")
    expect(looks.locator("#bag-all")).to_have_text("Add to bag")
    looks.locator("#board .look").first.click()
    expect(looks.locator("#bag-all")).to_have_text("Add all to bag")
    expect(looks.locator("#board .look").first).to_contain_text("your outfit")
    looks.locator("#tray .remove").nth(1).click()
    expect(complete).to_be_enabled()
    expect(looks.locator("#board[aria-busy=false]")).to_be_visible()
    expect(looks.locator("#board .look").first).not_to_contain_text("your outfit")
    before, adds = tally(), float(complete.inner_text().rpartition("€")[2])
    complete.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    assert tally() == pytest.approx(before + adds)


@pytest.mark.one_width
def test_a_piece_that_was_taken_out_stays_out_until_it_is_asked_for(looks: Page) -> None:
    """Completing keeps the rest and finds another; a reload knows it, too, and wearing the piece itself ends it."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    gone = worn(looks)[1]
    looks.locator("#tray .remove").nth(1).click()
    expect(looks.locator("#suggestions .tile").first).to_be_visible()
    rest = worn(looks)
    looks.reload()
    expect(looks.locator("#suggestions .tile").first).to_be_visible()
    assert looks.locator(f"#suggestions [data-name$=' {gone}']").count() == 0
    looks.get_by_role("button", name="Complete the look").click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    assert worn(looks)[: len(rest)] == rest
    assert len(worn(looks)) > len(rest)
    assert gone not in worn(looks)
    looks.go_back()
    expect(looks).to_have_url(re.compile(f"out={gone}"))
    looks.go_back()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    assert gone in worn(looks)
    expect(looks).not_to_have_url(re.compile("out="))


@pytest.mark.one_width
def test_a_piece_that_was_swapped_is_there_to_be_swapped_back(looks: Page) -> None:
    """Though no look brings it back by itself; nothing is out once nothing is worn."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    first = worn(looks)[1]
    looks.locator("#tray .instead").nth(1).click()
    looks.locator("#instead .wear").first.click()
    expect(looks).to_have_url(re.compile(f"out={first}"))
    asked: list[dict[str, Any]] = []
    looks.on(
        "request", lambda request: asked.append(json.loads(request.post_data or "{}")) if request.url.endswith("/complete-outfit") else None
    )
    looks.locator("#tray .instead").nth(1).click()
    expect(looks.locator("#instead .tile").first).to_be_visible()
    assert asked[0]["exclude"] == [worn(looks)[1]]
    looks.get_by_role("button", name="Clear").click()
    expect(looks).not_to_have_url(re.compile("out="))


@pytest.mark.one_width
def test_a_look_of_three_and_a_photo_stand_in_one_row(looks: Page) -> None:
    """At a desk: completing a look moves nothing below it."""
    looks.set_viewport_size({"width": 1280, "height": 800})
    looks.locator("#board .look").first.click()
    expect(looks.locator("#tray > li")).to_have_count(len(worn(looks)) + 1)
    tops = looks.locator("#tray > li").evaluate_all("tiles => tiles.map(tile => tile.getBoundingClientRect().top)")
    assert len(set(tops[:4])) == 1


@pytest.mark.one_width
def test_beside_four_pieces_the_photo_is_a_line(looks: Page) -> None:
    """Not an empty row, which would push the looks out of sight."""
    for _ in range(4):
        looks.locator("#items .wear[aria-pressed=false]").first.click()
    expect(looks.locator("#tray > li")).to_have_count(6)
    own = looks.locator("#tray .own").bounding_box()
    assert own is not None
    assert own["height"] < 50 < own["width"] / 4


def test_any_piece_is_swapped_for_another_of_its_kind(looks: Page) -> None:
    """Its kind is asked for, for the rest of the outfit, without it; the new piece is kept."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    before = worn(looks)
    asked: list[dict[str, Any]] = []

    def listen(request: Request) -> None:
        if request.url.endswith("/complete-outfit"):
            asked.append(json.loads(request.post_data or "{}"))

    looks.on("request", listen)
    looks.locator("#tray [data-name^='instead']").nth(1).press("Enter")
    expect(looks.locator("#instead-title")).to_be_focused()
    expect(looks.locator("#instead .tile").first).to_be_visible()
    assert asked[0]["exclude"] == [before[1]]
    assert [item["id"] for item in asked[0]["items"]] == [before[0], *before[2:]]
    taken = looks.locator("#instead .tile").first  # its picture as well as its round button
    expect(taken).to_have_attribute("title", re.compile("^Swap for "))
    taken.press("Enter")
    expect(looks.locator("#instead")).to_be_empty()
    expect(looks.locator("#product")).to_be_hidden()
    expect(looks.locator("#outfit-title")).to_be_focused()
    after = worn(looks)
    assert len(after) == len(before)
    assert set(after) - set(before)
    assert before[1] not in after


@pytest.mark.one_width
def test_escape_leaves_the_swap_for_where_it_was_opened(looks: Page) -> None:
    """From whatever in it has the focus; nothing is swapped."""
    before = worn(looks)
    for way in ("#instead-title", "#instead .wear >> nth=0"):
        looks.locator("#tray [data-name^='instead']").press("Enter")
        looks.locator(way).focus()
        looks.keyboard.press("Escape")
        expect(looks.locator("#instead")).to_be_empty()
        expect(looks.locator("#tray [data-name^='instead']")).to_be_focused()
    assert worn(looks) == before


@pytest.mark.one_width
def test_prices_of_a_swap_are_whole_on_a_phone(looks: Page) -> None:
    """The sale price and the one before it, too."""
    looks.set_viewport_size({"width": 390, "height": 844})
    items = [SALE | {"id": f"w00000{place}"} for place in range(1, 7)]
    looks.route("**/similar-items", lambda route: route.fulfill(json={"items": items}))
    looks.locator("#tray [data-name^='instead']").click()
    expect(looks.locator("#instead .price")).to_have_count(6)
    edge = looks.locator("#instead .row").evaluate("row => row.getBoundingClientRect().right")
    parts = "all => all.map((price) => [price.closest('.tile'), ...price.children].map((one) => one.getBoundingClientRect().right))"
    for tile, *ends in looks.locator("#instead .price").evaluate_all(parts)[:2]:
        assert max(ends) <= tile <= edge


@pytest.mark.one_width
@pytest.mark.parametrize("width", [320, 360, 390, 768, 1280, 1920])
def test_a_row_that_goes_on_ends_within_a_tile(looks: Page, width: int) -> None:
    """Of suggestions, of swaps, of what is like a piece: nobody would scroll what looks whole."""
    looks.set_viewport_size({"width": width, "height": 844})
    looks.locator("#tray [data-name^='instead']").click()
    expect(looks.locator("#instead .tile").first).to_be_visible()
    looks.locator("#suggestions .tile").first.press("Enter")
    expect(looks.locator("#alike .tile").first).to_be_visible()
    for row in looks.locator(".row").all():
        seen = row.evaluate(SEEN)
        assert any(0.15 < part < 0.85 for part in seen), seen


@pytest.mark.one_width
def test_the_match_of_each_suggestion_is_told(page: Page) -> None:
    """As they stand in the order of what is picked most; one that hardly goes with the rest is marked."""
    items = [
        {"id": f"w00000{place}", "category": "tops", "title": "x", "score": -place, "probability": p}
        for place, p in enumerate((0.7, 0.01, 0.96, None), 1)
    ]
    answer = {"recommendation_id": "r", "complete": False, "slots": [{"category": "tops", "items": items}], "looks": [], "missing": []}
    page.route("**/complete-outfit", lambda route: route.fulfill(json=answer))
    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#suggestions .match")).to_have_text(["70 % match", "1 % match", "96 % match"])
    expect(page.locator("#suggestions .match.poor")).to_have_text("1 % match")
    assert page.locator("#suggestions .tile").evaluate_all("all => all.map((one) => one.dataset.name)") == [
        f"suggested w00000{n}" for n in (1, 2, 3, 4)
    ]


@pytest.mark.one_width
def test_a_match_that_all_share_is_told_once_in_words(page: Page) -> None:
    """Where figures do not tell pieces apart, none stands at each."""
    items = [
        {"id": f"w00000{place}", "category": "tops", "title": "x", "score": 1, "probability": 0.991 + place / 1000} for place in (1, 2)
    ]
    slots = [{"category": "tops", "items": items}, {"category": "bags", "items": [items[0] | {"probability": 0.7}]}]
    answer = {"recommendation_id": "r", "complete": False, "slots": slots, "looks": [], "missing": []}
    page.route("**/complete-outfit", lambda route: route.fulfill(json=answer))
    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#suggestions .heading .note")).to_have_text(["each goes with it beautifully", "goes with it"])
    expect(page.locator("#suggestions .match")).to_have_count(0)


@pytest.mark.one_width
def test_what_does_not_go_with_the_outfit_is_not_offered(page: Page) -> None:
    """No look, no piece and nothing that completes it; which of it is wrong comes first."""
    item = {"id": "w000001", "category": "tops", "title": "x", "score": -3, "probability": 0.06, "price": 1}
    looks = [{"items": [item], "score": -3, "probability": 0.04, "price": 1}]
    answer = {"recommendation_id": "r", "complete": False, "slots": [{"category": "tops", "items": [item]}], "looks": looks, "missing": []}
    page.route("**/complete-outfit", lambda route: route.fulfill(json=answer))
    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#suggestions")).to_have_text("Nothing here goes with these as they are. Swap one, or take it out.")
    for gone in ("#looks", "#complete", "#suggestions-title"):
        expect(page.locator(gone)).to_be_hidden()


def clashing(page: Page, first: str, second: str) -> None:
    """From now on, whatever is worn hardly goes together, and these two are why."""
    pairs = [{"items": [second, first], "score": -3.0, "probability": 0.03}]
    told = {"score": -3.0, "probability": 0.02, "missing": [], "pairs": pairs}
    page.route("**/score-outfit", lambda route: route.fulfill(json={"outfits": [told]}))


def test_the_two_that_do_not_go_together_are_told_and_either_is_taken_out(looks: Page) -> None:
    """Before the look is completed, which is not what stands out then; nothing clashes once it is gone."""
    looks.locator("#suggestions .wear").first.click()
    expect(looks.locator("#tray .remove")).to_have_count(2)
    first, second = worn(looks)
    titles = [looks.request.get(f"{looks.url.partition('#')[0]}items/{item}").json()["title"] for item in (first, second)]
    clashing(looks, first, second)
    colour = looks.locator("#complete").evaluate("button => getComputedStyle(button).backgroundColor")
    looks.reload()
    expect(looks.locator("#clash p")).to_have_text("These two do not go together:")
    expect(looks.locator("#clash bdi")).to_have_text(titles[::-1], ignore_case=True)
    button = looks.locator("#complete:enabled")
    expect(button).to_be_visible()
    assert button.evaluate("button => getComputedStyle(button).backgroundColor") != colour
    assert violations(looks) == []
    looks.locator("#clash").get_by_role("button", name="Take out").first.press("Enter")
    expect(looks.locator("#clash")).to_be_empty()
    expect(looks.locator("#outfit-title")).to_be_focused()
    assert worn(looks) == [first]


def test_a_look_without_a_gap_whose_pieces_clash_is_not_called_complete(looks: Page) -> None:
    """All is there, but two do not go together: what to change is offered first, and the bag does not stand out."""
    looks.locator("#board .look").first.click()
    done = looks.locator("#suggestions .done:visible")
    expect(done).to_contain_text("This look is complete.")
    loud = looks.locator("#bag-all").evaluate("button => getComputedStyle(button).backgroundColor")
    first, second, *_ = worn(looks)
    clashing(looks, first, second)
    looks.reload()
    expect(done).to_have_text(re.compile("^All pieces are there, but two of them do not go together."))
    assert looks.locator("#bag-all").evaluate("button => getComputedStyle(button).backgroundColor") != loud
    assert violations(looks) == []
    looks.locator("#clash").get_by_role("button", name=re.compile("^Swap ")).first.press("Enter")
    expect(looks.locator("#instead-title")).to_be_focused()
    looks.unroute("**/score-outfit")
    told = {"score": 0.5, "probability": 0.3, "missing": []}
    looks.route("**/score-outfit", lambda route: route.fulfill(json={"outfits": [told]}))
    looks.locator("#instead .tile").first.press("Enter")
    expect(done).to_have_text(re.compile("^All pieces are there, but they hardly go together."))
    assert second not in worn(looks)


@pytest.mark.one_width
def test_a_swap_without_a_title_is_called_what_it_is(looks: Page) -> None:
    """The one that would help, and those that are like a piece: their answers tell no colour and no subcategory."""
    (own,) = worn(looks)
    bare = {"id": "bare", "category": "tops"}
    looks.route("**/items/bare", lambda route: route.fulfill(json=bare | {"subcategory": "Cardigans", "attributes": {"colour": "grey"}}))
    looks.route("**/similar-items", lambda route: route.fulfill(json={"items": [bare]}))
    looks.locator("#tray [data-name^='instead']").click()
    expect(looks.locator("#instead .tile")).to_have_attribute("title", "Swap for Grey Cardigans")
    better = {"replace": own, "item": bare, "score": 1.0, "probability": 0.9}
    told: dict[str, Any] = {"outfits": [{"score": 0.5, "probability": 0.5, "missing": [], "swap": better}]}
    looks.route("**/score-outfit", lambda route: route.fulfill(json=told))
    looks.locator("#suggestions .wear").first.click()
    expect(looks.locator("#swap")).to_contain_text("One swap would help: Grey Cardigans")
    told["outfits"][0] |= {"probability": 0.01, "swap": better | {"probability": 0.1}}
    looks.reload()
    expect(looks.locator("#swap")).to_contain_text("One swap would help a little: Grey Cardigans")


@pytest.mark.one_width
def test_what_is_odd_is_told_by_titles(looks: Page) -> None:
    """Without how the service knows it."""
    first = worn(looks)[0]
    title = looks.request.get(f"{looks.url.partition('#')[0]}items/{first}").json()["title"]
    told = {"score": 0.5, "probability": 0.6, "missing": [], "notes": [f"\u201c{first}\u201d for men: no outfit learned from has both"]}
    looks.route("**/score-outfit", lambda route: route.fulfill(json={"outfits": [told]}))
    looks.locator("#suggestions .wear").first.click()
    expect(looks.locator("#clash p")).to_have_text(f"\u201c{title}\u201d for men.", ignore_case=True)


@pytest.mark.one_width
def test_what_is_odd_is_a_sentence(looks: Page) -> None:
    """With categories left out, or as they are called elsewhere."""
    said = ["\u201ca\u201d (all-body) in the place of \u201cb\u201d (tops): x", "\u201ca\u201d and \u201cb\u201d are both all-body: x"]
    told = {"score": 0.5, "probability": 0.6, "missing": [], "notes": said}
    looks.route("**/score-outfit", lambda route: route.fulfill(json={"outfits": [told]}))
    looks.locator("#suggestions .wear").first.click()
    expect(looks.locator("#clash p")).to_have_text(
        ["\u201ca\u201d would be worn in the place of \u201cb\u201d.", "\u201ca\u201d and \u201cb\u201d are both dresses & all-in-ones."]
    )


@pytest.mark.one_width
def test_of_an_outfit_of_which_every_two_go_together_nothing_is_blamed(looks: Page) -> None:
    """Though all of it does not."""
    first = worn(looks)[0]
    told = {"score": -1.0, "probability": 0.2, "missing": [], "pairs": [{"items": [first, first], "score": 0.0, "probability": 0.7}]}
    looks.route("**/score-outfit", lambda route: route.fulfill(json={"outfits": [told]}))
    looks.locator("#suggestions .wear").first.click()
    expect(looks.locator("#score")).to_contain_text("20 %")
    expect(looks.locator("#clash")).to_be_empty()


@pytest.mark.one_width
def test_a_photo_of_ones_own_takes_little_room_on_a_phone(looks: Page) -> None:
    """Beside the pieces while their row has room; else a line."""
    looks.set_viewport_size({"width": 390, "height": 800})
    items = looks.request.get(f"{looks.url.partition('#')[0]}items?limit=4").json()["items"]
    for count in (1, 2, 3, 4):
        looks.evaluate("hash => (location.hash = hash)", "&".join(f"item={item['id']}" for item in items[:count]))
        expect(looks.locator("#tray .remove")).to_have_count(count)
        own, last = (looks.locator(one).last.bounding_box() for one in ("#tray .own", "#tray .open"))
        assert own is not None
        assert last is not None
        assert own["height"] <= 48 if count == 3 else own["y"] == last["y"], count
    looks.set_viewport_size({"width": 1280, "height": 800})


def test_shoes_of_a_collage_stand_on_the_ground(looks: Page) -> None:
    """Below the middle of it, whatever else hangs beside."""
    collages = looks.locator("#board .collage:has(.feet)")
    expect(collages.first).to_be_visible()
    for collage in collages.all():
        place = collage.evaluate(
            """collage => {
              const [whole, feet] = [collage, collage.querySelector(".feet")].map((one) => one.getBoundingClientRect());
              return (feet.top - whole.top) / whole.height;
            }"""
        )
        assert place >= 0.5, place


@pytest.mark.one_width
def test_the_only_piece_is_swapped_for_what_looks_like_it(looks: Page) -> None:
    """As there is nothing that it has to go with."""
    looks.locator("#tray [data-name^='instead']").click()
    expect(looks.locator("#instead .tile").first).to_be_visible()
    looks.get_by_role("button", name="Keep it as it is").press("Enter")
    expect(looks.locator("#instead")).to_be_empty()
    expect(looks.locator("#tray [data-name^='instead']")).to_be_focused()


def test_a_look_keeps_within_the_budget(looks: Page) -> None:
    """Of the whole outfit, with what is worn; the service is asked for what is left."""
    own = float(looks.locator("#tally").inner_text().rpartition("€")[2])
    looks.get_by_label("budget").fill(str(own + 150))
    looks.get_by_label("budget").press("Enter")
    expect(looks).to_have_url(re.compile("budget="))
    expect(looks.locator("#suggestions[aria-busy=false]")).to_be_visible()
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    assert float(looks.locator("#tally").inner_text().rpartition("€")[2]) <= own + 150


@pytest.mark.one_width
def test_a_complete_look_still_has_its_budget(looks: Page) -> None:
    """Looks and swaps follow it, so it can be seen and changed; what is over it is told."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    expect(looks.get_by_label("Wishes")).to_be_visible()
    looks.get_by_label("budget").fill("1")
    looks.get_by_label("budget").press("Enter")
    expect(looks.locator("#over .warn")).to_have_text(re.compile(r"^What you wear costs €[\d.]+ more than your budget\.$"))
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")


@pytest.mark.one_width
def test_a_press_right_after_a_wish_is_not_lost(looks: Page) -> None:
    """Leaving the field asks anew; what is pressed stays where it is meanwhile."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    looks.route("**/complete-outfit", lambda _: None)  # still asked when the button is let go
    looks.get_by_label("Wishes").fill("no heels")
    looks.get_by_role("button", name="Add all to bag").click()
    expect(looks.locator("#bag .bag-line")).to_have_count(len(worn(looks)))
    looks.evaluate("localStorage.clear()")


@pytest.mark.one_width
def test_the_swap_that_would_help_keeps_within_the_budget(looks: Page) -> None:
    """One that costs more than is left, with what it replaces given back, is not offered."""
    (own,) = worn(looks)
    item = {"id": "dear", "category": "tops", "title": "a dear top", "price": 1000, "score": 1, "probability": 0.9}
    better = {"replace": own, "item": item, "score": 1.0, "probability": 0.9}
    told = {"outfits": [{"score": 0.5, "probability": 0.5, "missing": [], "swap": better}]}
    looks.route("**/score-outfit", lambda route: route.fulfill(json=told))
    looks.locator("#suggestions .wear").first.click()
    expect(looks.locator("#swap")).to_contain_text("One swap would help: A dear top")
    for budget, offered in (("500", 0), ("2000", 1)):
        looks.get_by_label("budget").fill(budget)
        looks.get_by_label("budget").press("Enter")
        expect(looks).to_have_url(re.compile(f"budget={budget}"))
        expect(looks.locator("#swap .tile")).to_have_count(offered)


def test_what_no_budget_buys_is_told_in_a_shoppers_words(looks: Page) -> None:
    """Never in the engine's."""
    own = float(looks.locator("#tally").inner_text().rpartition("€")[2])
    looks.get_by_label("budget").fill(str(own + 1))
    looks.get_by_label("budget").press("Enter")
    expect(looks.locator(".slot .note").first).to_contain_text("Nothing in your price range for")
    more = re.compile(r"^No whole look fits what is left of your budget; the least expensive costs €[\d.]+ more\.$")
    expect(looks.locator("#looks-note")).to_have_text(more)
    expect(looks.locator("#outfit")).not_to_contain_text("passes the filters")
    looks.get_by_label("budget").fill("1")
    looks.get_by_label("budget").press("Enter")
    expect(looks.locator("#over .warn")).to_contain_text("more than your budget")


def spent(page: Page) -> float:
    """What is worn costs together."""
    return float(page.locator("#tally").inner_text().rpartition("€")[2])


def limit(page: Page, budget: float) -> None:
    """Sets the budget, and waits until what is over it is told."""
    page.get_by_label("budget").fill(f"{budget:.2f}")
    page.get_by_label("budget").press("Enter")
    expect(page.locator("#over .warn")).to_contain_text(f"€{spent(page) - budget:.2f} more than your budget")


def test_over_budget_the_dearest_pieces_give_way_to_cheaper_ones(looks: Page) -> None:
    """As few as it takes, of their kinds; what is locked stays. What took whose place is told, and one press undoes it."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    before, cost = worn(looks), spent(looks)
    limit(looks, cost - 1)
    looks.get_by_role("button", name="Find cheaper").press("Enter")
    expect(looks.locator("#over .note")).to_contain_text("in place of")
    expect(looks.locator("#over .warn")).to_have_count(0)
    expect(looks.get_by_role("button", name="Undo")).to_be_focused()
    after = worn(looks)
    assert len(after) == len(before)
    assert after[0] == before[0]
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
    assert spent(looks) <= cost - 1
    looks.get_by_role("button", name="Undo").press("Enter")
    expect(looks.get_by_role("button", name="Find cheaper")).to_be_visible()
    assert worn(looks) == before


@pytest.mark.one_width
def test_what_nothing_cheaper_keeps_within_is_told_with_the_least_that_it_costs(looks: Page) -> None:
    """That much brings it within: then pieces are found."""
    looks.locator("#board .look").first.click()
    expect(looks.locator("#suggestions")).to_contain_text("This look is complete.")
    before = worn(looks)
    limit(looks, 1)
    looks.get_by_role("button", name="Find cheaper").click()
    note = looks.locator("#over .note:not(.warn)")
    expect(note).to_have_text(
        re.compile(r"^Nothing cheaper fits your budget: with what you keep, it costs €[\d.]+ at least\. Unlock a piece to pay less\.$")
    )
    assert worn(looks) == before
    least = float(re.findall(r"€([\d.]+)", note.inner_text())[0])
    limit(looks, least)
    looks.get_by_role("button", name="Find cheaper").click()
    expect(looks.get_by_role("button", name="Undo")).to_be_visible()
    assert spent(looks) == pytest.approx(least)


@pytest.mark.one_width
def test_the_only_piece_gives_way_to_a_cheaper_one_like_it(page: Page) -> None:
    """Of its kind; where there is none, the least that one costs is told."""
    with page.expect_response("**/items?*sort=-price*"):
        page.get_by_label("Order").select_option("-price")
    expect(page.locator("#items .blank")).to_have_count(0)
    page.locator("#items .wear").first.click()
    expect(page.locator("#tally")).to_contain_text("€")
    limit(page, 1)
    page.get_by_role("button", name="Find cheaper").click()
    note = page.locator("#over .note:not(.warn)")
    expect(note).to_have_text(re.compile(r"^Nothing cheaper fits your budget: it costs €[\d.]+ at least\.$"))
    limit(page, spent(page) - 0.01)
    before = worn(page)
    page.get_by_role("button", name="Find cheaper").click()
    expect(note).to_contain_text("in place of")
    assert worn(page) != before


@pytest.mark.one_width
def test_a_note_that_all_slots_share_is_told_once(page: Page) -> None:
    """As a home that has learned nothing says of each."""
    said = "no outfits with such items were learned from, so this is a usual slot by the words of the items"
    items = [{"id": "w000001", "category": "tops", "title": "x", "score": 1, "probability": None, "share": 1}]
    slots = [{"category": name, "items": items, "fallback": said} for name in ("tops", "shoes", "bags")]
    answer = {"recommendation_id": "r", "complete": False, "slots": slots, "looks": [], "missing": []}
    page.route("**/complete-outfit", lambda route: route.fulfill(json=answer))
    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#suggestions .slot")).to_have_count(3)
    expect(page.locator("#suggestions .note")).to_have_count(1)
    expect(page.locator("#suggestions .note")).to_contain_text("These are what usually goes with it")
    expect(page.locator("#outfit")).not_to_contain_text("learned from, so")


@pytest.mark.one_width
def test_what_nothing_is_known_of_is_not_called_complete(page: Page) -> None:
    """The shop says that it cannot tell, and nothing to developers."""
    answer = {
        "recommendation_id": "r",
        "complete": False,
        "slots": [],
        "looks": [],
        "no_looks": "name `slots`",
        "why_not": "name `slots`",
        "missing": [],
    }
    page.route("**/complete-outfit", lambda route: route.fulfill(json=answer))
    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#suggestions .note")).to_contain_text("cannot tell yet what goes with this")
    expect(page.locator("#outfit")).not_to_contain_text("complete.")
    expect(page.locator("#outfit")).not_to_contain_text("name `slots`")


def test_what_tells_looks_apart_is_told_of_each(page: Page) -> None:
    """The best match first, with its figure; a figure that all share is told once. What is in it, and which costs least, too."""

    def answered(*probabilities: float, **more: object) -> None:
        looks = [
            {
                "items": [{"id": f"w00000{place}", "category": "tops", "title": f"top {place}", "price": price, "currency": "EUR"}],
                "price": price,
            }
            | {"score": 1.0, "probability": probability}
            for place, (price, probability) in enumerate(zip((30, 20, 40), probabilities, strict=True))
        ]
        slots = [{"category": "tops", "items": looks[0]["items"]}]
        answer = {"recommendation_id": "r", "complete": False, "slots": slots, "looks": looks, "missing": []} | more
        page.route("**/complete-outfit", lambda route: route.fulfill(json=answer))

    answered(0.994, 0.991, 0.989)
    page.locator("#items .wear").nth(3).click()
    expect(page.locator("#looks-note")).to_have_text("each goes together beautifully")
    expect(page.locator("#board .facts")).to_have_text(["+ €30.00", "+ €20.00 least expensive", "+ €40.00"])
    expect(page.get_by_role("button", name="Look 2 + €20.00 least expensive Top 1", exact=True)).to_be_visible()
    answered(0.99, 0.54, 0.96)
    page.get_by_label("Show what is sold out").check()
    expect(page.locator("#looks-note")).to_be_empty()
    expect(page.locator("#board .facts")).to_have_text(
        ["+ €30.00 99 % match", "+ €40.00 96 % match", "+ €20.00 54 % match least expensive"]
    )
    answered(0.54, 0.99, 0.96, text={"direction": "wedding"})
    page.get_by_label("Show what is sold out").uncheck()
    expect(page.locator("#board .facts").first).to_have_text("+ €30.00 54 % match")
