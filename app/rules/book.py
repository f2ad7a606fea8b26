"""The rules of a home, ``rules.json``, and every version of them that there was; see ``app.home.versions``.

(The log of the catalogue is cut where a release holds its changes; rules outlive releases.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any, Final

from app.ground import collector
from app.ground.errors import HomeError
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

    def replaced_by(self, rules: Sequence[Rule]) -> RuleBook:
        """The next version, of these rules and no others."""
        return RuleBook(self.version + 1, tuple(rules))

    def without(self, rule_id: str) -> RuleBook:
        """The next version, without a rule."""
        return RuleBook(self.version + 1, tuple(rule for rule in self.rules if rule.id != rule_id))


_NONE: Final = RuleBook()


@dataclass(frozen=True, slots=True)
class Change:
    """What one version of the rules changed.

    Attributes:
        written: when. rules: how many there were then.
        added, changed, removed: ids; None where the version before is no longer kept.
    """

    version: int
    written: str
    rules: int
    added: tuple[str, ...] | None = None
    changed: tuple[str, ...] | None = None
    removed: tuple[str, ...] | None = None

    @classmethod
    def of(cls, said: Mapping[str, Any], before: Mapping[str, Any] | None) -> Change:
        """That of a version, as it was written, from the one before it."""
        rules = {rule["id"]: rule for rule in said["rules"]}
        told = int(said["version"]), str(said["written"]), len(rules)
        if before is None:
            return cls(*told)
        known = {rule["id"]: rule for rule in before["rules"]}
        return cls(
            *told,
            added=tuple(name for name in rules if name not in known),
            changed=tuple(name for name, rule in rules.items() if name in known and known[name] != rule),
            removed=tuple(name for name in known if name not in rules),
        )


class RuleFile(Versions[RuleBook]):
    """The rules of one home."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, NAME, _parsed, _NONE)

    def put(self, rules: Sequence[Rule], *, replace_all: bool = False, meant: int | None = None) -> RuleBook:
        """Add rules, or replace those of the same ids, or else all; returns what holds then.

        Args:
            meant: the version that is changed; None: whatever it is.

        Raises:
            HomeError: there would be too many, or the file cannot be read. OtherVersionError: it is at another version.
        """
        with self.changing():
            book = self._meant(meant)
            return self._write(book.replaced_by(rules) if replace_all else book.with_rules(rules))

    def remove(self, rule_id: str, *, meant: int | None = None) -> RuleBook:
        """Take a rule away.

        Raises:
            HomeError: there is none of that id, or the file cannot be read. OtherVersionError: see ``put``.
        """
        with self.changing():
            book = self._meant(meant)
            if rule_id not in {rule.id for rule in book.rules}:
                msg = f"{self.home}: no rule {rule_id!r}; `attire rules list` shows those that there are"
                raise HomeError(msg)
            return self._write(book.without(rule_id))

    def restore(self, version: int, *, meant: int | None = None) -> RuleBook:
        """Have the rules of an earlier version hold again, as a new one.

        Raises:
            UnknownVersionError: it is not kept. HomeError: it cannot be read. OtherVersionError: see ``put``.
        """
        with self.changing():
            if meant is not None:  # else what it takes the place of may be unreadable
                self._meant(meant)
            return self._write(RuleBook().replaced_by(self.at(version).rules))

    def history(self, most: int) -> list[Change]:
        """What the last versions changed, at most so many, the newest first.

        Raises:
            HomeError: one cannot be read.
        """
        numbers = self.numbers()[: most + 1]
        befores = chain(map(self.said, numbers), [{"rules": ()} if numbers[-1:] == [1] else None])  # of 2 MB each, two at a time
        try:
            return [Change.of(said, before) for said, before in islice(pairwise(befores), most) if said is not None]
        except (ValueError, TypeError, KeyError) as error:
            msg = f"{self.path.with_suffix('')}: a version in it is not as `attire rules` writes it"
            raise HomeError(msg) from error

    def _meant(self, version: int | None) -> RuleBook:
        book = self.book()
        self.check_version(book.version, version)
        return book

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
