"""How often titles and categories tell rightly for whom a piece is, by the labels of items that have them.

python -m benchmarks.whom DATA    # whose items have an attribute `gender`: Men, Women, Unisex, Boys, Girls
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from models.datasets.audience import Audience, audience_label
from models.datasets.findings import Findings
from models.datasets.read import read_catalogue


def outcomes(labelled: Audience, read: Audience | None) -> tuple[str, str]:
    """What came of the gender, and of the age.

    >>> men = Audience(frozenset({"men"}), frozenset({"adult"}))
    >>> outcomes(men, Audience(frozenset({"men"}))), outcomes(men, Audience(ages=frozenset({"child"}))), outcomes(men, None)
    (('right', 'open'), ('open', 'wrong'), ('silent', 'silent'))
    """
    if read is None:
        return "silent", "silent"
    gender = "right" if read.genders == labelled.genders else "open" if read.genders > labelled.genders else "wrong"
    grown = "adult" in labelled.ages
    age = "wrong" if grown != ("adult" in read.ages) else "open" if grown and len(read.ages) > 1 else "right"
    return gender, age


def main() -> None:
    """Print a row for each label: items, and of how many gender and age are read right, left open, read wrong, not said."""
    counts: dict[str, tuple[Counter[str], Counter[str]]] = {}
    table = read_catalogue(Path(sys.argv[1]), Findings()).table.select(["title", "category", "subcategory", "attributes"])
    for item in table.to_pylist():
        label = json.loads(item["attributes"] or "{}").get("gender", "")
        if (labelled := _audience({"gender": label})) is None:
            continue
        read = _audience({}, (item["subcategory"], item["category"]), item["title"])
        for counter, outcome in zip(counts.setdefault(label, (Counter(), Counter())), outcomes(labelled, read), strict=True):
            counter[outcome] += 1
    print("| label | items | gender right | open | wrong | age right | open | wrong | silent |\n|---|---|---|---|---|---|---|---|---|")
    for label, (genders, ages) in counts.items():
        cells = [
            label,
            genders.total(),
            *(counter[name] for counter in (genders, ages) for name in ("right", "open", "wrong")),
            genders["silent"],
        ]
        print("|", " | ".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in cells), "|")


def _audience(attributes: Mapping[str, str], categories: Sequence[str | None] = (), title: str | None = None) -> Audience | None:
    return Audience.of_label(audience_label(attributes, categories, title) or "")


if __name__ == "__main__":
    main()
