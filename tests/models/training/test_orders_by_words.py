"""What orders hold is bought together, and not all of it is worn together."""

from __future__ import annotations

from models.compatibility.conflicts import Conflicts
from models.datasets.occasion import CASUAL, PLAIN, SNOW
from models.training.baskets import worn_at_once


def test_two_tops_of_one_category_and_two_coats_are_for_two_days() -> None:
    """But tops of a category of which most orders with something to wear below have two; who buys tops alone stocks up."""
    roles = ["top", "top", "bottom", "top", "top", "outer", "outer"]
    names = ["Tees", "Tees", "Jeans", "Knits", "Knits", "Coats", "Parkas"]
    orders = [[0, 1, 2], [0, 2], [1, 2], [0, 1], [0, 1], *[[3, 4, 2]] * 3, [3, 4, 0], [2, 5, 6]]
    learned, asked = worn_at_once(orders, [[0, 1, 2]], roles, names)
    assert learned == [[0, 2], [0, 2], [1, 2], *[[3, 4, 2]] * 3, [3, 4, 0], [2, 5]]
    assert asked == [[0, 2]]


def test_what_is_worn_by_itself_shares_no_outfit_with_what_says_nothing_unless_outfits_do() -> None:
    """A snow jacket and jeans of which no word tells an occasion."""
    apart = Conflicts.fit([[PLAIN, PLAIN]] * 40 + [[SNOW, SNOW]] * 40)
    together = Conflicts.fit([[PLAIN, SNOW]] * 20 + [[SNOW, SNOW]] * 20)
    assert apart.between(SNOW, PLAIN)
    assert not together.between(SNOW, PLAIN)
    assert not apart.between(PLAIN, CASUAL)
    assert not Conflicts.fit([[CASUAL, SNOW]] * 20).between(SNOW, PLAIN), "which a bundle of before did not count"


def test_what_is_beneath_clothes_is_another_outfit() -> None:
    """However often it is bought with them; a set of underwear is one, and a bikini with sandals."""
    roles = ["top", "bottom", "innerwear", "innerwear", "swimwear", "footwear"]
    orders = [[0, 1, 2, 3], [0, 1, 2], [0, 2], [2, 3], [4, 5]] * 30
    assert worn_at_once(orders, [], roles)[0] == [[0, 1], [2, 3], [0, 1], [2, 3], [4, 5]] * 30
