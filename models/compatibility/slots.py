"""Proposes the slots that an outfit lacks, learned from the categories of the training outfits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class SlotModel:
    """How often each combination of categories was worn, most frequent first."""

    templates: tuple[tuple[tuple[str, ...], int], ...]

    @classmethod
    def fit(cls, outfits: Iterable[Sequence[str]]) -> SlotModel:
        """Count the combinations of categories of outfits, each given by its items' categories."""
        counts = Counter(tuple(sorted(set(categories))) for categories in outfits)
        return cls(tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))))

    def missing(self, categories: Sequence[str], at_least: float = 0.5, most: int = 6) -> list[str]:
        """The slots that similar outfits usually have and this one lacks, likeliest first.

        Outfits are similar if they share the most categories with this one: all of them, where such outfits exist.

        Args:
            categories: what the outfit has.
            at_least: propose a slot if this share of the similar outfits has it; the likeliest slot is always proposed.
            most: how many slots at most.
        """
        have = set(categories)
        shared = max((len(have & set(template)) for template, _ in self.templates), default=0)
        like = [(set(template) - have, count) for template, count in self.templates if len(have & set(template)) == shared]
        total = sum(count for _, count in like)
        weight: Counter[str] = Counter()
        for lacking, count in like:
            for category in lacking:
                weight[category] += count
        ranked = sorted(weight.items(), key=lambda entry: (-entry[1], entry[0]))
        usual = [category for category, count in ranked if count >= at_least * total]
        return (usual or [category for category, _ in ranked[:1]])[:most]
