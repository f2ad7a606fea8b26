"""How the service is: whether the process lives, whether it can answer, and its figures for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Final

from anyio import to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from app.api.keys import behind
from app.api.problems import documented
from app.api.ring import Ring
from app.api.schemas.health import CatalogueHealth, ExperimentsHealth, Health, KeysHealth, LogHealth, RulesHealth
from app.api.services import InjectedServices, Services
from app.ground.doors import Door
from app.ground.errors import HomeError, LogError, NotReadyError
from app.ground.logs import logger
from app.live.log_watch import SCARCE, LogWatch
from app.live.replay import Replay
from app.live.variants import Variants
from app.log.base import Lag, Log, Stream
from app.log.impressions import Impressions
from app.release.release import Release
from app.rules.over import Rules

_PATIENCE_S: Final = 1.0
_RULES_TOLD: Final = "`attire rules list` says why rules.json cannot be read"
_KEYS_TOLD: Final = "`attire keys list` says why keys.json cannot be read"

AsServing = Annotated[bool, Query(description="Whether it answers shoppers, whatever became of the log.")]

router = APIRouter(tags=["operations"], responses=documented())


@router.get("/healthz", dependencies=[behind(Door.OPEN)], response_model_exclude_none=True)
async def healthz() -> Health:
    """Whether the process lives."""
    return Health(status="ok")


@router.get("/readyz", dependencies=[behind(Door.OPEN)], responses=documented(422), response_model_exclude_none=True)
async def readyz(request: Request, services: InjectedServices, serving: AsServing = False) -> Health:  # noqa: FBT002 - a parameter of HTTP
    """Whether it can answer as it should; 503 with Retry-After while it cannot.

    It has a release then, shows all that was changed before it started, and its log has all that it acknowledged. While the log cannot be
    reached it can answer, and says `degraded`; so it does while older rules or keys hold on, as those of now cannot be read. With
    `serving=true`, as a probe asks whose 503 takes a replica out: whether it answers shoppers, which a lost log, or keys that nobody can
    read, do not keep it from.
    """
    return await health_of(services, getattr(request.app.state, "ring", None), serving=serving)


@router.get(
    "/metrics",
    dependencies=[behind(Door.METRICS)],
    response_class=Response,
    responses={200: {"content": {CONTENT_TYPE_PLAIN_0_0_4: {}}}, **documented(401, 403, 429)},
)
async def metrics(services: InjectedServices) -> Response:
    """Figures of this replica for Prometheus; of several processes behind a port those of each, with the label `process`."""
    told = figures_of(services) if services.siblings is None else services.siblings.figures()
    return Response(await told, media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def health_of(services: Services, ring: Ring | None, *, serving: bool) -> Health:
    """What ``readyz`` answers.

    Raises:
        NotReadyError: it cannot answer. LogLostError: the log lacks something, and it is not asked whether it is ``serving``.
    """
    release = services.serving.current()
    if not serving:
        services.watch.check()
    if services.replay.owed:
        msg = f"{services.replay.owed} items that were changed before the start are still encoded"
        raise NotReadyError(msg)
    log = await _log_health(services.log, services.impressions, services.watch)
    experiments = await to_thread.run_sync(_experiments_health, services.variants)
    rules, catalogue = await to_thread.run_sync(_rules_health, services.rules, release), _catalogue_health(services.replay)
    keys = await to_thread.run_sync(partial(_keys_health, ring, serving=serving))
    return Health(status="ready", release=release.id, log=log, catalogue=catalogue, experiments=experiments, rules=rules, keys=keys)


async def figures_of(services: Services) -> bytes:
    """The figures of a replica, in the text format of Prometheus."""
    lags, problem, free = await asyncio.gather(lags_of(services.log), _log_problem(services.log), _free_of(services.log))
    return await to_thread.run_sync(partial(services.metrics.exposition, lags, log_up=problem is None, log_free=free))


def _experiments_health(variants: Variants) -> ExperimentsHealth:
    troubles = [f"variant {variant} of {experiment}: {why}" for (experiment, variant), why in variants.troubles().items()]
    problem = variants.trouble or "; ".join(troubles) or None
    return ExperimentsHealth(status="degraded" if problem else "ok", problem=problem, releases=sorted(variants.releases))


def _rules_health(rules: Rules, release: Release) -> RulesHealth:
    """Read anew where they changed, so that what is wrong is known before anybody asks; its words name no place of this machine."""
    try:
        rules.over(release)
    except HomeError as error:
        logger().warning("rules_unreadable", why=str(error))
        msg = f"the rules cannot be read; {_RULES_TOLD}"
        raise NotReadyError(msg) from error
    return RulesHealth(status="degraded", problem=f"older rules hold on; {_RULES_TOLD}") if rules.trouble else RulesHealth(status="ok")


def _keys_health(ring: Ring | None, *, serving: bool) -> KeysHealth | None:
    """Nobody can come in with a key where those of the home cannot be read, and none were read before; who needs none is answered."""
    if ring is None:
        return None
    opens = ring.opens()
    if ring.trouble is None:
        return KeysHealth(status="ok")
    if not (opens or serving):
        msg = f"the keys cannot be read, so that none opens; {_KEYS_TOLD}"
        raise NotReadyError(msg)
    return KeysHealth(status="degraded", problem=f"{'older keys hold on' if opens else 'none opens'}; {_KEYS_TOLD}")


def _catalogue_health(replay: Replay) -> CatalogueHealth:
    problem = replay.encoder_trouble or replay.trouble
    return CatalogueHealth(status="degraded" if problem else "ok", problem=problem, encoding=replay.encoding)


async def _log_health(log: Log, impressions: Impressions, watch: LogWatch) -> LogHealth:
    problem = watch.lost or await _log_problem(log) or impressions.trouble or (SCARCE if watch.scarce else None)
    return LogHealth(
        status="degraded" if problem else "ok",
        problem=problem,
        impressions_waiting=impressions.waiting,
        impressions_dropped=impressions.dropped,
    )


async def _log_problem(log: Log) -> str | None:
    """Why the log keeps nothing now; None where it does."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await log.ping()
    except LogError as error:
        return str(error)
    except TimeoutError:
        return f"the log has not answered within {_PATIENCE_S:g} s"
    return None


async def _free_of(log: Log) -> float | None:
    """Which share of its room is left; None where it does not say in time, or nothing bounds it."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await log.free()
    except (LogError, TimeoutError):
        return None


async def lags_of(log: Log) -> Mapping[str, Mapping[str, Lag]] | None:
    """Stream -> group -> lag; None where the log does not answer in time."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return {stream.value: await log.lag(stream) for stream in Stream}
    except (LogError, TimeoutError):
        return None
