"""It learns: from a release that has seen no outfit, over cycles of sessions, with the real service, worker and shoppers.

    python benchmarks/learning_loop.py OUT [--items 1500] [--sessions 2000] [--cycles 4] [--noise 0.15] [--no-hygiene]

OUT gets the wardrobe, a home, the logs of both processes, ``cycles.json`` and ``curve.png``. Settings come from the environment
as ever, such as ATTIRE_WORKER__TRAINING. The worker runs after every cycle; a rejected candidate leaves the release before, and the curve
shows it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

ATTIRE = [sys.executable, "-c", "from app.cli import main; main()"]


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--wardrobe", type=Path, help="one that is there already")
    parser.add_argument("--items", type=int, default=1_500)
    parser.add_argument("--sessions", type=int, default=2_000)
    parser.add_argument("--cycles", type=int, default=4)
    parser.add_argument("--noise", type=float, default=0.15)
    parser.add_argument("--wait", type=float, default=3_600.0)
    parser.add_argument("--port", type=int, default=8_471)
    parser.add_argument("--no-hygiene", action="store_true")
    asked = parser.parse_args()
    wardrobe, home = asked.wardrobe or asked.out / "wardrobe", asked.out / "home"
    if not (wardrobe / "oracle.json").exists():
        attire("generate", str(wardrobe), "--items", str(asked.items), "--outfits", "2000")
    if not (home / "CURRENT").exists():
        attire("import", str(wardrobe), "--home", str(home))
    settings = {"ATTIRE_WORKER__SESSIONS": str(asked.sessions), "ATTIRE_WORKER__HYGIENE": str(not asked.no_hygiene).lower()}
    environment = {**os.environ, **settings}
    service = start(asked.out / "serve.log", environment, "serve", "--home", str(home), "--port", str(asked.port))
    worker = start(asked.out / "worker.log", environment, "worker", "--home", str(home))
    try:
        until_ready(f"http://127.0.0.1:{asked.port}/readyz")
        figures = ("--json", str(asked.out / "cycles.json"), "--plot", str(asked.out / "curve.png"))
        counts = ("--sessions", str(asked.sessions), "--cycles", str(asked.cycles), "--noise", str(asked.noise), "--wait", str(asked.wait))
        attire("simulate", "--url", f"http://127.0.0.1:{asked.port}", "--wardrobe", str(wardrobe), *counts, *figures)
    finally:
        for process in (worker, service):
            process.terminate()
            process.wait()


def attire(*arguments: str) -> None:
    """Run a command to its end."""
    subprocess.run([*ATTIRE, *arguments], check=True)


def until_ready(url: str, patience_s: float = 300.0) -> None:
    """Wait until the service answers."""
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    sys.exit(f"{url} does not answer")


def start(log: Path, environment: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """Start a process that stays."""
    log.parent.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen([*ATTIRE, *arguments], env=environment, stdout=log.open("ab"), stderr=subprocess.STDOUT)


if __name__ == "__main__":
    main()
