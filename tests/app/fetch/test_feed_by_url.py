"""``attire sync URL``: the feed and its pictures are fetched when they have changed, and from nowhere else than they may be."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    "url", ["http://shop.example/feed.csv", "https://127.0.0.1/feed.csv", "https://user@shop.example/feed.csv", "ftp://shop.example/f"]
)
def test_forbidden_places(url: str, shop: Any, sync: Callable[..., Any]) -> None:
    """As for pictures."""
    assert sync(url=url)[0] == 2
    assert not shop.asked
