"""How long the shipped encoder takes to load, and how many pictures it encodes, each in fresh processes."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from models.datasets.schema import Catalogue

_LOADS: Final = 3
_THREADS: Final = 2
_PICTURES: Final = 512
_LOAD: Final = """
import time
begun = time.perf_counter()
import open_clip, torch, torchvision
from models.encoders import backbones, open_clip as ours
from models.encoders.load import load_encoder
imported, spent = time.perf_counter(), time.process_time()
load_encoder()
print(imported - begun, time.perf_counter() - imported, time.process_time() - spent)
"""
_ENCODE: Final = """
import json, sys, time
import pyarrow.parquet as pq, torch
from models.encoders.load import load_encoder
torch.set_num_threads(int(sys.argv[2]))
pictures = pq.read_table(sys.argv[1]).column("data").to_pylist()
encoder = load_encoder()
encoder.encode(pictures[:128], [None] * 128)
walls, spent = [], []
for _ in range(3):
    begun, used = time.perf_counter(), time.process_time()
    for at in range(0, len(pictures), 128):
        batch = pictures[at : at + 128]
        encoder.encode(batch, [None] * len(batch))
    walls.append(time.perf_counter() - begun); spent.append(time.process_time() - used)
print(json.dumps({"wall": walls, "cpu": spent, "pictures": len(pictures)}))
"""


def speed(shops: dict[str, Catalogue], out: Path) -> dict[str, Any]:
    """Seconds to load, without a network; images per second from JPEG bytes to features on two threads.

    ``if_alone`` is two cores' worth of the processor time used, which is what other work on the machine does not change.
    """
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(_THREADS)}
    loads = [[float(one) for one in _run(_LOAD, environment).split()] for _ in range(_LOADS)]
    figures: dict[str, Any] = {
        "load_average": os.getloadavg()[0],
        "imports_s": statistics.median(one[0] for one in loads),
        "load_s": statistics.median(one[1] for one in loads),
        "load_cpu_s": statistics.median(one[2] for one in loads),
        "load_s_all": [one[1] for one in loads],
    }
    for name, catalogue in shops.items():
        data = [catalogue.image(row) for row in range(min(_PICTURES, len(catalogue)))]
        path = out / f"{name}.parquet"
        pq.write_table(pa.table({"data": data}), path)
        rounds = json.loads(_run(_ENCODE, environment, str(path), str(_THREADS)))
        path.unlink()
        figures[f"images_per_s {name}"] = {
            "median": rounds["pictures"] / statistics.median(rounds["wall"]),
            "best": rounds["pictures"] / min(rounds["wall"]),
            "if_alone": _THREADS * rounds["pictures"] / statistics.median(rounds["cpu"]),
        }
    return figures


def _run(code: str, environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()
