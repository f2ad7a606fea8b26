"""Words as they are meant, in whatever script they are written."""

from __future__ import annotations

from models.datasets import arabic, japanese


def plain(text: str) -> str:
    """A text as its words are read: Arabic as ``arabic.plain``, Japanese with spaces, and the dot of a Turkish capital left to its letter.

    >>> plain("KIRMIZI ELBİSE"), plain("黒ワンピース"), plain("Größe 40")
    ('KIRMIZI ELBiSE', '黒 ワンピース', 'Größe 40')
    """
    return text if text.isascii() else japanese.spaced(arabic.plain(text)).replace("İ", "i")


def bare(word: str) -> str:
    """A word in lower case as it is looked up: Arabic as ``arabic.bare``, a dotless *ı* as *i*, which capitals do not tell apart."""
    return word if word.isascii() else arabic.bare(word).replace("ı", "i")
