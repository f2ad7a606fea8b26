"""What the widget asks and tells where it does not get through: once it does, nothing is lost, and nobody is asked without end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.app.web.told import events

pytestmark = [pytest.mark.e2e, pytest.mark.integration, pytest.mark.one_width]
LOOK = '<complete-the-look item="w000028" key="KEY" slots="shoes" k="3"></complete-the-look>'
AGAIN = {"Retry-After": "0", "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Retry-After"}


def sent(page: Page) -> list[Request]:
    """What is asked and told from now on, as it comes."""
    requests: list[Request] = []
    page.on("request", lambda one: requests.append(one) if one.url.endswith(("/events", "/complete-outfit")) else None)
    return requests


def ids(request: Request) -> list[str]:
    """Of the events that it carries."""
    return [one["id"] for one in json.loads(request.post_data or "")["events"]]


def test_what_was_pressed_offline_arrives_later(opened: Callable[..., Page], service: tuple[str, str, Path]) -> None:
    """Once the browser is online again, each once."""
    page = opened(LOOK)
    buttons = page.locator("complete-the-look [part=tile] button")
    expect(buttons).to_have_count(3)
    page.context.set_offline(True)
    try:
        for place in range(2):
            with page.expect_event("requestfailed"):
                buttons.nth(place).click()
    finally:
        page.context.set_offline(False)
    found = events(service[2], page.evaluate("sessionStorage['attire-session']"), least=2)
    assert [one["type"] for one in found] == ["add_to_cart"] * 2
    page.wait_for_function("!('attire-unsent' in sessionStorage)")


def test_what_was_refused_for_now_is_sent_with_the_next(opened: Callable[..., Page], service: tuple[str, str, Path]) -> None:
    """Under its own id; also from the next page of the visit."""
    page = opened(LOOK)
    page.route("**/events", lambda route: route.fulfill(status=503))
    requests = sent(page)
    page.locator("complete-the-look [part=tile] button").first.click()
    page.wait_for_function("'attire-unsent' in sessionStorage")
    page.unroute("**/events")
    page.reload()
    [event] = events(service[2], page.evaluate("sessionStorage['attire-session']"), least=1)
    assert event["type"] == "add_to_cart"
    page.wait_for_function("!('attire-unsent' in sessionStorage)")
    first, again = (ids(one) for one in requests if one.url.endswith("/events"))
    assert first == again


def test_what_is_never_taken_is_not_sent_without_end(opened: Callable[..., Page]) -> None:
    """Each time after twice as long; what is not understood is dropped; no more than fifty are kept."""
    page = opened(LOOK)
    page.clock.install()
    page.route("**/events", lambda route: route.fulfill(status=429, headers=AGAIN))
    requests = sent(page)
    page.locator("complete-the-look [part=tile] button").first.click()
    for _ in range(100):
        page.clock.run_for(1_000)
        page.wait_for_timeout(20)  # answers take their time, whatever the page's clock says
    assert len({*map(str, map(ids, requests))}) == 1
    assert 4 <= len(requests) <= 7
    page.unroute("**/events")
    page.route("**/events", lambda route: route.fulfill(status=422, json={}))
    page.locator("complete-the-look [part=tile] button").nth(1).click()
    page.wait_for_function("!('attire-unsent' in sessionStorage)")


def test_a_question_is_asked_again_when_it_may_be(opened: Callable[..., Page]) -> None:
    """After ``Retry-After``."""
    page = opened("<main></main>")
    answers = [429, 503]

    def answer(route: Route) -> None:
        if not answers:
            return route.fallback()
        return route.fulfill(status=answers.pop(), headers=AGAIN, json={"title": "Busy", "detail": "later"})

    page.route("**/complete-outfit", answer)
    requests = sent(page)
    page.locator("main").evaluate("main => (main.innerHTML = '<complete-the-look item=w000028 quiet></complete-the-look>')")
    expect(page.locator("complete-the-look")).to_be_hidden()
    page.wait_for_timeout(4_000)
    assert len(requests) == 3


def test_a_question_that_failed_offline_is_asked_once_online(opened: Callable[..., Page], service: tuple[str, str, Path]) -> None:
    """And one that was refused for good is not."""
    page = opened("<main></main>")
    look = "(main, look) => (main.innerHTML = look)"
    requests = sent(page)
    page.context.set_offline(True)
    try:
        with page.expect_event("requestfailed"):
            page.locator("main").evaluate(look, LOOK.replace("KEY", service[1]))
        expect(page.locator("complete-the-look")).to_be_hidden()
    finally:
        page.context.set_offline(False)
    expect(page.locator("complete-the-look [part=tile]")).to_have_count(3)
    assert len(requests) == 2
    with page.expect_response("**/complete-outfit"):
        page.locator("complete-the-look").evaluate("element => element.setAttribute('item', 'nothing')")
    expect(page.locator("complete-the-look")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(200)
    assert len(requests) == 3
