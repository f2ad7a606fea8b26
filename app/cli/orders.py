"""attire import-orders."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli.json_to import Json, JsonTo
from app.cli.options import Home, writable
from app.cli.progress import progress, warn
from app.cli.reading import write_said
from app.ground.places import check_there
from app.ground.settings import Settings
from app.home.feeds import FeedRecords
from models.datasets.orders.moments import DateOrder
from models.errors import refuse
from models.outputs import check_output_directory

if TYPE_CHECKING:
    from app.worker.beside import Beside
    from app.worker.orders import Made
    from models.datasets.findings import Findings
    from models.datasets.orders.read import Written

_REJECTS: Final = "rejected-orders.jsonl"
_OUTFITS: Final = "outfits.jsonl"
_NAMED: Final = 5
_MANY: Final = 10  # lines
_MENDED: Final = (
    "a file of items that still has the items of these orders, not in stock, mends it: imported or synchronised, or as items.csv of the "
    "directory of --out ('What was sold' in docs/feeds.md)"
)


def _there(files: list[Path]) -> list[Path]:
    for path in files:
        if not path.is_file():
            refuse("is a directory; name the file of orders" if path.is_dir() else "there is no such file of orders", path=path)
    return files


def _pairs(said: Sequence[str]) -> dict[str, str]:
    """Key and column of each ``KEY=COLUMN``, of which one text may hold several between commas."""
    parts = [part for text in said for part in text.split(",")]
    return {key.strip(): column.strip() for key, _, column in (part.partition("=") for part in parts)}


def _columns(said: list[str] | None) -> list[str] | None:
    from models.datasets.orders.read import COLUMNS

    for key, column in _pairs(said or ()).items():
        if key not in COLUMNS or not column:
            msg = f"{f'{key}={column}'!r} says no column; write KEY=COLUMN, with one of {', '.join(COLUMNS)} as the key"
            raise typer.BadParameter(msg)
    return said


def _encoding(said: str | None) -> str | None:
    try:
        "".encode(said or "utf-8")
    except LookupError as error:
        msg = f"{said!r} is no encoding; write one such as cp1254, shift_jis, euc_jp"
        raise typer.BadParameter(msg) from error
    return said


def import_orders(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Orders or looks, as exported.", callback=_there, show_default=False)],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="Dataset directory, or its outfits.jsonl; one without items gets those that are served.",
            show_default="HOME/reference",
        ),
    ] = None,
    home: Home = None,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="File for lines that are set aside.", callback=writable, show_default=f"OUT/{_REJECTS}")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End at the first line that cannot be used, and change nothing.")] = False,
    most: Annotated[float, typer.Option("--max-rejects", help="Largest share of lines that may be set aside.", min=0, max=1)] = 0.5,
    dates: Annotated[
        DateOrder | None,
        typer.Option("--dates", help="Which number of 06/01/2025 is the day.", show_default="as other dates tell"),
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--columns",
            help="Which column is which, as order=Beleg,sku=Artikel,time=Datum; also customer, quantity, status, items.",
            callback=_columns,
            show_default="by their names",
        ),
    ] = None,
    cancelled: Annotated[
        list[str] | None,
        typer.Option("--cancelled", help="A status of what was cancelled or sent back, in a shop's own words.", show_default=False),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option("--encoding", help="Of the files, such as cp1254, cp932.", callback=_encoding, show_default="UTF-8, else a guess"),
    ] = None,
    ignored: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore", help="SKUs that are no pieces, such as 'ENGRAVING-*', beside shipping and gift cards.", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over outfits that are there, and use whatever lines are left.")] = False,
    json_to: Json = None,
) -> None:
    """Make outfits to learn from of a shop's orders or looks: customers under a hash, split by time, cleaned as the worker cleans."""
    settings = Settings.read(home=home)
    if (told := context.get_parameter_source("home")) and told.name == "COMMANDLINE":  # what is named there is meant
        check_there(settings.home)
    own = settings.home / settings.worker.reference
    root = own if out is None else out.parent if out.suffix == ".jsonl" else out
    check_output_directory(root, "--out")
    if out is not None and out.suffix == ".jsonl" and out.name != _OUTFITS:
        refuse(f"outfits of a dataset directory are called {_OUTFITS}", path=out, field="--out")
    if (root / _OUTFITS).exists() and not force:
        refuse("is there already; --force writes over it", path=root / _OUTFITS, field="--out")
    from app.home.store import ReleaseStore

    store = ReleaseStore(settings.home)
    if out is None:
        store.served()
    steps = progress()
    with steps(f"reading the items beside {', '.join(map(str, files))}", 0):
        from app.worker.beside import catalogue_beside, has_items, served_catalogue
        from models.datasets.orders.read import Written

        items = catalogue_beside(root, progress=steps) if out is not None and has_items(root) else served_catalogue(store, settings.log)
    file = None if strict else rejects or root / _REJECTS
    orders_into(
        root,
        files,
        items,
        settings,
        file=file,
        strict=strict,
        most=1.0 if force else most,
        written=Written(dates=dates, columns=_pairs(columns or ()), cancelled=cancelled or (), encoding=encoding, no_pieces=ignored or ()),
        json_to=json_to,
    )


def orders_into(
    root: Path,
    files: Sequence[Path],
    items: Beside,
    settings: Settings,
    *,
    file: Path | None,
    strict: bool,
    most: float,
    written: Written | None = None,
    json_to: JsonTo | None = None,
) -> None:
    """Make the outfits, and say what came of it."""
    from app.worker.orders import import_orders as make
    from models.datasets.findings import Findings
    from models.datasets.rejects import Rejects

    steps = progress()
    with Rejects(file) as rejects, steps(f"making outfits of {', '.join(map(str, files))}", 0):
        findings = {path: Findings(rejects=None if strict else rejects, progress=steps) for path in files}
        try:
            made = make(
                findings,
                root,
                items,
                settings.worker,
                rejects=rejects,
                most=most,
                written=written,
                passed_over=FeedRecords(settings.home).no_pieces(),
                progress=steps,
            )
        finally:
            for found in findings.values():
                found.tell(warn)
    said = _said(made, list(findings.values()), rejects.rows, file)
    write_said(json_to, said)
    _tell(made, said)


def _said(made: Made, findings: Sequence[Findings], rejected: int, file: Path | None) -> dict[str, Any]:
    return {
        "out": str(made.path),
        "outfits": made.outfits,
        "orders": made.orders,
        "shoppers": made.shoppers,
        "files": [{"file": str(one.feed.path), "layout": one.feed.layout, "lines": one.feed.rows} for one in findings if one.feed],
        "rejected": rejected,
        "rejects": str(file) if rejected and file else None,
        "kinds": [kind.as_json() for found in findings for kind in found.of("rejected")],
        "lines_by_product": made.by_product,
        "lines_by_case": made.by_case,
        "lines_of_no_pieces": sum(made.services.values()),
        "unknown_skus": len(made.unknown),
        "lines_of_unknown_skus": sum(made.unknown.values()),
        "incomplete": {
            "outfits": made.incomplete.outfits,
            "left_out": made.incomplete.left_out,
            "undone": made.incomplete.undone,
        },
        "dropped": {"one_item": made.small} | {one.rule: {"orders": one.visits, "items": one.items} for one in made.dropped},
    }


def _tell(made: Made, said: dict[str, Any]) -> None:
    for one in said["files"]:
        typer.echo(f"{one['file']}: read as {one['layout']}: {one['lines']:,} lines")
    if said["rejected"]:
        typer.echo(f"{said['rejected']:,} lines set aside (see {said['rejects']})")
    _tell_of_no_items(made, said)
    if made.incomplete.left_out:
        typer.echo(f"{_lost(made)}; left out of what is learned; {_MENDED}")
    elif made.incomplete.outfits:
        warn(_kept_though_incomplete(made))
    if made.by_product:
        typer.echo(f"{made.by_product:,} lines name a product: its first variant stands for it")
    if made.by_case:
        typer.echo(f"{made.by_case:,} lines name an id that the catalogue writes in another case")
    for one in made.dropped:
        if one.visits or one.items:
            typer.echo(f"  {one.rule:<14} {one.visits:>9,} orders {one.items:>9,} items  {one.why}")
    outfits = ", ".join(f"{count:,} {split}" for split, count in made.outfits.items())
    typer.echo(
        f"{made.path}: of {made.orders:,} orders or looks ({made.small:,} of one item) outfits: {outfits}; {made.shoppers:,} shoppers"
    )


def _tell_of_no_items(made: Made, said: dict[str, Any]) -> None:
    if made.services:
        typer.echo(f"{said['lines_of_no_pieces']:,} lines are no pieces: {_named(made.services)}")
    if made.unknown:
        lines = f"{len(made.unknown):,} SKUs that the catalogue does not have, in {said['lines_of_unknown_skus']:,} lines"
        typer.echo(f"{lines}: {_named(made.unknown)}; what is no piece can be named by --ignore")


def _named(skus: Mapping[str, int]) -> str:
    return ", ".join(list(skus)[:_NAMED]) + (", …" if len(skus) > _NAMED else "")


def _lost(made: Made) -> str:
    found = made.incomplete
    lost = f"{found.outfits:,} of {found.of:,} outfits lost an item that the catalogue does not have"
    return f"{lost} ({found.undone:,} of them all items but one, or all){_mostly_one(made.unknown)}"


def _mostly_one(unknown: Mapping[str, int]) -> str:
    """The SKU that is most of what is lost, which is rather a fee than a piece; empty where there is none.

    >>> _mostly_one({"TOLL 1": 12, "A": 3}), _mostly_one({"A": 12, "B": 12})
    ("; most for 'TOLL 1' alone, in 12 lines: if that is no piece, --ignore 'TOLL 1' keeps their outfits", '')
    """
    sku, lines = max(unknown.items(), key=lambda one: one[1], default=("", 0))
    if lines < _MANY or 2 * lines <= sum(unknown.values()):
        return ""
    return f"; most for {sku!r} alone, in {lines:,} lines: if that is no piece, --ignore {shlex.quote(sku)} keeps their outfits"


def _kept_though_incomplete(made: Made) -> str:
    left = "what has two items left is learned from as it is, and outfits without such a piece will be taken for complete"
    return f"{_lost(made)}; that is more than half, so {left}; {_MENDED}"
