"""Which replicas a shop's requests go to, told by the shop, so that not every replica has every shop's release loaded.

Every proxy finds the same places by itself: a shop's order of replicas is drawn from both names, and its first replica is the first of them
that has no more shops than its share. So shops are spread evenly, and few move when a replica comes or goes. The others are asked in that
order where the first has as much under way as it may.

That is where to ask, no more: the replica looks itself whose a request is.
"""

from __future__ import annotations

import io
import math
import pickle  # nosec B403
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypedDict

from ray.serve._private.common import StreamingHTTPRequest
from ray.serve.request_router import PendingRequest, RequestRouter, RunningReplica
from starlette.datastructures import Headers

from app.shops.asked import Asked
from app.shops.told import Named, Shop


class Told(TypedDict):
    """What a proxy is told of a shop, as JSON."""

    home: str
    hosts: list[str]


def told(shops: Sequence[Shop]) -> dict[str, Told]:
    """What proxies need to know."""
    return {shop.name: {"home": str(shop.home.absolute()), "hosts": list(shop.hosts)} for shop in shops}


@lru_cache(maxsize=4)
def placed(shops: tuple[str, ...], replicas: frozenset[str]) -> Mapping[str, Sequence[str]]:
    """Shop -> all replicas, in the order in which they are asked."""
    share, taken, found = math.ceil(len(shops) / len(replicas)), Counter[str](), {}
    for shop in sorted(shops):
        drawn = sorted(replicas, key=lambda replica: blake2b(f"{shop} {replica}".encode()).digest())
        first = next(replica for replica in drawn if taken[replica] < share)
        taken[first] += 1
        found[shop] = (first, *(replica for replica in drawn if replica != first))
    return found


class _Sent(pickle.Unpickler):
    """Reads what this proxy itself has written for a replica: Serve's request, of plain values, and nothing else."""

    def find_class(self, module: str, name: str, /) -> Any:  # noqa: ANN401 - as the library has it
        if (module, name) != (StreamingHTTPRequest.__module__, StreamingHTTPRequest.__qualname__):
            msg = f"{module}.{name} is nothing that Serve sends to a replica"
            raise pickle.UnpicklingError(msg)
        return StreamingHTTPRequest


class ByShop(RequestRouter):  # type: ignore[misc]
    """Serve's way to give a request to a replica."""

    def initialize_state(self, shops: Mapping[str, Told]) -> None:
        """Serve calls it with what ``told`` says."""
        self._names = tuple(shops)
        self._asked = Asked(Named(name=name, home=Path(one["home"]), hosts=tuple(one["hosts"])) for name, one in shops.items())

    async def choose_replicas(
        self, candidate_replicas: list[RunningReplica], pending_request: PendingRequest | None = None
    ) -> list[list[RunningReplica]]:
        """Those of the shop, one after the other; any, for who asks for none."""
        if pending_request is None:
            return [candidate_replicas]
        pending_request.routing_context.should_backoff = True  # or Serve asks again at once, for ever, while all have enough to do
        sent = _Sent(io.BytesIO(pending_request.args[0])).load()
        shop = self._asked.of(Headers(scope=sent.asgi_scope))
        if shop is None:
            return [candidate_replicas]
        by_name = {replica.replica_id.unique_id: replica for replica in candidate_replicas}
        return [[by_name[name]] for name in placed(self._names, frozenset(by_name))[shop]]
