"""attire check · questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.cli.json_to import Json
from app.cli.options import Data, Mapping, Seed, Split, split_named
from app.cli.progress import progress, warn
from app.cli.reading import tell_pictures
from app.ground.settings import Settings
from models.errors import InputError
from models.outputs import check_output_directory

if TYPE_CHECKING:
    from models.datasets.findings import Kind

_KINDS: Final = ("fitb", "compatibility", "retrieval")


def check(
    data: Annotated[Path, typer.Argument(help="Dataset directory, or a feed.", show_default=False)],
    mapping: Mapping = None,
    json_to: Json = None,
) -> None:
    """Say all that is wrong with a dataset directory or a feed, and what each missing piece would bring; end with 2 if there are errors."""
    import pyarrow.compute as pc

    from models.datasets.check import check as run
    from models.datasets.schema import SPLITS

    shown = progress()
    with shown(f"checking {data}", 0):
        checked = run(data, mapping, shown)
    if checked.catalogue is not None and pc.any(pc.is_valid(checked.catalogue.table.column("image"))).as_py():
        from models.datasets.items import items_file
        from models.encoders.readable import warn_of_pictures

        warn_of_pictures(checked.catalogue, items_file(data), checked.findings)
    found = checked.as_json()
    if json_to is not None:
        json_to.write(found)
    if checked.findings.feed is not None:
        none = "" if checked.catalogue is not None else ", none of which could be read"
        typer.echo(f"read as  {checked.findings.feed.layout}: {checked.findings.feed.rows:,} rows{none}")
    errors, warnings = checked.findings.of("error"), checked.findings.of("warning")
    for kind in (*errors, *warnings):
        _show(kind)
    for missing in checked.missing:
        typer.echo(f"missing  {missing}")
    if checked.catalogue is not None:
        from app.catalogue.fetched import never_fetched

        tell_pictures(never_fetched(checked.catalogue, Settings.read().fetch), "would be left out", err=False)
    outfits = ", ".join(f"{found['outfits'][split]:,} {split}" for split in SPLITS)
    questions = "".join(f", {count:,} {name}" for name, count in found["questions"].items())
    typer.echo(f"{data}: {found['items']:,} items, outfits: {outfits}{questions}; {len(warnings)} kinds of warning")
    if errors:
        msg = f"has {len(errors)} kind{'s'[: len(errors) > 1]} of error, each told above"
        raise InputError(msg, path=data)


def _show(kind: Kind) -> None:
    lines = f", {kind.count:,} line{'s'[: kind.count > 1]}" if kind.first[0].line is not None else ""
    typer.echo(f"{kind.severity:<8} {kind.place}{lines}")
    for finding in kind.first:
        typer.echo(f"           {'' if finding.line is None else f'line {finding.line}: '}{finding.problem}")
    if kind.count > len(kind.first):
        typer.echo(f"           … and {kind.count - len(kind.first):,} more")


def questions(
    data: Data,
    *,
    out: Annotated[Path | None, typer.Option("--out", help="Directory for the files.", show_default="DATA")] = None,
    seed: Seed = 0,
    split: Split = "test",
    only: Annotated[
        list[str] | None, typer.Option("--only", help="fitb, compatibility or retrieval; may be repeated.", show_default="all of them")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
) -> None:
    """Write questions about the outfits of a split, as `attire evaluate` draws them where there are none."""
    chosen, out, kinds = split_named(split), out or data, _kinds(only)
    check_output_directory(out, "--out")
    from models.datasets.draw_questions import draw_for
    from models.datasets.findings import Findings
    from models.datasets.rejects import Rejects
    from models.datasets.write import write_lines

    shown = progress()
    findings = Findings(rejects=Rejects(), progress=shown)
    with shown(f"drawing questions from {data}", 0):
        dataset, drawn = draw_for(data, chosen, findings, seed=seed)
    findings.tell(warn)
    tasks = {name: asked for name, asked in dataset.tasks.items() if name.partition("_")[0] in kinds}
    there = [f"{name}.jsonl" for name in tasks if (out / f"{name}.jsonl").exists()]
    if there and not force:
        msg = f"holds {', '.join(there)} already; give --force to write over them, or another --out"
        raise InputError(msg, path=out)
    out.mkdir(parents=True, exist_ok=True)
    for name, asked in tasks.items():
        write_lines(out, f"{name}.jsonl", asked)
    left_out = f"; left out: {drawn.near_training_outfits:,} like training outfits" if drawn.near_training_outfits else ""
    counts = ", ".join(f"{len(asked):,} {name}" for name, asked in tasks.items())
    typer.echo(f"{out}: {counts or 'no questions of that kind'}, about {drawn.outfits:,} outfits of {chosen}{left_out}")


def _kinds(only: list[str] | None) -> tuple[str, ...]:
    if unknown := [name for name in only or () if name not in _KINDS]:
        msg = f"{unknown[0]!r} is no kind of question; use {', '.join(_KINDS)}"
        raise InputError(msg, field="--only")
    return tuple(only or _KINDS)
