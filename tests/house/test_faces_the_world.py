"""What the operator's page says is passed on from the world is what the proxy passes on."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_and_the_proxy_name_the_same_paths() -> None:
    """Neither has one that the other lacks."""
    proxy = (ROOT / "deploy/caddy/Caddyfile").read_text()
    passed = {path for line in re.findall(r"^\t\tpath (.+)$", proxy, re.MULTILINE) for path in line.split()}
    page = (ROOT / "docs/operations.md").read_text().split("## What faces the world\n")[1].split("\n## ")[0]
    opened = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    assert passed == {word.split()[-1] for cell in opened for word in re.findall(r"`([^`]+)`", cell)}
    assert "/events" in passed
