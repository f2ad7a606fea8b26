"""Two public catalogues as they are published: H&M's ``articles.csv`` and Fashion Product Images' ``styles.csv``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from models.datasets.feeds.layouts.base import LEFT_OUT, Layout, draft_by
from models.datasets.feeds.records import Draft, Records
from models.datasets.urls import is_url

_HM: Final = {
    "article_id": "id",
    "product_code": "group_id",
    "prod_name": "title",
    "product_group_name": "category",
    "product_type_name": "subcategory",
    "graphical_appearance_name": "attributes.pattern",
    "colour_group_name": "attributes.color",
    "perceived_colour_master_name": "attributes.colour_master",
    "department_name": "attributes.department_name",
    "index_group_name": "attributes.department",  # "Menswear"; the department's name is "Jersey Basic"
    "section_name": "attributes.section",
    "garment_group_name": "attributes.garment_group",
}
_DIGITS: Final = 10
_STYLES: Final = {
    "id": "id",
    "gender": "attributes.gender",
    "mastercategory": "attributes.master_category",
    "subcategory": "category",
    "articletype": "subcategory",
    "basecolour": "attributes.color",
    "season": "attributes.season",
    "year": "attributes.year",
    "usage": "attributes.usage",
    "productdisplayname": "title",
    "image": "image",
    "filename": LEFT_OUT,
    "link": "image",
}


def _hm(records: Records, root: Path) -> Iterator[Draft]:
    """Pictures lie in ``images/010/0108775015.jpg``, where they were fetched as well."""
    pictures = (root / "images").is_dir()
    for record in records():
        draft = draft_by(_HM, record)
        item = str(draft.values.get("id", ""))
        if pictures and item:
            name = item.zfill(_DIGITS) if item.isdecimal() else item  # without zeros where pandas has written the file
            draft.values["image"] = f"images/{name[:3]}/{name}.jpg"
        yield draft


def _styles(records: Records, root: Path) -> Iterator[Draft]:
    """Pictures lie in ``images/15970.jpg``, where they were fetched as well."""
    pictures = (root / "images").is_dir()
    for record in records():
        draft = draft_by(_STYLES, record)
        if pictures and "id" in draft.values:
            draft.values["image"] = f"images/{draft.values['id']}.jpg"
        elif not is_url(str(draft.values.get("image", ""))):
            draft.values.pop("image", None)
        yield draft


HM: Final = Layout("H&M articles.csv", lambda names: {"article_id", "prod_name", "product_group_name"} <= names, _hm)
STYLES: Final = Layout(
    "Fashion Product Images styles.csv",
    lambda names: {"id", "mastercategory", "productdisplayname"} <= names,
    _styles,
    spill="productdisplayname",
)
