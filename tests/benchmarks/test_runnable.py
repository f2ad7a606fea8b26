"""What is measured by hand, once in a while, is not broken by a change elsewhere."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import benchmarks

_ROOT = Path(benchmarks.__path__[0])
_MODULES = sorted(".".join(path.relative_to(_ROOT.parent).with_suffix("").parts) for path in _ROOT.rglob("*.py") if path.stem[0] != "_")


@pytest.mark.parametrize("module", _MODULES)
def test_everything_that_a_benchmark_imports_is_there(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each module of ``benchmarks`` by itself; some are scripts, which find what is beside them."""
    monkeypatch.syspath_prepend(_ROOT.parent.joinpath(*module.split(".")[:-1]))
    import_module(module)
