"""The sizes of a catalogue by any of their spellings: who says ``10`` means the ``UK 10`` of a shop whose small numbers are British."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

from index.columns import Filter
from index.delta import Overlay
from index.snapshot import Snapshot
from models.datasets.ages import is_cup
from models.datasets.size_scale import Spellings

_CUP: Final = re.compile(r"(?P<band>\d+) ?(?P<cup>[a-k]+)")
_SPELLINGS: WeakKeyDictionary[Snapshot | Overlay, Spellings] = WeakKeyDictionary()


def spellings_of(snapshot: Snapshot | Overlay) -> Spellings:
    """Those of what is served, made when they are first asked for."""
    found = _SPELLINGS.get(snapshot)
    if found is None:
        currencies = snapshot.items.column("currency").unique().to_pylist()
        found = _SPELLINGS[snapshot] = Spellings(sorted(snapshot.columns.sizes), currencies)
    return found


class Cups:
    """The sizes of a catalogue that are a bra's: a band and a cup.

    >>> some = Cups(["34DD", "36 dd", "36C", "UK 10"])
    >>> some.meant("34 dd"), some.meant("36"), some.of("DD"), some.meant("32B"), some.meant("10")
    (['34DD'], ['36 dd', '36C'], ['34DD', '36 dd'], [], [])
    """

    def __init__(self, sizes: Iterable[str]) -> None:
        self._known = {size: parts for size in sizes if (parts := cup_of(size))}

    def __bool__(self) -> bool:
        return bool(self._known)

    def meant(self, size: str) -> list[str]:
        """Those that one who says a size may mean: of a band each cup."""
        asked = cup_of(size)
        return [name for name, parts in self._known.items() if parts == asked or parts[0] == size.strip()]

    def of(self, cup: str) -> list[str]:
        """Those of a cup, of any band."""
        return [name for name, parts in self._known.items() if parts[1] == cup.casefold()]


def cup_of(size: str) -> tuple[str, str] | None:
    """The band and the cup of a bra's size; None of others.

    >>> cup_of("34DD"), cup_of("70 B"), cup_of("40R"), cup_of("12A")
    (('34', 'dd'), ('70', 'b'), None, None)
    """
    found = _CUP.fullmatch(" ".join(size.casefold().split()))
    return (found["band"], found["cup"]) if found and is_cup(size) else None


def spelt(snapshot: Snapshot | Overlay, wanted: Filter) -> Filter:
    """A filter with all spellings of each size that the catalogue has, in place of one of them, and with those of several that hold it."""
    if not wanted.size:
        return wanted
    known = spellings_of(snapshot)
    some = (one for size in wanted.size for one in known.same(size) + known.holding(size) or (size,))
    return replace(wanted, size=tuple(dict.fromkeys(some)))
