"""Lines that a machine reads."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Literal

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.ground.logs import configure, logger
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.main import create_app


@pytest.fixture(autouse=True)
def _as_before() -> None:
    """Every test sets up its own."""
    configure(LogSettings())


def lines(capfd: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """What was written."""
    return [json.loads(line) for line in capfd.readouterr().err.strip().splitlines()]


def test_every_line_of_a_request_has_its_id(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The request's own line, with the release and the stages, and whatever else is said on the way."""
    (tmp_path / "file").touch()
    broken = LogSettings(json_lines=True, url=SecretStr(f"sqlite:{tmp_path}/file/log.sqlite"))
    with TestClient(create_app(Settings(home=home, log=broken))) as client:
        capfd.readouterr()
        event = {"id": "e", "type": "view", "item": "tops-1", "session": "s"}
        client.post("/events", json={"events": [event]}, headers={"X-Request-ID": "first"})
        client.post("/score-outfit", json={"outfits": [{"items": ["tops-1", "bags-1"]}]}, headers={"X-Request-ID": "second"})
        found = [line for line in lines(capfd) if "request_id" in line]
    assert [(line["event"], line["request_id"]) for line in found] == [
        ("events_refused", "first"),
        ("request", "first"),
        ("request", "second"),
    ]
    assert str(found[2]["release"]).startswith("r2-")
    assert {"resolve_ms", "score_ms", "ms", "status", "path", "timestamp", "level"} <= set(found[2])


def test_what_libraries_say_has_the_same_form(capfd: pytest.CaptureFixture[str]) -> None:
    """With the library's name, and a traceback in one line; set up twice it is said once."""
    configure(LogSettings(json_lines=True))
    configure(LogSettings(json_lines=True))
    logging.getLogger("redis").info("not worth a line")
    try:
        int("")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("broken %s", "pipe")
    [line] = lines(capfd)
    assert (line["event"], line["level"], line["logger"]) == ("broken pipe", "error", "uvicorn.error")
    assert "ValueError" in str(line["exception"])


@pytest.mark.parametrize("level", ["debug", "info"])
def test_no_chatter_of_libraries_is_a_line(capfd: pytest.CaptureFixture[str], level: Literal["debug", "info"]) -> None:
    """Whatever level is set, for the service or for a library: it tells what addresses are asked, with what is secret in them."""
    configure(LogSettings(json_lines=True, level=level))
    library = logging.getLogger("httpx")
    library.setLevel(logging.DEBUG)
    try:
        library.info('HTTP Request: GET https://shop.example/feed.csv?token=secret "HTTP/1.1 200 OK"')
        library.debug("connect_tcp.started")
        library.warning("worth a line")
    finally:
        library.setLevel(logging.NOTSET)
    assert [line["event"] for line in lines(capfd)] == ["worth a line"]


@pytest.mark.parametrize("json_lines", [True, False])
def test_no_text_of_a_client_spoils_a_line(capfd: pytest.CaptureFixture[str], json_lines: bool) -> None:  # noqa: FBT001 - a case
    """Nothing that a terminal obeys is in it, nor the end of a line: of the service, of a library, or of an error with its traceback."""
    spoilt = "\x1b[31m\x9b2J\x07\x85forged\u2028\u202e" + "\r"

    def fail() -> None:
        raise ValueError(spoilt)

    configure(LogSettings(json_lines=json_lines))
    logger().info("asked", path=spoilt)
    logging.getLogger("library").warning("broken %s", f"{spoilt}\n")
    try:
        fail()
    except ValueError:
        logger().exception(f"{spoilt}\n")
    written = capfd.readouterr().err
    assert all(line.isprintable() for line in written.split("\n"))
    assert written.count("forged") >= 4
    assert not [line for line in written.split("\n") if line.startswith("forged")]


def test_a_traceback_for_a_person_shows_no_variables(capfd: pytest.CaptureFixture[str]) -> None:
    """One of them may be a password."""
    password = "hunter" + "2" * 3
    try:
        int(password[:0])
    except ValueError:
        logger().exception("failed")
    said = capfd.readouterr().err
    assert "ValueError" in said
    assert password not in said
