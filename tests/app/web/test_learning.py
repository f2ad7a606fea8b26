"""From a click on a shop's own page, of another origin, to a run of the worker that learned from it."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import numpy as np
import polars as pl
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, expect

from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.home.keys import KeyFile
from app.home.runs import FINAL, read_run
from app.main import create_app
from app.release.release import Release
from tests.app.homes import copied

pytestmark = [pytest.mark.e2e, pytest.mark.integration, pytest.mark.training]
OTHERS, AT_ONCE = 450, 50
TRAINING = {
    "epochs": "1",
    "members": "1",
    "masks": "1",
    "mask_epochs": "1",
    "mask_size": "16",
    "embedding_size": "16",
    "hidden": "32",
    "heads": "2",
}
PAGE = """<!doctype html><html lang=en><title>Shop</title><body>
<script src="ADDRESS/attire.js" type="module"></script>
<complete-the-look item="ITEM" key="KEY"></complete-the-look><p id=bought></p>
<script>
addEventListener("attire:add", async ({detail: {item, session}}) => {
  const events = ["ITEM", item.id].map((id) => ({id: `order-${id}`, type: "purchase", item: id, session}));
  const headers = {"Content-Type": "application/json", "X-API-Key": "KEY"};
  const answer = await fetch("ADDRESS/events", {method: "POST", headers, body: JSON.stringify({events})});
  bought.textContent = `${answer.status} ${session}`;
});
</script>"""


def test_what_is_bought_on_a_foreign_page_is_learned_from(
    browser: Browser,
    wardrobe_home: Path,
    wardrobe_release: Release,
    serving: Callable[[FastAPI], AbstractContextManager[str]],
    tmp_path: Path,
) -> None:
    """The widget's look, Add pressed, the shop's order sent under the visit's session; then ``attire worker --once``."""
    home = copied(wardrobe_home, tmp_path / "home")
    pages = tmp_path / "pages"
    pages.mkdir()
    shop = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(SimpleHTTPRequestHandler, directory=str(pages)))
    Thread(target=shop.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{shop.server_address[1]}"
    _, key = KeyFile(home).create("pages", ["read", "events"], [origin])
    by_category: dict[str, list[str]] = {}
    for item, row in wardrobe_release.snapshot.row_of.items():
        by_category.setdefault(wardrobe_release.item(row).category, []).append(item)
    worn, rng = by_category["shoes"][3], np.random.default_rng(0)
    with serving(create_app(Settings(home=home, log=LogSettings(level="error")), wardrobe_release)) as address:
        (pages / "page.html").write_text(PAGE.replace("ADDRESS", address).replace("KEY", key).replace("ITEM", worn))
        page = browser.new_page()
        page.goto(f"{origin}/page.html")
        page.locator("complete-the-look li[part=tile]").first.get_by_role("button").click()
        expect(page.locator("#bought")).to_contain_text("202 ")
        session = page.locator("#bought").inner_text().removeprefix("202 ")
        page.close()
        events = [
            {"id": f"{number}-{item}", "type": "purchase", "item": item, "session": f"s{number}"}
            for number in range(OTHERS)
            for item in (str(rng.choice(by_category[name])) for name in rng.choice(sorted(by_category), 3, replace=False))
        ]
        headers = {"X-API-Key": key, "Origin": origin}
        for some in (events[first : first + AT_ONCE] for first in range(0, len(events), AT_ONCE)):
            assert httpx2.post(f"{address}/events", json={"events": some}, headers=headers).status_code == 202
    shop.shutdown()
    shop.server_close()
    small = {"LEAST_OUTFITS": "100", "TRAINING": json.dumps(TRAINING), "THREADS": "1", "NICE": "0"}
    environment = {**os.environ, **{f"ATTIRE_WORKER__{name}": value for name, value in small.items()}}
    command = [sys.executable, "-c", "from app.cli import main; main()", "worker", "--once", "--home", str(home)]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    [found] = (home / "worker" / "runs").glob(f"*/{FINAL}")
    run = read_run(found)
    assert run.decision in {"published", "rejected"}, run.reasons
    assert (run.came_in["visits"], run.came_in["clean outfits"]) == (OTHERS + 1, OTHERS + 1), "the page's visit is one of them"
    archived = pl.concat([pl.read_parquet(part) for part in home.rglob("part-*.parquet")], how="diagonal")
    mine = archived.filter((pl.col("session") == session) & (pl.col("type") != "impression"))
    assert sorted(mine["type"]) == ["add_to_cart", "purchase", "purchase"]
    assert worn in mine["item"].to_list()
