"""The real service over a small synthetic wardrobe, and a real browser."""

from __future__ import annotations

import functools
import json
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.home.keys import KeyFile
from app.home.store import ReleaseStore
from app.main import create_app
from app.release.release import Release
from models.bundle import Bundle
from models.compatibility.calibration import Calibration
from models.compatibility.slot_templates import SlotTemplates
from models.wardrobe.generate import generate
from models.wardrobe.shop_window import colour_of

HOSTILE = """<img src=x onerror="document.title='stolen'">"""
CHROMIUM = shutil.which("chromium")
WAIT_MS = 10_000
expect.set_options(timeout=WAIT_MS)
WIDTHS = (1280, 390)
"""Of the window: a desk's and a phone's."""


@pytest.fixture(scope="session")
def wardrobe_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that knows the wardrobe's usual slots; the first item's title is hostile, and it has no picture. Read only.

    Of the first tiles, the second is on sale; what would be the third is sold out.
    """
    data, home = tmp_path_factory.mktemp("wardrobe"), tmp_path_factory.mktemp("wardrobe-home")
    generate(data, items=120, outfits=60, shoppers=5, seed=1)
    table = pq.read_table(data / "items.parquet")
    rows = table.to_pylist()
    rows[0] |= {"title": HOSTILE, "image": None}
    leading = {row["category"]: row for row in reversed(rows)}
    _, on_sale, sold_out, *_ = sorted(leading.values(), key=lambda row: str(row["id"]))
    on_sale["sale_price"], sold_out["in_stock"] = round(on_sale["price"] / 2, 2), False
    seen = pq.read_table(data / "latents.parquet").to_pylist()
    for row, look in zip(rows, seen, strict=True):
        colour = colour_of(look["hue"], look["chroma"], look["lightness"])
        row |= {"currency": "EUR", "attributes": json.dumps({**json.loads(row["attributes"]), "colour": colour})}
    pq.write_table(pa.Table.from_pylist(rows, table.schema), data / "items.parquet")
    store = ReleaseStore(home)
    first = import_catalogue(data, store, default_encoder="shipped").release
    category = {row["id"]: row["category"] for row in rows}
    outfits = [json.loads(line)["items"] for line in (data / "outfits.jsonl").read_text().splitlines()]
    untrained = Bundle.load(store.bundle_path(first.bundle))
    manifest = replace(untrained.manifest, recipe="test", calibration=Calibration(slope=4.0, intercept=-2.0), parent=untrained.id)
    slots = SlotTemplates.fit([[category[item] for item in outfit] for outfit in outfits])
    Bundle(manifest, untrained.model, slots=slots).save(home / "trained")
    publish(home / "trained", store)
    return home


@pytest.fixture(scope="session")
def wardrobe_release(wardrobe_home: Path) -> Release:
    """The home's current release."""
    store = ReleaseStore(wardrobe_home)
    current = store.current()
    assert current is not None
    return Release.open(store, current)


@pytest.fixture(scope="session")
def sold_out(wardrobe_release: Release) -> str:
    """The id of an item that is sold out."""
    gone = next(row for row in wardrobe_release.snapshot.items.select(["id", "in_stock"]).to_pylist() if row["in_stock"] is False)
    return str(gone["id"])


@contextmanager
def _serving(app: FastAPI) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def serving() -> Callable[[FastAPI], AbstractContextManager[str]]:
    """Serves an application on a free port while the context is open; gives its address."""
    return _serving


@pytest.fixture(scope="session")
def address(wardrobe_home: Path, wardrobe_release: Release) -> Iterator[str]:
    """The service's address."""
    with _serving(create_app(Settings(home=wardrobe_home, log=LogSettings(level="error")), wardrobe_release)) as served:
        yield served


@pytest.fixture(scope="module")  # no longer: while it is open, nothing else in this thread may run an event loop
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
    if CHROMIUM is None:
        pytest.skip("no chromium on the PATH")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield opened
        opened.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Walk the storefront at both widths, each sentence of a test; ``one_width`` marks what no width changes, or what sets its own."""
    if "context" in metafunc.fixturenames:
        widths = WIDTHS[:1] if metafunc.definition.get_closest_marker("one_width") else WIDTHS
        metafunc.parametrize("context", widths, indirect=True, scope="module", ids=[f"{width} px" for width in widths])


@pytest.fixture(scope="module")
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    """One profile, so that pictures come from its cache; tests differ by page, and a page's session is its own."""
    opened = browser.new_context(viewport={"width": request.param, "height": 800}, reduced_motion="reduce")
    opened.set_default_timeout(WAIT_MS)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def free(context: BrowserContext) -> list[Page]:  # noqa: ARG001 - they are pages of it
    """Pages that no test has: to use one again costs hardly anything, a new one a second of a processor."""
    return []


@pytest.fixture
def tab(context: BrowserContext, free: list[Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page not yet opened.

    What a test routes, listens to, keeps in its session or resizes is undone after it; ``own_page`` marks one that leaves more behind.
    """
    opened = free.pop() if free else context.new_page()
    size, heard = opened.viewport_size, []

    def on(event: str, listener: Callable[..., None]) -> None:
        heard.append((event, listener))
        Page.on(opened, event, listener)

    opened.on = on
    yield opened
    if request.node.get_closest_marker("own_page"):
        opened.close()
    if not opened.is_closed():
        opened.unroute_all(behavior="ignoreErrors")  # what is still asked at the end would fail the next test
        opened.evaluate("self.origin === 'null' || sessionStorage.clear()")
        opened.goto("about:blank")
        opened.set_viewport_size(size)
        free.append(opened)
    for event, listener in heard:
        opened.remove_listener(event, listener)


@pytest.fixture
def blank(tab: Page) -> Iterator[Page]:
    """A page not yet opened; whatever it throws, or asks of another host, fails the test."""
    thrown: list[str] = []
    asked: list[str] = []
    tab.on("pageerror", lambda error: thrown.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    yield tab
    assert thrown == []
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []


@pytest.fixture
def page(blank: Page, address: str) -> Iterator[Page]:
    """The storefront, opened and filled; a complaint on its console fails the test."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    blank.on("console", listen)
    blank.goto(address)
    blank.locator("#items .tile").first.wait_for()
    blank.locator(".chip").nth(1).wait_for()
    yield blank
    assert complaints == []


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A shop's own server: its address, and where its pages are."""
    root = tmp_path_factory.mktemp("pages")
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(root)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", root
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def service(
    shop: tuple[str, Path],
    wardrobe_home: Path,
    wardrobe_release: Release,
    serving: Callable[[FastAPI], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, str, Path]]:
    """The service as a public one, with a key for the shop's pages: its address, the key, and its log."""
    home = tmp_path_factory.mktemp("keys")
    _, key = KeyFile(home).create("pages", ["read", "events"], [shop[0]])
    (home / "CURRENT").write_text((wardrobe_home / "CURRENT").read_text())
    for name in ("releases", "snapshots", "bundles", "images"):
        (home / name).symlink_to(wardrobe_home / name)
    settings = Settings(home=home, log=LogSettings(level="error"))
    with serving(create_app(settings, wardrobe_release)) as address:
        yield address, key, home / "log.sqlite"


@pytest.fixture
def opened(tab: Page, shop: tuple[str, Path], service: tuple[str, str, Path]) -> Iterator[Callable[..., Page]]:
    """Opens a page of the shop with this in its body."""
    pages = chain([tab], iter(tab.context.new_page, None))

    def open_(body: str, *, said: list[str] | None = None, head: str = "") -> Page:
        address, key, _ = service
        script = f'<script src="{address}/attire.js" type="module"></script>'
        text = f"<!doctype html><html lang=en><title>Shop</title><link rel=icon href=data:,><body>{script}{head}{body.replace('KEY', key)}"
        name = f"{len(list(shop[1].iterdir()))}.html"  # one of its own: a browser asks no second time within a second
        (shop[1] / name).write_text(text)
        page = next(pages)
        if said is not None:
            page.on("console", lambda message: said.append(message.text))
        page.goto(f"{shop[0]}/{name}")
        return page

    yield open_
    for page in tab.context.pages:
        if page is not tab:
            page.close()
