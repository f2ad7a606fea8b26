"""A home on a full disk, or mounted so that nothing can be written: what has to be written is refused, and the rest goes on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.home import store, versions
from app.home.replicas import ServingNote
from app.main import create_app

RULE = {"id": "off", "do": "exclude", "items": {"category": ["shoes"]}}


@pytest.fixture
def client(home: Path) -> Iterator[TestClient]:
    """The service, open to this machine."""
    app = create_app(Settings(home=home, keys={"open_on_loopback": True}))
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5)) as opened:
        yield opened


@pytest.mark.parametrize("why", [errno.ENOSPC, errno.EROFS])
def test_what_cannot_be_written_is_503(client: TestClient, monkeypatch: pytest.MonkeyPatch, why: int) -> None:
    """With when to come again, and without a path of the machine; nobody is told that it broke."""
    assert client.put("/rules", json={"rules": [RULE]}).status_code == 200

    def refuse(path: Path, *_: object) -> None:
        raise OSError(why, os.strerror(why), str(path))

    for room in (store, versions):
        monkeypatch.setattr(room, "write_whole", refuse)
    release = client.get("/readyz").json()["release"]
    for method, path, body in (
        ("PUT", "/rules", {"rules": [{**RULE, "id": "more"}]}),
        ("DELETE", "/rules/off", None),
        ("PUT", "/experiments", {"experiments": [{"name": "x", "variants": [{"name": "a"}, {"name": "b"}]}]}),
        ("POST", f"/releases/{release}/activate", None),
    ):
        answer = client.request(method, path, json=body)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/storage-unavailable"), path
        assert answer.headers["Retry-After"]
        assert os.strerror(why) in answer.json()["detail"]
        assert str(client.app.state.services.settings.home) not in answer.text  # type: ignore[attr-defined]
    assert [rule["id"] for rule in client.get("/rules").json()["rules"]] == ["off"]
    assert client.post("/complete-outfit", json={"items": ["tops-1"]}).status_code == 200


def test_a_note_that_cannot_be_removed_grows_old(tmp_path: Path) -> None:
    """A service ended with an error for it, and left what comes after that undone."""
    (tmp_path / "serving").write_text("a file where the directory should be stands for a read-only volume")
    ServingNote(tmp_path).remove()
