"""What the documents take from the code, between ``<!-- made: NAME -->`` and ``<!-- end -->``. A test fails where they differ from it.

``make papers`` (``python -m docs.made``) writes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from docs.made.interface import commands, files, objects, problems, routes, settings
from docs.made.rooms import diagram, table

DOCUMENTS: Final = Path(__file__).parents[1]
MADE: Final[Mapping[str, Mapping[str, Callable[[], str]]]] = {
    "architecture.md": {"diagram": diagram, "rooms": table},
    "settings.md": {"settings": settings},
    "contract.md": {"files": files, "commands": commands, "routes": routes, "objects": objects, "problems": problems},
}


def renewed(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """A document with its made parts as the code has them now.

    Raises:
        ValueError: a part has no place in the document, or two.
    """
    for name, make in parts.items():
        place = re.compile(rf"(<!-- made: {name} -->\n)(?:(?!<!-- ).)*(<!-- end -->)", re.DOTALL)
        if len(place.findall(text)) != 1:
            msg = f"the document has {len(place.findall(text))} places for {name!r}; give it one, `<!-- made: {name} -->` to `<!-- end -->`"
            raise ValueError(msg)
        text = place.sub(lambda found, made=make(): f"{found[1]}\n{made}\n\n{found[2]}", text)  # type: ignore[misc]
    return text
