"""Reading the catalogue: pages under change, parameters that nobody knows, answers that the client has, and how much is sent."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.ground.parts import Keys, Limits

Asked = Callable[..., AbstractContextManager[TestClient]]
OPEN = Keys(open_on_loopback=True)


def put(client: TestClient, item_id: str, **more: Any) -> None:
    """Change an item, or add one."""
    item = {"id": item_id, "category": "tops", "features": [1.0] * 8, **more}
    assert client.put("/items", json={"items": [item]}).status_code == 200


def test_who_turns_pages_sees_every_item_once_whatever_changes(asked: Asked) -> None:
    """Items before and behind are changed, added and taken out between two pages."""
    with asked(keys=OPEN) as client:
        stays = {item["id"] for item in client.get("/items", params={"category": "tops", "limit": 100}).json()["items"]} - {"tops-09"}
        seen: list[str] = []
        page = client.get("/items", params={"category": "tops", "limit": 3}).json()
        while True:
            seen += [item["id"] for item in page["items"]]
            put(client, seen[0], title="another")  # its row is now behind all others
            put(client, "tops-08", title="another")
            put(client, f"tops-00-{len(seen)}")
            client.delete("/items/tops-09")
            if "next_cursor" not in page:
                break
            page = client.get("/items", params={"category": "tops", "limit": 3, "cursor": page["next_cursor"]}).json()
    assert len(seen) == len(set(seen))
    assert stays <= set(seen)
    assert seen == sorted(seen)


def test_pages_end(asked: Asked) -> None:
    """Also where the last one is full; offsets walk through the same order."""
    with asked() as client:
        ask = lambda **more: client.get("/items", params={"category": "shoes", **more}).json()  # noqa: E731
        first = ask(limit=6)
        second = ask(limit=6, cursor=first["next_cursor"])
        assert len(second["items"]) == 6
        assert "next_cursor" not in second
        assert ask(limit=6, offset=6)["items"] == second["items"]
        assert ask(limit=6, cursor="")["items"] == first["items"]
        assert ask(limit=6, offset=100)["items"] == []


@pytest.mark.parametrize(
    "more", [{"cursor": "*"}, {"cursor": "_w"}, {"cursor": "x" * 2_001}, {"cursor": "YQ", "offset": 1}, {"cursor": "YQ", "mixed": True}]
)
def test_a_bad_cursor_is_named(asked: Asked, more: dict[str, Any]) -> None:
    """422, and which parameter."""
    with asked() as client:
        answer = client.get("/items", params=more)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] in more
        assert "mixed" not in more or "use offset" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "nearest"),
    [
        ("GET", "/items?limitt=3", "limit"),
        ("GET", "/items?Category=shoes", "category"),
        ("GET", "/items/tops-01?limit=3", None),
        ("GET", "/categories?x=1", None),
        ("GET", "/healthz?x=1", None),
        ("POST", "/complete-outfit?k=3", None),
        ("POST", "/events?x", None),
        ("DELETE", "/items/tops-01?dry=1", None),
        ("GET", "/releases?x=1", None),
    ],
)
def test_a_parameter_that_nobody_knows_is_refused(asked: Asked, method: str, path: str, nearest: str | None) -> None:
    """With 422, its name, and the nearest that is known; the storefront's page takes whatever a link to it has."""
    with asked(keys=OPEN) as client:
        answer = client.request(method, path)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
        [error] = answer.json()["errors"]
        assert error["field"] in path
        assert (f"did you mean {nearest!r}?" in error["problem"]) == (nearest is not None)
        assert client.get("/?utm_source=letter").status_code == 200


@pytest.mark.parametrize("path", ["/items?limit=3&limit=4", "/items?q=a&category=tops&q=a", "/items?cursor=&cursor="])
def test_a_parameter_that_is_given_twice_is_refused(asked: Asked, path: str) -> None:
    """Also where both say the same: none is taken in silence."""
    with asked() as client:
        answer = client.get(path)
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-request")
        [error] = answer.json()["errors"]
        assert path.count(f"{error['field']}=") == 2
        assert "more than once" in error["problem"]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/web/main.js", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/categories", "/items?limit=3"),
        *("/items/tops-01", "/items/none-such", "/items/none-such/image", "/releases", "/items?limitt=3", "/nowhere"),
    ],
)
def test_head_is_answered_as_get_is(asked: Asked, path: str) -> None:
    """With the same status and headers, without a body; also where the answer is a refusal."""
    with asked(keys=OPEN) as client:
        get, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (get.status_code, b"")
        said = {"content-type", "content-length", "etag", "cache-control", "vary"} - ({"content-length"} if path == "/metrics" else set())
        assert {name: head.headers.get(name) for name in said} == {name: get.headers.get(name) for name in said}
        assert client.head("/complete-outfit").status_code == 405
        if path == "/items?limit=3":
            figures = client.get("/metrics").text
            assert 'attire_requests_total{method="HEAD",route="/items",status="200"} 1.0' in figures


def test_many_unknown_parameters_cost_little(asked: Asked) -> None:
    """At most a few are told."""
    with asked() as client:
        answer = client.get("/items?" + "&".join(f"x{n}=1" for n in range(5_000)))
        assert answer.status_code == 422
        assert len(answer.json()["errors"]) == 20


@pytest.mark.parametrize(
    "path", ["/items?category=tops", "/items/tops-01", "/categories", "/items/pictured/image", "/", "/web/main.js", "/docs"]
)
def test_who_has_an_answer_is_told_304(asked: Asked, path: str) -> None:
    """Without a body; until it changes."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(buffer, "JPEG")
    image = {"base64": base64.b64encode(buffer.getvalue()).decode()}
    with asked(keys=OPEN) as client:
        put(client, "pictured", image=image)
        first = client.get(path)
        tag = first.headers["etag"]
        for sent in (tag, f'"other", {tag}', "*"):
            again = client.get(path, headers={"If-None-Match": sent})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content
        assert client.head(path, headers={"If-None-Match": tag}).status_code == 304
        if path.startswith(("/items?", "/items/tops", "/categories")):
            put(client, "tops-01", title="another title", category="hats")
            assert client.get(path, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("how", ["gzip", "br", "zstd"])
def test_what_is_large_is_sent_compressed(asked: Asked, how: str) -> None:
    """Not what is small, and no picture."""
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(buffer, "PNG")
    with asked(keys=OPEN) as client:
        put(client, "pictured", image={"base64": base64.b64encode(buffer.getvalue()).decode()})
        headers = {"Accept-Encoding": how}
        large = client.get("/items", params={"limit": 48}, headers=headers)
        assert large.headers["content-encoding"] == how
        assert int(large.headers["content-length"]) < 0.5 * len(
            client.get("/items?limit=48", headers={"Accept-Encoding": "identity"}).content
        )
        assert "accept-encoding" in large.headers["vary"].lower()
        for path in ("/items/tops-01", "/items/pictured/image"):
            assert "content-encoding" not in client.get(path, headers=headers).headers
        assert len(client.get("/items/pictured/image", headers=headers).content) > 1_000


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/items", {"GET", "HEAD", "PUT"}),
        ("/items/tops-01", {"GET", "HEAD", "DELETE"}),
        ("/complete-outfit", {"POST"}),
        ("/healthz", {"GET", "HEAD"}),
        ("/releases/rollback", {"POST"}),
    ],
)
def test_a_wrong_method_is_told_all_right_ones(asked: Asked, path: str, allowed: set[str]) -> None:
    """As RFC 9110 has it, 15.5.6."""
    with asked(keys=OPEN) as client:
        answer = client.request("TRACE", path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) >= allowed


def test_the_description_says_the_most_of_everything_and_what_goes_with_what(asked: Asked) -> None:
    """As the settings have it; a client that keeps to it is not refused for it."""
    with asked(limits=Limits(max_items=7, max_k=9)) as client:
        document = client.get("/openapi.json").json()
    objects = document["components"]["schemas"]
    asking = objects["CompleteOutfit"]["properties"]
    assert asking["items"]["maxItems"] == 7
    assert asking["k"]["anyOf"][0]["maximum"] == asking["looks"]["maximum"] == 9
    assert objects["EventsIn"]["properties"]["events"]["maxItems"] == Limits().max_events
    [limit] = [one["schema"] for one in document["paths"]["/items"]["get"]["parameters"] if one["name"] == "limit"]
    assert limit["maximum"] == 9
    for name, bodies in {
        "ItemIn": [
            ({"id": "a"}, 1),
            ({"image": {}, "category": "b"}, 1),
            ({"id": "a", "image": {}, "category": "b"}, 0),
            ({"category": "b"}, 0),
        ],
        "PictureIn": [({"part": "a"}, 1), ({"part": "a", "base64": "b"}, 0), ({"part": "a", "base64": None}, 1), ({}, 0)],
        "OutfitIn": [({"items": ["a"]}, 1), ({"items": ["a"], "photo": {}}, 0)],
        "SimilarItems": [({"id": "a", "k": 1}, 1), ({"id": "a", "text": "b"}, 0)],
    }.items():
        for body, fits in bodies:
            assert sum(matches(body, one) for one in objects[name]["oneOf"]) == fits, (name, body)


def test_every_operation_says_how_any_request_may_be_refused(asked: Asked) -> None:
    """Before it is known what it asks for: as no HTTP, too slow, too large in head or body, or by a service that is too busy."""
    with asked() as client:
        document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["responses"].keys() >= {"400", "408", "413", "431", "503"}, (method, path)


def test_whatever_is_sent_has_a_most(asked: Asked) -> None:
    """Each list and text of each request's body, however deep."""
    with asked() as client:
        document = client.get("/openapi.json").json()
    objects = document["components"]["schemas"]
    seen: set[str] = set()
    unbounded: list[str] = []

    def walk(schema: dict[str, Any], name: str) -> None:
        if (of := schema.get("$ref", "").rpartition("/")[2]) and of not in seen:
            seen.add(of)
            walk(objects[of], of)
        for kind in [*schema.get("anyOf", []), *schema.get("oneOf", [])]:
            walk(kind, name)
        for field, said in schema.get("properties", {}).items():
            walk(said, f"{name}.{field}")
        if schema.get("type") == "array" and "maxItems" not in schema:
            unbounded.append(name)
        if schema.get("type") == "string" and not schema.keys() & {"maxLength", "enum", "const", "format", "pattern"}:
            unbounded.append(name)
        walk(schema["items"], f"{name}[]") if "items" in schema else None

    for path in document["paths"].values():
        for operation in path.values():
            if content := operation.get("requestBody", {}).get("content", {}).get("application/json"):
                walk(content["schema"], operation["operationId"])
    assert len(seen) > 20
    assert ", ".join(sorted(set(unbounded))) == ""


def matches(body: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Whether an object fits the few words of JSON Schema that say what goes with what."""
    null = {"type": "null"}
    fits = [name in body for name in schema["required"]]
    fits += [(body[name] is None) == (said == null) for name, said in schema["properties"].items() if name in body]
    return all(fits) and ("anyOf" not in schema or any(matches(body, one) for one in schema["anyOf"]))


def test_no_refusal_names_a_path_of_the_machine(asked: Asked, home: Any) -> None:
    """Neither a rollback that has nowhere to go, nor a release whose files are broken."""
    with asked(keys=OPEN) as client:
        release = client.get("/releases").json()["releases"][0]
        refused = [client.post("/releases/rollback")]
        (home / "bundles" / release["bundle"] / "manifest.json").write_text("{")
        refused.append(client.post(f"/releases/{release['id']}/activate"))
    assert [answer.status_code for answer in refused] == [404, 503]
    assert all(str(home) not in answer.text for answer in refused)
    assert "manifest.json" in refused[1].text


@pytest.mark.parametrize("padding", [0, 6_000])
@pytest.mark.parametrize("charset", ["", "; charset=utf-8", "; charset=utf-7"])
def test_a_body_that_may_be_read_in_two_ways_is_refused(asked: Asked, padding: int, charset: str) -> None:
    """One that names something twice, of which a proxy may have looked at the other, and one that is not UTF-8; small and large.

    What `Content-Type` says of the encoding changes nothing, as it has no meaning for JSON.
    """
    more, headers = b" " * padding, {"Content-Type": f"application/json{charset}"}
    twice = [b'{"items": ["tops-01"], "items": ["tops-02"]}', b'{"items": [{"id": "tops-01", "id": "tops-02"}]}']
    with asked() as client:
        for body in twice:
            told = client.post("/complete-outfit", content=body + more, headers=headers)
            assert (told.status_code, "twice; leave one of them out" in told.json()["detail"]) == (400, True)
        for encoding in ("utf-16", "utf-16-le", "utf-32"):
            told = client.post("/complete-outfit", content=f'{{"items": ["tops-01"]}}{" " * padding}'.encode(encoding), headers=headers)
            assert (told.status_code, "send UTF-8" in told.json()["detail"]) == (400, True)
        fine = b'\xef\xbb\xbf{"items": ["tops-01"], "slots": [{"category": "shoes"}, {"category": "bags"}]}'
        assert client.post("/complete-outfit", content=fine + more, headers=headers).status_code == 200
