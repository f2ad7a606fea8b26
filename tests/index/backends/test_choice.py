"""Which backend a category gets, by its size, the device and the settings."""

from __future__ import annotations

import numpy as np
import pytest

from index.backends.approximate import KINDS, ApproximateIndex
from index.backends.base import Backend, FloatArray
from index.backends.faiss_cpu import FlatIndex
from index.backends.registry import BACKENDS, Choice
from index.errors import VectorError, VectorIndexError


@pytest.mark.parametrize(
    ("device", "count", "name"),
    [
        ("cpu", 1, "flat"),
        ("cpu", 199_999, "flat"),
        ("cpu", 200_000, "coded"),
        ("cpu", 999_999, "coded"),
        ("cpu", 1_000_000, "pq"),
        ("cuda", 199_999, "flat"),
        ("cuda", 10_000_000, "torch"),
    ],
)
def test_it_is_chosen_by_size_and_device(device: str, count: int, name: str) -> None:
    """Exact below a million, and whatever the size on a GPU."""
    assert Choice(device=device).of("tops", count) == name


def test_a_setting_overrides_it() -> None:
    """For all, or for a category; ``auto`` may be said of one, too."""
    choice = Choice(backend="ivf", categories={"tops": "flat", "bags": "auto"})
    assert [choice.of(name, 5_000_000) for name in ("shoes", "tops", "bags")] == ["ivf", "flat", "pq"]


@pytest.mark.parametrize(("backend", "expected"), [("auto", "coded"), ("hnsw", None)])
def test_what_auto_chose_and_finds_too_little_is_not_kept(backend: str, expected: str | None) -> None:
    """The quickest exact one comes in its place; what a setting names stays, and scans."""
    scanning = ApproximateIndex(np.eye(3, dtype=np.float32), KINDS["hnsw"], exact=True)
    assert Choice(backend=backend).instead("tops", scanning) == expected
    assert Choice(backend=backend).instead("tops", FlatIndex(np.eye(3, dtype=np.float32))) is None


def test_torch_computes_on_the_device_of_the_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """And only it is made for one."""
    asked: list[str] = []

    def made(device: str) -> Backend:
        asked.append(device)
        return BACKENDS["flat"]

    monkeypatch.setitem(BACKENDS, "torch", Backend(build=FlatIndex, on=made))
    choice = Choice(device="cuda:1")
    assert choice.backend_of("torch") is choice.backend_of("flat") is BACKENDS["flat"]
    assert asked == ["cuda:1"]


def test_a_device_without_room_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to do instead."""

    def full(_: FloatArray, device: str) -> FlatIndex:
        msg = f"{device} out of memory"
        raise RuntimeError(msg)

    monkeypatch.setattr("index.backends.torch_exact.TorchIndex", full)
    with pytest.raises(VectorError, match=r"3 vectors cannot be kept on cuda \(cuda out of memory\); ATTIRE_INDEX__BACKEND=coded keeps"):
        Choice(device="cuda").backend_of("torch").build(np.eye(3, dtype=np.float32))


def test_an_unknown_name_is_refused() -> None:
    """With those there are."""
    with pytest.raises(VectorIndexError, match=r"no index backend 'x' for category 'tops'; there are: auto, flat, coded, pq"):
        Choice(categories={"tops": "x"})
