"""The backends by name, and the choice of a backend per category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from index.backends import approximate
from index.backends.base import Backend, FloatArray, VectorIndex
from index.backends.certified import CodedIndex, read_codes, write_codes
from index.backends.faiss_cpu import FlatIndex
from index.errors import VectorError, VectorIndexError

AUTO: Final = "auto"
CPU: Final = "cpu"
CODED_FROM: Final = 200_000
"""Vectors of a category from which ``auto`` takes ``coded``: exact, and quicker from here on (benchmarks/index_backends.md)."""
APPROXIMATE_FROM: Final = 1_000_000
"""Vectors of a category from which ``auto`` takes ``pq``: the quickest exact search takes longer than the rest of a request."""


def _on_device(vectors_ND: FloatArray, device: str = CPU) -> VectorIndex:
    from index.backends.torch_exact import TorchIndex  # noqa: PLC0415 - torch is imported only where it searches

    try:
        return TorchIndex(vectors_ND, device)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        msg = f"{len(vectors_ND):,} vectors cannot be kept on {device} ({reason}); ATTIRE_INDEX__BACKEND=coded keeps them on the CPU"
        raise VectorError(msg) from error


BACKENDS: Final[dict[str, Backend]] = {
    "flat": Backend(build=FlatIndex),
    "coded": Backend(build=CodedIndex, write=write_codes, read=read_codes),
    **{name: approximate.backend(name) for name in approximate.KINDS},
    "torch": Backend(build=_on_device, on=lambda device: Backend(build=partial(_on_device, device=device))),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which backend indexes which category.

    Args:
        backend: name of the default backend; ``auto`` chooses by size and device.
        categories: category -> name of its backend, for categories that do not use the default.
        device: where ``torch`` computes, and ``auto`` chooses it unless that is the CPU.

    Raises:
        VectorIndexError: a name is not a backend's.
    """

    backend: str = AUTO
    categories: Mapping[str, str] = field(default_factory=dict)
    device: str = CPU

    def __post_init__(self) -> None:
        for name, where in [(self.backend, ""), *((name, f" for category {category!r}") for category, name in self.categories.items())]:
            if name not in BACKENDS and name != AUTO:
                msg = f"no index backend {name!r}{where}; there are: {', '.join([AUTO, *BACKENDS])}; see docs/settings.md"
                raise VectorIndexError(msg)

    def of(self, category: str, count: int) -> str:
        """The name of the backend of a category of so many vectors."""
        name = self.categories.get(category, self.backend)
        if name != AUTO:
            return name
        if count < CODED_FROM:
            return "flat"
        if self.device != CPU:
            return "torch"
        return "coded" if count < APPROXIMATE_FROM else "pq"

    def instead(self, category: str, index: VectorIndex) -> str | None:
        """The name of the backend to take in place of an index that ``auto`` chose and that finds too little; None where it is enough."""
        chosen = self.categories.get(category, self.backend)
        return "coded" if chosen == AUTO and isinstance(index, approximate.ApproximateIndex) and index.exact else None

    def backend_of(self, name: str) -> Backend:
        """The backend of a name; one that can computes on the device."""
        found = BACKENDS[name]
        return found.on(self.device) if found.on else found


def used(name: str, index: VectorIndex) -> str:
    """What searches: the backend's name, and whether it scans all the same, as nothing less finds enough."""
    return f"{name} (scan)" if isinstance(index, approximate.ApproximateIndex) and index.exact else name
