"""When shoppers were forgotten: a line each in ``worker/forgotten``, which names nobody. Whoever remembers shoppers looks at it."""

from __future__ import annotations

from pathlib import Path

from app.home.runs import Runs, now
from sealed.files import flush


def note(home: Path, events: int) -> None:
    """Say that so many events of somebody are gone: whoever remembers shoppers reads anew whom there are."""
    path = _file(home)
    with path.open("a") as file:
        file.write(f"{now()} {events}\n")
    flush(path)


def stamp(home: Path) -> tuple[int, int] | None:
    """What is another one after each that was forgotten; None before the first."""
    try:
        about = _file(home).stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


def times(home: Path) -> tuple[str, ...]:
    """When somebody was forgotten, and of how many events: a line each, oldest first."""
    try:
        return tuple(_file(home).read_text().splitlines())
    except FileNotFoundError:
        return ()


def _file(home: Path) -> Path:
    return Runs(home).root / "forgotten"
