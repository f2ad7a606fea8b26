"""The pretended device refuses what CUDA refuses, as torch's own fake tensors tell it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch._subclasses import FakeTensorMode

MIXED: dict[str, Callable[[Tensor, Tensor], object]] = {
    "add": lambda there, here: there + here,
    "add a single figure": lambda there, here: there + here[0, 0],
    "add to a single figure": lambda there, here: there[0, 0] + here,
    "product": lambda there, here: there @ here.T,
    "linear": torch.nn.functional.linear,
    "concatenation": lambda there, here: torch.cat([there, here]),
    "choice": lambda there, here: torch.where(there > 0, there, here),
    "choice by a mask": lambda there, here: torch.where(here > 0, there, there),
    "masked fill": lambda there, here: there.masked_fill(here > 0, 0.0),
    "index": lambda there, here: there[here[0].long().abs() % 2],
    "gather": lambda there, here: there.gather(1, here.long().abs() % 2),
    "index and assign": lambda there, here: there.clone().index_put_((here[0].long().abs() % 2,), there[:1]),
    "assign a single figure": lambda there, here: there.clone().index_put_((there[0].long().abs() % 2,), here[0, 0]),
    "assign from the CPU": lambda there, here: there.clone().index_put_((there[0].long().abs() % 2,), here[:1]),
    "embedding": lambda there, here: torch.nn.functional.embedding(here.long().abs() % 2, there),
    "copy": lambda there, here: there.clone().copy_(here),
    "loss": lambda there, here: torch.nn.functional.binary_cross_entropy_with_logits(there, here.sigmoid()),
    "made like it": lambda there, here: there + there.new_zeros(3) + here.to(there.device),
    "made beside it": lambda there, here: there + torch.zeros(3) + here[0, 0],
    "brought back": lambda there, here: there.cpu() + here,
}


def refused(work: Callable[[Tensor, Tensor], object], device: torch.device | str) -> bool:
    """Whether tensors of a device and of the CPU may not meet so."""
    try:
        work(torch.rand(2, 3).to(device), torch.rand(2, 3))
    except RuntimeError as error:
        if "device" not in str(error):
            raise
        return True
    return False


@pytest.mark.parametrize("name", MIXED)
def test_it_refuses_what_fake_tensors_on_cuda_refuse(name: str, request: pytest.FixtureRequest) -> None:
    """And lets pass what they let pass."""
    with FakeTensorMode():
        expected = refused(MIXED[name], "cuda")
    assert refused(MIXED[name], request.getfixturevalue("on_pretended")) == expected


def test_it_refuses_an_index_of_its_own_for_a_tensor_of_the_cpu(on_pretended: torch.device) -> None:
    """As CUDA does, and fake tensors do not."""
    assert refused(lambda there, here: here[there[0].long().abs() % 2], on_pretended)


def test_it_trains_and_says_what_the_cpu_says(on_pretended: torch.device) -> None:
    """Forward, backward and a step of the optimiser; a figure and a list can be read, an array only after it was brought back."""
    layers = []
    for device in (torch.device("cpu"), on_pretended):
        torch.manual_seed(0)
        layer, inputs = torch.nn.Linear(3, 2), torch.rand(4, 3)
        layer.to(device)
        optimiser = torch.optim.AdamW(layer.parameters(), fused=True)
        loss = layer(inputs.to(device)).square().mean()
        loss.backward()
        optimiser.step()
        layers.append((loss.item(), layer.weight.detach().cpu().numpy()))
        assert layer.weight.device == layer.weight.grad.device == device  # type: ignore[union-attr]
    assert layers[0][0] == layers[1][0]
    assert (layers[0][1] == layers[1][1]).all()
    with pytest.raises(TypeError, match=r"Use Tensor\.cpu"):
        layer.weight.detach().numpy()


def test_a_generator_of_the_cpu_draws_nothing_for_it(on_pretended: torch.device) -> None:
    """As CUDA has it."""
    with pytest.raises(RuntimeError, match="generator"):
        torch.rand(3, generator=torch.Generator().manual_seed(0), device=on_pretended)
