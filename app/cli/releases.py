"""attire publish · releases list, show, activate, rollback."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.options import BundleDirectory, Home
from app.cli.progress import progress, warn
from app.ground.errors import HomeError
from app.ground.settings import Settings
from app.home.store import ReleaseRecord, ReleaseStore

group = typer.Typer(help="List, show and change the release that is served.", no_args_is_help=False)

ReleaseId = Annotated[str, typer.Argument(help="Release id, as `attire releases list` shows it.", show_default=False)]


def publish(
    bundle: BundleDirectory,
    home: Home = None,
    *,
    as_trained: Annotated[bool, typer.Option("--as-trained", help="Also where raw cosine did better on outfits held out.")] = False,
) -> None:
    """Serve a bundle with the current catalogue; no picture is touched unless the bundle reads another encoder."""
    settings = Settings.read(home=home)
    store = ReleaseStore(settings.home)
    store.served()
    from app.catalogue.publishing import publish as run  # noqa: PLC0415 - after all that can be refused without torch
    from app.ground import compute  # noqa: PLC0415
    from models.manifest import BUNDLE  # noqa: PLC0415

    release = run(
        bundle,
        store,
        better=not as_trained,
        log=settings.log,
        cache=settings.cache.expanduser(),
        device=compute.device(settings.device),
        progress=progress(),
        warn=warn,
    )
    typer.echo(f"{settings.home}: {release.items:,} items, recipe {release.recipe}; release {release.id} is current")
    manifest = BUNDLE.read(store.bundle_path(release.bundle))
    if manifest.outfits is not None:
        typer.echo(f"learned from {manifest.outfits:,} outfits" + (f"; {manifest.held_out}" if manifest.held_out else ""))


def gc(home: Home = None, *, dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False) -> None:
    """Remove old releases, pictures, features and changes that nothing needs any more; never what serves, or is rolled back to."""
    settings = Settings.read(home=home)
    store = ReleaseStore(settings.home)
    store.current()  # a home that is none is refused before all that
    from app.catalogue.leftovers import leftovers, remove  # noqa: PLC0415 - keeps --help fast

    found = leftovers(store, settings.log, settings.worker.keep_releases)
    gone = None if dry else remove(found, settings.log, settings.home)
    changes = f"the log's changes up to {found.changes or 'none'}" if gone is None else f"{gone:,} changes of the log"
    names = f" ({', '.join(found.releases)})" if found.releases else ""
    what = f"{len(found.releases)} releases{names}, {len(found.paths):,} files and directories, {found.size / 1e6:,.1f} MB, {changes}"
    typer.echo(f"{settings.home}: {what} {'would go' if dry else 'removed'}")


@group.command("list")
def list_(home: Home = None) -> None:
    """All releases, newest first; the current one is marked."""
    store = ReleaseStore(Settings.read(home=home).home)
    records, broken = store.survey()
    current, trouble = None, None
    try:
        current = store.current()
    except HomeError as error:
        trouble = error
        if not records:
            raise
    rows = [("", "release", "recipe", "items", "created", "bundle", "snapshot")]
    for record in reversed(records):
        mark = "*" if current is not None and record.id == current.id else ""
        rows.append((mark, record.id, record.recipe, f"{record.items:,}", record.created, record.bundle, record.snapshot))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for why in broken:
        typer.echo(f"left out: {why}", err=True)
    if trouble:
        raise trouble  # after the list, which says what could be activated instead


@group.command()
def show(release: ReleaseId, home: Home = None) -> None:
    """One release as JSON, with what its bundle says of itself."""
    store = ReleaseStore(Settings.read(home=home).home)
    record = store.record(release)
    current = store.current()
    manifest = store.bundle_path(record.bundle) / "manifest.json"
    try:
        bundle = dict(json.loads(manifest.read_text()))
    except (OSError, ValueError, TypeError) as error:
        msg = f"{manifest}: not the manifest of a bundle ({error}); publish the bundle again"
        raise HomeError(msg) from error
    about = {name: bundle.get(name) for name in ("recipe", "config", "encoder", "metrics", "parent", "created")}
    typer.echo(json.dumps({**asdict(record), "current": current is not None and current.id == record.id, "about_bundle": about}, indent=1))


@group.command()
def activate(release: ReleaseId, home: Home = None) -> None:
    """Serve this release from now on, once it is checked; running replicas follow within moments."""
    settings = Settings.read(home=home)
    store = ReleaseStore(settings.home)
    _serve_checked(store, store.record(release), settings.device)


@group.command()
def rollback(home: Home = None) -> None:
    """Serve again what served before the current release, once it is checked."""
    settings = Settings.read(home=home)
    store = ReleaseStore(settings.home)
    _serve_checked(store, store.before_current(), settings.device, back=True)


def _serve_checked(store: ReleaseStore, record: ReleaseRecord, device: str, *, back: bool = False) -> None:
    from app.ground import compute  # noqa: PLC0415 - keeps --help fast
    from app.release.release import Release  # noqa: PLC0415

    Release.open(store, record, device=compute.device(device))
    store.activate(record.id, back=back)
    typer.echo(f"{store.home}: release {record.id} is current")
