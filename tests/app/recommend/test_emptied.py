"""Where rules, or what is sold out, leave no slot, an outfit is not complete."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import Completion, Question
from app.release.release import Release
from app.rules.rule import RULES
from app.rules.ruling import InForce, Ruled
from index.columns import Columns, Filter
from models.compatibility.slot_templates import SlotTemplates
from models.datasets.labels import PieceLabels

WHOLE = ("tops-1", "bottoms-1", "shoes-1", "bags-1")


def ask(release: Release, *said: dict[str, Any], items: tuple[str, ...] = ("tops-1",), **question: Any) -> Completion:
    """The answer under some rules."""
    rules = RULES.validate_python([{"id": f"r{place}", **one} for place, one in enumerate(said)])
    return complete(release, Question(items=items, ruled=Ruled(InForce(rules), release) if rules else None, **question), Limits())


def slots(*ranges: tuple[str, int, int]) -> dict[str, Any]:
    """A rule that says which slots there are."""
    return {"do": "slots", "slots": [{"category": name, "min": least, "max": most} for name, least, most in ranges]}


@pytest.mark.parametrize(
    ("rules", "why"),
    [
        ([{"do": "exclude", "items": {}}], "the shop's rules leave nothing of what is missing, bottoms, shoes: r0"),
        (
            [{"do": "require", "items": {}, "be": {"brand": ["nobody's"]}}],
            "the shop's rules leave nothing of what is missing, bottoms, shoes: r0",
        ),
        ([slots(("shoes", 0, 0))], "the shop's rules have no slot for what is missing, bottoms, shoes: r0"),
        ([slots(("hats", 0, 1))], "the shop's rules have no slot for what is missing, bottoms, shoes: r0"),
        (
            [slots(("tops", 1, 1), ("shoes", 1, 1)), {"do": "exclude", "items": {"category": ["shoes"]}}],
            "the shop's rules leave nothing of what is missing, shoes: r1",
        ),
    ],
)
def test_what_rules_leave_without_a_slot_is_not_complete(release: Release, rules: list[dict[str, Any]], why: str) -> None:
    """And the answer says which rules; in a dry run, too, and where looks were asked for."""
    answer = ask(release, *rules)
    assert (answer.slots, answer.complete, answer.why_not) == ((), False, why)
    assert ask(release, *rules, dry_run=True).why_not == why
    assert ask(release, *rules, looks=1).no_looks == why


def test_usual_slots_are_none_of_what_rules_leave_nothing_of(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no outfits say what is missing; what one rule leaves is asked for still."""
    monkeypatch.setattr(release.bundle, "slots", SlotTemplates())
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    for label, name in enumerate(("tops", "shoes", "bottoms")):
        label_N[release.snapshot.rows_in(name)] = label + 1
    labels = (PieceLabels("watch"), PieceLabels("top"), PieceLabels("footwear"), PieceLabels("bottom"))
    known = replace(release, traits=replace(release.traits, labels=labels, label_N=label_N))
    answers = [ask(known, {"do": "exclude", "items": {"category": names}}) for names in (["shoes"], ["shoes", "bottoms"])]
    assert [[slot.category for slot in answer.slots] for answer in answers] == [["bottoms"], []]
    assert [answer.complete for answer in answers] == [False, False]
    assert answers[1].why_not == "the shop's rules leave nothing of what is missing, bottoms, shoes: r0"


@pytest.mark.parametrize("rules", [[], [{"do": "exclude", "items": {}}], [slots(("shoes", 0, 0))]])
def test_a_whole_outfit_stays_complete(release: Release, rules: list[dict[str, Any]]) -> None:
    """Whatever rules take away: nothing of it was missing."""
    answer = ask(release, *rules, items=WHOLE)
    assert (answer.slots, answer.complete) == ((), True)
    assert answer.why_not is None


def test_an_outfit_that_has_all_slots_of_a_rule_is_complete(release: Release) -> None:
    """Whatever the model would add."""
    assert ask(release, slots(("tops", 1, 1))).complete is True


def test_where_all_is_sold_out_nothing_is_complete(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no rule, and no slot either."""
    table = release.snapshot.items
    none = pa.array([False] * table.num_rows)
    place = table.schema.get_field_index("in_stock")
    gone = table.set_column(place, "in_stock", none) if place >= 0 else table.append_column("in_stock", none)
    if "sizes" in gone.column_names:
        gone = gone.drop_columns(["sizes"])
    monkeypatch.setattr(release.snapshot, "columns", Columns(gone, release.snapshot.row_of))
    answer = ask(release, wanted=Filter(in_stock=True))
    assert (answer.slots, answer.complete) == ((), False)
    assert answer.why_not == "nothing can be had of what is missing: bottoms, shoes"
    assert ask(release, wanted=Filter(in_stock=True), items=WHOLE).complete is True


def test_what_is_there_for_others_alone_is_missing_still(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child's dress in a shop that has shoes for grown-ups alone; one of which there are no shoes at all is complete."""
    monkeypatch.setattr(release.bundle, "slots", SlotTemplates())
    label_N = np.zeros(len(release.traits.label_N), dtype=release.traits.label_N.dtype)
    label_N[release.snapshot.rows_in("shoes")] = 1
    dress = PieceLabels("full-body", audience="women child")
    answers = [
        ask(replace(release, traits=replace(release.traits, labels=(dress, other), label_N=label_N)))
        for other in (PieceLabels("footwear", audience="women adult"), PieceLabels("watch"))
    ]
    assert [answer.complete for answer in answers] == [False, True]
    assert answers[0].why_not == "nothing of what is missing is for whom these are: shoes"
