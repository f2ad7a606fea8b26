"""Layouts of orders and looks: how a record becomes lines, each an item of an order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from models.datasets.feeds.bad import BadValueError, bad
from models.datasets.feeds.records import Record
from models.datasets.garments import is_gift_card, role_of
from models.datasets.orders.moments import read_moment
from models.datasets.orders.pieces import QUANTITY, pieces_bought, pieces_kept, pieces_listed
from models.datasets.orders.services import names_service
from models.datasets.orders.statuses import STATUS_NAMES, end_of
from models.datasets.shown import shown

PASSED: Final = "lines that are no purchase"
"""What is passed over: other events, lines of quantity 0."""
_NO_SKU: Final = "lines without a SKU"
_NONE_KEPT: Final = "lines of which every piece was cancelled, refunded or returned"
_GIFT_CARD: Final = "lines of gift cards by their names"
_SERVICE: Final = "lines of shipping, wrapping and the like by their names"
_TOLD: Final = "lines of variants that stand in the line of their product already"
UNDATED: Final = "order lines without times"
_GERMAN_ORDER: Final = ("bestellnummer", "bestell_nr", "bestellnr", "bestell_id", "auftragsnummer")
_ORDER: Final = (
    *("order_id", "order", "order_number", "order_no", "order_name", "transaction_id", "invoice", "invoice_no", "basket_id"),
    *_GERMAN_ORDER,
    *(
        "increment_id",
        "order_increment_id",
        "id_order",
        "order_reference",
        "id_commande",
        "numéro_de_commande",
        "numero_commande",
        "référence_commande",
        "id_pedido",
    ),
    *("número_de_pedido", "numero_pedido", "id_ordine", "numero_ordine", "bestelnummer", "ordernummer"),
    *("sipariş_no", "sipariş_numarasi", "sipariş_id", "sipariş_kodu", "siparis_no", "siparis_numarasi", "siparis_id", "siparisno"),
    *("pedido", "número_do_pedido", "numero_do_pedido", "id_do_pedido", "numer_zamówienia", "nr_zamówienia", "id_zamówienia"),
    *("ordernr", "order_nr", "beställningsnummer", "ordrenummer", "ordrenr", "ordre_id"),
    *("注文番号", "注文id", "注文no", "受注番号", "受注id", "オーダー番号"),
)
EXACT: Final = "exact item"
"""What a column is read as whose values are ids of the catalogue; no column is called so, as ``plain_name`` has them."""
_SKU: Final = (
    *(EXACT, "sku", "variant_sku", "product_sku", "lineitem_sku", "artikelnummer", "artikel_nr", "artikelnr", "produktnummer"),
    *("custom_label", "custom_label_sku", "bestandseinheit", "bestandseinheit_sku", "product_number", "productnumber"),
    *("stok_kodu", "stokkodu", "satici_stok_kodu", "ürün_kodu", "urun_kodu"),
    *("código_do_produto", "symbol", "kod_produktu", "symbol_produktu", "varenummer", "varenr", "artnr"),
    *("sku番号", "skuコード", "sku管理番号", "システム連携用sku番号", "商品番号", "商品コード", "商品id", "品番"),
)
_ITEM: Final = (*_SKU, "item", "item_id", "article_id", "product_id", "variant_id")
_TITLE_ABROAD: Final = (
    *("nome_do_produto", "nazwa_produktu", "nazwa", "benämning", "produktnamn", "produktnavn", "varenavn", "product_title", "description"),
    *("nombre", "nombre_del_producto", "título", "descripción", "descripcion", "producto", "nom", "nom_du_produit", "titre", "désignation"),
    *("libellé", "nome", "nome_prodotto", "titolo", "descrizione", "productnaam", "naam", "omschrijving", "descrição", "ürün_adı"),
    *("ürün_adi", "商品名", "商品名称"),
)
_TITLE: Final = ("lineitem_name", "product_name", "item_name", "title", "produktname", "artikelname", "bezeichnung", "name", *_TITLE_ABROAD)
_CUSTOMER: Final = (
    *("customer", "customer_id", "user", "user_id", "shopper", "email", "customer_email", "client_id"),
    *("email_billing", "billing_email", "e_mail", "customer_e_mail", "kunde", "kunden_id", "kundennummer", "kunden_nr"),
    *("e_mail_rechnung", "rechnung_e_mail", "e_mail_adresse", "kunden_e_mail"),
    *("buyer_username", "buyer_user_id", "buyer_id", "buyer", "buyer_email", "nutzername_des_käufers", "käufer", "acheteur", "comprador"),
    *("acquirente", "koper", "müşteri", "müşteri_no", "müşteri_id", "musteri_no", "musteri_id", "alici", "e_posta", "eposta"),
    *("email_do_cliente", "e_mail_do_cliente", "email_do_comprador", "cpf", "cpf_cnpj", "klient", "klient_e_mail", "e_mail_klienta"),
    *("adres_e_mail", "kupujący", "kund", "kund_id", "kund_nr", "kund_e_post", "kundens_e_post", "e_postadress", "e_post", "epost"),
    *("kunde_e_mail", "kunde_e_post", "kundenr", "kundes_e_mail"),
    *("顧客", "顧客id", "顧客番号", "会員id", "会員番号", "購入者", "メールアドレス", "注文者メールアドレス", "購入者メールアドレス"),
    *("id_customer", "id_client", "email_client", "client_email", "e_mail_client", "id_cliente", "email_cliente", "cliente", "klant"),
    *("e_mailadres", "emailadres", "klant_e_mail", "klantnummer"),
)
_TIME: Final = (
    *("time", "timestamp", "created_at", "ordered_at", "purchased_at", "order_date", "order_time", "date", "datetime", "processed_at"),
    *("created", "t_dat", "day", "bestelldatum", "bestellt_am", "auftragsdatum", "datum", "zeitpunkt"),
    *("sale_date", "sold_on", "date_sold", "purchase_date", "paid_on_date", "verkauft_am", "verkaufsdatum", "verkaufs_datum"),
    *("order_date_time", "orderdatetime", "order_datetime"),
    *("date_add", "date_de_commande", "date_commande", "fecha", "fecha_del_pedido", "fecha_pedido", "data_ordine", "besteldatum"),
    *("data", "data_do_pedido", "data_da_compra", "data_da_venda", "data_złożenia", "data_zamówienia", "data_zakupu", "orderdatum"),
    *("beställningsdatum", "köpdatum", "ordredato", "dato", "bestillingsdato", "købsdato"),
    *("sipariş_tarihi", "siparis_tarihi", "tarih", "注文日", "注文日時", "受注日", "受注日時", "購入日", "購入日時", "日付"),
)
_GUESTS: Final = frozenset({"0", "guest", "gast"})
_SHOPIFY_TIME: Final = ("created_at", "paid_at")
_LOOK: Final = ("look_id", "look", "outfit_id", "outfit", "set_id", "stylizacja", "zestaw", "antrekk")
_ITEMS: Final = ("items", "skus", "products", "item_ids")
LISTED: Final = ("line_items", "lineitems")
"""Where Shopware lists what an order holds."""
_NUMBERED: Final = re.compile(r"(?:item|sku|product|piece|article)_?(?:id_?)?\d+|(?:accessor(?:y|ies)|extra)(?:_?\d+)?")
_BETWEEN: Final = re.compile(r"[,;|\n]")
"""What stands between the items of a look in one cell."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An item of an order or a look; ``at``: seconds since 1970, None where the layout tells none."""

    line: int
    order: str
    item: str
    customer: str | None = None
    at: float | None = None
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that cannot be used: ``problem`` says why, and what to do."""

    line: int
    order: str | None
    field: str | None
    value: Any
    problem: str


Lines = Iterator[OrderLine | Wrong | str]
"""A text is what a line that is passed over is counted as."""


@dataclass(frozen=True, slots=True)
class OrderLayout:
    """A layout.

    Attributes:
        fits: whether columns of these names are of this layout. lines: of all records.
        times: the columns of moments, the first that has one counting.
        looks: whether it is of looks, else of orders.
        statuses: whether the status of an order counts, which drops it where it was cancelled, refunded, returned or failed.
        reads: whether it reads a column, where that goes by what the column is called; what it does not read is told.
    """

    name: str
    fits: Callable[[frozenset[str]], bool]
    lines: Callable[[Iterable[Record]], Lines]
    times: tuple[str, ...] = ()
    looks: bool = False
    statuses: bool = False
    reads: Callable[[str], bool] | None = None


def _first(values: Mapping[str, Any], names: Iterable[str]) -> tuple[str | None, Any]:
    """The first of these names that has a value, and that."""
    return next(((name, value) for name in names if (value := values.get(name)) is not None and value != ""), (None, None))


def _sku(values: Mapping[str, Any], names: Iterable[str]) -> str:
    name, value = _first(values, names)
    if value is None:
        bad("is empty; give the SKU, which is the id of the item in the catalogue", next(name for name in names if name != EXACT))
    if not isinstance(value, str):
        bad(f"{shown(value)} should be a text: leading zeros are lost in numbers; write SKUs as texts", name)
    return value.strip()


def _named(value: Any, field: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
        bad("is empty; give one" if value is None or value == "" else f"{shown(value)} should be a text or a whole number", field)
    return str(value).strip()


def _customer(values: Mapping[str, Any], names: Iterable[str], *, guests: bool = True) -> str | None:
    """The first of these names that says who bought.

    Args:
        guests: whether an order may be a guest's, of whom shops say 0; without an order's id, that is a customer's.
    """
    told = (str(value).strip() for name in names if (value := values.get(name)) is not None)
    return next((text for text in told if text and not (guests and text.casefold() in _GUESTS)), None)


def _moment(value: Any, field: str) -> float:
    if value is None or value == "":
        bad("is empty; give the moment of the order", field)
    try:
        return read_moment(value)
    except BadValueError as error:
        bad(error.problem, field)


def _each(read: Callable[[Record], Iterable[OrderLine | str]]) -> Callable[[Iterable[Record]], Lines]:
    """Lines of a layout whose records do not depend on each other."""

    def lines(records: Iterable[Record]) -> Lines:
        for record in records:
            try:
                yield from read(record)
            except BadValueError as error:
                name = _first(record.values, _ORDER)[1]
                value = record.values.get(error.field or "")
                yield Wrong(record.line, None if name is None else str(name), error.field, value, error.problem)

    return lines


def _once(read: Callable[[Record], Iterable[OrderLine | str]]) -> Callable[[Iterable[Record]], Lines]:
    """Likewise; but what Magento writes twice, as a configurable product and as the simple one that it comes as, is read once."""
    each = _each(read)

    def lines(records: Iterable[Record]) -> Lines:
        order, skus = None, dict[str, Any]()
        for record in records:
            values = record.values
            if (of := _first(values, _ORDER)[1]) != order:
                order, skus = of, {}
            sku, parent = _first(values, _SKU)[1], values.get("parent_item_id")
            if sku is not None and parent is not None and skus.get(str(parent)) == sku:
                yield _TOLD
            else:
                skus[str(values.get("item_id"))] = sku
                yield from each((record,))

    return lines


def _bought(values: Mapping[str, Any]) -> tuple[str, float] | str:
    """SKU and quantity of a line, or what it is counted as where it is no purchase."""
    named = str(_first(values, _ITEM)[1] or "").strip()
    if (end := end_of(values)) is not None:
        return end if named else _NO_SKU
    quantity = pieces_kept(values)
    if quantity and not named:
        return _NO_SKU
    title = str(_first(values, _TITLE)[1] or "")
    if is_gift_card(title):
        return _GIFT_CARD
    if names_service(title):
        return _SERVICE
    if quantity:
        return _sku(values, _ITEM), quantity
    return _NONE_KEPT if pieces_bought(values) else PASSED


def _of_order(record: Record) -> Iterator[OrderLine | str]:
    """A line by columns whose names are usual; without an order's id, what a customer bought in a day is one."""
    values, bought = record.values, _bought(record.values)
    if isinstance(bought, str):
        yield bought
        return
    when, (field, order) = _first(values, _TIME), _first(values, _ORDER)
    customer = _customer(values, _CUSTOMER, guests=order is not None)
    at = _moment(when[1], when[0] or "time")
    if field is None:
        if customer is None:
            bad("is empty; give the order's id, or the customer", "order_id")
        order = f"{customer} {int(at // 86_400)}"
    yield OrderLine(record.line, _named(order, field or "order_id"), bought[0], customer, at, returned=bought[1] < 0)


def _of_shopware(record: Record) -> Iterator[OrderLine | str]:
    """The lines of an order that stand in one cell: ``2x ID|1x ID``, without an id where they are no product, such as a discount."""
    values = record.values
    if (end := end_of(values)) is not None:
        yield end
        return
    field, order = _first(values, _ORDER)
    name, when = _first(values, _TIME)
    at = _moment(when, name or "time")
    column, cell = _first(values, LISTED)
    found = [item for pieces, item in pieces_listed(cell, column or LISTED[0]) if pieces and item]
    for item in found:
        yield OrderLine(record.line, _named(order, field or "order_number"), item, _customer(values, _CUSTOMER), at)
    if not found:
        yield _NO_SKU


def _of_undated(record: Record) -> Iterator[OrderLine | str]:
    bought = _bought(record.values)
    if isinstance(bought, str):
        yield bought
        return
    field, order = _first(record.values, _ORDER)
    customer = _customer(record.values, _CUSTOMER)
    yield OrderLine(record.line, _named(order, field or "order_id"), bought[0], customer, None, returned=bought[1] < 0)


def _of_look(record: Record) -> Iterator[OrderLine]:
    """A line of a look, or a whole look with its items: a list, one cell of them, or a cell for each piece."""
    values = record.values
    _, listed = _first(values, _ITEMS)
    pieces = [values[name] for name in values if _is_piece(name) and values[name] not in {None, ""}]
    _, name = _first(values, (*_LOOK, "id"))
    if _first(values, _ITEM)[0] or not (listed or pieces):
        yield OrderLine(record.line, _named(name, "look_id"), _sku(values, _ITEM))
        return
    look = f"look of line {record.line}" if name is None else _named(name, "look_id")
    for one in _listed(listed) if listed else pieces:
        yield OrderLine(record.line, look, _sku(one if isinstance(one, dict) else {"sku": one}, (*_ITEM, "id")))


def _listed(items: Any) -> list[Any]:
    if not isinstance(items, str):
        return items if isinstance(items, list) else [items]
    return [one for one in map(str.strip, _BETWEEN.split(items)) if one]


def _is_piece(name: str) -> bool:
    """Whether a column holds one piece of each look, by its name: ``item_2``, ``shoes``, ``bag_1``."""
    return bool(_NUMBERED.fullmatch(name)) or role_of(re.sub(r"[_\d]+", " ", name).strip()) is not None


def _are_pieces(names: frozenset[str]) -> bool:
    return names.isdisjoint((*_ITEM, *_ORDER)) and sum(map(_is_piece, names)) > 1


def _of_analytics(record: Record) -> Iterator[OrderLine | str]:
    """An event of Google Analytics 4, as BigQuery exports it."""
    values = record.values
    if values.get("event_name") not in {"purchase", "refund"}:
        yield PASSED
        return
    commerce = values.get("ecommerce")
    order = commerce.get("transaction_id") if isinstance(commerce, dict) else None
    order = order or values.get("transaction_id") or _parameter(values, "transaction_id")
    at = _moment(values.get("event_timestamp") or values.get("event_date"), "event_timestamp")
    customer, items = _customer(values, ("user_id", "user_pseudo_id")), values.get("items")
    if not isinstance(items, list) or not items:
        bad("is no list of items; export the whole event", "items")
    for item in items:
        found = _sku(item if isinstance(item, dict) else {}, ("item_id", "item_variant", "sku"))
        yield OrderLine(record.line, _named(order, "ecommerce.transaction_id"), found, customer, at, values["event_name"] == "refund")


def _parameter(values: Mapping[str, Any], key: str) -> Any:
    listed = values.get("event_params")
    for one in listed if isinstance(listed, list) else []:
        if isinstance(one, dict) and one.get("key") == key and isinstance(one.get("value"), dict):
            return _first(one["value"], ("string_value", "int_value"))[1]
    return None


def _of_shopify(records: Iterable[Record]) -> Lines:
    """Lines of Shopify's export, which says an order's customer and moment in the first of its lines only."""
    name, customer, at, end = "", None, None, None
    for record in records:
        values = record.values
        try:
            order = _named(values.get("name"), "name")
            if order != name:
                name, customer, at = order, _customer(values, ("email", "customer", "phone")), None
                end = end_of(values)
            if at is None and not end:
                at = _moment(_first(values, _SHOPIFY_TIME)[1], "created_at")
            bought = end or _bought(values)
        except BadValueError as error:
            yield Wrong(record.line, values.get("name"), error.field, values.get(error.field or ""), error.problem)
        else:
            yield bought if isinstance(bought, str) else OrderLine(record.line, order, bought[0], customer, at, bought[1] < 0)


def _has(*needed: Iterable[str]) -> Callable[[frozenset[str]], bool]:
    """Whether of each of these groups a name is there."""
    return lambda names: all(not names.isdisjoint(group) for group in needed)


ORDER_LAYOUTS: Final = (
    OrderLayout("Shopify orders export", _has(("name",), ("lineitem_sku",)), _of_shopify, _SHOPIFY_TIME, statuses=True),
    OrderLayout("Google Analytics 4 purchases", _has(("event_name",), ("items",)), _each(_of_analytics)),
    OrderLayout("Shopware orders export", _has(_ORDER, LISTED), _each(_of_shopware), _TIME, statuses=True),
    OrderLayout("H&M transactions", _has(("t_dat",), ("customer_id",), ("article_id",)), _each(_of_order), _TIME, statuses=True),
    OrderLayout("looks", _has(_LOOK, (*_ITEM, *_ITEMS)), _each(_of_look), looks=True),
    OrderLayout("looks", lambda names: names.isdisjoint(_ORDER) and not names.isdisjoint(_ITEMS), _each(_of_look), looks=True),
    OrderLayout(
        "looks, a column for each piece", _are_pieces, _each(_of_look), looks=True, reads=lambda name: name in _LOOK or _is_piece(name)
    ),
    OrderLayout("order lines", _has(_ITEM, (*_ORDER, *_CUSTOMER), _TIME), _once(_of_order), _TIME, statuses=True),
    OrderLayout(UNDATED, _has(_ITEM, _ORDER), _once(_of_undated), statuses=True),
)
"""All layouts, the most telling first."""
ORDER_NAMES: Final = frozenset((*_ORDER, *_ITEM, *_CUSTOMER, *_TIME, *_LOOK, *_ITEMS, *LISTED, *QUANTITY, *STATUS_NAMES))
"""Every name that means something in a file of orders."""


_BUYER: Final = re.compile(
    r"(?:^|_)(?:buyer|customer|client|user|shopper|e_?mail|e_?post|kund(?:en?)?|klient|comprador|kupując|kjøper|køber|käufer|acheteur|clientes?|koper|klant|müşteri|musteri|alici|顧客|会員|購入者)"
)


def customers_unread(names: Iterable[str]) -> list[str]:
    """The columns of these that may well say who bought, where none of them is read as that.

    >>> customers_unread(["order_id", "buyer_nickname", "sku"]), customers_unread(["email", "buyer_nickname"])
    (['buyer_nickname'], [])
    """
    known = [*names]
    return [] if set(known) & set(_CUSTOMER) else [name for name in known if _BUYER.search(name) and name not in ORDER_NAMES]


def items_named(names: Iterable[str]) -> str | None:
    """The column of these that items are read from by its name."""
    known = {*names}
    return next((name for name in _ITEM if name in known), None)


def order_layout_of(names: frozenset[str]) -> OrderLayout | None:
    """The layout whose columns these are, as ``plain_name`` has them; None where they are no known one's."""
    return next((layout for layout in ORDER_LAYOUTS if layout.fits(names)), None)


def misnamed(names: frozenset[str]) -> frozenset[str]:
    """Columns that are not what they are called: ``Item #`` counts the lines of an order, or ``Item`` is a title, beside a SKU.

    >>> misnamed(frozenset({"sku", "item"})), misnamed(frozenset({"order_id", "item"}))
    (frozenset({'item'}), frozenset())
    """
    return frozenset() if names.isdisjoint(_SKU) else names & {"item"}


def are_orders(names: frozenset[str]) -> bool:
    """Whether columns of these names, as ``plain_name`` has them, are for sure those of orders, where a feed of items was meant."""
    unsure = {"order", *_GERMAN_ORDER}  # items that have an order are sorted by it; a `Bestellnummer` may be what an article is ordered by
    return _has((*_ITEM, *LISTED), (*_TIME, *QUANTITY), {*_ORDER, *_CUSTOMER} - unsure)(names)
