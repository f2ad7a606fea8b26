"""attire doctor."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, Final

import typer

from app.cli.json_to import Json, JsonTo
from app.cli.options import HomeOfAny
from app.ground.places import shown
from app.ground.settings import Settings

_PACKAGES: Final = ("attire", "torch", "faiss-cpu", "open_clip_torch", "numpy", "pyarrow", "fastapi", "pydantic", "uvicorn")
_LOG_FINE: Final = "yes: it keeps what it is given, and has all that it acknowledged"
_SEVERAL: Final = ("gpu", "feed")
"""Facts of which there may be any number."""


def doctor(
    home: HomeOfAny = None,
    *,
    encoder: Annotated[str | None, typer.Option("--encoder", help="Say what this one would need instead; nothing is downloaded.")] = None,
    json_to: Json = None,
) -> None:
    """What is installed, which devices and threads there are, how feeds and log stand; ends with 1 or 2 if a home cannot be served."""
    told: dict[str, Any] = {}
    try:
        if encoder is not None:
            _tell(_needs(encoder), told, json_to)
            return
        settings = Settings.read(home=home)
        told |= {name: [] for name in _SEVERAL}
        _tell(_of_machine(settings), told, json_to)
        if settings.of_shops:
            _tell_of_shops(settings, told, json_to)
        else:
            _tell(_of_home(settings), told, json_to)
    finally:
        if json_to is not None and told:
            json_to.write(told | ({} if encoder else _serves(told)))


def _tell(facts: Iterable[tuple[str, str]], told: dict[str, Any], json_to: JsonTo | None) -> None:
    """Tell them: to a person at once, to a program in ``told``."""
    for name, value in facts:
        if json_to is None:
            typer.echo(f"{name:<16} {value}")
        elif name in _SEVERAL:
            told[name].append(value)
        else:
            told[name] = value


def _tell_of_shops(settings: Settings, told: dict[str, Any], json_to: JsonTo | None) -> None:
    """Tell of the home of each, whatever is wrong with others.

    Raises:
        typer.Exit: something is, with the largest of their codes.
    """
    from app.ground.errors import ROOTS
    from app.shops.told import shops_of

    codes, told["shops"] = [0], {}
    for shop in shops_of(settings):
        own: dict[str, Any] = {"feed": []}
        try:
            _tell((("shop", shop.name), ("home", shown(shop.home))), own, json_to)
            _tell(_of_home(shop.settings), own, json_to)
        except typer.Exit as end:
            codes.append(end.exit_code)
        except ROOTS:  # told under ``serve``
            codes.append(2)
        told["shops"][shop.name] = own | _serves(own)
    if any(codes):
        raise typer.Exit(max(codes))


def _serves(told: dict[str, Any]) -> dict[str, bool]:
    """Whether a home, or those of all shops, can be served."""
    shops = told.get("shops")
    return {"serves": all(own["serves"] for own in shops.values()) if shops else str(told.get("serve")).startswith("yes")}


def _of_machine(settings: Settings) -> Iterator[tuple[str, str]]:
    from app.ground import compute

    yield "python", platform.python_version()
    for package in _PACKAGES:
        yield package, _version(package)
    gpus = list(_gpus())
    yield "devices", ", ".join(["cpu", *(name for name, _ in gpus)])
    for name, state in gpus:
        yield "gpu", f"{name}, {state}"
    yield "device", f"{compute.device(settings.device)}, as ATTIRE_DEVICE is {settings.device}"
    yield "threads", f"{compute.fix_threads(settings.threads.compute)} to compute, {compute.cores()} cores"


def _of_home(settings: Settings) -> Iterator[tuple[str, str]]:
    from app.ground import compute
    from app.ground.errors import ROOTS
    from app.home.feeds import FeedRecords
    from app.home.store import ReleaseStore
    from app.log.open import check_place
    from app.release.release import Release

    for feed in FeedRecords(settings.home).all():
        yield "feed", str(feed)
    store = ReleaseStore(settings.home)
    problem = asyncio.run(_log_problem(settings)) if settings.home.is_dir() else None
    if settings.home.is_dir():
        yield "log", f"no: {problem}" if problem else _LOG_FINE
    try:
        record = store.current()
        if record is None:
            where = shown(settings.home)
            yield "serve", f"no: {where} has no release; run `attire import DATA --home {where}`"
            raise typer.Exit(1)
        check_place(settings.log, record.id, record.catalog_offset)
        release = Release.open(store, record, settings.index, compute.device(settings.device))
    except ROOTS as error:
        yield "serve", f"no: {error}"
        raise
    yield "index", ", ".join(f"{backend}: {items:,} items" for backend, items in release.searched.items())
    yield "serve", f"yes: release {record.id}, {record.items:,} items, recipe {record.recipe}"
    if problem:
        raise typer.Exit(2)


async def _log_problem(settings: Settings) -> str | None:
    """Why the log keeps nothing, or what it lacks; None where all is well with it, or an SQLite log is not made yet."""
    from app.ground.errors import LogError
    from app.log.open import opened_log, sqlite_file

    path = sqlite_file(settings.log, settings.home)
    try:
        async with opened_log(settings.log, settings.home) as log:
            if (found := await log.examine()) or (path is not None and not path.exists()):
                return "; ".join(found) or None
            await log.ping()
    except LogError as error:
        return str(error)
    return None


def _needs(spec: str) -> Iterator[tuple[str, str]]:
    from app.ground import compute
    from models.encoders.needs import needs_of

    threads = compute.fix_threads(Settings.read().threads.compute)
    needs = needs_of(spec)
    parameters = f"{needs.parameters / 1e6:,.0f} million parameters"
    yield "encoder", f"{spec}: {needs.architecture}, pictures of {needs.side} x {needs.side}, {parameters}"
    yield "download", f"about {needs.download / 2**20:,.0f} MiB, once"
    yield "memory", f"about {needs.memory / 2**20:,.0f} MiB while it encodes"
    yield "speed", f"about {needs.images_per_s:,.1f} images/s on this CPU, {threads} threads (an estimate)"


def _gpus() -> Iterator[tuple[str, str]]:
    """Name of each GPU, and its free memory and load."""
    from torch import cuda

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
