"""Whether an item can be bought, as shops write it: words of availability, yes and no, quantities."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import dropwhile
from typing import Final

from models.datasets.feeds.bad import bad
from models.datasets.feeds.words import bare
from models.datasets.shown import shown

SAYS_YES: Final = "true t yes y 1 on ja j oui si sí sim да evet tak はい"
_YES_WORDS: Final = (
    f"{SAYS_YES} instock available availableforsale availabletoorder orderable instoreonly onlineonly "
    "limitedavailability limited limitedstock lowstock fewleft auflager vorrätig verfügbar sofortverfügbar lieferbar sofortlieferbar "
    "bestellbar sofortbestellbar enstock disponible disponibile disponível commandable ordinabile bestelbaar opvoorraad leverbaar "
    "beschikbaar disponibles encoredisponible nochverfügbar nochlieferbar letztestücke wenigestück geringerbestand niedrigerbestand "
    "dernièrespièces derniersarticles stocklimité stockfaible faiblestock quantitélimitée existencias mevcut var stokta stoktavar "
    "stoktamevcut satışta satıştavar azstok sınırlıstok sonürünler hemenkargoda "
    "在庫 在庫あり 在庫有 在庫有り あり 有 有り 在庫わずか 在庫僅か 残りわずか 残り僅か 販売中 即納 即日出荷 "
    "○ ◯ 〇 ◎ △ ✓ ✔ "  # noqa: RUF001 - as Japanese tables have it
    "emestoque disponivel dostępny dostępna dostępne wmagazynie nastanie ostatniesztuki małailość ilager finnsilager tillgänglig "
    "fåkvar fåilager pålager påfjernlager fåpålager tilgængelig tilgjengelig "
    "inmagazzino amagazzino prontaconsegna 有货 有貨 现货 現貨 在售 재고있음 판매중 구매가능 "
    "hayexistencias haystock eninventario enexistencia enexistencias "
    "conexistencias ultimasunidades últimasunidades stocklimitado ultimipezzi laatstestuks beperktevoorraad"
)
_NO_WORDS: Final = (
    "false f no n 0 off nein non não нет outofstock outstock stockout unavailable notavailable notinstock soldout discontinued preorder "
    "preordered preorderable presale backorder backordered onbackorder onorder madetoorder reserved ausverkauft nichtauflager "
    "nichtvorrätig nichtverfügbar rupturedestock enrupturedestock enrupture rupture horsstock épuisé indisponible nodisponible agotado "
    "esaurito esgotado indisponível uitverkocht vorbestellung vorbestellbar vorbestellt vorbestellen reserviert bestellt aufbestellung "
    "précommande enprécommande précommandé précommandable surcommande encommande preventa enpreventa reservado reservable bajopedido "
    "porencargo encargable preordine inpreordine preordinabile prenotabile suordinazione inarrivo prevendita "
    "voorbestelling voorbestelbaar vooruitbestelbaar voorverkoop opbestelling inbestelling gereserveerd "
    "stocképuisé enréapprovisionnement réapprovisionnement bientôtdisponible "
    "nostock comingsoon vergriffen demnächstverfügbar "
    "hayır yok stoktayok stokyok stoğuyok mevcutdeğil tükendi tükenmiş stoktükendi stoklartükendi önsipariş önsatış siparişüzerine yakında "
    "yakındastokta yakındagelecek satışdışı satışakapalı "
    "在庫なし 在庫無し 在庫無 なし 無し 無 在庫切れ 在庫ぎれ 品切れ 欠品 売切 売切れ 売り切れ 完売 予約 予約中 予約受付中 予約商品 "
    "予約販売 取り寄せ 取寄せ 取寄 お取り寄せ お取寄せ 受注生産 入荷待ち 入荷予定 再入荷待ち 販売終了 販売停止 販売期間外 取扱終了 廃盤 "
    "いいえ × ✕ ✗ ✘ "  # noqa: RUF001 - likewise
    "não semestoque foradeestoque indisponivel sobencomenda emprévenda nie brak brakwmagazynie brakdostępności niedostępny niedostępna "
    "niedostępne wyprzedany wyprzedane nazamówienie przedsprzedaż chwilowoniedostępny nej nei slut slutilager slutsåld tillfälligtslut "
    "ejilager beställningsvara förhandsbokning kommersnart udsolgt utsolgt bestillingsvare "
    "无货 無貨 缺货 缺貨 售罄 售完 下架 已下架 预售 預售 품절 재고없음 일시품절 판매중지 예약판매 진열안함 "
    "sepuedereservar porpedido bajopedido sininventario noinventario "
    "sinstock agotada próximamente esaurita tijdelijkuitverkocht"
)
_NOT_WORDS: Final = "not no longer n nicht mehr kein keine non pas plus más ya sin più niet meer geen não fora sem nie już inte ej ikke"
_BESIDE_WORDS: Final = (
    "is ist est è currently temporarily derzeit aktuell momentan zurzeit vorübergehend actuellement momentanément temporairement "
    "está atualmente temporariamente jest aktualnie chwilowo obecnie är för närvarande tillfälligt er midlertidig midlertidigt "
    "actualmente temporalmente attualmente temporaneamente momenteel tijdelijk"
)
_COUNT_WORDS: Final = (
    "only just last left remaining in stock available items item pieces piece pcs units unit more than over "
    "il n en ne reste restent encore plus que de dernier derniers dernière dernières disponible disponibles pièce pièces article articles "
    "exemplaire exemplaires seulement nur noch mehr als auf lager verfügbar vorrätig lieferbar bestand stück stk artikel letzte "
    "solo sólo quedan queda más unidad unidades uds existencias últimas últimos di più rimasti rimasto disponibili ultimi ultimo pezzi "
    "pezzo pz nog slechts alleen meer dan op voorraad beschikbaar stuks "
    "apenas restam resta últimas unidade unidades unid un em estoque peça peças tylko zostało pozostało ostatnie szt sztuk sztuki sztuka w "
    "magazynie endast bara få kvar st styck i lager på kun tilbage igjen fler än mer "
    "son sadece yalnızca kaldı adet tane ürün stokta stok var 残り あと 在庫 在庫数 在庫あり 点 個 着 枚 点のみ 点限り"
)
"""What stands beside a number of pieces: *Plus que 2 en stock*, *nur noch 2*, *In stock (5)*."""
_YES: Final = frozenset(map(bare, _YES_WORDS.split()))
_NO: Final = frozenset(map(bare, _NO_WORDS.split()))
_NOT: Final = frozenset(map(bare, _NOT_WORDS.split()))
"""What stands before a word that says yes, where it says no: *nicht mehr lieferbar*, *plus disponible*."""
_BESIDE: Final = frozenset(map(bare, _BESIDE_WORDS.split()))
_COUNTS: Final = frozenset(map(bare, _COUNT_WORDS.split()))
_WORD: Final = re.compile(r"[^\W_]+|[○◯◎△✓✔×✕✗✘]")  # noqa: RUF001 - as above
_PIECES: Final = re.compile(r"\D*?(-?\d+)\D*")
_NOTHING: Final = frozenset({"", "na", "nan", "none", "null", "unknown"})
_USE: Final = "is neither true nor false; write true or false, a number of pieces, or a word such as in_stock"
_NUMBER: Final = re.compile(
    r"(>?)\s*([-+]?\d+(?:[.,]\d+)?)\s*\+?\s*(?:pcs|pieces|units?|items|stk|stück|st|pièces|pz|uds|szt|sztuk|un|unid|unidades)?\.?",
    re.IGNORECASE,
)


def read_stock(value: object) -> bool | None:
    """Whether there is some in stock; None where that is not told. What can only be ordered ahead is not.

    >>> read_stock("in stock"), read_stock("https://schema.org/OutOfStock"), read_stock(12), read_stock("0")
    (True, False, True, False)

    Raises:
        BadValueError: it says neither; says what to do.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value > 0
    if isinstance(value, str):
        return _read(value)
    return bad(f"{shown(value)} {_USE}")


@lru_cache(maxsize=4_096)
def _read(text: str) -> bool | None:
    if pieces := _NUMBER.fullmatch(text.strip()):
        return bool(pieces[1]) or float(pieces[2].replace(",", ".")) > 0
    words = _WORD.findall(bare(text).rpartition("schema.org/")[2])
    word = "".join(words)
    if word in _NOTHING:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    if (said := _with_words_before(words)) is not None:
        return said
    if (pieces := _PIECES.fullmatch(text)) and _COUNTS.issuperset(re.findall(r"[^\W\d_]+", bare(text))):
        return int(pieces[1]) > 0
    return bad(f"{shown(text)} {_USE}")


def _with_words_before(words: Sequence[str]) -> bool | None:
    """What words say of which the first deny the others, or say when: *aktuell nicht lieferbar*; None where the others say nothing."""
    rest = "".join(dropwhile((_NOT | _BESIDE).__contains__, words))
    if not _NOT.isdisjoint(words):
        return False if rest in _YES else None
    return rest in _YES if rest in _YES | _NO else None
