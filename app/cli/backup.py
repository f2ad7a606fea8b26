"""attire backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.backup.form import packed
from app.cli.options import Home
from app.cli.progress import progress, warn
from app.ground.places import refuse_in_bucket, shown
from app.ground.settings import Settings
from app.home.forgotten import times
from app.home.store import ReleaseStore


def backup(
    out: Annotated[Path, typer.Argument(help="File to write: .tar, .tar.gz or .tar.zst.", show_default=False)],
    home: Home = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Pack releases with damaged files, too, and say which.")] = False,
) -> None:
    """Write the home and its log into one file, as they belong together; the service and the worker may run on."""
    settings = Settings.read(home=home)
    refuse_in_bucket(settings.home, "attire backup", "have the bucket keep versions or a replica, and copy Redis's file")
    packed(out)
    ReleaseStore(settings.home).current()  # a home that is none is refused before all that
    from app.backup.taking import take

    with progress()("backup", 0) as advance:

        def told(*, files: int, megabytes: float) -> None:
            advance(0, files=files, MB=megabytes)

        about = take(
            ReleaseStore(settings.home), settings.log, out, told, (lambda what: warn(f"{what}; packed as it is")) if force else None
        )
    log = f"its log of {about.log}" if about.log else "no log, as there is none yet"
    release = f"release {about.release}" if about.release else "no release"
    typer.echo(f"{out}: {len(about.files):,} files, {out.stat().st_size / 1e6:,.1f} MB; {shown(settings.home)} with {release} and {log}")


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `attire backup` wrote.", show_default=False)],
    home: Home = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace the home and the log that are there.")] = False,
) -> None:
    """Make the home and its log what they were when a backup was taken. Stop the service and the worker first."""
    settings = Settings.read(home=home)
    refuse_in_bucket(settings.home, "attire restore", "put earlier versions of its objects back, CURRENT last")
    from app.backup.restoring import restore as put_back

    before = times(settings.home)
    about = put_back(file, settings.home, settings.log, force=force)
    release = f"release {about.release} is current" if about.release else "it has no release"
    if lost := set(before) - set(times(settings.home)):
        since = f"{len(lost)} who were forgotten since are back, the last forgotten at {max(lost).split()[0]}; forget them again"
        typer.echo(f"{shown(settings.home)}: {since}", err=True)
    typer.echo(f"{shown(settings.home)}: as it was at {about.created}, {len(about.files):,} files; {release}")
