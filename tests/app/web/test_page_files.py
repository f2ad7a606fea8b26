"""What the browser is given: the page, its files, and the rules it has to keep."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import app.web

STATIC = Path(app.web.__file__).parent / "static"


@pytest.mark.parametrize("path", ["/", "/web/main.js", "/web/style.css"])
def test_every_file_carries_the_policy(client: TestClient, path: str) -> None:
    """Own scripts and styles only, none inline, no markup out of text, in nobody's frame."""
    policy = client.get(path).headers["content-security-policy"]
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} <= set(
        policy.split("; ")
    )
    assert "unsafe" not in policy
    assert "*" not in policy


def test_scripts_are_told_to_be_scripts(client: TestClient) -> None:
    """A browser that may not sniff runs nothing else."""
    answer = client.get("/web/main.js")
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_file_that_is_unchanged_is_not_sent_again(client: TestClient) -> None:
    """Browsers ask each time and get 304."""
    first = client.get("/web/style.css")
    assert first.headers["cache-control"] == "no-cache"
    assert client.get("/web/style.css", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/web/missing.js", "/web/__init__.py", "/web/%2e%2e/__init__.py"])
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    """404 as a problem."""
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_person_is_told_that_nothing_is_here_by_a_page(client: TestClient) -> None:
    """With a way to the shop, under the page's policy; to all others it is a problem as before."""
    told = client.get("/nope", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert told.status_code == 404
    assert told.headers["content-type"].startswith("text/html")
    assert "content-security-policy" in told.headers
    assert '<a href="/">' in told.text
    assert client.get("/nope").headers["content-type"] == "application/problem+json"


def test_every_loaded_file_is_there() -> None:
    """What the page and its modules name exists; nothing is fetched from elsewhere and nothing writes markup."""
    named = re.findall(r'"/web/([^"]+)"', (STATIC / "index.html").read_text())
    assert {*named} >= {path.name for path in STATIC.glob("*.js")}  # none waits until another has come
    for module in STATIC.glob("*.js"):
        text = module.read_text()
        named += re.findall(r'from "\./([^"]+)"', text)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|https?://", text)
    assert all((STATIC / name).is_file() for name in named)
