"""What the words of an item say of it: what it is worn as, for whom, and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from models.datasets.ages import size_names
from models.datasets.audience import audience_label, season_label
from models.datasets.garments import role_of

LABEL_COLUMNS: Final = ["category", "subcategory", "title", "attributes", "sizes"]
"""The columns of an items table that ``piece_labels`` reads."""


@dataclass(frozen=True, slots=True)
class PieceLabels:
    """Role, audience and season of a piece; None where nothing says, and then it conflicts with nothing."""

    role: str | None = None
    audience: str | None = None
    season: str | None = None


def piece_labels(item: Mapping[str, Any]) -> PieceLabels:
    """Of a row of an items table, as ``to_pylist`` gives it.

    >>> piece_labels({"category": "shoes", "subcategory": "Heels", "title": None, "attributes": '{"gender": "Women", "season": "Winter"}'})
    PieceLabels(role='footwear', audience='women adult', season='winter')
    """
    category, subcategory, title = item["category"], item.get("subcategory"), item.get("title")
    role = role_of(subcategory, category, title)
    attributes = json.loads(item["attributes"]) if item.get("attributes") else {}
    audience = audience_label(attributes, (subcategory, category), title, size_names(item.get("sizes")))
    return PieceLabels(role, audience, season_label(attributes, role))
