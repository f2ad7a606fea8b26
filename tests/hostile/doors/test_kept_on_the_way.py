"""What caches between the service and who asks may keep: nothing that was answered for a key."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.home.keys import KeyFile

Asked = Callable[..., AbstractContextManager[TestClient]]
ELSEWHERE = ("203.0.113.9", 4000)
BY_KEY = {"Authorization", "X-API-Key"}


def varies(answer: object) -> set[str]:
    """The headers of a request that an answer depends on."""
    return {name.strip() for name in answer.headers["vary"].split(",")}  # type: ignore[attr-defined]


@pytest.mark.parametrize("header", ["X-API-Key", "Authorization"])
@pytest.mark.parametrize("public", [(), ("read",)])
def test_what_a_key_was_answered_is_kept_by_who_sent_it_alone(asked: Asked, home: Path, header: str, public: tuple[str, ...]) -> None:
    """And asked for again: 304 where it has not changed. Refusals likewise."""
    token = KeyFile(home).create("shop", ["read"])[1]
    key = {header: token if header == "X-API-Key" else f"Bearer {token}"}
    with asked(ELSEWHERE, public=public) as client:
        answer = client.get("/items", headers=key)
        again = client.get("/items", headers={**key, "If-None-Match": answer.headers["etag"]})
        wrong = client.get("/items", headers={header: f"{key[header]}x"})
        asks = client.post("/complete-outfit", json={"items": ["tops-01"]}, headers=key)
        assert [one.status_code for one in (answer, again, wrong, asks)] == [200, 304, 403, 200]
        for one in (answer, again, wrong, asks):
            assert one.headers["cache-control"] == "private, no-cache"
            assert varies(one) >= BY_KEY


def test_what_anyone_may_ask_may_be_kept_for_all_but_for_whom_a_key_opens_more(asked: Asked) -> None:
    """An answer without a key says that another may come with one."""
    with asked(ELSEWHERE, public=("read",)) as client:
        answer = client.get("/items")
        assert "cache-control" not in answer.headers
        assert varies(answer) >= BY_KEY
    with asked(ELSEWHERE) as client:
        assert client.get("/items").headers["cache-control"] == "private, no-cache"


def test_a_picture_that_needs_a_key_is_not_for_all(asked: Asked, home: Path) -> None:
    """However long it may be kept; where all may see it, it is, whoever asks."""
    key, drawn = {"X-API-Key": KeyFile(home).create("shop", ["write"])[1]}, io.BytesIO()
    Image.new("RGB", (40, 60), "red").save(drawn, "JPEG")
    picture = {"base64": base64.b64encode(drawn.getvalue()).decode()}
    with asked(ELSEWHERE) as client:
        item = {"id": "tops-01", "category": "tops", "image": picture, "features": [1.0] + [0.0] * 7}
        assert client.put("/items", json={"items": [item]}, headers=key).status_code == 200
        address = client.get("/items/tops-01", headers=key).json()["thumbnail_url"]
        for path, kept in ((address, "private, max-age=31536000, immutable"), ("/items/tops-01/image", "private, max-age=3600")):
            answer = client.get(path, headers=key)
            assert (answer.status_code, answer.headers["cache-control"], varies(answer) >= BY_KEY) == (200, kept, True)
            assert client.get(path, headers={**key, "If-None-Match": answer.headers["etag"]}).headers["cache-control"] == kept
    with asked(ELSEWHERE, public=("pictures",)) as client:
        for headers in ({}, key):
            answer = client.get(address, headers=headers)
            assert answer.headers["cache-control"].startswith("public")
            assert varies(answer).isdisjoint(BY_KEY)
