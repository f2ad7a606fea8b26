"""Any text as a URL is refused, or leads to a plain host; never to a traceback."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from app.fetch.allowed import Allowed
from app.ground.errors import RefusedUrlError

PLAIN = re.compile(r"[a-z0-9_][a-z0-9._-]*|[0-9a-f:.]+")
ANYONE = Allowed(["*"], ["*"])


@given(st.text() | st.builds("{}://{}{}".format, st.sampled_from(["https", "http", "file", "HTTPS", ""]), st.text(), st.text()))
@example("https://[::1")
@example("https://a:b")
@example("https://a.example:٣/")
@example("https://\ud800.example/")
@example("https://a.example/\ud800")
@example("https://xn--.example/")
def test_any_text_is_refused_or_leads_to_a_plain_host(url: str) -> None:
    """What is connected to holds nothing but letters, digits, dots, hyphens and colons; what is asked for holds no line end or blank."""
    try:
        target = ANYONE.target(url)
    except RefusedUrlError:
        return
    assert PLAIN.fullmatch(target.host)
    assert 0 < target.port < 65_536
    assert target.path.startswith(b"/")
    assert not re.search(rb"[\x00-\x20\x7f-\xff]", target.path)
    assert "@" not in target.place
