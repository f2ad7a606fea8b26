"""What is odd about an outfit, by what was learned from, and by words where it says nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from app.recommend.odd import odd
from app.recommend.outfit import Worn
from models.compatibility.conflicts import Conflicts
from models.compatibility.slots import SlotModel
from models.datasets.labels import PieceLabels

MEN, WOMEN, BOYS = "men adult", "women adult", "men baby+child"
CATEGORIES = ("Chaussures", "Jeans", "Robes", "Tops")
PIECES = {
    "jeans": ("Jeans", PieceLabels("bottom", WOMEN)),
    "shirt": ("Tops", PieceLabels("top", MEN)),
    "tee": ("Tops", PieceLabels("top", BOYS)),
    "scarf": ("Foulards", PieceLabels("scarf", None, "winter")),
    "shawl": ("Foulards", PieceLabels("scarf", None, "summer")),
    "dress": ("Robes", PieceLabels("full-body", WOMEN)),
    "heels": ("Chaussures", PieceLabels("footwear", WOMEN, None, "dress")),
    "leggings": ("Jeans", PieceLabels("bottom", WOMEN, None, "sport")),
    "robe": ("Robes", PieceLabels("sleepwear", WOMEN)),
    "pumps": ("Chaussures", PieceLabels("footwear", WOMEN)),
    "top": ("Tops", PieceLabels("top", WOMEN)),
    "suit": ("Costumes", PieceLabels("full-body", MEN, None, "dress", kind="suit")),
    "oxfords": ("Chaussures", PieceLabels("footwear", MEN)),
    "tweed": ("Vestes", PieceLabels("outer", MEN, kind="blazer")),
    "coat": ("Manteaux", PieceLabels("outer", MEN)),
    "x1": ("K7", PieceLabels()),
    "x2": ("K7", PieceLabels()),
}


def release() -> Any:
    """One whose outfits are of grown-ups, with jeans or a dress, two tops at most, and one pair of shoes."""
    pairs_CC = ~np.eye(4, dtype=bool)
    pairs_CC[1, 2] = pairs_CC[2, 1] = False
    pairs_CC[3, 3] = True
    conflicts = Conflicts.fit([[WOMEN, WOMEN]] * 60 + [[MEN, MEN]] * 60)
    most_C = np.array([1, 1, 1, 2])
    slots = SlotModel(categories=CATEGORIES, pairs_CC=pairs_CC, most_C=most_C, largest=4, smallest=2, weights={}, conflicts=conflicts)
    return SimpleNamespace(bundle=SimpleNamespace(slots=slots), traits=SimpleNamespace(sized=None))


@pytest.mark.parametrize(
    ("outfit", "told"),
    [
        ("jeans top pumps", []),
        ("top dress pumps", []),  # a dress over a top was worn
        ("top top2 jeans", []),
        ("suit shirt oxfords coat", []),
        ("suit tweed", ["\u201ctweed\u201d (Vestes) in the place of \u201csuit\u201d (Costumes): by their words"]),
        ("jeans shirt", ["\u201cshirt\u201d for men, \u201cjeans\u201d for women: no outfit learned from has both"]),
        ("leggings heels", ["\u201cheels\u201d for dress, \u201cleggings\u201d for sport: by their words"]),
        ("jeans tee", ["\u201ctee\u201d for boys, \u201cjeans\u201d for women: by their words"]),
        ("jeans dress", ["\u201cdress\u201d (Robes) in the place of \u201cjeans\u201d (Jeans): no outfit learned from has both"]),
        ("dress dress2", ["\u201cdress\u201d and \u201cdress2\u201d are both Robes: no outfit learned from has two"]),
        ("dress robe", ["\u201cdress\u201d and \u201crobe\u201d are both Robes: no outfit learned from has two"]),
        (
            "pumps pumps2 pumps3 pumps4",
            ["\u201cpumps\u201d, \u201cpumps2\u201d and 2 more are all Chaussures: no outfit learned from has 4"],
        ),
        (
            "scarf shawl",
            [
                "\u201cshawl\u201d for summer, \u201cscarf\u201d for winter: by their words",
                "\u201cscarf\u201d and \u201cshawl\u201d are both Foulards: by their words",
            ],
        ),
        ("x1 x2", []),  # neither words nor outfits tell
    ],
)
def test_what_is_odd_names_the_items_and_how_it_is_known(outfit: str, told: list[str]) -> None:
    """Nothing is said of what was worn together, nor of what nothing is known of."""
    names = tuple(outfit.split())
    pieces = [PIECES.get(name) or PIECES[name.rstrip("234")] for name in names]
    categories, labels = zip(*pieces, strict=True)
    worn = Worn(
        names=names,
        rows=tuple(range(len(names))),
        categories=categories,
        embeddings_ID=np.zeros((len(names), 1), dtype=np.float32),
        missing=(),
        labels=labels,
    )
    assert list(odd(release(), worn)) == told
