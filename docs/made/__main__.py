"""Writes what the documents take from the code: ``python -m docs.made``."""

from __future__ import annotations

from docs.made import DOCUMENTS, MADE, renewed

for name, parts in MADE.items():
    document = DOCUMENTS / name
    document.write_text(renewed(document.read_text(), parts))
