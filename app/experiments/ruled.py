"""The rules of a home as a variant changes them."""

from __future__ import annotations

from pathlib import Path

from app.experiments.experiment import Variant
from app.rules.book import RuleBook, RuleFile


def missing_rules(variant: Variant, book: RuleBook) -> list[str]:
    """Ids in ``without_rules`` that no rule of the home has, so that leaving them out does nothing."""
    known = {rule.id for rule in book.rules}
    return [rule for rule in variant.without_rules if rule not in known]


class VariantRules(RuleFile):
    """Rules of the home, with those of a variant and without those that it leaves out."""

    def __init__(self, home: Path, variant: Variant) -> None:
        super().__init__(home)
        self._variant = variant
        self._made: tuple[RuleBook | None, RuleBook] = (None, RuleBook())

    def book(self) -> RuleBook:
        """The rules as they are for the variant; the same object while they are the same."""
        book = super().book()
        if book is not self._made[0]:
            after = book.with_rules(self._variant.rules)
            rules = tuple(rule for rule in after.rules if rule.id not in self._variant.without_rules)
            self._made = book, RuleBook(after.version, rules)
        return self._made[1]
