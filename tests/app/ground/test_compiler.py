"""torch's compiler stays away from whoever only asks whether it is there, and comes to whoever wants it."""

from __future__ import annotations

import subprocess
import sys

_AFTER = """
import sys
from app.ground.compiler import without_compiler
without_compiler()
import torch
"""
_ENCODE_AND_TRAIN = """
from models.encoders.load import load_encoder
from models.training.repeatable import repeatable
load_encoder("shipped").encode([None], ["a red dress"])
with repeatable(torch.device("cpu")):
    assert torch.are_deterministic_algorithms_enabled()
    for optimiser in (torch.optim.AdamW, torch.optim.SGD, torch.optim.LBFGS):
        weight = torch.nn.Linear(2, 1)
        weight(torch.ones(1, 2)).sum().backward()
        optimiser(weight.parameters(), lr=0.1).step(lambda: torch.zeros(()))
assert not torch.are_deterministic_algorithms_enabled()
print("sympy" in sys.modules)
"""
_EACH = """
import os
for asked in (
    "torch._dynamo.reset()",
    "from torch._dynamo.utils import counters",
    "import torch._dynamo.config",
    "import torch._dynamo.eval_frame as part; assert part is torch._dynamo.eval_frame",
):
    if not (child := os.fork()):
        exec(asked)
        two = float(torch.compile(lambda x: x + 1, backend="eager")(torch.ones(())))
        print(two, torch._dynamo.__file__.endswith(".py"), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_encoding_and_training_do_not_load_it() -> None:
    """An encoder's towers and three optimisers of a training that is repeatable; ``sympy`` comes with the compiler alone."""
    assert _said(_ENCODE_AND_TRAIN) == "False"


def test_it_works_once_it_is_asked_for() -> None:
    """Each way of asking for more, and then compiling; each in a process of its own, of one that has imported torch."""
    assert _said(_EACH) == "\n".join(["2.0 True"] * 4)


def _said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", _AFTER + code], capture_output=True, check=True, text=True).stdout.strip()
