"""Experiments in one replica: which variant answers a request, from which release and by which rules.

A release that only a variant asks for is loaded beside the one that serves, has the catalogue's changes laid over it by a replay of its
own, and keeps its own answers. It goes when no running experiment asks for it any more. What serves and is replaced stays beside if a
variant asks for it, and what is beside serves without being loaded again: the variant's shoppers see nothing of either.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from anyio import to_thread

from app.experiments.assign import Assigned, assigned
from app.experiments.book import ExperimentBook, ExperimentFile
from app.experiments.experiment import Overlay, Variant
from app.experiments.ruled import as_changed
from app.ground.errors import ROOTS, HomeError
from app.ground.logs import logger
from app.ground.stopping import stopped
from app.home.store import ReleaseRecord, ReleaseStore
from app.live.kept import KeptAnswers
from app.live.replay import Replay
from app.log.base import Log
from app.release.release import Release
from app.release.serving import Serving
from app.rules.over import Rules

_AGAIN_S: Final = 30.0
_LOADING: Final = "it is being loaded"
_NOTHING: Final = Overlay()
_TROUBLE: Final = (*ROOTS, OSError, MemoryError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Where an answer comes from: a release, the rules over it, and the answers of it that are kept.

    Attributes:
        taken: the variant; None for whom no experiment is. trouble: why another release than the variant's answers.
    """

    release: Release
    rules: Rules
    kept: KeptAnswers
    taken: Assigned | None = None
    trouble: str | None = None

    @property
    def overlay(self) -> Overlay:
        """The variant's settings."""
        return _NOTHING if self.taken is None else self.taken.variant.settings

    def told(self) -> dict[str, str | None]:
        """What the answer says of it."""
        if self.taken is None:
            return {}
        return {"experiment": self.taken.experiment.name, "variant": self.taken.variant.name, "variant_trouble": self.trouble}


@dataclass(frozen=True, slots=True)
class _Beside:
    """A release beside the one that serves."""

    serving: Serving
    replay: Replay
    kept: KeptAnswers


class Loader(Protocol):
    """What loads releases; see ``app.live.follower``, which knows the figures, and they know this."""

    seconds: float

    async def load_beside(self, release_id: str) -> Release: ...

    def check_room(self, records: Sequence[ReleaseRecord]) -> None: ...


class Variants:
    """The variants of a replica; used from the event loop only.

    Attributes:
        file: the experiments of the home.
        trouble: why the file cannot be read, so that the experiments that were known go on.
        answers: by experiment, variant and whether the variant's own release answered.
    """

    def __init__(
        self, store: ReleaseStore, serving: Serving, log: Log, loader: Loader, rules: Rules, *, kept: KeptAnswers, poll_s: float
    ) -> None:
        self._store, self._serving, self._log, self._loader = store, serving, log, loader
        self._rules, self._kept, self._poll_s = rules, kept, poll_s
        self.file = ExperimentFile(store.home)
        self._book = ExperimentBook()
        self._beside: dict[str, _Beside] = {}
        self._refused: dict[str, tuple[str, float]] = {}  # release -> why, and when to try again
        self._ruled: dict[tuple[str, str], Rules] = {}
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self.trouble: str | None = None
        self.answers: Counter[tuple[str, str, bool]] = Counter()

    async def start(self) -> None:
        """Load what running experiments ask for, then follow the file."""
        await self.look()
        self._task = asyncio.create_task(self._follow(), name="variants")

    async def close(self) -> None:
        """Stop following."""
        await stopped(self._task)
        await asyncio.gather(*(beside.replay.close() for beside in self._beside.values()))

    @property
    def releases(self) -> frozenset[str]:
        """Releases that answer beside the one that serves."""
        current = self._serving.release
        return frozenset(self._beside) - {current.id if current else ""}

    def live(self) -> list[tuple[str, str]]:
        """Experiment and variant of all that answer."""
        return [(one.name, variant.name) for one in self._now().running for variant in one.live]

    def troubles(self) -> Mapping[tuple[str, str], str]:
        """Experiment and variant -> why its release does not answer, for those whose release does not."""
        pairs = [(one.name, variant) for one in self._now().running for variant in one.live]
        return {(name, variant.name): why for name, variant in pairs if (why := self._why_not(variant))}

    def release_of(self, variant: Variant) -> Release | None:
        """The release that answers for a variant now: its own, or while that does not, the one that serves."""
        beside = self._beside.get(variant.release or "")
        return (beside.serving if beside is not None else self._serving).release

    def loaded(self, release_id: str) -> Release | None:
        """A release that answers beside the one that serves."""
        beside = self._beside.get(release_id)
        return beside.serving.release if beside is not None else None

    def replay_of(self, release_id: str) -> Replay | None:
        """What keeps such a release up to date."""
        beside = self._beside.get(release_id)
        return beside.replay if beside is not None else None

    async def keep(self, release: Release) -> None:
        """Let the release that is about to be replaced go on for the variants that ask for it; where that fails, it is loaded again."""
        async with self._turn:
            if release.id in self._now().releases and release.id not in self._beside:
                with suppress(*_TROUBLE):
                    await self._put(release)

    async def check_room(self, records: Sequence[ReleaseRecord]) -> None:
        """Refuse releases that would not fit into memory together, beside what is loaded.

        Raises:
            HomeError: they would not.
        """
        current = self._serving.release
        more = [one for one in records if one.id not in self._beside and (current is None or one.id != current.id)]
        if more:
            await to_thread.run_sync(self._loader.check_room, more)

    def unassigned(self) -> Lane:
        """Where the answer to whoever takes part in nothing comes from.

        Raises:
            NotReadyError: no release is served yet.
        """
        return Lane(release=self._serving.current(), rules=self._rules, kept=self._kept)

    def lane(self, user: str | None, session: str | None, request: str) -> Lane:
        """Where the answer to a request comes from.

        Args:
            request: a name of its own, for whom names neither user nor session.

        Raises:
            NotReadyError: no release is served yet.
        """
        current = self.unassigned()
        taken = assigned(self._now().running, user, session, request)
        if taken is None:
            return current
        variant = taken.variant
        rules, beside = self._rules_of(taken.experiment.name, variant), self._beside.get(variant.release or "")
        release = beside.serving.release if beside is not None else None
        if release is None or beside is None or variant.release == current.release.id:
            return Lane(release=current.release, rules=rules, kept=current.kept, taken=taken, trouble=self._why_not(variant))
        return Lane(release=release, rules=rules, kept=beside.kept, taken=taken)

    def note(self, impression: Mapping[str, Any]) -> None:
        """Count an answer, as the log keeps it."""
        if "variant" in impression:
            self.answers[impression["experiment"], impression["variant"], "fallback" not in impression] += 1

    async def look(self) -> None:
        """Load releases that running experiments ask for, and let go of those that none does."""
        async with self._turn:
            book = await to_thread.run_sync(self._now)
            current = self._serving.release
            wanted = book.releases - {current.id if current else ""}
            for release_id in self._beside.keys() - book.releases:
                await self._beside.pop(release_id).replay.close()
                logger().info("variant_release_let_go", release=release_id)
            live = self.live()
            self._refused = {name: why for name, why in self._refused.items() if name in wanted}
            self._ruled = {key: rules for key, rules in self._ruled.items() if key in live}
            for release_id in sorted(wanted - self._beside.keys()):
                if time.monotonic() >= self._refused.get(release_id, ("", 0.0))[1]:
                    await self._load(release_id)

    async def _load(self, release_id: str) -> None:
        try:
            await self._put(await self._loader.load_beside(release_id))
        except _TROUBLE as error:
            if self._refused.get(release_id, ("",))[0] != str(error):
                logger().error("variant_refused", release=release_id, why=str(error))
            self._refused[release_id] = (str(error), time.monotonic() + _AGAIN_S)
        else:
            self._refused.pop(release_id, None)
            logger().info("variant_release_loaded", release=release_id, seconds=round(self._loader.seconds, 2))

    async def _put(self, release: Release) -> None:
        serving = Serving(release)
        replay = Replay(self._log, serving, self._store)
        await replay.start()
        self._beside[release.id] = _Beside(serving, replay, self._kept.of(serving))

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._poll_s)
            with suppress(*_TROUBLE):
                await self.look()

    def _now(self) -> ExperimentBook:
        try:
            self._book, self.trouble = self.file.book(), None
        except HomeError as error:
            if self.trouble is None:
                logger().error("experiments_not_read", why=str(error))
            self.trouble = str(error)
        return self._book

    def _why_not(self, variant: Variant) -> str | None:
        current = self._serving.release
        if variant.release is None or variant.release in self._beside or (current is not None and variant.release == current.id):
            return None
        return f"release {variant.release} does not answer: {self._refused.get(variant.release, (_LOADING,))[0]}"

    def _rules_of(self, experiment: str, variant: Variant) -> Rules:
        if not (variant.rules or variant.without_rules):
            return self._rules
        key = experiment, variant.name
        if key not in self._ruled:
            self._ruled[key] = Rules(self._rules.file, partial(as_changed, variant))
        return self._ruled[key]
