"""Words that are shared: by languages, by words joined with a hyphen, by people and by titles; and what nobody understood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.release.traits import Traits
from app.words.forms import fold, one_form
from app.words.vocabulary import Vocabulary
from app.words.wishes import read
from index.snapshot import Snapshot
from models.datasets.audience import WORDS

Snapshots = Callable[[list[dict[str, Any]], Path], Snapshot]


@pytest.mark.parametrize(("name", "language"), [("loja", "pt"), ("sklep", "pl"), ("butik", "sv"), ("boutique", "fr"), ("laden", "de")])
def test_a_catalogue_speaks_its_language_alone(vocabularies: dict[str, Vocabulary], name: str, language: str) -> None:
    """What a neighbour shares with it does not tell the neighbour."""
    assert vocabularies[name].languages == {language}


def test_letters_that_are_no_accents_fold_too() -> None:
    """As they are typed without them; *ñ* stays."""
    assert [fold(word) for word in ("Macacão", "calções", "żółty", "Ł", "kjøle", "niña")] == [
        "macacao",
        "calcoes",
        "zolty",
        "l",
        "kjole",
        "niña",
    ]


def test_forms_are_one_word_and_no_english_one_changes() -> None:
    """Polish cases and genders, Swedish articles; what English shares keeps its own."""
    assert {one_form(word) for word in ("sukienka", "sukienki", "sukienkę", "sukienek")} == {"sukienka"}
    assert {one_form(word) for word in ("czarny", "czarną", "czarnego")} == {"czarny"}
    assert {one_form(word) for word in ("byxa", "byxor", "byxorna")} == {"byxa"}
    assert [one_form(word) for word in ("dress", "slips", "sneakers", "but", "pyjamas")] == ["dress", "slip", "sneaker", "but", "pyjama"]


def test_a_word_of_two_languages_is_what_it_is_here(tmp_path: Path, snapshot_of: Snapshots) -> None:
    """A Swedish *rock* is a coat, a German *Rock* a skirt."""
    titles = ["Svart rock", "Röd kjol", "Blå skjorta", "Vita byxor"]
    snapshot = snapshot_of([{"id": str(at), "category": "all", "title": title} for at, title in enumerate(titles)], tmp_path)
    found = Vocabulary(snapshot, Traits.of(snapshot))
    (skirt,) = found.alike("skirt")
    assert found.languages == {"sv"}
    assert skirt.values == ("kjol",)


def test_who_is_told_by_a_title_where_attributes_tell_the_age(tmp_path: Path, snapshot_of: Snapshots) -> None:
    """A man is not shown what its title says is for women; what says neither he is."""
    items = [
        {"id": title, "category": "Skor", "title": title, "attributes": '{"age_group": "adult"}'}
        for title in ("Skor dam", "Skor herr", "Skor")
    ]
    snapshot = snapshot_of(items, tmp_path)
    rows = Vocabulary(snapshot, Traits.of(snapshot)).rows.for_whom(WORDS["herr"])
    assert rows is not None
    assert [items[row]["id"] for row in rows.nonzero()[0]] == ["Skor herr", "Skor"]


def test_what_may_be_refused_is_not_asked_where_no_language_is_known(vocabularies: dict[str, Vocabulary]) -> None:
    """In Finnish, *ilman* is "without"; long words, and those of titles, say something else."""
    found = read("mekko ilman kukkia", vocabularies["kauppa"])
    assert (found.unread, found.rest) == (("kukkia",), ("ilman",))
    assert vocabularies["kauppa"].may_turn(["musta", "juhlallinen", "mekko"]) == frozenset()
    assert vocabularies["boutique"].may_turn(["robe", "xyz", "noire"]) == frozenset()


def test_what_stands_before_a_word_that_may_refuse_is_not_asked_where_nothing_follows(vocabularies: dict[str, Vocabulary]) -> None:
    """In a language that is not known; the garment that it is of stays."""
    found = read("Kengät korko ilman", vocabularies["kauppa"])
    assert (found.unread, found.rest, [wish.said for wish in found.wishes]) == (("korko",), ("ilman",), ["Kengät"])


def test_chinese_is_not_taken_for_japanese(vocabularies: dict[str, Vocabulary]) -> None:
    """They share colours; only Japanese has kana."""
    assert (vocabularies["dian"].languages, vocabularies["mise"].languages) == (frozenset[str](), frozenset({"ja"}))


def test_what_is_called_without_something_has_none(tmp_path: Path, snapshot_of: Snapshots) -> None:
    """A title that says "without" is not of what it says so of."""
    titles = ["Beha zonder beugel", "Beha met beugel", "Beha"]
    snapshot = snapshot_of([{"id": title, "category": "Beha's", "title": title} for title in titles], tmp_path)
    assert Vocabulary(snapshot, Traits.of(snapshot)).rows.mask("title", ("beugel",)).tolist() == [False, True, False]


def test_a_short_word_is_no_slip_of_an_english_one_abroad(tmp_path: Path, snapshot_of: Snapshots) -> None:
    """*Lage* is Dutch for low, and no lace."""
    items = [{"id": title, "category": "Jurken", "title": title} for title in ("Jurk van kant", "Rode jurk")]
    snapshot = snapshot_of(items, tmp_path)
    found = read("lage jurk", Vocabulary(snapshot, Traits.of(snapshot)))
    assert (found.rest, len(found.wishes)) == (("lage",), 1)
