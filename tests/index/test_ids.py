"""The row of each id, without a dict."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import ids as module
from index.errors import SnapshotError
from index.ids import RowOfId

IDS = st.lists(st.text(max_size=6), unique=True, max_size=40)


@given(ids=IDS, others=IDS, parts=st.integers(1, 4))
def test_it_is_the_mapping_that_a_dict_would_be(ids: list[str], others: list[str], parts: int) -> None:
    """In order, of any text, in one array or several; what is not there is not."""
    column = pa.chunked_array([ids[part::parts] for part in range(parts)], pa.string())
    expected = {item: row for row, item in enumerate(column.to_pylist())}
    found = RowOfId(column)
    assert list(found.items()) == list(expected.items())
    assert (list(found), len(found), dict(found)) == (list(expected), len(expected), expected)
    assert [found.get(item) for item in others] == [expected.get(item) for item in others]
    assert found == expected
    asked = [*others, *ids, *(f"{number}" for number in range(40))]
    assert found.known(asked) == {item: expected[item] for item in asked if item in expected}
    assert found.known(others[:3]) == {item: expected[item] for item in others[:3] if item in expected}


def test_ids_of_equal_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all hashes are equal, each id still has its own row."""
    monkeypatch.setattr(module, "hash", lambda _: 7, raising=False)
    found = RowOfId(pa.array(["a", "b", "c"]))
    assert [found[item] for item in "cab"] == [2, 0, 1]
    assert "d" not in found
    assert found.known([*"dcab", *"efghijklmnopqrst"]) == {"c": 2, "a": 0, "b": 1}


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["a", "b", "a"], "items: id 'a' occurs twice (rows 0 and 2)"),
        (["x", "b", "a", "a", "b", "b"], "items: id 'b' occurs twice (rows 1 and 4)"),
    ],
)
def test_an_id_that_occurs_twice_is_refused(monkeypatch: pytest.MonkeyPatch, ids: list[str], message: str) -> None:
    """With the first that does, and where; equal hashes of others do not hide it."""
    for _ in range(2):
        with pytest.raises(SnapshotError, match=re.escape(message)):
            RowOfId(pa.array(ids))
        monkeypatch.setattr(module, "hash", lambda _: 7, raising=False)


def test_it_takes_twelve_bytes_an_id() -> None:
    """Beside the column of ids, which the items have anyway."""
    found = RowOfId(pa.array([f"i{number}" for number in range(1000)]))
    assert sum(value.nbytes for value in vars(found).values() if isinstance(value, np.ndarray)) == 12_000
