"""Traits of a snapshot, kept beside it: reading the words of a million items takes half a minute, reading what they came to does not.

cache/traits-<version>/   labels.json, label.npy, key.npy, first.npy, in a shop of one-offs sizes.json and size.npy, and a manifest with the
                          snapshot's id and the sha256 of each

The version is the digest of the code that reads the words, all of ``models.datasets``. What is missing, damaged or of another version is
read from the items again.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import astuple
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from pydantic.dataclasses import dataclass

from app.release import sized, traits, variants
from app.release.sized import Sized
from app.release.traits import Traits
from index.snapshot import Snapshot
from models import datasets
from models.compatibility import dice, roles
from models.datasets.labels import PieceLabels
from models.datasets.size_scale import Place
from models.progress import Progress, silent
from sealed.directories import CACHE, staged
from sealed.errors import SealedError
from sealed.manifest import STRICT, Manifest, Seal

_READERS: Final = (traits, variants, sized, dice, roles)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class _KeptTraits(Manifest):
    snapshot: str
    marks_men: bool


_PLACES: Final = "sizes.json"
_KEPT: Final = Seal(kind="traits", manifest=_KeptTraits, format=1)


def traits_of(directory: Path, snapshot: Snapshot, progress: Progress = silent) -> Traits:
    """The traits of a snapshot, from its cache where they are; else they are read from its items, and kept if its directory is writable."""
    kept = directory / CACHE / f"traits-{_version()}"
    with suppress(SealedError, OSError, ValueError, TypeError):
        manifest = _KEPT.read(kept)
        if manifest.snapshot == snapshot.manifest.id:
            _KEPT.check(kept, manifest)
            return _read(kept, marks_men=manifest.marks_men)
    made = Traits.of(snapshot, progress=progress)
    with suppress(OSError), staged(kept) as staging:
        (staging / "labels.json").write_text(json.dumps([astuple(one) for one in made.labels]))
        for name, values in (("label", made.label_N), ("key", made.key_N), ("first", made.first_N)):
            np.save(staging / f"{name}.npy", values)
        if made.sized is not None:
            places = [None if place is None else astuple(place) for place in made.sized.places]
            (staging / _PLACES).write_text(json.dumps({"small": made.sized.small, "chosen": made.sized.chosen, "places": places}))
            np.save(staging / "size.npy", made.sized.place_N)
        _KEPT.put(staging, _KeptTraits(snapshot=snapshot.manifest.id, marks_men=made.marks_men))
    return made


def _read(kept: Path, *, marks_men: bool) -> Traits:
    label_N, key_N, first_N = (np.load(kept / f"{name}.npy") for name in ("label", "key", "first"))
    labels = tuple(PieceLabels(*one) for one in json.loads((kept / "labels.json").read_text()))
    return Traits(labels, label_N, key_N, first_N, _read_sized(kept), marks_men)


def _read_sized(kept: Path) -> Sized | None:
    if not (kept / _PLACES).exists():
        return None
    body = json.loads((kept / _PLACES).read_text())
    places = tuple(None if place is None else Place(*place) for place in body["places"])
    return Sized(places, np.load(kept / "size.npy"), str(body["small"]), chosen=bool(body["chosen"]))


@cache
def _version() -> str:
    words = sorted(Path(datasets.__path__[0]).glob("*.py"))
    sources = [*(Path(module.__file__ or "") for module in _READERS), *words]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
