"""Asking a running composition: where it answers, what it says, and waiting until it does."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

STARTED = time.monotonic()
PATIENCE_S = 120.0
ANY_CERTIFICATE = ssl.create_default_context()
ANY_CERTIFICATE.check_hostname = False
ANY_CERTIFICATE.verify_mode = ssl.CERT_NONE  # on localhost the proxy has one of its own making


def addresses() -> list[str]:
    """Where replicas may listen."""
    low, _, high = environment().get("API_PORTS", "8000-8009").partition("-")
    return [f"http://127.0.0.1:{port}" for port in range(int(low), int(high or low) + 1)]


def proxy() -> str:
    """Where the proxy answers by TLS."""
    said = environment()
    return f"https://{said.get('SITE') or 'localhost'}:{said.get('HTTPS_PORT') or '8443'}"


def environment() -> dict[str, str]:
    """What ``.env`` says."""
    lines = [line.partition("=") for line in Path(".env").read_text().splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in lines}


def compose(*words: str) -> str:
    """A command of docker compose."""
    return docker("compose", *words)


def docker(*words: str) -> str:
    """A command of docker."""
    return subprocess.run(["docker", *words], check=True, capture_output=True, text=True).stdout


def inspected(container: str, what: str) -> str:
    """Something that Docker knows of a container."""
    return docker("inspect", "--format", what, container).strip()


def call(method: str, address: str, path: str, body: Any = None, key: str | None = None) -> Any:  # noqa: ANN401 - JSON
    """Ask, and take the answer as JSON."""
    return json.loads(text(address, path, method, body, key))


def text(address: str, path: str, method: str = "GET", body: Any = None, key: str | None = None) -> str:  # noqa: ANN401 - likewise
    """Ask, and take the answer as it is."""
    headers = {"Content-Type": "application/json"} | ({"X-API-Key": key} if key else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30, context=ANY_CERTIFICATE) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        error.msg = f"{method} {path}: {error.read().decode()[:500]}"
        raise


def status(method: str, address: str, path: str, body: Any = None) -> int:  # noqa: ANN401 - likewise
    """The status of an answer."""
    try:
        text(address, path, method, body)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def answers(address: str, path: str = "/readyz") -> bool:
    """Whether somebody is there."""
    try:
        text(address, path)
    except OSError:
        return False
    return True


def wait(what: str, check: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Wait until something is so."""
    began = time.monotonic()
    while not check():
        if time.monotonic() - began > seconds:
            step(False, f"{what}: not within {seconds:.0f} s")
        time.sleep(0.1)
    step(True, f"{what} ({time.monotonic() - began:.1f} s)")


def step(good: bool, what: str) -> None:  # noqa: FBT001 - what a step is
    """Say what is so, or end."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {'ok  ' if good else 'FAIL'}  {what}", flush=True)
    if not good:
        sys.exit(1)
