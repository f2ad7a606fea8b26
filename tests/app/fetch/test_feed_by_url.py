"""``attire sync URL``: the feed and its pictures are fetched when they have changed, and from nowhere else than they may be."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import run
from app.home.feeds import FeedRecords

pytestmark = pytest.mark.usefixtures("at_the_shop")
URL = "https://shop.example/feed.csv?key=secret"
HEADER = "id,category,title,price,image_link\n"


def rows(price: float = 1.5, **pictures: str) -> bytes:
    """Four items, with the addresses of some pictures."""
    lines = (f"A-{number},tops,Tee {number},{price},{pictures.get(f'p{number}', '')}\n" for number in range(4))
    return (HEADER + "".join(lines)).encode()


@pytest.fixture
def sync(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any], str]]:
    """Run ``attire sync`` of the feed: the code, what machines are told, what people are."""

    def call(*options: str, url: str = URL) -> tuple[int, dict[str, Any], str]:
        said = tmp_path / "said.json"
        said.unlink(missing_ok=True)
        code = run(["sync", url, "--home", str(tmp_path / "home"), "--json", str(said), *options])
        captured = capsys.readouterr()
        return code, json.loads(said.read_text()) if said.exists() else {}, captured.out + captured.err

    return call


def test_what_has_not_changed_is_not_fetched_again(shop: Any, Reply: Any, picture: Callable[..., bytes], sync: Callable[..., Any]) -> None:
    """Neither the feed, by its ETag, nor the pictures of the same addresses."""
    shop.pages["/a.jpg"] = Reply(body=picture(1))
    first, second = "https://shop.example/a.jpg", "https://shop.example/b.jpg"
    shop.pages["/feed.csv?key=secret"] = Reply(body=rows(p0=first), headers={"ETag": '"1"'})
    assert sync()[1]["imported"]
    assert sync()[1]["same"] == 4
    assert sync()[1]["unchanged"]
    assert [headers.get("If-None-Match") for path, headers in shop.asked if path.startswith("/feed")] == [None, None, '"1"']
    shop.pages["/b.jpg"] = Reply(body=picture(2))
    shop.pages["/feed.csv?key=secret"] = Reply(body=rows(2.5, p0=first, p1=second), headers={"ETag": '"2"'})
    shop.asked.clear()
    code, said, _ = sync()
    assert (code, said["changed"], said["changes"]) == (0, 4, {"price": 4, "images": 1, "image": 1})
    assert [path for path, _ in shop.asked] == ["/feed.csv?key=secret", "/b.jpg"]


def test_another_mapping_reads_an_unchanged_feed_anew(shop: Any, Reply: Any, sync: Callable[..., Any], tmp_path: Path) -> None:
    """Which its server would not send again."""
    shop.pages["/feed.csv?key=secret"] = Reply(body=rows(), headers={"ETag": '"1"'})
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text("currency: EUR\n")
    by_it = ("--map", str(mapping))
    assert [bool(sync(*by_it)[1][name]) for name in ("imported", "same", "unchanged")] == [True, True, True]
    mapping.write_text("currency: USD\n")
    assert sync(*by_it)[1]["changes"] == {"currency": 4}
    assert sync(*by_it)[1]["unchanged"]


def test_a_lost_picture_is_asked_for_again(shop: Any, Reply: Any, picture: Callable[..., bytes], sync: Callable[..., Any]) -> None:
    """Meanwhile the item keeps the one that it has; all else of the feed is taken."""
    shop.pages["/a.jpg"] = Reply(body=picture(1))
    shop.pages["/feed.csv?key=secret"] = Reply(body=rows(p0="https://shop.example/a.jpg"))
    sync()
    shop.pages["/feed.csv?key=secret"] = Reply(body=rows(2.5, p0="https://shop.example/later.jpg"))
    code, said, told = sync()
    assert (code, said["changes"], said["pictures_left_out"]) == (0, {"price": 4}, 1)
    assert "picture of A-0 left as it was" in told
    shop.pages["/later.jpg"] = Reply(body=picture(2))
    assert sync()[1]["changes"] == {"images": 1, "image": 1}


def test_a_feed_that_cannot_be_had_changes_nothing(shop: Any, Reply: Any, sync: Callable[..., Any], tmp_path: Path) -> None:
    """It is told, and counted; what may be secret in its address is not."""
    shop.pages["/feed.csv?key=secret"] = Reply(body=rows())
    sync()
    shop.pages["/feed.csv?key=secret"] = Reply(403)
    code, said, _ = sync()
    assert code == 2
    assert "is answered with 403" in said["refused"]
    record = FeedRecords(tmp_path / "home").read(URL)
    assert (record.failures, record.name) == (1, "https://shop.example/feed.csv")


@pytest.mark.parametrize("encoding", ["", "gzip", "br"])
@pytest.mark.parametrize("path", ["/feed.csv", "/feed.csv.gz"])
def test_a_server_that_packs_a_feed(shop: Any, Reply: Any, sync: Callable[..., Any], path: str, encoding: str) -> None:
    """Buckets send what they keep as a gzip whatever is asked for; a gzip may be within it. What else it may be is told."""
    body = gzip.compress(rows()) if path.endswith(".gz") else rows()
    headers = {"Content-Encoding": encoding} if encoding else {}
    shop.pages[path] = Reply(body=gzip.compress(body) if encoding == "gzip" else body, headers=headers)
    code, said, told = sync(url=f"https://shop.example{path}")
    if encoding == "br":
        assert (code, "comes compressed, which was not asked for: br, and not gzip" in told) == (2, True)
    else:
        assert (code, said["items"]) == (0, 4)


def test_a_feed_is_told_by_its_url(shop: Any, Reply: Any, sync: Callable[..., Any], tmp_path: Path) -> None:
    """Not by the file that it was fetched into: in what is set aside, in warnings and in refusals, on a fresh home and later."""
    name = "https://shop.example/feed.csv"
    more = b"A-4,tops,Tee,from 9,\nA-5,tops,Tee,9,none.jpg\n"
    for price in (1.5, 2.5):
        shop.pages["/feed.csv?key=secret"] = Reply(body=rows(price) + more)
        code, said, told = sync()
        assert (code, said["kinds"][0]["file"], said["warnings"][0]["file"]) == (0, name, name)
        assert json.loads((tmp_path / "home/rejects.jsonl").read_text())["file"] == name
        assert f"set aside: {name}, field 'price'" in told
        assert "there is no file 'none.jpg' in https://shop.example;" in told
        assert "feeds/new-" not in told + json.dumps(said)
    for body in (rows()[:90], b"title\nTee\n", rows()[:60] + b"\n", b""):
        shop.pages["/feed.csv?key=secret"] = Reply(body=body)
        code, said, told = sync()
        assert code == 2
        assert name in said["refused"]
        assert "feeds/new-" not in told + json.dumps(said)


@pytest.mark.parametrize(
    "url", ["http://shop.example/feed.csv", "https://127.0.0.1/feed.csv", "https://user@shop.example/feed.csv", "ftp://shop.example/f"]
)
def test_forbidden_places(url: str, shop: Any, sync: Callable[..., Any]) -> None:
    """As for pictures."""
    assert sync(url=url)[0] == 2
    assert not shop.asked
