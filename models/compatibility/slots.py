"""Which slots an outfit usually has: learned from the categories of the training outfits."""

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
        """The slots that outfits like this one usually have and this one lacks, likeliest first.

        An outfit is like this one when it has all its categories; where none has, when it shares the most of them.

        Args:
            categories: what the outfit has.
            at_least: a slot is proposed when this share of the like outfits has it; the likeliest one always is.
            most: no more slots than this.
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
