"""The backends by name, a line each, and which of them indexes which category."""

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
        backend: the name of the one for all categories but those of ``categories``, which maps a category to its backend's name.

    Raises:
        VectorIndexError: there is no backend of a name.
    """

    backend: str = DEFAULT
    categories: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, where in [(self.backend, ""), *((name, f" for category {category!r}") for category, name in self.categories.items())]:
            if name not in BACKENDS:
                msg = f"no index backend {name!r}{where}; there are: {', '.join(BACKENDS)}; see docs/settings.md"
                raise VectorIndexError(msg)

    def name_for(self, category: str) -> str:
        """The name of a category's backend."""
        return self.categories.get(category, self.backend)
