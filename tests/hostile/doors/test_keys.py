"""Who gets in: without a key, with one, with another's, with a revoked one; through a proxy, from a foreign page, from another machine."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import pytest
from fastapi.params import Security
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.api.doors import door_of
from app.cli.demo import open_here
from app.ground.doors import Door
from app.ground.parts import Keys
from app.ground.settings import Settings
from app.home.keys import FILE, KeyFile
from app.main import create_app
from models.errors import InputError

Asked = Callable[..., AbstractContextManager[TestClient]]
OPEN = Keys(open_on_loopback=True)
ELSEWHERE = ("203.0.113.9", 4000)
PAGE = "https://shop.example"
QUESTION = {"items": ["tops-01"], "slots": ["shoes"]}
EVENT = {"events": [{"id": "e1", "type": "view", "item": "tops-01", "session": "s"}]}
FORWARDING: Final = (
    ("Forwarded", "for=127.0.0.1"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Forwarded-Host", "localhost"),
    ("X-Forwarded-Proto", "http"),
    ("X-Forwarded-Port", "80"),
    ("X-Forwarded-Server", "a"),
    ("X-Forwarded", "1"),
    ("X-Real-IP", "127.0.0.1"),
    ("X-Client-IP", "127.0.0.1"),
    ("X-Cluster-Client-IP", "127.0.0.1"),
    ("True-Client-IP", "127.0.0.1"),
    ("CF-Connecting-IP", "127.0.0.1"),
    ("CF-Ray", "1"),
    ("CDN-Loop", "x"),
    ("Fastly-Client-IP", "127.0.0.1"),
    ("Fly-Client-IP", "127.0.0.1"),
    ("X-Original-Forwarded-For", "127.0.0.1"),
    ("X-Envoy-External-Address", "127.0.0.1"),
    ("X-Amzn-Trace-Id", "Root=1"),
    ("X-Azure-ClientIP", "127.0.0.1"),
    ("X-AppEngine-User-IP", "127.0.0.1"),
    ("X-ProxyUser-Ip", "127.0.0.1"),
    ("Via", "1.1 proxy"),
    ("Forwarded-For", "127.0.0.1"),
    ("Proxy-Client-IP", "127.0.0.1"),
    ("X-Remote-Addr", "127.0.0.1"),
    ("X-Originating-IP", "127.0.0.1"),
    ("X-Rewrite-URL", "/"),
    ("X-Vercel-Id", "1"),
    ("X-NF-Request-Id", "1"),
    ("X-Varnish", "1"),
    ("X-Amz-Cf-Id", "1"),
    ("X-Cloud-Trace-Context", "1"),
    ("DO-Connecting-IP", "127.0.0.1"),
)


def write(client: TestClient, **headers: str) -> int:
    """Try to change something; returns the status."""
    return client.delete("/items/none-such", headers=headers).status_code


def made(home: Path, *scopes: Any, origins: tuple[str, ...] = ()) -> tuple[str, str]:
    """A key's id and what opens."""
    key, token = KeyFile(home).create("test", scopes, origins)
    return key.id, token


def test_nothing_is_changed_without_a_key_though_all_says_loopback(asked: Asked) -> None:
    """As behind nginx's ``proxy_pass http://127.0.0.1``, which says all that the machine itself would say; asking goes on."""
    with asked() as client:
        assert write(client) == 401
        assert client.post("/releases/rollback").status_code == 401
        assert client.post("/complete-outfit", json=QUESTION).status_code == 200


@pytest.mark.parametrize(("name", "value"), FORWARDING)
def test_no_header_of_a_proxy_comes_from_this_machine(asked: Asked, name: str, value: str) -> None:
    """Where the setting lets this machine write: neither writing, nor asking, whatever the header says."""
    with asked(keys=OPEN) as client:
        assert write(client) == 404
        assert write(client, **{name: value}) == 401
        assert client.get("/categories", headers={name: value}).status_code == 401


@pytest.mark.parametrize(("peer", "url"), [(ELSEWHERE, "http://127.0.0.1"), (("127.0.0.1", 1), "http://shop"), (ELSEWHERE, "http://shop")])
def test_nobody_from_elsewhere_gets_in_without_a_key(asked: Asked, peer: tuple[str, int], url: str) -> None:
    """To no door but whether the process lives."""
    with asked(peer, url, keys=OPEN) as client:
        refused = [client.get(path) for path in ("/items", "/categories", "/items/tops-01/image", "/metrics", "/releases")]
        refused += [client.post(path, json=QUESTION) for path in ("/complete-outfit", "/score-outfit", "/similar-items", "/label-item")]
        refused += [client.post("/events", json=EVENT), client.put("/items", json={}), client.delete("/items/tops-01")]
        assert {answer.status_code for answer in refused} == {401}
        assert all(answer.headers["www-authenticate"] == "Bearer" for answer in refused)
        assert client.get("/healthz").status_code == client.get("/readyz").status_code == client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("public", "open_"),
    [
        ("pictures", {"picture"}),
        ("read", {"picture", "ask"}),
        ("events", {"event"}),
        ("metrics", {"figures"}),
        ("read,events", {"picture", "ask", "event"}),
    ],
)
def test_a_setting_opens_what_it_names_to_everyone(asked: Asked, public: str, open_: set[str]) -> None:
    """And nothing else: never what changes something."""
    with asked(ELSEWHERE, public=public) as client:
        found = {
            "picture": client.get("/items/tops-01/image").status_code,
            "ask": client.post("/complete-outfit", json=QUESTION).status_code,
            "event": client.post("/events", json=EVENT).status_code,
            "figures": client.get("/metrics").status_code,
            "write": write(client),
        }
    assert {name for name, status in found.items() if status != 401} == open_


@pytest.mark.parametrize(
    ("scopes", "opened"),
    [
        (("read",), {"ask", "figures"}),
        (("events",), {"event"}),
        (("clicks",), {"event"}),
        (("write",), {"ask", "write"}),
        (("admin",), {"ask", "event", "figures", "write", "administer"}),
    ],
)
def test_a_key_opens_its_scopes_and_no_other(asked: Asked, home: Path, scopes: tuple[str, ...], opened: set[str]) -> None:
    """From anywhere, in either header."""
    _, token = made(home, *scopes)
    for headers in ({"X-API-Key": token}, {"Authorization": f"bearer {token}"}):
        with asked(ELSEWHERE) as client:
            client.headers.update(headers)
            found = {
                "ask": client.post("/complete-outfit", json=QUESTION).status_code,
                "event": client.post("/events", json=EVENT).status_code,
                "figures": client.get("/metrics").status_code,
                "write": write(client),
                "administer": client.post("/releases/rollback").status_code,
            }
        assert {name for name, status in found.items() if status != 403} == opened


def test_a_key_is_known_and_refused_at_once_without_a_restart(asked: Asked, home: Path) -> None:
    """Made and revoked by another process while the replica runs."""
    with asked(ELSEWHERE) as client:
        key_id, token = made(home, "write")
        assert write(client, **{"X-API-Key": token}) == 404
        KeyFile(home).revoke(key_id)
        assert write(client, **{"X-API-Key": token}) == 403


@pytest.mark.parametrize("sent", ["x", "attire_", "attire_00000000_" + "A" * 43, "\xff\xfe", "a" * 5_000])
def test_a_wrong_key_is_refused_wherever_one_opens_anything_also_where_none_is_needed(asked: Asked, sent: str) -> None:
    """Who sends a key means it."""
    with asked(public=("read", "events"), keys=OPEN) as client:
        raw = {"X-API-Key": sent.encode("latin-1")}
        assert client.get("/categories", headers=raw).status_code == 403
        assert client.delete("/items/x", headers=raw).status_code == 403
        assert client.get("/healthz", headers=raw).status_code == 200


def test_what_is_open_to_all_and_not_counted_tells_nothing_of_the_key_that_was_sent(asked: Asked, home: Path) -> None:
    """So nobody can try keys there; pages, whose rate is that of the key, count a wrong one as everything of its address."""
    _, right = made(home, "admin")
    unknown = "attire_00000000_" + "A" * 43

    def told(client: TestClient, path: str, token: str | None) -> tuple[int, bytes, dict[str, str]]:
        answer = client.get(path, headers={"X-API-Key": token} if token else {}, follow_redirects=False)
        return answer.status_code, answer.content, {**answer.headers, "x-request-id": ""}

    with asked(ELSEWHERE) as client:
        for path in ("/healthz", "/readyz", "/ops", "/ops/enter"):
            assert told(client, path, None) == told(client, path, right) == told(client, path, unknown), path
        for path in ("/", "/docs", "/openapi.json", "/attire.js"):
            none, wrong = told(client, path, None), told(client, path, unknown)
            assert wrong[:2] == none[:2] == told(client, path, right)[:2]
            before = {int(none[2]["ratelimit-remaining"]), int(none[2]["ratelimit-limit"])}  # the latter where a minute began in between
            assert int(wrong[2]["ratelimit-remaining"]) + 1 in before, path


def test_a_publishable_key_opens_from_its_pages_only(asked: Asked, home: Path) -> None:
    """To ask and to say what was done; never the figures, never a change."""
    _, token = made(home, "read", "events", origins=(PAGE,))
    with asked(ELSEWHERE) as client:
        client.headers.update({"X-API-Key": token})
        for origin, status in ((PAGE, 200), ("https://evil.example", 403), ("null", 403), (f"{PAGE}.evil.example", 403), (None, 403)):
            headers = {} if origin is None else {"Origin": origin}
            assert client.post("/complete-outfit", json=QUESTION, headers=headers).status_code == status, origin
        other = client.post("/complete-outfit", json=QUESTION, headers={"Origin": "http://127.0.0.1:3000"}).json()["detail"]
        assert other == f"this key is for pages of {PAGE} only, not for http://127.0.0.1:3000"
        client.headers.update({"Origin": PAGE})
        assert client.post("/events", json=EVENT).status_code == 202
        assert [client.get("/metrics").status_code, write(client), client.get("/releases").status_code] == [403, 403, 403]


@pytest.mark.parametrize(("scopes", "status"), [(("read", "clicks"), 403), (("read", "events"), 202), (("clicks", "events"), 202)])
def test_a_key_for_clicks_claims_no_purchase(asked: Asked, home: Path, scopes: tuple[str, ...], status: int) -> None:
    """Nor a return; what is looked at, put into the bag or dismissed it tells."""
    _, token = made(home, *scopes, origins=(PAGE,))
    with asked(ELSEWHERE) as client:
        client.headers.update({"X-API-Key": token, "Origin": PAGE})
        for kind in ("view", "add_to_cart", "dismiss"):
            assert client.post("/events", json={"events": [EVENT["events"][0] | {"id": kind, "type": kind}]}).status_code == 202
        for kind in ("purchase", "return"):
            events = [EVENT["events"][0] | {"id": f"{kind}{place}", "type": one} for place, one in enumerate(("view", kind))]
            answer = client.post("/events", json={"events": events})
            assert answer.status_code == status
            assert status == 202 or answer.json()["errors"][0]["field"] == "events[1].type"


def test_events_come_from_no_foreign_page_without_a_key(asked: Asked) -> None:
    """Though the browser that it runs in sits at this machine; a page that a setting names may."""
    with asked(origins=(PAGE,)) as client:
        sent = [client.post("/events", json=EVENT, headers={"Origin": origin}).status_code for origin in (PAGE, "https://evil.example")]
    assert sent == [202, 403]


def test_the_first_start_prints_one_key_once_and_keeps_its_hash_only(asked: Asked, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Not in the log; not at the second start; in a file that nobody else can read."""
    with asked():
        out, err = capfd.readouterr()
    token = out.strip().rsplit(maxsplit=1)[-1]
    secret = token.split("_", 2)[2]
    with asked(ELSEWHERE) as client:
        assert write(client, **{"X-API-Key": token}) == 404
        client.get(f"/items?{token}={token}")
    again, err_again = capfd.readouterr()
    assert "attire_" not in again
    assert secret not in err + err_again
    file = home / FILE
    assert secret not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text())["keys"][0]["scopes"] == ["admin"]


def test_no_key_is_made_where_there_is_one(asked: Asked, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """In the environment, or not needed."""
    for keys in (Keys(admin=SecretStr("administer")), Keys(catalogue=SecretStr("stock-clerk")), OPEN):
        with asked(keys=keys):
            assert not (home / FILE).exists()
    assert capfd.readouterr().out == ""


def test_releases_are_looked_at_from_this_machine_where_no_key_is(asked: Asked) -> None:
    """Where the environment names one, that one is needed."""
    for keys, expected in ((Keys(), 200), (Keys(admin=SecretStr("a" * 20)), 401)):
        with asked(keys=keys) as client:
            assert client.get("/releases").status_code == expected


def test_the_demo_is_open_to_this_machine_unless_there_is_a_key(asked: Asked, home: Path) -> None:
    """It says so by the setting; where the environment names a key, that one is needed."""
    with asked(keys=open_here(Settings(home=home)).keys) as client:
        assert write(client) == 404
        assert write(client, Via="1.1 proxy") == 401
    with asked(keys=open_here(Settings(home=home, keys=Keys(admin=SecretStr("administer")))).keys) as client:
        assert write(client) == 401


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC", "reed"),
        ("PUBLIC", "write"),
        ("ORIGINS", "shop.example"),
        ("ORIGINS", "https://shop.example/look"),
        ("PROXIES", "proxy"),
        ("PROXIES", "["),
    ],
)
def test_a_setting_that_cannot_be_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Before anything starts."""
    monkeypatch.setenv(f"ATTIRE_{name}", value)
    with pytest.raises(InputError, match=f"ATTIRE_{name}'") as told:
        Settings.read()
    assert "settings.md" in str(told.value)


def test_replicas_that_start_together_make_one_key(home: Path) -> None:
    """And those who change the file at once lose nobody's key."""
    with ThreadPoolExecutor(8) as together:
        first = [one for one in together.map(lambda _: KeyFile(home).create_first("first", ["admin"]), range(8)) if one]
        ids = {key_id for key_id, _ in together.map(lambda _: made(home, "read"), range(8))}
    assert len(first) == 1
    assert {key.id for key in KeyFile(home).all()} == {first[0][0].id, *ids}


def test_a_broken_file_opens_nothing_new_and_shuts_nothing(asked: Asked, home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A replica goes on with the keys that it read; the log says so, once."""
    _, token = made(home, "write")
    with asked(ELSEWHERE) as client:
        assert write(client, **{"X-API-Key": token}) == 404
        (home / FILE).write_text("{")
        assert [write(client, **{"X-API-Key": token}) for _ in range(3)] == [404] * 3
        assert capfd.readouterr().err.count("keys_unreadable") == 1
        assert client.get("/readyz").json()["keys"]["problem"].startswith("older keys hold on")
        (home / FILE).unlink()
        assert write(client, **{"X-API-Key": token}) == 403


def test_who_starts_with_a_broken_file_is_not_ready(asked: Asked, home: Path) -> None:
    """No key opens; shoppers who need none are answered."""
    (home / FILE).write_text("{")
    with asked(ELSEWHERE) as client:
        assert "attire keys list" in client.get("/readyz").json()["detail"]
        assert client.get("/readyz?serving=true").json()["keys"]["problem"].startswith("none opens")


def test_a_scope_of_a_later_version_opens_nothing_and_shuts_nobody_out(asked: Asked, home: Path) -> None:
    """And it is still there when this version has made another key."""
    later, _ = made(home, "read")
    (home / FILE).write_text((home / FILE).read_text().replace('"read"', '"later"'))
    _, token = made(home, "write")
    with asked(ELSEWHERE) as client:
        assert write(client, **{"X-API-Key": token}) == 404
    assert {key.id: key.scopes for key in KeyFile(home).all()}[later] == ("later",)


def test_a_body_is_not_read_for_whom_is_refused(asked: Asked) -> None:
    """The answer is there before the first byte of it."""
    with asked(ELSEWHERE) as client:
        refused: list[int] = []

        async def receive() -> Any:
            pytest.fail("the body was asked for")

        async def send(message: Any) -> None:
            refused.append(message.get("status", 0))

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": "/complete-outfit",
            "query_string": b"",
            "headers": [(b"host", b"x")],
            "client": ELSEWHERE,
            "server": ("x", 80),
            "scheme": "http",
        }
        client.portal.call(client.app, scope, receive, send)  # type: ignore[union-attr]
        assert refused[0] == 401


def test_every_route_says_which_door_it_is_behind(home: Path) -> None:
    """One that did not would be the admin's alone; only whether the process lives is everybody's matter, and the entrance of /ops."""
    known = create_app(Settings(home=home)).router.routes
    routes = [route for route in known if isinstance(route, APIRoute) and not route.path.startswith("/docs")]
    assert not [route.path for route in routes if not any(isinstance(one, Security) for one in route.dependencies)]
    assert door_of(APIRoute("/new", lambda: None)) is Door.ADMIN
    apart = [route for route in routes if not route.path.startswith("/ops")]
    assert {route.path for route in apart if door_of(route) is Door.OPEN} == {"/healthz", "/readyz"}
    changing = {f"{method} {route.path}": door_of(route) for route in apart for method in route.methods - {"GET", "HEAD", "POST"}}
    assert {name for name, door in changing.items() if door is Door.ADMIN} == {"PUT /experiments"}
    assert set(changing.values()) == {Door.WRITE, Door.ADMIN}


def test_a_proxy_on_this_machine_that_is_named_is_not_this_machine(asked: Callable[..., AbstractContextManager[TestClient]]) -> None:
    """It adds no header, as nginx's bare ``proxy_pass``: without being named it looks like the machine itself."""
    for proxies, expected in ((), 200), (("127.0.0.1",), 401):
        with asked(proxies=proxies) as client:
            assert client.get("/items").status_code == expected


def test_a_file_that_may_not_be_read_any_more_opens_nothing(home: Path, asked: Callable[..., AbstractContextManager[TestClient]]) -> None:
    """Another user made it anew, perhaps to revoke a key: what was known before must not open for ever."""
    _, token = KeyFile(home).create("shop", ["write"])
    with asked() as client:
        put = {"items": [{"id": "shoes-00", "category": "shoes", "features": [0.0] * 7 + [1.0]}]}
        assert client.put("/items", json=put, headers={"X-API-Key": token}).status_code == 200
        kept = (home / "keys.json").rename(home / "kept.json")
        (home / "keys.json").mkdir()  # what not even root can read as a file
        assert client.put("/items", json=put, headers={"X-API-Key": token}).status_code == 403
        (home / "keys.json").rmdir()
        kept.rename(home / "keys.json")
        assert client.put("/items", json=put, headers={"X-API-Key": token}).status_code == 200


def test_a_page_of_the_services_own_address_reads_with_its_key(
    home: Path, asked: Callable[..., AbstractContextManager[TestClient]]
) -> None:
    """Browsers send no ``Origin`` with a GET to the page's own server."""
    _, token = KeyFile(home).create("page", ["read"], ["https://shop.example"])
    page = {"X-API-Key": token, "Sec-Fetch-Site": "same-origin"}
    with asked(peer=("203.0.113.7", 1), hosts=("shop.example",), base_url="http://shop.example") as client:
        assert client.get("/items", headers={**page, "Referer": "https://shop.example/dress"}).status_code == 200
        assert client.get("/items", headers={**page, "Referer": "https://other.example/"}).status_code == 403
        for site in ("same-site", "cross-site", "none"):
            elsewhere = {**page, "Sec-Fetch-Site": site, "Referer": "https://shop.example/dress"}
            assert client.get("/items", headers=elsewhere).status_code == 403


@pytest.mark.parametrize(
    ("scopes", "revoked", "keys", "told"),
    [
        ((), False, Keys(), False),
        (("read",), False, Keys(), True),
        (("admin",), False, Keys(), False),
        (("admin",), True, Keys(), True),
        (("read",), False, Keys(catalogue=SecretStr("a-catalogue-key")), True),
        (("read",), False, Keys(admin=SecretStr("an-admin-key")), False),
        (("read",), False, OPEN, False),
    ],
)
def test_a_start_without_any_key_that_opens_everything_says_how_to_make_one(
    asked: Asked, home: Path, capsys: pytest.CaptureFixture[str], scopes: tuple[str, ...], keys: Keys, *, revoked: bool, told: bool
) -> None:
    """Where keys were made before the first start it makes none by itself; a home without any gets its first."""
    if scopes:
        key, _ = made(home, *scopes)
        if revoked:
            KeyFile(home).revoke(key)
    with asked(keys=keys):
        pass
    out, err = capsys.readouterr()
    assert (f"attire keys create --home {home} --scope admin" in err) == told
    assert ("Key that opens everything" in out) == (not scopes)
