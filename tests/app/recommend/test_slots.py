"""Which slots an outfit lacks, as the service asks the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import Question
from app.recommend.consistent import IN_PLACE
from app.recommend.outfit import resolve
from app.recommend.slots import NOTHING_KNOWN, Slot, as_wished, choose_slots
from app.release.release import Release
from index.columns import Filter
from index.selection import Selection, but
from models.compatibility.people import People
from models.compatibility.slots import SlotModel
from models.datasets.labels import PieceLabels
from models.training.slots import Outfits, Wording, fit_slots


def fitted(outfits: Outfits, validation: Outfits = ()) -> SlotModel:
    """A model of outfits, which several tests ask; none changes it."""
    return _fitted(tuple(map(tuple, outfits)), tuple(map(tuple, validation)))


@cache
def _fitted(outfits: Outfits, validation: Outfits) -> SlotModel:
    return fit_slots(outfits, validation=validation)


def asks(word: str) -> SlotModel:
    """A model of outfits in which tops with this word are worn with a bag, others without."""
    outfits = [["tops", "shoes", "bags"], ["tops", "shoes"]] * 500
    texts = [[word, "", ""], ["", ""]] * 500
    wording = Wording(words=(word,), outfits=texts[:800], validation=texts[800:])
    return fit_slots(outfits[:800], validation=outfits[800:], wording=wording)


def test_what_the_worn_items_are_says_which_slots_are_missing(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tops of every other brand go with a bag, and the service tells the model which those are."""
    monkeypatch.setattr(release.bundle, "slots", asks("brand=northwind"))
    chosen = [choose_slots(release, resolve(release, [f"tops-{number}"], Limits()), None, Limits()).categories for number in range(10)]
    assert sum("bags" in categories for categories in chosen[1::2]) >= 3
    assert sum("bags" in categories for categories in chosen[::2]) == 0


def test_the_best_guess_of_alike_items_is_one(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two in three tops go with shoes, others with a bag: varied slots are both, by the item, and the likely ones shoes for each."""
    outfits = [["tops", "shoes"], ["tops", "shoes"], ["tops", "bags"]] * 200
    monkeypatch.setattr(release.bundle, "slots", fitted(outfits[:500], validation=outfits[500:]))
    tops = [resolve(release, [f"tops-{number}"], Limits()) for number in range(12)]
    assert {choose_slots(release, top, None, Limits()).categories for top in tops} == {("shoes",), ("bags",)}
    assert {choose_slots(release, top, None, Limits(), varied=False).categories for top in tops} == {("shoes",)}


def test_a_slot_of_which_nothing_suits_gives_way(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tops go with shoes, or with a bag; of the two the one that has something for the season, and where neither has, either."""
    outfits = [["tops", "shoes"], ["tops", "shoes"], ["tops", "bags"]] * 200
    monkeypatch.setattr(release.bundle, "slots", fitted(outfits[:500], validation=outfits[500:]))
    top, count = resolve(release, ["tops-1"], Limits()), len(release.snapshot.items)

    def chosen(*unsuited: str) -> Sequence[str]:
        rather = Selection(count, (but(count, np.concatenate([release.snapshot.rows_in(name) for name in unsuited])),))
        return choose_slots(release, top, None, Limits(), rather=rather, varied=False).categories

    assert chosen("bags") == ("shoes",)
    assert chosen("shoes") == ("bags",)
    assert chosen("shoes", "bags") == ("shoes",)


def test_what_is_named_takes_the_place_of_what_is_never_worn_with_it(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wears two pairs of shoes (here: shoes and a bag): who names one of them is not offered the other, but all the rest."""
    outfits = [["tops", "shoes", "bottoms"], ["tops", "shoes", "bottoms"], ["tops", "bags", "bottoms"]] * 200
    monkeypatch.setattr(release.bundle, "slots", fitted(outfits[:500], validation=outfits[500:]))

    def asked(text: str) -> set[str]:
        return {slot.category for slot in complete(release, Question(items=("tops-1",), text=text, slots_varied=False), Limits()).slots}

    assert asked("") == {"shoes", "bottoms"}
    assert asked("shoes") == {"shoes", "bottoms"}
    assert asked("a bag") == {"bags", "bottoms"}


def test_what_is_named_takes_the_place_of_what_is_worn_as_it_is(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what its words say that it is worn as, where no outfits were learned from."""
    monkeypatch.setattr(release.bundle, "slots", fitted([["hats", "belts"]] * 20, validation=[["hats", "belts"]] * 5))
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    for name, label in (("shoes", 1), ("bags", 1), ("bottoms", 2)):
        label_N[release.snapshot.rows_in(name)] = label
    labels = (PieceLabels("top"), PieceLabels("footwear"), PieceLabels("bottom"))
    known = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))
    worn = resolve(known, ["tops-1"], Limits())
    assert {*choose_slots(known, worn, None, Limits()).categories} & {"shoes", "bags"}
    assert choose_slots(known, worn, None, Limits(), beside=["shoes"]).categories == ("bottoms",)


def test_a_jewellers_necklace_asks_for_another_kind(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any outfits: of the category with most others, and with two kinds it is complete."""
    monkeypatch.setattr(release.bundle, "slots", fitted([["hats", "belts"]] * 20, validation=[["hats", "belts"]] * 5))
    label_N = np.zeros_like(release.traits.label_N)
    jeweller = replace(release, traits=replace(release.traits, labels=(PieceLabels("jewellery"),), label_N=label_N))
    most = max((name for name in jeweller.snapshot.categories if name != "tops"), key=jeweller.snapshot.sizes.__getitem__)
    chosen = choose_slots(jeweller, resolve(jeweller, ["tops-1"], Limits()), None, Limits())
    assert (chosen.categories, chosen.complete) == ((most,), False)
    both = resolve(jeweller, ["tops-1", f"{most}-1"], Limits())
    assert choose_slots(jeweller, both, None, Limits()).complete


def test_what_takes_the_place_of_a_worn_piece_is_not_suggested(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not from a category of several kinds, nor in two slots of one look; who names the slot is told, and who wants no care sees all."""
    outfits = [["tops", "bottoms", "shoes", "bags"]] * 100
    apart = frozenset({("bottom", "bottom"), ("footwear", "footwear")})
    slots = replace(fitted(outfits[:80], validation=outfits[80:]), apart=apart)
    monkeypatch.setattr(release.bundle, "slots", slots)
    label_N = np.zeros_like(release.traits.label_N)
    for name, label in (("tops", 1), ("bottoms", 2), ("shoes", 3), ("bags", 3)):
        label_N[release.snapshot.rows_in(name)] = label
    label_N[release.snapshot.rows_in("bottoms")[::2]] = 4
    labels = tuple(map(PieceLabels, (None, "top", "bottom", "footwear", "full-body")))
    shop = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))
    trousers = next(item for item in ("bottoms-0", "bottoms-1") if shop.traits.of_row(shop.snapshot.row_of[item]).role == "bottom")

    def roles(rows: Iterable[int]) -> set[str | None]:
        return {shop.traits.of_row(row).role for row in rows}

    answer = complete(shop, Question(items=(trousers,), looks=3), Limits())
    assert [slot.category for slot in answer.slots].count("shoes") + [slot.category for slot in answer.slots].count("bags") == 1
    assert "bottom" not in roles(row for look in answer.looks for row in look.rows)
    dresses, everything = (
        roles(
            one.row
            for one in complete(shop, Question(items=(trousers,), slots=("bottoms",), consistent=consistent), Limits()).slots[0].items
        )
        for consistent in (True, False)
    )
    assert (dresses, everything) == ({"full-body"}, {"bottom", "full-body"})
    both = complete(shop, Question(items=("shoes-1",), slots=("bags",)), Limits()).slots[0]
    assert (roles(one.row for one in both.items), both.fallback) == ({"footwear"}, IN_PLACE)


def test_a_category_of_which_nothing_is_free_is_no_slot(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what may be suggested: leather shorts of a category of shorts and dresses ask for nothing of it where the dresses are women's."""
    slots = fitted([["bottoms", "bottoms", "shoes"]] * 80, validation=[["bottoms", "bottoms", "shoes"]] * 20)
    monkeypatch.setattr(release.bundle, "slots", replace(slots, apart=frozenset({("bottom", "bottom")})))
    label_N = np.zeros_like(release.traits.label_N)
    rows, dresses = release.snapshot.rows_in("bottoms"), release.snapshot.rows_in("bottoms")[1::2]
    label_N[rows] = 1
    label_N[dresses] = 2
    labels = (PieceLabels(), PieceLabels("bottom"), PieceLabels("full-body"))
    shop = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))
    shorts = resolve(shop, [str(shop.snapshot.items.column("id")[int(rows[0])])], Limits())
    assert {*choose_slots(shop, shorts, None, Limits()).categories} == {"bottoms", "shoes"}
    may = Selection(len(label_N), (but(len(label_N), dresses),))
    assert choose_slots(shop, shorts, None, Limits(), may).categories == ("shoes",)


def test_of_a_category_of_dresses_and_skirts_a_top_asks_for_skirts(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what has no top for dresses; a single piece whose words mislead makes no category of two kinds."""
    outfits = [["tops", "bottoms", "shoes"], ["bottoms", "shoes"]] * 50
    monkeypatch.setattr(release.bundle, "slots", fitted(outfits[:80], validation=outfits[80:]))
    label_N = np.zeros_like(release.traits.label_N)
    rows = release.snapshot.rows_in("bottoms")
    label_N[rows] = 1
    label_N[rows[::2]] = 2
    label_N[release.snapshot.rows_in("tops")] = 3
    labels = (PieceLabels(), *map(PieceLabels, ("bottom", "full-body", "top")))

    def asked(item: str, label_N: Any) -> Slot:
        shop = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))
        may = Selection(len(label_N), (but(len(label_N), release.snapshot.rows_in("tops")),)) if item == "shoes-1" else None
        slots = choose_slots(shop, resolve(shop, [item], Limits()), None, Limits(), may, varied=False).slots
        return next(slot for slot in slots if slot.category == "bottoms")

    assert (asked("tops-1", label_N).role, asked("shoes-1", label_N).role) == ("bottom", "full-body")
    label_N = label_N.copy()
    label_N[rows[::2]], label_N[rows[0]] = 1, 2
    assert asked("shoes-1", label_N).role is None


def test_what_was_promised_holds_though_nobody_wears_two(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """That a second bag is out of the question changes nothing of the outfit that the first piece has in mind."""
    outfits = [["tops", "shoes"], ["tops", "bags", "shoes"], ["tops", "bottoms", "shoes"], ["tops", "bags", "bottoms", "shoes"]] * 100
    apart = frozenset({("bag", "bag"), ("bottom", "bottom"), ("footwear", "footwear")})
    monkeypatch.setattr(release.bundle, "slots", replace(fitted(outfits[:300], validation=outfits[300:]), apart=apart))
    label_N = np.zeros_like(release.traits.label_N)
    names = {"tops": "top", "bottoms": "bottom", "shoes": "footwear", "bags": "bag"}
    for label, name in enumerate(names, 1):
        label_N[release.snapshot.rows_in(name)] = label
    labels = (PieceLabels(), *map(PieceLabels, names.values()))
    shop = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))
    for number in range(12):
        worn = [f"tops-{number}"]
        promised = choose_slots(shop, resolve(shop, worn, Limits()), None, Limits()).categories
        for at, name in enumerate(promised, 1):
            worn.append(f"{name}-{number}")
            assert choose_slots(shop, resolve(shop, worn, Limits()), None, Limits()).categories == promised[at:]


def test_the_texts_of_rows_are_those_of_training(release: Release) -> None:
    """In their order; what is no row of the catalogue has none."""
    rows = [release.snapshot.row_of[item] for item in ("tops-1", "shoes-1")]
    one, two = release.texts([rows[0]])[0], release.texts([rows[1]])[0]
    assert release.texts([rows[1], None, rows[0]]) == [two, "", one]
    assert one != two
    assert release.texts([None]) == [""]


def test_what_no_word_says_the_role_of_is_not_complete(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was learned of it either: no slot, and the reason; slots that are wished come without it."""
    monkeypatch.setattr(release.bundle, "slots", fitted([["hats", "belts"]] * 20, validation=[["hats", "belts"]] * 5))
    worn = replace(resolve(release, ["tops-1"], Limits()), labels=(PieceLabels(),))
    chosen = choose_slots(release, worn, None, Limits())
    assert (chosen.slots, chosen.note, chosen.complete) == ((), NOTHING_KNOWN, False)
    wished = as_wished(chosen, ["shoes"], (), Limits())
    assert (wished.categories, wished.note, wished.unknown) == (("shoes",), None, None)


def test_a_usual_slot_is_of_a_category_that_has_something_to_suggest(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two kinds of footwear the one that is in stock, though it has fewer items; with nothing of either, the larger."""
    monkeypatch.setattr(release.bundle, "slots", fitted([["hats", "belts"]] * 20, validation=[["hats", "belts"]] * 5))
    shoes, bags = (release.snapshot.rows_in(name) for name in ("shoes", "bags"))
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    label_N[np.concatenate([shoes, bags[:-1]])] = 1
    traits = replace(release.traits, labels=(PieceLabels("top"), PieceLabels("footwear")), label_N=label_N)
    known = replace(release, traits=traits)
    worn = resolve(known, ["tops-1"], Limits())

    def chosen(rows: Sequence[int]) -> Sequence[str]:
        return choose_slots(known, worn, None, Limits(), Selection(len(label_N), (but(len(label_N), rows),))).categories

    assert chosen(shoes) == ("bags",)
    assert chosen([]) == chosen([*shoes, *bags]) == ("shoes",)


def test_what_was_bought_together_is_completed_to_an_outfit(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who buys tops with bags wears shoes and trousers as well; whole outfits of the same pieces would say that nobody does."""
    learned = fitted([["tops", "bags"], ["shoes", "bottoms"]] * 200, validation=[["tops", "bags"]] * 20)
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    for label, name in enumerate(("tops", "shoes", "bottoms")):
        label_N[release.snapshot.rows_in(name)] = label + 1
    labels = (PieceLabels("bag"), PieceLabels("top"), PieceLabels("footwear"), PieceLabels("bottom"))
    known = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))

    def chosen(*items: str) -> tuple[Sequence[str], bool | None]:
        slots = choose_slots(known, resolve(known, items, Limits()), None, Limits())
        return sorted(slots.categories), slots.complete

    monkeypatch.setattr(release.bundle, "slots", learned)
    assert chosen("tops-1") == (["bags"], False)
    assert chosen("tops-1", "bags-1") == ([], True)
    monkeypatch.setattr(release.bundle, "slots", replace(learned, dressed=True))
    assert chosen("tops-1") == (["bags", "bottoms", "shoes"], False)
    assert chosen("tops-1", "bags-1") == (["bottoms", "shoes"], False)
    assert chosen("tops-1", "bags-1", "bottoms-1", "shoes-1") == ([], True)
    looks = [["tops", "bags"]] * 9 + [["bottoms", "shoes"]] * 9
    monkeypatch.setattr(release.bundle, "slots", replace(learned.counting(looks), dressed=True))
    assert chosen("tops-1") == (["bags"], False), "half of the whole outfits have trousers and shoes, none of nine with a top has"
    monkeypatch.setattr(release.bundle, "slots", replace(learned.counting(looks[6:12]), dressed=True))
    assert chosen("tops-1") == (["bags", "bottoms", "shoes"], False), "three may lack them by chance"


def test_a_piece_that_no_word_names_lacks_what_some_outfit_has_beside_it(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dresses in a language that nobody knows are bought with shoes or alone, never with the trousers that words know."""
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    for label, name in enumerate(("tops", "shoes", "bottoms")):
        label_N[release.snapshot.rows_in(name)] = label + 1
    labels = (PieceLabels(), PieceLabels("top"), PieceLabels("footwear"), PieceLabels("bottom"))
    known = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))
    parts = [["tops", "bottoms"], ["tops", "shoes"], ["bottoms", "shoes"]] * 60 + [["bags", "shoes"]]
    for outfits, lacking in ((parts, ["shoes"]), ([*parts, ["bags", "bottoms"]], ["bottoms", "shoes"])):
        monkeypatch.setattr(release.bundle, "slots", replace(fitted(outfits, validation=[["tops", "bottoms"]] * 20), dressed=True))
        chosen = choose_slots(known, resolve(known, ["bags-1"], Limits()), None, Limits(), varied=False)
        assert sorted(chosen.categories) == lacking


def test_nothing_is_asked_for_that_these_people_cannot_wear(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """A man's watch in a shop whose clothes are women's; for a woman's the same shop has a top, trousers and shoes."""
    monkeypatch.setattr(release.bundle, "slots", fitted([["hats", "belts"]] * 20, validation=[["hats", "belts"]] * 5))
    women, label_N = "women adult", np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    for label, name in enumerate(("tops", "shoes", "bottoms")):
        label_N[release.snapshot.rows_in(name)] = label + 1
    labels = (PieceLabels("watch"), *(PieceLabels(role, women) for role in ("top", "footwear", "bottom")))
    known = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))
    hers, his = (replace(resolve(known, ["bags-1"], Limits()), labels=(PieceLabels("watch", whom),)) for whom in (women, "men adult"))
    assert {"tops", "bottoms", "shoes"} <= {*choose_slots(known, hers, None, Limits()).categories}
    assert choose_slots(known, his, None, Limits()).complete


def test_an_essential_is_of_the_category_that_is_worn_so(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two kinds of footwear the one that such pieces were bought with, though the other has more items."""
    shoes, boots = (release.snapshot.rows_in(name) for name in ("shoes", "bags"))
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    label_N[shoes], label_N[boots[1:]] = 1, 1
    known = replace(release, traits=replace(release.traits, labels=(PieceLabels("full-body"), PieceLabels("footwear")), label_N=label_N))
    dress = resolve(known, ["tops-1"], Limits())
    for often, seldom in (("shoes", "bags"), ("bags", "shoes")):
        outfits = [["tops", "bottoms"]] * 120 + [["tops", often]] * 6 + [["tops", seldom]]
        monkeypatch.setattr(release.bundle, "slots", replace(fitted(outfits), dressed=True))
        assert choose_slots(known, dress, None, Limits(), varied=False).categories[-1] == often


def test_a_category_that_nobody_wore_yet_is_as_what_is_worn_so(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of bottoms nothing was learned, and some are worn as tops are: with shoes they lack what tops lack, and no second top."""
    learned = fitted([["tops", "shoes", "bags"]] * 200 + [["bags", "shoes"]] * 20, validation=[["tops", "shoes", "bags"]] * 20)
    monkeypatch.setattr(release.bundle, "slots", learned)
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    for name in ("tops", "bottoms"):
        label_N[release.snapshot.rows_in(name)] = 1
    worn = ["bottoms-1", "shoes-1", "bags-1"]
    assert "tops" in choose_slots(release, resolve(release, worn, Limits()), None, Limits(), varied=False).categories
    known = replace(release, traits=replace(release.traits, labels=(PieceLabels(), PieceLabels("top")), label_N=label_N))
    chosen = choose_slots(known, resolve(known, worn, Limits()), None, Limits(), varied=False)
    assert (chosen.categories, chosen.complete) == ((), True)


def test_what_outfits_of_others_have_is_not_asked_for(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most shirts of this shop are men's, who wear shoes with them; women wear bags with theirs, whatever men do."""
    his, hers = ["tops", "shoes"], ["tops", "bags"]
    of_whom = [[(name, f"{whom} adult") for name in outfit] for outfit, whom in ((his, "men"), (hers, "women")) for _ in range(20)]
    slots = fitted([his] * 80 + [hers] * 8, validation=[his] * 20)

    def asked(slots: SlotModel, whom: str) -> set[str]:
        monkeypatch.setattr(release.bundle, "slots", slots)
        tops = [replace(resolve(release, [f"tops-{number}"], Limits()), labels=(PieceLabels("top", whom),)) for number in range(12)]
        return {name for top in tops for name in choose_slots(release, top, None, Limits()).categories}

    assert "shoes" in asked(slots, "women adult")
    known = replace(slots, people=People.fit(of_whom))
    assert (asked(known, "women adult"), asked(known, "men adult")) == ({"bags"}, {"shoes"})


def test_what_says_no_age_is_for_those_whom_the_shop_dresses(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where children's pieces say so, shoes that say nothing are not theirs; of a shop that is half for children nobody knows."""
    monkeypatch.setattr(release.bundle, "slots", fitted([["tops", "shoes"]] * 20, validation=[["tops", "shoes"]] * 5))
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    label_N[release.snapshot.rows_in("bottoms")] = 1
    tops = release.snapshot.rows_in("tops")
    label_N[tops] = 2
    labels = (PieceLabels(), PieceLabels("bottom", "women adult"), PieceLabels("top", "men child"))

    def shoes(label_N: Any, *, consistent: bool = True) -> int:
        shop = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N, _told={}))
        worn = str(shop.snapshot.items.column("id")[int(tops[0])])
        return len(complete(shop, Question(items=(worn,), slots=("shoes",), consistent=consistent), Limits()).slots[0].items)

    assert shoes(label_N) > 0
    label_N = label_N.copy()
    label_N[tops[1:]] = 1
    assert shoes(label_N) == 0
    assert shoes(label_N, consistent=False) > 0


def test_a_slot_that_filters_empty_becomes_one_that_is_worn_so(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """No trousers under the price, but skirts; where there is neither the slot stays, and says why."""
    monkeypatch.setattr(release.bundle, "slots", fitted([["tops", "bottoms"]] * 20, validation=[["tops", "bottoms"]] * 5))
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    for label, name in enumerate(("bottoms", "bags", "shoes")):
        label_N[release.snapshot.rows_in(name)] = min(label, 1) + 1
    labels = (PieceLabels("top"), PieceLabels("bottom"), PieceLabels("bottom"))
    shop = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))

    def asked(**wanted: Any) -> tuple[str, bool]:
        [slot] = complete(shop, Question(items=("tops-1",), wanted=Filter(**wanted)), Limits()).slots
        return slot.category, bool(slot.items)

    assert asked() == ("bottoms", True)
    assert asked(price_max=10.0) == ("bottoms", True)
    assert asked(price_max=10.0, exclude=("bottoms-0",)) in {("bags", True), ("shoes", True)}
    assert asked(price_max=9.0) == ("bottoms", False)


def test_of_a_category_of_several_garments_the_one_that_is_lacking_is_a_slot(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Western wear, of which outfits have two: beside jeans a shirt, and beside a shirt jeans, once each."""
    monkeypatch.setattr(release.bundle, "slots", replace(fitted([["tops", "tops", "shoes"]] * 400), dressed=True))
    labels, rows = (PieceLabels("footwear"), PieceLabels("top"), PieceLabels("bottom")), release.snapshot.rows_in("tops")
    label_N = np.zeros_like(release.traits.label_N)
    label_N[rows] = 1 + np.arange(len(rows)) % 2
    shop = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))

    def asked(row: int) -> list[Slot]:
        worn = resolve(shop, [shop.items([row])[0].id], Limits())
        return [slot for slot in choose_slots(shop, worn, None, Limits()).slots if slot.category == "tops"]

    assert [asked(int(row)) for row in rows[:2]] == [[Slot("tops", "bottom")], [Slot("tops", "top")]]
