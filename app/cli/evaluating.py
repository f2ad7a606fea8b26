"""What `attire evaluate` runs: a bundle, or a file of any model's answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.progress import progress, warn
from app.ground.settings import Settings
from models.errors import InputError
from models.outputs import check_output_directory, check_plots

if TYPE_CHECKING:
    from models.datasets.schema import Split


def of_bundle(data: Path, bundle: Path, split: Split, predictions: Path | None, report: Path | None) -> dict[str, Any]:
    """A bundle's figures; what it writes beside is checked before anything is loaded."""
    if report is not None:
        check_output_directory(report, "--report")
        check_plots("--report")
    settings, shown = Settings.read(), progress()
    with shown(f"evaluating {bundle}", 0):
        from app.ground import compute
        from models.evaluation.evaluate import evaluate

        return evaluate(
            data,
            bundle,
            split=split,
            predictions=predictions,
            report=report,
            cache=settings.cache.expanduser(),
            device=compute.device(settings.device),
            progress=shown,
            warn=warn,
        )


def of_scores(data: Path, scores: Path, split: Split, against: Path | None) -> dict[str, Any]:
    """The figures of answers in a file, and how far they are ahead of another's.

    Raises:
        InputError: there is no such file.
    """
    for option, path in (("--scores", scores), ("--against", against)):
        if path is not None and not path.is_file():
            msg = "there is no such file; `attire evaluate DATA --bundle B --predictions FILE` writes one of a bundle's answers"
            raise InputError(msg, path=path, field=option)
    settings, shown = Settings.read(), progress()
    with shown(f"evaluating {scores}", 0):
        from app.ground import compute
        from models.evaluation.evaluate_scores import evaluate_scores

        return evaluate_scores(
            data,
            scores,
            against=against,
            split=split,
            encoder=settings.encoder,
            cache=settings.cache.expanduser(),
            device=compute.device(settings.device),
            progress=shown,
            warn=warn,
        )


def bundle_or_scores(bundle: Path | None, scores: Path | None, against: Path | None, outputs: Mapping[str, Path | None]) -> Path:
    """The one of both that is given.

    Raises:
        InputError: not one of them is, or an option beside that does not go with it.
    """
    if against is not None and scores is None:
        msg = "compares files of answers; write the bundle's with --predictions, and give that as --scores"
        raise InputError(msg, field="--against")
    if scores is not None and (written := [option for option, path in outputs.items() if path is not None]):
        msg = "is written of a bundle, not of --scores"
        raise InputError(msg, field=written[0])
    match bundle, scores:
        case Path() as one, None:
            return one
        case None, Path() as one:
            return one
    msg = "give a bundle, or --scores with any model's answers; not both"
    raise InputError(msg, field="--bundle")
