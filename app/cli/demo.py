"""attire demo."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Final

import typer

from app.cli.options import Port
from app.cli.progress import progress
from app.cli.serve import answer_one, listen, starting_on
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from models.parent import end_with_parent

HOME: Final = Path("demo-home")
ITEMS: Final = 1_500
OUTFITS: Final = 4_000
SHOPPERS: Final = 200
RECIPE: Final = "attire"
TRAINING: Final = {"epochs": "12", "minutes": "1.2", "masks": "1", "mask_minutes": "0.6"}
DemoHome = Annotated[
    Path | None, typer.Option("--home", help="Directory of all that it makes.", envvar="ATTIRE_HOME", show_default=str(HOME))
]
_UNTRAINED: Final = "cosine"


def demo(home: DemoHome = None, port: Port = None) -> None:
    """Everything on one machine: a synthetic wardrobe, a model trained on it, the API, a storefront and the worker."""
    settings = open_here(Settings.read(home=home or HOME, port=port))
    with listen(settings) as listener:
        with starting_on(settings, listener, "the demo's wardrobe is being made, and a model trained, for minutes the first time"):
            prepare_demo(settings)
        with _worker_beside(settings.home):
            answer_one(settings, listener, "Storefront")


def open_here(settings: Settings) -> Settings:
    """The settings, so that this machine itself may write without a key; unless the environment names one."""
    if not settings.keys.none_set:
        return settings
    return settings.model_copy(update={"keys": settings.keys.model_copy(update={"open_on_loopback": True})})


def prepare_demo(settings: Settings) -> None:
    """Make what the demo lacks: the wardrobe, its import, a trained bundle. Every step is kept, so a second start is quick."""
    from app.catalogue.importing import import_catalogue
    from app.catalogue.publishing import publish
    from app.ground import compute
    from models.recipes.train import train
    from models.wardrobe.generate import generate
    from models.wardrobe.shop_window import furnish
    from models.wardrobe.studio import photograph

    store, wardrobe, bundle = ReleaseStore(settings.home), settings.home / "wardrobe", settings.home / "trained"
    current, steps = store.current(), progress()
    cache, device = settings.cache.expanduser(), compute.device(settings.device)
    if current is None:
        if not (wardrobe / "oracle.json").exists():
            sizes = {"items": ITEMS, "outfits": OUTFITS, "shoppers": SHOPPERS}
            generate(wardrobe, **sizes, picture=photograph, progress=steps)
            furnish(wardrobe)
        current = import_catalogue(wardrobe, store, default_encoder=settings.encoder, cache=cache, device=device, progress=steps).release
    if current.recipe == _UNTRAINED and wardrobe.exists():
        train(wardrobe, RECIPE, bundle, settings=TRAINING, encoder=settings.encoder, cache=cache, device=device, progress=steps)
        publish(bundle, store, log=settings.log, device=device)


@contextmanager
def _worker_beside(home: Path) -> Iterator[None]:
    """Run the worker in a process of its own, which ends with this one."""
    worker = get_context("spawn").Process(target=_work, args=(home,), name="worker")
    worker.start()
    try:
        yield
    finally:
        worker.terminate()
        worker.join()


def _work(home: Path) -> None:
    end_with_parent()
    from app.cli import run

    os.environ.setdefault("ATTIRE_WORKER__REFERENCE", "wardrobe")  # whose test outfits judge what the demo learns
    sys.exit(run(["worker", "--home", str(home)]))
