"""attire train · evaluate · label."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from app.cli.evaluating import bundle_or_scores, of_bundle, of_scores
from app.cli.from_log import evaluate_from_log
from app.cli.json_to import Json
from app.cli.options import Data, Encoder, Home, MaybeData, Seed, Split, TrainOn, TrainWorkers, a_bundle, split_named, writable
from app.cli.progress import progress, warn
from app.ground.settings import Settings
from models.errors import EncoderError, ImageError, InputError
from models.recipes.registry import RECIPES
from sealed.manifest import MANIFEST

if TYPE_CHECKING:
    from models.bundle import Bundle

_WIDE: Final = 200  # columns of a table that goes to a file or pipe


def train(
    data: Data,
    *,
    recipe: Annotated[str, typer.Option("--recipe", help=f"Training procedure: {', '.join(RECIPES)}.")] = "attire",
    out: Annotated[Path, typer.Option("--out", help="Bundle directory to write.", show_default=False)],
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="key=value of the recipe; may be repeated.", show_default=False)
    ] = None,
    seed: Seed = 0,
    init: Annotated[
        Path | None, typer.Option("--init", help="Bundle of the same recipe to start from.", callback=a_bundle, show_default=False)
    ] = None,
    encoder: Encoder = None,
    no_compare: Annotated[
        bool,
        typer.Option("--no-compare", help="Do not ask it about outfits held out; where they are few, that trains four times more."),
    ] = False,
    on: TrainOn = None,
    workers: TrainWorkers = None,
) -> None:
    """Train a recipe on a dataset directory and write a bundle."""
    from models.recipes.asked import asked

    settings, given = Settings.read(), read_settings(setting or [])
    asked(recipe, out, given, encoder, together=on is not None)
    if workers is not None and on is None:
        msg = "workers are processes of a cluster; give --on, or leave it out"
        raise InputError(msg, field="--workers")
    from models.datasets.schema import ENOUGH_OUTFITS
    from models.manifest import CLOCK

    if (out / MANIFEST).exists():
        warn(f"{out} is there already; it is replaced once the training is done")
    shown = progress()
    with shown("loading what trains", 0):
        trainer = _trainer(on, workers, settings.device)
    started = time.monotonic()
    bundle = trainer(
        data=data,
        recipe=recipe,
        out=out,
        settings=given,
        seed=seed,
        init=init,
        encoder=encoder,
        default_encoder=settings.encoder,
        cache=settings.cache.expanduser(),
        compare=not no_compare,
        progress=shown,
        warn=warn,
    )
    figures = ", ".join(f"{name} {value:.4f}" for name, value in bundle.manifest.metrics.items() if name not in CLOCK)
    took = f" after {(time.monotonic() - started) / 60:.1f} minutes"
    learned = "" if bundle.manifest.outfits is None else f", learned from {bundle.manifest.outfits:,} outfits"
    typer.echo(f"{out}: bundle {bundle.id}{took}{learned}" + (f" ({figures})" if figures else ""))
    if bundle.manifest.clock is not None:
        typer.echo(bundle.manifest.clock)
    if bundle.manifest.config.get("epochs") == 0:
        typer.echo("epochs=0: nothing was trained, its weights are those that it began with")
    if not bundle.calibrated:
        typer.echo(f"answers will carry no probabilities: that takes {ENOUGH_OUTFITS} training outfits, and some to tell by")
    if bundle.manifest.left_out:
        typer.echo(f"left out, as it does better without: {', '.join(bundle.manifest.left_out)} (see the worth_of figures)")
    if bundle.manifest.held_out is not None:
        typer.echo(f"{recipe} {bundle.manifest.held_out}")


def _trainer(on: str | None, workers: int | None, device: str) -> Callable[..., Bundle]:
    """``models.recipes.train.train`` on a device, in this process or by workers of a cluster."""
    if on is not None:
        from app.ray.training import train as together

        return partial(together, on, workers, device)
    from app.ground import compute
    from models.recipes.train import train as alone

    return partial(alone, device=compute.device(device))


def evaluate(
    data: MaybeData = None,
    *,
    bundle: Annotated[Path | None, typer.Option("--bundle", help="Bundle directory.", callback=a_bundle, show_default=False)] = None,
    scores: Annotated[
        Path | None, typer.Option("--scores", help="File of any model's answers, as --predictions writes them.", show_default=False)
    ] = None,
    against: Annotated[
        Path | None, typer.Option("--against", help="Another such file: how far ahead of it --scores is.", show_default=False)
    ] = None,
    split: Split = "test",
    json_to: Json = None,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", help="File for one line per question.", callback=writable, show_default=False)
    ] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Directory for a page with plots.", show_default=False)] = None,
    from_log: Annotated[bool, typer.Option("--from-log", help="On what shoppers did with explored answers, in place of DATA.")] = False,
    home: Home = None,
    reward: Annotated[str, typer.Option("--reward", help="What is earned, with --from-log: view, add_to_cart or purchase.")] = "purchase",
) -> None:
    """Evaluate a bundle, or any model's answers, on all questions of a dataset, or on some drawn from its outfits, beside the baselines."""
    chosen = split_named(split)
    if (data is None) != from_log:
        msg = "give DATA to ask questions, or --from-log to ask the log of --home; not both"
        raise InputError(msg, field="DATA")
    outputs = {"--predictions": predictions, "--report": report}
    whose = bundle_or_scores(bundle, scores, against, outputs)
    if from_log:
        evaluate_from_log(whose, home, reward, json_to, {**outputs, "--scores": scores})
        return
    assert data is not None  # noqa: S101 - it is one or the other
    result = of_scores(data, whose, chosen, against) if scores else of_bundle(data, whose, chosen, predictions, report)
    from models.evaluation.table import render_table

    if json_to is not None:
        json_to.write(result)
    Console(width=None if sys.stdout.isatty() else _WIDE).print(render_table(result))


def label(
    images: Annotated[list[Path], typer.Argument(help="Pictures.", show_default=False)],
    *,
    encoder: Encoder = None,
    bundle: Annotated[Path | None, typer.Option("--bundle", help="Bundle whose encoder is asked.", show_default=False)] = None,
    k: Annotated[int, typer.Option("--k", help="Words per picture.", min=1)] = 10,
) -> None:
    """Say the most likely words of pictures, with their probabilities."""
    if encoder and bundle:
        msg = "give --encoder or --bundle, not both"
        raise InputError(msg, field="--bundle")
    a_bundle(bundle)
    pictures = [_picture(path) for path in images]
    from app.ground import compute
    from models.bundle import Bundle
    from models.encoders.load import load_encoder

    settings = Settings.read()
    spec = Bundle.load(bundle).encoder_spec if bundle else encoder or settings.encoder
    reader = load_encoder(spec, compute.device(settings.device))
    words = reader.words()
    if words is None:
        spec = reader.features.spec
        msg = f"encoder {spec} knows no words; train one with `attire train DATA --recipe weak-labels`, or name one that reads"
        raise EncoderError(msg)
    part = reader.features.part("image")
    for path, picture in zip(images, pictures, strict=True):
        typer.echo(str(path))
        for word, probability in words.likeliest(reader.encode([picture], [None])[:, part], k)[0]:
            typer.echo(f"  {probability:6.1%}  {word}")


def _picture(path: Path) -> bytes:
    from models.encoders.pictures import decode

    try:
        data = path.read_bytes()
        decode(data)
    except OSError as error:
        msg = f"cannot be read ({error.strerror or error})"
        raise InputError(msg, path=path) from error
    except ImageError as error:
        raise ImageError(error.problem, path=path) from error
    return data


def read_settings(pairs: list[str]) -> dict[str, str]:
    """``key=value`` pairs as a mapping.

    Raises:
        InputError: a pair without ``=``, or without a key.
    """
    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key.strip() or not equals:
            msg = f"{pair!r} is not key=value"
            raise InputError(msg, field="--set")
        settings[key.strip()] = value.strip()
    return settings
