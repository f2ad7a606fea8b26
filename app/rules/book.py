"""The rules of a home, ``rules.json``, and every version of them that there was; see ``app.home.versions``.

(The log of the catalogue is cut where a release holds its changes; rules outlive releases.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from app.ground import collector
from app.ground.errors import HomeError
from app.ground.places import shown
from app.home.versions import Versions
from app.rules.rule import KEPT, RULES, Rule, as_written

NAME: Final = "rules"
MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules as they are at one version; 0 is that there never was any."""

    version: int = 0
    rules: tuple[Rule, ...] = ()

    def with_rules(self, rules: Sequence[Rule]) -> RuleBook:
        """The next version: each rule in the place of that of the same id, or after all."""
        given = {rule.id: rule for rule in rules}
        kept = [given.pop(rule.id, rule) for rule in self.rules]
        return RuleBook(self.version + 1, (*kept, *given.values()))

    def without(self, rule_id: str) -> RuleBook:
        """The next version, without a rule."""
        return RuleBook(self.version + 1, tuple(rule for rule in self.rules if rule.id != rule_id))


_NONE: Final = RuleBook()


class RuleFile(Versions[RuleBook]):
    """The rules of one home."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, NAME, _parsed, _NONE)

    def put(self, rules: Sequence[Rule]) -> RuleBook:
        """Add rules, or replace those of the same ids; returns what holds then.

        Raises:
            HomeError: there would be too many, or the file cannot be read.
        """
        with self.changing():
            return self._write(self.book().with_rules(rules))

    def remove(self, rule_id: str) -> RuleBook:
        """Take a rule away.

        Raises:
            HomeError: there is none of that id, or the file cannot be read.
        """
        with self.changing():
            book = self.book()
            if rule_id not in {rule.id for rule in book.rules}:
                msg = f"{shown(self.home)}: no rule {rule_id!r}; `attire rules list` shows those that there are"
                raise HomeError(msg)
            return self._write(book.without(rule_id))

    def _write(self, book: RuleBook) -> RuleBook:
        if len(book.rules) > MOST:
            msg = f"{len(book.rules):,} rules: a home takes {MOST:,}; remove those that are over"
            raise HomeError(msg)
        book = replace(book, version=self.next(book.version - 1))
        with collector.resting():
            self.write(book.version, {"rules": [as_written(rule) for rule in book.rules]})
        return book


def _parsed(said: Mapping[str, Any]) -> RuleBook:
    return RuleBook(int(said["version"]), tuple(RULES.validate_python(said["rules"], context=KEPT)))
