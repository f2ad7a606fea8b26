"""What the status of an order says: that it was cancelled, refunded, returned or failed, or that it stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from models.datasets.feeds.words import bare, plain_name

STATUS: Final = (
    *("order_status", "status", "state", "order_state", "financial_status", "payment_status", "current_state", "current_status"),
    *("id_order_state", "order_state_name", "osname", "status_of_order", "order_current_state"),
    *("order_state_id", "order_state_technical_name", "state_machine_state_technical_name", "statemachinestate_technicalname"),
    *("state_machine_state_name", "statemachinestate_name"),
    *("bestellstatus", "auftragsstatus", "zahlungsstatus", "status_der_bestellung", "status_des_auftrags", "bestellungsstatus"),
    *("etat", "état", "statut", "etat_commande", "état_commande", "statut_commande", "etat_de_la_commande", "état_de_la_commande"),
    *("statut_de_la_commande", "etat_actuel", "état_actuel", "estado", "estado_pedido", "estado_del_pedido", "estado_actual"),
    *("stato", "stato_ordine", "stato_dell_ordine", "stato_attuale", "bestelstatus", "orderstatus", "status_bestelling", "huidige_status"),
    *("durum", "durumu", "sipariş_durumu", "siparis_durumu", "statü", "sipariş_statüsü", "ödeme_durumu"),
    *("status_do_pedido", "situação", "situacao", "situação_do_pedido", "status_do_pagamento", "estado_do_pedido", "status_zamówienia"),
    *("stan_zamówienia", "status_płatności", "beställningsstatus", "betalstatus", "betalningsstatus", "ordrestatus", "betalingsstatus"),
    *("ステータス", "注文ステータス", "受注ステータス", "注文状況", "注文状態", "受注状態", "処理状況", "対応状況", "状態"),
)
_CANCELLED_AT: Final = ("cancelled_at", "canceled_at")
STATUS_NAMES: Final = (*STATUS, *_CANCELLED_AT)
_PRESTASHOP: Final = ("current_state", "id_order_state")
"""Columns of PrestaShop, which may tell its own statuses by their numbers."""
_MAGENTO: Final = ("increment_id", "qty_ordered")
"""Columns of Magento, in whose statuses *closed* is refunded; elsewhere it may be done."""
_NUMBERED: Final = {"6": "cancelled", "7": "refunded", "8": "failed", **dict.fromkeys(("1", "2", "3", "4", "5", "9", "10", "11", "12"), "")}
_ENDS: Final = {
    "cancelled": "cancelled canceled voided storniert abgebrochen annulliert annulé annulée cancelado cancelada anulado anulada annullato "
    "annullata cancellato cancellata stornato geannuleerd anulowane anulowany anulowana anulowano avbruten avbrutet avbrutna makulerad "
    "makulerat annullerad annullerat avbeställd annulleret annullert kansellert",
    "refunded": "refunded erstattet rückerstattet rueckerstattet zurückerstattet zurückgebucht rückgebucht teruggeboekt remboursé "
    "remboursée reembolsado reembolsada rimborsato rimborsata terugbetaald estornado estornada zrefundowane refundowane återbetald "
    "återbetalad återbetalat krediterad "
    "krediteret kreditert refunderet refundert tilbagebetalt tilbakebetalt",
    "returned": "returned retourniert zurückgesendet zurückgeschickt reklamiert retourné retournée devuelto devuelta restituito restituita "
    "geretourneerd teruggestuurd devolvido devolvida zwrócone zwrócony zwrócona zwrócono returnerad returnerat returnerade returneret "
    "returnert",
    "failed": "failed declined refused denied expired rejected fraud abandoned trash draft fehlgeschlagen abgelehnt abgelaufen "
    "entwurf zahlungsfehler echec échec échoué échouée refusé refusée rejeté rejetée expiré expirée abandonné abandonnée brouillon "
    "fallido fallida rechazado rechazada caducado caducada abandonado borrador fallito fallita rifiutato rifiutata scaduto scaduta "
    "abbandonato bozza mislukt geweigerd afgewezen verlopen betaalfout betalingsfout "
    "recusado recusada negado negada rascunho falhou odrzucone odrzucona odrzucony nieudane nieudana nieudany wygasłe misslyckad "
    "misslyckat "
    "misslyckades nekad avvisad mislykket mislykkedes avvist utkast "
    "reddedildi başarısız taslak 失敗 期限切れ 無効 不成立 拒否 却下 下書き",
}
_SAID: Final = {end: f"lines of {end} orders" for end in (*_ENDS, "held", "unpaid")}
_OF_MAGENTO: Final = {
    **dict.fromkeys(("closed", "paypal_reversed"), _SAID["refunded"]),
    **dict.fromkeys(("holded", "on_hold"), _SAID["held"]),
    **dict.fromkeys(("pending_payment", "pending_paypal", "payment_review"), _SAID["unpaid"]),
}
_GONE: Final = {bare(word): _SAID[end] for end, words in _ENDS.items() for word in words.split()}
_END_NOUNS: Final = {
    "cancelled": "cancel cancellation void storno stornierung annulation anulación cancelación annullamento annulering iptal iptali "
    "cancelamento anulowanie makulering annullering avbokning kansellering キャンセル 取消 取消し 取り消し",
    "refunded": "refund chargeback erstattung rückerstattung rückbuchung contracargo terugboeking remboursement reembolso rimborso "
    "terugbetaling estorno återbetalning kreditering refusion tilbagebetaling geri 返金 払戻 払戻し 払い戻し",
    "returned": "return retoure rücksendung rückgabe retour devolución reso devolução zwrot retur iade iadesi 返品",
    "failed": "failure error fehler erreur errore fout hata hatası エラー",
}
_NOUNS: Final = {bare(word): _SAID[end] for end, words in _END_NOUNS.items() for word in words.split()}
"""Words that tell an end only where nothing else is said but that it is done: a refund may be asked for."""
_REFUSED: Final = frozenset((*map(bare, _ENDS["failed"].split()), "abgebrochen"))
_STEMS: Final = {end: tuple(bare(word) for word in words.split()) for end, words in _ENDS.items()}
_DONE_WORDS: Final = (
    "done complete completed processed issued full fully total totale complet complète effectué effectuée terminé terminée erfolgt "
    "durchgeführt abgeschlossen vollständig realizado realizada efectuado efectuada completado completada completo effettuato effettuata "
    "completato completata completo uitgevoerd voltooid verwerkt volledig "
    "of order orders payment in the commande paiement de la le du des lors bestellung auftrag zahlung bezahlung bei der des pedido pago "
    "del en el ordine pagamento di dell nel bestelling betaling bij van "
    "concluído concluída realizada do da no na pelo pela compra cliente środków zamówienia zamówienie towaru płatności klienta przez "
    "mottagen mottaget registrerad genomförd slutförd order köp betalning kund av mottatt modtaget gennemført ordre "
    "edildi oldu olundu yapıldı ödendi tamamlandı alındı onaylandı sipariş siparişi ödeme ödemesi para ücret bedeli ürün tarafından "
    "satıcı müşteri alıcı "
    "済 済み ずみ 完了 処理 した しました された されました 注文 受注 商品 代金 決済 支払 支払い お客様 店舗 都合 による の は が を"
)
_DONE: Final = frozenset(map(bare, _DONE_WORDS.split()))
_PARTLY_WORDS: Final = (
    "partial partially partly not no nicht non teil teilweise partiel partielle partiellement parcial parcialmente parziale parzialmente "
    "parcialmente não częściowo częściowy częściowa nie delvis delvist inte ej ikke gedeeltelijk gedeeltelijke kısmi kısmen değil yok 一部 "
    "部分 なし 無し 不可"
)
_STANDS_WORDS: Final = (
    "completed complete processing processed pending hold holded paid unpaid shipped delivered dispatched fulfilled unfulfilled sent open "
    "new authorized authorised confirmed accepted approved invoiced review awaiting ready done success successful placed received active "
    "preparation preparing prepared progress transit outstanding backorder collected "
    "abgeschlossen fertiggestellt erledigt bezahlt versendet versandt verschickt geliefert zugestellt offen neu bearbeitung ausstehend "
    "wartestellung bestätigt teilerstattet teilstorniert akzeptiert angenommen eingegangen ausgeliefert abgeholt unterwegs vorbereitung "
    "versandfertig erwartet "
    "terminée terminé cours attente livré livrée livrés expédié expédiée envoyé envoyée payé payée accepté acceptée préparation préparé "
    "préparée validé validée confirmé confirmée reçu reçue traité traitée traitement facturé facturée autorisation "
    "completado completada procesando pendiente espera enviado enviada entregado entregada pagado pagada aceptado aceptada preparación "
    "preparado aprobado aprobada confirmado confirmada recibido recibida proceso facturado "
    "completato completata lavorazione sospeso attesa spedito spedita consegnato consegnata pagato pagata accettato accettata preparazione "
    "confermato confermata ricevuto ricevuta evaso elaborazione "
    "afgerond voltooid behandeling wachtend verzonden geleverd bezorgd betaald aanvaard geaccepteerd voorbereiding bevestigd ontvangen "
    "verwerking afwachting onderweg "
    "entregue enviado enviada pago paga aprovado aprovada confirmado trânsito separação faturado aguardando processando concluído "
    "concluída pendente despachado recebido "
    "wysłane wysłano wysłany zrealizowane zrealizowano dostarczone opłacone opłacono przyjęte realizacji realizowane przygotowane "
    "zakończone oczekujące oczekuje potwierdzone spakowane odebrane skompletowane przetwarzane doręczone nowe "
    "behandlas skickad skickat levererad levererat betald betalat slutförd klar packad bekräftad mottagen plockas pågående väntar avslutad "
    "hämtad leveret sendt betalt afsluttet fuldført behandling levert fullført bekreftet "
    "tamamlandı teslim kargoda kargolandı kargoya gönderildi hazırlanıyor hazırlandı hazır onaylandı onay işleniyor işlemde alındı "
    "bekliyor bekleniyor beklemede beklenen ödendi faturalandı yeni yolda dağıtımda tedarik "
    "完了 発送 出荷 配送 配達 処理 新規 入金 支払 支払い 受付 受注 注文 準備 保留 確認 対応 未 待ち 済 済み お届け 到着 引当 予約"
)
_PARTLY: Final = frozenset(map(bare, _PARTLY_WORDS.split()))
_STANDS: Final = frozenset(map(bare, _STANDS_WORDS.split()))
_ANYWHERE_WORDS: Final = (
    "open new hold review ready done success successful placed active complete progress collected full neu offen cours espera "
    "pago paga nowe klar yeni hazır onay 新規 完了 準備 予約 未 済 済み"
)
_ANYWHERE: Final = frozenset(map(bare, _ANYWHERE_WORDS.split()))
"""What also stands in columns that say nothing of an order, such as the condition of a piece."""
_JAPANESE: Final = [word for word in {*_GONE, *_NOUNS, *_DONE, *_PARTLY, *_STANDS} if re.match("[ぁ-ヿ一-鿿]", word)]
_UNSPACED: Final = re.compile(f"({'|'.join(sorted(_JAPANESE, key=len, reverse=True))})")
"""Words of a language that leaves no blank between them, the longest first."""
_MOST_WORDS: Final = 8
"""Words of a status: more are a remark."""


def end_of(values: Mapping[str, Any]) -> str | None:
    """What a line of an order that was cancelled, refunded, returned or failed is counted as; None where the order stands.

    Of Magento's also one that is on hold or was not paid.

    >>> end_of({"order_status": "wc-cancelled"}), end_of({"status": "Payment failed"}), end_of({"status": "Partially refunded"})
    ('lines of cancelled orders', 'lines of failed orders', None)
    >>> end_of({"status": "closed", "increment_id": "100"}), end_of({"status": "closed"})
    ('lines of refunded orders', None)
    """
    if any(values.get(name) for name in _CANCELLED_AT):
        return _GONE["cancelled"]
    return next((said for _, _, said in _told(values) if said), None)


def unknown_status(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Column and value of each status of a line none of whose statuses is known.

    >>> list(unknown_status({"state": "CA", "sku": "A"})), list(unknown_status({"state": "CA", "order_status": "completed"}))
    ([('state', 'CA')], [])
    """
    told = list(_told(values))
    return iter([(name, text) for name, text, _ in told] if all(said is None for *_, said in told) else ())


def ends_named(words: Collection[str]) -> Iterator[str]:
    """Which ends of orders bare words name: cancelled, refunded, returned; also in another form, as in *stornierte Menge*.

    >>> list(ends_named(["qty", "refunded"])), list(ends_named(["stornierte", "menge"])), list(ends_named(["refund", "quantity"]))
    (['refunded'], ['cancelled'], ['refunded'])
    """
    for end in _END_NOUNS.keys() - {"failed"}:
        if any(word.startswith(_STEMS[end]) or _NOUNS.get(word) == _SAID[end] for word in words):
            yield end


def words_apart(text: str) -> list[str]:
    """The words of a bare text, also of Japanese, as far as they are known.

    >>> words_apart("order_cancelled"), words_apart("注文取消済み")
    (['order', 'cancelled'], ['注文', '取消', '済み'])
    """
    return [word for part in text.split("_") for word in _UNSPACED.split(part) if word]


def _told(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Each status of a line: its column, what it says, and what the line is counted as, as ``_said`` has it."""
    own = _OF_MAGENTO if any(name in values for name in _MAGENTO) else {}
    for name in STATUS:
        if text := str(values.get(name) or "").strip():
            yield name, text, own.get(plain_name(text)) or _said_by(name, text)


def is_status(text: str) -> bool:
    """Whether a text tells the status of an order, whatever its column is called.

    >>> is_status("Paiement accepté"), is_status("Annulé"), is_status("new"), is_status("no")
    (True, True, False, False)
    """
    words = _words(text)
    return len(words) <= _MOST_WORDS and _said(text) is not None and not set(words) <= _ANYWHERE | _PARTLY


def is_end(text: str) -> bool:
    """Whether a text says that an order is none any more.

    >>> is_end("Commande annulée"), is_end("Remboursement demandé"), is_end("Livré")
    (True, False, False)
    """
    return len(_words(text)) <= _MOST_WORDS and bool(_said(text))


def _words(text: str) -> list[str]:
    return words_apart(plain_name(bare(text)).removeprefix("wc_"))


def _said_by(name: str, text: str) -> str | None:
    """As ``_said``; also of a number, where the column is PrestaShop's."""
    if name in _PRESTASHOP and (end := _NUMBERED.get(text)) is not None:
        return _SAID.get(end, "")
    return _said(text)


@lru_cache(maxsize=4_096)
def _said(text: str) -> str | None:
    """What lines of it are counted as; nothing where the order stands, None where that is not known."""
    words = _words(text)
    if not _PARTLY.isdisjoint(words):
        return ""
    nouns = [_NOUNS[word] for word in words if word in _NOUNS]
    gone = next((word for word in words if word in _GONE), None)
    if gone and not (nouns and gone in _REFUSED):  # a refund that was refused is none
        return _GONE[gone]
    if nouns:
        return nouns[0] if _DONE.issuperset(word for word in words if word not in _NOUNS) else None
    return None if _STANDS.isdisjoint(words) else ""
