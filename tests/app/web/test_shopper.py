"""Who shops: answers of their own, by what they did."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

pytestmark = pytest.mark.e2e


def test_a_shopper_has_answers_of_their_own(page: Page) -> None:
    """Who is named is asked for; what is not for everybody is marked, and what was bought before is left out."""
    asked: list[dict[str, Any]] = []

    def answer(number: int) -> dict[str, Any]:
        items = [{"id": f"w00000{place}", "category": "tops", "title": "x", "score": 1, "probability": None} for place in (1, 1 + number)]
        slots = [{"category": "tops", "items": items}]
        return {"recommendation_id": "r", "complete": False, "slots": slots, "looks": [], "missing": []}

    page.locator("#items .wear").nth(1).click()
    expect(page.locator("#suggestions .tile").first).to_be_visible()
    page.route("**/complete-outfit", lambda route: route.fulfill(json=answer(1)))
    page.reload()
    expect(page.locator("#suggestions .tile")).to_have_count(2)
    page.unroute("**/complete-outfit")

    def personal(route: Any) -> None:
        asked.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(json=answer(2) | {"shopper": {"user": "u00001", "personal": True}, "excluded": {"items": 2}})

    page.route("**/complete-outfit", personal)
    page.get_by_label("Shopping as").fill("u00001")
    page.get_by_label("Shopping as").press("Enter")
    expect(page.locator("#for-whom")).to_contain_text("Picked for u00001. 1 of these is here for your taste alone.")
    expect(page.locator("#for-whom")).to_contain_text("2 pieces that you have bought before are not shown again.")
    expect(page.locator("#suggestions .own-taste")).to_have_count(1)
    assert (asked[-1]["user"], asked[-1]["exclude_purchased"]) == ("u00001", True)
    page.unroute("**/complete-outfit")
    nothing = {"shopper": {"user": "u2", "personal": False}}
    page.route("**/complete-outfit", lambda route: route.fulfill(json=answer(1) | nothing))
    page.get_by_label("Shopping as").fill("u2")
    page.get_by_label("Shopping as").press("Enter")
    expect(page.locator("#for-whom")).to_contain_text("We don't know your taste yet, so these are for everybody.")
    page.evaluate("localStorage.clear()")


@pytest.mark.one_width
def test_what_a_shopper_looked_at_moves_what_is_suggested(page: Page) -> None:
    """Without a model that knows anybody: told by name in a visit of their own, and asked for at once."""
    bodies: dict[str, list[dict[str, Any]]] = {"events": [], "complete-outfit": []}

    def listen(request: Request) -> None:
        kind = request.url.rpartition("/")[2]
        if kind in bodies:
            bodies[kind].append(json.loads(request.post_data or "{}"))

    page.on("request", listen)
    page.locator("#items .wear").nth(1).click()
    page.get_by_label("Shopping as").fill("Ada")
    page.get_by_label("Shopping as").press("Enter")
    expect(page.locator("#for-whom")).to_contain_text("We don't know your taste yet")
    for place in (3, 4):  # what is told of the first may come after the answer, and stands in the second
        with page.expect_response("**/events"):
            page.locator("#items .tile").nth(place).press("Enter")
        page.keyboard.press("Escape")
        expect(page.locator("#product")).to_be_hidden()
    page.get_by_label("Show what is sold out").check()
    expect(page.locator("#for-whom")).to_contain_text(re.compile(r"^Picked for Ada, by \d pieces? that you looked at or chose lately."))
    everybodys, *own = (body["session"] for body in bodies["complete-outfit"])
    assert everybodys not in own
    assert {(event["user"], event["session"]) for body in bodies["events"] for event in body["events"]} == {("Ada", own[0])}
    page.evaluate("localStorage.clear()")
