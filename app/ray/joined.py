"""A cluster: one that runs already, or one of this machine's own processes."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final, TypeVar

from models.errors import InputError

LOCAL: Final = "local"
AUTO: Final = "auto"
_TIMES: Final = 3
_OF_TOKENS: Final = "ray._private.authentication.authentication_token_setup"

Begun = TypeVar("Begun")


def check(on: str) -> None:
    """Refuse what is no cluster, and a missing extra, before any long work; imports nothing.

    Raises:
        InputError: says so.
    """
    if on not in {LOCAL, AUTO}:
        way = "; from outside a cluster submit the whole command, `ray job submit -- attire … --on auto`" if "://" in on else ""
        msg = f"{on!r} is no cluster that can be joined; give {LOCAL}, or {AUTO} on a node of one{way}"
        raise InputError(msg, field="--on")
    if find_spec("ray") is None:
        msg = "Ray is not installed; pip install 'attire[ray]', or leave the option out"
        raise InputError(msg, field="--on")


def join(on: str, cpus: int | None = None) -> None:
    """Join the cluster unless this process did before.

    Args:
        on: ``local`` starts worker processes here; ``auto`` joins the cluster of which this machine is a node.
        cpus: how many processes ``local`` may have; None for as many as there are cores.

    Raises:
        InputError: ``check`` refuses it, or there is no cluster here.
    """
    check(on)
    import ray  # noqa: PLC0415 - an extra

    if ray.is_initialized():
        return
    logging.getLogger(_OF_TOKENS).addFilter(_worth_a_line)
    os.environ.setdefault("RAY_worker_niceness", "0")  # of nodes that start here; Ray's 15 have little of a core that others want
    beside = {"include_dashboard": False, "num_cpus": cpus} if on == LOCAL else {}
    try:
        patiently(lambda: ray.init(address=on, log_to_driver=False, logging_level=logging.WARNING, **beside))
    except ConnectionError as error:
        msg = "no cluster of Ray has this machine as a node; start one with `ray start --head`, or give local"
        raise InputError(msg, field="--on") from error


def _worth_a_line(record: logging.LogRecord) -> bool:
    """Not that a token is asked for, and how that is switched off: docs/ray.md wants it so."""
    return "authentication is enabled" not in record.getMessage()


def here() -> bool:
    """Whether the node that this process has joined is one of its cluster still; that it is not is known after some seconds."""
    import ray  # noqa: PLC0415 - an extra

    mine = ray.get_runtime_context().get_node_id()
    return any(node["Alive"] for node in ray.nodes() if node["NodeID"] == mine)


def anew(on: str, what_then: str, cpus: int | None = None) -> None:
    """Have another cluster in place of the one whose node of this machine was lost, and with it all of it that could be reached.

    Args:
        on, cpus: as of ``join``. what_then: what whoever gave the command may do.

    Raises:
        ConnectionResetError: it was no cluster that this process had started. InputError: another one does not start.
    """
    import ray  # noqa: PLC0415 - an extra

    if on != LOCAL:
        raise ConnectionResetError(errno.ECONNRESET, f"the node of this machine was lost; {what_then}", "Ray")
    ray.shutdown()
    join(on, cpus)


def patiently(begin: Callable[[], Begun]) -> Begun:
    """Begin something of Ray's, three times at most: it gives a process of its own 30 seconds to start, too few for a busy machine.

    Raises:
        InputError: it did not start. ConnectionError: there is no cluster, which is not waited for.
    """
    import ray  # noqa: PLC0415 - an extra

    for _ in range(_TIMES):
        try:
            return begin()
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - Ray raises no other
            ray.shutdown()
            why = error
    msg = f"Ray does not start on this machine ({why}); it may have too much other work"
    raise InputError(msg, field="--on") from why


def places(resource: str, each: int) -> int:
    """As ``room``, for what needs some.

    Raises:
        InputError: there is none.
    """
    found = room(resource, each)
    if not found:
        msg = f"no node of the cluster has {each} {resource}s for a worker; set OMP_NUM_THREADS to what one has, or ATTIRE_DEVICE=cpu"
        raise InputError(msg, field="--on")
    return found


def room(resource: str, each: int) -> int:
    """How many processes there may be at a time of which each takes so much of a node's resource (``CPU``, ``GPU``)."""
    import ray  # noqa: PLC0415 - an extra

    return sum(int(node["Resources"].get(resource, 0)) // each for node in ray.nodes() if node["Alive"])
