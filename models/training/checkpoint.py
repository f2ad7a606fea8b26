"""Checkpoints of a training: its weights, its optimiser and its state in one file, which is replaced atomically.

If everything random in a step depends on the seed and the step's number alone (``step_seed``), a resumed training gives the same bits as
one without interruption.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from models.errors import InputError, refuse
from sealed.files import replacing

_FILE: Final = "checkpoint.safetensors"


@dataclass(frozen=True)
class Checkpoint:
    """The checkpoint of one training, in its work directory.

    Args:
        identity: identifies the training: configuration, seed, data.
    """

    work: Path
    identity: Mapping[str, Any]

    def save(self, model: nn.Module, optimiser: torch.optim.Optimizer, state: Mapping[str, Any]) -> None:
        """Write a checkpoint; ``state`` is JSON."""
        tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
        for index, entries in optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser.{index}.{name}": value for name, value in entries.items() if isinstance(value, Tensor)}
        with replacing(self.work / _FILE) as staging:
            save_file(
                {name: value.detach().cpu().contiguous() for name, value in tensors.items()},
                staging,
                metadata={"state": json.dumps(state), "training": self._digest()},
            )

    def restore(self, model: nn.Module, optimiser: torch.optim.Optimizer) -> dict[str, Any] | None:
        """Restore model and optimiser; returns the state, or None without a checkpoint.

        Raises:
            InputError: the checkpoint is of another training, or broken.
        """
        path = self.work / _FILE
        if not path.is_file():
            return None
        try:
            with safe_open(path, "pt") as file:
                metadata = file.metadata() or {}
                if metadata.get("training") != self._digest():
                    msg = (
                        "the checkpoint of another training (other data, settings or seed); remove this directory, or choose another --out"
                    )
                    refuse(msg, path=self.work)
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
            model.load_state_dict({name.removeprefix("model."): value for name, value in tensors.items() if name.startswith("model.")})
            entries: dict[int, dict[str, Tensor]] = {}
            for name, value in tensors.items():
                if name.startswith("optimiser."):
                    _, index, entry = name.split(".", 2)
                    entries.setdefault(int(index), {})[entry] = value
            optimiser.load_state_dict({**optimiser.state_dict(), "state": entries})
            state: dict[str, Any] = json.loads(metadata["state"])
        except (SafetensorError, KeyError, RuntimeError, json.JSONDecodeError) as error:
            msg = f"the checkpoint cannot be read ({str(error).splitlines()[0]}); remove this directory to start anew"
            raise InputError(msg, path=self.work) from error
        return state

    def remove(self) -> None:
        """Remove the checkpoint."""
        (self.work / _FILE).unlink(missing_ok=True)

    def _digest(self) -> str:
        return hashlib.sha256(json.dumps(self.identity, sort_keys=True, default=str).encode()).hexdigest()


def step_seed(seed: int, step: int) -> int:
    """The seed of everything random in one step."""
    return int.from_bytes(hashlib.sha256(f"{seed} {step}".encode()).digest()[:7], "big")
