"""From a shop's feed to a release: what is set aside, what is refused, what need not be done again."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.catalogue.changes import removal, upsert
from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.cli import run
from app.ground.parts import LogSettings
from app.home.store import ReleaseStore
from app.log.base import Stream
from app.log.open import open_log, opened_log
from app.release.release import Release
from index.snapshot import ITEM_COLUMNS, Snapshot
from models.bundle import Bundle

HEADER = "id,title,product_type,price,availability,link,image_link,item_group_id,color,size,custom_label_0\n"
ROWS = [
    f"A-{number},Tee {number},Women > Tops,{number}.50 EUR,in stock,https://shop.example/{number},,A,red,{number},top\n"
    for number in range(6)
]


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Six items as a Merchant feed."""
    path = tmp_path / "feed.csv"
    path.write_text(HEADER + "".join(ROWS))
    return path


@pytest.fixture
def attire(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any], str]]:
    """Run ``attire import`` into one home; returns the code, what machines are told, and what people are."""

    def call(source: Path, *options: str) -> tuple[int, dict[str, Any], str]:
        said = tmp_path / "said.json"
        said.unlink(missing_ok=True)
        code = run(["import", str(source), "--home", str(tmp_path / "home"), "--json", str(said), *options])
        captured = capsys.readouterr()
        return code, json.loads(said.read_text()) if said.exists() else {}, captured.out + captured.err

    return call


def test_a_feed_is_served_with_what_a_page_needs(feed: Path, attire: Callable[..., Any], tmp_path: Path) -> None:
    """Columns of their own for address, currency, group; the rest passes through; the layout is told."""
    code, said, told = attire(feed)
    assert (code, said["items"], said["rows"], said["rejected"], said["unchanged"]) == (0, 6, 6, 0, False)
    assert "read as Google Merchant (CSV, UTF-8, separated by commas): 6 rows" in told
    store = ReleaseStore(tmp_path / "home")
    release = Release.open(store, store.served())
    item = release.item(2)
    assert (item.id, item.category, item.price, item.currency, item.url, item.group_id) == (
        "A-2",
        "Tops",
        2.5,
        "EUR",
        "https://shop.example/2",
        "A",
    )
    assert item.attributes == {"color": "red", "size": "2", "department": "Women"}
    assert json.loads(release.snapshot.items.column("extras")[2].as_py()) == {"custom_label_0": "top", "category_path": "Women > Tops"}


@pytest.mark.parametrize(("left", "warned"), [(10, False), (9, False), (8, True), (5, True)])
def test_it_is_told_how_many_items_went(tmp_path: Path, attire: Callable[..., Any], left: int, warned: bool) -> None:  # noqa: FBT001 - a case
    """Short of the half that is refused, too; more than a tenth of what was served is a warning, for machines as for people."""
    feed = tmp_path / "ten.csv"
    feed.write_text("id,category,title\n" + "".join(f"B-{number},tops,Tee\n" for number in range(10)))
    assert attire(feed)[1]["gone"] == 0
    feed.write_text("id,category,title\nnew,tops,Tee\n" + "".join(f"B-{number},tops,Tee\n" for number in range(left)))
    code, said, told = attire(feed)
    assert (code, said["items"], said["gone"]) == (0, left + 1, 10 - left)
    assert (f"{10 - left} of before gone" in told) == (left < 10)
    assert ("items that were served, which are gone now" in told) == warned == bool(said["warnings"])


def test_what_was_changed_since_counts_as_served(feed: Path, attire: Callable[..., Any], tmp_path: Path) -> None:
    """Of what came by the log, what is not in the feed goes; what went by the log, does not go again."""
    attire(feed)
    home = tmp_path / "home"

    async def change() -> None:
        async with opened_log(LogSettings(), home) as log:
            await log.append(
                Stream.CATALOGUE, [upsert({"id": "put", "category": "Tops"}), removal("A-1"), upsert({"id": "A-9", "category": "Tops"})]
            )

    asyncio.run(change())
    feed.write_text(HEADER + "".join(ROWS[1:4]))
    assert "leaves 3 of 7 items that are served" in attire(feed)[1]["refused"]
    feed.write_text(HEADER + "".join([*ROWS[2:], ROWS[0].replace("A-0", "A-9")]))
    assert attire(feed)[1]["gone"] == len(["A-0", "put"])


def test_bad_rows_are_set_aside_and_written_down(feed: Path, attire: Callable[..., Any], tmp_path: Path) -> None:
    """Whatever is wrong with them; the good ones are imported, and the counts told by kind."""
    feed.write_text(HEADER + "".join(ROWS) + "B-1,x,Tops,cheap,maybe,,,,,,\nB-2,x,Tops\nB-3,x,Tops,dear,,,,,,,\n")
    code, said, told = attire(feed)
    assert (code, said["items"], said["rows"], said["rejected"]) == (0, 6, 9, 3)
    assert [(kind["field"], kind["count"]) for kind in said["kinds"]] == [("price", 2), ("in_stock", 1), (None, 1)]
    rejects = [json.loads(line) for line in Path(said["rejects"]).read_text().splitlines()]
    assert [(one["line"], one["id"], one["field"], one["value"]) for one in rejects if one["id"]] == [
        (8, "B-1", "price", "cheap"),
        (8, "B-1", "in_stock", "maybe"),
        (10, "B-3", "price", "dear"),
    ]
    assert all(one["problem"] and one["what_to_do"] for one in rejects)
    assert "3 set aside" in told
    feed.write_text(HEADER + "".join(ROWS))
    assert attire(feed)[0] == 0
    assert not (tmp_path / "home" / "rejects.jsonl").exists()


def test_a_bad_item_of_a_list_stops_no_other(attire: Callable[..., Any], tmp_path: Path) -> None:
    """What is one document to JSON is as many rows as it has items."""
    feed, prices = tmp_path / "feed.json", ["9.50", "cheap", "19.50", "29.50"]
    variants = [{"@type": "Product", "sku": f"A-{price}", "offers": {"price": price}} for price in prices]
    feed.write_text(json.dumps({"@graph": [{"@type": "ProductGroup", "name": "Tee", "category": "Tops", "hasVariant": variants}]}))
    code, said, _ = attire(feed)
    assert (code, said["items"], said["rows"], said["rejected"]) == (0, 3, 4, 1)
    feed.write_text(feed.read_text().replace("9.50", "dear"))
    code, said, _ = attire(feed)
    assert (code, said["rejected"], said["kinds"][0]["count"]) == (2, 4, 4)
    assert "4 of 4 rows cannot be used" in said["refused"]


def test_a_row_with_two_faults_is_one_row(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Though what is wrong is found column by column: a third of the rows is no two thirds, by which a feed is refused."""
    feed = tmp_path / "feed.csv"
    feed.write_text("id,category,title\n,,One\n,,Two\na,Tops,Tee\nb,Tops,Shirt\nc,Shoes,Boot\nd,Bags,Tote\n")
    code, said, _ = attire(feed)
    assert (code, said["items"], said["rows"], said["rejected"]) == (0, 4, 6, 2)


def test_strict_ends_at_the_first_bad_row(feed: Path, attire: Callable[..., Any], tmp_path: Path) -> None:
    """And changes nothing; so does more than the share that may be set aside."""
    feed.write_text(HEADER + "".join(ROWS) + "B-1,x,Tops,cheap,,,,,,,\n")
    code, said, told = attire(feed, "--strict")
    assert (code, "feed.csv:8, field 'price'" in told, "refused" in said) == (2, True, True)
    code, said, told = attire(feed, "--max-rejects", "0.1")
    assert (code, said["rejected"], "1 of 7 rows cannot be used, more than 10%" in said["refused"]) == (2, 1, True)
    assert not (tmp_path / "home" / "CURRENT").exists()
    assert attire(feed, "--max-rejects", "0.1", "--force")[0] == 0


def test_what_is_not_sold_speaks_for_no_feed(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Of what is to be sold most cannot be used, however many drafts and rows of further pictures stand between."""
    feed = tmp_path / "products.csv"
    rows = ["Handle,Title,Type,Status,Variant SKU,Variant Price,Image Src"]
    rows += [f"tee-{one},Tee {one},Tops,active,T-{one},{'dear' if one else '9.50'}," for one in range(4)]
    rows += [f"tee-0,,,,,,https://shop.example/{one}.jpg" for one in range(9)] + [
        f"old-{one},Old,Tops,draft,O-{one},9.50," for one in range(9)
    ]
    feed.write_text("\n".join([rows[0], *sorted(rows[1:], key=lambda row: row.partition(",")[0])]) + "\n")
    code, said, _ = attire(feed)
    assert (code, said["rows"], said["rejected"]) == (2, 22, 3)
    assert "3 of 4 rows cannot be used" in said["refused"]


def test_a_feed_does_not_empty_a_shop(feed: Path, attire: Callable[..., Any]) -> None:
    """What leaves less than half of what is served is refused unless it is forced; another shop's feed of the same size is warned of."""
    assert attire(feed)[0] == 0
    feed.write_text(HEADER + "".join(ROWS[:2]))
    code, said, _ = attire(feed)
    assert (code, "leaves 2 of 6 items that are served" in said["refused"]) == (2, True)
    code, said, _ = attire(feed, "--force")
    assert (code, said["items"]) == (0, 2)
    feed.write_text(HEADER + "".join(row.replace("A-", "B-") for row in ROWS[:2]))
    code, said, told = attire(feed)
    assert (code, said["gone"], "lacks 2 of 2 items that were served" in told) == (0, 2, True)
    feed.write_text(HEADER)
    assert attire(feed, "--force")[0] == 2


def test_who_gives_a_url_is_told_what_fetches_it(attire: Callable[..., Any]) -> None:
    """As the feed of a shop is one more often than not."""
    assert "a URL is fetched by `attire sync`" in attire(Path("https://shop.example/feed.xml"))[2]
    assert "sync" not in attire(Path("feeds/feed.xml"))[2]


def test_the_same_feed_again_is_nothing_to_do(feed: Path, attire: Callable[..., Any], tmp_path: Path) -> None:
    """By its content, and as long as nothing else changed the catalogue: another mapping, a change in the log."""
    first = attire(feed)[1]
    os.utime(feed, (1, 1))
    code, said, told = attire(feed)
    assert (code, said["unchanged"], said["release"], "nothing to do" in told) == (0, True, first["release"], True)
    assert attire(feed, "--encoder", "shipped")[1]["unchanged"] is False
    assert attire(feed)[1]["unchanged"] is False
    assert attire(feed)[1]["unchanged"] is True

    async def delete() -> None:
        log = open_log(LogSettings(), tmp_path / "home")
        await log.append(Stream.CATALOGUE, [removal("A-1")])
        await log.close()

    asyncio.run(delete())
    assert attire(feed)[1]["unchanged"] is False


def test_another_bundle_over_the_same_catalogue_makes_no_feed_new(feed: Path, attire: Callable[..., Any], tmp_path: Path) -> None:
    """A rollback to another catalogue does."""
    first, store = attire(feed)[1]["release"], ReleaseStore(tmp_path / "home")
    bundle = Bundle.load(store.bundle_path(store.served().bundle))
    Bundle(replace(bundle.manifest, recipe="test"), bundle.model).save(tmp_path / "other")
    second = publish(tmp_path / "other", store, log=LogSettings())
    assert second.id != first
    said = attire(feed)[1]
    assert (said["unchanged"], said["release"]) == (True, second.id)
    old = feed.read_text()
    feed.write_text(old.replace("1.50", "2.50"))
    assert attire(feed)[1]["unchanged"] is False
    store.activate(second.id)
    assert attire(feed)[1]["unchanged"] is False


def test_a_changed_picture_is_something_to_do(attire: Callable[..., Any], pictures: Path, tmp_path: Path) -> None:
    """Names, sizes and times of pictures count, in whichever folder they lie."""
    shop = tmp_path / "pictured"
    shutil.copytree(pictures, shop)
    assert attire(shop)[0] == 0
    assert attire(shop)[1]["unchanged"] is True
    picture = next(path for path in sorted(shop.rglob("*")) if path.suffix in {".png", ".jpg", ".jpeg", ".webp"})
    os.utime(picture, (1, 1))
    assert attire(shop)[1]["unchanged"] is False


def test_a_home_of_old_form_is_read(feed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A snapshot without the columns that came later has them empty."""
    store = ReleaseStore(tmp_path / "home")
    snapshot = Snapshot.load(store.snapshot_path(import_catalogue(feed, store, default_encoder="shipped").release.snapshot))
    with monkeypatch.context() as before:
        before.setattr("index.snapshot.ITEM_COLUMNS", pa.schema(list(ITEM_COLUMNS)[:9]))
        Snapshot.write(
            tmp_path / "old",
            items=snapshot.items.select(ITEM_COLUMNS.names[:9]),
            features_NF=snapshot.features,
            embeddings_ND=snapshot.embeddings(snapshot.rows),
            bundle_id="b",
            encoder_fingerprint="f",
        )
    assert "url" not in pq.read_schema(tmp_path / "old" / "items.parquet").names
    assert Snapshot.load(tmp_path / "old").items.column("url").null_count == 6


def test_map_writes_what_import_reads(tmp_path: Path, attire: Callable[..., Any], capsys: pytest.CaptureFixture[str]) -> None:
    """A proposal on standard output or in a file, and a feed of unknown columns says so."""
    feed = tmp_path / "export.csv"
    feed.write_text("Artikelnummer;Kategorie;Bezeichnung;Preis\n007;Hemden;Hemd;29,90\n")
    code, _, told = attire(feed)
    assert (code, f"attire map {feed}" in told) == (2, True)
    assert run(["map", str(feed)]) == 0
    assert "id: artikelnummer" in capsys.readouterr().out
    assert run(["map", str(feed), "--out", str(tmp_path / "m.yaml")]) == 0
    assert run(["check", str(feed), "--map", str(tmp_path / "m.yaml")]) == 0
    code, said, _ = attire(feed, "--map", str(tmp_path / "m.yaml"))
    assert (code, said["items"], said["layout"].partition(" (")[0]) == (0, 1, "a mapping file")


def test_map_of_a_known_layout_writes_what_it_does_not_read(
    tmp_path: Path, attire: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """It says that the layout needs none; what a column's name and values both say lies over the layout, until it is taken away."""
    feed = tmp_path / "export.csv"
    feed.write_text("ID,Typ,Artikelnummer,Name,Veröffentlicht,Regulärer Preis,Kategorien,Geschlecht\n1,simple,a,Hemd,1,29,Hemden,Damen\n")
    assert run(["map", str(feed), "--out", str(tmp_path / "m.yaml")]) == 0
    assert "WooCommerce product CSV in German, which needs no mapping" in capsys.readouterr().out
    code, said, _ = attire(feed, "--map", str(tmp_path / "m.yaml"))
    assert (code, said["items"], said["layout"].partition(" (")[0]) == (0, 1, "WooCommerce product CSV in German with a mapping file")
    (tmp_path / "m.yaml").write_text((tmp_path / "m.yaml").read_text().replace("  attributes.gender", "  # attributes.gender"))
    code, said, _ = attire(feed, "--map", str(tmp_path / "m.yaml"))
    assert (code, said["items"], said["unchanged"]) == (0, 1, False)


def test_a_language_that_is_not_read_is_told_at_once(tmp_path: Path, attire: Callable[..., Any]) -> None:
    """By whoever imports, who may never check."""
    feed = tmp_path / "feed.csv"
    rows = [f"{name}{place},{name},{name} {place}" for name in ("Mekot", "Hameet", "Housut", "Paidat", "Takit") for place in range(2)]
    feed.write_text("\n".join(["id,category,title", *rows]) + "\n")
    _, said, _ = attire(feed)
    assert any("lacks a garment's name that is known here (10 of 10)" in one["problem"] for one in said["warnings"])
