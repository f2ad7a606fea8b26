"""XML and ``ld+json`` as careless shops write them: what can be read is, the rest is told with its place and value, and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.datasets.check import check
from models.errors import InputError

_GOOGLE = 'xmlns:g="http://base.google.com/ns/1.0"'
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<rss {_GOOGLE} version="2.0"><channel>\n'
_END = "</channel></rss>\n"
_DIGITS = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(6))
_BOMB = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "ha">{_DIGITS}]>\n'


def item(name: str, price: str = "9.00 EUR", title: str = "Tee", more: str = "") -> str:
    """An item of RSS, in a line."""
    said = f"<g:id>{name}</g:id><g:title>{title}</g:title><g:price>{price}</g:price><g:product_type>Tops</g:product_type>"
    return f"<item>{said}{more}</item>\n"


def product(sku: Any, **more: Any) -> dict[str, Any]:
    """A product of schema.org."""
    return {"@type": "Product", "sku": sku, "name": "Tee", "category": "Tops", "offers": {"price": "9.00", "priceCurrency": "EUR"}, **more}


def page(*scripts: str) -> str:
    """A page with scripts of ``ld+json``."""
    return "<!doctype html><html>" + "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts) + "</html>"


def rss(*items: str) -> str:
    """A feed of RSS, whose items begin in line 3."""
    return _HEAD + "".join(items) + _END


_A, _B = item("a"), item("b")
_READ = [  # name, feed, ids that are read, what is told of the rest
    ("undeclared.xml", rss(_A, _B).replace(f"{_GOOGLE} ", ""), "a b", "2 lines (3, 4): is not well-formed XML: Namespace prefix g on id"),
    ("other-namespace.xml", rss(_A, _B).replace("http://base.google.com/ns/1.0", "https://g.example/"), "a b", ""),
    ("atom.xml", f'<feed xmlns="http://www.w3.org/2005/Atom" {_GOOGLE}>{_A.replace("item>", "entry>")}</feed>', "a", ""),
    ("two-channels.xml", rss(_A, "</channel><channel>", _B), "a b", ""),
    ("names-of-html.xml", rss(item("a", title="Caf&eacute;")), "a", "Entity 'eacute' not defined; what could be read was"),
    ("no-id.xml", rss(_A, _B.replace("<g:id>b</g:id>", "")), "a", "field 'id': 1 line (4): is missing or empty; every item has an id"),
    ("two-ids.xml", rss(_A, item("b", more="<g:id>c</g:id>")), "a", "'id': 1 line (4): ['b', 'c'] are several values; give one"),
    ("two-titles.xml", rss(_A, item("b", more="<g:title>C</g:title>")), "a", "'title': 1 line (4): ['Tee', 'C'] are several values"),
    ("words.xml", rss(_A, item("b", "on request")), "a", "'price': 1 line (4): 'on request' is not a number, or not a price; write one"),
    ("from.xml", rss(_A, item("b", "ab 29 EUR")), "a", "'price': 1 line (4): 'ab 29 EUR' is a range of prices; write one"),
    ("price-in-parts.xml", rss(_A, item("b", "<v>9</v><c>EUR</c>")), "a", "{'v': '9', 'c': 'EUR'} is not a price; write one"),
    ("nested.xml", rss(_A, item("c", more=_B)), "a c", "1 line (4): stands within another item; close that before this begins"),
    ("nul.xml", rss(_A, item("b", title="T\0ee")), "a b", "Char 0x0 out of allowed range; what could be read was"),
    ("latin.xml", rss(item("a", title="Größe")).encode("cp1252"), "a", "taken for Windows-1252: Größe; if that is wrong, save it as UTF-8"),
    ("utf.xml", rss(item("a", title="Größe")).replace("UTF-8", "latin1"), "a", "declares that it is latin1, and is UTF-8"),
    ("graph.json", json.dumps({"@graph": [product("a"), {"@type": "WebSite"}, product("b")]}), "a b", ""),
    ("no-list.json", json.dumps({"@graph": product("a")}), "a", ""),
    ("case.json", json.dumps([product("a", **{"@type": "product"})]), "a", ""),
    ("price-alone.json", json.dumps([product("a", offers="9.00 EUR")]), "a", ""),
    ("no-id.json", json.dumps([product("a"), product(None)]), "a", "field 'id': 1 line (2): is missing or empty; every item has an id"),
    ("number.json", json.dumps([product("a"), product(12)]), "a", "'id': 1 line (2): 12 should be a valid string: leading zeros are lost"),
    ("lists.json", json.dumps([product("a"), product(["b", "c"])]), "a", "'id': 1 line (2): ['b', 'c'] are several values; give one"),
    ("words.json", json.dumps([product("a"), product("b", offers={"price": "call us"})]), "a", "1 line (2): 'call us' is not a number"),
    ("offers.json", json.dumps([product("a", offers=[[{"offers": [{"price": 9, "priceCurrency": "EUR"}]}]])]), "a", ""),
    ("variants.json", json.dumps([product("a", **{"@type": "ProductGroup", "hasVariant": ["b"]})]), "a", ""),
    ("nothing.json", json.dumps([None, product("a")]), "a", "1 line (1): None should be an object; give each item as one"),
    ("scripts.html", page(json.dumps(product("a")), '{"sku": '), "a", "1 line (2): is not JSON: EOF while parsing a value"),
    ("comment.html", page(f"<!-- {json.dumps(product('a'))} -->", f"//<![CDATA[\n{json.dumps(product('b'))}\n//]]>"), "a b", ""),
    ("latin.json", json.dumps([product("a", name="Größe")], ensure_ascii=False).encode("cp1252"), "a", "taken for Windows-1252: Größe; if"),
    ("mixed.json", b'[{"@type": "Product", "sku": "a", "category": "T\xff"},\n{"@type": "Product", "sku": "b", "category": "\xc3\xa9"}]',
     "a b", "holds bytes that are not UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize("case", _READ, ids=[case[0] for case in _READ])
def test_nothing_is_lost_in_silence(read: Callable[..., Any], tmp_path: Path, case: tuple[str, str | bytes, str, str]) -> None:
    """What an import reads, and sets aside, is what a check counts."""
    name, feed, ids, told = case
    found = read(feed, name)
    assert list(found.items) == ids.split()
    assert told in "\n".join([*found.aside, *found.warnings])
    assert bool(told) == bool(found.aside or found.warnings)
    assert all(line["problem"] for line in found.rejects)
    checked = check(tmp_path / name)
    assert checked.catalogue is not None
    assert (checked.catalogue.ids, bool(checked.findings.of("error"))) == (ids.split(), bool(found.aside))
    if name in {"latin.xml", "utf.xml", "latin.json"}:
        assert found.items["a"]["title"] == "Größe"
    if name in {"offers.json", "price-alone.json", "undeclared.xml"}:
        assert (found.items["a"]["price"], found.items["a"]["currency"]) == (9.0, "EUR")


_REFUSED = [
    ("cut.xml", _HEAD + _A + "<item><g:id>b</g:id><g:ti", "line|:4: is cut off"),
    ("between.xml", _HEAD + _A, "is cut off: Premature end of data in tag channel line 2; fetch the feed again"),
    ("two.xml", rss(_A) + rss(_B), "goes on behind its end, as two feeds in one file do; keep one document in a file"),
    ("bomb.xml", _BOMB + rss(item("a", title="&e6;")).split("\n", 1)[1], "holds entities within entities .*; write texts without"),
    ("empty.xml", rss(), "holds no items: no element item, entry, product, offer, and none that comes again"),
    ("attributes.xml", '<products><product id="a" title="Tee"/></products>', "its items hold nothing that has a name; write each value as"),
    ("blog.xml", "<rss><item><title>News</title></item></rss>", "its items name no such column; they name title; `attire map"),
    ("cut.json", json.dumps([product("a"), product("b")])[:-20], "is cut off: EOF"),
    ("comma.json", json.dumps([product("a")])[:-1] + ",]", "is not JSON: trailing comma at line 1"),
    ("several.json", json.dumps([product("a")]) + json.dumps([product("b")]), "are several documents; put them into one list"),
    ("nan.json", json.dumps([product("a", offers={"price": float("nan")})]), "it holds NaN or Infinity; use finite numbers, or null"),
    ("python.json", str([product("a")]), "a Python dict; write it with json.dumps"),
    ("site.json", '{"@type": "WebSite"}', "holds no items"),
]


@pytest.mark.parametrize(("name", "feed", "problem"), _REFUSED, ids=[case[0] for case in _REFUSED])
def test_what_would_lose_most_is_refused(read: Callable[..., Any], tmp_path: Path, name: str, feed: str, problem: str) -> None:
    """By an import and by a check, in the same words."""
    with pytest.raises(InputError, match=problem) as refused:
        read(feed, name)
    checked = check(tmp_path / name)
    assert [str(kind.first[0]) for kind in checked.findings.of("error")] == [str(refused.value)]


def test_items_of_xml_may_be_called_anything(read: Callable[..., Any]) -> None:
    """That which comes again nearest to the root, and holds others: no list of categories before it, and no part of it."""
    sizes = "".join(f"<Beden><Ad>{size}</Ad></Beden>" for size in ("S", "M"))
    products = "".join(f"<Urun><id>{name}</id><category>tops</category><Bedenler>{sizes}</Bedenler></Urun>" for name in "abc")
    found = read(f"<Urunler><Kategori>tops</Kategori><Kategori>shoes</Kategori>{products}</Urunler>", "feed.xml")
    assert [*found.items] == ["a", "b", "c"]


def test_a_check_of_a_feed_of_which_nothing_can_be_used_ends_in_a_report(read: Callable[..., Any], tmp_path: Path) -> None:
    """It ended in a traceback."""
    assert read(rss(item("a", "dear")), "feed.xml").items == {}
    assert len(check(tmp_path / "feed.xml").findings.of("error")) == 1
