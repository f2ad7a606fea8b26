"""What a page of the storefront weighs, over a shop whose pictures come from a studio and over the demo's."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from PIL import Image
from playwright.sync_api import Browser, Response, expect

from app.catalogue.importing import import_catalogue
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

pytestmark = pytest.mark.e2e

TILES = 24
MOST = 400_000


@pytest.fixture(scope="module")
def studio_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 24 items with features of their own, and pictures of some hundred kilobytes."""
    data, home = tmp_path_factory.mktemp("studio"), tmp_path_factory.mktemp("studio-home")
    rng = np.random.default_rng(0)
    for number in range(TILES):
        folds = rng.normal(0, 60, (40, 30, 3)).cumsum(axis=0).clip(-120, 120) + 128
        cloth = np.asarray(Image.fromarray(folds.astype(np.uint8)).resize((900, 1200), Image.Resampling.BICUBIC), dtype=float)
        buffer = io.BytesIO()
        Image.fromarray((cloth + rng.normal(0, 8, (1200, 900, 1))).clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=92)
        (data / f"{number}.jpg").write_bytes(buffer.getvalue())
    lines = [
        {"id": f"p{number}", "category": "tops", "image": f"{number}.jpg", "features": rng.normal(size=8).tolist()}
        for number in range(TILES)
    ]
    (data / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(data, ReleaseStore(home), default_encoder="shipped")
    return home


@pytest.mark.parametrize(("density", "width"), [(1, 1280), (2, 1280), (3, 390)])
def test_24_tiles_weigh_little_on_any_screen(
    studio_home: Path, browser: Browser, serving: Callable[[FastAPI], AbstractContextManager[str]], density: int, width: int
) -> None:
    """Each comes as large as it is seen, as WebP; the second time, nothing comes at all."""
    got: list[Response] = []
    context = browser.new_context(viewport={"width": width, "height": 4_000}, device_scale_factor=density)
    page = context.new_page()
    page.on("response", lambda response: got.append(response) if "/image" in response.url else None)
    with serving(create_app(Settings(home=studio_home, log=LogSettings(level="error")))) as address:
        for _ in range(2):
            page.goto(address)
            pictures = page.locator("#items img")
            expect(pictures).to_have_count(TILES)
            for place in range(TILES):
                expect(pictures.nth(place)).to_have_js_property("complete", value=True, timeout=30_000)
        fetched = [one for one in got if one.request.sizes()["responseBodySize"] > 0]
        assert len(fetched) == TILES
        assert sum(one.request.sizes()["responseBodySize"] for one in fetched) < MOST
        assert {one.header_value("content-type") for one in fetched} == {"image/webp"}
        shown = pictures.first.evaluate("image => image.clientWidth")
        chosen = {int(one.url.partition("width=")[2].partition("&")[0]) for one in fetched}
        assert max(chosen) >= min(512, shown * min(density, 2)) > max(chosen) / 2.5
    context.close()


def test_24_tiles_of_the_demo_weigh_little(browser: Browser, address: str) -> None:
    """Over its drawn pictures, with all else that the page fetches."""
    got: list[Response] = []
    context = browser.new_context(viewport={"width": 1280, "height": 4_000}, device_scale_factor=2)
    page = context.new_page()
    page.on("response", lambda response: got.append(response))  # noqa: PLW0108
    page.goto(address)
    pictures = page.locator("#items img")
    expect(page.locator("#items .tile")).to_have_count(TILES)
    for place in range(pictures.count()):
        expect(pictures.nth(place)).to_have_js_property("complete", value=True, timeout=30_000)
    weights = {one.url: one.request.sizes()["responseBodySize"] for one in got}
    assert sum("/image" in url for url in weights) >= TILES - 1  # one item of the demo has no picture here
    assert sum(weights.values()) < MOST
    context.close()
