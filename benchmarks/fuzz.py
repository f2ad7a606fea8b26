"""Requests that are made from the service's own schema, valid and not, with keys, without and with wrong ones: none is answered with 5xx.

    python -m benchmarks.fuzz --home HOME [--cases 20000] [--seed 0]

It serves a copy of the home, asks every operation by turns, and checks that each answer is below 500 (but a 503 with ``Retry-After``), that
each refusal is problem+json with a type and what is wrong, that what needs a key is refused without it, and that the service is ready at
the end. Cases are Schemathesis's, drawn by Hypothesis from the seed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

ADMIN: Final = "the-fuzzers-admin-key"
CATALOGUE: Final = "fuzz-catalogue-key"
KEYS: Final[dict[str, dict[str, str]]] = {
    "none": {},
    "admin": {"X-API-Key": ADMIN},
    "catalogue": {"Authorization": f"Bearer {CATALOGUE}"},
    "wrong": {"X-API-Key": "fuzz-wrong-key"},
    "odd": {"Authorization": "Basic OjpmdXp6Ojo=", "X-API-Key": "\xff' --"},
}
AS_DESCRIBED: Final = [status_code_conformance, content_type_conformance, response_schema_conformance]
WITHOUT: Final = ("none", "wrong", "odd")
GUARDED: Final = {
    ("put", "/items"),
    ("patch", "/items"),
    ("delete", "/items/{item_id}"),
    ("post", "/releases/rollback"),
    ("get", "/releases"),
}
_NAMES: Final = {"items", "item", "id", "candidates", "exclude"}  # under which a request names items
_TIMEOUT_S: Final = 60


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The address of a service over a copy of a home, with the keys above."""
    with served_by(home) as (_, url):
        yield url


@contextmanager
def served_by(home: Path) -> Iterator[tuple[int, str]]:
    """The process that serves, too."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(home, Path(folder) / "home")
        keys = {"ATTIRE_KEYS__ADMIN": ADMIN, "ATTIRE_KEYS__CATALOGUE": CATALOGUE, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-c", "from app.cli import main; main()", "serve", "--home", str(copy), "--port", "0"]
        with Path(folder, "log").open("w") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **keys})
            assert process.stdout is not None
            try:
                yield process.pid, process.stdout.readline().rsplit(maxsplit=1)[-1]
            except AssertionError as error:
                error.add_note("the end of the log:\n" + Path(log.name).read_text()[-4000:])
                raise
            finally:
                process.kill()
                process.wait()
                process.stdout.close()


def fuzz(url: str, cases: int, chosen_seed: int = 0) -> Counter[str]:
    """Ask every operation about as often; returns how many cases were answered with which kind of status, by key.

    Raises:
        AssertionError: an answer is not as it must be; Hypothesis shows the smallest such request.
    """
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    ids = [item["id"] for item in requests.get(f"{url}/items?limit=100", timeout=_TIMEOUT_S).json()["items"]]
    counts: Counter[str] = Counter()
    session = requests.Session()
    for turn, operation in enumerate(cycle(operations)):  # of some there are few cases, and others have theirs instead
        left, of_turn = cases - counts.total(), turn % len(operations)
        if left <= 0:
            break
        drawn = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))

        @seed(chosen_seed + turn // len(operations))
        @settings(
            max_examples=-(-left // (len(operations) - of_turn)),
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=drawn, who=st.sampled_from(sorted(KEYS)), known=st.booleans())
        def ask(case: schemathesis.Case, who: str, known: bool) -> None:  # noqa: FBT001 - Hypothesis names its arguments
            if known:
                case.body = with_known(case.body, ids)
            if case.headers is not None:
                for name in [name for name in case.headers if name.lower() in {"authorization", "x-api-key"}]:
                    del case.headers[name]
            answer = case.call(base_url=url, headers=KEYS[who], session=session, timeout=_TIMEOUT_S)
            with told(case, who):
                check(answer, who, (operation.method.lower(), operation.path))  # noqa: B023
                case.validate_response(answer, checks=AS_DESCRIBED)
            counts[f"{who} {answer.status_code // 100}xx"] += 1

        ask()
    session.close()
    ready = requests.get(f"{url}/readyz", timeout=_TIMEOUT_S)
    assert ready.status_code == 200, ready.text  # noqa: PLR2004
    return counts


def with_known(body: Any, ids: Sequence[str], place: str = "") -> Any:  # noqa: ANN401 - JSON
    """A body whose strings stand for items of the catalogue where items are named; so that more of it is understood."""
    if isinstance(body, dict):
        return {name: with_known(value, ids, name) for name, value in body.items()}
    if isinstance(body, list):
        return [with_known(value, ids, place) for value in body]
    return ids[len(body) % len(ids)] if isinstance(body, str) and place in _NAMES else body


@contextmanager
def told(case: schemathesis.Case, who: str) -> Iterator[None]:
    """Add the request, as a command that repeats it, to what is found wrong with its answer."""
    try:
        yield
    except AssertionError as error:
        error.add_note(f"as {who}: {case.as_curl_command()[:2000]}")
        raise


def check(answer: schemathesis.Response, who: str, asked: tuple[str, str]) -> None:
    """What every answer must be.

    Raises:
        AssertionError: it is not.
    """
    said = f"{asked} as {who}: {answer.status_code} {answer.text[:500]}"
    passing = answer.status_code == 503 and "retry-after" in answer.headers  # noqa: PLR2004
    assert answer.status_code < 500 or passing, said  # noqa: PLR2004
    if answer.status_code >= 400:  # noqa: PLR2004
        assert answer.headers["content-type"] == ["application/problem+json"], said
        problem = answer.json()
        assert problem["type"].startswith("/problems/"), said
        assert problem["detail"], said
    if asked in GUARDED and who in WITHOUT:
        assert answer.status_code >= 400, said  # noqa: PLR2004


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    started = time.monotonic()
    with served(asked.home) as url:
        counts = fuzz(url, asked.cases, asked.seed)
    for kind, count in sorted(counts.items()):
        print(f"{kind:20} {count:>7,}")
    print(f"{sum(counts.values()):,} cases in {time.monotonic() - started:.0f} s, none answered with 5xx but 503 with Retry-After")


if __name__ == "__main__":
    main()
