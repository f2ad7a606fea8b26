"""Too many requests: by key, by address, by the address behind a trusted proxy; here and over Redis."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.ground.parts import LogSettings, Rates
from app.home.keys import KeyFile
from tests.redis_server import RedisServer

Asked = Callable[..., AbstractContextManager[TestClient]]
ELSEWHERE = ("203.0.113.9", 4000)
PROXY = ("10.0.0.1", 4000)
pytestmark = pytest.mark.usefixtures("within_a_minute")
FEW = Rates(per_key=3, per_address=3)


def statuses(client: TestClient, times: int = 4, **headers: str) -> list[int]:
    """Ask so often."""
    return [client.get("/categories", headers=headers).status_code for _ in range(times)]


def test_beyond_the_rate_the_answer_is_429_and_says_when(asked: Asked) -> None:
    """With what is left in each answer before; whether the process lives is told all the same."""
    with asked(ELSEWHERE, public="read", rates=FEW) as client:
        answers = [client.get("/categories") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
        assert {answer.headers["ratelimit-limit"] for answer in answers} == {"3"}
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert answers[-1].json()["type"] == "/problems/rate-exceeded"
        assert client.get("/healthz").status_code == 200


def test_wrong_keys_and_wrong_paths_count(asked: Asked) -> None:
    """Who tries keys is stopped as anybody."""
    with asked(ELSEWHERE, rates=FEW) as client:
        assert statuses(client, 2, **{"X-API-Key": "guess"}) == [403, 403]
        assert client.get("/nowhere").status_code == 404
        assert client.get("/nowhere").status_code == 429


def test_a_key_is_counted_by_itself_and_a_publishable_one_by_the_shopper(asked: Asked, home: Path) -> None:
    """A page's key is everybody's: one shopper does not use it up for the others."""
    tokens = [KeyFile(home).create("shop", ["read"])[1] for _ in range(2)]
    page = {"Origin": "https://shop.example", "X-API-Key": KeyFile(home).create("page", ["read"], ["https://shop.example"])[1]}
    with asked(ELSEWHERE, rates=FEW) as client:
        assert [statuses(client, **{"X-API-Key": token}) for token in tokens] == [[200, 200, 200, 429]] * 2
        assert statuses(client, **page) == [200, 200, 200, 429]
    with asked(("203.0.113.10", 1), rates=FEW) as client:
        assert statuses(client, 3, **page) == [200] * 3


def test_only_a_trusted_proxy_is_believed(asked: Asked) -> None:
    """From anyone else the header changes nothing; of a trusted one only what it added itself."""
    for proxies, expected in (((), [200, 200, 200, 429, 429]), (("10.0.0.0/8",), [200] * 5)):
        with asked(PROXY, public="read", rates=FEW, proxies=proxies) as client:
            assert [statuses(client, 1, **{"X-Forwarded-For": f"198.51.100.{n}"})[0] for n in range(5)] == expected
    with asked(PROXY, public="read", rates=FEW, proxies=("10.0.0.0/8",)) as client:
        sent = [statuses(client, 1, **{"X-Forwarded-For": f"192.0.2.{n}, 198.51.100.7, 10.0.0.2"})[0] for n in range(5)]
        assert sent == [200, 200, 200, 429, 429]
        assert statuses(client, 1, **{"X-Forwarded-For": "198.51.100.8, 10.0.0.2"}) == [200]


def test_a_network_of_ipv6_is_counted_as_one_address(asked: Asked) -> None:
    """Whoever has one has 2^64 of them; the next network is somebody else's."""
    with asked(PROXY, public="read", rates=FEW, proxies=("10.0.0.0/8",)) as client:
        network = [f"2001:db8:0:1:{n:x}::{n:x}" for n in range(1, 4)] + ["2001:DB8:0:1::ffff"]
        assert [statuses(client, 1, **{"X-Forwarded-For": address})[0] for address in network] == [200, 200, 200, 429]
        assert statuses(client, 1, **{"X-Forwarded-For": "2001:db8:0:2::1"}) == [200]


def test_ipv4_written_as_ipv6_is_ipv4(asked: Asked) -> None:
    """As a proxy writes it that listens for both on one socket: neighbours do not share a rate, and each is one, however written."""
    for peer, proxies in ((PROXY, ("10.0.0.0/8",)), (("::ffff:10.0.0.1", 4000), ("10.0.0.1",)), (PROXY, ("::ffff:10.0.0.0/104",))):
        with asked(peer, public="read", rates=FEW, proxies=proxies) as client:
            sent = ["::ffff:198.51.100.7", "::FFFF:c633:6407", "198.51.100.7", "::ffff:198.51.100.7"]
            assert [statuses(client, 1, **{"X-Forwarded-For": address})[0] for address in sent] == [200, 200, 200, 429]
            assert statuses(client, 1, **{"X-Forwarded-For": "::ffff:198.51.100.8"}) == [200]
            through = "::ffff:198.51.100.8, ::ffff:10.0.0.1"
            assert statuses(client, 3, **{"X-Forwarded-For": through}) == [200, 200, 429]


def test_this_machine_is_itself_however_its_address_is_written(asked: Asked) -> None:
    """And a proxy on it that is named is that."""
    for proxies, expected in (((), 200), (("127.0.0.1",), 401)):
        with asked(("::ffff:127.0.0.1", 4000), proxies=proxies) as client:
            assert client.get("/categories").status_code == expected


def test_this_machine_is_not_counted(asked: Asked) -> None:
    """A proxy on it that adds no header would be stopped for all of its clients."""
    with asked(rates=FEW) as client:
        assert statuses(client, 10) == [200] * 10


@pytest.mark.integration
def test_replicas_count_together_in_redis_and_each_for_itself_without(asked: Asked, start_redis: Callable[..., RedisServer]) -> None:
    """And nobody waits for a Redis that is gone."""
    server = start_redis()
    more = {"public": "read", "rates": FEW, "log": LogSettings(url=SecretStr(server.url))}
    with asked(ELSEWHERE, **more) as one, asked(ELSEWHERE, **more) as other:
        assert statuses(one, 2) + statuses(other, 2) == [200, 200, 200, 429]
        server.kill()
        assert statuses(other) == [200, 200, 200, 429]
