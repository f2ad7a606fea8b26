"""Which categories are worn by whom: of a woman's shirt the outfits of men say nothing of jackets and caps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from models.datasets.audience import Audience

ENOUGH: Final = 20
"""Outfits of some people, from which on a category that none of them has is not theirs."""


@dataclass(frozen=True, slots=True)
class People:
    """Of each audience (its label) how many outfits there are, and how many of them have each category."""

    counted: Mapping[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)

    @classmethod
    def fit(cls, outfits: Iterable[Iterable[tuple[str, str | None]]]) -> People:
        """Count the outfits of people who could wear all of it.

        Args:
            outfits: of each piece its category, and its audience's label.
        """
        times, having = Counter[str](), dict[str, Counter[str]]()
        for outfit in outfits:
            names, whom = set[str](), Audience()
            for category, label in outfit:
                names.add(category)
                whom &= Audience.of_label(label or "") or Audience()
            if whom.possible:
                times[whom.label] += 1
                having.setdefault(whom.label, Counter()).update(names)
        return cls({label: (times[label], having[label]) for label in sorted(times)})

    def never(self, whom: Audience) -> frozenset[str]:
        """The categories that outfits of others have, and none of theirs; none where theirs are too few to tell."""
        theirs = [of for label, of in self.counted.items() if (said := Audience.of_label(label)) and said <= whom]
        if sum(times for times, _ in theirs) < ENOUGH:
            return frozenset()
        every = {name for _, having in self.counted.values() for name in having}
        return frozenset(every.difference(*(having for _, having in theirs)))

    def body(self) -> dict[str, Any]:
        """As JSON; ``read`` reads it."""
        return {label: [times, dict(having)] for label, (times, having) in self.counted.items()}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> People:
        """From what ``body`` made.

        Raises:
            ValueError, TypeError, AttributeError: it is none.
        """
        return cls({label: (int(times), {name: int(count) for name, count in having.items()}) for label, (times, having) in body.items()})
