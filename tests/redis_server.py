"""A redis-server to start, kill and start again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import redis

REDIS_SERVER = shutil.which("redis-server")
START_S = 20.0


class RedisServer:
    """A redis-server with an append-only file in a directory of its own."""

    def __init__(self, directory: Path, *options: str) -> None:
        directory.mkdir(exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        durable = () if "--appendonly" in options else ("--appendonly", "yes", "--appendfsync", "always")
        places = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(directory), "--save", "")
        self._command = [REDIS_SERVER or "", *places, *durable, *options]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it has read what it kept."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    assert time.monotonic() < until, "redis-server does not come up"
                    assert self.process.poll() is None, "redis-server ended"
                    time.sleep(0.02)
                else:
                    return

    def client(self) -> redis.Redis:
        """A plain client."""
        return redis.Redis(host="127.0.0.1", port=self.port, decode_responses=True)

    def kill(self) -> None:
        """As if the machine had lost it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
