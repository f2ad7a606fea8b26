"""``sessions.jsonl``: what shoppers did, visit by visit, and what they bought together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from models.datasets.findings import Findings
from models.datasets.lines import Line, read_values
from models.datasets.schema import Session
from models.datasets.shown import shown

_SESSION: Final = TypeAdapter(Session)


def read_sessions(path: Path, findings: Findings | None = None) -> Iterator[tuple[Line, Session]]:
    """Yield the sessions one by one, each with its line.

    Their items need not be in the catalogue: logs outlive products.

    Raises:
        InputError: the file is missing, or when the iteration comes to a broken line or a repeated session.
    """
    seen: set[str] = set()
    findings = findings or Findings()
    for line, session in read_values(path, _SESSION, findings):
        if session.session in seen:
            findings.error(line.problem("session", f"{shown(session.session)} occurs twice in this file"))
        seen.add(session.session)
        yield line, session


def bought(session: Session) -> tuple[str, ...]:
    """The different items that a session bought and did not send back, in order."""
    items = dict.fromkeys(event.item for event in session.events if event.type == "purchase")
    returned = {event.item for event in session.events if event.type == "return"}
    return tuple(item for item in items if item not in returned)
