"""Items whose pictures are named by URL: through an import, and through PUT /items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from app.catalogue.again import Source, imported_before
from app.catalogue.fetched import fetched
from app.catalogue.importing import import_catalogue
from app.cli import run
from app.ground.fetching import Fetching
from app.ground.parts import Keys
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.log.base import START
from app.main import create_app
from index.snapshot import Snapshot
from models.datasets.read import read_catalogue
from models.datasets.schema import Catalogue
from models.progress import silent

SHOP = "https://shop.example"
ENCODER = "backbone:shufflenet_v2_x0_5"


def written(root: Path, items: list[dict[str, Any]]) -> Path:
    """A dataset directory."""
    root.mkdir(exist_ok=True)
    (root / "items.jsonl").write_text("".join(json.dumps({"category": "tops", **item}) + "\n" for item in items))
    return root


@pytest.mark.usefixtures("at_the_shop")
def test_an_import_fetches_pictures(shop: Any, Reply: Any, picture: Any, tmp_path: Path) -> None:
    """They are served; an item whose picture cannot be had is there without one, and why is told."""
    shop.pages |= {"/a.jpg": Reply(body=picture(1), headers={"ETag": '"1"'}), "/b.jpg": Reply(body=picture(2))}
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "c.jpg").write_bytes(picture(3))
    images = {"a": f"{SHOP}/a.jpg", "b": "//shop.example/b.jpg", "c": "c.jpg", "gone": f"{SHOP}/gone.jpg", "inside": "https://127.0.0.1/x"}
    data = written(tmp_path / "shop", [{"id": name, "image": image} for name, image in images.items()] + [{"id": "none"}])
    store = ReleaseStore(tmp_path / "home")
    done = import_catalogue(data, store, default_encoder=ENCODER)
    assert done.features.refused == {
        "gone": f"{SHOP}/gone.jpg: is answered with 404",
        "inside": "https://127.0.0.1/x: leads to 127.0.0.1 (loopback), which is not asked; see ATTIRE_FETCH__NETWORKS",
    }
    assert (done.fetched.new, done.fetched.unchanged, done.fetched.failed) == (2, 0, 2)
    with TestClient(create_app(Settings(home=tmp_path / "home"))) as client:
        for name, seed in {"a": 1, "b": 2, "c": 3}.items():
            assert client.get(f"/items/{name}/image").content == picture(seed)
        assert client.get("/items/gone/image").status_code == 404
        assert client.get("/items/inside").status_code == 200
    again = import_catalogue(data, store, default_encoder=ENCODER)
    assert again.release.snapshot == done.release.snapshot
    assert (again.fetched.new, again.fetched.unchanged) == (1, 1)


@pytest.mark.usefixtures("at_the_shop")
def test_an_hour_without_their_host_takes_no_pictures(shop: Any, Reply: Any, picture: Any, tmp_path: Path) -> None:
    """A feed that was changed meanwhile is imported with those of before; they are asked for the next time, though it is the same."""
    shop.pages["/a.jpg"] = Reply(body=picture(1))
    store, rows = ReleaseStore(tmp_path / "home"), [{"id": "a", "image": f"{SHOP}/a.jpg"}]
    for reply, title, counted in ((shop.pages["/a.jpg"], "Tee", (1, 0)), (Reply(503), "Shirt", (0, 1))):
        shop.pages["/a.jpg"] = reply
        data = written(tmp_path / "shop", [row | {"title": title} for row in rows])
        done = import_catalogue(data, store, default_encoder=ENCODER, fetch=Fetching(retries=0))
        assert ((done.fetched.new, done.fetched.before), done.features.refused) == (counted, {})
        assert Snapshot.load(store.snapshot_path(done.release.snapshot)).items.column("image")[0].is_valid
    assert imported_before(store, Source(data), START) is None


@pytest.mark.usefixtures("at_the_shop")
def test_of_several_pictures_the_first_that_can_be_had_is_the_items(shop: Any, Reply: Any, picture: Any, tmp_path: Path) -> None:
    """By URL, or a file of the directory; a file outside of it is none."""
    shop.pages |= {"/2.jpg": Reply(body=picture(2)), "/3.jpg": Reply(body=picture(3))}
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "4.jpg").write_bytes(picture(4))
    (tmp_path / "secret.jpg").write_bytes(picture(5))
    several = {
        "second": [f"{SHOP}/1.jpg", f"{SHOP}/2.jpg", f"{SHOP}/3.jpg"],
        "file": [f"{SHOP}/1.jpg", "4.jpg", f"{SHOP}/3.jpg"],
        "none": [f"{SHOP}/1.jpg", "../secret.jpg"],
        "one": [],
    }
    data = written(tmp_path / "shop", [{"id": name} | ({"image": f"{SHOP}/3.jpg"} if name == "one" else {}) for name in several])
    read, further = read_catalogue(data), pa.array(list(several.values()), pa.list_(pa.string()))
    catalogue = Catalogue(read.table.set_column(read.table.schema.get_field_index("images"), "images", further), data)
    found = fetched(catalogue, ReleaseStore(tmp_path / "home"), Fetching(), silent)
    assert [found.catalogue.image(row) for row in range(4)] == [picture(2), picture(4), None, picture(3)]
    assert list(found.refused) == ["none"]
    assert sorted(path for path, _ in shop.asked) == ["/1.jpg", "/2.jpg", "/3.jpg"]


@pytest.mark.usefixtures("at_the_shop")
def test_an_import_asks_only_hosts_that_it_may(shop: Any, Reply: Any, picture: Any, tmp_path: Path) -> None:
    """Where they are named."""
    shop.pages["/a.jpg"] = Reply(body=picture())
    data = written(tmp_path / "shop", [{"id": "a", "image": f"{SHOP}/a.jpg"}, {"id": "b", "image": "https://cdn.example/a.jpg"}])
    found = fetched(read_catalogue(data), ReleaseStore(tmp_path / "home"), Fetching(import_hosts=("cdn.example",)), silent)
    assert "shop.example is none of the hosts that may be asked: cdn.example (ATTIRE_FETCH__IMPORT_HOSTS)" in found.refused["a"]
    assert found.catalogue.image(1) == picture()


@pytest.mark.usefixtures("at_the_shop")
def test_the_command_tells_what_was_fetched(
    *, shop: Any, Reply: Any, picture: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And whose picture is missing, and why. Settings say from where."""
    monkeypatch.setenv("ATTIRE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ATTIRE_FETCH__IMPORT_HOSTS", "shop.example, *.shop.example")
    shop.pages["/a.jpg"] = Reply(body=picture(1), headers={"ETag": '"1"'})
    lost = [{"id": name, "image": "https://cdn.example/a.jpg"} for name in "bcd"]
    data = written(tmp_path / "shop", [{"id": "a", "image": f"{SHOP}/a.jpg"}, *lost])
    for told in ("1 fetched (0.0 MB), 0 unchanged, 1 not to be had", "0 fetched (0.0 MB), 1 unchanged, 1 not to be had"):
        assert run(["import", str(data), "--home", str(tmp_path / "home"), "--encoder", ENCODER]) == 0
        out, err = capsys.readouterr()
        assert f"pictures by URL: {told}" in out
        assert "picture of b and of 2 more left out: https://cdn.example/a.jpg: cdn.example is none of the hosts" in err
        assert err.count("left out") == 1


def test_a_cause_is_told_once_whatever_the_addresses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With how many it keeps back, and what to set; a check tells it, too, though it asks nobody."""
    shots = [f"https://10.0.0.7/{number}.jpg" for number in range(30)]
    data = written(tmp_path / "shop", [{"id": f"i{number}", "title": "Tee", "image": shot} for number, shot in enumerate(shots)])
    why = "https://10.0.0.7/0.jpg: leads to 10.0.0.7 (private or reserved), which is not asked; see ATTIRE_FETCH__NETWORKS"
    assert run(["check", str(data)]) == 0
    assert f"picture of i0 and of 29 more would be left out: {why}\n" in capsys.readouterr().out
    assert run(["import", str(data), "--home", str(tmp_path / "home"), "--encoder", ENCODER]) == 0
    err = capsys.readouterr().err
    assert f"picture of i0 and of 29 more left out: {why}\n" in err
    assert err.count("left out") == 1


def test_a_check_goes_by_the_settings(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A network of the shop's own that may be asked is no trouble, nor is an item that has another picture."""
    monkeypatch.setenv("ATTIRE_FETCH__NETWORKS", "10.1.0.0/16")
    items = [
        {"id": "own", "image": "https://10.1.0.7/a.jpg"},
        {"id": "two", "image": "https://10.2.0.7/a.jpg", "images": [f"{SHOP}/a.jpg"]},
    ]
    assert run(["check", str(written(tmp_path / "shop", items))]) == 0
    assert "left out" not in capsys.readouterr().out


@pytest.mark.parametrize("image", [f"{SHOP}/a.jpg", "//shop.example/a.jpg", "s3://bucket/a.jpg"])
def test_a_catalogue_with_urls_is_sound(image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is fetched to check it."""
    data = written(tmp_path / "shop", [{"id": "a", "image": image}, {"id": "b", "image": {"path": image}}])
    assert run(["check", str(data)]) == 0
    assert "image" not in capsys.readouterr().err


def test_whoever_does_not_fetch_is_told_what_does(tmp_path: Path) -> None:
    """A catalogue with URLs can be read; its pictures cannot."""
    data = written(tmp_path / "shop", [{"id": "a", "image": f"{SHOP}/a.jpg"}])
    with pytest.raises(OSError, match="only `attire import` fetches"):
        read_catalogue(data).image(0)


@contextmanager
def serving(home: Path, **fetch: Any) -> Iterator[TestClient]:
    """The service over a home that fetches from these hosts."""
    settings = Settings(home=home, keys=Keys(catalogue="k" * 20), fetch=Fetching(**fetch))
    with TestClient(create_app(settings), headers={"Authorization": f"Bearer {'k' * 20}"}) as client:
        yield client


@pytest.fixture
def home(shop: Any, Reply: Any, picture: Any, tmp_path: Path, at_the_shop: Any) -> Path:  # noqa: ARG001 - what the pages are on
    """A home with one item, and a shop with pictures."""
    shop.pages |= {
        "/a.jpg": Reply(body=picture(1)),
        "/b.jpg": Reply(body=picture(2)),
        "/cut.jpg": Reply(body=picture(3, (200, 200))[:2_000]),
        "/busy.jpg": Reply(503),
        "/moved.jpg": Reply(302, headers={"Location": "https://127.0.0.1/b.jpg"}),
    }
    data = written(tmp_path / "shop", [{"id": "first", "image": f"{SHOP}/a.jpg"}])
    import_catalogue(data, ReleaseStore(tmp_path / "home"), default_encoder=ENCODER)
    return tmp_path / "home"


def put(client: TestClient, *urls: str) -> Any:
    """The answer to a batch of items with these pictures."""
    items = [{"id": f"new-{place}", "category": "tops", "image": {"url": url}} for place, url in enumerate(urls)]
    return client.put("/items", json={"items": items})


def test_put_fetches_a_picture_where_that_is_allowed(home: Path, picture: Any) -> None:
    """And keeps it as if it had been sent."""
    with serving(home, service_hosts="shop.example") as client:
        assert put(client, f"{SHOP}/b.jpg", f"{SHOP}/a.jpg").json() == {"accepted": 2, "live": True}
        assert client.get("/items/new-0/image").content == picture(2)
        assert client.get("/items/new-1/image").content == picture(1)


def test_a_service_fetches_nothing_unless_it_is_told_to(home: Path, shop: Any) -> None:
    """The problem says what to do instead."""
    shop.asked.clear()
    with serving(home) as client:
        answer = put(client, f"{SHOP}/b.jpg")
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/url-refused")
    assert answer.json()["errors"][0]["field"] == "items[0].image.url"
    assert "send base64 or part, or name the hosts that it may ask in ATTIRE_FETCH__SERVICE_HOSTS" in answer.json()["errors"][0]["problem"]
    assert shop.asked == []


@pytest.mark.parametrize(
    ("url", "status", "type_", "problem"),
    [
        (
            "https://cdn.example/b.jpg",
            422,
            "url-refused",
            "may be asked: shop.example, localhost (ATTIRE_FETCH__SERVICE_HOSTS)",
        ),
        ("http://shop.example/b.jpg", 422, "url-refused", "use https://"),
        ("https://localhost/b.jpg", 422, "url-refused", "loopback"),
        ("file:///etc/passwd", 422, "url-refused", "use https://"),
        (f"{SHOP}/moved.jpg", 422, "url-refused", "is redirected to what is refused"),
        (f"{SHOP}/gone.jpg", 422, "picture-not-fetched", "404"),
        (f"{SHOP}/cut.jpg", 422, "bad-picture", "truncated"),
        (f"{SHOP}/busy.jpg", 503, "picture-unreachable", "503"),
    ],
)
def test_what_put_cannot_fetch_is_told(home: Path, url: str, status: int, type_: str, problem: str) -> None:
    """By field; nothing of the batch is kept."""
    with serving(home, service_hosts="shop.example,localhost", retries=1) as client:
        answer = put(client, f"{SHOP}/b.jpg", url)
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{type_}")
        assert answer.json()["errors"][0]["field"] == "items[1].image.url"
        assert problem in answer.json()["errors"][0]["problem"]
        assert ("retry-after" in answer.headers) is (status == 503)
        assert client.get("/items/new-0").status_code == 404


def test_a_picture_is_named_in_one_way_alone(home: Path) -> None:
    """Two are refused."""
    with serving(home, service_hosts="shop.example") as client:
        image = {"url": f"{SHOP}/b.jpg", "base64": "AAAA"}
        answer = client.put("/items", json={"items": [{"id": "x", "category": "tops", "image": image}]})
    assert answer.status_code == 422
    assert "one of base64, part and url" in answer.text
