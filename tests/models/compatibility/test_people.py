"""Who wears what."""

from __future__ import annotations

from models.compatibility.people import ENOUGH, People
from models.datasets.audience import Audience

WOMEN, MEN, GIRLS, ANY = (Audience.of_label(label) or Audience() for label in ("women adult", "men adult", "women child", ""))
HERS = [("tops", "women adult"), ("skirts", "women adult"), ("bags", "men+women adult")]
HIS = [("shirts", "men adult"), ("ties", "men adult"), ("bags", None)]


def test_what_no_outfit_of_some_people_has_is_not_theirs() -> None:
    """Once there are enough; what everybody wears is everybody's."""
    people = People.fit([*[HERS] * ENOUGH, *[HIS] * ENOUGH])
    assert people.never(WOMEN) == {"shirts", "ties"}
    assert people.never(MEN) == {"tops", "skirts"}
    assert people.never(ANY) == set()
    assert People.fit([*[HERS] * ENOUGH, *[HIS] * (ENOUGH - 1)]).never(MEN) == set()


def test_outfits_of_some_of_them_tell_for_all_of_them() -> None:
    """Women's and girls' tell of what is for either, and girls' alone are too few; whom nobody dressed nothing is kept from."""
    people = People.fit([*[HERS] * ENOUGH, *[HIS] * ENOUGH, [("pinafores", "women child"), ("bags", None)]])
    assert people.never(Audience(frozenset({"women"}))) == {"shirts", "ties"}
    assert people.never(WOMEN) == {"shirts", "ties", "pinafores"}
    assert people.never(GIRLS) == set()


def test_outfits_for_nobody_are_not_counted() -> None:
    """A bag of one shop for a couple is no outfit of either."""
    assert People.fit([[*HERS, *HIS]] * ENOUGH) == People()


def test_what_is_kept_is_read_again() -> None:
    """As JSON."""
    people = People.fit([*[HERS] * 3, HIS])
    assert People.read(people.body()) == people
