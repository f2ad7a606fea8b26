"""All layouts, the most telling first."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from models.datasets.feeds.layouts.base import Layout
from models.datasets.feeds.layouts.ebay import EBAY
from models.datasets.feeds.layouts.magento import MAGENTO
from models.datasets.feeds.layouts.merchant import MERCHANT
from models.datasets.feeds.layouts.own import OWN, TARGETS
from models.datasets.feeds.layouts.prestashop import PRESTASHOP
from models.datasets.feeds.layouts.public import HM, STYLES
from models.datasets.feeds.layouts.schema_org import SCHEMA_ORG
from models.datasets.feeds.layouts.shopify import SHOPIFY
from models.datasets.feeds.layouts.shopware import SHOPWARE
from models.datasets.feeds.layouts.woocommerce import WOOCOMMERCE
from models.datasets.feeds.words import plain_name

_TELLING: Final = (
    "handle sku name type vendor categories regular_price product_type google_product_category description article_id prod_name "
    "mastercategory productdisplayname attribute_set_code additional_image_links product_number productnumber parent_id price_gross"
)
LAYOUTS: Final = (SHOPIFY, MAGENTO, SHOPWARE, HM, STYLES, *WOOCOMMERCE, PRESTASHOP, SCHEMA_ORG, OWN, EBAY, MERCHANT)
KNOWN: Final = frozenset(_TELLING.split()) | {*TARGETS}
"""Names of columns by which separators are told apart."""


def layout_of(names: Iterable[str]) -> Layout | None:
    """The layout whose columns these are, as ``plain_name`` has them; None where they are no known one's."""
    columns = frozenset(names)
    return next((layout for layout in LAYOUTS if layout.fits(columns)), None)


@lru_cache(maxsize=65_536)
def key_of(name: str) -> str:
    """A name of JSON as the layouts know it; any other as it stands."""
    plain = plain_name(name)
    return plain if plain in KNOWN else name
