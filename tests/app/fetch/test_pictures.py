"""Pictures by URL into a store: many at once, and none twice."""

from __future__ import annotations

import asyncio
import hashlib
import os
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.fetch.fetcher import Validators
from app.fetch.pictures import Counts, Pictures
from app.fetch.remembered import Remembered
from app.ground.errors import FetchError, RefusedUrlError, UnreachableError
from app.home.images import ImageStore

SHOP = "https://shop.example"


@pytest.fixture
def opening(fetching: Any, tmp_path: Path) -> Any:
    """Opens pictures into a store below a fresh directory, the same each time."""

    @asynccontextmanager
    async def opened(max_pixels: int = 1_000_000, **given: Any) -> Any:
        async with fetching(**given) as found:
            remembered = Remembered(tmp_path / "fetched.sqlite")
            try:
                yield Pictures(found.fetcher, ImageStore(tmp_path / "images"), remembered, max_pixels)
            finally:
                remembered.close()

    return opened


def all_of(opening: Any, urls: list[str], **given: Any) -> tuple[dict[str, str | FetchError], Counts]:
    """What each URL gives."""

    async def run() -> tuple[dict[str, str | FetchError], Counts]:
        async with opening(**given) as pictures:
            return {url: found async for url, found in pictures.fetch_all(urls)}, pictures.counts

    return asyncio.run(run())


def test_pictures_are_kept_by_their_content(opening: Any, shop: Any, Reply: Any, picture: Any, tmp_path: Path) -> None:
    """The same picture from two URLs lies once; a URL that is named twice is asked for once."""
    shop.pages |= {f"/{name}.jpg": Reply(body=picture(seed)) for name, seed in {"a": 1, "b": 2, "c": 1}.items()}
    urls = [f"{SHOP}/{name}.jpg" for name in "abca"]
    found, counts = all_of(opening, urls)
    digests = {hashlib.sha256(picture(seed)).hexdigest() for seed in (1, 2)}
    assert {str(name).partition(".")[0] for name in found.values()} == digests == {path.stem for path in (tmp_path / "images").glob("*/*")}
    assert found[urls[0]] == found[urls[2]]
    assert len(shop.asked) == 3
    assert (counts.new, counts.size) == (3, sum(len(picture(seed)) for seed in (1, 2, 1)))


def test_a_second_run_fetches_nothing_that_is_unchanged(opening: Any, shop: Any, Reply: Any, picture: Any) -> None:
    """What is fresh by the server's word is not even asked for; what has a validator is answered with 304."""
    shop.pages |= {
        "/fresh.jpg": Reply(body=picture(1), headers={"Cache-Control": "public, max-age=600"}),
        "/tagged.jpg": Reply(body=picture(2), headers={"ETag": '"2"'}),
        "/changed.jpg": [Reply(body=picture(3), headers={"ETag": '"3"'}), Reply(body=picture(4), headers={"ETag": '"4"'})],
    }
    urls = [f"{SHOP}{path}" for path in shop.pages]
    first, _ = all_of(opening, urls)
    shop.asked.clear()
    second, counts = all_of(opening, urls)
    assert sorted(path for path, _ in shop.asked) == ["/changed.jpg", "/tagged.jpg"]
    assert (counts.new, counts.unchanged, counts.size) == (1, 2, len(picture(4)))
    assert {url for url in urls if first[url] != second[url]} == {f"{SHOP}/changed.jpg"}


def test_a_picture_that_is_gone_from_the_store_is_fetched_again(opening: Any, shop: Any, Reply: Any, picture: Any, tmp_path: Path) -> None:
    """As after a clean-up."""
    shop.pages["/a.jpg"] = Reply(body=picture(), headers={"ETag": '"1"', "Cache-Control": "max-age=600"})
    all_of(opening, [f"{SHOP}/a.jpg"])
    next((tmp_path / "images").glob("*/*")).unlink()
    found, counts = all_of(opening, [f"{SHOP}/a.jpg"])
    assert (tmp_path / "images").joinpath(str(found[f"{SHOP}/a.jpg"])[:2], str(found[f"{SHOP}/a.jpg"])).is_file()
    assert counts.new == 1


def test_what_cannot_be_had_is_told_by_url_and_harms_no_other(opening: Any, shop: Any, Reply: Any, picture: Any) -> None:
    """Gone, no picture, too many pixels, refused."""
    shop.pages |= {
        "/a.jpg": Reply(body=picture()),
        "/page.jpg": Reply(body=b"<!DOCTYPE html>"),
        "/empty.jpg": Reply(),
        "/huge.png": Reply(body=picture(size=(500, 400), kind="PNG")),
    }
    urls = [f"{SHOP}/{name}" for name in ("a.jpg", "page.jpg", "empty.jpg", "huge.png", "gone.jpg")] + ["https://localhost/x", "file:///x"]
    found, counts = all_of(opening, urls, max_pixels=100_000)
    assert set(found) == set(urls)
    told = {url: str(error) for url, error in found.items() if isinstance(error, FetchError)}
    assert "not a picture" in told[urls[1]]
    assert "empty (0 bytes)" in told[urls[2]]
    assert "500 x 400: more than 100,000 pixels" in told[urls[3]]
    assert "404" in told[urls[4]]
    assert isinstance(found[urls[5]], RefusedUrlError)
    assert isinstance(found[urls[6]], RefusedUrlError)
    assert (counts.new, counts.failed) == (4, 6)


def test_a_host_that_is_gone_is_given_up_and_others_are_not(opening: Any, shop: Any, Reply: Any, picture: Any) -> None:
    """After ten pictures in vain; no import waits for days."""
    shop.pages |= {f"/{number}.jpg": Reply(503) for number in range(200)} | {"/a.jpg": Reply(body=picture())}
    urls = [f"{SHOP}/{number}.jpg" for number in range(200)] + ["https://cdn.example/a.jpg"]
    found, _ = all_of(opening, urls, retries=1)
    assert len(found) == 201
    assert isinstance(found.pop("https://cdn.example/a.jpg"), str)
    assert all(isinstance(error, UnreachableError) for error in found.values())
    assert len(shop.asked) <= 2 * (10 + 4) + 1


def test_what_a_host_gave_before_it_was_gone_stays(opening: Any, shop: Any, Reply: Any, picture: Any) -> None:
    """Whether it is asked in vain, or not asked any more; but not what it says is gone, nor what is asked for by another scheme."""
    urls = [f"{SHOP}/{number}.jpg" for number in range(30)]
    shop.pages |= {f"/{number}.jpg": Reply(body=picture(number)) for number in range(30)}
    before, _ = all_of(opening, urls)
    shop.pages |= {f"/{number}.jpg": Reply(503) for number in range(29)} | {"/0.jpg": Reply(404)}
    found, counts = all_of(opening, [*urls[:29], f"{SHOP}/new.jpg", "http" + urls[1].removeprefix("https")], retries=0)
    assert [found[url] for url in urls[1:29]] == [before[url] for url in urls[1:29]]
    assert "404" in str(found[urls[0]])
    assert isinstance(found[f"{SHOP}/new.jpg"], UnreachableError)
    assert isinstance(found["http" + urls[1].removeprefix("https")], RefusedUrlError)
    assert (counts.before, counts.failed) == (28, 3)
    assert "28 as they were before" in str(counts)


def test_what_is_refused_now_is_not_given_from_before(opening: Any, shop: Any, Reply: Any, picture: Any) -> None:
    """A host that was taken off the list is off."""
    shop.pages["/a.jpg"] = Reply(body=picture(), headers={"Cache-Control": "max-age=600"})
    all_of(opening, [f"{SHOP}/a.jpg"])
    found, _ = all_of(opening, [f"{SHOP}/a.jpg"], hosts=["cdn.example"])
    assert isinstance(found[f"{SHOP}/a.jpg"], RefusedUrlError)


def test_an_end_before_the_end_leaves_nothing_running(opening: Any, shop: Any, Reply: Any, picture: Any) -> None:
    """Whoever stops reading stops the fetching."""
    shop.pages |= {f"/{number}.jpg": Reply(body=picture(number)) for number in range(100)}

    async def run() -> None:
        async with opening(per_host=1, at_once=1) as pictures:
            found = pictures.fetch_all([f"{SHOP}/{number}.jpg" for number in range(100)])
            await anext(found)
            await found.aclose()
            assert len(asyncio.all_tasks()) == 1

    asyncio.run(run())
    assert len(shop.asked) < 10


def test_a_damaged_memory_is_begun_anew(opening: Any, shop: Any, Reply: Any, picture: Any, tmp_path: Path) -> None:
    """Pictures are fetched once more then."""
    shop.pages["/a.jpg"] = Reply(body=picture(), headers={"ETag": '"1"'})
    (tmp_path / "fetched.sqlite").write_bytes(b"no table at all, " * 100)
    for expected in (1, 0):
        _, counts = all_of(opening, [f"{SHOP}/a.jpg"])
        assert (counts.new, counts.failed) == (expected, 0)


def test_a_picture_that_is_unchanged_is_no_leftover(opening: Any, shop: Any, Reply: Any, picture: Any, tmp_path: Path) -> None:
    """It is as young as one that was fetched now."""
    shop.pages["/a.jpg"] = Reply(body=picture(), headers={"ETag": '"1"'})
    all_of(opening, [f"{SHOP}/a.jpg"])
    kept = next((tmp_path / "images").glob("*/*"))
    os.utime(kept, (1, 1))
    all_of(opening, [f"{SHOP}/a.jpg"])
    assert kept.stat().st_mtime > 1


def test_what_is_not_seen_for_long_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the memory does not grow for ever."""
    remembered = Remembered(tmp_path / "fetched.sqlite")
    monkeypatch.setattr("app.fetch.remembered.time.time", lambda: 1.0)
    remembered.keep(f"{SHOP}/old.jpg", "old", Validators(), 0)
    monkeypatch.undo()
    remembered.keep(f"{SHOP}/new.jpg", "new", Validators(), 0)
    remembered.close()
    remembered = Remembered(tmp_path / "fetched.sqlite")
    assert remembered.recall(f"{SHOP}/old.jpg") is None
    assert remembered.recall(f"{SHOP}/new.jpg") is not None
    remembered.close()
