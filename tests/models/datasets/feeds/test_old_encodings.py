"""Feeds and orders in the encodings of before UTF-8, which nothing names: what they are taken for, and that it is told as a guess."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.datasets.feeds.old_encodings import guessed
from models.datasets.findings import Findings
from models.datasets.orders.read import Written, read_orders, shopper_of
from models.datasets.rejects import Rejects

_IN_JAPAN = {
    "words": "シャツ ブルー 長袖 コットン メンズ ワンピース",
    "and signs": "19,400円(税込) 在庫あり レッド 5,900円 在庫なし",
}
_NAMES = {
    "cp1252": {
        "German": "Müller Schäfer Köhler Krüger Günther Jäger Groß Weiß Jörg Grün",
        "French": "François Hélène Gérard Rémi Lefèvre Benoît Noël Dupré Désirée Anaïs",
        "Spanish": "Muñoz Peña Núñez García López Martínez Sánchez Íñigo Jesús Hernández",
        "Portuguese": "João Conceição Gonçalves Simões Magalhães Araújo Antônio Luís Inês",
        "Icelandic": "Þórður Guðrún Ýmir Sigríður Björn Æsa Hlíð Þóra",
        "Nordic": "Åse Bjørn Søren Jørgensen Ström Björk Sjöberg Östlund Håkan",
        "several": "Müller François Muñoz Åse João Weiß Hélène Peña Søren Gonçalves",
        "marks": "Levi’s O’Neill “blau” Jeans® Kleid–rot",  # noqa: RUF001 - as written
    },
    "cp1250": {
        "Polish": "Łukasz Wójcik Grażyna Małgorzata Świątek Żółć Dąbrowski Król Wiśniewska",
        "Czech": "Dvořák Černý Novotný Procházka Kučera Němec Růžička Jiří Šárka",
        "Hungarian": "Kőszegi Szűcs Erdős Győr Gönczi Zsófia Lajosné Hegedűs",
    },
    "cp1254": {"Turkish": "Yılmaz Şahin Çelik Öztürk Güneş Işık Doğan Ayşe Gökçe", "statuses": "İptal İade Sipariş Kargoda"},
    "cp1251": {"Russian": "Иванов Смирнов Кузнецов Попов Анна Дмитрий Соколова"},
    "cp1253": {"Greek": "Γιώργος Μαρία Παπαδόπουλος Ελένη Νίκος"},
    "cp932": _IN_JAPAN,
    "euc_jp": _IN_JAPAN,
}
_CASES = [(encoding, words.split(), lines) for encoding, kinds in _NAMES.items() for words in kinds.values() for lines in (9, 60, 600)]


@pytest.mark.parametrize(("encoding", "words", "lines"), _CASES, ids=lambda value: value[0] if isinstance(value, list) else value)
def test_names_are_what_they_were(encoding: str, words: list[str], lines: int) -> None:
    """However many there are: from a hundred letters on, French ones were read as Czech."""
    text = "".join(f"{number},SKU-{number},{words[number % len(words)]} {words[number // 2 % len(words)]}\n" for number in range(lines))
    assert text.encode(encoding).decode(guessed(text.encode(encoding)), "replace") == text


@pytest.mark.parametrize(
    ("encoding", "name", "told"), [("cp1252", "François Noël", "Windows-1252"), ("cp1250", "Grażyna Małgorzata Dąbrowska", "Windows-1250")]
)
def test_orders_tell_that_it_is_a_guess(tmp_path: Path, encoding: str, name: str, told: str) -> None:
    """With words by which a person sees whether it is right; a shopper is who bought under that name, and a SKU what it was."""
    path = tmp_path / "orders.csv"
    path.write_bytes(f"order_id,sku,customer,time\n1,Größe-L,{name},2026-03-31\n".replace("ß", "s").encode(encoding))
    findings = Findings(rejects=Rejects())
    row = read_orders(path, findings).table.to_pylist()[0]
    assert (row["user"], row["item"]) == (shopper_of(name), "Gröse-L")
    problem = findings.of("warning")[0].first[0].problem
    assert problem == f"is not UTF-8, and was taken for {told}: Gröse, {', '.join(name.split()[:2])}; if that is wrong, save it as UTF-8"


def test_the_encoding_of_orders_may_be_said(tmp_path: Path) -> None:
    """One letter is no ground for a guess; what is said is none."""
    path = tmp_path / "orders.csv"
    path.write_bytes("Sipariş No;Stok Kodu;Tarih\n1;A;2026-03-31\n".encode("cp1254"))
    findings = Findings(rejects=Rejects())
    assert read_orders(path, findings, Written(encoding="cp1254")).table.to_pylist()[0]["order"] == "1"
    assert not findings.of("warning")


def test_feeds_tell_it_unless_a_mapping_says(read: Callable[..., Any]) -> None:
    """What is known is no guess; UTF-8 is none either."""
    feed = "id,category,title\na,Kleider,Hübsche Größe\n"
    found = read(feed.encode("cp1252"))
    assert "taken for Windows-1252: Hübsche, Größe; if that is wrong, save it as UTF-8" in "".join(found.warnings)
    assert found.items["a"]["title"] == "Hübsche Größe"
    assert read(feed.encode("cp1252"), mapping="encoding: cp1252").warnings == read(feed).warnings == []
