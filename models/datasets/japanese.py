"""Japanese, which has no spaces, in words: letters of full and half width are one, and what is known is parted from what stands beside it.

What a word ends in says what it is, so words are parted from the end on, the longest first: *スキニーデニムパンツ* are *パンツ*.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from models.datasets.garments_japanese import WORDS
from models.datasets.kin import JAPANESE as KIN

ANY: Final = "[\u3005\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]"
"""A letter; also any of full or half width."""
GIFTS: Final = "プレゼント ギフト 贈り物"
OCCASIONS: Final = "オフィス 仕事 通勤 面接 ビジネス 結婚式 披露宴 パーティー 飲み会 クリスマス ジム 運動 スポーツ ビーチ 海 プール 海水浴"
YEARS: Final = "歳 才 ヶ月 か月 カ月"
PEOPLE: Final[Mapping[str, str]] = {
    "women adult": "レディース 女性 女性用 婦人 ウィメンズ ウーマン",
    "men adult": "メンズ 男性 男性用 紳士",
    "women baby+child": "女の子 ガールズ 女児",
    "men baby+child": "男の子 ボーイズ 男児",
    "men+women child": "キッズ 子供 子ども こども 子供用 ジュニア",
    "men+women baby": "ベビー 赤ちゃん ベビー用",
    "men+women adult+baby+child": "ユニセックス 男女兼用",
}
"""A label of ``audience``, and the words of it."""
COLOURS: Final = """
black | ブラック/黒/黒い/黒色/くろ
white | ホワイト/白/白い/白色/しろ
grey | グレー/灰色/グレイ
blue | ブルー/青/青い/青色
navy navy-blue | ネイビー/紺/紺色
red | レッド/赤/赤い/赤色
green | グリーン/緑/緑色
yellow | イエロー/黄色/黄色い
orange | オレンジ/橙色
pink | ピンク/桃色
purple | パープル/紫/紫色
brown | ブラウン/茶/茶色/茶色い
beige | ベージュ
cream ecru | アイボリー/生成り/クリーム
gold | ゴールド/金色
silver | シルバー/銀色
burgundy | ボルドー/えんじ
khaki | カーキ
"""
CLOTHS: Final = """
leather | レザー/革/本革
suede | スエード/スウェード
linen | リネン/麻
cotton | コットン/綿/木綿
wool | ウール/羊毛
silk | シルク/絹
cashmere | カシミヤ/カシミア
velvet | ベルベット/ベロア
lace | レース
satin | サテン
"""
PATTERNS: Final = """
striped | ストライプ/ボーダー/縞
checked | チェック/チェック柄
floral | 花柄/フラワー
polka-dot | ドット/水玉
plain | 無地
"""
TURNING: Final = (
    "以外 なし 無し じゃない ではない でない ではなく じゃなく じゃなくて 抜き ぬき 除く のない くない はいらない いらない 不要 "
    "はいや 嫌 嫌い 除外 避けたい 避けて"
)
"""What turns what stands before it."""
OF_NO_MEANING: Final = "の で が を は と や か に も な から まで へ ください ほしい 欲しい 探しています 服 色"
"""What joins words, or asks."""
SIZES: Final = "サイズ"
_PRICES: Final = "安い 高い 高級 より 円 万 千 以下 以内 以上 未満 台 くらい ぐらい 前後"
_TABLES: Final = f"{COLOURS} {CLOTHS} {PATTERNS}".replace("/", " ")
_OTHERS: Final = (_TABLES, TURNING, OF_NO_MEANING, SIZES, _PRICES, KIN, GIFTS, YEARS, OCCASIONS, "または")
_KNOWN: Final = frozenset(" ".join((*WORDS.values(), *PEOPLE.values(), *_OTHERS)).split())
_ANY: Final = re.compile(ANY)
_UNSPACED: Final = re.compile(f"{ANY}|[\u0e00-\u0e7f\uac00-\ud7a3]")
"""Likewise, or one of Thai or Korean."""
_LETTER: Final = "[\u3005\u3040-\u30ff\u3400-\u9fff]"
_RUN: Final = re.compile(rf"(?:(?<![A-Za-z])[A-Za-z])?{_LETTER}+")
"""Letters without a space, and one of Latin before them: a T-shirt."""


def spaced(text: str) -> str:
    """A text with its known words parted; of others itself.

    >>> spaced("黒いワンピース"), spaced("スキニーデニムパンツ"), spaced("白のＴｼｬﾂ"), spaced("ヒール以外"), spaced("Größe")
    ('黒い ワンピース', 'スキニー デニムパンツ', '白 の Tシャツ', 'ヒール 以外', 'Größe')
    """
    if not _ANY.search(text):
        return text
    text = unicodedata.normalize("NFKC", text)

    def parted(run: re.Match[str]) -> str:
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        return " " * (before.isalpha() and not _ANY.match(before)) + " ".join(_parts(run.group())) + " " * after.isalnum()

    return _RUN.sub(parted, text)


def as_written(words: str, text: str) -> str:
    """The part of a text that was read as these words; of other texts the words.

    >>> as_written("黒い ワンピース", "赤と黒いﾜﾝﾋﾟｰｽ"), as_written("black", "black dress")
    ('黒いﾜﾝﾋﾟｰｽ', 'black')
    """
    if not _UNSPACED.search(text):
        return words
    letters = [(one, at) for at, letter in enumerate(text) for one in _letters(letter)]
    sought = _letters(words)
    first = "".join(one for one, _ in letters).find(sought)
    return text[letters[first][1] : letters[first + len(sought) - 1][1] + 1] if sought and first >= 0 else words


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)).split())


def _parts(run: str) -> list[str]:
    """The known words of a run of letters and what is between them, from its end on; what is not known ends where the script changes."""
    parts, unknown = list[str](), ""
    while run:
        at = next((at for at in range(len(run)) if run[at:].lower() in _KNOWN), None) if _borders(run, unknown) else None
        if at is None:
            run, unknown = run[:-1], run[-1] + unknown
            continue
        parts += [*filter(None, [unknown]), run[at:]]
        run, unknown = run[:at], ""
    return [*filter(None, [unknown]), *parts[::-1]]


def _borders(run: str, unknown: str) -> bool:
    return not unknown or _script(run[-1]) != _script(unknown[0])


def _script(letter: str) -> str:
    """Hiragana, katakana, kanji, Latin: the first word of what Unicode calls a letter."""
    return "KATAKANA" if letter == "ー" else unicodedata.name(letter, "").partition(" ")[0]
