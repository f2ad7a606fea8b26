"""What Japanese calls the commonest garments, beside their English words, as ``abroad`` has other languages.

A slash stands before the same word in another script, or another word for the same. Colours and cloths are in ``models.datasets.japanese``.
"""

from __future__ import annotations

from typing import Final

GARMENTS: Final = """
dress | ワンピース/ワンピ/わんぴーす ドレス
shoe | シューズ/靴/くつ
heel high-heel | ヒール/ハイヒール パンプス
sneaker | スニーカー/運動靴
boot | ブーツ
sandal | サンダル
loafer | ローファー
flat | フラットシューズ バレエシューズ
leather-shoe | 革靴
coat | コート
jacket | ジャケット
outerwear | アウター/上着
vest | ベスト
jumper | セーター ニット
cardigan | カーディガン
hoodie | パーカー/パーカ
shirt | シャツ ワイシャツ
blouse | ブラウス
t-shirt | tシャツ/ティーシャツ
top | トップス
skirt | スカート
trouser | パンツ/ズボン
jean | ジーンズ/ジーパン/デニムパンツ デニム
short | ショートパンツ/ハーフパンツ
suit | スーツ
jumpsuit | オールインワン ジャンプスーツ
bag | バッグ/鞄/かばん/カバン
backpack | リュック/リュックサック
tote | トートバッグ/トート
belt | ベルト
scarf | マフラー スカーフ ストール
hat | 帽子/ハット
cap | キャップ
glove | 手袋/グローブ
earring | イヤリング ピアス
necklace | ネックレス
bracelet | ブレスレット
ring | 指輪/リング
jewellery | アクセサリー ジュエリー
watch | 腕時計/時計
sunglass | サングラス
sock | 靴下/ソックス/くつした
tie | ネクタイ
swimsuit | 水着
pyjama | パジャマ
wallet | 財布/ウォレット
"""
