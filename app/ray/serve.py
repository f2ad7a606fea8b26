"""The service as replicas behind Ray Serve: ``attire serve --on``, or ``serve deploy deploy/ray/serve.yaml``, which outlives its command.

A replica is the application of ``attire serve`` in a process of its own: it follows the home's current release, and answers each request
from the release that it began with. Serve's proxy gives requests to replicas; Serve starts and ends these by how many requests are under
way, and replaces one that is lost.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from threading import Event
from typing import Final

import ray
from ray import serve
from starlette.types import ASGIApp

from app.ground.places import shown
from app.ground.settings import PREFIX, Settings
from app.ray.joined import join
from models.errors import InputError

NAME: Final = "attire"
ONGOING: Final = 8
"""Requests of a replica, under way or waiting, beyond which there should be another."""
SCALING: Final = {"min_replicas": 1, "max_replicas": 8, "target_ongoing_requests": ONGOING, "upscale_delay_s": 5}
LAST_S: Final = 15.0
"""Seconds that a replica has for what is under way beyond its own deadline; and a proxy that waits for a replica."""
_SLOW_START_S: Final = "60"
_LOOK_S: Final = 0.2


def application(said: Mapping[str, str] | None = None) -> ASGIApp:
    """The application of one replica; built there.

    Args:
        said: settings as variables of the environment, which go before those of its node.
    """
    os.environ.update(said or {})
    from app.main import create_app  # noqa: PLC0415 - whoever only deploys it needs no torch

    settings = Settings.read()
    threads, index = settings.threads, settings.index
    threads = threads.model_copy(update={"compute": threads.compute or 1})  # the core that Ray keeps for it
    if index.shards:
        from app.ray import shards  # noqa: PLC0415

        shards.register(index.shards)
        index = index.model_copy(update={"backend": shards.BACKEND})
    return create_app(settings.model_copy(update={"threads": threads, "index": index}))


class _Replica:
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


app = deployment(application, Settings.model_fields["deadline_s"].default).bind()
"""For files of Serve: ``import_path: app.ray.serve:app``."""


def answer(settings: Settings, on: str, started: Callable[[], None]) -> None:
    """Have replicas answer, one at first and up to ``settings.workers``, until a signal says to stop; then what is under way is finished.

    Args:
        on: as of ``join``. started: called once they answer.

    Raises:
        InputError: there is no such cluster, it has applications already, or no replica starts.
    """
    os.environ.setdefault("RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S", _SLOW_START_S)  # for Ray's 5 s a busy machine is too slow
    join(on, cpus=settings.workers * (1 + settings.index.shards))
    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    if serve.status().applications:
        msg = "this cluster has applications behind Ray Serve already; add this one with `serve deploy`, or end them with `serve shutdown`"
        raise InputError(msg, field="--on")
    http = {"host": settings.host, "port": settings.port, "request_timeout_s": settings.deadline_s + LAST_S}
    with suppress(TimeoutError):  # of a minute, for the proxy, which is waited for below
        serve.start(http_options=http)
    try:
        _start(settings)
        started()
        end = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        end.wait()
    finally:
        serve.delete(NAME)  # requests under way end first; a shutdown alone ends the proxy, and them with it
        serve.shutdown()
        ray.shutdown()


def _start(settings: Settings) -> None:
    said = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)} | {
        f"{PREFIX}HOME": shown(settings.home.absolute())
    }
    scaling = {**SCALING, "max_replicas": settings.workers}
    replicas = deployment(partial(application, said), settings.deadline_s).options(autoscaling_config=scaling)
    try:
        serve.run(replicas.bind(), name=NAME)
    except RuntimeError as error:
        msg = f"no replica starts: {error}"
        raise InputError(msg) from error
    while "HEALTHY" not in serve.status().proxies.values():
        time.sleep(_LOOK_S)
