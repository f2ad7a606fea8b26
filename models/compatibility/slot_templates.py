"""The slots of bundles from before ``SlotModel``, which kept the combinations of categories of their training outfits and no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from models.compatibility.calibration import UNTOLD
from models.compatibility.conflicts import Conflicts
from models.compatibility.people import People
from models.compatibility.slots import Missing


@dataclass(frozen=True)
class SlotTemplates:
    """How often each combination of categories was worn, most frequent first; none where no outfits were learned from.

    Attributes:
        conflicts: nothing learned, so the documented ones hold. people: nobody's.
        apart: as SlotModel.
    """

    templates: tuple[tuple[tuple[str, ...], int], ...] = ()
    conflicts: Conflicts = field(default_factory=Conflicts)
    people: People = field(default_factory=People)
    apart: frozenset[tuple[str, str]] = frozenset()

    @property
    def of_orders(self) -> bool:
        """Whether no outfit is known to be whole; that was not kept."""
        return False

    @classmethod
    def fit(cls, outfits: Iterable[Sequence[str]]) -> SlotTemplates:
        """Count the combinations of categories of outfits, each given by its items' categories."""
        counts = Counter(tuple(sorted(set(categories))) for categories in outfits)
        return cls(tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))))

    def without(self, categories: Collection[str]) -> SlotTemplates:
        """The same, where nothing of these categories can be had."""
        counts: Counter[tuple[str, ...]] = Counter()
        for template, count in self.templates:
            counts[tuple(name for name in template if name not in categories)] += count
        return replace(self, templates=tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))))

    @property
    def outfits(self) -> int:
        """How many were counted."""
        return sum(count for _, count in self.templates)

    def knows(self, categories: Sequence[str]) -> bool:
        """Whether there are any combinations."""
        return bool(self.templates)

    def worn_together(self, categories: Sequence[str]) -> bool | None:
        """Whether some outfit had all of these categories; None where it had not each, and of several of one, which are not counted."""
        known = {name for template, _ in self.templates for name in template}
        if len(set(categories)) < len(categories) or not known.issuperset(categories):
            return None
        return any(set(template).issuperset(categories) for template, _ in self.templates)

    def whole_of(self, categories: Collection[str]) -> float:
        """Even odds: combinations do not tell."""
        return UNTOLD

    def strange(self, categories: Collection[str]) -> float:
        """Nothing: combinations do not tell."""
        return 0.0

    def missing(
        self,
        categories: Sequence[str],
        ids: Sequence[str] = (),
        texts: Sequence[str] = (),
        *,
        varied: bool = True,
        at_least: float = 0.5,
    ) -> Missing:
        """The slots that similar outfits usually have and this one lacks, likeliest first; none when it is one of the combinations.

        Outfits are similar if they share the most categories with this one: all of them, where such outfits exist. Categories that were
        never worn together are not proposed together.

        Args:
            categories: what the outfit has.
            at_least: propose a slot if this share of the similar outfits has it; the likeliest slot is always proposed.
        """
        have = set(categories)
        if any(have == set(template) for template, _ in self.templates):
            return Missing(())
        shared = max((len(have & set(template)) for template, _ in self.templates), default=0)
        like = [(set(template) - have, count) for template, count in self.templates if len(have & set(template)) == shared]
        total = sum(count for _, count in like)
        weight: Counter[str] = Counter()
        for lacking, count in like:
            for category in lacking:
                weight[category] += count
        pairs = {pair for template, _ in self.templates for pair in combinations(template, 2)}
        known = have & {name for pair in pairs for name in pair}
        slots: list[str] = []
        for category, count in sorted(weight.items(), key=lambda entry: (-entry[1], entry[0])):
            likely = not slots or count >= at_least * total
            if likely and all((min(category, other), max(category, other)) in pairs for other in (*known, *slots)):
                slots.append(category)
        return Missing(tuple(slots))
