"""Orders and looks in the layouts that shops export, as lines of one kind; what cannot be used is set aside by its line."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models.datasets.feeds.bad import BadValueError
from models.datasets.findings import Findings
from models.datasets.orders.layouts import are_orders
from models.datasets.orders.moments import Dated, read_moment
from models.datasets.orders.read import Orders, Written, orders_beside, read_orders, shopper_of
from models.datasets.rejects import Rejects
from models.errors import InputError

Row = tuple[str, str, str | None, str, str | None]
ANN = shopper_of("ann@example.com")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., tuple[Orders, list[dict[str, Any]], list[str]]]:
    """Write a file and read it: what was read, what was set aside, what was warned of."""

    def call(
        text: str | bytes, name: str = "orders.csv", *, ids: Collection[str] = (), **written: Any
    ) -> tuple[Orders, list[dict[str, Any]], list[str]]:
        path, aside = tmp_path / name, tmp_path / "aside.jsonl"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        with Rejects(aside) as rejects:
            findings = Findings(rejects=rejects)
            orders = read_orders(path, findings, Written(**written), ids=ids)
        rejected = [json.loads(line) for line in aside.read_text().splitlines()] if aside.exists() else []
        return orders, rejected, [str(kind.first[0].problem) for kind in findings.of("warning")]

    return call


def rows(orders: Orders) -> list[Row]:
    """Kind, order, shopper, item and moment of each line."""
    return [
        (row["type"], row["session"], row["user"], row["item"], row["timestamp"] and row["timestamp"].strftime("%Y-%m-%dT%H:%M"))
        for row in orders.table.to_pylist()
    ]


def test_order_lines(read: Callable[..., Any]) -> None:
    """Columns by their usual names, of any separator; sent back is quantity below zero."""
    text = (
        "Order ID;SKU;Customer;Time;Qty\n7;A-1;ann@example.com;2026-03-31T14:05:00Z;1\n"
        "7;B-2;ann@example.com;1774965900;-1\n8;C;;2026-04-01;0\n"
    )
    orders, rejected, warned = read(text)
    assert orders.layout == "order lines (CSV, UTF-8, separated by semicolons)"
    assert rows(orders) == [("purchase", "7", ANN, "A-1", "2026-03-31T14:05"), ("return", "7", ANN, "B-2", "2026-03-31T14:05")]
    assert (orders.meant, rejected, warned) == (2, [], ["1 lines that are no purchase; passed over"])


def test_hm_transactions_are_orders_of_a_customer_and_a_day(read: Callable[..., Any]) -> None:
    """The file has no order ids; leading zeros of articles stay."""
    text = (
        "t_dat,customer_id,article_id,price,sales_channel_id\n2018-09-20,c1,0663713001,0.05,2\n"
        "2018-09-20,c1,0541518023,0.03,2\n2018-09-21,c1,0663713001,0.05,2\n"
    )
    orders, _, _ = read(text, "transactions_train.csv")
    assert orders.layout.startswith("H&M transactions")
    assert [row[1] for row in rows(orders)] == ["c1 17794", "c1 17794", "c1 17795"]
    assert [row[3] for row in rows(orders)] == ["0663713001", "0541518023", "0663713001"]


def test_shopify_says_who_and_when_in_the_first_line_of_an_order(read: Callable[..., Any]) -> None:
    """Cancelled orders are none."""
    text = (
        "Name,Email,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem sku,Cancelled at\n"
        "#1001,ann@example.com,paid,2023-09-15 10:32:11 -0400,1,Tee,A-1,\n"
        "#1001,,,,2,Jeans,B-2,\n"
        "#1002,bob@example.com,paid,2023-09-16 10:00:00 -0400,1,Tee,A-1,2023-09-17 00:00:00 -0400\n"
        "#1003,bob@example.com,paid,soon,1,Tee,A-1,\n"
        "#1004,bob@example.com,paid,2023-09-16 10:00:00 -0400,1,Gift card,,\n"
    )
    orders, rejected, warned = read(text, "orders_export_1.csv")
    assert orders.layout.startswith("Shopify orders export")
    assert rows(orders) == [("purchase", "#1001", ANN, "A-1", "2023-09-15T14:32"), ("purchase", "#1001", ANN, "B-2", "2023-09-15T14:32")]
    assert [(one["line"], one["id"], one["field"], one["value"]) for one in rejected] == [(5, "#1003", "created_at", "soon")]
    assert warned == ["1 lines of cancelled orders; passed over", "1 lines without a SKU; passed over"]
    assert all(one["problem"] and one["what_to_do"] for one in rejected)


@pytest.mark.parametrize("column", ["name", "Product name", "Title"])
def test_gift_cards_of_orders_go_by_their_names(read: Callable[..., Any], column: str) -> None:
    """As those of a feed do."""
    orders, _, warned = read(f"order_id,sku,time,{column}\n1,GC-1,2026-01-01,Gift Card Box\n1,A,2026-01-01,Gift box of socks\n")
    assert ([row[3] for row in rows(orders)], warned) == (["A"], ["1 lines of gift cards by their names; passed over"])


EXPORTED = (
    "{order},{status},{date},{email},{sku},{line},{quantity}\n"
    "1,Completed,2026-03-31 14:05,ann@example.com,A,1,1\n1,Completed,2026-03-31 14:05,ann@example.com,B,2,1\n"
    "1,Completed,2026-03-31 14:05,ann@example.com,,3,1\n1,Completed,2026-03-31 14:05,ann@example.com,C,4,0\n"
    "2,Cancelled,2026-04-01 10:00,bob@example.com,A,1,1\n2,wc-cancelled,2026-04-01 10:00,bob@example.com,B,2,1\n"
    "3,Refunded,2026-04-01 10:00,bob@example.com,A,1,1\n4,Failed,2026-04-01 10:00,bob@example.com,A,1,1\n"
    "5,Pending payment,2026-04-01 10:00,ann@example.com,A,1,1\n"
)
ENGLISH = {
    "order": "Order Number",
    "status": "Order Status",
    "date": "Order Date",
    "email": "Email (Billing)",
    "sku": "SKU",
    "line": "Item #",
    "quantity": "Quantity (- Refund)",
}
GERMAN = {
    "order": "Bestellnummer",
    "status": "Bestellstatus",
    "date": "Bestelldatum",
    "email": "E-Mail (Rechnung)",
    "sku": "Artikelnummer",
    "line": "Position #",
    "quantity": "Menge (- Rückerstattung)",
}


@pytest.mark.parametrize(
    "header",
    [
        ENGLISH,
        GERMAN,
        *({**ENGLISH, "status": name} for name in ("status", "order_status", "State", "Status")),
        *({**ENGLISH, "quantity": name} for name in ("Qty", "Quantity", "Menge", "Anzahl")),
        *({**ENGLISH, "line": name} for name in ("Item Number", "Line", "Item")),
        *({**ENGLISH, "email": name} for name in ("Billing Email", "Customer Email", "E-Mail")),
    ],
)
def test_order_lines_of_a_woocommerce_plugin(read: Callable[..., Any], header: dict[str, str]) -> None:
    """What was cancelled, refunded or failed, sent back or has no SKU is no purchase; the number of a line is no SKU."""
    orders, rejected, warned = read(EXPORTED.format(**header))
    bought = [("purchase", "1", ANN, "A", "2026-03-31T14:05"), ("purchase", "1", ANN, "B", "2026-03-31T14:05")]
    assert rows(orders) == [*bought, ("purchase", "5", ANN, "A", "2026-04-01T10:00")]
    assert rejected == []
    told = ("1 lines without a SKU", "1 lines that are no purchase", "2 lines of cancelled orders", "1 lines of refunded orders")
    assert warned == [f"{one}; passed over" for one in (*told, "1 lines of failed orders")]


@pytest.mark.parametrize(
    ("columns", "cells", "bought"),
    [
        ("qty_ordered,qty_canceled,qty_refunded", "2.0000,1.0000,0.0000", True),
        ("qty_ordered,qty_canceled,qty_refunded", "2.0000,1.0000,1.0000", False),
        ("Quantity,Refunded quantity,Quantity returned", "2,1,1", True),
        ("Qty,Return Qty", "1,-1", False),
        ("product_quantity,product_quantity_refunded,product_quantity_return", "1,1,0", False),
        ("Menge,Stornierte Menge", "1,1", False),
        ("Quantité,Quantité remboursée", "1,1", False),
        ("Quantity (- Refund),Quantity refunded", "1,1", True),
        ("Quantity,Refunded amount,Qty to refund", "1,20,1", True),
    ],
)
def test_what_was_sent_back_or_cancelled_was_not_bought(read: Callable[..., Any], columns: str, cells: str, *, bought: bool) -> None:
    """By the columns that count it; a piece that is returned and refunded counts once, and what is taken off already is."""
    orders, rejected, warned = read(f"order_id,sku,time,{columns}\n1,A,2026-01-01,{cells}\n1,B,2026-01-01,1{',' * columns.count(',')}\n")
    told = "1 lines of which every piece was cancelled, refunded or returned; passed over"
    assert ([row[3] for row in rows(orders)], rejected, warned) == (["A", "B"] if bought else ["B"], [], [] if bought else [told])


def test_orders_of_magento(read: Callable[..., Any]) -> None:
    """Their own statuses, and a configurable product that stands there twice, as itself and as what it comes as."""
    statuses = ["complete", "closed", "holded", "pending_payment", "payment_review", "pending", "canceled"]
    lines = [f"{place},,{place},{status},2026-01-01,A,1.0000,0.0000" for place, status in enumerate(statuses)]
    twice = ["70,,7,complete,2026-01-02,B,1.0000,1.0000", "71,70,7,complete,2026-01-02,B,1.0000,0.0000"]
    bundle = ["80,,8,complete,2026-01-03,SET,1.0000,0.0000", "81,80,8,complete,2026-01-03,C,1.0000,0.0000"]
    header = "item_id,parent_item_id,increment_id,status,created_at,sku,qty_ordered,qty_refunded"
    orders, rejected, warned = read("\n".join([header, *lines, *twice, *bundle]) + "\n")
    assert [(row[1], row[3]) for row in rows(orders)] == [("0", "A"), ("5", "A"), ("8", "SET"), ("8", "C")]
    counts = {"refunded": 1, "held": 1, "unpaid": 2, "cancelled": 1}
    told = [f"{count} lines of {kind} orders" for kind, count in counts.items()]
    told += ["1 lines of which every piece was cancelled, refunded or returned"]
    told += ["1 lines of variants that stand in the line of their product already"]
    assert (rejected, warned) == ([], [f"{one}; passed over" for one in told])


@pytest.mark.parametrize(
    ("header", "ends"),
    [
        ("注文番号;注文日;商品番号;数量;返品数;ステータス", ["キャンセル", "返品依頼"]),
        ("SİPARİŞ NO;TARİH;STOK KODU;ADET;İADE ADEDİ;DURUM", ["İptal", "İade talebi"]),
        ("Sipariş No;Tarih;Stok Kodu;Adet;İade Adedi;Sipariş Durumu", ["İPTAL EDİLDİ", "İade reddedildi"]),
    ],
)
def test_japanese_and_turkish_orders(read: Callable[..., Any], header: str, ends: list[str]) -> None:
    """By their own headers and words; what came back counts, and a return that is only asked for is kept and told."""
    lines = ["1;2026-07-02;A;2;1;", "2;2026-07-02;B;1;1;", f"3;2026-07-02;C;1;0;{ends[0]}", f"4;2026-07-02;D;1;0;{ends[1]}"]
    orders, _, warned = read("\n".join([header, *lines]) + "\n")
    assert [row[3] for row in rows(orders)] == ["A", "D"]
    assert warned[1] == "1 lines of cancelled orders; passed over"
    assert warned[2].startswith(f"1 lines are kept whose status is not known: '{ends[1]}'; where one says")


def test_the_status_of_orders_without_times(read: Callable[..., Any]) -> None:
    """Counts likewise, and the lines of what stands are read."""
    orders, _, warned = read("Order No,SKU,Item #,Status\n1,A,1,Storniert\n2,A,1,Abgeschlossen\n2,,2,Abgeschlossen\n")
    assert [row[1] for row in rows(orders)] == ["2"]
    assert [one for one in warned if "passed" in one] == [
        "1 lines of cancelled orders; passed over",
        "1 lines without a SKU; passed over",
    ]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("canceled", "cancelled"),
        ("Storniert durch Kunde", "cancelled"),
        ("Storno", "cancelled"),
        ("Rückerstattet", "refunded"),
        ("Annulée", "cancelled"),
        ("Returned", "returned"),
        ("Abgebrochen", "cancelled"),
        ("Zurückgebucht", "refunded"),
        ("chargeback", "refunded"),
        ("Reklamiert", "returned"),
        ("refunded_partially", None),
        ("Zahlung fehlgeschlagen", "failed"),
        ("wc-on-hold", None),
        ("Partially refunded", None),
        ("teilweise erstattet", None),
        ("In Bearbeitung", None),
        ("not cancelled", None),
    ],
)
def test_words_of_statuses(read: Callable[..., Any], status: str, kind: str | None) -> None:
    """Of several languages; what was refunded in part is a purchase."""
    orders, _, warned = read(f"order_id,sku,time,status\n1,A,2026-01-01,{status}\n")
    assert len(rows(orders)) == (kind is None)
    assert warned == ([] if kind is None else [f"1 lines of {kind} orders; passed over"])


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("Annulé, Remboursé, Commande annulée, Remboursement effectué, Erreur de paiement, Paiement refusé, ANNULE", True),
        ("Storniert, Rückerstattung, Erstattung erfolgt, Fehler bei der Bezahlung, Zahlungsfehler, Stornierung der Bestellung", True),
        ("Cancelado, Reembolsado, Reembolso realizado, Error en el pago, Devolución completada, Pago rechazado", True),
        ("Annullato, Rimborsato, Rimborso effettuato, Errore di pagamento, Reso completato", True),
        ("Geannuleerd, Terugbetaald, Terugbetaling voltooid, Betalingsfout, Retour verwerkt", True),
        ("Livré, Paiement accepté, Expédié, En cours de préparation, En attente de virement bancaire, Remboursement partiel", False),
        ("Geliefert, Zahlung eingegangen, Versandt, In Vorbereitung, Teilweise Rückerstattung", False),
        ("Entregado, Pago aceptado, Enviado, Preparación en curso, En espera de pago por banco", False),
        ("Consegnato, Pagamento accettato, Spedito, Preparazione in corso, In attesa di pagamento", False),
        ("Geleverd, Betaling aanvaard, Verzonden, In voorbereiding, In afwachting van betaling", False),
        ("İptal, İptal edildi, İPTAL EDİLDİ, İade, İade edildi, Satıcı tarafından iptal edildi, Geri ödendi, Ödeme başarısız", True),
        ("Teslim edildi, Tamamlandı, TAMAMLANDI, Kargoda, Kargoya verildi, Hazırlanıyor, Ödeme bekleniyor, Kısmi iade", False),
        ("キャンセル, ｷｬﾝｾﾙ済み, 注文取消, 返品済み, 返金完了, お客様都合によるキャンセル, 決済エラー", True),
        ("完了, 発送済み, 出荷済み, 未発送, 入金待ち, 支払い完了, 処理中, 一部返品, 返品なし", False),
    ],
)
def test_statuses_of_other_languages(read: Callable[..., Any], words: str, gone: bool) -> None:  # noqa: FBT001 - a case
    """As shops call them; each is known."""
    lines = [f"o{place},A,2026-01-01,{word}" for place, word in enumerate(words.split(", "))]
    orders, _, warned = read("order_id,sku,time,current_state\n" + "\n".join(lines) + "\n")
    assert (len(rows(orders)), [one for one in warned if "not known" in one]) == (0 if gone else len(lines), [])


@pytest.mark.parametrize(
    "column",
    [
        "current_state",
        "Etat",
        "État",
        "Statut",
        "etat_commande",
        "order_state",
        "Status der Bestellung",
        "Stato ordine",
        "Was daraus wurde",
    ],
)
def test_the_status_is_found_by_its_name_and_by_its_words(read: Callable[..., Any], column: str) -> None:
    """Whatever the header says, which is told; numbers are PrestaShop's own where the column is."""
    lines = ["1,A,2026-01-01,Livré", "2,B,2026-01-01,Annulé", "3,C,2026-01-01,Paiement accepté", "4,D,2026-01-01,Remboursé"]
    orders, _, warned = read(f"order_id,sku,time,{column}\n" + "\n".join(lines) + "\n")
    assert [row[1] for row in rows(orders)] == ["1", "3"]
    assert ("'was_daraus_wurde' holds what becomes of orders and is read as their status" in warned) == (column == "Was daraus wurde")
    assert [row[1] for row in rows(read("order_id,sku,time,current_state\n1,A,2026-01-01,5\n2,B,2026-01-01,6\n")[0])] == ["1"]


def test_ends_of_orders_in_a_column_that_is_not_read_are_told(read: Callable[..., Any]) -> None:
    """They are learned from: a remark may say anything; what says yes and no, or new, is no status."""
    lines = [f"{place},A,2026-01-01,{'Annulé' if place == 3 else 'comme cadeau'},no,new" for place in range(9)]
    orders, _, warned = read("order_id,sku,time,remarque,newsletter,condition\n" + "\n".join(lines) + "\n")
    said = "1 lines say 'Annulé' in 'remarque', which is not read, and are kept"
    assert (len(rows(orders)), warned) == (9, [f"{said}; where that is what became of the order, call the column `order_status`"])


def test_statuses_that_are_not_known_are_kept_and_told(read: Callable[..., Any]) -> None:
    """By their column, unless another one says how the order stands; a look's status is its own affair."""
    orders, _, warned = read(
        "order_id,sku,time,state\n1,A,2026-01-01,CA\n2,A,2026-01-01,CA\n3,A,2026-01-01,Refund due\n4,A,2026-01-01,Erstattung abgebrochen\n"
    )
    assert len(rows(orders)) == 4
    told = "4 lines are kept whose status is not known: 'CA', 'Refund due', 'Erstattung abgebrochen'"
    assert [said.partition(";")[0] for said in warned] == [told]
    orders, _, warned = read("order_id,sku,time,state,order status\n1,A,2026-01-01,CA,completed\n2,A,2026-01-01,CA,cancelled\n")
    assert [row[1] for row in rows(orders)] == ["1"]
    assert warned == ["1 lines of cancelled orders; passed over"]
    assert read("look_id,sku,status\nl1,A,cancelled\nl1,B,odd\n", "looks.csv")[2] == []


def test_item_is_the_sku_where_no_other_column_is(read: Callable[..., Any]) -> None:
    """As it is called so, too; an id of a product stands in for a SKU that is missing."""
    assert [row[3] for row in rows(read("order_id,Item #,time\n1,A,2026-01-01\n")[0])] == ["A"]
    orders, _, _ = read("order_id,sku,item,product_id,time\n1,,Tee,44,2026-01-01\n1,A,Tee,45,2026-01-01\n")
    assert [row[3] for row in rows(orders)] == ["44", "A"]


def test_orders_of_shopware(read: Callable[..., Any]) -> None:
    """A row is an order, whose cell lists pieces by the shop's own ids; what is no product, such as a discount, has none."""
    header = "id;order_number;customer_email;amount_total;order_state_id;line_items;order_date_time"
    one, two, state = (letter * 32 for letter in "abc")
    text = (
        f"{header}\nx;20000;ann@example.com;9.9;{state};2x {one}|1x {two}|1x ;2026-01-25 17:51:11.155\ny;20001;;9;{state};1x ;2026-01-26\n"
    )
    orders, rejected, warned = read(text)
    assert orders.layout.startswith("Shopware orders export")
    assert rows(orders) == [("purchase", "20000", ANN, item, "2026-01-25T17:51") for item in (one, two)]
    assert (rejected, warned[0]) == ([], "1 lines without a SKU; passed over")
    assert "which orders were cancelled or sent back: these are learned from, too" in warned[1]
    assert are_orders(frozenset(header.split(";")))
    assert read(text, ids={"9", "9.9"})[2] == warned  # what an order costs is no item
    header, lines = header.replace("order_state_id", "stateMachineState.technicalName"), f"1x {one};2026-01-25"
    orders, rejected, _ = read(f"{header}\nx;1;;9;cancelled;{lines}\nx;2;;9;completed;{lines}\nx;3;;9;open;{one};2026-01-25\n")
    assert [row[1] for row in rows(orders)] == ["2"]
    assert [(line["id"], line["field"], line["value"]) for line in rejected] == [("3", "line_items", one)]


def test_columns_are_what_they_are_said_to_be(read: Callable[..., Any], refused: Callable[..., str], tmp_path: Path) -> None:
    """Whatever they are called, and whatever others are; a file that has none of them is read as it is, which is told."""
    said = {"order": "Beleg", "time": "Wann", "sku": "Was", "customer": "Wer", "status": "Lage"}
    head, when = "Beleg;Wann;Was;Wer;Lage;order_id;customer;sku", "2026-01-25"
    text = f"{head}\n1;{when};A;ann@example.com;bezahlt;9;c;Z\n2;{when};B;;Reklamiert;9;c;Z\n"
    orders, _, warned = read(text, columns=said)
    assert (rows(orders), warned) == (
        [("purchase", "1", ANN, "A", "2026-01-25T00:00")],
        ["1 lines of returned orders; passed over"],
    )
    orders, _, warned = read(f"order_id,sku,time\n1,A,{when}\n", columns={"order": "Beleg"})
    assert (len(rows(orders)), warned) == (1, ["has no column 'Beleg', and is read as it is"])
    told = refused(lambda: read(text, columns={**said, "sku": "Ware"}), tmp_path / "orders.csv", None, "--columns")
    assert "has no column 'Ware'; it has beleg, wann, was" in told
    orders, _, warned = read("look,sku\n1,A\n1,B\n", columns={**said, "sku": "sku"})
    assert (orders.looks, len(orders.table), "read as looks by those that it has" in warned[0]) == (True, 2, True)
    orders, _, _ = read(f"sku;order;time\n2x A|1x B;1;{when}\n", columns={"items": "sku"})
    assert [row[3] for row in rows(orders)] == ["A", "B"]


def test_purchases_of_google_analytics(read: Callable[..., Any]) -> None:
    """Microseconds as BigQuery writes them; other events are passed over, a refund is a return."""
    events = [
        {
            "event_name": "purchase",
            "event_timestamp": "1704067200000000",
            "user_pseudo_id": "1.2",
            "ecommerce": {"transaction_id": "T1"},
            "items": [{"item_id": "A"}, {"item_id": "B"}],
        },
        {"event_name": "view_item", "event_timestamp": "1704067200000000", "items": [{"item_id": "A"}]},
        {
            "event_name": "refund",
            "event_date": "20240102",
            "event_params": [{"key": "transaction_id", "value": {"string_value": "T1"}}],
            "items": [{"item_id": "B"}],
        },
        {"event_name": "purchase", "event_timestamp": "1704067200000000", "ecommerce": {"transaction_id": "T2"}, "items": []},
    ]
    orders, rejected, warned = read("".join(json.dumps(event) + "\n" for event in events), "purchases.jsonl")
    assert orders.layout.startswith("Google Analytics 4 purchases (JSON lines")
    assert [(kind, order, item) for kind, order, _, item, _ in rows(orders)] == [
        ("purchase", "T1", "A"),
        ("purchase", "T1", "B"),
        ("return", "T1", "B"),
    ]
    assert [(one["line"], one["field"]) for one in rejected] == [(4, "items")]
    assert warned == ["1 lines that are no purchase; passed over"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("looks.csv", "look_id,sku\nl1,A\nl1,B\n"),
        ("looks.json", '{"looks": [{"look_id": "l1", "items": ["A", {"sku": "B"}]}]}'),
        ("looks.json", '[{"id": "l1", "items": ["A", "B"]}]'),
        ("looks.jsonl", '{"look_id": "l1", "sku": "A"}\n{"look_id": "l1", "sku": "B"}\n'),
        ("looks.csv", 'look_id,SKUs\nl1,"A, B"\n'),
        ("looks.csv", "look;items\nl1;A|B\n"),
    ],
)
def test_looks(read: Callable[..., Any], name: str, text: str) -> None:
    """Line by line or whole; they have no moment and no shopper."""
    orders, _, _ = read(text, name)
    assert orders.layout.startswith("looks (")
    assert rows(orders) == [("purchase", "l1", None, "A", None), ("purchase", "l1", None, "B", None)]


@pytest.mark.parametrize(
    ("name", "text", "look"),
    [
        ("looks.csv", "Look,Stylist,Top,Bottom,Shoes,Bag\nl1,Ann,A,,B,\n", "l1"),
        ("looks.csv", "item_1,item_2,item_3\nA,B,\n", "look of line 2"),
        ("outfits.json", '[{"items": ["A", "B"]}]', "look of line 1"),
        ("outfits.csv", 'items\n"A, B"\n', "look of line 2"),
    ],
)
def test_looks_as_stylists_keep_them(read: Callable[..., Any], name: str, text: str, look: str) -> None:
    """A column for each piece, or a list of them, with or without a name; a column of other things is passed over."""
    orders, rejected, _ = read(text, name)
    assert orders.layout.startswith("looks")
    assert rejected == []
    assert rows(orders) == [("purchase", look, None, "A", None), ("purchase", look, None, "B", None)]


def test_columns_of_looks_that_are_not_read_are_told(read: Callable[..., Any]) -> None:
    """Whoever calls shoes "Down below" must hear of it."""
    orders, _, warned = read("look,Top 1,Accessory,Down below\nl1,A,B,C\n", "looks.csv")
    assert [row[3] for row in rows(orders)] == ["A", "B"]
    assert warned == ["columns that are not called like a piece (top, shoes, item_1) are passed over: down_below"]


def test_a_look_of_nothing_is_set_aside(read: Callable[..., Any]) -> None:
    """By its line."""
    _, rejected, _ = read("look,top,shoes\nl1,A,B\nl2,,\n", "looks.csv")
    assert [(one["line"], one["id"]) for one in rejected] == [(3, None)]


def test_parquet(tmp_path: Path) -> None:
    """With moments of its own type; SKUs that are numbers have lost their zeros."""
    path = tmp_path / "orders.parquet"
    moment = datetime(2026, 3, 31, 14, 5, tzinfo=UTC)
    pq.write_table(pa.table({"order_id": [1, 1], "sku": ["A", "B"], "created_at": [moment, moment]}), path)
    assert rows(read_orders(path, Findings()))[1] == ("purchase", "1", None, "B", "2026-03-31T14:05")
    pq.write_table(pa.table({"order_id": [1], "sku": [108775015], "created_at": [moment]}), path)
    with pytest.raises(InputError, match=r"orders.parquet:1, field 'sku': .*leading zeros"):
        read_orders(path, Findings())


def test_columns_that_are_no_orders_are_told(read: Callable[..., Any]) -> None:
    """With what they should be called."""
    with pytest.raises(InputError, match="order_id, sku, customer, time"):
        read("a,b\n1,2\n")


def test_lines_that_are_no_csv_are_set_aside(read: Callable[..., Any]) -> None:
    """And those behind them are read."""
    orders, rejected, _ = read(b"order_id,sku,time\n1,A,2026-01-01\n1,B\n1,\xff,2026-01-01\n1,C,2026-01-01\n")
    assert [row[3] for row in rows(orders)][-1] == "C"
    assert [one["line"] for one in rejected][:1] == [3]


def test_a_shopper_is_a_hash_of_the_customer(read: Callable[..., Any]) -> None:
    """Nothing else of a customer is kept."""
    orders, _, _ = read("order_id,sku,customer,time\n1,A,ann@example.com,2026-01-01\n")
    assert ANN == "71d4f55f72fa128dfb468a1a3901507c"
    assert "ann" not in json.dumps(orders.table.to_pylist(), default=str)


def test_guests_are_not_one_shopper(read: Callable[..., Any]) -> None:
    """Shops give them 0, and their address; without an order's id, 0 is a customer."""
    orders, _, _ = read("order_id,sku,customer_id,email,time\n1,A,0,ann@example.com,2026-01-01\n2,A,0,,2026-01-01\n3,A,Guest,,2026-01-01\n")
    assert [shopper for _, _, shopper, *_ in rows(orders)] == [ANN, None, None]
    orders, rejected, _ = read("t_dat,customer_id,article_id\n2026-01-01,0,A\n2026-01-01,0,B\n")
    assert (len({shopper for _, _, shopper, *_ in rows(orders)} - {None}), rejected) == (1, [])


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("1970-01-02", 86_400.0),
        (date(1970, 1, 2), 86_400.0),
        (1_704_067_200, 1_704_067_200.0),
        ("2024-01-01 00:00:00 UTC", 1_704_067_200.0),
        ("01.01.2024", 1_704_067_200.0),
        ("1.1.2024 9:05", 1_704_099_900.0),
        ("01.01.2024, 09:05:00", 1_704_099_900.0),
        ("13/01/2025 00:00", 1_736_726_400.0),
        ("13-Jan-25", 1_736_726_400.0),
        ("Jan-13-25 00:00:00 GMT", 1_736_726_400.0),
        ("13 janv. 2025", 1_736_726_400.0),
        ("13 de enero de 2025", 1_736_726_400.0),
        ("Mo, 13. Januar 2025, 01:00 +0100", 1_736_726_400.0),
        ("January 13, 2025 12:00 AM", 1_736_726_400.0),
        ("13-01-2025", 1_736_726_400.0),
        ("1/13/25, 12:00 AM", 1_736_726_400.0),
        ("13/01/2025 01:00:00 +0100", 1_736_726_400.0),
        ("2025/1/13", 1_736_726_400.0),
        ("01/01/2024", 1_704_067_200.0),
        (Dated("06/01/2025 01:00", "day-first"), 1_736_125_200.0),
        (Dated("06/01/2025 01:00", "month-first"), 1_748_739_600.0),
    ],
)
def test_moments(raw: Any, seconds: float) -> None:
    """In what shops write."""
    assert read_moment(raw) == seconds


@pytest.mark.parametrize(
    "raw", ["03/04/2026", "13/13/2026", "30/02/2026", "32.1.2026", "1.13.2026", "soon", "nan", "inf", "-5", "9999-01-01", "", "1e400"]
)
def test_no_moments(raw: str) -> None:
    """What could be two days, or is none."""
    with pytest.raises(BadValueError):
        read_moment(raw)


SLASHED = "Order ID,SKU,Order date\n1,A,06/01/2025 01:00\n1,B,06/01/2025 01:00\n"


@pytest.mark.parametrize(
    ("more", "dates", "day"),
    [
        ("2,A,13/01/2025 00:00\n", None, "2025-01-06T01:00"),
        ("2,A,01/13/2025 00:00\n", None, "2025-06-01T01:00"),
        ("", "day-first", "2025-01-06T01:00"),
        ("", "month-first", "2025-06-01T01:00"),
    ],
)
def test_one_date_tells_the_order_of_all(read: Callable[..., Any], more: str, dates: str | None, day: str) -> None:
    """Or whoever imports them does."""
    orders, rejected, _ = read(SLASHED + more, dates=dates)
    assert (rows(orders)[0][4], rejected) == (day, [])


def test_dates_that_nothing_decides_say_how_to(read: Callable[..., Any]) -> None:
    """And one that contradicts the others is set aside by its line."""
    orders, rejected, _ = read(SLASHED)
    assert rows(orders) == []
    assert "--dates day-first" in rejected[0]["problem"] + rejected[0]["what_to_do"]
    _, rejected, _ = read(SLASHED + "2,A,13/01/2025\n3,A,01/13/2025\n")
    assert [(one["line"], one["value"]) for one in rejected] == [(5, "01/13/2025")]
    assert "cannot be day-first" in rejected[0]["problem"]


def test_a_column_of_dates_is_the_time(read: Callable[..., Any]) -> None:
    """Whatever it is called, which is told; of several a person chooses; of none what is not read is named."""
    orders, _, warned = read("Order No,SKU,Phone,Placed at\n1,A,01704067200,06/01/2025\n1,B,01704067200,13/01/2025\n")
    assert orders.layout.startswith("order lines (")
    assert [row[4] for row in rows(orders)] == ["2025-01-06T00:00", "2025-01-13T00:00"]
    assert warned == ["'placed_at' holds dates and is read as the time; if it is another, call the time of the order `time`"]
    orders, _, warned = read("Order No,SKU,Placed at,Sent at\n1,A,2025-01-06,2025-01-07\n")
    assert rows(orders)[0][4] is None
    assert "placed_at, sent_at hold dates: call the one that is it `time`" in warned[0]
    _, _, warned = read("Order No,SKU,Week\n1,A,31\n")
    assert "week are not read: call the one that is it `time`" in warned[0]


def test_files_of_orders_are_found_by_name(tmp_path: Path) -> None:
    """Packed or not."""
    for name in ("orders.csv.gz", "transactions_train.csv", "articles.csv", "looks.json", "outfits.csv", "outfits.jsonl"):
        (tmp_path / name).touch()
    assert [path.name for path in orders_beside(tmp_path)] == ["looks.json", "outfits.csv", "orders.csv.gz", "transactions_train.csv"]


@pytest.mark.parametrize("header", ["product_id,product_reference", "produit,sku_exact", "sku,référence article"])
def test_the_column_that_names_items_of_the_catalogue_is_read(read: Callable[..., Any], header: str) -> None:
    """Whatever it is called, beside one that names products, which counts where it is empty; without a catalogue names alone tell."""
    lines = "1,2026-01-01,7,R-7-S,1\n1,2026-01-01,8,R-8-M,2\n2,2026-01-01,9,,1\n3,2026-01-01,,,1\n"
    text = f"id_order,date_add,{header},product_quantity\n{lines}"
    orders, _, warned = read(text, ids={"R-7-S", "R-8-M"})
    assert [row[3] for row in rows(orders)] == ["R-7-S", "R-8-M", *([] if "produit" in header else ["9"])]
    assert any("holds ids of the catalogue and is read as the SKU" in warning for warning in warned)
    if "produit" not in header:
        assert [row[3] for row in rows(read(text, ids={"7", "8"})[0])] == ["7", "8", "9"]


def test_lines_without_a_sku_are_counted_once(read: Callable[..., Any]) -> None:
    """Also those of cancelled orders, such as their shipping."""
    warned = read("order_id,sku,time,status\n1,A,2026-01-01,Annulé\n1,,2026-01-01,Annulé\n2,,2026-01-01,Livré\n")[2]
    assert sorted(warned) == ["1 lines of cancelled orders; passed over", "2 lines without a SKU; passed over"]


def test_orders_of_ebay_are_read(read: Callable[..., Any]) -> None:
    """By its names for the label of a piece, the buyer and the day of the sale."""
    header = "Sales record number,Order number,Buyer username,Item title,Custom label,Quantity,Sale date,Paid on date\n"
    orders, _, warned = read(header + "7,1-2,ann,Blue tee,VN-1,1,28-Nov-26,29-Nov-26\n", ids={"VN-2"})
    assert rows(orders) == [("purchase", "1-2", shopper_of("ann"), "VN-1", "2026-11-28T00:00")]
    assert warned == []


def test_a_column_of_ids_is_known_though_most_are_gone(read: Callable[..., Any]) -> None:
    """And though the first lines have none; a number that counts pieces is none, and who bought is asked for where nothing tells it."""
    lines = "".join(f"{number},VN-{number},nick{number},2,2026-01-01\n" for number in range(300))
    orders, _, warned = read(
        "Order number,Ref,Buyer nick,Quantity,Sale date\n" + lines, ids={"2", *(f"VN-{one}" for one in range(290, 300))}
    )
    assert {row[3] for row in rows(orders)} == {f"VN-{one}" for one in range(300)}
    assert "'ref' holds ids of the catalogue" in warned[1]
    assert "no column is known as the customer, so nobody's taste is learned; if it is 'buyer_nick'" in warned[0]


@pytest.mark.parametrize(
    ("header", "stands", "gone"),
    [
        ("Pedido;Data;SKU;Quantidade comprada;Status do Pedido;Email", ["Entregue", "Aguardando pagamento"], ["Cancelado", "Devolvido"]),
        (
            "Numer zamówienia;Data złożenia;Symbol;Ilość;Status;Klient (e-mail)",
            ["Wysłane", "Oczekuje na płatność"],
            ["Anulowane", "Zwrócone"],
        ),
        ("Ordernummer;Orderdatum;Artikelnummer;Antal;Orderstatus;Kund e-post", ["Skickad", "Behandlas"], ["Makulerad", "Returnerad"]),
        ("Ordrenummer;Ordredato;Varenummer;Antal;Ordrestatus;E-post", ["Sendt", "Delvis refundert"], ["Annulleret", "Kansellert"]),
    ],
)
def test_orders_in_portuguese_polish_and_nordic(read: Callable[..., Any], header: str, stands: list[str], gone: list[str]) -> None:
    """By their own headers and statuses; who bought is known."""
    lines = [f"{n};2026-01-0{n + 1};A{n};1;{said};c@example.com" for n, said in enumerate(stands + gone)]
    orders, _, warned = read("\n".join([header, *lines]))
    assert [row[3] for row in rows(orders)] == ["A0", "A1"]
    assert all(row[2] for row in rows(orders))
    assert not any("not known" in said for said in warned)


def test_statuses_may_be_said_to_cancel(read: Callable[..., Any]) -> None:
    """In words that nobody knows here; without, it is told how."""
    text = "order_id,sku,time,status\n1,A,2026-01-01,Peruttu\n2,B,2026-01-02,Toimitettu\n"
    assert "--cancelled STATUS leaves its lines out" in read(text)[2][0]
    orders, _, warned = read(text, cancelled=["peruttu"])
    assert ([row[3] for row in rows(orders)], warned[0]) == (["B"], "1 lines of cancelled orders; passed over")


@pytest.mark.parametrize("column", ["Reso", "Geretourneerd", "Returned", "Zwrócono"])
def test_what_came_back_is_told_by_a_column_of_that_name(read: Callable[..., Any], column: str) -> None:
    """By a number of pieces, or yes; a sum of money or a day is none."""
    said = ["0", "1", "yes", "19.90", "2026-02-01", "2"]
    lines = [f"{number};2026-01-02;{chr(65 + number)};1;{cell}" for number, cell in enumerate(said)]
    orders, _, warned = read("\n".join([f"order_id;date;sku;quantity;{column}", *lines]) + "\n")
    assert [row[3] for row in rows(orders)] == ["A", "D", "E", "F"]
    assert warned == ["2 lines of which every piece was cancelled, refunded or returned; passed over"]
