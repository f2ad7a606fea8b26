"""Pictures that a shop names by URL; whoever reads the dataset decides whether they are fetched."""

from __future__ import annotations

import re
from typing import Final

_URL: Final = re.compile(r"\s*([a-z][a-z0-9+.-]+:)?//", re.ASCII | re.IGNORECASE)


def is_url(text: str) -> bool:
    r"""Whether a picture is named by URL, rather than by the path of a file.

    >>> [is_url(text) for text in ("https://shop.example/a.jpg", "//cdn.example/a.jpg", "images/a.jpg", "C://a.jpg", "c:\\a.jpg")]
    [True, True, False, False, False]
    """
    return _URL.match(text) is not None
