"""The example of ``docs/experiments.md`` is taken as it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

from starlette.testclient import TestClient

PAGE = (Path(__file__).parents[3] / "docs" / "experiments.md").read_text()


def test_the_example_runs(shop: TestClient, releases: list[str]) -> None:
    """With a release of the home in the place of the page's."""
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    told = shop.put("/experiments", json=json.loads(example.replace("r2-1f0c9a2b", releases[0])))
    assert told.status_code == 200, told.text
    assert told.json()["troubles"] == []
    answers = [shop.post("/complete-outfit", json={"items": ["tops-1"], "user": f"u{number}"}).json() for number in range(40)]
    assert {answer["variant"] for answer in answers} == {"today", "new", "new-diverse", "without", "with"}
