"""The backends by name, and the choice of a backend per category."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from index.backends.base import Backend
from index.backends.faiss_cpu import FlatIndex
from index.errors import VectorIndexError

DEFAULT: Final = "flat"
BACKENDS: Final[dict[str, Backend]] = {
    DEFAULT: Backend(build=FlatIndex),
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which backend indexes which category.

    Args:
        backend: name of the default backend.
        categories: category -> name of its backend, for categories that do not use the default.

    Raises:
        VectorIndexError: a name is not a backend's.
    """

    backend: str = DEFAULT
    categories: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, where in [(self.backend, ""), *((name, f" for category {category!r}") for category, name in self.categories.items())]:
            if name not in BACKENDS:
                msg = f"no index backend {name!r}{where}; there are: {', '.join(BACKENDS)}; see docs/settings.md"
                raise VectorIndexError(msg)
