"""Threads of torch: one for what a request computes, a team for a picture."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread

import pytest
import torch

from app.ground import compute


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """As it was."""
    before = torch.get_num_threads()
    yield
    compute.fix_threads(before)


def test_a_thread_computes_alone_and_pictures_in_a_team() -> None:
    """And alone again after them, while other threads are left as they are."""
    compute.fix_threads(3)
    seen: list[int] = []

    def work() -> None:
        compute.alone()
        seen.append(torch.get_num_threads())
        with compute.teamed():
            seen.append(torch.get_num_threads())
        seen.append(torch.get_num_threads())

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [1, 3, 1]
    assert torch.get_num_threads() == 3
