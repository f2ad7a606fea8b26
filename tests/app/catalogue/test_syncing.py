"""A home is kept fresh from a feed: what differs goes into the log, the rest is left alone."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from app.catalogue.changes import items_now, replayed, upsert
from app.catalogue.publishing import publish
from app.cli import run
from app.ground.parts import LogSettings
from app.home.feeds import FeedRecords
from app.home.store import ReleaseStore
from app.log.base import Stream
from app.log.changes import changes_behind
from app.log.open import opened_log
from index.backends.base import Backend
from index.backends.registry import BACKENDS
from index.snapshot import Snapshot

HEADER = "id,category,title,price,availability,image_link\n"


def line(number: int, price: float | None = None, picture: str = "") -> str:
    """A row of the feed."""
    return f"A-{number},tops,Linen tee {number},{number if price is None else price}.50 EUR,in stock,{picture}\n"


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Six items."""
    path = tmp_path / "feed.csv"
    path.write_text(HEADER + "".join(map(line, range(6))))
    return path


@pytest.fixture
def sync(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any], str]]:
    """Run ``attire sync`` into one home: the code, what machines are told, what people are."""

    def call(source: Path | str, *options: str) -> tuple[int, dict[str, Any], str]:
        said = tmp_path / "said.json"
        said.unlink(missing_ok=True)
        code = run(["sync", str(source), "--home", str(tmp_path / "home"), "--json", str(said), *options])
        captured = capsys.readouterr()
        return code, json.loads(said.read_text()) if said.exists() else {}, captured.out + captured.err

    return call


def served(home: Path) -> dict[str, dict[str, Any]]:
    """The items as replicas have them: the snapshot, and over it the log."""
    store = ReleaseStore(home)
    record = store.served()
    base = Snapshot.load(store.snapshot_path(record.snapshot))
    changes, refused = replayed(base, {}, asyncio.run(changes_behind(LogSettings(), home, record.catalog_offset)))
    assert not refused
    return {item["id"]: item for item in items_now(base, changes).to_pylist()}


def figures(said: dict[str, Any]) -> tuple[int, int, int, int]:
    """New, changed, gone, same."""
    return said["new"], said["changed"], said["gone"], said["same"]


def test_a_fresh_home_is_filled_and_then_kept_fresh(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """What changed is told by kind; no release is made, and the same feed is nothing to do."""
    home = tmp_path / "home"
    code, said, _ = sync(feed)
    assert (code, said["new"], bool(said["imported"])) == (0, 6, True)
    release = ReleaseStore(home).served().id
    assert figures(sync(feed)[1]) == (0, 0, 0, 6)
    assert sync(feed)[1]["unchanged"]
    feed.write_text(HEADER + line(0, 99) + "".join(map(line, range(1, 5))).replace("in stock", "sold out") + line(7))
    code, said, told = sync(feed)
    assert (code, figures(said)) == (0, (1, 5, 1, 0))
    assert said["changes"] == {"price": 1, "in_stock": 4}
    assert "1 new, 5 changed (in_stock of 4, price of 1), 1 gone, 0 as they were" in told
    now = served(home)
    assert sorted(now) == ["A-0", "A-1", "A-2", "A-3", "A-4", "A-7"]
    assert (now["A-0"]["price"], now["A-1"]["in_stock"], now["A-7"]["title"]) == (99.5, False, "Linen tee 7")
    assert ReleaseStore(home).served().id == release
    assert figures(sync(feed, "--force")[1]) == (0, 0, 0, 6)


def test_nothing_is_indexed(feed: Path, sync: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a million vectors are not loaded for a price."""
    sync(feed)

    def refuse(_: object) -> Any:
        pytest.fail("an index was built")

    monkeypatch.setitem(BACKENDS, "flat", Backend(build=refuse))
    feed.write_text(HEADER + "".join(line(number, 9) for number in range(6)))
    code, said, _ = sync(feed)
    assert (code, figures(said)) == (0, (0, 6, 0, 0))


def test_what_the_feed_never_says_stays(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """Stock that a shop maintains by PATCH is not undone by a feed without a column for it; other changes of an item of the feed are."""
    feed.write_text("id,category,title,price\n" + "".join(f"A-{number},tops,Tee,{number}.50\n" for number in range(6)))
    sync(feed)
    changed = upsert({"id": "A-1", "category": "tops", "title": "Other", "price": 1.5, "in_stock": False, "brand": "Own"})

    async def put() -> None:
        async with opened_log(LogSettings(), tmp_path / "home") as log:
            await log.append(Stream.CATALOGUE, [changed])

    asyncio.run(put())
    assert sync(feed)[1]["changes"] == {"title": 1}
    item = served(tmp_path / "home")["A-1"]
    assert (item["title"], item["in_stock"], item["brand"]) == ("Tee", False, "Own")


def test_a_feed_that_lacks_a_tenth_is_told(feed: Path, sync: Callable[..., Any]) -> None:
    """To people and machines, where it is not refused."""
    sync(feed)
    feed.write_text(HEADER + "".join(map(line, range(4))))
    code, said, told = sync(feed)
    assert (code, said["gone"], len(said["warnings"])) == (0, 2, 1)
    assert "lacks 2 of 6 items that were served, which are gone now" in told
    feed.write_text(HEADER + "".join(map(line, range(5))))
    assert sync(feed)[1]["warnings"] == []


def test_a_feed_that_was_cut_off_is_refused(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """Unless by force; so is one of which most rows cannot be used. Failures are counted."""
    sync(feed)
    feed.write_text(HEADER + "".join(map(line, range(2))))
    code, said, told = sync(feed)
    assert code == 2
    assert "leaves 2 of 6 items" in said["refused"]
    assert "--force" in told
    assert len(served(tmp_path / "home")) == 6
    feed.write_text(HEADER + line(0) + "A-1,tops,x,cheap,,\nA-2,tops,x,dear,,\n")
    code, said, _ = sync(feed)
    assert code == 2
    assert "2 of 3 rows cannot be used" in said["refused"]
    record = FeedRecords(tmp_path / "home").read(str(feed))
    assert (record.failures, "2 of 3" in (record.why or "")) == (2, True)
    assert sync(feed, "--force")[0] == 0
    assert sorted(served(tmp_path / "home")) == ["A-0", "A-1", "A-2"]
    assert FeedRecords(tmp_path / "home").read(str(feed)).why is None


def test_an_item_whose_row_cannot_be_used_stays_as_it_was(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """A typing error in a price must not take an item out of the shop; what was set aside is told until the feed changes."""
    sync(feed)
    feed.write_text(HEADER + "".join(map(line, range(5))) + "A-5,tops,Linen tee 5,cheap,in stock,\n")
    code, said, _ = sync(feed)
    assert (code, figures(said), said["rejected"]) == (0, (0, 0, 0, 5), 1)
    assert served(tmp_path / "home")["A-5"]["price"] == 5.5
    assert sync(feed)[1]["unchanged"]
    assert [(one.line, one.id, one.field) for one in FeedRecords(tmp_path / "home").rejects(5)] == [(7, "A-5", "price")]
    feed.write_text(HEADER + "".join(map(line, range(6))))
    sync(feed)
    assert FeedRecords(tmp_path / "home").rejects(5) == []


def test_a_stock_that_can_no_longer_be_read_is_told(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """The item stays as it was, so that it can be bought: of one that was sold out nothing is said."""
    feed.write_text(feed.read_text().replace("tee 4,4.50 EUR,in stock", "tee 4,4.50 EUR,sold out"))
    sync(feed)
    feed.write_text(
        HEADER + "".join(map(line, range(4))) + line(4).replace("in stock", "wer weiß") + line(5).replace("in stock", "vielleicht")
    )
    code, said, told = sync(feed)
    assert (code, said["rejected"], served(tmp_path / "home")["A-5"]["in_stock"]) == (0, 2, True)
    problem = "says of 1 items a stock that cannot be read, so that they can be bought as before, perhaps sold out: 'A-5'"
    assert problem in told
    assert any(problem in str(kind) for kind in said["warnings"])


def test_items_of_another_feed_stay(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """Several feeds fill one home."""
    other = tmp_path / "other.csv"
    other.write_text(HEADER + "".join(line(number) for number in range(10, 13)))
    sync(feed)
    assert figures(sync(other)[1]) == (3, 0, 0, 0)
    assert figures(sync(feed)[1]) == (0, 0, 0, 6)
    other.write_text(HEADER + line(10) + line(11))
    assert figures(sync(other)[1]) == (0, 0, 1, 2)
    assert len(served(tmp_path / "home")) == 8


def test_a_second_file_beside_an_import(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """What was imported stays where a feed names nothing of it; one that does stands for it from then on, whatever it is called.

    What it files under nothing is where what is served is.
    """
    home, other, again = tmp_path / "home", tmp_path / "other.csv", tmp_path / "again.csv"
    assert run(["import", str(feed), "--home", str(home)]) == 0
    other.write_text(HEADER + "".join(line(number).replace("tops", "Other") for number in range(10, 13)))
    assert figures(sync(other)[1]) == (3, 0, 0, 0)
    assert {item["category"] for item in served(home).values()} == {"tops"}
    again.write_text(HEADER + "".join(map(line, range(5))))
    assert figures(sync(again)[1]) == (0, 0, 1, 5)
    again.write_text(HEADER + "".join(map(line, range(20, 23))))
    refused = sync(again)[1]["refused"]
    assert "leaves 3 of 8 items" in refused
    assert "--force" in refused


def test_what_has_nothing_to_do_loads_no_models(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """Nor an index: schedulers ask every few minutes, also after another bundle was published."""
    sync(feed)
    sync(feed)
    store = ReleaseStore(tmp_path / "home")
    publish(store.bundle_path(store.served().bundle), store, log=LogSettings())
    for command in (["sync", str(feed)], ["gc"]):
        code = f"from app.cli import run\nimport sys\nprint(run([*{command!r}, '--home', {str(store.home)!r}]), *sys.modules)"
        told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        assert "nothing to" in told
        assert {"torch", "faiss", "index.snapshot"}.isdisjoint(told.split())


def test_pictures_beside_a_feed(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """A new picture under the same name is seen, and so is one that came; those of the same size and time are not read."""
    (tmp_path / "p").mkdir()
    for name, colour in (("p/a.png", "red"), ("p/b.png", "blue")):
        Image.new("RGB", (20, 20), colour).save(tmp_path / name)
    feed.write_text(HEADER + line(0, picture="p/a.png") + "".join(map(line, range(1, 6))))
    sync(feed)
    first = served(tmp_path / "home")["A-0"]["image"]
    sync(feed)
    assert sync(feed)[1]["unchanged"]
    Image.new("RGB", (20, 20), "green").save(tmp_path / "p" / "a.png")
    os.utime(tmp_path / "p" / "a.png", (1e9, 1e9))
    assert sync(feed)[1]["changes"] == {"image": 1}
    second = served(tmp_path / "home")["A-0"]["image"]
    assert second not in {first, None}
    feed.write_text(HEADER + line(0, picture="p/a.png") + line(1, picture="p/b.png") + "".join(map(line, range(2, 6))))
    assert sync(feed)[1]["changes"] == {"image": 1}
    feed.write_text(HEADER + line(0) + line(1, picture="p/b.png") + "".join(map(line, range(2, 6))))
    assert sync(feed)[1]["changes"] == {"image": 1}
    assert served(tmp_path / "home")["A-0"]["image"] is None


def test_features_of_the_shop(sync: Callable[..., Any], tmp_path: Path) -> None:
    """They are compared as they are kept; without a change nothing happens, and no feed without them is taken."""
    path = tmp_path / "items.parquet"

    def write(features: np.ndarray[Any, Any], price: float = 1.0) -> None:
        ids = [f"A-{number}" for number in range(len(features))]
        pq.write_table(
            pa.table({"id": ids, "category": ["tops"] * len(ids), "price": [price] * len(ids), "features": list(features)}), path
        )

    features = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    write(features)
    sync(path)
    assert figures(sync(path)[1]) == (0, 0, 0, 5)
    features[1] += 1
    write(np.concatenate([features, features[:1]]))
    code, said, _ = sync(path)
    assert (code, figures(said), said["changes"]) == (0, (1, 1, 0, 4), {"features": 1})
    assert served(tmp_path / "home")["A-1"]["price"] == 1.0
    csv = tmp_path / "feed.csv"
    csv.write_text("id,category\n" + "".join(f"A-{number},tops\n" for number in range(6)))
    code, _, told = sync(csv)
    assert code == 2
    assert "brings no features of its own" in told


def test_a_kill_in_between_costs_nothing(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """What the log took stays, and the next time goes on behind it."""
    sync(feed)
    feed.write_text(HEADER + "".join(line(number) for number in range(3_000)))
    home = tmp_path / "home"
    code = (
        "import os, app.log.sqlite as s, itertools\nfrom app.cli import run\nbefore, count = s.SqliteLog.append, itertools.count()\n"
        "async def append(self, stream, events):\n    done = await before(self, stream, events)\n"
        "    if len(events) == 1000 and next(count) == 1:\n        os.kill(os.getpid(), 9)\n    return done\n"
        f"s.SqliteLog.append = append\nrun(['sync', {str(feed)!r}, '--home', {str(home)!r}])"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == -9
    assert len(served(home)) == 2_006
    assert figures(sync(feed)[1]) == (994, 0, 0, 2_006)
    assert len(served(home)) == 3_000


@pytest.mark.integration
def test_running_services_show_it_within_moments(feed: Path, sync: Callable[..., Any], tmp_path: Path) -> None:
    """As they show a PUT."""
    sync(feed)
    home = tmp_path / "home"
    import httpx2  # noqa: PLC0415

    command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--home", str(home), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout is not None
            address = next(word for said in process.stdout for word in said.split() if word.startswith("http://127.0.0.1"))
            feed.write_text(HEADER + line(0, 99) + "".join(map(line, range(1, 5))))
            assert sync(feed)[0] == 0
            until = time.monotonic() + 2
            answer: dict[str, Any] = {}
            while answer.get("price") != 99.5 and time.monotonic() < until:
                answer = httpx2.get(f"{address.rstrip('/')}/items/A-0").json()
            assert answer["price"] == 99.5
            assert httpx2.get(f"{address.rstrip('/')}/items/A-5").status_code == 404
        finally:
            process.terminate()
            process.wait(30)
