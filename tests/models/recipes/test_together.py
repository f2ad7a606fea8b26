"""Members that workers train whole are those of one process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
import torch
from torch import distributed

from models.bundle import Bundle
from models.recipes.attire.config import AttireConfig
from models.recipes.attire.recipe import _whose
from models.recipes.train import train
from models.training.parallel import Workers


def trained(number: int, count: int, data: Path, out: Path, settings: Mapping[str, str]) -> None:
    """Train as one of so many processes."""
    torch.set_num_threads(1)
    distributed.init_process_group("gloo", init_method=f"file://{out.parent}/met", rank=number, world_size=count)
    train(data, "attire", out, settings=settings, workers=Workers(distributed.group.WORLD))


@pytest.mark.training
@pytest.mark.integration
def test_two_workers_make_the_masks_of_one_process(data: Path, small: dict[str, str], tmp_path: Path) -> None:
    """To the bit: of three masks one trains two."""
    settings = {**small, "members": "0", "masks": "3", "mask_epochs": "1"}
    alone = train(data, "attire", tmp_path / "alone", settings=settings)
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        given = [(number, 2, data, tmp_path / "together", settings) for number in range(2)]
        list(pool.map(trained, *zip(*given, strict=True)))
    together = Bundle.load(tmp_path / "together").model.state_dict()
    assert {name for name, value in alone.model.state_dict().items() if not torch.equal(value, together[name])} == set()


@pytest.mark.parametrize(
    ("members", "masks", "workers", "whose"),
    [(1, 3, 2, [None, 0, 1, 0]), (3, 1, 2, [0, 1, None, 0]), (2, 0, 4, [None, None]), (2, 1, 1, [0, 0, 0])],
)
def test_a_member_is_trained_by_all_where_there_is_none_for_each(members: int, masks: int, workers: int, whose: list[int | None]) -> None:
    """Masks never are."""
    assert _whose(AttireConfig(members=members, masks=masks), workers) == whose
