"""A whole node is lost, with ``kill -9`` of all its processes, in the midst of a job, and none comes in its place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from textwrap import dedent
from threading import Thread
from typing import Any, Final

import httpx2
import numpy as np
import pytest
from starlette.testclient import TestClient

from app.ray.joined import patiently
from benchmarks.processes import below, named
from index.backends.faiss_cpu import FlatIndex
from models.bundle import Bundle
from models.encoders.batches import Batch, Encoded, encode_batch
from models.encoders.load import load_encoder
from models.progress import silent, unheard
from models.wardrobe.generate import generate
from tests.app.cli.test_serve import serve
from tests.app.homes import copied
from tests.app.ray.conftest import ASKED, OWN, start, told
from tests.app.ray.test_serve import serving, waited
from tests.app.ray.test_training import SMALL
from tests.hostile.test_started_once import free_port

pytestmark = pytest.mark.usefixtures("one_thread")
ENCODER: Final = "backbone:shufflenet_v2_x0_5"
MOST_S: Final = 600


class Node:
    """The second of two nodes of one core each."""

    def __init__(self, cluster: Any, url: str) -> None:
        self._cluster, self._node = cluster, cluster.add_node(num_cpus=1, include_log_monitor=False, wait=False)
        self.url: Final = url  # where its proxy answers, if a service runs
        cluster.wait_for_nodes(MOST_S)
        self.id: Final[str] = self._node.node_id

    def kill(self) -> None:
        """End it as a machine ends that is switched off."""
        [raylet] = [one.process.pid for one in self._node.all_processes["raylet"]]
        for pid in (raylet, *below(raylet)):  # workers, and what tells of the node
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def remove(self) -> None:
        """Let the cluster know."""
        self._cluster.remove_node(self._node, allow_graceful=False)

    def kill_when(self, marker: Path) -> None:
        """End it once a file is there, which somebody on it writes."""
        Thread(target=lambda: (waited(marker.exists), self.kill()), daemon=True).start()


@pytest.fixture(scope="module")
def port() -> int:
    """Of the second node's proxy."""
    return free_port()


@pytest.fixture(scope="module")
def two_nodes(turn: None, port: int) -> Iterator[Any]:  # noqa: ARG001 - which it is
    """A cluster of nodes that can be lost; that of other tests is put by meanwhile.

    As on machines of their own each proxy has its address, and gives requests to replicas of both nodes. On one port, which Ray has them
    share, the system would send on to the proxy that ends those whose connections it has just closed.
    """
    if not OWN:
        pytest.skip("this cluster is another's")
    import ray  # noqa: PLC0415 - an extra
    from ray.cluster_utils import Cluster  # noqa: PLC0415

    others = ray.is_initialized()
    ray.shutdown()
    given = {"num_cpus": 1, "include_dashboard": False, "include_log_monitor": False, "no_monitor": True}
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("RAY_SERVE_WORKER_PROXY_HTTP_PORT", str(port))
        patched.setenv("RAY_SERVE_PROXY_PREFER_LOCAL_NODE_ROUTING", "0")
        nodes = patiently(lambda: Cluster(initialize_head=True, head_node_args=given))
        ray.init(address=nodes.address, log_to_driver=False)
        yield nodes
    ray.shutdown()
    nodes.shutdown()
    if others:
        start()


@pytest.fixture
def second(two_nodes: Any, port: int) -> Iterator[Node]:
    """A node beside the first."""
    node = Node(two_nodes, f"http://127.0.0.1:{port}")
    yield node
    node.remove()


def test_batches_are_encoded_elsewhere(second: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the same bytes, each once; those that the lost node had under way begin anew."""
    from app.ray import catalogue  # noqa: PLC0415 - imports Ray

    marker, where, real = tmp_path / "under way", second.id, catalogue._encoded

    def slow(*given: Any) -> Encoded:
        import ray  # noqa: PLC0415 - in the worker

        if ray.get_runtime_context().get_node_id() == where:
            marker.touch()
            time.sleep(MOST_S)
        return real(*given)

    monkeypatch.setattr(catalogue, "_encoded", slow)
    second.kill_when(marker)
    encoder, batches = load_encoder(ENCODER), [Batch(number, (None,), (f"title {number}",)) for number in range(12)]
    found = list(catalogue.Cluster().encode(encoder, batches))
    assert marker.exists()
    assert [one.number for one in found] == list(range(12))
    for one, batch in zip(found, batches, strict=True):
        np.testing.assert_array_equal(one.features, encode_batch(encoder, batch).features)


@pytest.mark.training
def test_a_training_goes_on_with_the_workers_that_are_left(second: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the checkpoint after the first epoch."""
    from app.ray import training  # noqa: PLC0415 - imports Ray

    marker, counts = tmp_path / "under way", tmp_path / "counts"

    class Slow(training._Worker):
        def train(self, address: str, number: int, count: int, *given: Any) -> None:
            from models.training.checkpoint import Checkpoint  # noqa: PLC0415 - in the worker

            save = Checkpoint.save

            def saved(*what: Any) -> None:
                save(*what)
                if not marker.exists():
                    marker.touch()
                    time.sleep(MOST_S)

            Checkpoint.save = saved  # type: ignore[method-assign]
            with counts.open("a") as file:
                print(count, file=file)
            super().train(address, number, count, *given)

    monkeypatch.setattr(training, "_Worker", Slow)
    monkeypatch.setattr(training, "_ROOM_S", 60.0)  # by then Ray knows that the node is lost
    data, out = tmp_path / "shop", tmp_path / "bundle"
    generate(data, items=100, outfits=60, shoppers=5, seed=3)
    second.kill_when(marker)
    training.train(
        "auto",
        2,
        "cpu",
        progress=silent,
        warn=unheard,
        data=data,
        recipe="attire",
        out=out,
        settings=SMALL,
    )
    assert Bundle.load(out).manifest.recipe == "attire"
    assert counts.read_text().split() == ["2", "2", "1"]


def test_a_search_is_answered_without_the_shards_that_are_lost(second: Node) -> None:
    """Exactly as before, at once and for as long as no node has room for them."""
    from app.ray.shards import Shards  # noqa: PLC0415 - an extra

    rng = np.random.default_rng(0)
    vectors, queries = (rng.normal(size=(count, 16)).astype(np.float32) for count in (4_096, 60))
    shards = Shards(2, most=2_048)
    shards.wait()
    one, many = FlatIndex(vectors), shards.build(vectors)
    for number in range(60):
        if number == 20:
            second.kill()
        began = time.monotonic()
        for expected, found in zip(one.search(queries[[number]], 10), many.search(queries[[number]], 10), strict=True):
            np.testing.assert_array_equal(found, expected)
        assert time.monotonic() - began < 60


def test_requests_that_it_was_answering_are_answered_by_the_other(second: Node, home: Path, tmp_path: Path, client: TestClient) -> None:
    """At the next attempt, whichever of both proxies it had come to; and what one replica answers alone is right."""
    with serving(copied(home, tmp_path / "home")) as running:
        running.both()
        expected = told(client.post("/complete-outfit", json=ASKED))
        assert running.attempts(expected, second.kill, second.url) <= 2
        waited(lambda: len(running.replicas()) == 1)  # once Serve has noticed


@pytest.fixture
def none_else(two_nodes: Any) -> Iterator[None]:  # noqa: ARG001 - which has room and a place meanwhile
    """Who starts a cluster of this machine's own processes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.delenv("RAY_ADDRESS", raising=False)
        yield


def ended(command: subprocess.Popen[str]) -> None:
    """Kill the node that a command has started."""
    [node] = named(command.pid, "raylet")
    os.kill(node, signal.SIGKILL)


@pytest.mark.usefixtures("none_else")
def test_a_service_whose_own_node_is_lost_starts_another(home: Path, tmp_path: Path) -> None:
    """And answers there; it stood, and later ended. SIGTERM ends it as ever."""
    with serve(copied(home, tmp_path / "home"), "--on", "local", "--workers", "1") as command:
        assert command.stdout is not None
        urls = (line.split()[-1] for line in command.stdout if "http://" in line)  # Ray says there that a node is lost
        url = next(urls)
        assert httpx2.post(f"{url}/complete-outfit", json=ASKED, timeout=60).status_code == 200
        ended(command)
        assert next(urls) == url
        assert httpx2.post(f"{url}/complete-outfit", json=ASKED, timeout=60).status_code == 200
        command.terminate()
        _, err = command.communicate(timeout=MOST_S)
    assert command.returncode == 0, err


def told_then_ended(tmp_path: Path, script: str, *given: object) -> str:
    """What a process writes whose own node is lost once it has made the file ``begun``."""
    marker = tmp_path / "begun"
    asked = [sys.executable, "-c", dedent(script), marker, *given]
    with subprocess.Popen([str(one) for one in asked], stdout=subprocess.PIPE, text=True) as command:
        waited(marker.exists)
        ended(command)
        said, _ = command.communicate(timeout=MOST_S)
    assert command.returncode == 0
    return said


@pytest.mark.usefixtures("none_else")
def test_an_import_whose_own_node_is_lost_goes_on_in_another(tmp_path: Path) -> None:
    """Each batch once, in order, whether it had been answered, was under way or waited."""
    said = told_then_ended(
        tmp_path,
        """
        import sys, time
        from functools import partial
        from pathlib import Path
        from app.ray.catalogue import Cluster
        from app.ray.joined import LOCAL, join

        def slow(marker, _device, row):
            if row == 5 and not marker.exists():
                marker.touch()
                time.sleep(600)
            return row

        join(LOCAL, cpus=1)
        print(*Cluster(threads=1, on=LOCAL)._stream(partial(slow, Path(sys.argv[1])), range(12)))
        """,
    )
    assert said.splitlines()[-1].split() == [str(number) for number in range(12)]


@pytest.mark.training
@pytest.mark.usefixtures("none_else")
def test_a_training_whose_own_node_is_lost_goes_on_in_another(tmp_path: Path) -> None:
    """With as many workers, from the checkpoint of a mask that one of them trained by itself."""
    data, out, counts = tmp_path / "shop", tmp_path / "bundle", tmp_path / "counts"
    generate(data, items=100, outfits=60, shoppers=5, seed=3)
    told_then_ended(
        tmp_path,
        """
        import json, sys, time
        from pathlib import Path
        from app.ray import training
        from models.progress import silent, unheard

        class Slow(training._Worker):
            def train(self, address, number, count, *given):
                from models.training.checkpoint import Checkpoint
                save = Checkpoint.save

                def saved(*what):
                    save(*what)
                    if number and not marker.exists():
                        marker.touch()
                        time.sleep(600)

                Checkpoint.save = saved
                with counts.open("a") as file:
                    print(count, file=file)
                super().train(address, number, count, *given)

        training._Worker = Slow
        marker, data, out, counts = map(Path, sys.argv[1:5])
        training.train(
            "local", 2, "cpu", progress=silent, warn=unheard, data=data, recipe="attire", out=out, settings=json.loads(sys.argv[5])
        )
        """,
        data,
        out,
        counts,
        json.dumps({**SMALL, "masks": "2", "mask_epochs": "2"}),
    )
    assert Bundle.load(out).manifest.recipe == "attire"
    assert counts.read_text().split() == ["2"] * 4


def test_the_node_of_another_cluster_is_not_started_anew() -> None:
    """The command ends and says what may be done."""
    pytest.importorskip("ray")
    from app.ray import catalogue  # noqa: PLC0415 - an extra
    from app.ray.joined import AUTO, anew  # noqa: PLC0415

    with pytest.raises(ConnectionResetError, match="the node of this machine was lost; what is encoded is kept"):
        anew(AUTO, catalogue._GOES_ON)
