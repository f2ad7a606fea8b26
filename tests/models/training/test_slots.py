"""What belongs to an outfit, learned."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import torch

from models.compatibility.dice import digest
from models.compatibility.slots import SlotModel
from models.training.slots import SlotTraining, Wording, fit_slots

KINDS = [
    ["tops", "bottoms", "shoes"],
    ["tops", "bottoms", "shoes", "bags"],
    ["dresses", "shoes", "bags"],
    ["tops", "tops", "bottoms", "shoes"],
]
WORN = [KINDS[place] for place in np.random.default_rng(1).choice(4, 600, p=[0.4, 0.3, 0.2, 0.1])]


@pytest.fixture(scope="module", name="model")
def model_fixture() -> SlotModel:
    """A model of 600 outfits of four kinds."""
    return fit_slots(WORN)


def completed(model: SlotModel, seed: str, category: str, *, one_by_one: bool) -> list[str]:
    """The categories when nothing is missing any more."""
    worn, ids = [category], [seed]
    for _ in range(10):
        missing = model.missing(worn, ids).slots
        if not missing:
            return worn
        added = missing[:1] if one_by_one else missing
        ids += [f"{seed}/{len(ids) + place}" for place in range(len(added))]
        worn += added
    pytest.fail(f"{worn} is never complete")


@pytest.mark.parametrize("one_by_one", [False, True])
def test_completing_ends_in_outfits_as_they_are_worn(model: SlotModel, one_by_one: bool) -> None:  # noqa: FBT001 - parametrized
    """As often in each kind as training outfits that hold the item, and hardly ever in another."""
    kinds = {tuple(sorted(kind)) for kind in KINDS}
    ends = Counter(tuple(sorted(completed(model, f"s{number}", "shoes", one_by_one=one_by_one))) for number in range(300))
    assert sum(ends[kind] for kind in kinds) >= 0.97 * 300
    worn = Counter(tuple(sorted(outfit)) for outfit in WORN)
    assert sum(abs(ends[kind] / 300 - worn[kind] / len(WORN)) for kind in kinds) / 2 < 0.12


def test_categories_tell_whether_anything_is_missing(model: SlotModel) -> None:
    """And nothing where one of them is new."""
    worn = WORN[0]
    assert model.whole_of(worn) == pytest.approx(model.whole(model.counts(worn)[None])[0]) != pytest.approx(0.5, abs=0.1)
    assert model.whole_of([*worn, "spacesuits"]) == 0.5


def test_what_is_never_worn_together_is_strange_as_far_as_chance_would_have_it() -> None:
    """Jeans and a dress in hundreds of outfits each; a hat was with a dress, and in one outfit, where chance tells nothing."""
    outfits = [["jeans", "tops", "shoes"], ["dresses", "shoes"]] * 100 + [["hats", "dresses"]]
    model = fit_slots(outfits, SlotTraining(epochs=1))
    assert model.strange(["jeans", "tops", "shoes"]) == model.strange(["spacesuits", "jeans"]) == model.strange(["hats", "dresses"]) == 0
    assert model.strange(["jeans", "dresses", "shoes"]) == pytest.approx(np.log(0.5 / (100 * 101 / 201 + 0.5)))
    assert model.strange(["jeans", "jeans", "tops"]) == pytest.approx(np.log(0.5 / (100 * 100 / 402 + 0.5)))
    assert -0.7 < model.strange(["hats", "jeans"]) < 0
    assert model.strange(["jeans", "jeans", "dresses", "dresses", "shoes", "shoes"]) == -6


def test_orders_do_not_tell_what_is_strange() -> None:
    """Nobody bought shoes with a nursing top; looks, as far as there are any, tell of jeans and a dress."""
    orders, looks = [["nursing", "jeans"], ["dresses", "shoes"]] * 100, [["jeans", "shoes"], ["dresses", "shoes"]] * 20
    model = fit_slots([*orders, *looks], SlotTraining(epochs=1))
    assert model.strange(["nursing", "shoes"]) < -2
    assert model.counting([{*look} for look in looks]).strange(["nursing", "shoes"]) == 0
    assert model.counting([{*look} for look in looks]).strange(["dresses", "jeans"]) == pytest.approx(np.log(0.5 / (20 * 20 / 40 + 0.5)))
    assert model.counting([]).strange(["dresses", "jeans"]) == 0


def test_a_whole_outfit_is_complete_and_a_lacking_one_is_not(model: SlotModel) -> None:
    """The shopper's own, on no item's way."""
    assert model.missing(["dresses", "shoes", "bags"]).slots == ()
    assert model.missing(["tops", "bottoms", "shoes", "bags"]).slots == ()
    assert "shoes" in model.missing(["tops", "bottoms"]).slots
    assert model.missing(["dresses"]).slots


def test_what_was_never_worn_together_is_never_drawn_together(model: SlotModel) -> None:
    """Whatever is worn already; and what nobody wore, nothing is added to but what goes with all of it."""
    drawn = model.draw(model.counts(["shoes"]), 500, np.random.default_rng(0))
    place = {name: model.categories.index(name) for name in model.categories}
    assert not ((drawn[:, place["dresses"]] > 0) & (drawn[:, place["bottoms"]] > 0)).any()
    assert drawn.sum(axis=1).max() == 4
    assert not {"bottoms", "tops"} & set(model.missing(["dresses", "shoes"]).slots)


def test_the_order_of_the_items_means_nothing(model: SlotModel) -> None:
    """An outfit is a set."""
    for number in range(20):
        ids = [f"a{number}", f"b{number}"]
        assert model.missing(["tops", "shoes"], ids) == model.missing(["shoes", "tops"], ids[::-1])


def test_the_same_seed_learns_the_same_bits_and_leaves_other_dice_alone() -> None:
    """What is trained beside it learns as it did without."""
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    one, again, other = (fit_slots(WORN[:60], SlotTraining(seed=seed)) for seed in (0, 0, 1))
    assert torch.rand(1) == expected
    assert all((one.weights[name] == again.weights[name]).all() for name in one.weights)
    assert any((one.weights[name] != other.weights[name]).any() for name in one.weights)


def test_it_is_read_as_it_was_written(model: SlotModel) -> None:
    """As JSON and weights; weights of another model are refused."""
    body = json.loads(json.dumps(model.body()))
    read = SlotModel.read(body, model.weights)
    assert read.missing(["shoes"], ["s7"]) == model.missing(["shoes"], ["s7"])
    assert read.body() == model.body()
    with pytest.raises(ValueError, match="slots: weights"):
        SlotModel.read({**body, "categories": ["tops"], "pairs": [], "most": [1]}, model.weights)


def test_what_cannot_be_had_is_on_nobodys_way(model: SlotModel) -> None:
    """It is never missing, whatever is worn; and where nothing else belongs to it, what is worn is complete."""
    without = model.without({"bags", "dresses"})
    for seed in range(30):
        for worn in (["shoes"], ["tops"], ["tops", "shoes"]):
            ids = [f"{seed}-{place}" for place in range(len(worn))]
            assert not {"bags", "dresses"} & set(without.missing(worn, ids).slots)
    assert model.without({"bags", "shoes"}).missing(["dresses"], ["d"]).slots == ()


def test_an_outfit_goes_without_what_cannot_be_had(model: SlotModel) -> None:
    """With ties sold out a shirt is missing as before, though few outfits had none; without dresses what had one is another outfit."""
    dice = np.random.default_rng(0)
    extras_N3 = dice.random((130, 3)) < (0.94, 0.4, 0.3)
    outfits = [
        ["trousers", "shoes", *["shirts", "ties"][: shirt * (1 + tie)], *["watches"] * watch] for shirt, tie, watch in extras_N3.tolist()
    ]
    with_ties = fit_slots(outfits)
    of_all, of_the_rest = (
        [{*sold.missing(["shoes"], [f"{n}"]).slots} for n in range(200)] for sold in (with_ties, with_ties.without({"ties"}))
    )
    assert sum("ties" in missing for missing in of_all) > 40
    assert of_the_rest == [missing - {"ties"} for missing in of_all]
    of_all, of_the_rest = ([{*sold.missing(["shoes"], [f"{n}"]).slots} for n in range(60)] for sold in (model, model.without({"dresses"})))
    dressed = [(missing, other) for missing, other in zip(of_all, of_the_rest, strict=True) if "dresses" in missing]
    assert dressed
    assert all(missing - {"dresses"} != other for missing, other in dressed)


ROLES = ("coats", "bottoms", "shoes")
COATS = {"winter": [*ROLES, "scarves"], "spring": list(ROLES)}
SEASONS = [["winter", "spring"][place] for place in np.random.default_rng(2).integers(0, 2, 500)]


def coats(said: Callable[[int, str], str] = lambda _, season: f"{season} coat") -> SlotModel:
    """Of 400 outfits and 100 to choose on: whoever wears a winter coat wears a scarf."""
    outfits = [COATS[season] for season in SEASONS]
    texts = [
        [said(number, season)] + ["plain"] * (len(outfit) - 1) for number, (season, outfit) in enumerate(zip(SEASONS, outfits, strict=True))
    ]
    wording = Wording(words=("coat", "plain", "spring", "winter", "even"), outfits=texts[:400], validation=texts[400:])
    return fit_slots(outfits[:400], validation=outfits[400:], wording=wording)


@pytest.fixture(scope="module", name="coated")
def coated_fixture() -> SlotModel:
    """A model that has heard of winter."""
    return coats()


def test_a_winter_coat_asks_for_a_scarf(coated: SlotModel) -> None:
    """And a spring coat for none, be it worn alone or as a shopper's own outfit."""
    texts = ["", "", "winter coat"]
    assert coated.missing(["bottoms", "shoes", "coats"], texts=texts).slots == ("scarves",)
    assert coated.missing(["bottoms", "shoes", "coats"], texts=["", "", "spring coat"]).slots == ()
    asked = {
        season: [number for number in range(60) if "scarves" in coated.missing(["coats"], [f"c{number}"], [f"{season} coat"]).slots]
        for season in COATS
    }
    assert len(asked["winter"]) >= 57
    assert len(asked["spring"]) <= 3


def test_what_was_promised_of_an_item_holds_whatever_joins_it(coated: SlotModel) -> None:
    """The words of what fills a slot are not the item's, and the order in which they are named means nothing."""
    for number in range(40):
        ids = sorted([f"c{number}", f"x{number}", f"y{number}"], key=digest)
        first = coated.missing(["coats"], ids[:1], ["winter coat"]).slots
        for more in (["plain", "spring"], ["", "winter"]):
            pieces = [*zip(["coats", *first[:2]], ids, ["winter coat", *more], strict=True)]
            for order in ([0, 1, 2], [2, 0, 1], [1, 0]):
                worn = [list(said) for said in zip(*(pieces[place] for place in order), strict=True)]
                assert coated.missing(*worn).slots == first[len(order) - 1 :]


def test_of_what_nothing_is_known_categories_speak(coated: SlotModel) -> None:
    """A photo, an item of another shop: half of the coats had a scarf, and half of the answers say so."""
    alone = fit_slots([COATS[season] for season in SEASONS[:400]], validation=[COATS[season] for season in SEASONS[400:]])
    worn = coated.counts(ROLES)[None]
    assert coated.whole(worn, coated.said(["unheard", "", ""]).any(axis=0))[0] == pytest.approx(coated.whole(worn)[0])
    assert coated.whole(worn)[0] == pytest.approx(alone.whole(worn)[0], abs=0.08)


def test_words_that_tell_nothing_are_not_read() -> None:
    """Then the model is that of categories alone, bit for bit; so it is where no validation outfits can tell."""
    idle = coats(lambda number, _: "even coat" if number % 2 else "coat")
    alone = fit_slots([COATS[season] for season in SEASONS[:400]], validation=[COATS[season] for season in SEASONS[400:]])
    assert idle.words == ()
    assert idle.body() == alone.body()
    assert all((idle.weights[name] == alone.weights[name]).all() for name in alone.weights)
    untold = Wording(words=("coat",), outfits=[["coat", "", ""]] * 60, validation=[])
    assert fit_slots([list(ROLES)] * 60, wording=untold).words == ()


def test_words_are_read_as_they_were_written_and_learned_alike(coated: SlotModel) -> None:
    """The same bits for a seed; weights of other words are refused."""
    again = coats()
    assert all((again.weights[name] == coated.weights[name]).all() for name in coated.weights)
    body = json.loads(json.dumps(coated.body()))
    read = SlotModel.read(body, coated.weights)
    assert read.words == coated.words != ()
    assert read.missing(["coats"], ["c1"], ["winter coat"]) == coated.missing(["coats"], ["c1"], ["winter coat"])
    with pytest.raises(ValueError, match="words"):
        SlotModel.read({**body, "words": ["winter"]}, coated.weights)


def test_slots_of_before_words_are_read(model: SlotModel) -> None:
    """Format 2 had none."""
    body = {name: value for name, value in model.body().items() if name != "words"} | {"format": 2}
    read = SlotModel.read(body, model.weights)
    assert read.missing(["shoes"], ["s7"], ["red shoes"]) == model.missing(["shoes"], ["s7"])


def test_what_is_proposed_has_the_greatest_expected_share_of_the_draws(model: SlotModel) -> None:
    """Checked against every multiset, also where nothing is in half of the draws, so that a majority would propose next to nothing."""
    have = model.counts(["shoes"])
    pair, all_three = ["tops", "bottoms"], ["tops", "bottoms", "bags"]
    for some in ([all_three, *[pair] * 9], [*[all_three] * 6, *[pair] * 4], [*([name] for name in all_three), all_three]):
        more_SC = np.stack([model.counts(names) for names in some])
        rows = [np.array(counts) for counts in product(range(2), repeat=5) if sum(counts)]
        f1 = [(2 * np.minimum(row, more_SC).sum(axis=1) / (row.sum() + more_SC.sum(axis=1))).mean() for row in rows]
        found_C = model._likely(have + more_SC, have) - have
        assert f1[[*map(tuple, rows)].index(tuple(found_C))] == max(f1)
        assert found_C.sum() >= 2


def test_alternatives_are_not_proposed_together(model: SlotModel) -> None:
    """Each is in a half of the draws, and no draw has both."""
    have = model.counts(["shoes"])
    drawn = np.stack([have + model.counts(names) for names in (["tops", "bottoms"], ["tops", "bags"])])
    assert (model._likely(drawn, have) - have).sum() == 2
