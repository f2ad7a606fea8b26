"""A replica for tests, asked from the machine itself, where nobody needs a key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.parts import Keys, Limits, LogSettings
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

HERE: Final[dict[str, Any]] = {"base_url": "http://127.0.0.1", "client": ("127.0.0.1", 5000)}
OPEN: Final = Keys(open_on_loopback=True)


@contextmanager
def serving(home: Path, log: Path, keys: Keys = OPEN, **more: Any) -> Iterator[TestClient]:
    """A replica over a home, whose log is that file."""
    given = Settings(home=home, log=LogSettings(url=SecretStr(f"sqlite:{log}")), limits=Limits(max_upserts=4), keys=keys, **more)
    with TestClient(create_app(given), **HERE) as opened:
        yield opened


def hats(root: Path, items: Sequence[dict[str, Any]]) -> Path:
    """A home of these items, which are hats where they say nothing else."""
    lines = [{"category": "hats", "features": [float(n), 1.0], **item} for n, item in enumerate(items)]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    return root / "home"
