"""What is published of a bundle that knows how it did on outfits held out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.home.store import ReleaseStore
from app.release.release import Release
from models.bundle import Bundle
from models.manifest import HeldOut

WORSE = HeldOut(outfits=40, questions=320, folds=4, fitb_accuracy=0.3, simple={"raw_cosine": 0.5, "co_purchase": 0.2}, lead=(-0.3, -0.1))


@pytest.mark.parametrize(
    ("held_out", "better", "published", "said"),
    [
        (WORSE, True, "cosine", ["raw cosine is published in place of recipe test: on 320 questions about 40 outfits, cross-validated"]),
        (WORSE, False, "test", []),
        (replace(WORSE, lead=(-0.3, 0.1)), True, "test", []),
        (replace(WORSE, simple={"raw_cosine": 0.2, "co_purchase": 0.5}), True, "test", ["bundle"]),
        (None, True, "test", []),
    ],
)
def test_the_better_one_is_published(
    home: Path,
    catalogue: Path,
    tmp_path: Path,
    held_out: HeldOut | None,
    better: bool,  # noqa: FBT001
    published: str,
    said: list[str],
) -> None:
    """Raw cosine where the training did worse by more than chance, saying why; what belongs to an outfit is kept."""
    trained = Bundle.load(home / "trained")
    bundle = replace(trained, manifest=replace(trained.manifest, held_out=held_out, id="", files={})).save(tmp_path / "bundle")
    store, heard = ReleaseStore(tmp_path / "home"), []
    import_catalogue(catalogue, store, default_encoder="shipped")
    record = publish(tmp_path / "bundle", store, better=better, warn=heard.append)
    assert record.recipe == published
    assert [line.startswith(start) for line, start in zip(heard, said, strict=True)] == [True] * len(said)
    served = Release.open(store, record).bundle
    assert (served.id == bundle.id) == (published == "test")
    assert served.slots == bundle.slots
    assert served.calibrated == (published == "test")
