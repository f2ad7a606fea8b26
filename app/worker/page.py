"""A run as one HTML page: what came in, what was dropped and why, both evaluations, the decision. It needs no server and no network."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.home.runs import METRICS, LearningRun
from sealed.files import write_whole

_WORDS: Final = {
    "published": "published",
    "accepted": "accepted, on its way",
    "rejected": "rejected: the model before goes on serving",
    "waiting": "nothing trained: too little to learn from yet",
    "failed": "failed: the release before goes on serving",
    "interrupted": "interrupted: the release before goes on serving",
}


def write_page(path: Path, run: LearningRun) -> None:
    """Write the page, all of it or nothing."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["figure"] = _figure
    page = environment.get_template("run.html.jinja").render(run=run, verdict=_WORDS[run.decision], words=METRICS)
    write_whole(path, page)


def _figure(value: float, sign: str = "-") -> str:
    return f"{value:{sign}.3f}" if math.isfinite(value) else "undefined"
