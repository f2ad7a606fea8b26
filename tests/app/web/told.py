"""What the service answers a widget in tests, and what its log has of pages."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Route


def events(log: Path, session: str, *, least: int) -> list[dict[str, Any]]:
    """What the log has of events that pages sent in a visit, once there are so many."""
    found: list[dict[str, Any]] = []
    until = time.monotonic() + 10
    while time.monotonic() < until and len(found) < least:
        with sqlite3.connect(f"file:{log}?mode=ro", uri=True) as connection:
            rows = connection.execute("SELECT data FROM entries WHERE stream = 'events'").fetchall()
        found = [said for (data,) in rows if (said := json.loads(data))["type"] in {"view", "add_to_cart"} and said["session"] == session]
        time.sleep(0.05)
    return found


def linked(route: Route) -> None:
    """An answer whose items have pages of their own."""
    answer = route.fetch().json()
    for slot in answer["slots"]:
        for item in slot["items"]:
            item["url"] = "http://127.0.0.1:9/elsewhere"
    route.fulfill(json=answer)


def reduced(route: Route) -> None:
    """An answer of one shirt that is on sale."""
    item = {"id": "x1", "category": "tops", "title": "shirt", "price": 20, "sale_price": 10, "currency": "EUR"}
    route.fulfill(json={"recommendation_id": "r", "slots": [{"category": "tops", "items": [item]}], "missing": []})
