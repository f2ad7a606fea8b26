"""What the status of an order says: that it was cancelled, refunded, returned or failed, or that it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from models.datasets.feeds.words import plain_name

STATUS: Final = (
    *("order_status", "status", "state", "order_state", "financial_status", "payment_status"),
    *("bestellstatus", "auftragsstatus", "zahlungsstatus"),
)
_CANCELLED_AT: Final = ("cancelled_at", "canceled_at")
STATUS_NAMES: Final = (*STATUS, *_CANCELLED_AT)
_ENDS: Final = {
    "cancelled": "cancelled canceled voided storniert annulliert annulé annulée cancelado cancelada annullato geannuleerd",
    "refunded": "refunded erstattet rückerstattet rueckerstattet zurückerstattet remboursé remboursée reembolsado rimborsato terugbetaald",
    "returned": "returned retourniert zurückgesendet zurückgeschickt retourné retournée devuelto geretourneerd",
    "failed": "failed declined denied expired rejected fraud abandoned trash draft fehlgeschlagen abgelehnt abgebrochen entwurf echec "
    "échec échoué échouée fallido fallito mislukt",
}
_GONE: Final = {word: f"lines of {end} orders" for end, words in _ENDS.items() for word in words.split()}
_NOUNS: Final = {
    **dict.fromkeys(("cancel", "cancellation", "void", "storno", "stornierung"), _GONE["cancelled"]),
    **dict.fromkeys(("refund", "erstattung", "rückerstattung"), _GONE["refunded"]),
    **dict.fromkeys(("return", "retoure"), _GONE["returned"]),
    **dict.fromkeys(("failure", "error"), _GONE["failed"]),
}
"""Words that tell an end only where they stand alone: a refund may be asked for."""
_PARTLY_WORDS: Final = "partial partially partly not no nicht non teil teilweise partiellement parcialmente gedeeltelijk"
_STANDS_WORDS: Final = (
    "completed complete processing processed pending hold holded paid unpaid shipped delivered dispatched fulfilled unfulfilled sent open "
    "new authorized authorised confirmed accepted approved invoiced review awaiting ready done success successful placed received active "
    "abgeschlossen fertiggestellt erledigt bezahlt versendet versandt verschickt geliefert zugestellt offen neu bearbeitung ausstehend "
    "wartestellung bestätigt teilerstattet teilstorniert terminée terminé cours attente completado procesando pendiente espera completato "
    "lavorazione sospeso attesa afgerond voltooid behandeling wachtend"
)
_PARTLY: Final = frozenset(_PARTLY_WORDS.split())
_STANDS: Final = frozenset(_STANDS_WORDS.split())


def end_of(values: Mapping[str, Any]) -> str | None:
    """What a line of an order that was cancelled, refunded, returned or failed is counted as; None where the order stands.

    >>> end_of({"order_status": "wc-cancelled"}), end_of({"status": "Payment failed"}), end_of({"status": "Partially refunded"})
    ('lines of cancelled orders', 'lines of failed orders', None)
    """
    if any(values.get(name) for name in _CANCELLED_AT):
        return _GONE["cancelled"]
    return next((said for _, text in _told(values) if (said := _said(text))), None)


def unknown_status(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Column and value of each status of a line none of whose statuses is known.

    >>> list(unknown_status({"state": "CA", "sku": "A"})), list(unknown_status({"state": "CA", "order_status": "completed"}))
    ([('state', 'CA')], [])
    """
    told = list(_told(values))
    return iter(told if all(_said(text) is None for _, text in told) else ())


def _told(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((name, text) for name in STATUS if (text := str(values.get(name) or "").strip()))


@lru_cache(maxsize=4_096)
def _said(text: str) -> str | None:
    """What lines of it are counted as; nothing where the order stands, None where that is not known."""
    words = plain_name(text).removeprefix("wc_").split("_")
    if not _PARTLY.isdisjoint(words):
        return ""
    if gone := next((_GONE[word] for word in words if word in _GONE), None):
        return gone
    if not _NOUNS.keys().isdisjoint(words):
        return _NOUNS.get("_".join(words))
    return None if _STANDS.isdisjoint(words) else ""
