"""Which of the old encodings a text is in, of one byte a letter or two: a guess, by the alphabets of languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from charset_normalizer import from_bytes

_ICELANDIC: Final = "áðéíóúýþæö"
_OF_ICELANDIC: Final = ("ðýþ", "áéíóúæ")
"""Its letters whose bytes are Turkish ones in cp1254 (ğış), and those that come about as often, of which Turkish has none."""
_WESTERN: Final = (
    "äöüß",
    "àâæçéèêëîïôùûüœ",
    "áéíñóúüºª",
    "áâãàçéêíóôõúºª",
    "åäöæøé",
    "àèéìíîòóùúºª",
    "áéëèïíóöüú",
    _ICELANDIC,
)
_CENTRAL: Final = ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
_ALPHABETS: Final[Mapping[str, tuple[str, ...]]] = {
    "cp1252": _WESTERN,
    "cp1254": ("âçğîıöşüû",),
    "cp1250": _CENTRAL,
    "mac_roman": _WESTERN,
}
"""What each language has beside ASCII, by the encodings that it is written in; the first is taken where nothing speaks for another."""
_OTHER_SCRIPTS: Final = ["cp1251", "cp1253", "cp932", "gb18030", "big5", "euc_kr", "koi8_r"]
_MARKS: Final = frozenset("’‘“”„–—…®™©°€²½×«»•·´\u00a0")  # noqa: RUF001 - beside letters of any language
_SEVERAL: Final = 3  # words
_CLEARLY: Final = 2  # letters more
_MANY: Final = 5  # times: a letter is usual from a fifth of others on
_IN_A_WORD: Final = 2  # letters, on average
_TOGETHER: Final = 1.7  # letters beyond ASCII in a row, on average: of Latin scripts 1.0 to 1.4
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_JAPANESE: Final = re.compile(r"[\u3041-\u30fe\u4e00-\u9fff]+")
_KANA: Final = re.compile(r"[\u3041-\u30fe]")
_WORD: Final = re.compile(r"[^\W\d_]{3,30}")


def guessed(sample: bytes) -> str:
    """The encoding of a text that is not UTF-8, as Python's codecs call it."""
    if japanese := next((name for name in ("cp932", "euc_jp") if _is_japanese(sample, name)), None):
        return japanese
    runs = _HIGH.findall(sample)
    if len(runs) >= _SEVERAL and sum(map(len, runs)) > _TOGETHER * len(runs):
        best = from_bytes(sample, cp_isolation=_OTHER_SCRIPTS, enable_fallback=False).best()
        if best is not None:
            return best.encoding
    scores = {name: _fits(sample, name) for name in _ALPHABETS}
    first, best_name = next(iter(scores)), max(scores, key=scores.__getitem__)
    return best_name if scores[best_name] > scores[first] + _CLEARLY else first


def words_of(sample: bytes, encoding: str, most: int = 3) -> tuple[str, ...]:
    """Some words by which a person sees whether the guess is right."""
    words = _WORD.findall(sample.decode(encoding, "replace"))
    return tuple(dict.fromkeys(word for word in words if not word.isascii()))[:most]


def _fits(sample: bytes, encoding: str) -> int:
    """How many of the signs beyond ASCII that touch a letter of it are of the language that most of them are of, less the others."""
    text = sample.decode(encoding, "replace").replace("İ", "ı").lower()
    near = re.findall(r"(?<=[a-z])[^\x00-\x7f]|[^\x00-\x7f](?=[a-z])", text)
    rare, usual = (sum(map(near.count, letters)) for letters in _OF_ICELANDIC)
    alphabets = [alphabet for alphabet in _ALPHABETS[encoding] if alphabet != _ICELANDIC or usual * _MANY >= rare]
    return max(sum(1 if sign in alphabet or sign in _MARKS else -1 for sign in near) for alphabet in alphabets)


def _is_japanese(sample: bytes, encoding: str) -> bool:
    """Whether it can be nothing else: every byte fits, and kana stand in words; other encodings have letters as these bytes, but alone."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    words = _JAPANESE.findall(text)
    letters, kana, high = sum(map(len, words)), len(_KANA.findall(text)), sum(not sign.isascii() for sign in text)
    return kana >= _SEVERAL and kana * _MANY >= high and letters >= _IN_A_WORD * len(words)
