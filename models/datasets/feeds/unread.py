"""Which fields a layout reads of a feed, and which columns it does not: found by reading its first records without each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from models.datasets.feeds.layouts.base import Layout
from models.datasets.feeds.recognise import Feed
from models.datasets.feeds.records import Draft, Record

_SEEN: Final = 200


def first_of(feed: Feed) -> list[Record]:
    """The first records of a feed."""
    return list(islice((record for record in feed.records(Counter()) if isinstance(record, Record)), _SEEN))


def read_of(records: Sequence[Record], layout: Layout, feed: Feed) -> set[str]:
    """The fields, and ``attributes.NAME``, that a layout reads of these records."""
    drafts = _drafts(records, layout, feed)
    fields = {field for draft in drafts for field, value in draft.values.items() if value not in (None, "", [])}
    return fields | {f"attributes.{name}" for draft in drafts for name in draft.attributes}


def unread(records: Sequence[Record], layout: Layout, feed: Feed) -> list[str]:
    """The columns without which the items of these records would be the same, but for what passes through under their own names."""
    names = dict.fromkeys(name for record in records for name in record.values)
    whole = _drafts(records, layout, feed)

    def same(name: str) -> bool:
        less = [Record(record.line, {one: cell for one, cell in record.values.items() if one != name}) for record in records]
        return _drafts(less, layout, feed, name) == [_without(draft, name) for draft in whole]

    return [name for name in names if same(name)]


def _drafts(records: Sequence[Record], layout: Layout, feed: Feed, name: str = "") -> list[Draft]:
    return [_without(draft, name) for draft in layout.drafts(lambda: iter(records), feed.path.parent)]


def _without(draft: Draft, name: str) -> Draft:
    """A draft without what passes through under this name, and without what its record says."""
    return replace(draft, said=(), extras={one: value for one, value in draft.extras.items() if one != name})
