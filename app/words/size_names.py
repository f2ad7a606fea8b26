"""The sizes of a catalogue by any of their spellings: who says ``10`` means the ``UK 10`` of a shop whose small numbers are British."""

from __future__ import annotations

from dataclasses import replace
from weakref import WeakKeyDictionary

from index.columns import Filter
from index.delta import Overlay
from index.snapshot import Snapshot
from models.datasets.size_scale import Spellings

_SPELLINGS: WeakKeyDictionary[Snapshot | Overlay, Spellings] = WeakKeyDictionary()


def spellings_of(snapshot: Snapshot | Overlay) -> Spellings:
    """Those of what is served, made when they are first asked for."""
    found = _SPELLINGS.get(snapshot)
    if found is None:
        currencies = snapshot.items.column("currency").unique().to_pylist()
        found = _SPELLINGS[snapshot] = Spellings(sorted(snapshot.columns.sizes), currencies)
    return found


def spelt(snapshot: Snapshot | Overlay, wanted: Filter) -> Filter:
    """A filter with all spellings of each size that the catalogue has, in place of one of them, and with those of several that hold it."""
    if not wanted.size:
        return wanted
    known = spellings_of(snapshot)
    some = (one for size in wanted.size for one in known.same(size) + known.holding(size) or (size,))
    return replace(wanted, size=tuple(dict.fromkeys(some)))
