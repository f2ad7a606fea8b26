"""attire sync."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.json_to import Json
from app.cli.options import Home, Mapping, MostRejects, RejectsFile
from app.cli.progress import progress, warn
from app.cli.reading import of_reading, tell_pictures, write_said
from app.ground.bare_urls import without_secrets
from app.ground.errors import ROOTS
from app.ground.places import shown
from app.ground.settings import Settings
from app.home.feeds import REJECTS

if TYPE_CHECKING:
    from app.catalogue.synced import Synced
    from models.datasets.findings import Findings


def _to_be_read(feed: str) -> str:
    from models.datasets.urls import is_url

    if not is_url(feed):
        from models.datasets.items import items_file

        items_file(Path(feed))
    return feed


def sync(
    feed: Annotated[str, typer.Argument(help="URL or file of a feed, or a dataset directory.", callback=_to_be_read, show_default=False)],
    *,
    home: Home = None,
    mapping: Mapping = None,
    rejects: RejectsFile = None,
    most: MostRejects = 0.5,
    force: Annotated[bool, typer.Option("--force", help="Change what differs, even if the feed seems cut off or unchanged.")] = False,
    json_to: Json = None,
) -> None:
    """Bring the items that are served to what a feed says: changes go into the log, and running services show them within moments."""
    from app.home.feeds import FeedRecords
    from app.home.store import ReleaseStore

    settings = Settings.read(home=home)
    ReleaseStore(settings.home).current()
    from app.catalogue.bounds import Bounds
    from app.catalogue.syncing import sync as run
    from models.datasets.findings import Findings
    from models.datasets.rejects import Rejects

    bounds = Bounds(rejected=1.0, left=0.0) if force else Bounds(rejected=most)
    file = rejects or settings.home / REJECTS
    findings, steps = Findings(), progress()
    try:
        with Rejects(file) as aside, steps(f"synchronising {without_secrets(feed)}", 0):
            findings = Findings(rejects=aside, progress=steps)
            done = run(feed, settings, mapping=mapping, findings=findings, bounds=bounds, force=force, progress=steps, warn=warn)
    except ROOTS as error:
        FeedRecords(settings.home).failed(feed, str(error))
        write_said(json_to, {"feed": feed, "refused": str(error), **of_reading(findings)})
        raise
    write_said(json_to, {"feed": feed, **_of(done), **of_reading(findings)})
    _tell(done, settings.home, findings)


def _of(done: Synced) -> dict[str, Any]:
    return {
        "unchanged": done.unchanged,
        "imported": done.imported.id if done.imported else None,
        "items": done.items,
        "new": done.new,
        "changed": done.changed,
        "gone": done.gone,
        "same": done.same,
        "changes": dict(done.kinds),
        "pictures_left_out": len(done.refused),
        "seconds": round(done.seconds, 3),
    }


def _tell(done: Synced, home: Path, findings: Findings) -> None:
    if done.unchanged:
        typer.echo(f"{shown(home)}: neither the feed nor the catalogue has changed; nothing to do")
        return
    tell_pictures(done.refused, "left as it was")
    if done.pictures:
        typer.echo(f"pictures by URL: {done.pictures}")
    if feed := findings.feed:
        aside = f", {done.rejected:,} set aside (see {findings.rejects.path})" if findings.rejects and done.rejected else ""
        typer.echo(f"read as {feed.layout}: {feed.rows:,} rows{aside}")
    if done.imported:
        typer.echo(f"{shown(home)}: {done.items:,} items in {done.seconds:.1f} s; release {done.imported.id} is current")
        return
    kinds = ", ".join(f"{name} of {count:,}" for name, count in sorted(done.kinds.items(), key=lambda kind: -kind[1]))
    changed = f"{done.changed:,} changed" + (f" ({kinds})" if kinds else "")
    typer.echo(f"{shown(home)}: {done.new:,} new, {changed}, {done.gone:,} gone, {done.same:,} as they were, in {done.seconds:.1f} s")
