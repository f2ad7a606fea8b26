"""What shops' files do: encodings, separators, quotes, prices, words, ids, and rows that are none."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import string
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from models.datasets.feeds import packed
from models.datasets.feeds.bad import BadValueError
from models.datasets.feeds.money import Money, decimals_behind_commas, read_money
from models.datasets.feeds.stock import read_stock
from models.datasets.findings import Findings
from models.datasets.read import read_catalogue
from models.datasets.rejects import Rejects
from models.errors import InputError

gzipped = partial(gzip.compress, mtime=0)  # no clock in what tests are called by
GOOD = "id,category,title\nA-1,tops,Robe été\nA-2,shoes,Boot\n"
TITLES = {"A-1": "Robe été", "A-2": "Boot"}


def titles(found: Any) -> dict[str, str]:
    """Title by id."""
    return {name: item.get("title") for name, item in found.items.items()}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (GOOD.encode(), "UTF-8, separated by commas"),
        (GOOD.encode("utf-8-sig"), "UTF-8 with a byte-order mark"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.encode("utf-16-le"), "utf-16-le"),
        (GOOD.encode("utf-16-be"), "utf-16-be"),
        (GOOD.encode("utf-32"), "utf-32"),
        (GOOD.encode("cp1252"), "Windows-1252"),
        (gzipped(GOOD.encode()), "gzip"),
        (gzipped(GOOD.encode("cp1252")), "Windows-1252, gzip"),
        (gzipped(gzipped(GOOD.encode())), "UTF-8, gzip"),
        (GOOD.replace("\n", "\r").encode(), "UTF-8"),
        (GOOD.replace("\n", "\r\n").encode(), "UTF-8"),
        (GOOD.replace(",", ";").encode(), "semicolons"),
        (GOOD.replace(",", "\t").encode(), "tabs"),
        (GOOD.replace(",", "|").encode(), "bars"),
        (b"sep=;\r\n" + GOOD.replace(",", ";").encode(), "semicolons"),
        (b"\n\n" + GOOD.encode(), "commas"),
        (GOOD.replace("id,category,title", '"ID", Category ,\tTITLE').encode(), "commas"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_how_a_file_is_written_is_recognised_and_told(read: Callable[..., Any], raw: bytes, told: str) -> None:
    """Encoding, compression, ends of lines, separator, case and blanks of the header."""
    found = read(raw)
    assert titles(found) == TITLES
    assert told in found.layout


def zipped(*files: tuple[str, str | bytes], how: int = ZIP_DEFLATED) -> bytes:
    """A ZIP of these names and contents."""
    raw = io.BytesIO()
    with ZipFile(raw, "w", how) as archive:
        for name, content in files:
            archive.writestr(ZipInfo(name), content, how)
    return raw.getvalue()


@pytest.mark.parametrize("ending", ["gz", "gz.gz", "zip", "gz.zip"])
@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "xml"])
def test_a_small_file_of_much_is_refused(read: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, kind: str, ending: str) -> None:
    """Whatever it holds, and is in: as soon as more is unpacked than may be."""
    monkeypatch.setattr(packed, "MOST_UNPACKED", 300_000)
    beginning = {"csv": "id,category,title\n", "jsonl": "", "json": "[", "xml": "<items>"}[kind]
    row = {"csv": "a,tops,Tee\n", "xml": "<item><id>a</id></item>"}.get(kind, '{"id": "a", "category": "tops"}\n')
    raw = (beginning + row * 40_000).encode()
    for name in ending.split("."):
        raw = gzipped(raw) if name == "gz" else zipped((f"feed.{kind}.gz" if ending == "gz.zip" else f"feed.{kind}", raw))
    with pytest.raises(InputError, match=r"is a (gzip|ZIP) of more than 300,000 bytes"):
        read(raw, f"feed.{kind}.{ending}")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("products_export_1.csv", GOOD),
        ("feed.jsonl", "".join(json.dumps({"id": name, "category": "Tops", "title": title}) + "\n" for name, title in TITLES.items())),
        ("export/feed.csv.gz", gzipped(GOOD.encode())),
    ],
)
def test_a_zip_of_one_file_is_read_as_that(read: Callable[..., Any], name: str, content: str | bytes) -> None:
    """As shops' systems pack exports, with what a Mac adds; told, by the name of what is in it."""
    found = read(zipped(("export/", ""), (f"__MACOSX/._{name}", "x"), (".DS_Store", "x"), (name, content)), "feed.zip")
    assert titles(found) == TITLES
    assert ", ZIP" in found.layout


def test_a_zip_that_is_damaged_says_so(read: Callable[..., Any]) -> None:
    """Its end is its table, so one that is cut off is none; one of whose bytes is another fails its checksum."""
    raw = zipped(("feed.csv", GOOD), how=ZIP_STORED)
    with pytest.raises(InputError, match="is a ZIP that is cut off or damaged"):
        read(raw[:-30], "feed.zip")
    with pytest.raises(InputError, match="is a ZIP that is cut off or damaged"):
        read(raw.replace(b"Boot", b"Boat", 1), "feed.zip")


def test_a_zip_any_byte_of_which_is_another_ends_in_a_report(read: Callable[..., Any]) -> None:
    """Python raises more than its own errors for tables that contradict themselves."""
    raw, refused = zipped(("feed.csv", GOOD)), 0
    for place in range(len(raw)):
        for value in (0, 0xFF):
            try:
                read(raw[:place] + bytes([value]) + raw[place + 1 :], "feed.zip")
            except InputError:
                refused += 1
    assert refused > 100


def test_old_encodings_of_other_scripts_are_told_apart(read: Callable[..., Any]) -> None:
    """Given enough letters; lines that are UTF-8 make the file UTF-8, and one that is not is set aside."""
    russian = "".join(f"{number},обувь,Белые кожаные кроссовки на шнуровке\n" for number in range(20))
    found = read(f"id,category,title\n{russian}".encode("cp1251"))
    assert found.items["3"]["title"] == "Белые кожаные кроссовки на шнуровке"
    found = read(GOOD.encode() + b"A-3,tops,Robe \xe9t\xe9\n")
    assert titles(found) == TITLES
    assert "4): is not UTF-8 (byte 15 of the line)" in found.aside[0]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("A-2,tops,Men, Blue tee", [2]),
        ('A-2,tops,"Boot 6" heel"', [2]),
        ('A-2,tops,"Boot', [2]),
        ("A-2,tops", [2]),
        ('A-2,tops,"a quote\nthat nothing closes', [2, 3]),
    ],
    ids=["comma", "quote within", "quote opened", "short", "over lines"],
)
def test_a_broken_line_costs_itself_alone(read: Callable[..., Any], text: str, lines: list[int]) -> None:
    """Those behind it are read; a quote that nothing closes does not swallow them."""
    rest = "".join(f"B-{number},shoes,Boot\n" for number in range(5_000))
    found = read(f"id,category,title\n{text}\n{rest}")
    assert len(found.items) == 5_000
    assert [reject["line"] for reject in found.rejects] == lines
    assert all(reject["problem"] and reject["what_to_do"] for reject in found.rejects)


def test_quotes_of_inches_and_quoted_line_ends_are_fine(read: Callable[..., Any]) -> None:
    """As are doubled quotes, separators within quotes, and text with tabs that quotes nothing."""
    found = read('id,category,title\nA,tops,"Red ""big"" tee, blue"\nB,shoes,"two\r\n\nlines"\nC,shoes,Boot 6" heel\nD,shoes,Boot\n')
    assert list(titles(found).values()) == ['Red "big" tee, blue', "two lines", 'Boot 6" heel', "Boot"]
    assert read('id\tcategory\ttitle\nA\ttops\t"Boot" heel\n').items["A"]["title"] == '"Boot" heel'


def test_rows_and_columns_of_nothing_are_passed_over_and_counted(read: Callable[..., Any]) -> None:
    """As Excel leaves them; a column that has no name, and something below it, is told apart."""
    found = read("id,category,title,,\nA,tops,Tee,,\n,,,,\n ,,, ,\n\nB,tops,Tee,,,,\n")
    assert set(found.items) == {"A", "B"}
    assert [told.partition(": ")[2] for told in found.warnings] == ["3 rows of nothing; passed over", "2 columns of nothing; passed over"]
    found = read(",id,category,title,\n0,A,tops,Tee,\n1,B,tops,Tee,\n")
    assert set(found.items) == {"A", "B"}
    assert [told.partition(": ")[2] for told in found.warnings] == [
        "1 columns of nothing; passed over",
        "1 columns that hold something, and have no name; passed over",
    ]


def test_a_cell_may_be_long_where_nothing_reads_it(read: Callable[..., Any]) -> None:
    """And is told by its column where something does."""
    long = "<p>x</p>" * 50_000
    found = read(f'id,category,title,description\nA,tops,Tee,"{long}"\nB,tops,"{long}",short\n')
    assert set(found.items) == {"A"}
    assert (found.rejects[0]["line"], found.rejects[0]["field"]) == (3, "title")
    assert "description" in found.warnings[0]


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("15.00 USD", 15.0, "USD"),
        ("USD15", 15.0, "USD"),
        ("1,299.00", 1299.0, None),
        ("1.299,00 €", 1299.0, "EUR"),
        ("29,90", 29.9, None),
        ("$1,299", 1299.0, "USD"),
        ("1 299,00 kr", 1299.0, None),
        ("1\u00a0299,00\u00a0zł", 1299.0, "PLN"),
        ("CHF 1'299.50", 1299.5, "CHF"),
        ("₹1,29,900.00", 129_900.0, "INR"),
        ("29,-", 29.0, None),
        ("49,90 € TTC", 49.9, "EUR"),
        ("49,90 EUR inkl. MwSt.", 49.9, "EUR"),
        ("1.299,00 € (inkl. 19 % MwSt.)", 1299.0, "EUR"),
        ("49,90 € IVA inclusa", 49.9, "EUR"),
        ("£49.90 inc VAT", 49.9, "GBP"),
        ("39€90", 39.9, "EUR"),
        ("1 299€90", 1299.9, "EUR"),
        ("\uff11\uff12", 12.0, None),
        ("12,800円", 12_800.0, "JPY"),
        ("\uff11\uff12\uff0c\uff18\uff10\uff10円\uff08税込\uff09", 12_800.0, "JPY"),
        ("税込価格: 12,800円", 12_800.0, "JPY"),
        ("\uffe512,800(税込)", 12_800.0, "JPY"),
        ("12.800円", 12_800.0, "JPY"),
        ("1万2800円", 12_800.0, "JPY"),
        ("\\12,800", 12_800.0, None),
        ("1.299,90 TL", 1299.9, "TRY"),
        ("TL 499,90", 499.9, "TRY"),
        ("₺1.299,90 KDV Dahil", 1299.9, "TRY"),
        ("1.299,90 Türk Lirası", 1299.9, "TRY"),
        ("١٢", 12.0, None),
        ("1e3", 1000.0, None),
        (" 0 ", 0.0, None),
        (12, 12.0, None),
    ],
)
def test_prices_are_read_as_a_person_would(text: str | int, amount: float, currency: str | None) -> None:
    """With currencies, commas, thousands, digits of other scripts."""
    assert read_money(text) == Money(amount, currency)


@pytest.mark.parametrize("text", ["", "N/A", "nan", None, "-"])
def test_no_price_is_none(text: str | None) -> None:
    """Nothing, as tools write it."""
    assert read_money(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "1_299",
        "$29.99 - $45.00",
        "from 29",
        "ab 29,90 €",
        "29\u201339",
        "49,90 € HT",
        "39€9",
        "cheap",
        "-3",
        "inf",
        "15.5.5",
        "10 EUR 5",
        "1.299 €",
        "1.299 TL",
        "12,800円(税抜)",
        "1.5万円",
        "12,800円〜15,000円",
        "12,34,5",
        True,
        10**400,
        [1],
    ],
)
def test_what_is_no_price_or_could_be_two_is_refused(text: Any) -> None:
    """Never taken for a number in silence; the message says what to do."""
    with pytest.raises(BadValueError, match=";"):
        read_money(text)


def test_decimal_commas_are_a_habit_of_the_whole_file(read: Callable[..., Any]) -> None:
    """What could be read two ways is read as the others are."""
    assert decimals_behind_commas(["29,90", "1.299"])
    assert not decimals_behind_commas(["29,90", "1299.00"])
    found = read("id;category;price\nA;tops;29,90\nB;tops;1.299\nC;tops;1.299,00 €\n")
    assert [item["price"] for item in found.items.values()] == [29.9, 1299.0, 1299.0]
    assert read("id,category,price\nA,tops,29.90\nB,tops,1.299\n").items["B"]["price"] == 1.299
    found = read("id;category;price\nA;tops;29,90\nB;tops;1.299\nC;tops;49.90\nD;tops;1.299,00 €\n")
    assert {name: item["price"] for name, item in found.items.items()} == {"A": 29.9, "C": 49.9, "D": 1299.0}
    assert "'1.299' is 1299 or 1.299" in found.aside[0]


def test_what_has_no_decimals_is_never_a_thousandth() -> None:
    """Yen and won, whatever the other prices of the file are like."""
    for comma in (True, False, None):
        assert read_money("¥12,800", comma=comma) == read_money("12.800 JPY", comma=comma) == Money(12_800.0, "JPY")


def test_currencies_by_their_words(read: Callable[..., Any]) -> None:
    """In a column of their own, as in prices."""
    found = read("id,category,price,currency\nA,tops,12800,円\nB,tops,499.90,TL\nC,tops,1,kr\n")
    assert [item.get("currency") for item in found.items.values()] == ["JPY", "TRY", None]


@settings(max_examples=300, deadline=None)
@given(st.decimals(0, 10**9, places=2), st.sampled_from([",.", ".,", " ,", "'."]))
def test_any_price_that_is_written_with_two_places_comes_back(amount: Any, marks: str) -> None:
    """Whatever marks thousands and decimals."""
    text = f"{amount:,.2f}".translate({ord(","): marks[0], ord("."): marks[1]})
    money = read_money(text)
    assert money is not None
    assert money.amount == float(amount)


@pytest.mark.parametrize(
    "word",
    [
        "in stock",
        "in_stock",
        "InStock",
        "https://schema.org/InStock",
        "yes",
        "Y",
        "TRUE",
        "1",
        1,
        12,
        "12",
        "0.5",
        True,
        "ja",
        "low stock",
        "vorrätig",
        "12 pcs",
        "> 10",
        ">0",
        "10+",
        "Plus que 2 en stock",
        "Il n'en reste que 2",
        "Nur noch 2",
        "nur noch 2 Stück auf Lager",
        "only 2 left",
        "In stock (5)",
        "Solo quedan 3 unidades",
        "Ultimi 2 pezzi",
        "Nog 2 op voorraad",
        "Dernières pièces",
        "VERFUGBAR",
        "bestellbar",
        "Commandable",
        "ordinabile",
        "bestelbaar",
        "derzeit verfügbar",
        "在庫あり",
        "在庫有り",
        "残りわずか",
        "残り3点",
        "○",
        "Stokta var",
        "STOKTA VAR",
        "Son 2 ürün",
        "2 szt.",
        "dostępny",
        "Últimas 2 unidades",
        "Em estoque",
        "i lager",
        "Få kvar",
        "3 kvar i lager",
        "På lager",
        "Mevcut",
        "Evet",
    ],
)
def test_words_of_there(word: Any) -> None:
    """Words, numbers of pieces, and truth."""
    assert read_stock(word) is True


@pytest.mark.parametrize(
    "word",
    [
        "out of stock",
        "out_of_stock",
        "OutOfStock",
        "no",
        "0",
        0,
        "-1",
        "false",
        False,
        "sold out",
        "preorder",
        "backorder",
        "0 Stück",
        "nicht vorrätig",
        "en_rupture_de_stock",
        "Précommande",
        "vorbestellbar",
        "sin existencias",
        "preordine",
        "Epuisé",
        "EPUISE",
        "épuisé",
        "Rupture",
        "En réapprovisionnement",
        "0 en stock",
        "Stock: -2",
        "nicht mehr verfügbar",
        "Agotada",
        "nicht auf Lager",
        "vorbestellt",
        "nicht bestellbar",
        "aktuell nicht lieferbar",
        "not in stock",
        "no longer available",
        "n'est plus disponible",
        "pas en stock",
        "précommandé",
        "bajo pedido",
        "non più disponibile",
        "prenotabile",
        "momenteel niet leverbaar",
        "temporarily out of stock",
        "在庫なし",
        "在庫切れ",
        "売り切れ",
        "完売",
        "予約",
        "×",  # noqa: RUF001 - as tables have it
        "Stokta yok",
        "Tükendi",
        "TÜKENDİ",
        "Ön sipariş",
        "brak",
        "Na zamówienie",
        "Sem estoque",
        "Sob encomenda",
        "slut i lager",
        "Ikke på lager",
        "Hayır",
    ],
)
def test_words_of_not_there(word: Any) -> None:
    """Likewise; what can only be ordered ahead is not there."""
    assert read_stock(word) is False


def test_pieces_without_number_are_some() -> None:
    """However many digits somebody writes."""
    assert read_stock(10**400) is True
    assert read_stock(-(10**400)) is False


def test_other_words_are_refused() -> None:
    """With what to write."""
    with pytest.raises(BadValueError, match="neither true nor false; write"):
        read_stock("maybe")
    with pytest.raises(BadValueError, match="neither true nor false; write"):
        read_stock("verfügbar in 3 Wochen")
    assert read_stock("") is None


def test_titles_lose_entities_tags_and_what_cannot_be_seen(read: Callable[..., Any]) -> None:
    """And keep every script."""
    found = read(
        "id,category,title\n"
        "A,tops,Men&#39;s &amp; Women&#39;s <b>Tee</b>\nB,tops,Baum\u00adwoll\u00adhemd\u200b blau\nC,靴,🔥 Sneaker ❤️ 白い靴\n"
        "D,कपड़े,नीली शर्ट\nE,tops,Red\0tee\nF,👩‍👧 family,Fit < 40 & more\n"
        "G,tops,Tee<SCRIPT>alert(1)</script> &lt;style&gt;b{}&lt;/style&gt;blue\n"
    )
    assert list(titles(found).values()) == [
        "Men's & Women's Tee",
        "Baumwollhemd blau",
        "🔥 Sneaker ❤️ 白い靴",
        "नीली शर्ट",
        "Red tee",
        "Fit < 40 & more",
        "Tee blue",
    ]
    assert "1 line (6): 'Red\\x00tee' holds NUL" in found.warnings[0]
    assert found.items["F"]["category"] == "👩‍👧 family"


def test_ids_stay_text(read: Callable[..., Any], tmp_path: Path) -> None:
    """Leading zeros stay; what pandas and spreadsheets made of ids is set aside with the reason."""
    found = read("id,category\n0108775015,tops\n108775015,tops\n108775044.0,tops\n1.08775E+08,tops\n")
    assert set(found.items) == {"0108775015", "108775015"}
    assert [reject["id"] for reject in found.rejects] == ["108775044.0", "1.08775E+08"]
    found = read('{"id": 108775015, "category": "tops"}\n{"id": "a", "category": "tops"}\n', "feed.jsonl")
    assert "leading zeros are lost" in found.aside[0]
    pq.write_table(pa.table({"id": [1.0], "category": ["tops"]}), tmp_path / "items.parquet")
    with pytest.raises(InputError, match="numbers lose leading zeros"):
        read_catalogue(tmp_path)


def test_parquet_may_have_prices_of_text_and_stock_in_pieces(read: Callable[..., Any], tmp_path: Path) -> None:
    """Value by value then; dictionaries are text, and other columns pass through."""
    table = pa.table(
        {
            "id": ["a", "b"],
            "category": pa.array(["tops", "tops"]).dictionary_encode(),
            "price": ["9.50", "29 EUR"],
            "in_stock": [3, 0],
            "season": ["ss", None],
        }
    )
    pq.write_table(table, tmp_path / "feed.parquet")
    found = read((tmp_path / "feed.parquet").read_bytes(), "feed.parquet")
    assert [(item["price"], item["in_stock"]) for item in found.items.values()] == [(9.5, True), (29.0, False)]
    assert (found.items["a"]["extras"], found.items["b"]["currency"]) == ({"season": "ss"}, "EUR")


def test_rows_that_come_again(read: Callable[..., Any]) -> None:
    """The same row counts once; another of the same id is set aside, the first stays."""
    found = read("id,category,title\nA,tops,x\nA,tops,x\nB,tops,y\nB,tops,z\n")
    assert titles(found) == {"A": "x", "B": "y"}
    assert ("the same as in line 2; counted once" in found.warnings[0], found.rejects[0]["line"]) == (True, 5)


@pytest.mark.parametrize("bad", ["A,tops,-5,", "A,tops,cheap,", "A,\u0001,5,", "A,tops,5,someday"])
def test_a_good_row_behind_a_bad_one_of_the_same_id_is_taken(read: Callable[..., Any], bad: str) -> None:
    """Whatever is wrong with the bad one; it is set aside alone."""
    found = read(f"id,category,price,split\n{bad}\nA,shoes,7,\nB,tops,8,\n")
    assert {name: (item["category"], item["price"]) for name, item in found.items.items()} == {"A": ("shoes", 7), "B": ("tops", 8)}
    assert [reject["line"] for reject in found.rejects] == [2]


def test_categories_that_differ_by_case_and_blanks_are_one(read: Callable[..., Any]) -> None:
    """In the spelling of most items, with a warning; a no-break blank is a blank."""
    found = read("id,category\nA,shoes\nB,Shoes\nC,Shoes \nD,Robes\u00a0d'été\n")
    assert {item["category"] for item in found.items.values()} == {"Shoes", "Robes\u00a0d'été"}
    assert "are one category, 'Shoes'" in found.warnings[0]


def test_pictures_are_found_whatever_the_case_and_the_slash(read: Callable[..., Any], tmp_path: Path) -> None:
    """Several in a cell or a list; one that is not there costs the picture, not the item; none leaves the directory."""
    (tmp_path / "images").mkdir()
    for name in ("a.png", "b.png"):
        (tmp_path / "images" / name).write_bytes(b"picture")
    lines = [
        "images/a.PNG",
        "images\\a.png",
        ["images/a.png", "images/b.png"],
        "Images/a.png, images/b.png",
        "images/none.jpg",
        "../../etc/passwd.png",
    ]
    found = read(
        "".join(json.dumps({"id": str(number), "category": "c", "image": name}) + "\n" for number, name in enumerate(lines)), "items.jsonl"
    )
    assert [item.get("image", {}).get("path") for item in found.items.values()] == [*["images/a.png"] * 4, None]
    assert found.items["2"]["images"] == ["images/a.png", "images/b.png"]
    assert "there is no file 'images/none.jpg'" in "".join(found.warnings)
    assert "leaves the directory" in found.aside[0]


@pytest.mark.parametrize(
    ("raw", "name", "problem"),
    [
        (b"", "feed.csv", "is empty; fetch it again"),
        (b"", "feed.xml", "is empty; fetch it again"),
        (b"PK\x03\x04 and more", "feed.zip", "is a ZIP that is cut off or damaged"),
        (zipped(("[Content_Types].xml", ""), ("xl/workbook.xml", "")), "feed.xlsx", "is a workbook; save the sheet as CSV"),
        (zipped(("mimetype", ""), ("content.xml", "")), "feed.ods", "is a workbook; save the sheet as CSV"),
        (zipped(("a.csv", GOOD), ("b.csv", GOOD)), "feed.zip", "is a ZIP of 2 files: 'a.csv', 'b.csv'; unpack it, and name the feed"),
        (zipped(*((f"{place}.csv", "") for place in range(6))), "feed.zip", "is a ZIP of 6 files: .*, …; unpack it"),
        (zipped(("feed/", "")), "feed.zip", "is a ZIP of no files; fetch it again"),
        (zipped(("feed.csv", GOOD), how=ZIP_BZIP2), "feed.zip", "'feed.csv' is packed in a way that is not read; unpack it"),
        (zipped(("feed.csv", GOOD)).replace(b"\0\0\x08\0", b"\1\0\x08\0"), "feed.zip", "'feed.csv' is packed with a password; unpack it"),
        (zipped(("feed.zip", zipped(("feed.csv", GOOD)))), "feed.zip", "is a ZIP or a workbook within another file; unpack it"),
        (zipped(("feed.parquet", b"PAR1")), "feed.zip", "is Parquet within a ZIP; unpack it"),
        (gzipped(b"PAR1"), "items.gz", "is Parquet within a gzip; unpack it"),
        (b"\xd0\xcf\x11\xe0", "feed.xls", "save the sheet as CSV"),
        (b"<!doctype html><html><body>Please log in</body></html>", "feed.xml", "is a web page, not a feed"),
        (gzipped(GOOD.encode() * 100)[:-20], "feed.csv.gz", "is a gzip that is cut off"),
        (gzipped(gzipped(gzipped(GOOD.encode()))), "feed.csv.gz", "is a gzip within 2 others; unpack it"),
        (b'<?xml version="1.0"?><rss><channel><item><id>1</id></item><item><id>2', "feed.xml", "is cut off"),
        (b"<rss", "feed.xml", "is "),
        (b'[{"id": "a", "category": "tops"},', "feed.json", "is cut off"),
        (b'[{"id": "a", "category": tops}]', "feed.json", "is not JSON"),
        (b"id,category,title\n1,tops,Tee\n2,to", "feed.csv", "is cut off: its last line ends after 2 of 3 cells; fetch the feed again"),
        (b'id,category,title\n1,tops,Tee\n2,tops,"Blue', "feed.csv", "is cut off: its last line ends within quotes; fetch"),
        (b"artikel,warengruppe\n1,tops\n", "feed.csv", "`attire map .*/feed.csv`"),
        (b"id,title\n1,tops\n", "feed.csv", "names no such column"),
    ],
)
def test_what_is_no_feed_is_refused_with_what_to_do(read: Callable[..., Any], raw: bytes, name: str, problem: str) -> None:
    """A page, a workbook, and above all what is cut off."""
    with pytest.raises(InputError, match=problem):
        read(raw, name)


def test_xml_that_is_not_well_formed_is_mended_and_told(read: Callable[..., Any]) -> None:
    """An ampersand in a title is no reason to have no shop; entities are not resolved."""
    head = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>\n<rss><channel>'
    item = "<item><id>{}</id><title>{}</title><product_type>Tops</product_type></item>\n"
    found = read(f"{head}{item.format('a', 'Tom & Tee')}{item.format('b', '&e;x')}{item.format('c', 'Boot')}</channel></rss>", "feed.xml")
    assert set(found.items) == {"a", "b", "c"}
    assert "root:" not in str(found.items)
    assert any("is not well-formed XML" in warning for warning in found.warnings)


def test_a_text_that_is_nothing_but_an_entity_is_told_in_words(read: Callable[..., Any]) -> None:
    """Its row is set aside where nobody knows what is meant; what HTML knows is that."""
    head = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY eacute "">]>\n<rss><channel>'
    item = "<item><id>{}</id><title>{}</title><product_type>Tops</product_type></item>\n"
    found = read(f"{head}{item.format('a', '&x;')}{item.format('b', '&eacute;')}{item.format('c', 'Tee')}</channel></rss>", "feed.xml")
    assert titles(found) == {"b": "é", "c": "Tee"}
    [told] = found.aside
    assert "title is only &x;, a text that is defined elsewhere and not looked up; write the text itself" in told


def slow_and_obvious(text: str) -> dict[str, tuple[str, str, float | None]]:
    """What a plain reader takes of four columns: the first row of each id whose price is a number; empty cells at the end are none."""
    found: dict[str, tuple[str, str, float | None]] = {}
    for row in list(csv.reader(io.StringIO(text, newline="")))[1:]:
        while len(row) > 4 and not row[-1].strip():
            row.pop()
        if len(row) != 4:
            continue
        name, category, title, price = row
        if (
            name.strip()
            and category.strip()
            and re.fullmatch(r"(\d+(\.\d+)?)?", price)
            and name not in {".", ".."}
            and not name.endswith("/image")
        ):
            found.setdefault(name, (" ".join(category.split()).casefold(), " ".join(title.split()), float(price) if price else None))
    return found


cells = st.text(string.ascii_letters + " -/.", min_size=1, max_size=4)
texts = st.text(string.ascii_letters + " -/.,;\"\n'éßक靴👟", max_size=6)
prices = st.sampled_from(["", "5", "19.90", "0", "7", "-1", "free", "1_0", "5 to 9"])
torn = st.lists(cells, min_size=2, max_size=5).filter(lambda row: len(row) != 4)
items = st.tuples(st.sampled_from(["a", "A", "b", "c-1", "é", "0", "00"]) | cells, cells, texts, prices).map(list)


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.one_of(items, items, items, torn), min_size=3, max_size=12),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_accepted_is_what_a_plain_reader_accepts(tmp_path: Path, rows: list[list[str]], end: str) -> None:
    """Neither more nor less, with its category, title and price, whatever has to be quoted."""
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=end).writerows([["id", "category", "title", "price"], *rows])
    (tmp_path / "items.csv").write_bytes(written.getvalue().encode())
    expected = slow_and_obvious(written.getvalue())
    try:
        table = read_catalogue(tmp_path, Findings(rejects=Rejects())).table
    except InputError:
        assert expected == {}
        return
    found = {item["id"]: (item["category"].casefold(), item["title"] or "", item["price"]) for item in table.to_pylist()}
    assert found == expected


starts = st.sampled_from(
    [
        b"",
        b"id,category,title\n",
        b"id;category\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\x1f\x8b",
        b"<rss>",
        b"[{",
        b'{"id":',
        b"PAR1",
        b"PK\x03\x04",
    ]
)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=starts, junk=st.binary(max_size=200), name=st.sampled_from(["f.csv", "f.jsonl", "f.xml", "f.json", "f.parquet", "f.csv.gz", "f"])
)
@example(start=b"", junk=b'{"id": "a", "category": "c", "sizes": ' + b"[" * 50_000, name="f.jsonl")
@example(start=b"", junk=b"[" * 100_000, name="f.json")
@example(start=b"", junk=gzipped(b"id,category\na,b\n" * 9)[:40], name="f.csv.gz")
@example(start=b"PK\x05\x06", junk=bytes(18), name="f.zip")
def test_any_bytes_end_in_a_report(tmp_path: Path, start: bytes, junk: bytes, name: str) -> None:
    """Never in a traceback."""
    (tmp_path / name).write_bytes(start + junk)
    try:
        with Rejects(tmp_path / "rejects.jsonl") as rejects:
            read_catalogue(tmp_path / name, Findings(rejects=rejects))
    except InputError as error:
        found = str(error)
    else:
        found = ""
    assert "\n" not in found


words = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
values = st.recursive(
    words, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=5), inside, max_size=3), max_leaves=6
)
NAMES = (
    "id category title price sale_price in_stock availability image images attributes sizes features extras created currency "
    "url color size @type offers @graph sku name handle variant_price article_id product_type hasVariant brand audience "
    "group_id "
)
names = st.sampled_from(NAMES.split())


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(names, values, max_size=8), min_size=1, max_size=3))
def test_any_values_end_in_a_report(tmp_path: Path, records: list[dict[str, Any]]) -> None:
    """Whatever stands in whichever field of whichever layout."""
    (tmp_path / "f.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    try:
        with Rejects(tmp_path / "rejects.jsonl") as rejects:
            read_catalogue(tmp_path / "f.jsonl", Findings(rejects=rejects))
    except InputError as error:
        found = str(error)
    else:
        found = ""
    assert "\n" not in found
