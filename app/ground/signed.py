"""What a shop's server says of a shopper where anybody could say it: a signature of the ``user``, by a secret that no page has."""

from __future__ import annotations

import hashlib
import hmac


def signature_of(user: str, secret: str) -> str:
    """HMAC-SHA256 of a shopper's id in UTF-8, in hexadecimal; the secret is ``ATTIRE_KEYS__SHOPPERS``.

    >>> signature_of("u1", "a secret of the shop's server")[:16]
    'efe4cd639e9853e6'
    """
    return hmac.new(secret.encode(), _bytes(user), hashlib.sha256).hexdigest()


def is_signature_of(user: str, secret: str, signature: str) -> bool:
    """Whether the shop signed this shopper, in a time that does not tell how nearly."""
    return hmac.compare_digest(_bytes(signature_of(user, secret)), _bytes(signature.lower()))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # JSON may carry half a character
