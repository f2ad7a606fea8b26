"""What routes are given: the services that the composition root built, through one dependency."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from app.api.apart import Apart
from app.experiments.experiment import Experiment
from app.experiments.report import Report
from app.fetch.pictures import Pictures
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.live.follower import ReleaseFollower
from app.live.kept import KeptAnswers
from app.live.log_watch import LogWatch
from app.live.met import Met
from app.live.metrics import Metrics
from app.live.pool import ComputePool
from app.live.replay import Replay
from app.live.siblings import Siblings
from app.live.times_shown import TimesShown
from app.live.variants import Variants
from app.live.watchdog import Watchdog
from app.log.base import Log
from app.log.impressions import Impressions
from app.recommend.dry_run import Earned
from app.release.release import Release
from app.release.serving import Serving
from app.rules.over import Rules
from app.rules.rule import Rule
from models.offpolicy.reward import Reward

EarnedBy = Callable[[Sequence[Rule], Sequence[Rule], Reward], Awaitable[Earned]]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Services:
    """The parts of one running replica."""

    settings: Settings
    metrics: Metrics
    store: ReleaseStore
    serving: Serving
    follower: ReleaseFollower
    pool: ComputePool
    kept: KeptAnswers
    log: Log
    watch: LogWatch
    impressions: Impressions
    replay: Replay
    met: Met
    times_shown: TimesShown
    watchdog: Watchdog
    rules: Rules
    variants: Variants
    report: Callable[[Experiment], Awaitable[Report]]
    """Makes the report on an experiment, one at a time, in a process of its own."""
    earned: EarnedBy
    """Tells what rules earn, and others would, likewise."""
    apart: Apart | None
    """What answers heavy requests; None where there is no such process, and in that process itself."""
    siblings: Siblings | None
    """The processes that answer on the same port, for their figures; None where it is the only one."""
    pictures: Pictures | None
    """What fetches pictures by URL; None where the settings name no host for it."""


async def services_of(request: Request) -> Services:
    """The services of the application that the request came to."""
    services: Services = request.app.state.services
    return services


InjectedServices = Annotated[Services, Depends(services_of)]


async def current_release(request: Request, services: InjectedServices) -> Release:
    """The release that answers this request, from its start to its end; the log line of the request names it.

    Raises:
        NotReadyError: no release is served yet. LogLostError: its catalogue lacks changes that the log has lost.
    """
    release = services.serving.current()
    request.state.release = release.id
    return release


CurrentRelease = Annotated[Release, Depends(current_release)]
