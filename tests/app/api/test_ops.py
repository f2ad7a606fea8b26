"""Health, readiness, releases, request ids, documentation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.main import create_app
from tests.app.api.serving import HERE


def test_ready_names_the_release(client: TestClient) -> None:
    """Alive, ready, and with which release."""
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["release"].startswith("r2-")


def test_health_is_told_to_head_as_well(client: TestClient) -> None:
    """Some load balancers ask no other way."""
    assert [client.head(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_a_home_without_a_release_is_alive_but_not_ready(tmp_path: Path) -> None:
    """503 with Retry-After on /readyz and on every question."""
    with TestClient(create_app(Settings(home=tmp_path)), **HERE) as client:
        assert client.get("/healthz").status_code == 200
        for answer in (client.get("/readyz"), client.post("/complete-outfit", json={"items": ["tops-1"]}), client.get("/categories")):
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
            assert answer.json()["type"] == "/problems/not-ready"
        assert client.get("/releases").json() == {"releases": []}


def test_releases_are_listed_newest_first(home: Path) -> None:
    """With the one that answers marked, and what searches its items; to this machine, as no key is set."""
    with TestClient(create_app(Settings(home=home)), **HERE) as client:
        releases = client.get("/releases").json()["releases"]
    assert [(one["recipe"], one["current"]) for one in releases] == [("test", True), ("cosine", False)]
    assert [one["index"] for one in releases] == [{"flat": releases[0]["items"]}, None]


def test_a_sane_request_id_comes_back(client: TestClient) -> None:
    """The client's own id is kept."""
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"


@pytest.mark.parametrize("sent", ["", "a b", "x" * 500])
def test_another_request_id_is_made_up(client: TestClient, sent: str) -> None:
    """What could spoil a log line is replaced."""
    assert re.fullmatch(r"[0-9a-f]{32}", client.get("/healthz", headers={"X-Request-ID": sent}).headers["x-request-id"])


def test_the_documentation_shows_every_field_with_its_meaning(client: TestClient) -> None:
    """Each property of each request and answer is described."""
    assert client.get("/docs").status_code == 200
    for name, schema in client.get("/openapi.json").json()["components"]["schemas"].items():
        for field, about in schema.get("properties", {}).items():
            assert about.get("description") or name in {"HTTPValidationError", "ValidationError"}, f"{name}.{field}"


def test_the_log_has_one_line_per_request(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With request id, release and time."""
    with TestClient(create_app(Settings(home=home))) as client:
        capfd.readouterr()
        client.post("/complete-outfit", json={"items": ["tops-1"]}, headers={"X-Request-ID": "line-1"})
        [line] = capfd.readouterr().err.strip().splitlines()
        client.post("/ops/enter", data={"key": "none"})
        assert "status=403" in capfd.readouterr().err
    assert "line-1" in line
    assert "r2-" in line
    assert "ms" in line
    assert "200" in line
