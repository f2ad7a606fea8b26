"""Calls as tasks of a cluster, behind the interface of ``concurrent.futures``."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, Final, TypeVar

import ray

Found = TypeVar("Found")
_AGAIN: Final = 3
"""How often a task begins anew when its process or its node was lost."""


class Tasks(Executor):
    """Runs each call in a process of the cluster that was joined: one core, one thread, so that it computes the same wherever it runs."""

    def submit(self, fn: Callable[..., Found], /, *args: object, **kwargs: object) -> Future[Found]:
        """The answer to come. What the call raises is raised as that error."""
        answer: Future[Found] = _task.remote(fn, args, kwargs).future()
        return answer


def _call(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:  # noqa: ANN401 - whatever the call gives
    import torch  # noqa: PLC0415 - in the worker alone

    torch.set_num_threads(1)
    return fn(*args, **kwargs)


_task: Final = ray.remote(num_cpus=1, max_retries=_AGAIN)(_call)
