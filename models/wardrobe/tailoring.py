"""What a garment of a large picture is made of: parts, laid one over the other, with their seams and buttons; and the words to say it with.

Coordinates are fractions of the picture, x to the right and y down. A point is passed smoothly, but where it is marked as a corner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

Point = tuple[float, float]
Mark = tuple[float, float] | tuple[float, float, str]
"""A point that is passed smoothly; with a third entry, a corner."""
Stuff = Literal["cloth", "rib", "band", "inside", "sole", "heel", "cord", "metal", "wood"]
Stroke = Literal["seam", "stitch", "crease"]
_STEPS: Final = 8
L: Final = "corner"
"""Marks a point as a corner."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece: a closed outline, or a strip of some width along a line.

    Attributes:
        stuff: what it is made of: the garment's ``cloth``, its plain ``rib``, a darker ``band``, the ``inside`` that lies in shadow, and
            what is no cloth.
    """

    stuff: Stuff
    outline: tuple[Point, ...]
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A seam, a row of stitches, or a crease that is pressed or falls."""

    stroke: Stroke
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A garment's parts from the hindmost on, its lines, and the centres of its buttons."""

    parts: tuple[Part, ...]
    lines: tuple[Line, ...] = ()
    knobs: tuple[Point, ...] = ()


def smooth(marks: Sequence[Mark], *, closed: bool) -> tuple[Point, ...]:
    """A line through points, round but at its corners (Catmull and Rom, 1974)."""
    count = len(marks)
    points = [(mark[0], mark[1]) for mark in marks]
    ends = [len(mark) > 2 or (not closed and at in {0, count - 1}) for at, mark in enumerate(marks)]  # noqa: PLR2004 - a corner
    slopes = [
        (0.0, 0.0) if ends[at] else tuple((points[(at + 1) % count][axis] - points[at - 1][axis]) / 2 for axis in (0, 1))
        for at in range(count)
    ]
    found = [points[0]]
    for one, other in pairwise([*range(count), 0] if closed else range(count)):
        (x, y), (to_x, to_y), (dx, dy), (to_dx, to_dy) = points[one], points[other], slopes[one], slopes[other]
        for step in range(1, _STEPS + 1):
            t = step / _STEPS
            a, b, c, d = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, -2 * t**3 + 3 * t**2, t**3 - t**2
            found.append((a * x + b * dx + c * to_x + d * to_dx, a * y + b * dy + c * to_y + d * to_dy))
    return tuple(found)


def _whole(*half: Mark) -> tuple[Mark, ...]:
    """Both halves of a symmetric outline from its left one, which begins or ends at the middle."""
    return half + tuple((1 - mark[0], *mark[1:]) for mark in reversed(half) if mark[0] != 0.5)  # noqa: PLR2004 - the middle  # type: ignore[return-value]


def part(stuff: Stuff, *marks: Mark) -> Part:
    """A part within its outline."""
    return Part(stuff, smooth(marks, closed=True))


def even(stuff: Stuff, *half: Mark) -> Part:
    """A symmetric part, from the left half of its outline."""
    return part(stuff, *_whole(*half))


def twice(stuff: Stuff, *marks: Mark) -> tuple[Part, Part]:
    """A part on the left, and its mirror image."""
    return part(stuff, *marks), part(stuff, *_mirrored(marks))


def strip(stuff: Stuff, width: float, *marks: Mark) -> Part:
    """A strip along a line, ``width`` of the picture wide."""
    return Part(stuff, smooth(marks, closed=False), width)


def strips(stuff: Stuff, width: float, *marks: Mark) -> tuple[Part, Part]:
    """A strip on the left, and its mirror image."""
    return strip(stuff, width, *marks), strip(stuff, width, *_mirrored(marks))


def line(stroke: Stroke, *marks: Mark) -> Line:
    """A line through points."""
    return Line(stroke, smooth(marks, closed=False))


def lines(stroke: Stroke, *marks: Mark) -> tuple[Line, Line]:
    """A line on the left, and its mirror image."""
    return line(stroke, *marks), line(stroke, *_mirrored(marks))


def down(x: float, *ys: float) -> tuple[Point, ...]:
    """Points below each other, such as buttons."""
    return tuple((x, y) for y in ys)


def _mirrored(marks: Sequence[Mark]) -> tuple[Mark, ...]:
    return tuple((1 - mark[0], *mark[1:]) for mark in marks)
