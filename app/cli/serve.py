"""attire serve."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from app.cli.options import HomeOfAny, Host, Port, ServeOn, ServeWorkers
from app.ground.logs import configure, logger
from app.ground.settings import Settings
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.open import check_place
from models.errors import InputError
from models.parent import end_with_parent

if TYPE_CHECKING:
    from app.ground.heavy import Place
    from app.server.process import Service
    from app.server.starting import Starting
    from app.server.supervised import Shared
    from app.server.workers import TakesOver
    from app.shops.followed import Followed

_FIGURES: Final = "attire-figures-"
_PORT_ERRORS: Final = frozenset({errno.EADDRINUSE, errno.EACCES})


def serve(home: HomeOfAny = None, host: Host = None, port: Port = None, workers: ServeWorkers = None, on: ServeOn = None) -> None:
    """Answer over HTTP from the current release; where ATTIRE_SHOPS names several shops and --home none, for all of them."""
    settings = Settings.read(home=home, host=host, port=port, workers=workers)
    if on is not None and home is not None and Settings.read().of_shops:
        msg = "replicas go by the environment, which names several shops; leave ATTIRE_SHOPS out"
        raise InputError(msg, field="--home")
    _check_on(settings, on)
    if settings.of_shops:
        from app.shops.told import shops_of

        shops_of(settings)
    with listen(settings) as listener:
        if on is not None:
            _answer_on(settings, listener, on)
        elif settings.workers == 1 and settings.of_shops:
            _answer_shops(settings, listener)
        elif settings.workers > 1:
            _answer_together(settings, listener)
        else:
            answer_one(settings, listener, "Serving release {}")


def listen(settings: Settings) -> socket.socket:
    """Take the port before any long work.

    Raises:
        InputError: the address cannot be taken.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        if settings.answers_at_start:
            return socket.create_server((settings.host, settings.port), family=family)
        listener = socket.socket(family)  # bound: whoever dials is refused until the service listens, and may try another
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
    except OSError as error:
        other = "--port" if error.errno in _PORT_ERRORS else "--host"
        msg = f"cannot listen on {settings.host}:{settings.port} ({error.strerror or error}); choose another {other}"
        raise InputError(msg) from error
    return listener


def starting_on(settings: Settings, listener: socket.socket, awaited: str) -> AbstractContextManager[Starting | None]:
    """Answer that something is awaited, where the settings want an answer during the start; in words for people."""
    if not settings.answers_at_start:
        return nullcontext()
    from app.server.starting import starting

    return starting(listener, settings, awaited)


def _started(waiting: Starting | None, said: str) -> None:
    """Leave the port, and say where the service answers: whoever asks from now on waits for it, some hundredths of a second."""
    if waiting:
        waiting.close()
    typer.echo(said)


def answer_one(settings: Settings, listener: socket.socket, what: str) -> None:
    """Open the current release before it answers, so that a broken one ends the command with one line; then answer."""
    store, record = ReleaseStore(settings.home), _current(settings)
    with starting_on(settings, listener, f"release {record.id} is being loaded") as waiting:
        from app.ground import compute
        from app.main import create_app
        from app.release.release import Release
        from app.server.alone import Alone
        from app.server.process import answer

        compute.fix_threads(settings.threads.compute)
        release = Release.open(store, record, settings.index, compute.device(settings.device))
        with _heavy_beside(settings) as heavy, Alone() as beaten:
            app, said = create_app(settings, release, beaten, heavy), what.format(release.id)
            del release  # or its memory would stay when another release replaces it
            answer(app, settings, listener, lambda: _started(waiting, f"{said}: {_url(settings, listener)}"))


def _answer_shops(settings: Settings, listener: socket.socket) -> None:
    """Answer for all shops; one that cannot start is told, and the others answer."""
    served = _served(settings)
    with starting_on(settings, listener, f"{served} {_loads(settings)}") as waiting:
        from app.ground import compute
        from app.server.alone import Alone
        from app.server.process import answer
        from app.shops.service import Shops

        compute.fix_threads(settings.threads.compute)
        with Alone() as beaten:
            shops = Shops(settings, beaten)
            answer(shops, settings, listener, lambda: _started(waiting, f"Serving {served}: {_url(settings, listener)}"))


def _answer_together(settings: Settings, listener: socket.socket) -> None:
    """Have several processes answer; this one only looks after them."""
    served = _served(settings)
    from app.server.workers import Workers

    configure(settings.log)
    said = f"Serving {served} by {settings.workers} processes: {_url(settings, listener)}"
    waits = starting_on(settings, listener, f"{served} {_loads(settings)}")
    with waits as waiting, _heavy_beside(settings) as heavy, _figures_beside(settings) as figures:
        first = partial(_started, waiting, said)
        told = settings, _followed(settings), heavy, figures
        Workers(_one_of_several, listener, settings.workers, settings.grace_s, told, first=first).supervise()


def _followed(settings: Settings) -> Followed | None:
    """The shops, followed here too: a process that takes the place of another starts from the file as it was last of use."""
    if not settings.of_shops:
        return None
    from app.shops.followed import Followed

    followed = Followed(settings)
    followed.keep_looking()
    return followed


@contextmanager
def _heavy_beside(settings: Settings) -> Iterator[Place | None]:
    """Where heavy requests are answered, by a process that is looked after meanwhile; None where the settings want none."""
    if not settings.threads.apart or settings.of_shops:
        yield None
        return
    from app.server.heavy import Heavy

    try:
        beside = Heavy(settings)
    except OSError as error:
        configure(settings.log)
        logger().warning("no_heavy_process", why=f"there is no directory for its socket ({error}); heavy requests are answered by all")
        yield None
        return
    with beside:
        yield beside.place


@contextmanager
def _figures_beside(settings: Settings) -> Iterator[Path | None]:
    """Where processes find each other's figures; None where no directory can be made for that."""
    from app.server.folder import Folder

    try:
        folder = Folder(_FIGURES)
    except OSError as error:
        configure(settings.log)
        logger().warning("figures_of_one_process", why=f"there is no directory for sockets ({error}); /metrics tells those of who answers")
        yield None
        return
    with folder:
        yield folder.path


def _check_on(settings: Settings, on: str | None) -> None:
    if on is not None and settings.of_shops and not settings.shops:
        msg = f"{settings.shops_file} names no shop, and replicas read it at the start; name one"
        raise InputError(msg, field="--on")
    if settings.shops and settings.index.shards:
        msg = f"{settings.index.shards}: shards are for one shop, and there are several; give 0"
        raise InputError(msg, field="ATTIRE_INDEX__SHARDS")
    for name, number, what in (("INDEX__SHARDS", settings.index.shards, "shards"), ("ENCODERS", settings.encoders, "they")):
        if on is None and number:
            msg = f"{number}: {what} are processes of a cluster; give --on, or 0"
            raise InputError(msg, field=f"ATTIRE_{name}")


def _answer_on(settings: Settings, listener: socket.socket, on: str) -> None:
    """Have replicas on a cluster answer, behind its own proxy, which takes the port."""
    served, url = _served(settings), _url(settings, listener)
    settings = settings.model_copy(update={"port": listener.getsockname()[1]})
    listener.close()
    typer.echo(f"Ray starts {served}, by up to {settings.workers} replicas; where it answers is said once it does", err=True)
    from app.ray.serve import answer

    answer(settings, on, lambda: typer.echo(f"Serving {served} by up to {settings.workers} replicas: {url}"))


def _one_of_several(
    listener: socket.socket,
    number: int,
    takes_over: TakesOver,
    told: tuple[Settings, Followed | None, Place | None, Path | None],
    beat: Shared,
) -> None:
    """One of them: a fresh interpreter."""
    end_with_parent()  # before the imports, which take seconds
    from app.ground import compute
    from app.live.siblings import Siblings
    from app.main import create_app
    from app.server.process import answer
    from app.shops.service import Shops

    settings, followed, heavy, figures = told
    siblings = Siblings(figures, number) if figures is not None else None
    settings, beaten = shared_out(settings, compute.cores()), partial(setattr, beat, "value")
    configure(settings.log)
    logger().info("process_started", number=number, pid=os.getpid())
    app: Service
    if followed is not None:
        app = Shops(settings, beaten, siblings, followed=followed)
    else:
        app = create_app(settings, beaten=beaten, heavy=heavy, siblings=siblings)
    answer(app, settings, listener, takes_over.wait)


def shared_out(settings: Settings, cores: int) -> Settings:
    """The settings of one of several processes: its share of the threads, but for those whose number was given."""
    share = max(1, cores // settings.workers)
    threads = {name: getattr(settings.threads, name) or share for name in ("compute", "requests")}
    return settings.model_copy(update={"threads": settings.threads.model_copy(update=threads)})


def _served(settings: Settings) -> str:
    if not settings.of_shops:
        return f"release {_current(settings).id}"
    return f"{len(settings.shops)} shops" if len(settings.shops) != 1 else "1 shop"


def _loads(settings: Settings) -> str:
    return f"{'are' if len(settings.shops) != 1 and settings.of_shops else 'is'} being loaded"


def _current(settings: Settings) -> ReleaseRecord:
    """The release that is served, whose place is one of the log that the settings name."""
    record = ReleaseStore(settings.home).served()
    check_place(settings.log, record.id, record.catalog_offset)
    return record


def _url(settings: Settings, listener: socket.socket) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"
