"""The API's documentation in a real browser, which may ask no other host."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e

LONG_MS = 30_000
"""Its script takes seconds to draw so many operations, and as long again where other work goes on."""


def test_it_shows_the_operations_without_the_internet(blank: Page, address: str) -> None:
    """Each with its example."""
    blank.goto(f"{address}/docs")
    operation = blank.locator("#operations-outfits-complete_outfit_complete_outfit_post")
    operation.click(timeout=LONG_MS)
    expect(operation.locator(".body-param__example")).to_contain_text("w000042")
