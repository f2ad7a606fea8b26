"""``semi-supervised`` and ``self-adaptive`` from a dataset directory to a bundle that is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch

from models.bundle import Bundle
from models.compatibility.base import ItemInputs
from models.compatibility.pairwise import LinearPairs, Pairs
from models.datasets.read import read_dataset
from models.datasets.write import write_items
from models.encoders.load import load_encoder
from models.errors import BundleError, InputError
from models.evaluation.evaluate import evaluate
from models.recipes.pairwise import training as pairwise
from models.recipes.pairwise.triplets import TripletSampler
from models.recipes.pairwise.views import Views, views_of
from models.recipes.registry import RECIPES
from models.recipes.train import train
from models.training.reading import Items
from models.training.run import Run
from models.training.worn import WornOutfits
from models.wardrobe.generate import generate

NAMES = ("semi-supervised", "self-adaptive")
SMALL = {"embedding_size": "16", "hidden": "32", "least_steps": "1", "batch_size": "128", "learning_rate": "0.01", "minutes": "60"}
TINY = {
    "mode": "pixels",
    "backbone": "shufflenet_v2_x0_5",
    "side": "32",
    "embedding_size": "8",
    "batch_size": "64",
    "least_steps": "1",
    "epochs": "1",
}
FEW: Mapping[str, Mapping[str, str]] = {"semi-supervised": {"unlabelled": "32"}, "self-adaptive": {}}
FLAGS = {"semi-supervised": {"self_supervised": "0", "pseudo": "0"}, "self-adaptive": {"self_adaptive": "0"}}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, unseen_wardrobe: Callable[[Path, int, int], Path]) -> Path:
    """300 items that bring their latents, 400 outfits."""
    return unseen_wardrobe(tmp_path_factory.mktemp("data"), 300, 400)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 items with pictures, 60 outfits."""
    root = tmp_path_factory.mktemp("seen")
    generate(root, items=100, outfits=60, shoppers=5, seed=1)
    return root


def weights(bundle: Bundle) -> dict[str, torch.Tensor]:
    """What was learned."""
    return bundle.model.state_dict()


def same(first: Bundle, second: Bundle) -> bool:
    """Bit for bit."""
    return all(torch.equal(value, weights(second)[name]) for name, value in weights(first).items())


def short(data: Path, name: str, out: Path, *, seed: int = 0, init: Path | None = None, **settings: str) -> Bundle:
    """A training of two epochs."""
    return train(data, name, out, settings={**SMALL, **FEW[name], "epochs": "2", **settings}, seed=seed, init=init)


@pytest.mark.training
@pytest.mark.parametrize("name", NAMES)
def test_it_learns_what_goes_together(data: Path, tmp_path: Path, name: str) -> None:
    """Fills in blanks far better than chance and tells outfits better than raw cosine, on tasks it never saw."""
    bundle = short(data, name, tmp_path / "b", epochs="15")
    tasks = evaluate(data, tmp_path / "b")["tasks"]
    assert tasks["fitb"]["fitb_accuracy"] > 0.5
    assert tasks["compatibility"]["auc"] > tasks["compatibility"]["baselines"]["raw_cosine"] + 0.03
    assert 0.25 < bundle.manifest.metrics["valid_fitb"] <= 1
    assert (bundle.manifest.recipe, bundle.manifest.config["epochs"], bundle.manifest.encoder.spec) == (name, 15, "features")
    assert bundle.manifest.calibration.slope > 0


@pytest.mark.training
@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_learns_the_same(data: Path, tmp_path: Path, name: str) -> None:
    """And another seed something else."""
    runs = [short(data, name, tmp_path / str(run), seed=seed) for run, seed in enumerate((5, 5, 6))]
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


@pytest.mark.training
@pytest.mark.parametrize("name", NAMES)
def test_what_the_paper_adds_can_be_left_out(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Then it is the plain triplet loss: no perturbed item is looked at, no difficulty told."""

    def refuse(*_: object) -> torch.Tensor:
        pytest.fail("a perturbed item was looked at")

    for way in ("_noisy", "_copied", "_seen"):
        monkeypatch.setattr(f"models.recipes.pairwise.views.{way}", refuse)
    plain = short(data, name, tmp_path / "plain", **FLAGS[name])
    assert "theta" not in plain.manifest.metrics
    monkeypatch.undo()
    assert not same(plain, short(data, name, tmp_path / "whole"))


@pytest.mark.training
def test_self_adaptive_tells_how_it_weighed(data: Path, tmp_path: Path) -> None:
    """Weights lie around 1; θ moves as it is told to."""
    figures = {theta: short(data, "self-adaptive", tmp_path / theta, theta=theta).manifest.metrics for theta in ("down", "up", "fixed")}
    assert figures["down"]["theta"] < figures["fixed"]["theta"] == 0 < figures["up"]["theta"]
    for figure in figures.values():
        assert figure["weight_p5"] <= figure["weight_p50"] <= figure["weight_p95"]
        assert figure["weight_p5"] < 1 < figure["weight_p95"]


@pytest.mark.parametrize("name", NAMES)
def test_a_share_of_the_labels_is_all_that_is_learned_from(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Its sampler knows the pairs of that share and no others."""
    known = []

    class Watched(TripletSampler):
        """Notes what it is made of."""

        def __init__(self, worn: WornOutfits, kind_N: torch.Tensor, seed: int) -> None:
            known.append(len(worn))
            super().__init__(worn, kind_N, seed)

    monkeypatch.setattr(pairwise, "TripletSampler", Watched)
    for share in ("0.1", "1"):
        short(data, name, tmp_path / share, labels=share, epochs="0")
    assert known[0] == round(0.1 * known[1])


@pytest.mark.training
@pytest.mark.parametrize(("name", "settings", "exact"), [
    ("semi-supervised", {}, True),
    ("semi-supervised", {"distance": "euclidean"}, False),
    ("self-adaptive", {}, False),
    ("self-adaptive", {"unit": "false"}, True),
])  # fmt: skip
def test_a_loaded_bundle_answers_as_the_trained_one(
    data: Path,
    tmp_path: Path,
    name: str,
    settings: Mapping[str, str],
    exact: bool,  # noqa: FBT001 - a case
) -> None:
    """With the model that its settings ask for: one query where that is exact."""
    trained, loaded = short(data, name, tmp_path / "b", **settings), Bundle.load(tmp_path / "b")
    assert same(trained, loaded)
    assert isinstance(loaded.model, LinearPairs) == exact
    assert isinstance(loaded.model, Pairs)


@pytest.mark.training
@pytest.mark.parametrize("name", NAMES)
def test_training_goes_on_from_a_bundle_by_name(data: Path, tmp_path: Path, name: str) -> None:
    """A new category that sorts first moves every row; each keeps what it knew, and the parent is on record."""
    start = short(data, name, tmp_path / "start")
    table = pq.read_table(data / "items.parquet")
    rows = table.to_pylist()
    rows += [{**row, "id": f"n{number}", "category": "accessories"} for number, row in enumerate(rows[:8])]
    for file in data.glob("*.jsonl"):
        (tmp_path / "other").mkdir(exist_ok=True)
        (tmp_path / "other" / file.name).write_text(file.read_text())
    write_items(tmp_path / "other", table.from_pylist(rows, table.schema))
    again = short(tmp_path / "other", name, tmp_path / "again", init=tmp_path / "start", epochs="0")
    assert again.manifest.parent == start.id
    assert again.manifest.categories == ("accessories", *start.manifest.categories)
    dataset = read_dataset(data, ("valid",), tasks=False)
    shop = dataset.catalogue
    features = torch.tensor(shop.table.column("features").to_pylist()).numpy()
    embedded = [bundle.embed(features, shop.categories, shop.texts()) for bundle in (start, again)]
    sets = [[shop.row_of[item] for item in outfit.items] for outfit in dataset.outfits]
    scores = [
        bundle.score(bundle.outfits([vectors[rows] for rows in sets], [[shop.categories[row] for row in rows] for rows in sets]))
        for bundle, vectors in zip((start, again), embedded, strict=True)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-5)


@pytest.mark.training
@pytest.mark.parametrize("name", NAMES)
def test_pixels_train_the_backbone_and_the_bundle_carries_it(seen: Path, tmp_path: Path, name: str) -> None:
    """The tower is not the one it started as; evaluation encodes with it."""
    bundle = train(seen, name, tmp_path / "b", settings={**TINY, **FEW[name]})
    manifest = bundle.manifest
    assert (manifest.encoder.spec, manifest.encoder.blocks[0].name) == ("bundle:encoder", "image")
    assert load_encoder(bundle.encoder_spec).features.fingerprint == manifest.encoder.fingerprint
    assert manifest.encoder.fingerprint != load_encoder("backbone:shufflenet_v2_x0_5").features.fingerprint
    tasks = evaluate(seen, tmp_path / "b")["tasks"]
    assert 0 <= tasks["fitb"]["fitb_accuracy"] <= 1
    assert not (tmp_path / "b.work").exists()


def test_pixels_need_pictures(seen: Path, tmp_path: Path) -> None:
    """A shop that has titles alone learns from features."""
    for file in seen.glob("*.jsonl"):
        (tmp_path / file.name).write_text(file.read_text())
    table = pq.read_table(seen / "items.parquet")
    write_items(tmp_path, table.drop_columns("image"))
    with pytest.raises(InputError, match="no item has a usable picture"):
        train(tmp_path, "semi-supervised", tmp_path / "b", settings=TINY)


@pytest.mark.training
def test_pixels_start_from_weights(data: Path, seen: Path, tmp_path: Path) -> None:
    """Not from a bundle."""
    short(data, "self-adaptive", tmp_path / "start")
    with pytest.raises(BundleError, match="choose the same encoder"):
        train(seen, "self-adaptive", tmp_path / "b", settings=TINY, init=tmp_path / "start")


def test_a_block_the_encoder_lacks_is_refused(data: Path, tmp_path: Path) -> None:
    """With those it has."""
    with pytest.raises(InputError, match="no block 'image'; there are: features"):
        short(data, "self-adaptive", tmp_path / "b", blocks="image")


@pytest.mark.training
def test_only_named_blocks_are_read(seen: Path, tmp_path: Path) -> None:
    """As both papers have it: pictures alone."""
    bundle = short(seen, "self-adaptive", tmp_path / "b", blocks="image")
    assert bundle.manifest.model_config["reads"] == [[0, bundle.manifest.encoder.part("image").stop]]


def kept_views(run: Run[Any]) -> Views:
    """The run's features, two perturbed copies of each picture."""
    nothing = torch.zeros(len(run.features), dtype=torch.long)
    items = Items(ItemInputs(torch.from_numpy(run.features), nothing, nothing[:, None], nothing))
    return views_of(run, items, copies=2, side=64)


@pytest.mark.training
def test_titles_can_be_learned_from_too(seen: Path, data: Path, tmp_path: Path) -> None:
    """Where the encoder reads some; a shop's own vectors, and pixels, have none."""
    settings = {"visual_semantic": "1", "blocks": "image"}
    assert not same(short(seen, "self-adaptive", tmp_path / "a", **settings), short(seen, "self-adaptive", tmp_path / "b", blocks="image"))
    with pytest.raises(InputError, match="no block 'text'"):
        short(data, "self-adaptive", tmp_path / "c", visual_semantic="1")
    with pytest.raises(InputError, match="no titles are read with mode=pixels"):
        train(seen, "self-adaptive", tmp_path / "d", settings={**TINY, "visual_semantic": "1"})


def test_kept_views_show_what_was_perturbed(painted_shop: Callable[..., Path], tmp_path: Path) -> None:
    """Other colours move the colour block more than another shape does; titles stay; two copies differ; validation items are left alone."""
    shop = read_dataset(painted_shop(tmp_path / "shop", 20), ("train",), tasks=False)
    run = Run(dataset=shop, config=RECIPES["semi-supervised"].default, work=tmp_path)
    views, rows = kept_views(run), torch.arange(20)
    plain = views.plain(rows)
    moved = {
        name: [(see(rows) - plain)[:, run.encoder.features.part(name)].norm(dim=1).mean() for see in (views.reshaped, views.recoloured)]
        for name in ("image", "text", "colour")
    }
    assert moved["colour"][1] > 1.5 * moved["colour"][0]
    assert min(moved["image"]) > 0.1
    assert max(moved["text"]) < 1e-3
    assert any(not torch.equal(views.reshaped(rows), views.reshaped(rows)) for _ in range(5))
    assert views.perturbable_M.tolist() == [row for row in range(20) if row % 5]


def test_without_pictures_noise_stands_in(data: Path, tmp_path: Path) -> None:
    """A little for another shape, more for other colours."""
    run = Run(dataset=read_dataset(data, ("train",), tasks=False), config=RECIPES["semi-supervised"].default, work=tmp_path)
    views, rows = kept_views(run), torch.arange(300)
    slight, strong = (float((see(rows) - views.plain(rows)).norm(dim=1).mean()) for see in (views.reshaped, views.recoloured))
    assert 0 < 3 * slight < strong
