"""The rules of a home over the release that serves: read again where they changed, and where the time of one of them comes or goes."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from datetime import UTC, datetime

from app.ground import collector
from app.ground.errors import HomeError
from app.release.release import Release
from app.rules.book import RuleBook, RuleFile
from app.rules.ruling import InForce, Known, Ruled


class Rules:
    """What a replica asks; of use to several threads at once.

    Args:
        changed: makes the rules of the home those that are asked, say as a variant has them.

    Attributes:
        file: where the rules are kept.
        trouble: why they cannot be read, so that those that were known hold on; None while they can.
    """

    def __init__(self, file: RuleFile, changed: Callable[[RuleBook], RuleBook] = lambda book: book) -> None:
        self.file, self._changed = file, changed
        self.trouble: str | None = None
        self._lock = threading.Lock()
        self._book, self._force = RuleBook(), InForce(())
        self._until: datetime | None = None
        self._known: weakref.WeakKeyDictionary[object, Known] = weakref.WeakKeyDictionary()
        self._last: Known | None = None

    def over(self, release: Release) -> Ruled | None:
        """The rules that hold now, over a release; None where none does.

        Raises:
            HomeError: the file cannot be read, and none of it was known before.
        """
        with self._lock:
            force = self._now()
            if not force.rules:
                return None
            known = self._known.get(release.snapshot)
            if known is None or known.force is not force:
                known = self._known[release.snapshot] = self._last = Known(force, release, self._last)
            return Ruled(force, release, known)

    def settled(self, release: Release) -> bool:
        """Whether ``over`` has nothing to read or to work out, and so takes no time."""
        force, book = self._force, self.file.lately()
        known = not force.rules or ((found := self._known.get(release.snapshot)) is not None and found.force is force)
        return known and book is self._book and (self._until is None or datetime.now(UTC) < self._until)

    def _now(self) -> InForce:
        now = datetime.now(UTC)
        try:
            book = self.file.book()
            self.trouble = None
        except HomeError as error:
            if not self._book.version:
                raise
            book, self.trouble = self._book, str(error)
        if book is not self._book or (self._until is not None and now >= self._until):
            with collector.resting():
                rules = self._changed(book).rules
                self._book, self._force = book, InForce(rules, now)
            moments = [moment for rule in rules for moment in (rule.when.since, rule.when.until) if moment is not None and moment > now]
            self._until = min(moments, default=None)
        return self._force
