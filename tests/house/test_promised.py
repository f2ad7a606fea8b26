"""Every promise of the pages names a test that is there, and that is walked at every width."""

from __future__ import annotations

import re
from pathlib import Path

WALKED = Path(__file__).parents[1] / "app" / "web"


def test_every_promise_names_a_test_that_is_there() -> None:
    """And each line of the tables names one."""
    lines = [line for line in (WALKED / "README.md").read_text().splitlines() if line.startswith("| ") and not line.endswith("| test |")]
    assert len(lines) > 40
    for line in lines:
        [(file, name)] = re.findall(r"\| `([\w./]+)::(\w+)` \|$", line)
        marked = re.search(rf"((?:^@.*\n)*)^def {name}\(", (WALKED / file).read_text(), re.MULTILINE)
        assert marked, line
        assert "one_width" not in marked[1], line
