"""The rules of a home, ``rules.json``, and every version of them that there was, ``rules/``.

They are beside ``CURRENT``, which every replica of a home reads: whoever reads the file sees it before or after a change, and a change that
was answered outlives a power cut. (The log of the catalogue is cut where a release holds its changes; rules outlive releases.)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from app.ground.errors import HomeError
from app.home.alone import in_turn
from app.home.runs import now
from app.rules.rule import RULES, Rule
from sealed.files import write_whole

FILE: Final = "rules.json"
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


class RuleFile:
    """The rules of one home; of use to several threads and processes at once."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._read: tuple[object, RuleBook] = (None, _NONE)

    @property
    def path(self) -> Path:
        """The file."""
        return self.home / FILE

    def book(self) -> RuleBook:
        """The rules as they are now; the file is read where it changed.

        Raises:
            HomeError: it cannot be read.
        """
        try:
            mark = self._mark()
            if mark is None or mark != self._read[0]:
                said = json.loads(self.path.read_bytes())
                self._read = mark, RuleBook(int(said["version"]), tuple(RULES.validate_json(json.dumps(said["rules"]))))
            return self._read[1]
        except FileNotFoundError:
            return _NONE
        except (OSError, ValueError, TypeError, KeyError, ValidationError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not as `attire rules` writes it"
            msg = f"{self.path}: cannot be read ({why}); put the last version back from {self.path.with_suffix('')}/"
            raise HomeError(msg) from error

    def read_lately(self) -> bool:
        """Whether the file is as it was when it was read last, or still is not there."""
        return self._mark() == self._read[0]

    def _mark(self) -> object:
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino, stat.st_size

    def put(self, rules: Sequence[Rule]) -> RuleBook:
        """Add rules, or replace those of the same ids; returns what holds then.

        Raises:
            HomeError: there would be too many, or the file cannot be read.
        """
        with in_turn(self.home, FILE):
            return self._write(self.book().with_rules(rules))

    def remove(self, rule_id: str) -> RuleBook:
        """Take a rule away.

        Raises:
            HomeError: there is none of that id, or the file cannot be read.
        """
        with in_turn(self.home, FILE):
            book = self.book()
            if rule_id not in {rule.id for rule in book.rules}:
                msg = f"{self.home}: no rule {rule_id!r}; `attire rules list` shows those that there are"
                raise HomeError(msg)
            return self._write(book.without(rule_id))

    def _write(self, book: RuleBook) -> RuleBook:
        if len(book.rules) > MOST:
            msg = f"{len(book.rules):,} rules: a home takes {MOST:,}; remove those that are over"
            raise HomeError(msg)
        rules = [rule.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"do": rule.do} for rule in book.rules]
        text = json.dumps({"version": book.version, "written": now(), "rules": rules}, ensure_ascii=False, indent=1)
        write_whole(self.path.with_suffix("") / f"{book.version:06}.json", text)
        write_whole(self.path, text)
        return book
