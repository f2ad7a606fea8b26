"""What a replica has in memory with its own encoder, and with encoders beside; the table of "Encoders" in ``docs/ray.md``.

    python -m benchmarks.ray_encoders WORK [--clients 8] [--requests 200]

A home of 200 items with pictures and the shipped encoder is made in WORK. Photos of its items are asked for by clients of this process.
"""

from __future__ import annotations

import base64
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import httpx2
import numpy as np
import typer
from ray import serve
from ray.serve.context import _get_global_client

from app.catalogue.importing import import_catalogue
from app.ground.settings import PREFIX, Settings
from app.home.store import ReleaseStore
from app.ray import encoder
from app.ray.joined import LOCAL, join
from app.ray.serve import NAME, bound
from benchmarks.processes import cpu_s, megabytes
from models.wardrobe.generate import generate
from models.wardrobe.studio import photograph

ITEMS: Final = 200
PORT: Final = 8_478
_WAITS_S: Final = 0.5


def home_of(work: Path) -> Path:
    """Made where it is missing."""
    home, wardrobe = work / "home", work / "wardrobe"
    if ReleaseStore(home).current() is None:
        generate(wardrobe, items=ITEMS, outfits=ITEMS, shoppers=10, picture=photograph)
        import_catalogue(wardrobe, ReleaseStore(home), default_encoder="shipped")
    return home


def process_of(name: str) -> int:
    """The process of a deployment's only replica."""
    [one] = _get_global_client().get_serve_details()["applications"][NAME]["deployments"][name]["replicas"]
    return int(one["pid"])


def ask(client: httpx2.Client, body: dict[str, Any]) -> float:
    """Seconds until it was answered."""
    began = time.monotonic()
    client.post("/similar-items", json=body).raise_for_status()
    return time.monotonic() - began


def main(work: Path, clients: Annotated[int, typer.Option()] = 8, requests: Annotated[int, typer.Option()] = 200) -> None:
    """Print a table."""
    home = home_of(work.absolute())
    pictures = sorted((home / "images").rglob("*.*"))[:ITEMS]
    photos = [{"item": {"image": {"base64": base64.b64encode(one.read_bytes()).decode()}, "category": "tops"}, "k": 3} for one in pictures]
    join(LOCAL, cpus=2)
    with suppress(TimeoutError):  # as ``benchmarks.ray_replicas``
        serve.start(http_options={"host": "127.0.0.1", "port": PORT})
    print("| encoder | MB: replica | encoder | a second | ms: median | 99 % | processor ms of a request |\n|---|---|---|---|---|---|---|")
    for encoders in (0, 1):
        settings = Settings(home=home, encoders=encoders)
        said = {f"{PREFIX}HOME": str(home), f"{PREFIX}ENCODERS": str(encoders)}
        serve.run(bound(settings, said, {"max_replicas": 1}), name=NAME)
        while "HEALTHY" not in serve.status().proxies.values():
            time.sleep(_WAITS_S)
        pids = [process_of(name) for name in (NAME, encoder.NAME)[: 1 + encoders]]
        with ThreadPoolExecutor(clients) as pool, httpx2.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=120) as client:
            list(pool.map(partial(ask, client), photos[: 4 * clients]))
            before, began = sum(map(cpu_s, pids)), time.monotonic()
            taken = list(pool.map(partial(ask, client), (photos[number % len(photos)] for number in range(requests))))
            lasted, used = time.monotonic() - began, sum(map(cpu_s, pids)) - before
        of, (median, most) = [f"{megabytes(pid):,}" for pid in pids], 1e3 * np.percentile(taken, [50, 99])
        where = "beside" if encoders else "in the replica"
        print(
            f"| {where} | {of[0]} | {of[1] if encoders else '-'} | {requests / lasted:.1f} | {median:,.0f} | {most:,.0f} "
            f"| {1e3 * used / requests:.1f} |",
            flush=True,
        )
        serve.delete(NAME)
    serve.shutdown()


if __name__ == "__main__":
    typer.run(main)
