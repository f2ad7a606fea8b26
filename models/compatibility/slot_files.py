"""The slots of a bundle as files: ``slots.json``, and ``slots.safetensors`` where there is a network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from safetensors.numpy import load_file, save_file

from models.compatibility.slot_templates import SlotTemplates
from models.compatibility.slots import SlotModel
from sealed.files import as_any

Slots = SlotModel | SlotTemplates

SLOTS: Final = "slots.json"
_WEIGHTS: Final = "slots.safetensors"


def write_slots(slots: Slots, directory: Path) -> None:
    """Write one or two files."""
    if isinstance(slots, SlotModel):
        body: object = slots.body()
        with as_any(directory / _WEIGHTS) as file:
            save_file(dict(slots.weights), file)
    else:
        body = [[list(names), count] for names, count in slots.templates]
    (directory / SLOTS).write_text(json.dumps(body, ensure_ascii=False))


def read_slots(directory: Path) -> Slots:
    """Read what ``write_slots`` wrote, or the list of templates of bundles from before.

    Raises:
        OSError, ValueError, TypeError, KeyError, IndexError, SafetensorError: the files are none, or not of each other.
    """
    body = json.loads((directory / SLOTS).read_text())
    if isinstance(body, list):
        return SlotTemplates(tuple((tuple(names), int(count)) for names, count in body))
    return SlotModel.read(body, load_file(directory / _WEIGHTS))
