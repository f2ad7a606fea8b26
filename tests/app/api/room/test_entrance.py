"""Who gets into the ops room, and who does not: each thing that may be tried is tried."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.api.room import entrance
from app.ground.settings import Settings
from app.home.keys import Key, KeyFile
from app.main import create_app

PAGES = [
    "/ops",
    "/ops/releases",
    "/ops/rules",
    "/ops/experiments",
    "/ops/rollback",
    "/ops/releases/r1-00000000/activate",
    "/ops/runs/1",
    "/ops/pictures/tops-1",
    "/ops/nowhere",
]
FORMS = ["/ops/leave", "/ops/rollback", "/ops/releases/r1-00000000/activate", "/ops/rules", "/ops/rules/change", "/ops/rules/restore"]


def test_nothing_is_shown_or_done_for_who_has_not_come_in(outside: TestClient) -> None:
    """Every page and form leads to the entrance, whatever key a header carries; whatever came before."""
    for method, paths in (("GET", PAGES), ("POST", FORMS)):
        for path in paths:
            answer = outside.request(method, path, follow_redirects=False, data={} if method == "POST" else None)
            assert (answer.status_code, answer.headers["location"]) == (303, "/ops/enter"), path
    assert outside.get("/ops/enter").status_code == 200


def test_every_route_of_the_room_is_tried_here() -> None:
    """Also one that comes to be."""
    from app.api.room import acts, pages  # noqa: PLC0415 - beside what it is about

    told = {route.path for route in (*pages.router.routes, *acts.router.routes)}
    tried = {
        path.replace("r1-00000000", "{release_id}")
        .replace("runs/1", "runs/{run_id}")
        .replace("tops-1", "{item_id:path}")
        .replace("nowhere", "{rest:path}")
        for path in (*PAGES, *FORMS, "/ops/enter")
    }
    assert told == tried


def test_the_cookie_is_for_this_room_alone_and_scripts_do_not_see_it(outside: TestClient, key: str) -> None:
    """HttpOnly, SameSite=Strict, Path=/ops, an hour; Secure where a proxy ended TLS. The key is not in it, nor in any address."""
    tls = {"X-Forwarded-Proto": "https", "Origin": "https://testserver"}
    answer = outside.post("/ops/enter", data={"key": key}, follow_redirects=False, headers=tls)
    [morsel] = SimpleCookie(answer.headers["set-cookie"]).values()
    assert (morsel["httponly"], morsel["samesite"], morsel["path"], morsel["max-age"], morsel["secure"]) == (
        True,
        "strict",
        "/ops",
        "3600",
        True,
    )
    assert key not in answer.headers["set-cookie"]
    assert answer.headers["location"] == "/ops"
    assert answer.headers["cache-control"] == "no-store"


def test_the_cookie_opens_nothing_else(room: TestClient) -> None:
    """Not even the JSON routes that the pages use."""
    cookie = {"Cookie": f"{entrance.COOKIE}={room.cookies[entrance.COOKIE]}"}
    assert room.get("/releases", headers=cookie).status_code == 401
    assert room.get("/rules", headers=cookie).status_code == 401


@pytest.mark.parametrize("scope", ["read", "events", "write"])
def test_a_key_of_another_scope_is_refused(outside: TestClient, own: Path, scope: str) -> None:
    """As one that is none."""
    lesser = KeyFile(own).create("lesser", [scope])[1]  # type: ignore[list-item]
    for token in (lesser, "attire_00000000_" + "A" * 43):
        answer = outside.post("/ops/enter", data={"key": token})
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_no_key_is_an_error_of_the_form(outside: TestClient) -> None:
    """Whether the field is empty, or nothing at all is sent; and it is not counted as a try."""
    for _ in range(6):
        for answer in (outside.post("/ops/enter", data={"key": " "}), outside.post("/ops/enter")):
            assert (answer.status_code, "no key was typed" in answer.text) == (422, True)
            assert '<form method="post" action="/ops/enter"' in answer.text


def test_keys_are_not_tried_for_long(outside: TestClient, key: str) -> None:
    """Ten times a minute from one address; the right one is refused, too, then."""
    tried = [outside.post("/ops/enter", data={"key": f"wrong {number}"}).text for number in range(11)]
    assert "too many tries" not in tried[9]
    assert "too many tries" in tried[10]
    assert "too many tries" in outside.post("/ops/enter", data={"key": key}).text


def test_a_large_form_is_not_read(outside: TestClient) -> None:
    """Of whoever has not come in."""
    assert outside.post("/ops/enter", data={"key": "x" * 5_000}).status_code == 413


def test_a_page_of_another_site_can_send_nothing(room: TestClient, key: str, word: Callable[[TestClient, str], str]) -> None:
    """Neither with the cookie, as an old browser would send it, nor as a way to have somebody come in as another."""
    said = word(room, "/ops/rules")
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        for path in FORMS:
            assert room.post(path, data={"word": said}, headers=headers).status_code == 403, (path, headers)
        assert room.post("/ops/enter", data={"key": key}, headers=headers).status_code == 403
    assert room.post("/ops/rollback", data={"word": said}, headers={"Origin": ""}).status_code == 403
    del room.headers["Origin"]
    for path in FORMS:
        assert room.post(path, data={"word": said}).status_code == 403, path
    assert room.post("/ops/enter", data={"key": key}).status_code == 403


def test_what_is_refused_is_a_page_that_says_what_to_do(room: TestClient) -> None:
    """A form of another session, and a page that there is none of."""
    answer = room.post("/ops/rules", data={"word": "of another session", "rules": "[]"})
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html; charset=utf-8")
    assert "this form is of another session" in answer.text
    assert '<a class="button" href="/ops/rules">' in answer.text
    assert room.get("/ops/releases/").url.path == "/ops/releases"
    for path in ("/ops/runs/abc", "/ops/runs/7", "/ops/nowhere", "/ops/leave"):
        answer = room.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "No such page" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "No such page" in room.post("/ops/nowhere").text


def test_a_form_without_its_sessions_word_is_refused(room: TestClient, word: Callable[[TestClient, str], str], own: Path) -> None:
    """Also with that of another session."""
    with TestClient(create_app(Settings(home=own)), "http://testserver", headers={"Origin": "http://testserver"}) as other:
        other.post("/ops/enter", data={"key": KeyFile(own).create("Bob", ["admin"])[1]})
        for said in ("", "x", word(other, "/ops")):
            for path in FORMS:
                assert room.post(path, data={"word": said}).status_code == 403


def test_a_session_ends_with_its_key(room: TestClient, key: str, own: Path) -> None:
    """At once, when the key is revoked."""
    assert room.get("/ops", follow_redirects=False).status_code == 200
    KeyFile(own).revoke(Key.id_of(key) or "")
    assert room.get("/ops", follow_redirects=False).status_code == 303


def test_a_session_ends_after_an_hour(room: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it was used."""
    cookie = f"{entrance.COOKIE}={room.cookies[entrance.COOKIE]}"  # sent by hand: a client of its own would let go of it by then
    room.cookies.clear()
    assert room.get("/ops", headers={"Cookie": cookie}, follow_redirects=False).status_code == 200
    later = time.time() + entrance.LIVES_S + 1
    monkeypatch.setattr(entrance.time, "time", lambda: later)
    assert room.get("/ops", headers={"Cookie": cookie}, follow_redirects=False).status_code == 303


def test_a_forged_cookie_opens_nothing(room: TestClient) -> None:
    """A longer life, another key, other letters: each change is seen."""
    good = room.cookies[entrance.COOKIE]
    name, until, random, signature = good.split(".")
    room.cookies.clear()
    forged = ["", ".", "a.b.c.d", f"{name}.{int(until) + 9}.{random}.{signature}", f"environment:admin.{until}.{random}.{signature}"]
    forged += [
        f"{name}.{until}.{random}x.{signature}",
        f"{name}.{until}.{random}.{signature[:-1]}",
        f"{name}.{'9' * 40}.{random}.{signature}",
    ]
    for cookie in forged:
        assert room.get("/ops", headers={"Cookie": f"{entrance.COOKIE}={cookie}"}, follow_redirects=False).status_code == 303, cookie
    assert room.get("/ops", headers={"Cookie": f"{entrance.COOKIE}={good}"}, follow_redirects=False).status_code == 200


def test_every_replica_of_a_home_knows_the_session(room: TestClient, own: Path) -> None:
    """And one that starts later."""
    cookie = {"Cookie": f"{entrance.COOKIE}={room.cookies[entrance.COOKIE]}"}
    with TestClient(create_app(Settings(home=own))) as other:
        assert other.get("/ops", headers=cookie, follow_redirects=False).status_code == 200
    assert (own / ".ops-secret").stat().st_mode & 0o777 == 0o600


def test_leaving_forgets_the_cookie(room: TestClient, word: Callable[[TestClient, str], str]) -> None:
    """The browser has none then."""
    assert room.post("/ops/leave", data={"word": word(room, "/ops")}).url.path == "/ops/enter"
    assert room.get("/ops").url.path == "/ops/enter"


def test_who_left_does_not_come_in_again_with_a_copy_of_the_cookie(
    room: TestClient, word: Callable[[TestClient, str], str], own: Path, key: str
) -> None:
    """Here and in another process of the home; others' sessions go on, of the same key, too. It is forgotten when the hour is over."""
    cookie = {"Cookie": f"{entrance.COOKIE}={room.cookies[entrance.COOKIE]}"}
    with TestClient(create_app(Settings(home=own)), "http://testserver", headers={"Origin": "http://testserver"}) as other:
        assert other.get("/ops", headers=cookie, follow_redirects=False).status_code == 200
        other.post("/ops/enter", data={"key": key})
        room.post("/ops/leave", data={"word": word(room, "/ops")})
        room.cookies.clear()
        mine = dict(other.cookies)
        assert other.get("/ops", follow_redirects=False).status_code == 200
        other.cookies.clear()
        for client in (room, other):
            assert client.get("/ops", headers=cookie, follow_redirects=False).status_code == 303
        [noted] = (own / ".ops-left").iterdir()
        os.utime(noted, (0, 0))
        other.cookies.update(mine)
        other.post("/ops/leave", data={"word": word(other, "/ops")})
        assert noted not in (own / ".ops-left").iterdir()


@pytest.mark.parametrize(
    ("origin", "forwarded", "taken"),
    [
        ("http://testserver", None, True),
        ("HTTP://testserver", None, True),
        ("https://testserver", None, False),
        ("ftp://testserver", None, False),
        ("http://joe@testserver", None, False),
        ("https://testserver", "https", True),
        ("https://testserver", "https, http", True),
        ("http://testserver", "https", False),
    ],
)
def test_a_page_is_this_services_by_scheme_and_name(outside: TestClient, key: str, origin: str, forwarded: str | None, taken: bool) -> None:  # noqa: FBT001 - a case
    """By https where a proxy says that it ended TLS; who is refused for that is told so."""
    headers = {"Origin": origin} | ({"X-Forwarded-Proto": forwarded} if forwarded else {})
    answer = outside.post("/ops/enter", data={"key": key}, headers=headers, follow_redirects=False)
    assert answer.status_code == (303 if taken else 403)
    assert taken or ("X-Forwarded-Proto" in answer.text) == ("@" not in origin)
