"""The ops room in a real browser, at a desk and on a phone."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from anyio import to_thread
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

import app.api.rules
from app.experiments.book import ExperimentFile
from app.experiments.experiment import ASKED
from app.experiments.kept import KeptReports
from app.experiments.report import report_of
from app.experiments.tally import Tally
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.home.keys import KeyFile
from app.home.runs import FINAL, Runs
from app.home.store import ReleaseStore
from app.main import create_app
from app.rules.said import opening
from tests.app.homes import copied
from tests.app.web.axe import violations

pytestmark = pytest.mark.e2e

SHOTS = os.environ.get("ATTIRE_TEST_SHOTS")
"""A directory for pictures of the pages, for whoever wants to look at them."""


@pytest.fixture
def own(wardrobe_home: Path, tmp_path: Path) -> Path:
    """A home that may be changed."""
    return copied(wardrobe_home, tmp_path / "own")


@pytest.fixture
def room(own: Path, serving: Callable[[FastAPI], AbstractContextManager[str]]) -> Iterator[str]:
    """Its service's address."""
    with serving(create_app(Settings(home=own, log=LogSettings(level="error")))) as served:
        yield served


@pytest.fixture(params=[1280, 390])
def screen(request: pytest.FixtureRequest, browser: Browser, room: str) -> Iterator[Page]:
    """A page on a wide and on a narrow screen, closed before its service; what it complains about fails the test."""
    assert room
    context = browser.new_context(viewport={"width": request.param, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [line for line in complaints if not re.search("40[39]|422", line)] == []


def fits(page: Page, name: str) -> None:
    """Nothing is wider than the screen, and axe finds nothing."""
    page.wait_for_load_state()  # until its styles are there, too
    wide = page.viewport_size
    assert wide is not None
    assert page.evaluate("document.documentElement.scrollWidth") <= wide["width"], name
    assert violations(page) == [], name
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}-{wide['width']}.png", full_page=True)


def an_experiment(own: Path) -> None:
    """One that runs, and was reported on; a variant of it was stopped."""
    file, names = ExperimentFile(own), ("today", "bold", "mild")
    asked = {"name": "bolder", "variants": [{"name": name} for name in names], "note": "does it sell more?"}
    means = {"click": 0.5, "attach": 0.25, "purchase": 0.2, "return": 0.0, "value": 8.0, "empty": 0.0}
    many = Tally(
        units=1_000,
        impressions=2_000,
        means=means,
        variances=means,
        events=dict.fromkeys(means, 200),
        before_stop=1_000,
        order_value=40.0,
        currencies=("EUR",),
    )
    KeptReports(own).keep(report_of(file.put(ASKED.validate_python([asked])).named("bolder"), dict.fromkeys(names, many)))
    file.stop("bolder", "mild", "purchase is -0.1 from the control's 0.2")


def test_somebody_comes_in_looks_rolls_back_writes_a_rule_and_leaves(screen: Page, room: str, own: Path) -> None:
    """With a key, by forms alone; the key is in no address, and the back button shows nothing once they have left."""
    key, store = KeyFile(own).create("Ada", ["admin"])[1], ReleaseStore(own)
    now, before = store.served().id, store.before_current().id
    worn = screen.request.get(f"{room}/items?limit=1").json()["items"][0]["id"]
    for _ in range(3):
        screen.request.post(f"{room}/complete-outfit", data={"items": [worn], "k": 3})
    an_experiment(own)
    screen.goto(f"{room}/ops/releases")
    expect(screen).to_have_url(f"{room}/ops/enter")
    screen.get_by_label("A key").fill("wrong")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("alert")).to_contain_text("not a key")
    fits(screen, "enter")
    screen.get_by_label("A key").fill(key)
    screen.get_by_role("button", name="Come in").click()
    expect(screen).to_have_url(f"{room}/ops")
    expect(screen.get_by_role("table").filter(has_text="/ops/enter")).to_be_hidden()
    screen.get_by_role("heading", name="Traffic").click()
    expect(screen.get_by_role("table").filter(has_text="/ops/enter")).to_be_visible()
    fits(screen, "overview")

    screen.get_by_role("link", name="Releases").click()
    fits(screen, "releases")
    screen.get_by_role("link", name=f"Roll back to {before}").click()
    fits(screen, "confirm")
    assert store.served().id == now
    screen.get_by_role("button", name=f"Roll back to {before}").click()
    expect(screen.get_by_role("status")).to_have_text("Another release serves now")
    expect(screen.locator("li.current")).to_contain_text(before)
    assert store.served().id == before

    screen.get_by_role("link", name="Experiments").click()
    expect(screen.get_by_role("table")).to_contain_text("40.00 EUR")
    fits(screen, "experiments")

    screen.get_by_role("link", name="Rules").click()
    screen.get_by_text("Write rules as JSON").click()
    screen.get_by_label("A rule").fill('{"id": "no-bags", "do": "exclude", "items": {"brand": "Nordhavn"}}')
    screen.get_by_role("button", name="Save").click()
    expect(screen.get_by_role("alert").filter(has_text="items.brand")).to_contain_text("a list in square brackets")
    fits(screen, "rules-wrong")
    screen.get_by_label("A rule").fill('{"id": "no-bags", "do": "exclude", "items": {"category": ["shoes"]}, "note": "<i>sold</i>"}')
    screen.get_by_role("button", name="Try on the last answers").click()
    expect(screen.get_by_role("status").filter(has_text="answers would change")).to_be_visible()
    fits(screen, "rules-tried")
    screen.get_by_role("button", name="Save").click()
    expect(screen.locator(".cards li").first).to_contain_text("<i>sold</i>")
    screen.get_by_role("button", name="Switch off").click()
    expect(screen.locator(".cards li").first).to_contain_text(re.compile("off"))
    fits(screen, "rules")

    screen.get_by_role("button", name="Leave").click()
    expect(screen).to_have_url(f"{room}/ops/enter")
    screen.goto(f"{room}/ops/rules")
    expect(screen).to_have_url(f"{room}/ops/enter")


def test_a_run_that_waits_says_so(screen: Page, room: str, own: Path) -> None:
    """As each run says what became of it."""
    kept = Runs(own).directory("0001")
    kept.mkdir(parents=True)
    (kept / FINAL).write_text(json.dumps({"id": "0001", "started": "2026-11-28T03:32:48+00:00", "rows": 9, "decision": "waiting"}))
    screen.goto(f"{room}/ops/enter")
    screen.get_by_label("A key").fill(KeyFile(own).create("Ada", ["admin"])[1])
    screen.keyboard.press("Enter")
    screen.get_by_role("link", name="Releases").click()
    expect(screen.locator("li .badge", has_text="waiting")).to_be_visible()


def test_a_page_of_another_origin_cannot_press_a_button(screen: Page, room: str, own: Path) -> None:
    """Though the browser is in: the cookie stays away, and the form is refused."""
    key, store = KeyFile(own).create("Ada", ["admin"])[1], ReleaseStore(own)
    now = store.served().id
    screen.goto(f"{room}/ops/enter")
    screen.get_by_label("A key").fill(key)
    screen.get_by_role("button", name="Come in").click()
    expect(screen).to_have_url(f"{room}/ops")
    screen.goto("data:text/html,<p>elsewhere")
    screen.set_content(f'<form method="post" action="{room}/ops/rollback"><button>a prize</button></form>')
    screen.get_by_role("button").click()
    screen.wait_for_url(re.compile("/ops/"))
    assert store.served().id == now


def test_trying_a_rule_is_told_while_it_takes_its_time(screen: Page, room: str, own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is there at once: it says what is done, and nothing can be pressed twice; then what came of it, with pictures."""
    answer = screen.request.post(f"{room}/complete-outfit", data={"items": ["w000028"], "slots": [{"category": "shoes"}], "k": 3})
    (slot,) = answer.json()["slots"]
    done, dry_run_rules = Event(), app.api.rules.dry_run_rules

    async def slow(*given: Any) -> Any:
        await to_thread.run_sync(done.wait, 10)
        return await dry_run_rules(*given)

    monkeypatch.setattr("app.api.rules.dry_run_rules", slow)
    screen.goto(f"{room}/ops/enter")
    screen.get_by_label("A key").fill(KeyFile(own).create("Ada", ["admin"])[1])
    screen.get_by_role("button", name="Come in").click()
    screen.goto(f"{room}/ops/rules")
    screen.get_by_text("Write rules as JSON").click()
    screen.get_by_label("A rule").fill('{"id": "no-shoes", "do": "exclude", "items": {"category": ["shoes"]}}')
    screen.get_by_role("button", name="Try on the last answers").click(no_wait_after=True)
    expect(screen.get_by_role("status")).to_contain_text("This takes some seconds")
    expect(screen.get_by_role("button", name="Trying…")).to_be_disabled()
    expect(screen.get_by_role("button", name="Save")).to_have_count(0)
    expect(screen.get_by_label("A rule")).to_have_value(re.compile("no-shoes"))
    done.set()
    expect(screen.get_by_role("status").filter(visible=True)).to_contain_text("answers would change")
    expect(screen.locator(".trial")).to_be_focused()
    expect(screen.get_by_role("status").filter(visible=True)).to_be_in_viewport()
    expect(screen.get_by_role("button", name="Trying…")).to_be_hidden()
    expect(screen.get_by_role("button", name="Save")).to_be_enabled()
    for item in slot["items"]:
        expect(screen.get_by_role("table")).to_contain_text(f"{opening(item['title'])} {item['id']}")
    picture = screen.locator("table img").first
    screen.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    fits(screen, "rules-named")


def coming_in(screen: Page, room: str, own: Path) -> None:
    """To the rules."""
    screen.goto(f"{room}/ops/enter")
    screen.get_by_label("A key").fill(KeyFile(own).create("Ada", ["admin"])[1])
    screen.get_by_role("button", name="Come in").click()
    expect(screen).to_have_url(f"{room}/ops")
    screen.get_by_role("link", name="Rules").click()


def test_a_merchandiser_writes_and_changes_a_rule_without_json(screen: Page, room: str, own: Path) -> None:
    """By what the catalogue has, at a desk and on a phone; the next answer obeys, and the card says in words what it does."""
    ask = {"items": ["w000028"], "slots": [{"category": "shoes"}], "k": 30}
    shown = screen.request.post(f"{room}/complete-outfit", data=ask).json()["slots"][0]["items"]
    brand = shown[0]["brand"]
    coming_in(screen, room, own)
    screen.get_by_role("link", name="Never suggest these").click()
    fits(screen, "rule-new")
    screen.get_by_role("button", name="Save").click()
    expect(screen.get_by_role("alert")).to_contain_text("Which items are never suggested? is missing")
    expect(screen.get_by_role("alert")).to_be_focused()
    fits(screen, "rule-wrong")
    screen.get_by_text("Brands", exact=True).first.click()
    screen.get_by_role("checkbox", name=brand).first.check()
    screen.get_by_text("Price", exact=True).first.click()
    screen.get_by_label("from", exact=True).first.fill("0.5")
    screen.get_by_label("until").fill("2999-12-24T18:00")
    screen.get_by_label("time of").select_option("Europe/Berlin")
    screen.get_by_label("Note").fill("Not for now")
    screen.get_by_role("button", name="Try on the last answers").click()
    expect(screen.get_by_text("answers would change")).to_be_in_viewport()
    fits(screen, "rule-tried")
    screen.get_by_role("button", name="Save").click()
    expect(screen.get_by_role("status")).to_have_text("Saved: not-for-now")
    expect(screen.get_by_role("status")).to_be_focused()
    screen.get_by_role("link", name="not-for-now", exact=True).click()
    expect(screen.locator("li:target")).to_contain_text("Not for now")
    said = f"Never suggests brand {brand}, priced 0.5 or more; until 24 Dec 2999 18:00 UTC+01:00."
    expect(screen.locator(".cards li").first).to_contain_text(said)
    expect(screen.get_by_text('"not-for-now"')).to_be_hidden()
    fits(screen, "rules-in-words")
    left = screen.request.post(f"{room}/complete-outfit", data=ask).json()
    assert brand not in {item["brand"] for item in left["slots"][0]["items"]}
    assert left["rules"] == ["not-for-now"]

    screen.get_by_role("link", name="Edit not-for-now").click()
    expect(screen.get_by_role("checkbox", name=brand).first).to_be_checked()
    expect(screen.get_by_label("until")).to_have_value("2999-12-24T18:00")
    screen.get_by_label("In force").uncheck()
    screen.get_by_role("button", name="Save").click()
    expect(screen.locator(".cards li").first).to_contain_text("off")
    assert screen.request.post(f"{room}/complete-outfit", data=ask).json()["slots"][0]["items"] == shown


def test_a_look_is_put_together_by_keyboard(screen: Page, room: str, own: Path) -> None:
    """Items are found by words, ticked with the space bar, and shown with their pictures."""
    coming_in(screen, room, own)
    screen.get_by_role("link", name="A stylist's look").click()
    screen.get_by_label("words to look for").first.focus()
    screen.keyboard.type("shoes")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("group", name="Found for \u201cshoes\u201d")).to_be_focused()
    fits(screen, "rule-found")
    boxes = screen.locator("input[type=checkbox][name=ids]")
    ids = [str(boxes.nth(place).get_attribute("value")) for place in (0, 1)]
    boxes.first.focus()
    screen.keyboard.press("Space")
    screen.keyboard.press("Tab")
    screen.keyboard.press("Space")
    screen.get_by_role("button", name="Try on the last answers").press("Enter")
    expect(screen.locator("#ids")).to_have_value("\n".join(ids))
    expect(screen.get_by_role("status").filter(has_text=f"look-{ids[0]}-{ids[1]}: A look")).to_be_visible()
    screen.get_by_role("button", name="Save").press("Enter")
    expect(screen.locator(".cards li").first).to_contain_text("draft")
