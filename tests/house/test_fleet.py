"""The page that sizes a fleet: what it quotes stands where it says, and what it reckons comes to what it says."""

from __future__ import annotations

import math
import re
from pathlib import Path

from tests.app.test_kubernetes import container

DOCUMENTS = Path(__file__).parents[2] / "docs"
PAGE = (DOCUMENTS / "fleet.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip(" *") for cell in line] for line in lines[2:]]


def number(cell: str) -> float:
    """What a cell begins with."""
    return float(re.match(r"[\d.,]+?(?=,? |,?$)", cell)[0].replace(",", ""))  # type: ignore[index]


def test_what_is_quoted_stands_there() -> None:
    """Word for word, but for the ends of lines."""
    for _, figures, where in rows("What was measured"):
        link = re.search(r"\]\(([^)#]+)", where)
        assert link is not None
        page = " ".join((DOCUMENTS / link[1]).read_text().split())
        quoted = re.findall(r'"([^"]+)"', figures)
        assert quoted
        for one in quoted:
            assert one in page, one


def test_what_a_request_costs_is_as_reckoned() -> None:
    """From the search on."""
    for _, search, processor, a_second, hours, cost, _ in rows("What a request costs"):
        assert abs(7.3 + number(search) - number(processor)) < 0.051
        assert number(a_second) == round(700 / number(processor))
        assert abs(number(processor) / 3.6 / 0.7 - number(hours)) < 0.051
        assert abs(number(processor) / 3.6 / 0.7 * 0.04 - number(cost)) < 0.0051


def test_processes_and_memory_are_as_reckoned() -> None:
    """From the processor time of as many items in a category as most."""
    times = {number(items): number(processor) for items, _, processor, *_ in rows("What a request costs") if "largest" not in items}
    for items, requests, processes, memory in rows("How many processes, how much memory"):
        millions = number(items) / 1e6
        assert number(processes) == max(2, math.ceil(number(requests) * times[number(items)] / 700))
        assert abs(number(processes) * (0.7 + 0.3 * millions) + 0.4 + 0.9 * millions - number(memory)) < 0.051


def test_a_pod_has_the_memory_that_the_page_says() -> None:
    """For a million items, one process, and one of heavy requests beside it."""
    [needed] = re.findall(r"\*a million items\* with a process of heavy requests \(([\d.]+) GB\)", PAGE)
    assert abs(0.7 + 0.3 + 0.4 + 0.9 + 0.55 - float(needed)) < 0.051
    assert float(needed) < float(container("api")["resources"]["limits"]["memory"].removesuffix("Gi")) * 2**30 / 1e9
