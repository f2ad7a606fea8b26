"""The garments of the synthetic wardrobe: categories, their silhouettes as shapes, materials, and the words shops use.

Coordinates are fractions of the picture, x to the right and y down. Shapes named ``body`` are filled with cloth, ``cut`` takes cloth away,
``seam`` is a line and ``knob`` a button, buckle or rivet.
"""

# ruff: noqa: E501 - one garment a line, so that the tables of shapes can be read as tables
from __future__ import annotations

from dataclasses import dataclass
from typing import Final

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """One stroke of a drawing: ``kind`` is ``body``, ``cut``, ``oval`` (a filled ellipse), ``hole``, ``ring``, ``seam`` or ``knob``."""

    kind: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Silhouette:
    """One cut of garment; it adds ``formality`` and ``season`` to the item's latents."""

    words: tuple[str, ...]
    formality: float
    season: float
    shapes: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Material:
    """A cloth; ``texture`` names how it is drawn."""

    words: tuple[str, ...]
    formality: float
    season: float
    texture: str


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of garment: its share of the catalogue, its usual price and what it is made of."""

    name: str
    share: float
    price: float
    silhouettes: tuple[Silhouette, ...]
    materials: tuple[Material, ...]


def _mirror(kind: str, *half: Point) -> Shape:
    """A symmetric shape from its left half, drawn top to bottom."""
    return Shape(kind, half + tuple((1 - x, y) for x, y in reversed(half)))


def _both(kind: str, *points: Point) -> tuple[Shape, Shape]:
    """A shape and its mirror image."""
    return Shape(kind, points), Shape(kind, tuple((1 - x, y) for x, y in points))


def _knobs(x: float, *ys: float) -> tuple[Shape, ...]:
    return tuple(Shape("knob", ((x, y),)) for y in ys)


_NECK = Shape("hole", ((0.40, 0.08), (0.60, 0.24)))
_VNECK = _mirror("cut", (0.41, 0.10), (0.5, 0.34))
_COLLAR = _both("seam", (0.40, 0.16), (0.44, 0.28), (0.5, 0.20))
_PLACKET = Shape("seam", ((0.5, 0.2), (0.5, 0.86)))

# fmt: off
_TOPS = (
    Silhouette(
        ("t-shirt", "tee", "jersey top"), -0.75, 0.25, (_mirror("body", (0.36, 0.16), (0.12, 0.26), (0.17, 0.44), (0.29, 0.38), (0.28, 0.86)), _NECK)
    ),
    Silhouette(
        ("polo", "polo shirt"), -0.25, 0.1,
        (_mirror("body", (0.38, 0.14), (0.14, 0.24), (0.17, 0.42), (0.29, 0.37), (0.29, 0.84)), *_COLLAR, Shape("seam", ((0.5, 0.2), (0.5, 0.42))), *_knobs(0.5, 0.27, 0.35)),
    ),
    Silhouette(
        ("shirt", "button-down", "dress shirt"), 0.75, 0.0,
        (_mirror("body", (0.38, 0.13), (0.18, 0.22), (0.08, 0.70), (0.19, 0.73), (0.28, 0.40), (0.28, 0.88)), *_COLLAR, _PLACKET, *_knobs(0.5, 0.3, 0.42, 0.54, 0.66, 0.78)),
    ),
    Silhouette(
        ("turtleneck", "roll neck"), 0.3, -0.3,
        (_mirror("body", (0.41, 0.06), (0.40, 0.18), (0.19, 0.25), (0.10, 0.74), (0.21, 0.76), (0.29, 0.44), (0.28, 0.86)), Shape("seam", ((0.40, 0.12), (0.60, 0.12)))),
    ),
)
_BOTTOMS = (
    Silhouette(
        ("shorts", "bermudas"), -0.75, 0.4, (_mirror("body", (0.30, 0.22), (0.22, 0.64), (0.46, 0.66), (0.5, 0.42)), Shape("seam", ((0.30, 0.28), (0.70, 0.28))))
    ),
    Silhouette(
        ("jogger", "track pants"), -0.4, 0.0,
        (_mirror("body", (0.32, 0.10), (0.24, 0.52), (0.33, 0.88), (0.43, 0.88), (0.5, 0.36)), *_both("seam", (0.32, 0.82), (0.44, 0.82)), Shape("seam", ((0.48, 0.1), (0.45, 0.22)))),
    ),
    Silhouette(("midi skirt", "pleated skirt"), 0.35, 0.15, (_mirror("body", (0.38, 0.16), (0.20, 0.80)), *_both("seam", (0.44, 0.2), (0.35, 0.8)), Shape("seam", ((0.5, 0.2), (0.5, 0.8))))),
    Silhouette(
        ("trousers", "tailored pants", "chinos"), 0.75, -0.1,
        (_mirror("body", (0.35, 0.07), (0.31, 0.93), (0.45, 0.93), (0.5, 0.36)), *_both("seam", (0.41, 0.16), (0.38, 0.93)), Shape("seam", ((0.35, 0.12), (0.65, 0.12)))),
    ),
)
_ALL_BODY = (
    Silhouette(("sundress", "strap dress"), -0.6, 0.4, (_mirror("body", (0.40, 0.20), (0.37, 0.44), (0.18, 0.88)), *_both("body", (0.41, 0.06), (0.44, 0.06), (0.45, 0.22), (0.41, 0.22)), Shape("seam", ((0.37, 0.44), (0.63, 0.44))))),
    Silhouette(
        ("shirt dress", "day dress"), -0.1, 0.05, (_mirror("body", (0.39, 0.09), (0.22, 0.18), (0.20, 0.40), (0.32, 0.38), (0.27, 0.88)), *_COLLAR, _PLACKET, *_knobs(0.5, 0.34, 0.5, 0.66))
    ),
    Silhouette(("sheath dress", "pencil dress"), 0.5, -0.1, (_mirror("body", (0.38, 0.08), (0.31, 0.14), (0.37, 0.40), (0.32, 0.62), (0.37, 0.90)), _VNECK)),
    Silhouette(
        ("gown", "evening dress"), 0.85, 0.0, (_mirror("body", (0.39, 0.14), (0.35, 0.16), (0.40, 0.40), (0.12, 0.95)), Shape("hole", ((0.42, 0.06), (0.58, 0.20))), *_both("seam", (0.45, 0.42), (0.34, 0.94)))
    ),
)
_OUTERWEAR = (
    Silhouette(
        ("parka", "hooded jacket"), -0.7, -0.2,
        (_mirror("body", (0.42, 0.04), (0.35, 0.14), (0.15, 0.24), (0.07, 0.72), (0.20, 0.75), (0.26, 0.46), (0.24, 0.92)), Shape("hole", ((0.43, 0.08), (0.57, 0.2))), _PLACKET, *_both("seam", (0.29, 0.62), (0.43, 0.62))),
    ),
    Silhouette(
        ("bomber", "blouson"), -0.35, 0.15,
        (_mirror("body", (0.39, 0.14), (0.18, 0.22), (0.08, 0.66), (0.20, 0.70), (0.26, 0.48), (0.27, 0.76)), _PLACKET, Shape("seam", ((0.27, 0.70), (0.73, 0.70))), *_both("seam", (0.09, 0.62), (0.22, 0.65))),
    ),
    Silhouette(
        ("trench coat", "belted coat"), 0.45, 0.0,
        (_mirror("body", (0.38, 0.07), (0.20, 0.15), (0.12, 0.58), (0.23, 0.60), (0.30, 0.36), (0.32, 0.50), (0.22, 0.95)), *_both("seam", (0.38, 0.08), (0.44, 0.30), (0.5, 0.20)), Shape("seam", ((0.31, 0.5), (0.69, 0.5))), Shape("seam", ((0.31, 0.54), (0.69, 0.54))), *_knobs(0.44, 0.4, 0.62), *_knobs(0.56, 0.4, 0.62)),
    ),
    Silhouette(
        ("blazer", "tailored jacket"), 0.8, 0.05,
        (_mirror("body", (0.38, 0.09), (0.20, 0.16), (0.11, 0.72), (0.22, 0.74), (0.29, 0.42), (0.27, 0.82)), _mirror("cut", (0.43, 0.08), (0.5, 0.48)), *_both("seam", (0.38, 0.10), (0.33, 0.28), (0.5, 0.52)), *_knobs(0.5, 0.56, 0.66), *_both("seam", (0.31, 0.66), (0.42, 0.66))),
    ),
)
_SHOES = (
    Silhouette(
        ("sneaker", "trainers"), -0.75, 0.1,
        (Shape("body", ((0.14, 0.40), (0.34, 0.42), (0.46, 0.40), (0.62, 0.54), (0.86, 0.60), (0.90, 0.72), (0.12, 0.72))), Shape("seam", ((0.1, 0.70), (0.9, 0.70))), Shape("seam", ((0.40, 0.50), (0.52, 0.44))), Shape("seam", ((0.46, 0.56), (0.58, 0.50))), Shape("seam", ((0.1, 0.74), (0.9, 0.74)))),
    ),
    Silhouette(("sandal", "slides"), -0.4, 0.5, (Shape("body", ((0.08, 0.66), (0.92, 0.66), (0.90, 0.74), (0.10, 0.74))), Shape("body", ((0.52, 0.66), (0.62, 0.46), (0.72, 0.46), (0.82, 0.66))), Shape("body", ((0.14, 0.66), (0.20, 0.40), (0.28, 0.40), (0.26, 0.66))))),
    Silhouette(("boots", "ankle boots"), 0.1, -0.4, (Shape("body", ((0.22, 0.16), (0.50, 0.16), (0.52, 0.50), (0.84, 0.60), (0.88, 0.74), (0.22, 0.74))), Shape("body", ((0.20, 0.76), (0.40, 0.76), (0.40, 0.84), (0.20, 0.84))), Shape("seam", ((0.22, 0.24), (0.50, 0.24))))),
    Silhouette(("loafers", "derby shoes"), 0.45, 0.0, (Shape("body", ((0.12, 0.48), (0.44, 0.50), (0.62, 0.50), (0.84, 0.58), (0.90, 0.68), (0.12, 0.68))), Shape("body", ((0.12, 0.70), (0.34, 0.70), (0.34, 0.78), (0.12, 0.78))), Shape("seam", ((0.50, 0.49), (0.56, 0.62), (0.72, 0.60))), Shape("seam", ((0.44, 0.56), (0.62, 0.54))))),
    Silhouette(("pumps", "heels", "stilettos"), 0.85, 0.05, (Shape("body", ((0.12, 0.30), (0.26, 0.40), (0.50, 0.60), (0.66, 0.58), (0.90, 0.72), (0.90, 0.78), (0.56, 0.76), (0.30, 0.56), (0.12, 0.48))), Shape("body", ((0.12, 0.44), (0.20, 0.50), (0.16, 0.86), (0.12, 0.86))))),
)
_BAGS = (
    Silhouette(("backpack", "rucksack"), -0.75, 0.0, (_mirror("body", (0.34, 0.16), (0.24, 0.30), (0.22, 0.86)), Shape("ring", ((0.42, 0.06), (0.58, 0.22))), Shape("seam", ((0.30, 0.56), (0.70, 0.56), (0.70, 0.80), (0.30, 0.80), (0.30, 0.56))), Shape("seam", ((0.26, 0.36), (0.74, 0.36))))),
    Silhouette(("tote", "shopper bag"), -0.3, 0.2, (_mirror("body", (0.16, 0.40), (0.22, 0.86)), Shape("ring", ((0.34, 0.12), (0.66, 0.66))), Shape("seam", ((0.17, 0.46), (0.83, 0.46))))),
    Silhouette(("shoulder bag", "crossbody"), 0.35, -0.05, (_mirror("body", (0.22, 0.46), (0.20, 0.80)), Shape("ring", ((0.24, 0.06), (0.76, 0.70))), Shape("seam", ((0.22, 0.48), (0.5, 0.66), (0.78, 0.48))), *_knobs(0.5, 0.66))),
    Silhouette(("clutch", "evening bag"), 0.85, 0.0, (_mirror("body", (0.10, 0.36), (0.12, 0.68)), Shape("seam", ((0.10, 0.36), (0.5, 0.56), (0.90, 0.36))), *_knobs(0.5, 0.55))),
)
_HEADWEAR = (
    Silhouette(("cap", "baseball cap"), -0.7, 0.25, (Shape("body", ((0.16, 0.58), (0.20, 0.38), (0.36, 0.26), (0.54, 0.28), (0.66, 0.42), (0.68, 0.58))), Shape("body", ((0.60, 0.54), (0.92, 0.60), (0.94, 0.66), (0.58, 0.64))), Shape("seam", ((0.42, 0.26), (0.44, 0.58))))),
    Silhouette(("beanie", "bobble hat"), -0.4, -0.4, (_mirror("body", (0.36, 0.22), (0.24, 0.40), (0.22, 0.74)), Shape("oval", ((0.42, 0.08), (0.58, 0.24))), Shape("seam", ((0.22, 0.58), (0.78, 0.58))))),
    Silhouette(("sun hat", "wide-brim hat"), 0.3, 0.45, (Shape("oval", ((0.06, 0.50), (0.94, 0.74))), _mirror("body", (0.38, 0.28), (0.30, 0.60)), Shape("seam", ((0.31, 0.52), (0.69, 0.52))))),
    Silhouette(("fedora", "trilby"), 0.75, -0.1, (Shape("oval", ((0.14, 0.56), (0.86, 0.70))), _mirror("body", (0.46, 0.32), (0.38, 0.26), (0.30, 0.62)), Shape("seam", ((0.30, 0.54), (0.70, 0.54))), Shape("seam", ((0.30, 0.58), (0.70, 0.58))))),
)
_SCARVES = (
    Silhouette(("bandana", "neckerchief"), -0.55, 0.3, (Shape("body", ((0.12, 0.28), (0.88, 0.28), (0.5, 0.80))), Shape("seam", ((0.20, 0.32), (0.80, 0.32))))),
    Silhouette(("scarf", "long scarf"), 0.1, -0.35, (Shape("body", ((0.36, 0.08), (0.48, 0.08), (0.46, 0.92), (0.30, 0.92))), Shape("body", ((0.52, 0.08), (0.64, 0.08), (0.72, 0.74), (0.56, 0.76))), Shape("body", ((0.34, 0.06), (0.66, 0.06), (0.64, 0.22), (0.36, 0.22))))),
    Silhouette(("carré", "silk square"), 0.65, 0.1, (Shape("body", ((0.5, 0.10), (0.90, 0.5), (0.5, 0.90), (0.10, 0.5))), Shape("seam", ((0.5, 0.18), (0.82, 0.5), (0.5, 0.82), (0.18, 0.5), (0.5, 0.18))))),
)

# fmt: on
_LINEN = Material(("linen", "flax"), -0.05, 0.85, "weave")
_COTTON = Material(("cotton", "poplin"), -0.1, 0.4, "plain")
_CANVAS = Material(("canvas", "duck cotton"), -0.3, 0.45, "weave")
_SATIN = Material(("satin", "silk"), 0.5, 0.3, "sheen")
_DENIM = Material(("denim", "chambray"), -0.45, 0.0, "twill")
_WOOL = Material(("wool", "flannel", "tweed"), 0.3, -0.7, "speckle")
_SUEDE = Material(("suede", "nubuck"), 0.1, -0.55, "speckle")
_LEATHER = Material(("leather", "nappa"), 0.3, -0.35, "gloss")
_KNIT = Material(("knit", "ribbed knit"), -0.15, -0.65, "ribs")
_NYLON = Material(("nylon", "padded", "quilted"), -0.4, -0.6, "quilt")
_STRAW = Material(("straw", "raffia"), -0.15, 0.9, "ribs")

CATEGORIES: Final = (
    Category("tops", 0.22, 35, _TOPS, (_LINEN, _COTTON, _SATIN, _WOOL, _KNIT)),
    Category("bottoms", 0.18, 50, _BOTTOMS, (_LINEN, _COTTON, _DENIM, _WOOL, _LEATHER)),
    Category("all-body", 0.10, 80, _ALL_BODY, (_LINEN, _COTTON, _SATIN, _WOOL, _KNIT)),
    Category("outerwear", 0.12, 120, _OUTERWEAR, (_LINEN, _COTTON, _DENIM, _WOOL, _LEATHER, _NYLON)),
    Category("shoes", 0.18, 85, _SHOES, (_CANVAS, _SATIN, _SUEDE, _LEATHER, _STRAW)),
    Category("bags", 0.10, 60, _BAGS, (_CANVAS, _SATIN, _SUEDE, _LEATHER, _STRAW, _NYLON)),
    Category("headwear", 0.05, 28, _HEADWEAR, (_LINEN, _COTTON, _WOOL, _KNIT, _STRAW)),
    Category("scarves", 0.05, 30, _SCARVES, (_LINEN, _COTTON, _SATIN, _WOOL, _KNIT)),
)

TEMPLATES: Final = (
    (("tops", "bottoms", "shoes"), 0.14),
    (("tops", "bottoms", "shoes", "bags"), 0.20),
    (("tops", "bottoms", "outerwear", "shoes"), 0.18),
    (("tops", "bottoms", "outerwear", "shoes", "bags"), 0.12),
    (("tops", "bottoms", "outerwear", "shoes", "scarves"), 0.07),
    (("tops", "bottoms", "shoes", "headwear"), 0.06),
    (("all-body", "shoes", "bags"), 0.09),
    (("all-body", "outerwear", "shoes", "bags"), 0.08),
    (("all-body", "shoes", "bags", "scarves"), 0.04),
    (("all-body", "shoes", "bags", "headwear"), 0.02),
)

PATTERNS: Final = (
    ("plain", 0.58, 0.0, ("", "", "solid", "plain")),
    ("stripes", 0.12, 0.7, ("striped", "stripe")),
    ("dots", 0.10, 0.8, ("polka dot", "dotted")),
    ("check", 0.10, 0.75, ("checked", "plaid")),
    ("floral", 0.10, 1.0, ("floral", "printed")),
)
"""name, share, loudness, words"""

HUES: Final = (
    ("pink", "rose"), ("red", "scarlet"), ("orange", "rust"), ("mustard", "ochre"), ("olive", "lime"), ("green", "grass"),
    ("emerald", "mint"), ("teal", "turquoise"), ("blue", "azure"), ("navy", "cobalt"), ("purple", "violet"), ("magenta", "fuchsia"),
)  # fmt: skip
"""Twelve names around the OKLab hue circle, from 0 rad in steps of 30 degrees."""

NEUTRALS: Final = (("black", "charcoal"), ("grey", "stone"), ("white", "ivory"))
"""By lightness, dark to light."""

BRANDS: Final = ("Nordhavn", "Maison Vale", "Okra & Sons", "Kestrel", "Lumen", "Petra Lind", "Halcyon", "Bergamot")
MARKETING: Final = (
    "new in", "bestseller", "limited edition", "must-have", "online exclusive", "by popular demand", "last chance", "iconic",
)  # fmt: skip
