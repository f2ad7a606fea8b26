"""Fetching, with patience and within bounds, from a real server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import IO, Any

import pytest

from app.fetch.fetcher import Fetched, Validators
from app.ground.errors import FetchError, UnreachableError

URL = "https://shop.example/x"
NO_TIMES = ["soon", f"Thu, {10**20} Jan 1970 00:00:00 GMT", f"Thu, 01 Jan 1970 00:00:00 +{10**16}", "Thu, 01 Jan 1970 00:00:00 -0000"]


def fetched(
    fetching: Any, url: str = URL, known: Validators | None = None, into: IO[bytes] | None = None, **given: Any
) -> tuple[Fetched, list[float]]:
    """What a URL gives, and the pauses that were made."""

    async def run() -> tuple[Fetched, list[float]]:
        async with fetching(**given) as opened:
            return await opened.fetcher.get(url, known, into=into), opened.pauses

    return asyncio.run(run())


def refusal(fetching: Any, url: str = URL, **given: Any) -> FetchError:
    """Why it gives nothing."""
    with pytest.raises(FetchError) as caught:
        fetched(fetching, url, **given)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_with_growing_pauses(fetching: Any, shop: Any, Reply: Any, status: int) -> None:
    """Until it has the answer."""
    shop.pages["/x"] = [Reply(status), Reply(status), Reply(body=b"here")]
    found, pauses = fetched(fetching)
    assert found.body == b"here"
    assert len(pauses) == 2
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


def test_it_is_given_up_in_the_end(fetching: Any, shop: Any, Reply: Any) -> None:
    """The status is told."""
    shop.pages["/x"] = Reply(503)
    assert str(refusal(fetching, retries=2)) == f"{URL}: is answered with 503"
    assert len(shop.asked) == 3


def test_retry_after_is_waited_for(fetching: Any, shop: Any, Reply: Any) -> None:
    """In seconds, or until a date."""
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    shop.pages["/x"] = [Reply(429, headers={"Retry-After": "7"}), Reply(503, headers={"Retry-After": date}), Reply(body=b"here")]
    _, pauses = fetched(fetching)
    assert pauses[0] == 7
    assert 25 < pauses[1] <= 30


def test_a_time_that_no_clock_shows_is_none(fetching: Any, shop: Any, Reply: Any) -> None:
    """A server may write what it likes: it is asked again as one that names no time."""
    shop.pages["/x"] = [Reply(503, headers={"Retry-After": said}) for said in NO_TIMES] + [Reply(body=b"here")]
    found, pauses = fetched(fetching, retries=len(NO_TIMES))
    assert found.body == b"here"
    assert len(pauses) == len(NO_TIMES)


def test_a_server_that_wants_too_much_patience_is_given_up_at_once(fetching: Any, shop: Any, Reply: Any) -> None:
    """How much it wants is told."""
    shop.pages["/x"] = Reply(429, headers={"Retry-After": "3600"})
    error = refusal(fetching)
    assert isinstance(error, UnreachableError)
    assert error.after_s == 3600
    assert "3,600 s" in str(error)
    assert len(shop.asked) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_no_is_taken_for_a_no(fetching: Any, shop: Any, Reply: Any, status: int) -> None:
    """And not asked for again."""
    shop.pages["/x"] = Reply(status, b"<h1>a secret</h1>")
    assert str(refusal(fetching)) == f"{URL}: is answered with {status}"
    assert len(shop.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(fetching: Any, shop: Any, Reply: Any, status: int) -> None:
    """To another path, or another host."""
    shop.pages |= {
        "/x": Reply(status, headers={"Location": "y"}),
        "/y": Reply(status, headers={"Location": "https://cdn.example/z"}),
        "/z": Reply(body=b"here"),
    }
    assert fetched(fetching)[0].body == b"here"
    assert shop.asked[-1][1]["Host"] == "cdn.example"


def test_a_circle_of_redirects_ends(fetching: Any, shop: Any, Reply: Any) -> None:
    """After five."""
    shop.pages["/x"] = Reply(302, headers={"Location": "/x"})
    assert "redirected more than 5 times" in str(refusal(fetching))
    assert len(shop.asked) == 6


def test_a_redirect_that_names_no_place_is_told(fetching: Any, shop: Any, Reply: Any) -> None:
    """It is the same address again, and ends likewise."""
    shop.pages["/x"] = Reply(302)
    assert "redirected" in str(refusal(fetching))


def test_a_large_body_is_left_at_the_bound(fetching: Any, shop: Any, Reply: Any) -> None:
    """Whether it says how large it is, or not."""
    shop.pages |= {
        "/x": Reply(body=b"x" * 2_000_000),
        "/y": Reply(headers={"Transfer-Encoding": "chunked"}, body=chunked(b"x" * 2_000_000)),
        "/z": Reply(headers={"Content-Length": "2000000", "Connection": "close"}),
    }
    assert "is larger than 100,000 bytes" in str(refusal(fetching, max_bytes=100_000))
    assert "is larger than 100,000 bytes" in str(refusal(fetching, "https://shop.example/y", max_bytes=100_000))
    assert "is larger than 100,000 bytes" in str(refusal(fetching, "https://shop.example/z", max_bytes=100_000, retries=0))  # unread
    assert fetched(fetching, max_bytes=2_000_000)[0].body == b"x" * 2_000_000


def test_a_body_goes_into_a_file(fetching: Any, shop: Any, Reply: Any, tmp_path: Path) -> None:
    """That of the try that came to its end; a file that takes nothing is told."""
    broken = Reply(body=b"more than there is", headers={"Content-Length": "1000", "Connection": "close"})
    shop.pages["/x"] = [broken, Reply(body=b"here")]

    with (tmp_path / "body").open("w+b") as file:
        assert fetched(fetching, into=file)[0].body == b""
        file.seek(0)
        assert file.read() == b"here"
    with Path("/dev/full").open("wb", buffering=0) as full:
        assert "cannot be kept now (No space left on device)" in str(refusal(fetching, into=full))


def chunked(body: bytes) -> bytes:
    """A body whose length is not told beforehand."""
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


def test_a_body_that_was_compressed_is_not_unpacked(fetching: Any, shop: Any, Reply: Any) -> None:
    """A small one may become a huge one; it was not asked for. Into a file it goes as it is, where it is a gzip."""
    shop.pages["/x"] = Reply(body=b"x", headers={"Content-Encoding": "gzip"})
    assert "compressed" in str(refusal(fetching))
    assert shop.asked[0][1]["Accept-Encoding"] == "identity"


def test_a_server_that_drips_is_left(fetching: Any, shop: Any, Reply: Any) -> None:
    """The time counts for all of an answer."""
    shop.pages["/x"] = Reply(body=b"x", headers={"Content-Length": "1000"})  # of which no more ever comes
    assert str(refusal(fetching, timeout_s=0.3, retries=0)) == f"{URL}: takes longer than 0.3 s"


def test_nothing_is_asked_for_twice_that_has_not_changed(fetching: Any, shop: Any, Reply: Any) -> None:
    """By entity tag, and by date."""
    shop.pages["/x"] = Reply(
        body=b"here", headers={"ETag": '"1"', "Last-Modified": "Thu, 26 Nov 2026 10:00:00 GMT", "Cache-Control": "max-age=60"}
    )
    first, _ = fetched(fetching)
    assert first == Fetched(b"here", Validators('"1"', "Thu, 26 Nov 2026 10:00:00 GMT"), 60.0)
    again, _ = fetched(fetching, known=first.validators)
    assert again.body is None
    assert again.validators.etag == '"1"'
    assert shop.asked[1][1]["If-Modified-Since"] == "Thu, 26 Nov 2026 10:00:00 GMT"


def test_unchanged_is_believed_only_of_what_was_fetched(fetching: Any, shop: Any, Reply: Any) -> None:
    """304 to a plain question is no answer."""
    shop.pages["/x"] = Reply(304)
    assert "never fetched" in str(refusal(fetching))


def test_a_host_is_asked_a_few_things_at_once(fetching: Any, shop: Any, Reply: Any) -> None:
    """However many are wanted; and all hosts together."""
    shop.pages["/x"] = Reply(body=b"here" * 10_000, stall_s=0.1)

    async def run(**bounds: int) -> None:
        async with fetching(**bounds) as opened:
            await asyncio.gather(*(opened.fetcher.get(f"https://{host}/x") for host in ("shop.example", "cdn.example") for _ in range(15)))

    for bounds in ({"per_host": 2, "at_once": 16}, {"per_host": 8, "at_once": 4}):
        shop.asked.clear()
        shop.most_at_once = 0
        asyncio.run(run(**bounds))
        assert len(shop.asked) == 30
        assert shop.most_at_once == 4


def test_a_server_that_is_not_there_is_told(fetching: Any, shop: Any) -> None:
    """After the retries."""

    async def run() -> None:
        async with fetching(retries=2) as opened:
            opened.wire.port = 1
            with pytest.raises(UnreachableError, match="cannot be connected to"):
                await opened.fetcher.get(URL)
            assert len(opened.pauses) == 2

    asyncio.run(run())
    assert shop.asked == []


@pytest.mark.parametrize("tag", ['"\xe9"', '"' + "x" * 5_000 + '"'])
def test_a_validator_that_cannot_be_sent_back_is_not_kept(fetching: Any, shop: Any, Reply: Any, tag: str) -> None:
    """It would make every later question wrong."""
    shop.pages["/x"] = Reply(body=b"here", headers={"ETag": tag})
    assert fetched(fetching)[0].validators == Validators()


def test_a_busy_host_keeps_no_place_that_others_need(fetching: Any, shop: Any, Reply: Any) -> None:
    """While one is waited for, another is asked, though only one is at a time."""
    shop.pages |= {"/busy": [Reply(503), Reply(body=b"late")], "/x": Reply(body=b"here")}

    async def run() -> list[str]:
        async with fetching(at_once=1) as opened:
            waits, order = asyncio.Event(), list[str]()
            opened.fetcher._pause = lambda _: waits.wait()

            async def asked(url: str) -> None:
                await opened.fetcher.get(url)
                order.append(url)
                waits.set()

            await asyncio.gather(asked("https://cdn.example/busy"), asked(URL))
            return order

    assert asyncio.run(run()) == [URL, "https://cdn.example/busy"]


def test_connections_are_used_again(fetching: Any, shop: Any, Reply: Any) -> None:
    """Whatever the answer is; but a long one that nobody wants is not read to its end."""
    shop.pages |= {
        "/x": Reply(body=b"here", headers={"ETag": '"1"'}),
        "/y": Reply(302, b"moved", {"Location": "/x"}),
        "/z": Reply(404, b"no"),
    }

    async def run() -> None:
        async with fetching() as opened:
            for _ in range(3):
                await opened.fetcher.get(URL)
                await opened.fetcher.get(URL, Validators('"1"'))
                await opened.fetcher.get("https://shop.example/y")
                with pytest.raises(FetchError):
                    await opened.fetcher.get("https://shop.example/z")
            assert len(opened.wire.dialled) == 1
            shop.pages["/z"] = Reply(404, b"no" * 500_000)
            with pytest.raises(FetchError, match="404"):
                await opened.fetcher.get("https://shop.example/z")
            await opened.fetcher.get(URL)
            assert len(opened.wire.dialled) == 2

    asyncio.run(run())
