"""Devices to test on: a GPU where there is one (``pytest -m gpu``), and everywhere a pretended one.

The pretended device computes on the CPU, and refuses to meet a tensor that was left there. torch's own fake tensors have no numbers, so
that nothing goes through them that asks for some (``unique``, ``nonzero``, a mask, ``item``), as every training step here does; and on
``cuda`` they have no backward pass without a driver. Here all of it runs, whole trainings too: autograd, factories (``new_zeros``,
``arange(device=…)``) and every operation tell its tensors from the CPU's, and may not mix the two. What may mix after all is what CUDA lets
mix: single figures, indices and copies; ``test_pretended.py`` holds it against fake tensors on ``cuda``. It knows nothing of CUDA's
kernels, of half precision, or of streams.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa
import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor
from torch._subclasses import FakeTensorMode
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode

from models.datasets.schema import ITEM_SCHEMA
from models.datasets.write import write_items

NAME: Final = "pretended"
_aten: Final = torch.ops.aten
_COPIES: Final = (_aten._to_copy.default, _aten.copy_.default)
_INDEXED: Final = (_aten.index.Tensor, _aten.index_put.default, _aten.index_put_.default, _aten._index_put_impl_.default)


class Far(Tensor):
    """A tensor of the pretended device; ``near`` are its numbers."""

    near: Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl

    @staticmethod
    def __new__(cls: type[Self], near: Tensor) -> Self:
        made = {"strides": near.stride(), "storage_offset": near.storage_offset(), "dtype": near.dtype, "device": torch.device(NAME, 0)}
        with torch.inference_mode(mode=False):  # or a view, made within, of a tensor from without would be none
            far: Self = torch.Tensor._make_wrapper_subclass(cls, near.size(), **made)
        far.near = near
        return far

    def numpy(self, **_: object) -> np.ndarray:
        msg = f"can't convert {self.device} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
        raise TypeError(msg)

    def tolist(self) -> Any:
        return self.near.tolist()

    def __repr__(self, **_: object) -> str:
        return f"Far({self.near!r})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, _types: object, args: Any = (), kwargs: Any = None) -> Any:
        return computed(func, args, kwargs or {})


class PretendedMode(TorchDispatchMode):
    """While it is on, tensors can be made on the pretended device."""

    def __torch_dispatch__(self, func: Any, _types: object, args: Any = (), kwargs: Any = None) -> Any:
        return computed(func, args, kwargs or {})


def near_of(value: Any) -> Any:
    """What the CPU computes with, and where."""
    if isinstance(value, list | tuple):
        return type(value)(map(near_of, value))
    if isinstance(value, torch.device) and value.type == NAME:
        return torch.device("cpu")
    return value.near if isinstance(value, Far) else value


def computed(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    """An operation on the CPU, told as the device that it belongs to.

    Raises:
        RuntimeError: tensors of both devices, or a generator of the CPU for numbers of the other, as CUDA has it.
    """
    leaves = [one for value in (*args, *kwargs.values()) for one in (value if isinstance(value, list | tuple) else (value,))]
    tensors = [one for one in leaves if isinstance(one, Tensor)]
    far, near = [one for one in tensors if isinstance(one, Far)], [one for one in tensors if not isinstance(one, Far)]
    if func in _INDEXED:
        near = [one for one in near if not any(one is index for index in args[1])]
    if far and any(one.ndim for one in near) and func not in _COPIES:
        msg = f"{func}: expected all tensors to be on the same device, but found {far[0].device} and cpu"
        raise RuntimeError(msg)
    asked = [one.type == NAME for one in leaves if isinstance(one, torch.device)]
    if not far and True not in asked:
        return func(*args, **kwargs)
    there = asked[0] if asked else isinstance(args[0], Far) if func is _aten.copy_.default else bool(far)
    if there and any(isinstance(one, torch.Generator) for one in leaves):
        msg = f"{func}: expected a {NAME!r} device type for generator but found 'cpu'"
        raise RuntimeError(msg)
    found = func(*near_of(args), **{name: near_of(value) for name, value in kwargs.items()})
    same = {id(one.near): one for one in far}  # what was changed in place is itself

    def told(one: Any) -> Any:
        if isinstance(one, list | tuple):
            return type(one)(map(told, one))
        return (same[id(one)] if id(one) in same else Far(one)) if isinstance(one, Tensor) else one

    return told(found) if there else found


class Module(backend_registration._DummyBackendModule):
    """What torch asks of a device beside its tensors."""

    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]

    def _is_in_bad_fork(self) -> bool:
        return False

    def manual_seed_all(self, seed: int) -> None:
        """The CPU's seed is the one that counts."""


if not torch.cuda.is_available():  # torch has one accelerator; and autograd counts the devices once, at the first backward pass
    with FakeTensorMode():
        """What it does to pretend a driver, it does only while there is no other device."""
    backend_registration._setup_privateuseone_for_python_backend(NAME, backend_module=Module())
    in_force = torch.library.Library("_", "IMPL")  # as long as it lives
    in_force.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")


@pytest.fixture
def on_pretended() -> Iterator[torch.device]:
    """The pretended device, with tensors on it."""
    if torch.cuda.is_available():
        pytest.skip("nothing is pretended where there is a GPU")
    torch._C._set_only_lift_cpu_tensors(True)  # noqa: FBT003 - so that ``torch.tensor`` copies to the device where the mode sees it
    try:
        with PretendedMode():
            yield torch.device(NAME, 0)
    finally:
        torch._C._set_only_lift_cpu_tensors(False)  # noqa: FBT003


@pytest.fixture(params=[NAME, pytest.param("cuda", marks=pytest.mark.gpu)])
def far(request: pytest.FixtureRequest) -> torch.device:
    """A device that is not the CPU."""
    if request.param == NAME:
        return request.getfixturevalue("on_pretended")  # type: ignore[no-any-return]
    if not torch.cuda.is_available():
        pytest.skip("torch sees no GPU here")
    return torch.device("cuda", 0)


COLOURS = ("crimson", "navy", "gold")
CATEGORIES = ("bottoms", "shoes", "tops")


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, outfits_of_one_colour: list[dict[str, Any]]) -> Path:
    """36 pictured items in three colours; outfits are of one colour, and each of three shoppers wears one; questions of every kind."""
    root, rows = tmp_path_factory.mktemp("shop"), []
    for number in range(36):
        picture, colour = Image.new("RGB", (32, 32), "white"), COLOURS[number % 3]
        ImageDraw.Draw(picture).rectangle((4 + number % 5, 6, 24, 26), fill=colour)
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        image = {"bytes": buffer.getvalue() if number else None, "path": None}
        split = "valid" if number % 6 > 3 else "train"
        category = CATEGORIES[number // 12]
        rows.append({"id": f"i{number}", "category": category, "title": f"{colour} {category}", "image": image, "split": split})
    write_items(root, pa.Table.from_pylist(rows, ITEM_SCHEMA))
    asked = [one for one in outfits_of_one_colour if one["split"] == "valid"]
    files: dict[str, list[dict[str, Any]]] = {
        "outfits": outfits_of_one_colour,
        "fitb": [{**one, "items": one["items"][:2], "candidates": [one["items"][2], "i24", "i25"], "answer": 0} for one in asked],
        "compatibility": [{**one, "label": number % 2} for number, one in enumerate(asked)],
        "retrieval": [{**one, "items": one["items"][:2], "answer": one["items"][2], "category": "tops"} for one in asked],
    }
    for name, lines in files.items():
        (root / f"{name}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return root
