"""What browsers are told: which pages may, under which names, and what not to do with an answer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.home.keys import KeyFile

Asked = Callable[..., AbstractContextManager[TestClient]]
PAGE = "https://shop.example"
EVIL = "https://evil.example"
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-api-key"}


def test_a_preflight_is_answered_for_pages_that_may(asked: Asked, home: Path) -> None:
    """Those of the setting, and at once those that a publishable key is bound to; for others 403, and nothing that lets them."""
    with asked(origins=(PAGE,)) as client:
        answer = client.options("/complete-outfit", headers={"Origin": PAGE, **PREFLIGHT})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, PAGE)
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert {"content-type", "x-api-key"} <= set(answer.headers["access-control-allow-headers"].lower().split(", "))
        other = client.options("/complete-outfit", headers={"Origin": EVIL, **PREFLIGHT})
        assert (other.status_code, other.json()["type"]) == (403, "/problems/foreign-page")
        assert "access-control-allow-origin" not in other.headers
        key, _ = KeyFile(home).create("page", ["read"], [EVIL])
        assert client.options("/items", headers={"Origin": EVIL, **PREFLIGHT}).status_code == 204
        KeyFile(home).revoke(key.id)
        assert client.options("/items", headers={"Origin": EVIL, **PREFLIGHT}).status_code == 403


def test_a_page_that_may_reads_refusals_too(asked: Asked) -> None:
    """Marked for this page only, whatever the answer; not for another page."""
    with asked(origins=(PAGE,)) as client:
        for path in ("/items", "/items/none-such", "/nowhere", "/items?x=1"):
            assert client.get(path, headers={"Origin": PAGE}).headers["access-control-allow-origin"] == PAGE
            answer = client.get(path, headers={"Origin": EVIL})
            assert "access-control-allow-origin" not in answer.headers
            assert "origin" in answer.headers["vary"].lower()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8000",
        "127.0.0.1",
        "[::1]:8000",
        "10.1.2.3:80",
        "api",
        "api:8000",
        "shop.example",
        "a.shops.example",
        "SHOP.example.",
    ],
)
def test_the_service_answers_under_its_names(asked: Asked, host: str) -> None:
    """Addresses, names without a dot, and those of the setting."""
    with asked(hosts=("shop.example", "*.shops.example")) as client:
        assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "shops.example",
        "shop.example.evil",
        "a b",
        "a/b",
        "a@b",
        "",
        "[",
        "[::1",
        "x:y",
        "x:1:2",
        "é",
        "-",
        "a..",
        "127.0.0.1@evil",
    ],
)
def test_an_odd_host_is_refused(asked: Asked, host: str) -> None:
    """With 400, as problem+json, on every path."""
    with asked(hosts=("shop.example", "*.shops.example")) as client:
        for path in ("/", "/healthz", "/items", "/nowhere"):
            answer = client.get(path, headers={"Host": host.encode()})
            assert (answer.status_code, answer.json()["type"]) == (400, "/problems/unknown-host")
            assert answer.headers["content-type"] == "application/problem+json"


def test_two_hosts_are_refused(asked: Asked) -> None:
    """A proxy before the service may have gone by the other one."""
    with asked(hosts=("shop.example",)) as client:
        assert client.get("/healthz", headers=[("Host", "shop.example"), ("Host", "shop.example")]).status_code == 400


@pytest.mark.parametrize(
    "path", ["/", "/web/main.js", "/docs", "/openapi.json", "/healthz", "/items", "/items/none-such", "/items?x=1", "/nowhere", "/metrics"]
)
def test_every_answer_tells_a_browser_what_it_must_not_do(asked: Asked, path: str) -> None:
    """Guess a type, be framed, tell where it was, load what is not from here; and nothing of who serves it."""
    with asked() as client:
        for answer in (client.get(path), client.get(path, headers={"Host": "evil.example"}), client.post(path)):
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert "server" not in answer.headers
