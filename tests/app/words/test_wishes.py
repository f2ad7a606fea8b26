"""Wishes in words, whatever they are: read in bounded time, without an error, and by what is served now."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.recommend.steering import Steering, constraints_of
from app.release.traits import Traits
from app.words.lexicon import HIGHEST, LOWEST
from app.words.prices import prices_in
from app.words.vocabulary import Vocabulary, vocabulary_of
from app.words.wishes import read
from index.delta import Overlay
from index.segment import Segment
from index.snapshot import Snapshot

if TYPE_CHECKING:
    from app.release.release import Release

_SPOKEN = (
    "no not or and but black red leather heels shoes bag dress by from in for a the under 80 between 20 over €50 Solvei blak , . / - "
    "free non size M total budget with without to match wedding summer anything t-shirts"
)
SPOKEN = _SPOKEN.split()


def words_of(snapshot: Snapshot | Overlay) -> Vocabulary:
    """Its words."""
    return vocabulary_of(snapshot, Traits.of(snapshot))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(SPOKEN), max_size=14).map(" ".join)))
def test_any_text_is_read(vocabularies: dict[str, Vocabulary], text: str) -> None:
    """Each wish says something, in words of the text; prices are in order."""
    spoken = " ".join(text.replace("\u2019", "'").split())
    for vocabulary in vocabularies.values():
        wishes = read(text, vocabulary)
        for wish in wishes.wishes:
            assert all(word in spoken for word in wish.said.split())
            assert wish.terms or wish.least is not None or wish.most is not None
            assert all(meaning.values for meanings in wish.terms for meaning in meanings)
            assert wish.least is None or wish.most is None or wish.least <= wish.most
        assert all(phrase in spoken for phrase in (*wishes.rest, *wishes.against, *wishes.unread))


@pytest.mark.parametrize("part", ["under ", "1", "1,", "€", "between 1 and ", "qwfpgj ", "- ", "no black ", "9 or ", "a" * 40 + " "])
def test_a_long_text_takes_little_time(vocabularies: dict[str, Vocabulary], part: str) -> None:
    """As long as the longest that is taken."""
    began = time.process_time()
    read((part * 2_000)[:2_000], vocabularies["shop"])
    assert time.process_time() - began < 2


def test_what_is_cheap_is_so_in_its_category(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """The cheapest coat costs more than any bag; where all cost the same, nothing is cheap."""
    prices = {"bags": range(1, 10), "coats": range(101, 110), "hats": [5] * 3}
    items = [
        {"id": f"{name}-{price}-{at}", "category": name, "price": float(price)} for name in prices for at, price in enumerate(prices[name])
    ]
    vocabulary = words_of(snapshot_of(items, tmp_path / "priced"))
    found = {part: [items[row]["price"] for row in np.flatnonzero(vocabulary.rows.mask("price", (part,)))] for part in (LOWEST, HIGHEST)}
    assert found == {LOWEST: [1, 2, 3, 101, 102, 103], HIGHEST: [7, 8, 9, 107, 108, 109]}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("black", ["shirt", "bag", "blackbag"]),
        ("navy blue", ["navybag", "navyshirt"]),
        ("navy", ["navybag", "navyshirt"]),
        ("blue", ["navybag", "navyshirt"]),
        ("black or navy", ["shirt", "bag", "blackbag", "navybag", "navyshirt"]),
        *[(f"{no} navy blue", ["shirt", "bag", "blackbag", "red", "plain"]) for no in ("no", "kein", "nicht", "sans", "sin", "geen")],
    ],
)
def test_a_title_says_the_colour_of_an_item_without_the_attribute(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path, text: str, found: list[str]
) -> None:
    """By whole words; of an item whose attribute says another colour it does not."""
    told = {"shirt": ("Shirt", "Black"), "navyshirt": ("Shirt", "Navy Blue"), "red": ("Black label shirt", "Red"), "bag": ("Bag", "Black")}
    untold = {"blackbag": "Tourister Unisex Black Backpack", "navybag": "Navy-blue bag", "plain": "Blackberry bag"}
    items = [{"id": name, "title": title, "attributes": json.dumps({"colour": colour})} for name, (title, colour) in told.items()]
    items += [{"id": name, "title": title, "attributes": json.dumps({"strap": "long"})} for name, title in untold.items()]
    vocabulary = words_of(snapshot_of([{**item, "category": "things"} for item in items], tmp_path / "told"))
    [wish] = read(text, vocabulary).wishes
    so_N = np.logical_or.reduce([vocabulary.rows.so(meaning) for meaning in wish.terms[0]]) ^ wish.turned
    assert {items[row]["id"] for row in np.flatnonzero(so_N)} == set(found)


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("no shoes", ["Ballerinas", "Formal Shoes", "Sneakers"]),
        ("black shoes", ["Ballerinas", "Formal Shoes", "Sneakers"]),
        ("no sneakers", ["Sneakers"]),
        ("a bag", ["Bags"]),
        ("no bags", ["Backpacks", "Bags"]),
        ("no trainers", ["Sneakers"]),
        ("no stoles", ["Hats, Scarves & Gloves"]),
        ("gloves", ["Hats, Scarves & Gloves"]),
        ("no hats", ["Hats, Scarves & Gloves"]),
    ],
)
def test_a_word_for_all_of_a_kind_means_each_of_its_categories(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path, text: str, categories: list[str]
) -> None:
    """Whatever titles say; what a category is called by that very word is that one, unless none is wanted."""
    said = {
        "Formal Shoes": "Black shoes",
        "Sneakers": "Court low",
        "Ballerinas": "Lili",
        "Backpacks": "Hiker",
        "Bags": "Lola bag",
        "Tops": "Tee",
        "Hats, Scarves & Gloves": "Stole",
    }
    items = [{"id": name, "title": title, "category": name} for name, title in said.items()]
    [wish, *_] = [wish for wish in read(text, words_of(snapshot_of(items, tmp_path / "kinds"))).wishes if wish.categories]
    assert sorted(wish.categories) == categories


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("rotes Kleid unter 80", ["Rot+Kleid", "<80"]),
        ("keine schwarzen Schuhe", ["!Schwarz+Schuhe"]),
        ("schwarze Schuhe über 50 €", ["Schwarz+Schuhe", ">50"]),
        ("Schuhe, nicht über 50", ["Schuhe", "<50"]),
        ("sans rouge, moins de 60 €", ["!Rouge", "<60"]),
    ],
)
def test_wishes_of_other_languages_are_not_read_as_their_opposite(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path, text: str, read_as: list[str]
) -> None:
    """Words that turn, prices, and the endings of adjectives."""
    told = {"Kleid": ("Kleid Lena", "Rot"), "Schuhe": ("Schuh Max", "Schwarz"), "Robe": ("Robe Anne", "Rouge")}
    items = [{"id": name, "category": name, "title": title, "attributes": json.dumps({"Farbe": c})} for name, (title, c) in told.items()]
    vocabulary = words_of(snapshot_of(items, tmp_path / "abroad"))
    found = []
    for wish in read(text, vocabulary).wishes:
        names = "+".join(str(term[0].values[0]) for term in wish.terms)
        price = f"<{wish.most:g}" if wish.most else f">{wish.least:g}" if wish.least else ""
        found.append(f"{'!' * wish.turned}{names}{price}")
    assert found == read_as


@pytest.mark.parametrize(
    "text",
    [
        "ni blanc ni rouge", "tout sauf rouge", "autre que rouge", "à part le rouge", "plutôt que rouge",
        "weder rot noch blau", "alles außer Rot", "etwas anderes als Rot", "keinerlei Rot", "vermeiden Sie Rot",
        "ni rojo ni azul", "todo menos rojo", "salvo el rojo", "evitar el rojo", "otro color que rojo",
        "né rosso né blu", "tutto tranne il rosso", "eccetto il rosso", "evitare il rosso", "altro che rosso",
        "noch rood noch blauw", "alles behalve rood", "geen rood", "vermijd rood", "liever blauw dan rood",
        "nothing red", "nichts Rotes", "rien de rouge", "niente di rosso", "niets roods",
    ],
)  # fmt: skip
def test_what_other_languages_refuse_is_not_asked_for(vocabularies: dict[str, Vocabulary], text: str) -> None:
    """In a catalogue that says it in English, too."""
    turned = {
        value.lower(): wish.turned
        for wish in read(text, vocabularies["shop"]).wishes
        for meaning in wish.terms[0]
        for value in meaning.values
    }
    assert turned["red"]


@pytest.mark.parametrize(
    "text", ["nothing but red", "rien d'autre que du rouge", "nichts anderes als Rot", "nichts außer Rot", "niente altro che rosso"]
)
def test_nothing_but_that_is_that(vocabularies: dict[str, Vocabulary], text: str) -> None:
    """Twice turned is asked for."""
    [wish] = read(text, vocabularies["shop"]).wishes
    assert not wish.turned


@pytest.mark.parametrize("text", ["pull", "baskets", "a lana top", "rock", "hose", "wit"])
def test_a_word_of_another_language_counts_where_the_catalogue_speaks_it(vocabularies: dict[str, Vocabulary], text: str) -> None:
    """An English catalogue has no French *pull*."""
    assert vocabularies["shop"].languages == frozenset()
    assert all(meaning.values == ("tops",) for wish in read(text, vocabularies["shop"]).wishes for term in wish.terms for meaning in term)


@pytest.mark.parametrize("text", ["gift card", "a card", "for a chap"])
def test_no_slip_makes_a_price_of_an_ordinary_word(vocabularies: dict[str, Vocabulary], text: str) -> None:
    """*Card* is not the Italian *caro*."""
    assert not any(read(text, vocabulary).wishes for vocabulary in vocabularies.values())


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("very good", ["Very good - Pre-owned"]),
        ("shoes in very good condition", ["Very good - Pre-owned+shoes"]),
        ("new with tags", ["New with tags"]),
        ("BNWT", ["New with tags"]),
        ("never worn", ["New with tags/New without tags"]),
        ("black, like new", ["black", "Pre-owned - Excellent/New without tags"]),
        ("jeans, new", ["jeans", "New with tags/New without tags"]),
        ("new jeans", ["New with tags/New without tags+jeans"]),
        ("good", ["Good - Pre-owned"]),
        ("good jeans", ["jeans"]),
        ("not used", ["New with tags/New without tags"]),
        ("vintage 90s jeans", ["vintage+90s+jeans"]),
        ("levis 501", ["Levi's", "501"]),
        ("waterproof", ["waterproof"]),
        ("not vintage", ["!vintage"]),
        ("80s", []),
        ("for a 501 party", []),
        ("jeans 10", ["jeans"]),
        ("doc martens", ["Dr Martens"]),
    ],
)
def test_what_a_second_hand_shop_says_is_read(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path, text: str, read_as: list[str]
) -> None:
    """Conditions by any part of their names and by other words for them, and words and numbers of titles; what is left is told."""
    told = {
        "Vintage 90s Levi's 501 jeans W32": ("Good - Pre-owned", "Levi's"),
        "Black waterproof jacket 10": ("New with tags", None),
        "Dr Martens shoes 6": ("Pre-owned - Excellent", "Dr Martens"),
        "Blue jeans 8": ("New without tags", None),
        "Black shoes 7": ("Very good - Pre-owned", None),
    }
    items = [
        {"id": title, "category": title.split()[-2].lower(), "title": title, "brand": brand}
        | {"attributes": json.dumps({"condition": condition})}
        for title, (condition, brand) in told.items()
    ]
    wishes = read(text, words_of(snapshot_of(items, tmp_path / "worn")))
    found = [
        "!" * wish.turned + "+".join("/".join(value for meaning in term for value in meaning.values) for term in wish.terms)
        for wish in wishes.wishes
    ]
    assert found == read_as
    assert found or wishes.unread or wishes.rest


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sneakers", "Running Shoes"),
        ("trainers", "Running Shoes"),
        ("flats", "Loafers"),
        ("flat shoes", "Loafers"),
        ("pumps", "Court Shoes"),
        ("high heels", "Court Shoes"),
        ("soccer cleats", "Football Boots"),
        ("sandals", "Court Shoes,Football Boots,Loafers,Running Shoes"),
        ("vest", "Waistcoats"),
        ("a dinner jacket", "Suit Jackets"),
        ("tuxedo", "Suit Jackets"),
        ("bikini", "Swimsuit"),
        ("swimwear", "Swimsuit,Swim Shorts"),
        ("jackets", "Suit Jackets"),
        ("no heels", "Football Boots,Loafers,Running Shoes,Suit Jackets,Waistcoats,Swimsuit,Swim Shorts"),
        ("no bikini", "Court Shoes,Football Boots,Loafers,Running Shoes,Suit Jackets,Waistcoats,Swimsuit,Swim Shorts"),
    ],
)
def test_what_nothing_is_called_by_is_what_stands_in_for_it(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path, text: str, found: str
) -> None:
    """By garments alike before all that is worn so, and for whom wears it; size and colour of a variant stand behind its title."""
    names = "Court Shoes,Football Boots,Loafers,Running Shoes,Suit Jackets,Waistcoats,Swimsuit,Swim Shorts"
    items = [
        {"id": name, "category": "Swimwear" if name.startswith("Swim") else name, "title": f"Kent {name}-M-Black"}
        | {"attributes": json.dumps({"gender": "Men" if name == "Swim Shorts" else "Women"})}
        for name in names.split(",")
    ]
    vocabulary = words_of(snapshot_of(items, tmp_path / "instead"))
    so, so_N = vocabulary.rows.so, np.ones(len(items), dtype=np.bool_)
    for wish in read(text, vocabulary).wishes:
        so_N &= wish.turned ^ np.logical_and.reduce([np.logical_or.reduce([so(one) for one in term]) for term in wish.terms])
    assert [items[row]["id"] for row in np.flatnonzero(so_N)] == found.split(",")


def test_of_the_kinds_of_a_garment_the_one_that_is_as_asked_is_opened(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path
) -> None:
    """Party bags are more, and none of them is blue; of what no kind has the larger counts."""
    items = [{"id": f"p{number}", "category": "Bolsos de fiesta", "title": "Bolso rojo"} for number in range(3)]
    items += [{"id": "b1", "category": "Bolsos bandolera", "title": "Bolso azul marino"}, {"id": "t", "category": "Tops", "title": "Top"}]
    snapshot = snapshot_of(items, tmp_path / "bags")
    release = SimpleNamespace(snapshot=snapshot, traits=Traits.of(snapshot))
    asked = [constraints_of(cast("Release", release), text) for text in ("bolso azul marino", "un bolso", "bolso verde")]
    slots = ("Tops", "Bolsos de fiesta")
    assert [one.instead(slots, snapshot.rows_in) for one in asked] == [{"Bolsos de fiesta": "Bolsos bandolera"}, {}, {}]
    assert [one.named((), snapshot.rows_in) for one in asked] == [["Bolsos bandolera"], ["Bolsos de fiesta"], ["Bolsos de fiesta"]]


MAY = ("Ties,Bow Ties", "Ties", "Bow Ties")


def test_a_dress_code_is_worn_with_what_there_is(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """Bow ties where something may be suggested of them; a tie that is black is asked for by itself."""
    items = [{"id": name, "category": name, "title": f"Black {name}"} for name in ("Ties", "Bow Ties", "Shoes")]
    snapshot = snapshot_of(items, tmp_path / "dressed")
    release = SimpleNamespace(snapshot=snapshot, traits=Traits.of(snapshot))
    wedding, tie = (constraints_of(cast("Release", release), text) for text in ("black tie wedding", "a black tie"))
    had = {may: lambda name, may=may: snapshot.rows_in(name) if name in may.split(",") else snapshot.rows_in(name)[:0] for may in MAY}
    assert [wedding.named((), rows_in) for rows_in in had.values()] == [["Bow Ties"], [], ["Bow Ties"]]
    assert [tie.named((), rows_in) for rows_in in had.values()] == [["Ties"], ["Ties"], ["Ties"]]
    assert not wedding.asks


def test_rain_asks_for_what_keeps_it_off(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """A rain jacket where no garment is asked for; of those that are asked for the one for rain, and no sandals."""
    titles = {"Jackets": "Rain Jacket;Down Jacket", "Shoes": "Boots Waterproof;Sandals", "Tops": "T-Shirt"}
    items = [{"id": title, "category": name, "title": title} for name, some in titles.items() for title in some.split(";")]
    snapshot = snapshot_of(items, tmp_path / "rain")
    release = SimpleNamespace(snapshot=snapshot, traits=Traits.of(snapshot))

    def asked(text: str) -> tuple[list[str], list[list[str]]]:
        steering = constraints_of(cast("Release", release), text)
        kept = [steering.kept(snapshot.rows_in(name))[0] for name in ("Jackets", "Shoes")]
        return steering.named((), snapshot.rows_in), [[items[row]["id"] for row in rows] for rows in kept]

    wet = [["Rain Jacket"], ["Boots Waterproof"]]
    assert asked("for a walk in the rain") == asked("bei Regen") == (["Jackets"], wet)
    assert asked("a rain jacket") == (["Jackets"], wet)
    assert asked("rain boots")[0] == ["Shoes"]


def test_an_occasion_moves_kinds(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """T-shirts and sneakers to shirts and shoes that suit it, and to the gym back; what is asked for, and what is no garment, stays."""
    worn_as = {"T-Shirts": "top", "Shirts": "top", "Sneakers": "footwear", "Formal Shoes": "footwear", "Watches": "watch"}
    snapshot = snapshot_of([{"id": name, "category": name, "title": f"Men {name}"} for name in worn_as], tmp_path / "moved")
    release = SimpleNamespace(snapshot=snapshot, traits=Traits.of(snapshot))

    def dressed(text: str, *slots: str) -> dict[str, str]:
        return constraints_of(cast("Release", release), text).dressed(slots, snapshot.rows_in, worn_as)

    office = {"T-Shirts": "Shirts", "Sneakers": "Formal Shoes"}
    assert dressed("for the office", "T-Shirts", "Sneakers", "Watches") == dressed("fürs Büro", "T-Shirts", "Sneakers") == office
    assert dressed("for a wedding", "Shirts", "Formal Shoes") == dressed("black", "T-Shirts") == {}
    assert dressed("for the gym", "Shirts", "Formal Shoes") == {"Shirts": "T-Shirts", "Formal Shoes": "Sneakers"}
    assert dressed("a t-shirt for the office", "T-Shirts", "Sneakers") == {"Sneakers": "Formal Shoes"}


def test_a_garment_before_a_garment_is_what_titles_say_of_it(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path
) -> None:
    """Where no category has both: a tuxedo shirt is no shirt of any kind, and no tuxedo."""
    items = [("a", "Tuxedos", "Black tuxedo"), ("b", "Shirts", "Pleated tuxedo shirt"), ("c", "Shirts", "Oxford shirt")]
    snapshot = snapshot_of([{"id": one, "category": name, "title": title} for one, name, title in items], tmp_path / "pleated")
    release = SimpleNamespace(snapshot=snapshot, traits=Traits.of(snapshot))
    asked = constraints_of(cast("Release", release), "a tuxedo shirt")
    assert asked.kept(snapshot.rows_in("Shirts"))[0].tolist() == [1]


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("for a funeral", "Chinos,Jeans,Sneakers,Tuxedos"),
        ("business casual", "Jeans,Sneakers,Ties,Tuxedos"),
        ("smart-casual", "Ties,Tuxedos"),
        ("for the office", "Sneakers,Tuxedos"),
        ("for a wedding", "Jeans,Sneakers"),
    ],
)
def test_how_dressed_one_comes_is_no_jeans_and_no_tuxedo(
    text: str, never: str, snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path
) -> None:
    """Two words may say it together; a tuxedo is for the evening."""
    names = ["Chinos", "Jeans", "Oxfords", "Shirts", "Sneakers", "Ties", "Tuxedos"]
    snapshot = snapshot_of([{"id": name, "category": name, "title": name} for name in names], tmp_path / "coded")
    release = SimpleNamespace(snapshot=snapshot, traits=Traits.of(snapshot))
    suited = constraints_of(cast("Release", release), text).suited
    assert suited is not None
    assert [name for row, name in enumerate(snapshot.items.column("category").to_pylist()) if suited.never_N[row]] == never.split(",")


def test_a_short_dress_is_no_shorts(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """What a title calls otherwise than it is worn says nothing; a title says it where the category does not."""
    items = [
        ("a", "all-body", "Short Dress"),
        ("b", "bottoms", "Blue Shorts"),
        ("c", "tops", "Cotton T-Shirt"),
        ("d", "tops", "Oxford Shirt"),
    ]
    snapshot = snapshot_of([{"id": one, "category": name, "title": title} for one, name, title in items], tmp_path / "short")
    release = SimpleNamespace(snapshot=snapshot, traits=Traits.of(snapshot))
    suited = constraints_of(cast("Release", release), "for a wedding").suited
    assert suited is not None
    assert suited.suits_N.tolist() == [True, False, False, True]
    assert suited.never_N.tolist() == [False, True, True, False]


def test_a_sport_suits_what_is_for_it(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """And what is for another does not, nor what one dresses up in; what is for none is neither."""
    titles = {"a": "Hiking trousers", "b": "Ski pants", "c": "Joggers", "d": "Suit trousers"}
    snapshot = snapshot_of([{"id": one, "category": "Trousers", "title": title} for one, title in titles.items()], tmp_path / "sports")
    release = SimpleNamespace(snapshot=snapshot, traits=Traits.of(snapshot))
    suited = constraints_of(cast("Release", release), "something for a hike").suited
    assert suited is not None
    assert (suited.suits_N.tolist(), suited.never_N.tolist()) == ([True, False, False, False], [False, True, False, True])


def test_nearest_is_what_is_so_by_most_terms() -> None:
    """Of some rows; none where no row is so by any."""
    asked = Steering(terms=(np.array([True, True, False, False]), np.array([False, True, True, False])))
    found = [asked.nearest(np.array(rows, dtype=np.int64)).tolist() for rows in ([0, 1, 2, 3], [0, 2, 3], [3], [])]
    assert found == [[1], [0, 2], [], []]


def test_what_nothing_is_called_by_is_not_left_out(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """Who wants no heels may be shown shoes; asked for, heels are shoes."""
    items = [{"id": "a", "category": "Shoes", "title": "Lili"}, {"id": "b", "category": "Tops", "title": "Mia"}]
    vocabulary = words_of(snapshot_of(items, tmp_path / "uncalled"))
    refused, asked = read("no heels, no shoes", vocabulary), read("heels", vocabulary)
    assert [wish.said for wish in refused.wishes] == ["no shoes"]
    assert refused.against == ("heels",)
    assert asked.wishes[0].categories == ("Shoes",)


@pytest.mark.parametrize(
    "text",
    [
        "over the knee",
        "a 90s look",
        "24 hours",
        "size 42",
        "I am 30",
        "jeans 30-32",
        "size 36-46",
        "trousers 30",
        "1920-1930",
        "Größe 36 bis 40",
        "taille 36 à 40",
    ],
)
def test_a_number_is_not_a_price_by_itself(text: str) -> None:
    """Nor is a word that some price has before it."""
    assert not list(prices_in(text))


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("shoes under 1.000 €", None, 1000),
        ("under 1.000,50", None, 1000.5),
        ("under 1 000 euros", None, 1000),
        ("under 1\u202f000", None, 1000),
        ("under 1\u00a0000,50 kr", None, 1000.5),
        ("under 1'000", None, 1000),
        ("over 1.299.000", 1299000, None),
        ("under 12,50", None, 12.5),
        ("under 80, 100% cotton", None, 80),
        ("under 80 100 cm", None, 80),
        ("under 50usd", None, 50),
        ("priced 80-100", 80, 100),
        ("price 1.000 to 1.500", 1000, 1500),
        ("trousers 30-50", 30, 50),
        ("trousers 30 to 50", 30, 50),
        ("dresses 30\N{EN DASH}50 €", 30, 50),
        ("trousers under 50 in black", None, 50),
        ("jusqu'à 40 €", None, 40),
        ("en dessous de 40 €", None, 40),
        ("inférieur à 40", None, 40),
        ("rien de plus de 40 €", None, 40),
        ("entre 30 et 60 euros", 30, 60),
        ("30 à 60 €", 30, 60),
        ("à partir de 40 €", 40, None),
        ("40 € ou moins", None, 40),
        ("bis zu 40 €", None, 40),
        ("zwischen 30 und 60 Euro", 30, 60),
        ("nicht mehr als 40 €", None, 40),
        ("ab 40 €", 40, None),
        ("hasta 40 €", None, 40),
        ("entre 30 y 60", 30, 60),
        ("más de 40 €", 40, None),
        ("fino a 40 €", None, 40),
        ("sotto i 40 euro", None, 40),
        ("tot 40 euro", None, 40),
        ("tussen 30 en 60", 30, 60),
    ],
)
def test_prices_are_read_as_they_are_written_in_europe(text: str, least: float | None, most: float | None) -> None:
    """Points, spaces of any width and apostrophes part thousands."""
    assert [(price.least, price.most) for price in prices_in(text)] == [(least, most)]


@pytest.mark.parametrize("text", ["under 1.2345", "under 1,2345 €", "under 5kg", "under 30 in", "under 30 in long"])
def test_what_is_no_price_is_not_read_in_part(text: str) -> None:
    """Half a number would be another price."""
    assert not list(prices_in(text))


@pytest.mark.parametrize(
    ("text", "currencies"),
    [
        ("under ¥5000", "CNY JPY"),
        ("under 50 yen", "JPY"),
        ("50 CAD or less", "CAD"),
        ("under C$50", "CAD"),
        ("under us$50", "USD"),
        ("under 50 kr.", "CZK DKK ISK NOK SEK"),
        ("under 50", ""),
        ("under 50 all black", ""),
    ],
)
def test_a_named_currency_is_read(text: str, currencies: str) -> None:
    """All that a sign may stand for."""
    [price] = prices_in(text)
    assert " ".join(sorted(price.currencies)) == currencies


def test_a_price_in_another_currency_is_not_applied(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """It is told, with the currencies that there are, of columns and attributes; a catalogue that tells none takes any."""
    shoes = {"category": "shoes", "title": "Boots", "price": 40.0}
    told = [
        {**shoes, "id": "a", "currency": "EUR", "attributes": None},
        {**shoes, "id": "b", "attributes": json.dumps({"currency": "sek"})},
    ]
    euros = words_of(snapshot_of(told, tmp_path / "told"))
    for text in ("under $50", "under ¥5000", "under 50 CAD", "budget $50"):
        wishes = read(text, euros)
        assert (wishes.wishes, wishes.budget, wishes.rest, wishes.unread) == ((), None, (), ())
        assert wishes.foreign == (f"{text} (not applied: prices here are in EUR, SEK)",)
    for text in ("under 50", "under 50 €", "under 50 SEK", "under 50 crowns"):
        [wish] = read(text, euros).wishes
        assert wish.most == 50
    [wish] = read("under $50", words_of(snapshot_of([{**shoes, "id": "a"}], tmp_path / "untold"))).wishes
    assert wish.most == 50


def test_people_are_named_by_what_tells_for_whom(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path) -> None:
    """Of a merchant's feed "girls" is no value, and "female" is girls', too; who wants nothing for men may be offered what is for all."""
    told = {
        "woman": ("female", "adult"),
        "girl": ("female", "kids"),
        "boy": ("male", "kids"),
        "man": ("male", "adult"),
        "all": ("unisex", "adult"),
    }
    items = [
        {"id": name, "category": "tops", "title": "Shirt", "attributes": json.dumps({"gender": gender, "age_group": age})}
        for name, (gender, age) in told.items()
    ]
    vocabulary = words_of(
        snapshot_of([*items, {"id": "titled", "category": "tops", "title": "Girls' shirt", "attributes": None}], tmp_path / "whom")
    )

    def left(text: str) -> set[str]:
        [wish] = read(text, vocabulary).wishes
        so_N = np.logical_and.reduce([vocabulary.rows.so(meaning, turned=wish.turned) for [meaning] in wish.terms])
        return {name for name, so in zip([*told, "titled"], so_N, strict=True) if so != wish.turned}

    assert left("for girls") == {"girl", "titled"}
    assert left("for women") == {"woman", "all"}
    assert left("für Damen") == {"woman", "all"}
    assert left("kids") == {"girl", "boy", "titled"}
    assert left("nothing for men") == {"woman", "girl", "boy", "all", "titled"}


@pytest.mark.parametrize(
    ("text", "terms"), [("black or by Okra", ["colour brand"]), ("black and Okra", ["colour", "brand"]), ("red linen", ["colour", "title"])]
)
def test_or_joins_what_is_of_different_kinds(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path, text: str, terms: list[str]
) -> None:
    """Either will do; "and" asks for both."""
    items = [
        {"id": str(at), "category": "tops", "title": "Linen shirt", "brand": "Okra", "attributes": json.dumps({"colour": colour})}
        for at, colour in enumerate(["Black", "Red"])
    ]
    wishes = read(text, words_of(snapshot_of(items, tmp_path / "either"))).wishes
    found = [" ".join(meaning.field.removeprefix("attributes.") for meaning in meanings) for wish in wishes for meanings in wish.terms]
    assert found == terms


def test_a_change_of_the_catalogue_is_a_change_of_its_words(
    snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path: Path
) -> None:
    """An item that came since names new things; a vocabulary is made once for each state."""
    base = snapshot_of([{"id": "a", "category": "shoes", "title": "Red boots", "brand": "Tarn"}], tmp_path / "base")
    assert read("by Ostara", words_of(base)).rest == ("Ostara",)
    row = np.ones((1, 4), dtype=np.float32)
    items = base.take([0]).set_column(0, "id", [["b"]]).set_column(base.items.column_names.index("brand"), "brand", [["Ostara"]])
    later = Overlay.over(base, Segment(items, row, row, ()))
    [wish] = read("by Ostara", words_of(later)).wishes
    assert wish.terms[0][0].values == ("Ostara",)
    assert words_of(later) is words_of(later)
    assert words_of(later).rows.mask("brand", ("Ostara",)).tolist() == [False, True]


def test_what_need_not_be_so_is_told(vocabularies: dict[str, Vocabulary]) -> None:
    """In the shopper's words, of each wish that is not asked of it."""
    wishes = read("black under 50, except the coat and my bag, no wool", vocabularies["shop"]).wishes
    left_out = "except the coat and my bag"
    assert [wish.said for wish in wishes] == [f"black {left_out}", "no wool", f"under 50 {left_out}"]
    assert [wish.but for wish in wishes] == [("outerwear", "bags"), (), ("outerwear", "bags")]
