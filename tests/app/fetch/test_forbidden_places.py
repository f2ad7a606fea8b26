"""URLs that try to reach what only this machine can: none does, by whatever spelling, name, redirect or resolver."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from app.fetch.addresses import why_not
from app.ground.errors import FetchError, RefusedUrlError
from app.ground.fetching import Fetching

PUBLIC = "93.184.215.14"
INSIDE = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254"),  # noqa: S104 - refused
    *("224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.0.8", "192.0.2.1", "168.63.129.16"),
    *("::1", "::", "fe80::1", "fe80::1%lo", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1"),
    *("::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1"),
    *(
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::7f00:1",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ),
]
SPELLINGS = [
    *("127.1", "127.0.1", "2130706433", "0177.0.0.1", "0177.0.0.01", "017700000001", "0x7f.0.0.1", "0x7f.1", "0x7f000001", "0X7F000001"),
    *("127.0.0.1.", "127.0.0.01", "127.0.0.0x1", "1", "0", "0xa9fea9fe", "2852039166", "00000300.0250.1.1", "1.2.3.4.5", "4294967297"),
    *("localhost", "localhost.", "LOCALHOST", "①②⑦.0.0.1", "127。0。0。1", "127.0.0.1%00.example", "%31%32%37.0.0.1"),
]
TRICKS = [
    *("file:///etc/passwd", "ftp://shop.example/x", "gopher://shop.example/", "data:image/png;base64,AA", "javascript:1", "unix:/x"),
    *("https://user:pw@shop.example/x", "https://user@shop.example/", "https://shop.example@127.0.0.1/", "https://:pw@shop.example/"),
    *("https://shop.example\\@127.0.0.1/", "https:\\\\127.0.0.1/", "https://127.0.0.1#@shop.example/", "https://127.0.0.1?@shop.example/"),
    *("https://shop.example%2f@127.0.0.1/", "https://shop.example%00.evil/", "https://shop.example:0/", "https://shop.example:99999/"),
    *(
        "https:///x",
        "https:",
        "//127.0.0.1/x",
        "/etc/passwd",
        "",
        " ",
        "https://",
        "https://shop.example\r\nHost: x/",
        "https://[::1",
        "https://[]/",
    ),
    *("http://shop.example/x", "https://shop.exa mple/", "https://-/", "https://" + "a" * 3_000 + ".example/"),
]


def spelt(address: str) -> str:
    """An address in a URL."""
    return f"https://[{address.replace('%', '%25')}]/x" if ":" in address else f"https://{address}/x"


URLS = [*map(spelt, INSIDE), *(f"https://{host}/x" for host in SPELLINGS), *TRICKS]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused(address: str) -> None:
    """Whatever form it has."""
    assert why_not(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_a_public_address_is_not(address: str) -> None:
    """Nor one that is only translated to IPv6."""
    assert why_not(address) is None


@pytest.mark.parametrize("url", URLS)
def test_a_url_that_leads_inside_is_refused_though_every_host_is_allowed(fetching: Any, url: str) -> None:
    """Before anything is connected to."""

    async def tried() -> None:
        async with fetching(retries=0) as opened:
            with pytest.raises(RefusedUrlError):
                await opened.fetcher.get(url)
            assert opened.wire.dialled == []

    asyncio.run(tried())


@pytest.mark.parametrize("url", [url for url in URLS if url.strip() and not url.startswith("/")])
def test_a_redirect_that_leads_inside_is_refused(fetching: Any, shop: Any, Reply: Any, url: str) -> None:
    """Only the first host was connected to; what is no header, or no URL of its own, leads nowhere either."""
    shop.pages["/x"] = Reply(302, headers={"Location": url.replace("\r\n", "").encode("utf-8").decode("latin-1")})

    async def tried() -> None:
        async with fetching(retries=0) as opened:
            with pytest.raises(FetchError):
                await opened.fetcher.get("https://shop.example/x")
            assert {host for host, _ in opened.wire.dialled} == {PUBLIC}

    asyncio.run(tried())
    assert {path for path, _ in shop.asked} <= {"/x", "/https:", "/"}


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_refused(fetching: Any, address: str) -> None:
    """Also where it leads outside, too."""

    async def tried() -> None:
        for addresses in ([address], [PUBLIC, address]):
            async with fetching(answers={"shop.example": [addresses]}) as opened:
                with pytest.raises(RefusedUrlError, match=r"shop\.example"):
                    await opened.fetcher.get("https://shop.example/x")
                assert opened.wire.dialled == []
                assert opened.pauses == []

    asyncio.run(tried())


def test_a_redirect_to_a_name_that_leads_inside_is_refused(fetching: Any, shop: Any, Reply: Any) -> None:
    """Each hop is resolved and checked anew, also where the name led outside the time before."""
    for path, target in (("/x", "https://img.shop.example/y"), ("/y", "https://shop.example/z")):
        shop.pages[path] = Reply(302, headers={"Location": target, "Connection": "close"})
    answers = [{"img.shop.example": [["169.254.169.254"]]}, {"shop.example": [[PUBLIC], ["127.0.0.1"]]}]

    async def tried(leads: dict[str, list[list[str]]]) -> None:
        async with fetching(answers=leads, retries=0) as opened:
            with pytest.raises(FetchError):
                await opened.fetcher.get("https://shop.example/x")
            assert {host for host, _ in opened.wire.dialled} == {PUBLIC}

    for leads in answers:
        asyncio.run(tried(leads))
    assert "/z" not in {path for path, _ in shop.asked}


def test_a_resolver_that_changes_its_mind_is_asked_once_for_a_connection(fetching: Any, shop: Any, Reply: Any) -> None:
    """What was checked is what is dialled; the next connection is checked anew."""
    shop.pages["/x"] = Reply(body=b"here", headers={"Connection": "close"})

    async def tried() -> None:
        async with fetching(answers={"shop.example": [[PUBLIC], ["127.0.0.1"]]}) as opened:
            assert (await opened.fetcher.get("https://shop.example/x")).body == b"here"
            assert opened.wire.dialled == [(PUBLIC, 443)]
            with pytest.raises(RefusedUrlError, match=r"127\.0\.0\.1 \(loopback\)"):
                await opened.fetcher.get("https://shop.example/x")
            assert opened.wire.dialled == [(PUBLIC, 443)]

    asyncio.run(tried())


def test_the_name_is_what_tls_and_host_go_by(fetching: Any, shop: Any, Reply: Any) -> None:
    """Though an address was dialled."""
    shop.pages["/x"] = Reply(body=b"here")

    async def tried() -> None:
        async with fetching() as opened:
            await opened.fetcher.get("https://img.shop.example/x")

    asyncio.run(tried())
    assert shop.named == ["img.shop.example"]
    assert shop.asked[0][1]["Host"] == "img.shop.example"


def test_a_certificate_of_another_host_is_not_trusted(fetching: Any, shop: Any) -> None:
    """Nothing is asked then."""

    async def tried() -> None:
        async with fetching(retries=0) as opened:
            with pytest.raises(FetchError, match="certificate"):
                await opened.fetcher.get("https://other.example/x")

    asyncio.run(tried())
    assert shop.asked == []


@pytest.mark.parametrize(
    ("hosts", "url", "refused"),
    [
        (["shop.example"], "https://shop.example/x", ""),
        (["shop.example"], "https://SHOP.example./x", ""),
        (["shop.example"], "https://img.shop.example/x", "may be asked"),
        (["*.shop.example"], "https://img.shop.example/x", ""),
        (["*.shop.example"], "https://shop.example/x", "may be asked"),
        (["*.shop.example"], "https://evilshop.example/x", "may be asked"),
        (["shop.example"], "https://shop.example:8443/x", "may be asked"),
        (["shop.example:8443"], "https://shop.example:8443/x", ""),
        ([], "https://shop.example/x", "may be asked"),
    ],
)
def test_only_hosts_that_are_listed_are_asked(fetching: Any, shop: Any, hosts: list[str], url: str, refused: str) -> None:
    """The refusal says which are."""

    async def tried() -> None:
        async with fetching(hosts) as opened:
            with pytest.raises(FetchError, match=r"hosts that may be asked: .*ATTIRE_FETCH__IMPORT_HOSTS" if refused else "with 404"):
                await opened.fetcher.get(url)

    asyncio.run(tried())
    assert bool(shop.asked) is not bool(refused)


def test_a_redirect_to_a_host_that_is_not_listed_is_refused(fetching: Any, shop: Any, Reply: Any) -> None:
    """Though everybody may be asked there."""
    shop.pages["/x"] = Reply(302, headers={"Location": "https://cdn.example/x"})

    async def tried() -> None:
        async with fetching(["shop.example"]) as opened:
            with pytest.raises(RefusedUrlError, match=r"redirected to what is refused: cdn.example is none of the hosts"):
                await opened.fetcher.get("https://shop.example/x")

    asyncio.run(tried())
    assert len(shop.asked) == 1


def test_a_network_of_ones_own_may_be_allowed(fetching: Any, shop: Any, Reply: Any) -> None:
    """That one alone."""
    shop.pages["/x"] = Reply(body=b"here")

    async def tried() -> None:
        answers = {"shop.example": [["10.1.2.3"]], "img.shop.example": [["10.2.2.3"]]}
        async with fetching(answers=answers, networks="10.1.0.0/16") as opened:
            assert (await opened.fetcher.get("https://shop.example/x")).body == b"here"
            with pytest.raises(RefusedUrlError):
                await opened.fetcher.get("https://img.shop.example/x")

    asyncio.run(tried())


def test_http_is_for_hosts_that_are_named_alone(fetching: Any) -> None:
    """It is dialled at its own port; the shop speaks no http, which is told."""

    async def tried() -> None:
        async with fetching(http_hosts="shop.example", retries=0) as opened:
            with pytest.raises(FetchError, match=r"speak HTTP|breaks"):
                await opened.fetcher.get("http://shop.example/x")
            assert opened.wire.dialled == [(PUBLIC, 80)]
            with pytest.raises(RefusedUrlError, match=r"use https://, or name cdn\.example in ATTIRE_FETCH__HTTP_HOSTS"):
                await opened.fetcher.get("http://cdn.example/x")

    asyncio.run(tried())


def test_no_proxy_of_the_environment_is_used(fetching: Any, shop: Any, Reply: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would resolve the name itself."""
    for name in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    shop.pages["/x"] = Reply(body=b"here")

    async def tried() -> None:
        async with fetching() as opened:
            assert (await opened.fetcher.get("https://shop.example/x")).body == b"here"

    asyncio.run(tried())


def test_patterns_that_are_no_hosts_are_refused() -> None:
    """In the settings."""
    for wrong in ("https://shop.example", "shop.example/x", "user@shop.example"):
        with pytest.raises(ValueError, match="is no host"):
            Fetching(service_hosts=(wrong,))
