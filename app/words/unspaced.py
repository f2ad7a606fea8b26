"""Words that are written without a space between them, apart by what a catalogue calls its things: no dictionary is needed for that."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

_LETTER: Final = "[\u0e00-\u0e7f\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
_RUN: Final = re.compile(f"{_LETTER}+")
"""Thai, Japanese, Chinese and Korean letters."""
_KANA: Final = re.compile("[\u3041-\u30ff]")
_SHORTEST: Final = 2
_LONGEST: Final = 12
"""Letters of a name."""


def unspaced(texts: Iterable[str]) -> frozenset[str]:
    """The words of some texts that are in letters which need no space, of more than one.

    >>> sorted(unspaced(["女士/连衣裙", "T恤", "니트 & 스웨터", "Dresses"]))
    ['女士', '连衣裙', '니트', '스웨터']
    """
    found = (run for text in texts for run in _RUN.findall(text))
    return frozenset(run for run in found if _SHORTEST <= len(run) <= _LONGEST)


def apart_by(text: str, names: Collection[str]) -> str:
    """A text with names apart from what stands beside them, the longest first, from the end of each run on: what a thing is stands there.

    >>> apart_by("白色男衬衫 不要黑色", {"衬衫", "白色", "黑色"}), apart_by("그레이코트", {"코트", "그레이"}), apart_by("black", {"코트"})
    ('白色 男 衬衫 不要 黑色', '그레이 코트', 'black')
    """
    if text.isascii() or not names:
        return text
    return _RUN.sub(lambda run: " ".join([*_parts(run.group(), names)][::-1]), text)


def _parts(run: str, names: Collection[str]) -> Iterator[str]:
    """From the last to the first."""
    end = rest = len(run)
    while end:
        at = next((at for at in range(max(0, end - _LONGEST), end) if run[at:end] in names), None)
        if at is None:
            end -= 1
            continue
        yield from filter(None, [run[end:rest], run[at:end]])
        end = rest = at
    yield from filter(None, [run[:rest]])


def in_kana(texts: Iterable[str]) -> bool:
    """Whether any of some texts has letters that only Japanese has: what is in Chinese letters alone may be Chinese."""
    return any(map(_KANA.search, texts))
