"""Requests made from the schema, with the keys, without and with wrong ones; 20,000 of them: ``python -m benchmarks.fuzz --home HOME``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.fuzz import KEYS, fuzz, served

pytestmark = pytest.mark.integration


def test_no_request_of_the_schema_is_answered_with_5xx(home_of: Callable[[str], Path]) -> None:
    """A few of each operation, valid and not, by a real server."""
    with served(home_of("cosine")) as url:
        counts = fuzz(url, cases=85)
    assert sum(counts.values()) >= 60
    assert {kind.split()[0] for kind in counts} == set(KEYS)
    assert any(kind.endswith("2xx") for kind in counts)
