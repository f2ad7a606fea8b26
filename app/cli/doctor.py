"""attire doctor."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Final

import typer

from app.cli.options import Home
from app.ground.settings import Settings

_PACKAGES: Final = ("attire", "torch", "faiss-cpu", "open_clip_torch", "numpy", "pyarrow", "fastapi", "pydantic", "uvicorn")


def doctor(
    home: Home = None,
    *,
    encoder: Annotated[str | None, typer.Option("--encoder", help="Say what this one would need instead; nothing is downloaded.")] = None,
) -> None:
    """What is installed, which devices and threads there are, how its feeds stand, and whether this home can be served."""
    if encoder is not None:
        _needs(encoder)
        return
    from app.ground import compute  # noqa: PLC0415 - keeps --help fast
    from app.ground.errors import ROOTS  # noqa: PLC0415
    from app.home.feeds import FeedRecords  # noqa: PLC0415
    from app.home.store import ReleaseStore  # noqa: PLC0415
    from app.release.release import Release  # noqa: PLC0415

    settings = Settings.read(home=home)
    _say("python", platform.python_version())
    for package in _PACKAGES:
        _say(package, _version(package))
    device = compute.device(settings.device)
    gpus = list(_gpus())
    _say("devices", ", ".join(["cpu", *(name for name, _ in gpus)]))
    for name, state in gpus:
        _say("gpu", f"{name}, {state}")
    _say("device", f"{device}, as ATTIRE_DEVICE is {settings.device}")
    _say("threads", f"{compute.fix_threads(settings.threads.compute)} to compute, {compute.cores()} cores")
    for feed in FeedRecords(settings.home).all():
        _say("feed", str(feed))
    store = ReleaseStore(settings.home)
    try:
        record = store.current()
        if record is None:
            _say("serve", f"no: {settings.home} has no release; run `attire import DATA --home {settings.home}`")
            return
        release = Release.open(store, record, settings.index, device)
    except ROOTS as error:
        _say("serve", f"no: {error}")
        raise
    _say("index", ", ".join(f"{backend}: {items:,} items" for backend, items in release.searched.items()))
    _say("serve", f"yes: release {record.id}, {record.items:,} items, recipe {record.recipe}")


def _needs(spec: str) -> None:
    from app.ground import compute  # noqa: PLC0415 - keeps --help fast
    from models.encoders.needs import needs_of  # noqa: PLC0415

    threads = compute.fix_threads(Settings.read().threads.compute)
    needs = needs_of(spec)
    _say(
        "encoder",
        f"{spec}: {needs.architecture}, pictures of {needs.side} x {needs.side}, {needs.parameters / 1e6:,.0f} million parameters",
    )
    _say("download", f"about {needs.download / 2**20:,.0f} MiB, once")
    _say("memory", f"about {needs.memory / 2**20:,.0f} MiB while it encodes")
    _say("speed", f"about {needs.images_per_s:,.1f} images/s on this CPU, {threads} threads (an estimate)")


def _gpus() -> Iterator[tuple[str, str]]:
    """Name of each GPU, and its free memory and load."""
    from torch import cuda  # noqa: PLC0415 - keeps --help fast

    for number in range(cuda.device_count()):
        free, total = (size / 2**30 for size in cuda.mem_get_info(number))
        try:
            busy = f"{cuda.utilization(number)} % busy"
        except ModuleNotFoundError:  # nvidia-ml-py
            busy = "how busy is told where attire[gpu] is installed"
        yield cuda.get_device_name(number), f"{free:.1f} of {total:.1f} GiB free, {busy}"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _say(name: str, value: str) -> None:
    typer.echo(f"{name:<16} {value}")
