"""What is for another sport than what is worn is not suggested, and before outfits were learned from what is for the same comes first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import FilledSlot, Question
from app.recommend.consistent import OTHER_OCCASION
from app.recommend.odd import odd
from app.recommend.outfit import resolve
from app.release.release import Release
from models.compatibility.conflicts import Conflicts
from models.compatibility.slot_templates import SlotTemplates
from models.datasets.labels import PieceLabels

SPORTS = ("running", "cycling", None)
LABELS = tuple(PieceLabels(role, occasion="sport", sport=sport) for role in ("top", "footwear") for sport in SPORTS)


@pytest.fixture(name="shop")
def shop_fixture(release: Release, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Tops and shoes of three kinds in turn: to run in, to cycle in, and to train in; bottoms are all to cycle in. Without outfits."""
    monkeypatch.setattr(release.bundle, "slots", SlotTemplates())
    label_N = np.ones_like(release.traits.label_N)
    for name, first in (("tops", 0), ("shoes", len(SPORTS))):
        rows = release.snapshot.rows_in(name)
        label_N[rows] = first + number(release, rows.tolist()) % len(SPORTS)
    return replace(release, traits=replace(release.traits, labels=LABELS, label_N=label_N))


def number(release: Release, rows: list[int]) -> np.ndarray:
    """Of the ids of rows."""
    return np.array([int(release.items([row])[0].id.split("-")[1]) for row in rows])


def shoes(release: Release, worn: str, k: int = 12, *, consistent: bool = True) -> FilledSlot:
    """What completes an item."""
    return complete(release, Question(items=(worn,), slots=["shoes"], k=k, consistent=consistent), Limits()).slots[0]


def sports(release: Release, slot: FilledSlot) -> list[str | None]:
    """Of what fills a slot."""
    return [release.traits.of_row(one.row).sport for one in slot.items]


def test_what_is_for_the_same_sport_comes_before_what_is_for_none(shop: Release) -> None:
    """And what is for another is left out, unless nobody minds; beside what one trains in what is for none comes first."""
    suggested = sports(shop, shoes(shop, "tops-0"))
    assert {*suggested} == {"running", None}
    assert suggested == sorted(suggested, key=lambda sport: sport is None)
    assert "cycling" in sports(shop, shoes(shop, "tops-0", consistent=False))
    assert sports(shop, shoes(shop, "tops-2", k=2)) == [None, None]


def test_where_there_is_none_for_it_others_are_there_and_it_is_told(shop: Release) -> None:
    """As of another occasion."""
    slot = complete(shop, Question(items=("tops-0",), slots=["bottoms"], k=3), Limits()).slots[0]
    assert ({*sports(shop, slot)}, slot.fallback) == ({"cycling"}, OTHER_OCCASION)


def test_an_outfit_of_two_sports_is_odd_unless_outfits_have_both(shop: Release) -> None:
    """As told, and as learned."""
    worn = resolve(shop, ["tops-0", "shoes-1"], Limits())
    assert any("\u201cshoes-1\u201d for cycling" in said for said in odd(shop, worn))
    learned = replace(SlotTemplates(), conflicts=Conflicts.fit([["running", "cycling"]] * 20))
    shop.bundle.slots = learned
    assert not any("for cycling" in said for said in odd(shop, worn))
