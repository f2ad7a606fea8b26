"""Figures of one replica for Prometheus; a replica is one process, so its figures add up over the scraped instances.

State that the service keeps anyway (the release, waiting impressions and requests, replayed changes) is read at each scrape, not counted
twice.
"""

from __future__ import annotations

import math
import shutil
from collections import Counter as Counted
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from app.backup.form import taken_at
from app.experiments.kept import KeptReports
from app.ground.errors import PROBLEMS, ClientGoneError
from app.home.feeds import FeedRecord
from app.home.runs import Decision, Runs
from app.home.underway import underway
from app.live.kept import KeptAnswers
from app.live.log_watch import LogWatch
from app.live.pool import ComputePool
from app.live.replay import Replay
from app.live.variants import Variants
from app.live.watchdog import Watchdog
from app.log.base import Lag
from app.log.impressions import Impressions
from app.recommend.stages import Measured
from app.release.serving import Serving

NO_ROUTE: Final = "none"
_GIVEN_UP: Final = str(PROBLEMS[ClientGoneError].status)
_METHODS: Final = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
_LATENCIES_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
_STAGES_S: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


@dataclass(slots=True)
class Traffic:
    """One route of one process: how many requests, how long they took.

    Attributes:
        given_up: how many were not waited for by whoever asked; neither refused nor failed.
        bounds: (seconds, how many took no longer) pairs.
    """

    route: str
    requests: int
    refused: int = 0
    failed: int = 0
    given_up: int = 0
    bounds: list[tuple[float, int]] = field(default_factory=list)

    def count_bad(self, status: str, times: int) -> None:
        """Count answers of 4xx and 5xx."""
        if status == _GIVEN_UP:
            self.given_up += times
            return
        self.refused += times if status.startswith("4") else 0
        self.failed += times if status.startswith("5") else 0

    def within_ms(self, share: float) -> float:
        """Milliseconds in which this share was answered, rounded up to the edge of a bucket; infinite beyond the last."""
        return next((1000 * bound for bound, count in self.bounds if count >= share * self.requests), math.inf)


class Metrics:
    """The figures of one process.

    Attributes:
        swaps: releases that replaced another, by ``outcome``: ``served`` or ``refused``.
    """

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they would add a second series to each figure
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "attire_requests", "Requests answered, by route as /docs names it.", ["method", "route", "status"], registry=self.registry
        )
        self._latency = Histogram(
            "attire_request_seconds", "From a request's head to its answer's end.", ["route"], buckets=_LATENCIES_S, registry=self.registry
        )
        self._stages = Histogram(
            "attire_stage_seconds", "Time of a request by stage.", ["stage"], buckets=_STAGES_S, registry=self.registry
        )
        self._sizes = Histogram(
            "attire_batch_size", "How many were computed or kept at once.", ["of"], buckets=_SIZES, registry=self.registry
        )
        self._lag = Gauge(
            "attire_log_lag_entries",
            "Entries that a group has not done with; the same figure from every replica, so take the maximum.",
            ["stream", "group", "state"],
            registry=self.registry,
        )
        self._log_up = Gauge(
            "attire_log_up", "Whether the log kept what it was given when these figures were asked for.", registry=self.registry
        )
        self._log_free = Gauge("attire_log_free_ratio", "Share of the room that the log may take that is left.", registry=self.registry)
        self.storage_gone = Gauge("attire_storage_gone", "Whether the home's object storage cannot be used now.", registry=self.registry)
        self.swaps = Counter("attire_swaps", "Releases that were to replace another, by outcome.", ["outcome"], registry=self.registry)
        for outcome in ("served", "refused"):
            self.swaps.labels(outcome)  # reported as 0 from the start, or Prometheus would miss the first increase
        self._answers = Counter(
            "attire_completions", "Outfits completed, by whether anything was suggested.", ["of"], registry=self.registry
        )
        for of in ("shown", "complete", "empty"):
            self._answers.labels(of)
        self._shown = Counter("attire_suggestions_shown", "Items suggested in all slots.", registry=self.registry)
        self._empty = Counter("attire_slots_empty", "Slots that were left without a suggestion.", registry=self.registry)
        self._events = Counter("attire_events", "Events taken, by what was done; repeated ones too.", ["type"], registry=self.registry)
        ProcessCollector(registry=self.registry)
        self._state: ServiceState | None = None

    def watch(self, state: ServiceState) -> None:
        """Report this state at each scrape, in place of the one before."""
        if self._state is not None:
            self.registry.unregister(self._state)
        self._state = state
        self.registry.register(state)

    def request(self, method: str, route: str, status: int, seconds: float, stages: Measured) -> None:
        """Count one request."""
        self._requests.labels(method if method in _METHODS else "other", route, status).inc()
        self._latency.labels(route).observe(seconds)
        for stage, took in stages.seconds.items():
            self._stages.labels(stage).observe(took)
        for what, size in stages.sizes:
            self._sizes.labels(what).observe(size)

    def shown(self, slots: Sequence[int], *, complete: bool) -> None:
        """Count an answer by how many suggestions each of its slots has; ``complete`` lacks none."""
        self._answers.labels("shown" if any(slots) else "complete" if complete else "empty").inc()
        self._shown.inc(sum(slots))
        self._empty.inc(slots.count(0))

    def told(self, types: Iterable[str]) -> None:
        """Count events by type."""
        for kind in types:
            self._events.labels(kind).inc()

    def traffic(self) -> list[Traffic]:
        """What this process answered since it started, busiest route first."""
        found = {
            labels["route"]: Traffic(labels["route"], int(sample.value))
            for sample in _samples(self._latency)
            if sample.name.endswith("_count") and (labels := sample.labels)
        }
        for sample in _samples(self._requests):
            if sample.name.endswith("_total") and sample.labels["status"].startswith(("4", "5")):
                found[sample.labels["route"]].count_bad(sample.labels["status"], int(sample.value))
        for sample in _samples(self._latency):
            if sample.name.endswith("_bucket"):
                found[sample.labels["route"]].bounds.append((float(sample.labels["le"]), int(sample.value)))
        return sorted(found.values(), key=lambda one: -one.requests)

    def exposition(self, lags: Mapping[str, Mapping[str, Lag]] | None, *, log_up: bool, log_free: float | None) -> bytes:
        """All figures in the text format of Prometheus.

        Args:
            lags: stream -> group -> lag; None where the log did not answer.
            log_up: whether it keeps what it is given.
            log_free: which share of its room is left; None where that is not known.
        """
        self._lag.clear()
        self._log_up.set(log_up)
        self._log_free.set(math.nan if log_free is None else log_free)
        for stream, groups in (lags or {}).items():
            for group, lag in groups.items():
                for state in ("unread", "pending", "dead"):
                    self._lag.labels(stream, group, state).set(getattr(lag, state))
        return generate_latest(self.registry)


@dataclass(frozen=True, eq=False)
class ServiceState(Collector):
    """Reads the state of the services at each scrape; ``feeds`` are what became of each."""

    serving: Serving
    impressions: Impressions
    replay: Replay
    watch: LogWatch
    pool: ComputePool
    kept: KeptAnswers
    variants: Variants
    watchdog: Watchdog
    feeds: Callable[[], Sequence[FeedRecord]]
    reports: KeptReports
    home: Path

    def collect(self) -> Iterator[Metric]:
        build = InfoMetricFamily("attire_build", "The version that runs.")
        build.add_metric([], {"version": version("attire")})
        yield build
        yield GaugeMetricFamily("attire_ready", "Whether a release is served.", value=self.serving.release is not None)
        if release := self.serving.release:
            record, names = release.record, ("release", "bundle", "snapshot", "recipe")
            info = GaugeMetricFamily("attire_release_info", "1 for the release that is served.", labels=names)
            info.add_metric([record.id, record.bundle, record.snapshot, record.recipe], 1)
            yield info
            yield GaugeMetricFamily("attire_items", "Items of the catalogue that are served.", value=release.snapshot.count)
            index = GaugeMetricFamily("attire_index_items", "Items of the snapshot, by what searches them.", labels=["backend"])
            for backend, items in release.searched.items():
                index.add_metric([backend], items)
            yield index
        with suppress(OSError):
            disk = shutil.disk_usage(self.home)
            yield GaugeMetricFamily("attire_home_free_ratio", "Share of the home's disk that is free.", value=disk.free / disk.total)
        yield from _of_runs(self.home)
        yield _of_moment("attire_backup_timestamp_seconds", "When the home was last backed up.", taken_at(self.home))
        yield from _of_feeds(self.feeds())
        yield from _of_variants(self.variants)
        yield from _of_reports(self.variants, self.reports)
        for name, about, value in (
            ("attire_compute_refused", "Requests refused because too many waited for a thread.", self.pool.refused),
            ("attire_compute_late", "Requests that were not answered within the deadline.", self.pool.late),
            ("attire_compute_abandoned", "Requests whose client went away before the answer.", self.pool.abandoned),
            ("attire_compute_joined", "Requests computed beside others, by the model in one batch.", self.pool.joined),
            ("attire_kept_answers_hits", "Questions whose answer was kept.", self.kept.hits),
            ("attire_kept_answers_misses", "Questions whose answer might have been kept, and was not.", self.kept.misses),
            (
                "attire_event_loop_blocked",
                "Times that the event loop stood still for over .25 s.",
                self.watchdog.blocked,
            ),
            ("attire_event_loop_blocked_seconds", "For how long, in all.", self.watchdog.blocked_s),
            ("attire_impressions_written", "Impressions that the log has.", self.impressions.written),
            ("attire_impressions_dropped", "Impressions lost for want of room.", self.impressions.dropped),
            ("attire_catalogue_changes", "Catalogue changes replayed.", self.replay.applied),
            ("attire_catalogue_changes_refused", "Catalogue changes that could not be applied.", self.replay.refused),
        ):
            yield CounterMetricFamily(name, about, value=value)
        for name, about, value in (
            ("attire_event_loop_late_seconds", "The latest that the event loop was since the last scrape.", self.watchdog.worst_s()),
            (
                "attire_compute_waiting",
                "Requests that wait for a thread, for the process of heavy ones, or until their body is read.",
                self.pool.waiting,
            ),
            ("attire_kept_answers_bytes", "Bytes of the answers that are kept.", self.kept.held_bytes),
            ("attire_impressions_waiting", "Impressions that are not in the log yet.", self.impressions.waiting),
            ("attire_catalogue_changed_items", "Items changed or removed since the snapshot.", self.replay.changed),
            ("attire_log_lost", "Whether the log is damaged, or lacks what it has acknowledged.", int(self.watch.lost is not None)),
            (
                "attire_catalogue_encoder_failing",
                "Whether changed pictures and titles cannot be encoded now.",
                int(self.replay.encoder_trouble is not None),
            ),
            ("attire_catalogue_encoding", "Changed items whose picture or title is still to be encoded.", self.replay.encoding),
        ):
            yield GaugeMetricFamily(name, about, value=value)


def _of_runs(home: Path) -> Iterator[Metric]:
    every = "every replica tells the same: take the maximum."
    runs, begun = Runs(home).finished(), underway(home)
    gate = CounterMetricFamily("attire_gate_decisions", f"What became of the worker's runs; {every}", labels=["decision"])
    for decision, times in {**dict.fromkeys(get_args(Decision), 0), **Counted(run.decision for run in runs)}.items():
        gate.add_metric([decision], times)
    yield gate
    ended = GaugeMetricFamily(
        "attire_run_finished_timestamp_seconds", f"When the last run of each decision ended; {every}", labels=["decision"]
    )
    for decision, when in {run.decision: run.finished for run in runs if run.finished}.items():
        ended.add_metric([decision], datetime.fromisoformat(when).timestamp())
    yield ended
    started = datetime.fromisoformat(begun.started).timestamp() if begun else None
    yield _of_moment("attire_run_started_timestamp_seconds", f"When the run began that has not ended; {every}", started)


def _of_moment(name: str, about: str, when: float | None) -> Metric:
    """A figure that is not there before there was such a moment."""
    figure = GaugeMetricFamily(name, about, labels=())
    if when is not None:
        figure.add_metric([], when)
    return figure


def _of_variants(variants: Variants) -> Iterator[Metric]:
    """Of the experiments that run, so that there are few labels however many there were."""
    names = ["experiment", "variant"]
    about = "Answers of a variant of a running experiment; by `fallback` where another release answered than the variant's."
    answers = CounterMetricFamily("attire_variant_answers", about, labels=[*names, "fallback"])
    failing = GaugeMetricFamily("attire_variant_failing", "Whether the release of a variant does not answer.", labels=names)
    troubles = variants.troubles()
    for experiment, variant in variants.live():
        failing.add_metric([experiment, variant], (experiment, variant) in troubles)
        for own in (True, False):
            answers.add_metric([experiment, variant, "false" if own else "true"], variants.answers[experiment, variant, own])
    yield from (answers, failing)


def _of_reports(variants: Variants, reports: KeptReports) -> Iterator[Metric]:
    """Of the last report on each experiment that runs, as the worker made it."""
    names, every = ["experiment", "variant"], "as last reported; every replica tells the same."
    units = GaugeMetricFamily("attire_variant_units", f"Shoppers, sessions or requests of a variant, {every}", labels=names)
    attach = GaugeMetricFamily(
        "attire_variant_attach_rate", f"Share of a variant's units that put a suggestion in the bag, {every}", labels=names
    )
    value = GaugeMetricFamily(
        "attire_variant_order_value", f"What units that bought suggestions spent on those that they kept, {every}", labels=names
    )
    live = set(variants.live())
    for experiment in sorted({name for name, _ in live}):
        for variant, told in (reports.of(experiment) or {"variants": {}})["variants"].items():
            if (experiment, variant) in live:
                units.add_metric([experiment, variant], told["units"])
                attach.add_metric([experiment, variant], told["metrics"]["attach"]["mean"])
                if told["order_value"] is not None:
                    value.add_metric([experiment, variant], told["order_value"])
    yield from (units, attach, value)


def _samples(figure: Counter | Histogram) -> list[Sample]:
    return [sample for metric in figure.collect() for sample in metric.samples]


def _of_feeds(feeds: Sequence[FeedRecord]) -> Iterator[Metric]:
    about = "Times that a feed could not be synchronised; every replica tells the same of feeds: take the maximum."
    failed = CounterMetricFamily("attire_feed_failures", about, labels=["feed"])
    failing = GaugeMetricFamily("attire_feed_failing", "Whether the last try to synchronise a feed failed.", labels=["feed"])
    synced = GaugeMetricFamily("attire_feed_synced_timestamp_seconds", "When a feed was last synchronised.", labels=["feed"])
    rows = GaugeMetricFamily(
        "attire_feed_rows", "Rows of a feed when it was last read, by whether they could be used.", labels=["feed", "state"]
    )
    for fed in feeds:
        failed.add_metric([fed.name], fed.failures)
        failing.add_metric([fed.name], fed.why is not None)
        synced.add_metric([fed.name], fed.synced)
        rows.add_metric([fed.name, "used"], fed.rows - fed.rejected)
        rows.add_metric([fed.name, "set_aside"], fed.rejected)
    yield from (failed, failing, synced, rows)
