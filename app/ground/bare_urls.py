"""URLs as they may be told: without what may be secret in them."""

from __future__ import annotations

import re
from typing import Final

_URL: Final = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*:|(?<![^\s\"'(]))//(?P<rest>\S*?)(?=[:;,.)'\"]*(?:\s|$))", re.ASCII | re.IGNORECASE)
_WHO: Final = re.compile(r"(?:[^/?#@]*@)+|[^/?#@:\[]+:(?!\d*(?:[/?#]|$))[^@]*@")
"""User and password, also where signs of the password should be escaped."""


def without_secrets(text: str) -> str:
    """A text whose URLs name no user, password, query or fragment.

    >>> without_secrets("https://joe:pass@shop.example/feed.csv?token=abc: is answered with 404; see https://shop.example")
    'https://shop.example/feed.csv: is answered with 404; see https://shop.example'
    >>> without_secrets("ftp://joe:a/b?c@shop.example/feed"), without_secrets("https://shop.example:8443/@all?mail=a@b.example")
    ('ftp://shop.example/feed', 'https://shop.example:8443/@all')
    """
    return _URL.sub(_bare, text)


def _bare(found: re.Match[str]) -> str:
    who = _WHO.match(found["rest"])
    place, *_ = re.split(r"[?#]", found["rest"][who.end() if who else 0 :], maxsplit=1)
    return f"{found['scheme']}//{place}"
