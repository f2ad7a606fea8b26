"""What the composition's proxy passes on, and what it does not; over the real service."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import httpx2
import pytest
import uvicorn
import yaml
from pydantic import SecretStr

from app.ground.parts import Keys
from app.ground.settings import Settings
from app.main import create_app
from tests.app.homes import copied

ROOT = Path(__file__).parents[3]
KEY = {"X-API-Key": "a key of the tests"}
Proxied = Callable[..., AbstractContextManager[httpx2.Client]]
Shop = Callable[..., AbstractContextManager[httpx2.Client]]


@pytest.fixture
def shop(home: Path, tmp_path: Path, proxied: Proxied) -> Iterator[Shop]:
    """The proxy over one replica."""
    own = copied(home, tmp_path / "own")
    settings = Settings(home=own, keys=Keys(admin=SecretStr(KEY["X-API-Key"])), public=("read", "events"))
    with socket.create_server(("127.0.0.1", 0)) as replica:
        server = uvicorn.Server(uvicorn.Config(create_app(settings), log_config=None, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [replica]})
        thread.start()
        yield partial(proxied, replica.getsockname()[1], "127.0.0.1")
        server.should_exit = True
        thread.join()


@pytest.mark.integration
def test_only_what_is_public_is_passed_on(shop: Shop) -> None:
    """Whatever key is sent along."""
    with shop() as asked:
        item = asked.get("/items?limit=1").json()["items"][0]["id"]
        assert asked.post("/complete-outfit", json={"items": [item]}).status_code == 200
        assert asked.post("/events", json={"events": [{"id": "1", "type": "view", "item": item, "session": "s"}]}).status_code == 202
        for path in ("/", "/attire.js", "/web/main.js", "/categories", f"/items/{item}"):
            assert asked.get(path).status_code == 200, path
        for path in ("/metrics", "/releases", "/rules", "/ops", "/ops/enter", "/docs", "/openapi.json", "/readyz", "/healthz"):
            assert asked.get(path, headers=KEY).status_code == 404, path
        for method, path in (
            ("PUT", "/items"),
            ("PATCH", "/items"),
            ("DELETE", f"/items/{item}"),
            ("PUT", "/rules"),
            ("POST", "/releases/rollback"),
        ):
            assert asked.request(method, path, headers=KEY, json={}).status_code == 404, path


@pytest.mark.integration
def test_more_is_passed_on_where_that_is_set_and_needs_its_key_still(shop: Shop) -> None:
    """The ops room, with its form from a page of the proxy's own address."""
    with shop(PROXY_ALSO="/ops /ops/* /metrics") as asked:
        assert asked.get("/metrics").status_code == 401
        assert asked.get("/ops", follow_redirects=False).status_code == 303
        own = {"Origin": str(asked.base_url).rstrip("/")}
        entered = asked.post("/ops/enter", data={"key": KEY["X-API-Key"]}, headers=own, follow_redirects=False)
        assert entered.headers["location"] == "/ops"
        assert "Traffic" in asked.get("/ops").text
        assert asked.get("/releases", headers=KEY).status_code == 404


def test_the_composition_keeps_what_is_inside_inside() -> None:
    """Only the proxy may be given an address of the world's; every other port is on loopback, but for the replicas' own setting."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    ports = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert set(ports) == {"api", "proxy", "prometheus", "alertmanager", "grafana"}
    assert ports["api"] == ["${API_ADDRESS:-127.0.0.1}:${API_PORTS:-8000-8009}:8000"]
    assert all(port.startswith("${PROXY_ADDRESS:-127.0.0.1}:") for port in ports["proxy"])
    for name in ("prometheus", "alertmanager", "grafana"):
        assert all(port.startswith("127.0.0.1:") for port in ports[name]), name
    for name, one in services.items():
        if name != "redis":
            assert one.get("read_only"), name
            assert one.get("cap_drop") == ["ALL"], name
        assert one["deploy"]["resources"]["limits"], name


def test_what_the_composition_mounts_and_asks_for_is_there() -> None:
    """Files of this project, and settings that .env.example explains."""
    text = (ROOT / "docker-compose.yml").read_text()
    explained = (ROOT / ".env.example").read_text()
    for one in yaml.safe_load(text)["services"].values():
        for volume in one.get("volumes", []):
            if volume.startswith("./"):
                assert (ROOT / volume.partition(":")[0]).exists(), volume
    for name in ("SITE", "PROXY_ADDRESS", "PROXY_ALSO", "HTTPS_PORT", "HTTP_PORT", "GRAFANA_PASSWORD"):
        assert f"${{{name}" in text
        assert f"{name}=" in explained


def test_what_pages_ask_for_is_passed_on() -> None:
    """Every path that the storefront's and the widget's modules name."""
    text = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text()
    passed = {path for line in re.findall(r"^\t\tpath (.*)$", text, re.MULTILINE) for path in line.split()}
    modules = [path.read_text() for folder in ("static", "widget") for path in (ROOT / "app" / "web" / folder).glob("*.js")]
    named = {path for module in modules for path in re.findall(r"[\"`](/[a-z][a-z-]*)", module)}
    assert len(named) > 5
    assert named <= passed


def test_the_composition_has_the_caddy_that_is_tried_here(caddy: Path) -> None:
    """Before 2.11.2 a body was not sent again; the file asks for what that version brought."""
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["proxy"]["image"]
    version = re.fullmatch(r"caddy:(\d+\.\d+\.\d+)-alpine", image)
    assert version is not None
    assert subprocess.run([caddy, "version"], check=True, capture_output=True, text=True).stdout.startswith(f"v{version[1]} ")


def test_caddy_finds_nothing_to_say_of_the_file(caddy: Path, caddyfile: Path, tmp_path: Path) -> None:
    """It is valid and formatted, and no warning comes with it."""
    there = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    words = [caddy, "validate", "--config", caddyfile, "--adapter", "caddyfile"]
    said = subprocess.run(words, env=there, check=True, capture_output=True, text=True)
    assert not re.findall(r'"level":"(?:warn|error)".*', said.stderr)
    assert subprocess.run([caddy, "fmt", caddyfile], check=True, capture_output=True, text=True).stdout == caddyfile.read_text()
