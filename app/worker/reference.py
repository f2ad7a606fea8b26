"""The fixed reference set: outfits that every release is asked about, and that none may learn from.

A shop that has outfits from before the log provides them as a dataset directory: its test outfits are the set, and its training outfits are
learned from beside the sessions. Without such a directory, the first held-out outfits become the set, for ever, as nobody's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from app.home.runs import REFERENCE
from models.datasets.fields import ItemIds, Text
from models.datasets.findings import Findings
from models.datasets.lines import read_lines
from models.datasets.outfits import OUTFITS
from models.datasets.read import read_dataset
from models.datasets.rejects import Rejects
from models.datasets.schema import Outfit
from models.errors import InputError
from sealed.files import narrow, write_whole

_MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Kept:
    id: Text
    items: ItemIds


_KEPT: Final = TypeAdapter(_Kept)


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference set, and the shop's other outfits from before the log.

    Attributes:
        asked: outfits to ask about. learned: outfits to train and validate on.
        kept_in: file of the set, where it is made from held-out outfits.
    """

    asked: tuple[Outfit, ...]
    learned: tuple[Outfit, ...]
    kept_in: Path

    @classmethod
    def of(cls, dataset: Path, root: Path) -> Reference:
        """Read the dataset directory, if there is one; otherwise the set that was kept in ``root``.

        Raises:
            InputError: the dataset, or the kept set, is broken.
        """
        outfits: tuple[Outfit, ...] = ()
        if (dataset / OUTFITS).is_file():
            outfits = read_dataset(dataset, tasks=False, findings=Findings(rejects=Rejects())).outfits
        path = root / REFERENCE
        asked = tuple(outfit for outfit in outfits if outfit.split == "test")[:_MOST] or thawed(path)
        return cls(asked, tuple(outfit for outfit in outfits if outfit.split != "test"), path)

    def frozen(self, recent: Sequence[Outfit], *, at_least: int) -> Reference:
        """Make the first held-out outfits the set and write it down, once there are enough of them."""
        if len(recent) < at_least:
            return self
        asked = tuple(recent[:_MOST])
        _kept(self.kept_in, asked)
        return replace(self, asked=asked)


def thawed(path: Path) -> tuple[Outfit, ...]:
    """The set that was kept, if one was; written anew where its outfits have the names of sessions.

    Raises:
        InputError: it is broken.
    """
    if not path.exists():
        return ()
    narrow(path)
    try:
        kept = [line.read(_KEPT) for line in read_lines(path)]
    except InputError as error:
        msg = f"not the reference set that was kept ({error.problem}); remove it, and the next held-out outfits become one"
        raise InputError(msg, path=path, line=error.line, field=error.field) from error
    return _kept(path, [Outfit(outfit.id, outfit.items, "test") for outfit in kept])


def _kept(path: Path, outfits: Sequence[Outfit]) -> tuple[Outfit, ...]:
    """The outfits under names that tell whose they were to nobody, and so in the file."""
    asked = tuple(Outfit(f"reference-{number}", outfit.items, "test") for number, outfit in enumerate(outfits, 1))
    if [outfit.id for outfit in asked] != [outfit.id for outfit in outfits]:
        write_whole(path, "\n".join(json.dumps({"id": outfit.id, "items": outfit.items}) for outfit in asked), private=True)
    return asked
