"""torch's compiler, which nothing here uses: whoever only asks whether it is there, or to be let alone by it, does not load it.

torchvision, timm and every optimiser ask that. Loading it for them takes 140 MB, and seconds for which a service holds Python's lock;
three times as many where Python may not keep what it has compiled (``PYTHONDONTWRITEBYTECODE``).
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from threading import RLock
from types import ModuleType
from typing import Any, Final

_NAME: Final = "torch._dynamo"
_loading = RLock()


def without_compiler() -> None:
    """Load torch's compiler from now on only once it is asked for more than whether it is there; it is then loaded, and works."""
    if _NAME not in sys.modules:
        sys.modules |= {_NAME: _Absent(_NAME), f"{_NAME}.utils": _Absent(f"{_NAME}.utils")}
        sys.meta_path.insert(0, _Parts())


class _Absent(ModuleType):
    """Stands for the compiler, or for its ``utils``, until more is asked of it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__ = []  # a package

    @staticmethod
    def disable(function: Any = None, *_: object, **__: object) -> Any:  # noqa: ANN401 - any function, or None for a decorator
        """The function itself, as nothing compiles it."""
        return function if function is not None else lambda decorated: decorated

    @staticmethod
    def graph_break(*_: object, **__: object) -> None:
        """There is no graph."""

    @staticmethod
    def is_compile_supported(_: object) -> bool:
        """Not while it is absent."""
        return False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the module has
        if name.startswith("__"):  # whoever looks through all modules asks for their files
            raise AttributeError(name)
        if self.__name__ == _NAME and name == "utils":
            return sys.modules[f"{_NAME}.utils"]
        return getattr(_loaded(self.__name__), name)


class _Parts(MetaPathFinder):
    """Finds the compiler's other modules by loading all of it."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002 - as Python has it
        if not (name.startswith(f"{_NAME}.") and isinstance(sys.modules.get(_NAME), _Absent)):
            return None
        return ModuleSpec(name, _Found(_loaded(name)))


class _Found(Loader):
    """Gives a module that is loaded already."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def create_module(self, _: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """It has been executed."""


def _loaded(name: str) -> ModuleType:
    """A module of the compiler itself, in place of what stood for it."""
    with _loading:
        for absent in [key for key, module in sys.modules.items() if isinstance(module, _Absent)]:
            del sys.modules[absent]
        import_module(_NAME)
        return import_module(name)
