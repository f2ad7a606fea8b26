"""attire publish · releases list, show, activate, rollback."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from app.cli.json_to import Json
from app.cli.options import BundleDirectory, Home, On, engine_on
from app.cli.progress import progress, warn
from app.ground.errors import HomeError
from app.ground.places import check_there, shown
from app.ground.settings import Settings
from app.home.origin import refreshed
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.open import check_place
from index.errors import SnapshotError
from models.errors import BundleError
from sealed.errors import OtherVersionError

group = typer.Typer(help="List, show and change the release that is served.", no_args_is_help=False)

_NOT_ASKED = "not compared with what learns nothing (--no-compare, or too few outfits); attire evaluate DATA --bundle BUNDLE does"
ReleaseOrCurrent = Annotated[str | None, typer.Argument(help="Release id; left out: the current one.", show_default=False)]
ReleaseId = Annotated[str, typer.Argument(help="Release id, as `attire releases list` shows it.", show_default=False)]


def publish(
    bundle: BundleDirectory,
    home: Home = None,
    *,
    as_trained: Annotated[bool, typer.Option("--as-trained", help="Also where raw cosine did better on outfits held out.")] = False,
    on: On = None,
    json_to: Json = None,
) -> None:
    """Serve a bundle with the current catalogue; no picture is touched unless the bundle reads another encoder."""
    settings = Settings.read(home=home)
    store = ReleaseStore(settings.home)
    current = store.served()
    check_place(settings.log, current.id, current.catalog_offset)
    steps = progress()
    with steps("loading what publishes", 0):
        from app.catalogue.publishing import publish as run
        from app.ground import compute
        from models.manifest import BUNDLE

    with steps(f"publishing {bundle}", 0):
        release = run(
            bundle,
            store,
            better=not as_trained,
            log=settings.log,
            cache=settings.cache.expanduser(),
            device=compute.device(settings.device),
            engine=engine_on(on, settings),
            progress=steps,
            warn=warn,
        )
    if json_to is not None:
        json_to.write(_told(store, release))
        return
    typer.echo(f"{shown(settings.home)}: {release.items:,} items, recipe {release.recipe}; release {release.id} is current")
    manifest = BUNDLE.read(store.bundle_path(release.bundle))
    if manifest.outfits is not None:
        typer.echo(f"learned from {manifest.outfits:,} outfits; {manifest.held_out or _NOT_ASKED}")


def gc(
    home: Home = None, *, dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False, json_to: Json = None
) -> None:
    """Remove old releases, pictures, features and changes that nothing needs any more; never what serves, or is rolled back to.

    Of a home in object storage, what this machine has copied of it.
    """
    settings = Settings.read(home=home)
    store = ReleaseStore(settings.home)
    check_there(store.home)
    store.current()  # a home that is none is refused before all that
    from app.catalogue.leftovers import leftovers, remove

    found = leftovers(store, settings.log, settings.worker.keep_releases, settings.worker.keep_runs)
    gone = None if dry else remove(found, settings.log, settings.home)
    events = _old_events(settings, dry=dry)
    if json_to is not None:
        told = {"removed": not dry, "releases": found.releases, "paths": len(found.paths), "bytes": found.size, "changes": gone}
        json_to.write({**told, "events": events})
        return
    if events:
        old = f"{events:,} events older than {settings.worker.kept_days:g} days"
        typer.echo(f"{shown(settings.home)}: {old} {'would go' if dry else 'removed'}")
    if not (found.releases or found.paths or found.changes or gone or events):
        typer.echo(f"{shown(settings.home)}: nothing to remove")
        return
    changes = f"the log's changes up to {found.changes or 'none'}" if gone is None else f"{gone:,} changes of the log"
    names = f" ({', '.join(found.releases)})" if found.releases else ""
    what = f"{len(found.releases)} releases{names}, {len(found.paths):,} files and directories, {found.size / 1e6:,.1f} MB, {changes}"
    typer.echo(f"{shown(settings.home)}: {what} {'would go' if dry else 'removed'}")


def _old_events(settings: Settings, *, dry: bool) -> int:
    """Remove the events that are older than they may be kept, where no worker does; returns how many went, or would."""
    if not settings.worker.kept_days:
        return 0
    from app.home.alone import alone
    from app.home.runs import Runs
    from app.worker.archive import Archive
    from app.worker.kept import let_go, older_than

    runs, old = Runs(settings.home), older_than(settings.worker.kept_days)
    try:
        with alone(settings.home):
            archive = Archive(runs.events)
            return len(archive.which(old)[0]) if dry else let_go(archive, runs, old)
    except HomeError as error:
        typer.echo(f"events stay: {error}", err=True)
        return 0


@group.command("list")
def list_(home: Home = None, json_to: Json = None) -> None:
    """All releases, newest first; the current one is marked."""
    store = _store(Settings.read(home=home))
    check_there(store.home)
    records, broken = store.survey()
    current, trouble = None, None
    try:
        current = store.current()
    except HomeError as error:
        trouble = error
        if not records:
            raise
    if json_to is not None:
        told = [{**asdict(record), "current": current is not None and record.id == current.id} for record in reversed(records)]
        json_to.write(told)
    else:
        _table(records, current)
    for why in broken:
        typer.echo(f"left out: {why}", err=True)
    if trouble:
        raise trouble  # after the list, which says what could be activated instead


def _table(records: Sequence[ReleaseRecord], current: ReleaseRecord | None) -> None:
    rows = [("", "release", "recipe", "items", "created", "bundle", "snapshot")]
    for record in reversed(records):
        mark = "*" if current is not None and record.id == current.id else ""
        rows.append((mark, record.id, record.recipe, f"{record.items:,}", record.created, record.bundle, record.snapshot))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@group.command()
def show(release: ReleaseOrCurrent = None, home: Home = None) -> None:
    """One release as JSON, with what its bundle says of itself."""
    store = _store(Settings.read(home=home))
    record = store.current() if release is None else store.record(release)
    if record is None:
        msg = f"{store.home} has no release; run `attire import DATA --home {store.home}`"
        raise HomeError(msg)
    typer.echo(json.dumps(_told(store, store.bring(record)), indent=1))


def _told(store: ReleaseStore, record: ReleaseRecord) -> dict[str, Any]:
    current = store.current()
    manifest = store.bundle_path(record.bundle) / "manifest.json"
    try:
        bundle = dict(json.loads(manifest.read_text()))
    except (OSError, ValueError, TypeError) as error:
        msg = f"{manifest}: not the manifest of a bundle ({error}); publish the bundle again"
        raise HomeError(msg) from error
    about = {name: bundle.get(name) for name in ("recipe", "config", "encoder", "metrics", "parent", "created")}
    return {**asdict(record), "current": current is not None and current.id == record.id, "about_bundle": about}


@group.command()
def activate(release: ReleaseId, home: Home = None) -> None:
    """Serve this release from now on, once it is checked; running replicas follow within moments."""
    settings = Settings.read(home=home)
    store = _store(settings)
    _serve_checked(store, store.record(release), settings)


@group.command()
def rollback(home: Home = None) -> None:
    """Serve again what served before the current release, once it is checked; what a later version wrote is passed over."""
    settings = Settings.read(home=home)
    store = _store(settings)
    store.before_current()  # refused where nothing served before
    for record in store.served_before():
        try:
            _serve_checked(store, record, settings, back=True)
        except (BundleError, SnapshotError) as error:
            if not isinstance(error.__cause__, OtherVersionError):
                raise
            warn(f"release {record.id} is passed over: {error}")
        else:
            return
    msg = f"{shown(store.home)}: this version can read none that served before; see `attire releases list`"
    raise HomeError(msg)


def _store(settings: Settings) -> ReleaseStore:
    """The home's releases as they are now, wherever they are kept."""
    refreshed(settings.home)
    return ReleaseStore(settings.home)


def _serve_checked(store: ReleaseStore, record: ReleaseRecord, settings: Settings, *, back: bool = False) -> None:
    check_place(settings.log, record.id, record.catalog_offset)
    from app.ground import compute
    from app.release.release import Release

    Release.open(store, record, device=compute.device(settings.device))
    store.activate(record.id, back=back)
    typer.echo(f"{shown(store.home)}: release {record.id} is current")
