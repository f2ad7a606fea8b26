"""The service as replicas behind Ray Serve: ``attire serve --on``, or ``serve deploy deploy/ray/serve.yaml``, which outlives its command.

A replica is the application of ``attire serve`` in a process of its own: it follows the home's current release, and answers each request
from the release that it began with. Serve's proxy gives requests to replicas; Serve starts and ends these by how many requests are under
way, and replaces one that is lost.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from threading import Event
from typing import Any, Final

import ray
from ray import serve
from ray.serve.config import RequestRouterConfig
from starlette.types import ASGIApp

from app.ground.places import shown
from app.ground.settings import PREFIX, Settings
from app.ray import encoder
from app.ray.joined import anew, here, join
from app.shops.told import shops_of
from models.errors import InputError

NAME: Final = "attire"
ONGOING: Final = 8
"""Requests of a replica, under way or waiting, beyond which there should be another."""
SCALING: Final = {"min_replicas": 1, "max_replicas": 8, "target_ongoing_requests": ONGOING, "upscale_delay_s": 5}
LAST_S: Final = 15.0
"""Seconds that a replica has for what is under way beyond its own deadline; and a proxy that waits for a replica."""
_SLOW_START_S: Final = "60"
_LOOK_S: Final = 0.2
_BEGINS: Final = "start it anew"
_WATCH_S: Final = 5.0


def application(said: Mapping[str, str] | None = None) -> ASGIApp:
    """The application of one replica; built there.

    Args:
        said: settings as variables of the environment, which go before those of its node.
    """
    os.environ.update(said or {})
    if said and f"{PREFIX}SHOPS" in said:  # as they were told at the start, in a file of which the node may know
        os.environ.pop(f"{PREFIX}SHOPS_FILE", None)
    settings = Settings.read()
    if not settings.threads.compute:
        os.environ[f"{PREFIX}THREADS__COMPUTE"] = "1"  # the core that Ray keeps for it
    if settings.index.shards:
        from app.ray import shards  # noqa: PLC0415 - whoever only deploys it needs no torch

        shards.register(settings.index.shards)
        os.environ[f"{PREFIX}INDEX__BACKEND"] = shards.BACKEND
    if settings.encoders:
        encoder.register(serve.get_deployment_handle(encoder.NAME))
    settings = Settings.read()  # as shops read theirs
    if settings.shops:
        from app.shops.service import Shops  # noqa: PLC0415

        return Shops(settings, most=settings.shops_held)
    from app.main import create_app  # noqa: PLC0415

    return create_app(settings)


class _Replica:
    def __init__(self, *beside: object) -> None:
        """Beside deployments that it asks, which Serve starts with it."""

    async def check_health(self) -> None:
        """Asked in the application's event loop: one that is blocked for a minute is replaced, as ``attire serve`` does."""


def deployment(build: Callable[[], ASGIApp], deadline_s: float) -> serve.Deployment:
    """Replicas of an application, which each of them builds; one at first, up to eight.

    Args:
        deadline_s: seconds after which the application answers at the latest.
    """

    def built() -> ASGIApp:  # Serve takes nothing but a function
        return build()

    return serve.deployment(
        name=NAME,
        max_ongoing_requests=4 * ONGOING,
        max_queued_requests=32 * ONGOING,
        autoscaling_config=SCALING,
        graceful_shutdown_timeout_s=deadline_s + LAST_S,
        health_check_period_s=10,
        health_check_timeout_s=20,
        ray_actor_options={"num_cpus": 1},
        logging_config={"enable_access_log": False},
    )(serve.ingress(built)(_Replica))


def bound(settings: Settings, said: Mapping[str, str] | None = None, scaling: Mapping[str, Any] | None = None) -> serve.Application:
    """Replicas, and what they ask.

    Args:
        said: as of ``application``. scaling: what is other than ``SCALING``.

    Raises:
        InputError: as ``shops_of``.
    """
    replicas = deployment(partial(application, said), settings.deadline_s).options(autoscaling_config={**SCALING, **(scaling or {})})
    if settings.shops:
        from app.ray.by_shop import ByShop, told  # noqa: PLC0415 - most have one shop

        way = RequestRouterConfig(request_router_class=ByShop, request_router_kwargs={"shops": told(shops_of(settings))})
        replicas = replicas.options(request_router_config=way)
    if not settings.encoders:
        return replicas.bind()
    beside = serve.deployment(
        name=encoder.NAME,
        num_replicas=settings.encoders,
        max_ongoing_requests=4 * encoder.TOGETHER,
        ray_actor_options={"num_cpus": 1},
        logging_config={"enable_access_log": False},
    )(encoder.Encoders)
    return replicas.bind(beside.bind(settings.device, settings.threads.compute or 1))


def app(_: Mapping[str, str]) -> serve.Application:
    """For files of Serve: ``import_path: app.ray.serve:app``. The settings are those of the node that builds it."""
    return bound(Settings.read())


def answer(settings: Settings, on: str, started: Callable[[], None]) -> None:
    """Have replicas answer, one at first and up to ``settings.workers``, until a signal says to stop; then what is under way is finished.

    Args:
        on: as of ``join``. started: called once they answer.

    Raises:
        InputError: there is no such cluster, it has applications already, or no replica starts.
        ConnectionResetError: the node of this process was lost, and no other could be started.
    """
    os.environ.setdefault("RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S", _SLOW_START_S)  # for Ray's 5 s a busy machine is too slow
    cpus = settings.workers * (1 + settings.index.shards) + settings.encoders
    join(on, cpus)
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    end = Event()
    while not _answer(settings, started, end):
        anew(on, _BEGINS, cpus)


def _answer(settings: Settings, started: Callable[[], None], end: Event) -> bool:
    """Whether it was told to stop; or the node of this process was lost.

    Args:
        end: set when it is.
    """
    if serve.status().applications:
        msg = "this cluster has applications behind Ray Serve already; add this one with `serve deploy`, or end them with `serve shutdown`"
        raise InputError(msg, field="--on")
    http = {"host": settings.host, "port": settings.port, "request_timeout_s": settings.deadline_s + LAST_S}
    with suppress(TimeoutError):  # of a minute, for the proxy, which is waited for below
        serve.start(http_options=http)

    def stop(number: int, _: object) -> None:
        end.set()
        signal.signal(number, signal.SIG_DFL)  # a second one waits for nobody

    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # or Ray's ends the process where it is, and leaves replicas
        _start(settings)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        started()
        while not end.wait(_WATCH_S) and here():
            pass
    finally:
        if here():  # or there is nobody to be told
            serve.delete(NAME)  # requests under way end first; a shutdown alone ends the proxy, and them with it
        serve.shutdown()  # or what is lost would be asked by who starts another
        ray.shutdown()
    return end.is_set()


def _start(settings: Settings) -> None:
    said = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)} | {
        f"{PREFIX}HOME": shown(settings.home.absolute())
    }
    if settings.shops:
        homes = {shop.name: shown(shop.home.absolute()) for shop in shops_of(settings)}
        said.pop(f"{PREFIX}SHOPS_FILE", None)
        said[f"{PREFIX}SHOPS"] = json.dumps({name: {**own, "home": homes[name]} for name, own in settings.shops.items()})
    try:
        serve.run(bound(settings, said, {"max_replicas": settings.workers}), name=NAME)
    except RuntimeError as error:
        msg = f"no replica starts: {error}"
        raise InputError(msg) from error
    while "HEALTHY" not in serve.status().proxies.values():
        time.sleep(_LOOK_S)
