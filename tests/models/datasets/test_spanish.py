"""Spanish of Spain and of the Americas: what pieces are, and for whom."""

from __future__ import annotations

import pytest

from models.datasets.audience import audience_label
from models.datasets.feeds.bad import BadValueError
from models.datasets.feeds.money import Money, read_money
from models.datasets.garments import role_of
from models.datasets.labels import piece_labels


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("top", "Playera básica|Remera lisa|Rebeca de punto|Jersey cuello vuelto|Guayabera de lino|Buzo canguro|Pañalero"),
        ("bottom", "Pollera plisada|Mallas deportivas|Calza deportiva|Pantaloneta|Falda pantalón|Tejanos rectos"),
        (
            "full-body",
            "Mono largo cruzado|Chándal algodón|Mameluco de rayas|Peto vaquero|Vestido jersey|Traje de flamenca|Faldón de bautizo",
        ),
        ("footwear", "Tenis blancos|Huaraches|Ojotas|Náuticos marino|Guillerminas|Pantuflas afelpadas"),
        ("outer", "Chamarra con gorro|Campera de cuero|Americana lino|Sacos|Saco de vestir|Gabán|Rompevientos|Chaqué"),
        ("headwear", "Pamela rafia|Cachucha|Pasamontañas"),
        ("scarf", "Rebozo tejido|Mascada de seda|Chalina"),
        ("eyewear", "Lentes de sol|Anteojos"),
        ("tie", "Corbatín|Moño para smoking"),
        ("hosiery", "Calcetas|Pantimedias|Leotardos"),
        ("swimwear", "Malla enteriza|Top de bikini|Braguita de bikini|Salida de playa"),
        ("sleepwear", "Bata de baño|Batín"),
        ("innerwear", "Calzones|Bombacha|Brasier|Corpiños|Faja moldeadora|Ropa íntima"),
        ("not worn", "Saco de dormir|Lentes de contacto"),
    ],
)
def test_what_pieces_are_called(role: str, titles: str) -> None:
    """By the first garment that a title names, in the singular and the plural."""
    assert {title: role_of(title) for title in titles.split("|")} == dict.fromkeys(titles.split("|"), role)


def test_underwear_is_private_whatever_it_is_called() -> None:
    """In Mexico and Argentina, too."""
    titles = ("Calzones de algodón", "Bombacha vedetina", "Faja moldeadora", "Corpiño armado")
    assert all(piece_labels({"category": "Ropa íntima", "title": title}).private for title in titles)


def test_halves_of_a_bikini_and_a_pyjama_are_told() -> None:
    """What a language names first stands before it."""
    titles = ("Top de bikini triángulo", "Braguita de bikini", "Camiseta de pijama", "Pantalón de pijama")
    kinds = [piece_labels({"category": "Novedades", "title": title}).kind for title in titles]
    assert kinds == ["bikini-top", "bikini-bottom", "pyjama-top", "pyjama-bottom"]


def test_a_boy_is_one() -> None:
    """*Niños* are children, *niño* is a boy; and what an age group says goes with what a gender calls grown up."""
    assert audience_label({}, ["Niño"], "Camiseta") == "men baby+child"
    assert audience_label({}, ["Niños"], "Camiseta") == "men+women child"
    for gender, age, said in (
        ("hombre", "niños", "men child"),
        ("mujer", "infantil", "women child"),
        ("women", "kids", "women child"),
        ("Damen", "Kinder", "women child"),
        ("femme", "bébés", "women adult"),  # a word that is not known says nothing
    ):
        assert audience_label({"gender": gender, "age_group": age}, ["Camisetas"]) == said


def test_a_code_says_which_dollar_or_peso_a_sign_is() -> None:
    """And no other currency."""
    assert read_money("$1,299.00 MXN") == read_money("MXN $1,299.00") == read_money("Mex$1,299.00") == Money(1299.0, "MXN")
    with pytest.raises(BadValueError):
        read_money("$10.00 EUR")
