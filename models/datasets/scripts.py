"""Words as they are meant, in whatever script they are written."""

from __future__ import annotations

from models.datasets import arabic, japanese


def apart(text: str) -> str:
    """A text with all of its words apart, Japanese with spaces, and Arabic as ``arabic.plain``."""
    return text if text.isascii() else japanese.spaced(arabic.plain(text))


def plain(text: str) -> str:
    """Likewise as its words are looked up, a Turkish capital with a dot as the small letter; as long as that.

    >>> plain("KIRMIZI ELBİSE"), plain("黒ワンピース"), plain("Größe 40")
    ('KIRMIZI ELBiSE', '黒 ワンピース', 'Größe 40')
    """
    return apart(text).replace("İ", "i")


def bare(word: str) -> str:
    """A word in lower case as it is looked up: Arabic as ``arabic.bare``, a dotless *ı* as *i*, which capitals do not tell apart."""
    return word if word.isascii() else arabic.bare(word).replace("ı", "i")
