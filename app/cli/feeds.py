"""attire import · map."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.json_to import Json, JsonTo
from app.cli.options import Data, Encoder, Home, Mapping, MostRejects, On, RejectsFile, engine_on
from app.cli.orders import orders_into
from app.cli.progress import progress, warn
from app.cli.reading import of_reading, tell_pictures, write_said
from app.ground.errors import ROOTS
from app.ground.places import shown
from app.ground.settings import Settings
from app.home.feeds import REJECTS, FeedRecords
from models.outputs import check_output_file

if TYPE_CHECKING:
    from app.catalogue.again import Source
    from app.catalogue.importing import Imported
    from app.home.store import ReleaseRecord, ReleaseStore
    from models.datasets.findings import Findings


def import_(
    data: Data,
    *,
    home: Home = None,
    encoder: Encoder = None,
    mapping: Mapping = None,
    rejects: RejectsFile = None,
    strict: Annotated[bool, typer.Option("--strict", help="End at the first row that cannot be used, and change nothing.")] = False,
    most: MostRejects = 0.5,
    force: Annotated[bool, typer.Option("--force", help="Import whatever is left, even of a feed that seems cut off.")] = False,
    on: On = None,
    json_to: Json = None,
) -> None:
    """Read a catalogue from a dataset directory or a shop's feed, encode and index it, and serve it from now on."""
    from app.catalogue.again import Source, end_of_changes, imported_before
    from app.home.store import ReleaseStore

    settings = Settings.read(home=home)
    store = ReleaseStore(settings.home)
    source = Source(data, mapping, encoder, strict=strict)
    same = imported_before(store, source, end_of_changes(settings.log, store.home)) if store.current() and not force else None
    if same is not None:
        write_said(json_to, {"data": str(data), "unchanged": True, **_of_release(same)})
        typer.echo(f"{shown(settings.home)}: {data} is what was imported last; nothing to do, release {same.id} is current")
        return
    _with_outfits(source, settings, most=1.0 if force else most)
    bounds = {"rejected": 1.0, "left": 0.0} if force else {"rejected": most, "left": 0.5}
    file = None if strict else rejects or settings.home / REJECTS
    _import(source, store, settings, file=file, bounds=bounds, on=on, json_to=json_to)


def _import(
    source: Source,
    store: ReleaseStore,
    settings: Settings,
    *,
    file: Path | None,
    bounds: dict[str, float],
    on: str | None,
    json_to: JsonTo | None,
) -> None:
    """Import what has changed; says so to a person, and to machines even when it is refused."""
    steps = progress()
    with steps("loading what imports", 0):
        from app.catalogue.bounds import Bounds
        from app.catalogue.importing import import_catalogue
        from app.ground import compute
        from app.ground.allocator import keep_little
        from models.datasets.findings import Findings
        from models.datasets.rejects import Rejects

    keep_little()
    findings = Findings()
    try:
        with Rejects(file) as rejects, steps(f"importing {source.data}", 0):
            findings = Findings(rejects=None if source.strict else rejects, progress=steps)
            done = import_catalogue(
                source.data,
                store,
                findings=findings,
                mapping=source.mapping,
                bounds=Bounds(**bounds),
                encoder=source.encoder,
                default_encoder=settings.encoder,
                cache=settings.cache.expanduser(),
                log=settings.log,
                fetch=settings.fetch,
                device=compute.device(settings.device),
                engine=engine_on(on, settings),
                progress=steps,
                warn=warn,
            )
    except ROOTS as error:
        write_said(json_to, {"data": str(source.data), "unchanged": False, "refused": str(error), **of_reading(findings)})
        raise
    FeedRecords(settings.home).keep_no_pieces(str(source.data), findings.feed.no_pieces if findings.feed else ())
    tell_pictures(done.features.refused, "left out")
    reading = of_reading(findings) | {"unread": _unread(source, findings)}
    pictures = {"pictures_left_out": len(done.features.refused), "encoded": done.features.encoded, "seconds": round(done.seconds, 3)}
    write_said(
        json_to, {"data": str(source.data), "unchanged": False, **_of_release(done.release), "gone": done.gone, **reading, **pictures}
    )
    _tell(done, settings.home, reading)


def _unread(source: Source, findings: Findings) -> dict[str, str]:
    """The columns of a feed that look like fields and are not read, by their fields."""
    from models.datasets.check import unread_columns

    columns = unread_columns(source.data, source.mapping) if findings.feed else {}
    return {field: column if isinstance(column, str) else str(column["column"]) for field, column in columns.items()}


def _with_outfits(source: Source, settings: Settings, *, most: float) -> None:
    """Where orders or looks lie in a dataset directory that has no outfits yet, make these of them."""
    from models.datasets.orders.read import orders_beside

    if not source.data.is_dir() or any((source.data / name).exists() for name in ("outfits.jsonl", "sessions.jsonl")):
        return
    if not (files := orders_beside(source.data)):
        return
    if not os.access(source.data, os.W_OK):
        warn(f"{source.data}: may not be written to, so {', '.join(path.name for path in files)} becomes no outfits.jsonl")
        return
    from app.worker.beside import catalogue_beside

    items = catalogue_beside(source.data, source.mapping, progress())
    file = None if source.strict else source.data / "rejected-orders.jsonl"
    orders_into(source.data, files, items, settings, file=file, strict=source.strict, most=most)


def _tell(done: Imported, home: Path, reading: dict[str, Any]) -> None:
    found = done.features
    if done.fetched:
        typer.echo(f"pictures by URL: {done.fetched}")
    rate = f", {found.encoded:,} encoded at {found.encoded / max(found.seconds, 1e-9):,.0f} items/s" if found.encoded else ""
    if reading["layout"]:
        aside = f", {reading['rejected']:,} set aside (see {reading['rejects']})" if reading["rejected"] else ""
        typer.echo(f"read as {reading['layout']}: {reading['rows']:,} rows{aside}")
    if unread := reading["unread"]:
        held = ", ".join(f"{column!r} looks like {field}" for field, column in unread.items())
        typer.echo(f"not read: {held}; `attire map` writes a mapping to correct, and --map reads by it", err=True)
    gone = f", {done.gone:,} of before gone," if done.gone else ""
    typer.echo(f"{shown(home)}: {done.release.items:,} items{gone} in {done.seconds:.1f} s{rate}; release {done.release.id} is current")


def _of_release(release: ReleaseRecord) -> dict[str, Any]:
    return {"items": release.items, "release": release.id}


def map_(
    feed: Annotated[Path, typer.Argument(help="The feed.", show_default=False)],
    out: Annotated[Path | None, typer.Option("--out", help="File to write; without, it is printed.", show_default=False)] = None,
) -> None:
    """Propose which column of a feed is which, as a file to correct and to give as --map; of a known layout, what it does not read."""
    if out is not None:
        check_output_file(out, "--out")
    from models.datasets.feeds.propose import proposed
    from models.datasets.feeds.recognise import recognise
    from models.datasets.items import check_no_orders, items_file

    known = recognise(items_file(feed))
    check_no_orders(known)
    proposal = proposed(known)
    columns, text = proposal.columns, proposal.as_yaml()
    if out is None:
        typer.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    if known.layout is None:
        typer.echo(f"{out}: {len(columns)} of {len(known.names)} columns; correct it, then attire check {feed} --map {out}")
    else:
        typer.echo(f"{feed}: {known.layout.name}, which needs no mapping; {out} proposes {len(columns)} more columns to lay over it")
