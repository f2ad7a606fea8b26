"""One run, from the archive to a decision, in a process of its own: the system gets its memory back, and it runs at low priority."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow.compute as pc

from app.attribution.products import Products
from app.catalogue.publishing import catalogue_of, publish
from app.ground import compute
from app.ground.errors import ROOTS
from app.ground.settings import Settings
from app.home.runs import ACCEPTED, CANDIDATE, FOLDED_IN, OUTCOME, SHOPPERS, Decision, Dropped, FromLog, LearningRun, Runs, now, write_run
from app.home.store import ReleaseRecord, ReleaseStore
from app.home.underway import begins
from app.worker import gate
from app.worker.archive import SCHEMA, read_archive
from app.worker.compare import compare
from app.worker.from_log import judged
from app.worker.gate import load_candidate, objections, worse_in_log
from app.worker.hygiene import Basket, clean, described_items
from app.worker.logged import Logged, logged
from app.worker.niceness import stand_back
from app.worker.outfits import Outfits, ask, known, split_by_time, worn
from app.worker.products import by_item
from app.worker.reference import Reference
from app.worker.retrain import retrain
from app.worker.sessions import COLUMNS, older_than, visits_of
from app.worker.shoppers import fold_in_wearers
from app.worker.weights import Lists, counts_of, freely_chosen
from index.snapshot import Snapshot
from models.bundle import Bundle
from models.datasets.schema import Catalogue, Outfit
from models.encoders.features import FloatArray
from models.errors import AttireError, BundleError, InputError
from models.offpolicy.examination import ASSUMED
from sealed.files import narrow

_LEAST_ASKED: Final = 20
_LEAST_FREE: Final = 100  # choices that no list had a part in, below which all are asked for
_LATEST_EVENTS: Final = 1_000_000  # that are asked what lists led to, and what both releases would have earned
_TROUBLE: Final = (*ROOTS, OSError)


def learn(settings: Settings, directory: Path, rows: int, candidate: Path | None) -> None:
    """Do a run and write its decision to ``outcome.json``; what the run's process does.

    Args:
        directory: of this run. rows: number of archived events to read.
        candidate: directory of a bundle to judge; None trains one.
    """
    stand_back(settings.worker.nice)
    compute.fix_threads(settings.worker.threads)
    steps = _Steps(settings, directory, rows, candidate)
    try:
        run = steps.take()
    except _TROUBLE as error:
        run = steps.run.decided("failed", str(error))
    write_run(directory / OUTCOME, replace(run, seconds=steps.run.seconds))


class _Steps:
    """The steps of a run; ``run`` is the run as far as it has come."""

    def __init__(self, settings: Settings, directory: Path, rows: int, candidate: Path | None) -> None:
        self._settings, self._directory, self._candidate = settings, directory, candidate
        self._store, self._runs = ReleaseStore(settings.home), Runs(settings.home)
        self._found: Logged | None = None
        self.run = LearningRun(id=directory.name, started=now(), rows=rows, decision="failed", rule=gate.__doc__ or "")

    def take(self) -> LearningRun:
        """Take all steps up to the one that decides.

        Raises:
            AttireError, ServiceError, VectorIndexError, OSError: a step failed.
        """
        worker, device = self._settings.worker, compute.device(self._settings.device)
        record = self._store.bring(self._store.served())
        current = Bundle.load(self._store.bundle_path(record.bundle)).to(device)
        snapshot = Snapshot.load(self._store.snapshot_path(record.snapshot))
        catalogue, features_NF = catalogue_of(snapshot.items, self._store.images), np.asarray(snapshot.features, dtype=np.float32)
        self._know(current={"release": record.id, "bundle": record.bundle, "recipe": record.recipe})
        with self._timed("sessions"):
            baskets, back_at = self._baskets(snapshot)
            reference = Reference.of(self._settings.home / worker.reference, self._runs.root)
            unseen_from = self._runs.unseen_from(current.id)
            outfits = split_by_time(baskets, reference.asked, reference.learned, unseen_from=unseen_from, one_size=catalogue.one_size)
            if not reference.asked:
                reference = reference.frozen(outfits.recent, at_least=_LEAST_ASKED)
        train, valid = known(outfits.train, catalogue, "train"), known(outfits.valid, catalogue, "valid")
        recent, asked = known(outfits.recent, catalogue, "test"), known(reference.asked, catalogue, "test")
        everyones = known([*reference.learned, *(worn(basket, "test") for basket in baskets)], catalogue, "test")

        def unchanged(decision: Decision, *reasons: str) -> LearningRun:
            trouble = self._fold_in(current, everyones, catalogue, features_NF)
            return self.run.decided(decision, *reasons, *trouble)

        self._know(outfits=_counts(outfits, len(train), len(valid), len(recent), len(asked)))
        if len(baskets) < worker.least_outfits or len(recent) < _LEAST_ASKED:
            new = f"{len(recent)} of the latest 12 % held out to ask about, which the current release has not learned from"
            takes = f"it takes {worker.least_outfits} (ATTIRE_WORKER__LEAST_OUTFITS) and, whatever that is, {_LEAST_ASKED} of those"
            why = f"{len(baskets)} clean outfits, {new}; {takes}"
            return unchanged("waiting", why)
        directory = self._directory / CANDIDATE
        try:
            with self._timed("training"):
                if self._candidate is not None:
                    shutil.copytree(self._candidate, directory)
                else:
                    retrain(
                        current,
                        snapshot,
                        [*train, *valid],
                        directory,
                        fold_in=everyones,
                        counts=self._counts([*train, *valid], catalogue),
                        sent_back=[item for item, at in back_at.items() if at < outfits.held_from and item in catalogue.row_of],
                        images=self._store.images,
                        recipe=worker.recipe,
                        settings=worker.training,
                        seed=int(self.run.id),
                    )
                narrow(directory / SHOPPERS)
        except AttireError as error:
            return unchanged("failed", str(error))
        with self._timed("comparing"):
            try:
                candidate = load_candidate(directory, current, snapshot.categories)
                self._know(candidate=_summary(candidate), held_from=None if self._candidate else outfits.held_from)
                questions = {"recent": ask(recent, catalogue, self._free(recent, catalogue)), "reference": ask(asked, catalogue)}
                compared = compare(current, candidate, catalogue=catalogue, features_NF=features_NF, sets=questions, train=train)
            except BundleError as error:
                return unchanged("rejected", str(error))
        self._know(metrics=compared.metrics, categories=compared.categories, calibration=compared.calibration)
        with self._timed("asking the log"):
            self._know(from_log=self._from_log(current, candidate, catalogue, features_NF))
        against = objections(compared) + (worse_in_log(self.run.from_log) if worker.from_log == "gate" else [])
        if against:
            return unchanged("rejected", *against)
        now_current = self._store.served()
        if now_current.bundle != record.bundle:
            return self.run.decided("rejected", f"it was compared with bundle {record.bundle}, and {now_current.bundle} serves now")
        forgotten = len(set(current.shoppers.ids) - set(candidate.shoppers.ids))
        notes = [f"shoppers who are no longer known, as no session or outfit of this run is theirs: {forgotten}"] if forgotten else []
        release = self._indexed(directory, now_current)
        return replace(self.run, decision=ACCEPTED, reasons=(*self.run.reasons, *notes), release=release, finished=now())

    def _free(self, recent: Sequence[Outfit], catalogue: Catalogue) -> Collection[tuple[str, str]] | None:
        """(outfit's id, item) of the recent choices that no list had a part in; None where they are too few to go by."""
        free = freely_chosen(recent, dict(zip(catalogue.ids, catalogue.categories, strict=True)), self._latest_events(catalogue))
        if len(free) < _LEAST_FREE:
            return None
        self._know(outfits={**self.run.outfits, "items of the recent that no list had a part in, which alone are asked for": len(free)})
        return free

    def _counts(self, outfits: Sequence[Outfit], catalogue: Catalogue) -> Mapping[tuple[str, str], float]:
        """How many each choice of their items stands for: by the place that it was bought from, and by its age."""
        worker = self._settings.worker
        if not (worker.debias or worker.half_life_days):
            return {}
        products = Products.of(catalogue.table)
        lists = Lists.of(self._latest_events(catalogue), self._settings.attribution, products) if worker.debias else Lists()
        category_of = dict(zip(catalogue.ids, catalogue.categories, strict=True))
        counts = counts_of(outfits, category_of, lists, self._steepness(catalogue), worker.half_life_days)
        alike = sum(counts.values()) ** 2 / sum(count**2 for count in counts.values())
        self._know(outfits={**self.run.outfits, "choices of an item": len(counts), "as many as tell as much, alike": round(alike)})
        return counts

    def _steepness(self, catalogue: Catalogue) -> float:
        """How steeply attention falls by place: as it is set, else as explored answers tell, else as is assumed."""
        eta = self._settings.exploration.examination
        if eta is not None:
            return eta
        try:
            told = self._explored(catalogue).lists.steepness()
        except InputError:  # nothing was explored
            told = None
        return told.eta if told else ASSUMED

    def _explored(self, catalogue: Catalogue) -> Logged:
        if self._found is None:
            events, products = self._latest_events(catalogue), Products.of(catalogue.table)
            self._found = logged(events, self._settings.attribution, catalogue.row_of, self._settings.worker.reward, products)
        return self._found

    def _latest_events(self, catalogue: Catalogue) -> pl.LazyFrame:
        rows = self.run.rows
        latest = read_archive(self._runs.events, SCHEMA.names, max(0, rows - _LATEST_EVENTS), rows)
        events = pl.from_arrow(by_item(latest, catalogue.table))
        assert isinstance(events, pl.DataFrame)  # noqa: S101 - a table gives a frame
        return events.lazy()

    def _from_log(self, current: Bundle, candidate: Bundle, catalogue: Catalogue, features_NF: FloatArray) -> FromLog | None:
        """What both would have earned, as the explored answers among the latest events tell; None where that is not asked."""
        worker, eta = self._settings.worker, self._settings.exploration.examination
        if worker.from_log == "no":
            return None
        try:
            found = self._explored(catalogue)
        except InputError as error:
            return FromLog(reward=worker.reward, refused=str(error))
        return judged(found, current, candidate, catalogue, features_NF, worker.reward, eta)

    def _fold_in(self, current: Bundle, outfits: Sequence[Outfit], catalogue: Catalogue, features_NF: FloatArray) -> list[str]:
        """Where the current model stays: make a release of it that also knows the new shoppers, if there are any.

        Returns:
            What went wrong, a line each; nothing where all is well.
        """
        if self._candidate is not None or not current.personal:
            return []
        directory = self._directory / FOLDED_IN
        try:
            with self._timed("meeting shoppers"):
                bundle = fold_in_wearers(current, outfits, catalogue, features_NF)
            now_current = self._store.served()
            if bundle is not current and now_current.bundle == current.id:
                bundle = bundle.save(directory)
                release, count = self._indexed(directory, now_current), len(bundle.shoppers.ids) - len(current.shoppers.ids)
                self._know(release=release, folded_bundle=bundle.id, folded_in=count)
        except _TROUBLE as error:
            return [f"new shoppers are left to the next run: {error}"]
        finally:
            shutil.rmtree(directory, ignore_errors=True)  # the home has it among its bundles
        return []

    def _indexed(self, bundle: Path, now_current: ReleaseRecord) -> str:
        """Make a release of a bundle and the catalogue as it is by now; returns the release's id."""
        self._know(current={**self.run.current, "release": now_current.id})
        with self._timed("indexing"):
            device = compute.device(self._settings.device)
            return publish(bundle, self._store, serve=False, log=self._settings.log, device=device).id

    @contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        begins(self._directory, step)
        started = time.perf_counter()
        try:
            yield
        finally:
            self._know(seconds={**self.run.seconds, step: round(time.perf_counter() - started, 2)})

    def _know(self, **more: Any) -> None:  # noqa: ANN401 - fields of a run
        self.run = replace(self.run, **more)

    def _baskets(self, snapshot: Snapshot) -> tuple[list[Basket], dict[str, float]]:
        """The clean baskets, and each item that came back with the time of the first purchase that did, in seconds since 1970."""
        worker = self._settings.worker
        events = by_item(read_archive(self._runs.events, COLUMNS, 0, self.run.rows), snapshot.items)
        since = datetime.now(UTC) - timedelta(days=worker.window_days)
        visits = visits_of(events, gap_s=worker.gap_s, longest_s=worker.longest_s, since=since)
        described = described_items(snapshot.items, {item for visit in visits for item in visit.items("purchase")})
        baskets, dropped = clean(visits, described, bot_events=worker.bot_events, most_items=worker.most_items, hygiene=worker.hygiene)
        why = f"older than the {worker.window_days:g} days that are learned from, or of a clock that is wrong"
        old = Dropped("too_old", why, *older_than(since, events))
        kinds = Counter({str(kind["values"]): kind["counts"] for kind in pc.value_counts(events.column("type")).to_pylist()})
        came_in = {"events": len(events), **{f"events: {kind}": count for kind, count in sorted(kinds.items())}}
        came_in |= {"visits": len(visits), "visits cut for their length": sum(visit.truncated for visit in visits)}
        self._know(came_in={**came_in, "clean outfits": len(baskets)}, dropped=(old, *dropped))
        back = sorted(((act.at, act.item) for visit in visits for act in visit.acts if act.returned), reverse=True)
        return baskets, {item: at for at, item in back} if worker.hygiene else {}


def _counts(outfits: Outfits, train: int, valid: int, recent: int, reference: int) -> dict[str, int]:
    return {
        "to learn from": train,
        "to choose on": valid,
        "recent, held out": recent,
        "reference, held out for ever": reference,
        "moved to the side of an earlier near-duplicate": outfits.moved,
        "left out: nearly one of the reference": outfits.left_out,
        "left out: nearly one on either of two sides": outfits.between,
    }


def _summary(bundle: Bundle) -> dict[str, object]:
    manifest = bundle.manifest
    about = {name: getattr(manifest, name) for name in ("recipe", "parent", "config")}
    return {"bundle": bundle.id, **about, "metrics": dict(manifest.measured), "calibration": asdict(manifest.calibration)}
