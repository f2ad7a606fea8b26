"""A shop with a year of orders trains on day one: ``attire import-orders``, and ``attire import`` where orders lie beside the items."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import run
from models.datasets.orders.read import shopper_of
from models.datasets.read import read_dataset

KINDS = ("tops", "jeans", "shoes")
START = datetime(2025, 1, 1, tzinfo=UTC)


def write_feed(path: Path, each: int = 40) -> None:
    """Items of three categories."""
    lines = [f"{kind}-{number},{kind},{kind} {number} linen" for kind in KINDS for number in range(each)]
    path.write_text("id,category,title\n" + "\n".join(lines) + "\n")


def write_orders(path: Path, count: int = 300, each: int = 40, more: str = "") -> None:
    """Orders, one a day: two to three items, of forty customers."""
    rng = np.random.default_rng(0)
    lines = []
    for number in range(count):
        when = (START + timedelta(days=number)).isoformat()
        kinds = KINDS[: 2 + number % 2]
        lines += [f"o{number},{kind}-{rng.integers(each)},c{number % 40},{when}" for kind in kinds]
    path.write_text("order_id,sku,customer,time\n" + "\n".join(lines) + "\n" + more)


@pytest.fixture
def attire(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any], str]]:
    """Run a command that takes ``--json``; the code, what machines are told, what people are."""

    def call(*arguments: str) -> tuple[int, dict[str, Any], str]:
        said = tmp_path / "said.json"
        said.unlink(missing_ok=True)
        code = run([*arguments, "--json", str(said)])
        captured = capsys.readouterr()
        return code, json.loads(said.read_text()) if said.exists() else {}, captured.out + captured.err

    return call


def outfits(path: Path) -> list[dict[str, Any]]:
    """The lines of an outfits file."""
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_shop_with_a_year_of_orders_trains_on_day_one(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Feed, orders, training, by three commands; the latest orders are held out, customers are hashes."""
    feed, orders, data, home = (tmp_path / name for name in ("feed.csv", "orders.csv", "data", "home"))
    write_feed(feed)
    write_orders(orders, more="o900,tops-1,c1,whenever\no901,gone-1,c1,2025-03-01\no901,tops-2,c1,2025-03-01\n")
    assert attire("import", str(feed), "--home", str(home))[0] == 0
    code, said, told = attire("import-orders", str(orders), "--home", str(home), "--out", str(data))
    assert (code, said["orders"], said["rejected"], said["unknown_skus"]) == (0, 301, 1, 1)
    assert "read as order lines" in told
    assert "gone-1" in told
    assert (said["dropped"]["unknown_items"]["items"], said["incomplete"]["undone"]) == (0, 1)
    lines = outfits(data / "outfits.jsonl")
    assert sum(said["outfits"].values()) == len(lines)
    assert {line["user"] for line in lines} <= {shopper_of(f"c{number}") for number in range(40)}
    first = {split: min(line["timestamp"] for line in lines if line["split"] == split) for split in ("train", "valid", "test")}
    assert first["train"] < first["valid"] < first["test"]  # near-duplicates go to the side of the earliest
    aside = outfits(Path(said["rejects"]))
    assert [(one["line"], one["field"], one["value"]) for one in aside] == [(752, "time", "whenever")]
    assert len(read_dataset(data).outfits) == len(lines)
    out = tmp_path / "bundle"
    assert run(["train", str(data), "--out", str(out), "--recipe", "outfit-vector", "--set", "epochs=1"]) == 0
    assert (out / "manifest.json").is_file()


def test_items_that_came_since_the_release_are_served_too(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Such as what was sold, synchronised beside what is for sale."""
    home, feed, sold, orders = tmp_path / "home", tmp_path / "feed.csv", tmp_path / "sold.csv", tmp_path / "orders.csv"
    write_feed(feed)
    head, *rows = feed.read_text().splitlines(keepends=True)
    half = len(rows) // 2
    feed.write_text(head + "".join(rows[:half]))
    sold.write_text(head + "".join(rows[half:]))
    write_orders(orders, 40)
    assert attire("import", str(feed), "--home", str(home))[0] == 0
    assert run(["sync", str(sold), "--home", str(home)]) == 0
    code, said, _ = attire("import-orders", str(orders), "--home", str(home), "--out", str(tmp_path / "data"))
    assert (code, said["unknown_skus"]) == (0, 0)
    assert len(read_dataset(tmp_path / "data").catalogue) == len(rows)


def test_without_out_the_worker_learns_from_them(attire: Callable[..., Any], tmp_path: Path) -> None:
    """They become the home's reference data set; a second time only by force."""
    home = tmp_path / "home"
    write_feed(tmp_path / "feed.csv")
    write_orders(tmp_path / "orders.csv")
    attire("import", str(tmp_path / "feed.csv"), "--home", str(home))
    order = ("import-orders", str(tmp_path / "orders.csv"), "--home", str(home))
    assert attire(*order)[0] == 0
    assert len(read_dataset(home / "reference").outfits) == len(outfits(home / "reference" / "outfits.jsonl"))
    code, _, told = attire(*order)
    assert code == 2
    assert "--force writes over it" in told
    assert attire(*order, "--force")[0] == 0


@pytest.mark.parametrize("by", ["import", "sync", "the directory's own feed"])
def test_what_no_feed_takes_for_a_garment_is_no_piece_of_an_order(attire: Callable[..., Any], tmp_path: Path, by: str) -> None:
    """What an import passed over leaves the outfits that it is bought with whole; what is for sale no more does not."""
    data, home = tmp_path / "data", tmp_path / "home"
    data.mkdir()
    rows = [f"{kind}-{number},{kind} {number},Top,simple,Default Category/{kind},1" for kind in KINDS for number in range(40)]
    rows += ["BOX,Gift Card,Top,simple,Default Category/Gifts,1", "SET,Set,Top,bundle,Default Category/tops,1"]
    rows += ["OFF,Tee,Top,simple,Default Category/tops,2"]
    header = "sku,name,attribute_set_code,product_type,categories,product_online\n"
    (data / "items.csv").write_text(header + "\n".join(rows) + "\n")
    days = [(START + timedelta(days=number)).isoformat() for number in range(3)]
    more = "".join(f"o{number},{sku},c{number},{days[number]}\n" for number, sku in enumerate(("BOX", "SET", "OFF")))
    write_orders(tmp_path / "orders.csv", more=more)
    if by != "the directory's own feed":
        attire(by, str(data / "items.csv"), "--home", str(home))
        data = tmp_path / "out"
    else:
        write_feed(tmp_path / "feed.csv")
        attire("import", str(tmp_path / "feed.csv"), "--home", str(home))
    _, said, told = attire("import-orders", str(tmp_path / "orders.csv"), "--home", str(home), "--out", str(data))
    assert (said["lines_of_no_pieces"], said["lines_of_unknown_skus"], said["incomplete"]["outfits"]) == (2, 1, 1), told


def test_import_makes_outfits_of_orders_beside_the_items(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Before it looks whether anything changed, so that the second import is nothing to do."""
    data = tmp_path / "data"
    data.mkdir()
    write_feed(data / "items.csv")
    write_orders(data / "orders.csv")
    code, _, told = attire("import", str(data), "--home", str(tmp_path / "home"))
    assert code == 0
    assert "orders.csv: read as order lines" in told
    assert outfits(data / "outfits.jsonl")
    assert attire("import", str(data), "--home", str(tmp_path / "home"))[1]["unchanged"]


def test_looks_are_learned_from_beside_orders(attire: Callable[..., Any], tmp_path: Path) -> None:
    """They have no moment: with orders they are for training, alone they are divided when they are read."""
    data, looks = tmp_path / "data", tmp_path / "looks.csv"
    data.mkdir()
    write_feed(data / "items.csv")
    write_orders(tmp_path / "orders.csv")
    looks.write_text("look_id,sku\n" + "".join(f"l{number},{kind}-{number}\n" for number in range(20) for kind in KINDS))
    code, said, _ = attire("import-orders", str(looks), "--out", str(data))
    assert (code, said["outfits"]) == (0, {"undivided": 20})
    assert {outfit.split for outfit in read_dataset(data).outfits} == {"train", "valid", "test"}
    assert not any(outfit.part for outfit in read_dataset(data).outfits)
    code, said, _ = attire("import-orders", str(looks), str(tmp_path / "orders.csv"), "--out", str(data / "outfits.jsonl"), "--force")
    assert code == 0
    assert {line["split"] for line in outfits(data / "outfits.jsonl") if line["id"].startswith("look ")} == {"train"}
    kinds = {("look" if outfit.id.startswith("look ") else "order", outfit.part) for outfit in read_dataset(data).outfits}
    assert kinds == {("look", None), ("order", True)}
    (tmp_path / "undated.csv").write_text("order_id,sku\n" + "".join(f"o{one},tops-{one}\no{one},jeans-{one}\n" for one in range(9)))
    assert attire("import-orders", str(looks), str(tmp_path / "undated.csv"), "--out", str(data), "--force")[0] == 0
    assert {(outfit.id[0], outfit.part or False) for outfit in read_dataset(data).outfits} == {("l", False), ("o", True)}


def test_skus_that_are_products_or_in_another_case_are_understood(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Of a product its first variant stands for it; two sizes of one are no outfit. Both are told."""
    data, looks = tmp_path / "data", tmp_path / "looks.csv"
    data.mkdir()
    items = ["T-S,tops,Tee,tee", "T-M,tops,Tee,tee", "J-1,jeans,Jeans,jeans", "S-1,shoes,Boots,boots"]
    (data / "items.csv").write_text("id,category,title,group_id\n" + "\n".join(items) + "\n")
    looks.write_text("look_id,skus\nl1,tee|jeans\nl2,t-m|s-1\nl3,T-S|T-M|S-1\nl4,T-S|T-M\nl5,gone|J-1\n")
    code, said, told = attire("import-orders", str(looks), "--out", str(data))
    assert (code, said["lines_by_product"], said["lines_by_case"], said["unknown_skus"]) == (0, 2, 2, 1)
    assert [set(look["items"]) for look in outfits(data / "outfits.jsonl")] == [{"T-S", "J-1"}, {"T-M", "S-1"}, {"T-M", "S-1"}]
    assert "2 lines name a product: its first variant stands for it" in told
    assert "2 lines name an id that the catalogue writes in another case" in told


def test_orders_may_name_items_as_the_shop_does_inside(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Shopware lists the ids of its database, which its items keep beside their numbers; columns may be said by hand."""
    data, orders = tmp_path / "data", tmp_path / "orders.csv"
    data.mkdir()
    header = "id;parent_id;product_number;active;stock;name;price_gross;tax_rate;categories;propertyIds;optionIds"
    lines = [f"{number:032x};;N{number};1;1;Piece {number};9;19;{('Tops', 'Jeans')[number % 2]};;" for number in range(8)]
    (data / "items.csv").write_text("\n".join([header, *lines]) + "\n")
    rows = [f"{number};2026-01-0{number + 1};1x {2 * number:032x}|1x {2 * number + 1:032x}" for number in range(4)]
    orders.write_text("order_number;order_date_time;line_items\n" + "\n".join(rows) + "\n")
    code, said, _ = attire("import-orders", str(orders), "--out", str(data))
    assert (code, said["unknown_skus"], said["orders"]) == (0, 0, 4)
    assert [set(outfit["items"]) for outfit in outfits(data / "outfits.jsonl")] == [{f"N{n}", f"N{n + 1}"} for n in range(0, 8, 2)]
    orders.write_text(orders.read_text().replace("order_number;order_date_time;line_items", "Beleg;Tag;Posten"))
    again = ("import-orders", str(orders), "--out", str(data), "--force", "--columns")
    assert attire(*again, "order=Beleg,time=Tag,items=Posten")[1]["orders"] == 4
    code, _, told = attire(*again, "bon=Beleg")
    assert (code, "with one of order, sku, items, time, customer, quantity, status as the key" in told) == (2, True)


def test_an_order_that_lost_an_item_is_no_outfit(attire: Callable[..., Any], tmp_path: Path) -> None:
    """A row of the feed that was set aside takes its orders with it; where those are most, they stay, and that is said aloud."""
    data, orders = tmp_path / "data", tmp_path / "orders.csv"
    data.mkdir()
    write_feed(data / "items.csv")
    order = ("import-orders", str(orders), "--out", str(data), "--force")
    gone = "".join(f"g{number},{item},c1,2025-03-01\n" for number in range(8) for item in (f"jeans-{number}", f"shoes-{number}", "gone"))
    write_orders(orders, 130, more=gone)
    _, said, told = attire(*order)
    assert said["incomplete"] == {"outfits": 8, "left_out": True, "undone": 0}
    assert "8 of 138 outfits lost an item that the catalogue does not have (0 of them all items but one, or all)" in told
    assert "left out of what is learned; a file of items that still has the items of these orders" in told
    assert not any(outfit["id"].startswith("g") for outfit in outfits(data / "outfits.jsonl"))
    write_orders(orders, 7, more=gone)
    _, said, told = attire(*order)
    assert said["incomplete"] == {"outfits": 8, "left_out": False, "undone": 0}
    assert "warning: 8 of 15 outfits lost an item that the catalogue does not have (0 of them" in told
    assert "that is more than half" in told
    assert any(outfit["id"].startswith("g") for outfit in outfits(data / "outfits.jsonl"))


def test_what_is_no_piece_is_not_missing(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Shipping and gift cards by the words of their SKUs, what else a shop sells by its own patterns."""
    data, orders = tmp_path / "data", tmp_path / "orders.csv"
    data.mkdir()
    write_feed(data / "items.csv")
    added = ("SHIP-EXPRESS", "gift_card 50", "ENGRAVING-2")
    lines = "".join(
        f"g{number},{item},c1,2025-03-01\n" for number in range(9) for item in (f"jeans-{number}", f"tops-{number}", added[number % 3])
    )
    write_orders(orders, 130, more=lines)
    order = ("import-orders", str(orders), "--out", str(data), "--force")
    _, said, told = attire(*order)
    assert (said["lines_of_no_pieces"], said["unknown_skus"], said["incomplete"]["outfits"]) == (6, 1, 3)
    assert "6 lines are no pieces: SHIP-EXPRESS, gift_card 50" in told
    assert "in 3 lines: ENGRAVING-2; what is no piece can be named by --ignore" in told
    _, said, _ = attire(*order, "--ignore", "engraving-*")
    assert (said["lines_of_no_pieces"], said["unknown_skus"], said["incomplete"]["outfits"]) == (9, 0, 0)
    assert sum(outfit["id"].startswith("g") for outfit in outfits(data / "outfits.jsonl")) == 9
    _, said, _ = attire(*order, "--ignore", "ENGRAVING-*", "--ignore", "tops-1")  # though the catalogue has it
    assert not any("tops-1" in outfit["items"] for outfit in outfits(data / "outfits.jsonl"))


def test_orders_of_another_catalogue_are_refused(attire: Callable[..., Any], tmp_path: Path) -> None:
    """With SKUs of it; and so is a file of which most lines cannot be used. Nothing is written."""
    data, orders = tmp_path / "data", tmp_path / "orders.csv"
    data.mkdir()
    write_feed(data / "items.csv")
    orders.write_text("order_id,sku,time\n1,X-1,2026-01-01\n1,X-2,2026-01-01\n")
    code, _, told = attire("import-orders", str(orders), "--out", str(data))
    assert code == 2
    assert "is an id of the catalogue" in told
    assert "'X-1'" in told
    orders.write_text("order_id,sku,time\n1,tops-1,x\n1,jeans-1,x\n2,tops-1,2026-01-01\n")
    code, _, told = attire("import-orders", str(orders), "--out", str(data))
    assert code == 2
    assert "2 of 3 lines cannot be used" in told
    assert not (data / "outfits.jsonl").exists()


def test_items_that_cannot_be_used_are_no_other_catalogue(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Which is told, with the first of them, and not that the SKUs are wrong."""
    data, orders = tmp_path / "data", tmp_path / "orders.csv"
    data.mkdir()
    (data / "items.csv").write_text("id,category,price\nA,tops,cheap\nB,tops,dear\n")
    orders.write_text("order_id,sku,time\n1,A,2026-01-01\n1,B,2026-01-01\n")
    code, _, told = attire("import-orders", str(orders), "--out", str(data))
    assert code == 2
    assert "none of its items can be used" in told
    assert "'cheap'" in told


@pytest.mark.parametrize("end", ["paid,0", "cancelled,1"])
def test_lines_that_are_no_purchase_speak_for_no_file(attire: Callable[..., Any], tmp_path: Path, end: str) -> None:
    """Of what a file is there for, most cannot be used, however much else stands between: other events, quantity 0, cancelled orders."""
    data, orders, events = tmp_path / "data", tmp_path / "orders.csv", tmp_path / "events.jsonl"
    data.mkdir()
    write_feed(data / "items.csv")
    lines = [f"o{one},{kind}-{one},{'soon' if one > 2 else '2026-01-01'},paid,1" for one in range(9) for kind in KINDS]
    orders.write_text("order_id,sku,time,status,quantity\n" + "\n".join([*lines, *[f"x,tops-1,2026-01-01,{end}"] * 99]) + "\n")
    code, _, told = attire("import-orders", str(orders), "--out", str(data))
    assert (code, "18 of 27 lines cannot be used" in told) == (2, True)
    bought = [
        {"event_name": "purchase", "transaction_id": str(one), "event_timestamp": "soon" if one else "1704067200000000"}
        | {"items": [{"item_id": f"{kind}-{one}"} for kind in KINDS]}
        for one in range(9)
    ]
    events.write_text("".join(json.dumps(event) + "\n" for event in [*bought, *[{"event_name": "page_view", "items": []}] * 99]))
    code, _, told = attire("import-orders", str(events), "--out", str(data))
    assert (code, "8 of 9 lines cannot be used" in told) == (2, True)
    assert not (data / "outfits.jsonl").exists()


def test_pictures_come_along(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Those of the home, so that training sees what is served, of products of sizes, too."""
    home, data = tmp_path / "home", tmp_path / "data"
    write_feed(tmp_path / "items.csv", each=3)
    from PIL import Image  # noqa: PLC0415

    Image.new("RGB", (20, 20), "red").save(tmp_path / "red.png")
    text = (tmp_path / "items.csv").read_text().splitlines()
    (tmp_path / "items.csv").write_text(
        "\n".join([text[0] + ",image,group_id", *(f"{line},red.png,{line.partition(',')[0]}" for line in text[1:])])
    )
    attire("import", str(tmp_path / "items.csv"), "--home", str(home))
    write_orders(tmp_path / "orders.csv", 20, each=3)
    assert attire("import-orders", str(tmp_path / "orders.csv"), "--home", str(home))[0] == 0
    assert attire("import-orders", str(tmp_path / "orders.csv"), "--home", str(home), "--out", str(data))[0] == 0
    catalogue = read_dataset(data).catalogue
    assert all(catalogue.image(row) for row in range(len(catalogue)))


def test_why_no_outfit_comes_of_orders_is_told(attire: Callable[..., Any], tmp_path: Path) -> None:
    """What became of their lines, with the first that cannot be used."""
    data, orders = tmp_path / "data", tmp_path / "orders.csv"
    data.mkdir()
    write_feed(data / "items.csv")
    rows = ["1,tops-1,a,2026-01-01,two", "1,jeans-1,a,2026-01-01,-1", "1,shoes-1,a,2026-01-01,1", "2,gone,a,31.1.2026 9:05,1"]
    orders.write_text("order_id,sku,customer,time,quantity\n" + "\n".join(rows) + "\n")
    code, _, told = attire("import-orders", str(orders), "--out", str(data))
    assert code == 2
    assert "1 name unknown SKUs, 1 were sent back, 1 cannot be used (the first:" in told
    assert "'two' is no number" in told
    orders.write_text("order_id,sku,customer,time,status\n1,tops-1,a,2026-01-01,cancelled\n1,jeans-1,a,2026-01-01,cancelled\n")
    code, _, told = attire("import-orders", str(orders), "--out", str(data))
    assert (code, "2 lines of cancelled orders; passed over" in told) == (2, True)
    code, _, told = attire("import-orders", str(data))
    assert (code, "is a directory; name the file of orders" in told) == (2, True)


def test_what_is_refused_leaves_nothing_behind(attire: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither items nor pictures of the home, which a later call would learn from; a home that is named must be there."""
    feed, orders, home, data = (tmp_path / name for name in ("feed.csv", "orders.csv", "home", "data"))
    write_feed(feed)
    attire("import", str(feed), "--home", str(home))
    orders.write_text("order_id,sku,time\n1,X-1,2026-01-01\n1,X-2,2026-01-01\n")
    for file in (feed, orders):
        assert attire("import-orders", str(file), "--home", str(home), "--out", str(data))[0] == 2
        assert not data.exists()
        assert attire("import-orders", str(file), "--home", str(home))[0] == 2
        assert not (home / "reference").exists()
    write_orders(orders)
    assert attire("import-orders", str(orders), "--home", str(home), "--out", str(data))[0] == 0
    code, _, told = attire("import-orders", str(orders), "--home", str(tmp_path / "nohome"), "--out", str(data), "--force")
    assert (code, f"{tmp_path / 'nohome'}: no home here" in told) == (2, True)
    monkeypatch.setenv("ATTIRE_HOME", str(tmp_path / "nohome"))
    assert attire("import-orders", str(orders), "--out", str(data), "--force")[0] == 0


def test_a_day_s_file_is_read_as_the_year_s_beside_it(attire: Callable[..., Any], tmp_path: Path) -> None:
    """Whose dates tell which number is the day; lines of shipping and wrapping are no pieces by their names."""
    home, feed, year, day = tmp_path / "home", tmp_path / "feed.csv", tmp_path / "year.csv", tmp_path / "day.csv"
    write_feed(feed)
    assert attire("import", str(feed), "--home", str(home))[0] == 0
    head = "order_id,sku,customer,created_at,title\n"
    pairs = [(f"tops-{number}", f"shoes-{number}") for number in range(4)]
    dated = [(f"{12 + number}/06/2025", *pair) for number, pair in enumerate(pairs)]
    lines = [f"o{at},{sku},c{at},{date},\n" for at, (date, *skus) in enumerate(dated) for sku in skus]
    year.write_text(head + "".join(lines))
    later = [f"n1,{sku},c9,01/12/2025,{title}\n" for sku, title in (("tops-5", ""), ("shoes-6", ""), ("DEL-STD", "Standard Delivery"))]
    day.write_text(head + "".join(later) + "n1,GW,c9,01/12/2025,Gift wrap\n")
    for files in ((day, year), (year, day)):
        data = tmp_path / f"data-{files[0].stem}"
        code, said, _ = attire("import-orders", *map(str, files), "--home", str(home), "--out", str(data))
        assert (code, said["rejected"], said["unknown_skus"]) == (0, 0, 0)
        assert max(line["timestamp"] for line in outfits(data / "outfits.jsonl")) == datetime(2025, 12, 1, tzinfo=UTC).timestamp()
