"""Traces: none, and nothing imported for them, unless a setting says where they go."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.main import create_app
from models.errors import InputError


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """A collector's address, and what was sent to it."""
    got: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/traces", got
    server.shutdown()
    server.server_close()


def test_a_request_is_a_span_with_its_release_and_stages(home: Path, collector: tuple[str, list[bytes]]) -> None:
    """Named by its route; that of health is none."""
    pytest.importorskip("opentelemetry.instrumentation.fastapi", reason="attire[otel] is not installed")
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="attire[otel] is not installed")
    url, got = collector
    app = create_app(Settings(home=home, traces=url))
    with TestClient(app) as client:
        answer = client.post("/complete-outfit", json={"items": ["tops-1"]}, headers={"X-Request-ID": "asked-by-a-test"})
        assert answer.status_code in {200, 401}
        client.get("/healthz")
        app.state.tracer_provider.shutdown()
    sent = b"".join(got)
    for part in (b"POST /complete-outfit", b"asked-by-a-test", b"attire.request_id"):
        assert part in sent
    assert b"/healthz" not in sent


def test_without_a_setting_nothing_is_imported(home: Path) -> None:
    """In a fresh interpreter that builds the service; that the client of Redis looks for the SDK is its own matter."""
    check = f"""
import sys
from pathlib import Path
from app.ground.settings import Settings
from app.main import create_app
create_app(Settings(home=Path({str(home)!r})))
found = [name for name in sys.modules if name.startswith(("opentelemetry.instrumentation", "opentelemetry.exporter"))]
sys.exit(str(found) if found else 0)
"""
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def test_without_the_extra_the_setting_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is served."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(InputError, match=r"attire\[otel\]"):
        create_app(Settings(home=home, traces="http://127.0.0.1:1/v1/traces"))
