"""The rules of a home as a variant changes them."""

from __future__ import annotations

from app.experiments.experiment import Variant
from app.rules.book import RuleBook


def missing_rules(variant: Variant, book: RuleBook) -> list[str]:
    """Ids in ``without_rules`` that no rule of the home has, so that leaving them out does nothing."""
    known = {rule.id for rule in book.rules}
    return [rule for rule in variant.without_rules if rule not in known]


def as_changed(variant: Variant, book: RuleBook) -> RuleBook:
    """Rules of the home, with those of a variant and without those that it leaves out."""
    after = book.with_rules(variant.rules)
    return RuleBook(after.version, tuple(rule for rule in after.rules if rule.id not in variant.without_rules))
