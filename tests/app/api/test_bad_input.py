"""Whatever a client sends, the answer is a problem that names it, and the service goes on."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

JSON = {"content-type": "application/json"}


def refused(client: TestClient, body: bytes, status: int, path: str = "/complete-outfit") -> dict[str, Any]:
    """The problem that a body is answered with."""
    answer = client.post(path, content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["type"].startswith("/problems/")
    assert problem["detail"]
    assert problem["errors"]
    assert client.get("/readyz").status_code == 200
    return problem


@pytest.mark.parametrize("body", [b'{"items":', b"", b"\xff\xfe", b"[" * 100_000, b'{"items":["tops-1"],"k":' + b"9" * 5_000 + b"}"])
def test_what_is_not_json_is_refused(client: TestClient, body: bytes) -> None:
    """Cut off, empty, not UTF-8, nested without end, numbers without end."""
    problem = refused(client, body, 422 if body == b"" else 400)
    assert problem["errors"][0]["value"]


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        (b'{"items": []}', "items", "[]"),
        (b'{"items": "tops-1"}', "items", "tops-1"),
        (b'{"items": [1]}', "items[0]", "1"),
        (b'{"items": [null]}', "items[0]", "null"),
        (b'{"items": [""]}', "items[0].id", ""),
        (b'{"items": ["\\ud800"]}', "items[0].id", '"\\ud800"'),
        (b'{"items": [{}]}', "items[0]", "{}"),
        (b'{"items": [{"id": "tops-1", "title": "x"}]}', "items[0]", '{"id": "tops-1", "title": "x"}'),
        (b'{"items": ["tops-1"], "k": "3"}', "k", "3"),
        (b'{"items": ["tops-1"], "k": 0}', "k", "0"),
        (b'{"items": ["tops-1"], "k": 2.5}', "k", "2.5"),
        (b'{"items": ["tops-1"], "k": true}', "k", "true"),
        (b'{"items": ["tops-1"], "k": 101}', "k", "101"),
        (b'{"items": ["tops-1"], "looks": 1000000000}', "looks", "1000000000"),
        (b'{"items": ["tops-1"], "budget": NaN}', "budget", "NaN"),
        (b'{"items": ["tops-1"], "budget": Infinity}', "budget", "Infinity"),
        (b'{"items": ["tops-1"], "budget": 1e999}', "budget", "Infinity"),
        (b'{"items": ["tops-1"], "diversity": 1.5}', "diversity", "1.5"),
        (b'{"items": ["tops-1"], "explain": "yes"}', "explain", "yes"),
        (b'{"items": ["tops-1"], "slots": []}', "slots", "[]"),
        (b'{"items": ["tops-1"], "candidates": []}', "candidates", "[]"),
        (b'{"items": ["tops-1"], "filters": {"price": {"min": 9, "max": 1}}}', "filters.price", '{"min": 9, "max": 1}'),
        (b'{"items": ["tops-1"], "filters": {"brand": "Contoso"}}', "filters.brand", "Contoso"),
        (b'{"items": ["tops-1"], "\\ud800": 1}', '"\\ud800"', "1"),
    ],
)
def test_a_wrong_value_is_422_naming_field_and_value(client: TestClient, body: bytes, field: str, value: str) -> None:
    """Wrong types, NaN, numbers out of range, nothing where something is needed."""
    error = refused(client, body, 422)["errors"][0]
    assert error["value"] == value
    assert error["problem"]
    assert error["field"] == field or not field.isascii() or "ud800" in field


@pytest.mark.parametrize("field", ["k", "looks"])
def test_a_number_that_no_float_holds_is_refused_as_any_that_is_too_large(client: TestClient, field: str) -> None:
    """It was counted as cost before it was refused, and that made a 500."""
    [error] = refused(client, b'{"items": ["tops-1"], "%b": 1%b}' % (field.encode(), b"0" * 400), 422)["errors"]
    assert (error["field"], error["problem"]) == (field, "at most 100")
    batch = b'{"requests": [{"items": ["tops-1"], "%b": 1%b}, {"items": ["tops-1"]}]}' % (field.encode(), b"0" * 400)
    first, second = client.post("/complete-outfits", content=batch, headers=JSON).json()["answers"]
    assert first["problem"]["errors"][0]["field"] == field
    assert second["answer"]["slots"]


def test_a_misspelt_field_is_told_with_the_nearest(client: TestClient) -> None:
    """At any depth."""
    [error] = refused(client, b'{"items": ["tops-1"], "filters": {"prise": 1}}', 422)["errors"]
    assert error["field"] == "filters.prise"
    assert error["value"] == "1"
    assert "did you mean 'price'" in error["problem"]


@pytest.mark.parametrize(
    ("body", "words"), [(b'{"items": [42]}', "the id of an item"), (b'{"items": ["tops-1"], "slots": [7]}', "a category")]
)
def test_what_is_mostly_a_string_is_asked_for_as_one(client: TestClient, body: bytes, words: str) -> None:
    """And as the object that it is short for."""
    [error] = refused(client, body, 422)["errors"]
    assert words in error["problem"]
    assert "or an object with" in error["problem"]


def test_an_object_is_shown_where_another_value_stands_for_it(client: TestClient) -> None:
    """By an example of that very object."""
    [error] = refused(client, b'{"items": ["tops-1"], "filters": {"price": 80}}', 422)["errors"]
    assert (error["field"], error["problem"]) == ("filters.price", 'should be an object, such as {"max": 80}')
    answer = client.post("/score-outfit", json={"outfits": [["tops-1", "shoes-1"]]}).json()
    assert answer["detail"] == 'outfits[0]: should be an object, such as {"items": ["w000042", "w000113"]}'


def test_unknown_ids_are_404_naming_each(client: TestClient) -> None:
    """When no item is known there is nothing to complete."""
    errors = refused(client, b'{"items": ["ghost", {"id": "spook"}]}', 404)["errors"]
    assert [error["value"] for error in errors] == ["ghost", "spook"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("shoos", "did you mean 'shoes'?"),
        ("boots", "did you mean 'shoes'?"),
        ("chaussures", "did you mean 'shoes'?"),
        ("dresses", "GET /categories lists those there are"),
    ],
)
def test_an_unknown_slot_is_404_with_the_category_that_is_meant(client: TestClient, name: str, told: str) -> None:
    """One that is worn so, before one that is spelt so."""
    [error] = refused(client, json.dumps({"items": ["tops-1"], "slots": [name]}).encode(), 404)["errors"]
    assert error == {"field": "slots[0].category", "value": name, "problem": told}


@pytest.mark.parametrize("field", ["items", "candidates", "exclude", "slots"])
def test_ten_thousand_of_anything_are_refused(client: TestClient, field: str) -> None:
    """Naming the field, the number and the limit."""
    value = ["shoes"] * 10_000 if field == "slots" else [f"tops-{number}" for number in range(10_000)]
    problem = refused(client, json.dumps({"items": ["tops-1"], field: value}).encode(), 422)
    assert problem["type"] == "/problems/limit-exceeded"
    assert problem["errors"][0]["value"].startswith("10,000")


def test_many_mistakes_are_told_in_bounded_space(client: TestClient) -> None:
    """A long list of wrong values does not make a long answer."""
    problem = refused(client, json.dumps({"items": [1] * 10_000}).encode(), 422)
    assert len(problem["errors"]) == 1


def test_a_body_beyond_the_limit_is_413(client: TestClient) -> None:
    """By what its header says, before it is read."""
    assert refused(client, b" " * 16_000_001, 413)["errors"][0]["value"] == "16,000,001 bytes"


def test_a_stream_beyond_the_limit_is_413(client: TestClient) -> None:
    """Without a length, by what came."""
    answer = client.post("/complete-outfit", content=(b" " * 1_000_000 for _ in range(17)), headers=JSON)
    assert answer.status_code == 413


def test_a_body_without_content_type_is_told_what_to_send(client: TestClient) -> None:
    """JSON is not guessed."""
    answer = client.post("/complete-outfit", content=b'{"items":["tops-1"]}', headers={"content-type": "text/plain"})
    assert answer.status_code == 422
    assert "application/json" in answer.json()["detail"]


def test_a_compressed_body_is_told_not_to_be(client: TestClient) -> None:
    """Nothing is unpacked, so that nothing unpacks to more."""
    body = gzip.compress(b'{"items":["tops-1"]}')
    answer = client.post("/complete-outfit", content=body, headers={**JSON, "content-encoding": "gzip"})
    assert answer.status_code == 400
    assert "compressed" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/complete-outfit", 405),
        ("DELETE", "/categories", 405),
        ("GET", "/items?limit=0", 422),
        ("GET", "/items?limit=101", 422),
        ("GET", "/items?offset=99999999999999999999", 422),
        ("GET", "/items?category=shoos", 404),
        ("GET", "/items/%FF%00", 404),
        ("GET", "/items/..%2F..%2Fetc%2Fpasswd/image", 404),
    ],
)
def test_addresses_and_queries_are_problems_too(client: TestClient, method: str, path: str, status: int) -> None:
    """404, 405 and query parameters have the same form."""
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]
    assert answer.headers["x-request-id"]


scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["tops-1", "shoes", 10**400, -(10**400)])
)
fields = st.sampled_from(
    ["items", "slots", "candidates", "k", "looks", "budget", "diversity", "filters", "exclude", "id", "image", "category"]
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(fields | st.text(max_size=3), inner, max_size=4)
)


@pytest.mark.parametrize(
    ("path", "good"),
    [
        ("/complete-outfit", {"items": ["tops-1"]}),
        ("/score-outfit", {"outfits": [{"items": ["tops-1"]}]}),
        ("/similar-items", {"item": "tops-1"}),
    ],
)
def test_no_json_whatever_makes_a_500(client: TestClient, path: str, good: dict[str, Any]) -> None:
    """Anything at all in place of the body, and beside a good one."""

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(anything, st.dictionaries(fields, anything, max_size=3))
    def check(body: Any, more: dict[str, Any]) -> None:
        for sent in (body, {**good, **more}):
            assert client.post(path, content=json.dumps(sent).encode(), headers=JSON).status_code < 500

    check()
