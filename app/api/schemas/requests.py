"""Bodies of requests: every field with its meaning and an example. A mistake is an error that names the field; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.schemas.narrowing import BlockIn, FiltersIn, PreferPriceIn
from app.ground.strict import LONGEST_TEXT, CategoryName, Few, Id, Signature, Strict, exactly_one, with_examples

_PICTURE: Final = (  # a red disc, so that the example can be sent as it stands
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAQMAAAAlPW0iAAAABlBMVEX///+0Hih2YRKXAAAAL0lEQVR42mNgYGBgYGBgPsDA/4FJ"
    "gIOJgYFJgYWJgQGKHvxhYmBg+vCD6csFiEIAjJcHm0+/FYMAAAAASUVORK5CYII="
)
_USER: Final = "The shopper: taken into account where the release knows them; `shopper` in the answer says whether."


class ImageIn(Strict):
    """A picture, sent along."""

    base64: str = Field(
        min_length=1, description="JPEG, PNG, WebP, GIF or AVIF as base64; a `data:image/…;base64,` prefix is allowed.", examples=[_PICTURE]
    )


_NULL: Final = {"type": "null"}
_KNOWN_OR_DESCRIBED: Final[list[dict[str, Any]]] = [
    {"required": ["id"], "properties": {"id": {"not": _NULL}, "image": _NULL, "title": _NULL, "category": _NULL}},
    {
        "required": ["category"],
        "properties": {"id": _NULL, "category": {"not": _NULL}},
        "anyOf": [{"required": [name], "properties": {name: {"not": _NULL}}} for name in ("image", "title")],
    },
]


class ItemIn(Strict):
    """An item of the catalogue by its id, or one that is not in it: by picture, or by title with its category."""

    model_config = with_examples(one_of=_KNOWN_OR_DESCRIBED)

    id: Id | None = Field(default=None, description="Id of a catalogue item; or `group_id` of some, for its first that is not sold out.")
    image: ImageIn | None = Field(default=None, description="A picture of an item that is not in the catalogue.")
    category: CategoryName | None = Field(
        default=None,
        description="Category of an item that is not in the catalogue; of a picture without one, that of the items that look most like it.",
    )
    title: str | None = Field(
        default=None, max_length=LONGEST_TEXT, description="Words for an item that is not in the catalogue.", examples=["red linen shirt"]
    )

    @model_validator(mode="after")
    def _one_or_the_other(self) -> ItemIn:
        described = self.image is not None or self.title is not None
        if self.id is None and not described:
            kind, problem = "item_empty", "give an id, an image, or a title with its category"
        elif self.id is not None and (described or self.category is not None):
            kind, problem = "item_twice", "give an id, or an image or title, not both"
        elif self.title is not None and self.image is None and self.category is None:
            kind, problem = "category_missing", "a title needs its category; GET /categories lists them"
        else:
            return self
        raise PydanticCustomError(kind, problem)


def _short_for(field: str, problem: str) -> Callable[[Any], Any]:
    """A validator that also takes a bare string, as most clients send one, for the object with this one field; else it says ``problem``."""

    def object_of(value: Any) -> Any:  # noqa: ANN401 - whatever a client sent
        if isinstance(value, str):
            return {field: value}
        if isinstance(value, dict | BaseModel):
            return value
        kind, template = "short_form", "{problem}"
        raise PydanticCustomError(kind, template, {"problem": problem})

    return object_of


_ITEM: Final = _short_for("id", "should be the id of an item, or an object with id, with image, or with title and category")
_SLOT: Final = _short_for("category", "should be the name of a category, or an object with category")

Item = Annotated[ItemIn, BeforeValidator(_ITEM, json_schema_input_type=Id | ItemIn)]


class SlotIn(Strict):
    """A blank to fill."""

    category: CategoryName = Field(description="Category of the missing item, in any case.")


Slot = Annotated[SlotIn, BeforeValidator(_SLOT, json_schema_input_type=CategoryName | SlotIn)]


class CompleteOutfit(Strict):
    """An outfit with blanks: what completes it?"""

    model_config = with_examples({"items": ["w000042"], "slots": [{"category": "shoes"}], "k": 5, "filters": {"price": {"max": 80}}})

    items: Few[Item] = Field(min_length=1, description="What is worn already: ids, or items with a picture or title; order has no meaning.")
    slots: Few[Slot] | None = Field(
        default=None,
        min_length=1,
        description="The blanks to fill; left out: those that outfits like this have and this one lacks, none where it is complete.",
    )
    slots_by: Literal["varied", "likely"] = Field(
        default="varied",
        description="How slots that are left out are inferred: `varied`, as completing again and again wants it, where each item has an "
        "outfit of its own in mind and all of them together are as varied as worn outfits; `likely`, the best guess of what this outfit "
        "lacks, as an answer wants it that is shown once.",
    )
    candidates: Few[Id] | None = Field(
        default=None, min_length=1, description="Rank exactly these items (fill in the blank); unknown ones are reported in `missing`."
    )
    k: int | None = Field(default=None, ge=1, description="Suggestions per slot; 10, or all `candidates`.", examples=[10])
    looks: int = Field(
        default=0,
        ge=0,
        description="Whole looks, all slots filled together, best first. They are searched for, not enumerated: the first and the tenth "
        "score on average 97 % or more of what the best combinations of all do.",
        examples=[0],
    )
    budget: float | None = Field(default=None, ge=0, description="The most that the added items may cost together.", examples=[200])
    diversity: float = Field(
        default=0.0, ge=0, le=1, description="0: the best; towards 1: the best that are unlike each other; of looks, too.", examples=[0.0]
    )
    diversity_by: Literal["looks", "group"] = Field(
        default="looks",
        description="What `diversity` takes to be alike in a slot: what looks alike; or, with `group`, also what has one `group_id`, and "
        "of items without one what is of one brand.",
    )
    prefer_price: PreferPriceIn | None = Field(default=None, description="Which prices are preferred; no item is left out for its price.")
    explain: bool = Field(default=False, description="Say what each worn item contributes to each of a slot's first 10 suggestions.")
    filters: FiltersIn = Field(default_factory=FiltersIn, description="What suggestions must satisfy.")
    in_stock: bool | None = Field(
        default=True, description="As `filters.in_stock`, which goes before it: null asks for all.", examples=[True]
    )
    consistent: bool | None = Field(
        default=None,
        description="Whether suggestions must be for the people (men or women, adults or children), the season, the occasion and, of "
        "one-offs, the size that the items are for; left out: as `ATTIRE_CONSISTENT` says. `candidates` need not.",
        examples=[True],
    )
    exclude: Few[Id] = Field(
        default_factory=list,
        description="Ids that must not be suggested, nor another size of the same in the same colour; a `group_id` is all of its items.",
        examples=[["w000007"]],
    )
    fields: Few[Annotated[str, Field(min_length=1, max_length=200)]] | None = Field(
        default=None,
        max_length=100,
        description="Further fields of the suggested items, beside those that are always told: `subcategory`, `attributes`, `sizes`, "
        "`images`, `created`, and the name of what a shop passes through, or `extras` for all of it; "
        "with a page's key only what `ATTIRE_OPEN_EXTRAS` names.",
        examples=[["sizes", "material"]],
    )
    exclude_seen: bool = Field(
        default=False,
        description="Leave out what the `user`, or the `session`, has looked at, put in the bag, dismissed or bought, by the log's events, "
        "in every size and colour.",
    )
    exclude_purchased: bool = Field(default=False, description="Likewise, what they have bought and not returned.")
    block: BlockIn = Field(default_factory=BlockIn, description="Brands and values that must not be suggested.")
    promote: Few[Id] = Field(
        default_factory=list,
        description="Ids that come first in their slots, in this order, where they pass the filters and suit the outfit as all must.",
        examples=[["w000007"]],
    )
    dry_run: bool = Field(
        default=False, description="Check only: say what is wrong, what was understood, and which slots would be filled; nothing is kept."
    )
    user: Id | None = Field(default=None, description=_USER, examples=["u1"])
    user_signature: Signature = None
    session: Id | None = Field(default=None, description="The shopper's session; see `taste_strength`.", examples=["s1"])
    text: str | None = Field(
        default=None,
        max_length=LONGEST_TEXT,
        description="Wishes in words. What names something in the catalogue, a price, or either with a no, must be so; other words lead "
        "towards what looks as they say. `text` in the answer says what was understood.",
        examples=["for a summer wedding, no heels, under 80"],
    )
    text_strength: float | None = Field(
        default=None,
        ge=0,
        le=10,
        description="What the direction of `text` counts beside how well items go with the outfit: 0 nothing, 1 as much; left out: as "
        "`ATTIRE_TEXT_STRENGTH` says.",
        examples=[1.0],
    )

    taste_strength: float | None = Field(
        default=None,
        ge=0,
        le=10,
        description="What the taste counts that the `session`'s events tell, or where it has none the `user`'s last ones: 0 nothing, 1 as "
        "much as they tell; left out: as `ATTIRE_TASTE_STRENGTH` says. `taste` in the answer says what was used.",
        examples=[1.0],
    )

    @model_validator(mode="after")
    def _of_whom(self) -> CompleteOutfit:
        if (self.exclude_seen or self.exclude_purchased) and self.user is None and self.session is None:
            kind, problem = "seen_by_whom", "exclude_seen and exclude_purchased need a user or a session"
            raise PydanticCustomError(kind, problem)
        return self


class OutfitIn(Strict):
    """A whole outfit: its items, or a photo of a person who wears it."""

    model_config = with_examples(one_of=exactly_one("items", "photo"))

    items: Few[Item] | None = Field(
        default=None, min_length=1, description="Its items: ids, or items with a picture or title; order has no meaning."
    )
    photo: ImageIn | None = Field(
        default=None, description="A whole person from head to toe, cut by height into slots; `cut` in the answer says where."
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> OutfitIn:
        if (self.items is None) == (self.photo is None):
            kind, problem = "outfit_of_what", "give either items or a photo of the whole outfit"
            raise PydanticCustomError(kind, problem)
        return self


class ScoreOutfit(Strict):
    """Outfits: how well does each go together?"""

    model_config = with_examples({"outfits": [{"items": ["w000042", "w000417"]}], "explain": True})

    outfits: Few[OutfitIn] = Field(min_length=1, description="The outfits to score.")
    user: Id | None = Field(default=None, description=_USER, examples=["u1"])
    user_signature: Signature = None
    session: Id | None = Field(
        default=None,
        description="The shopper's session: with it, or a `user`, the variant of a running experiment scores that completes their outfits.",
        examples=["s1"],
    )
    explain: bool = Field(
        default=False, description="Add what each item brings, the score of each pair, the weakest, and what would do better in its place."
    )
    filters: FiltersIn = Field(default_factory=FiltersIn, description="What a proposed swap must satisfy.")
    consistent: bool | None = Field(
        default=None,
        description="Whether a swap must be for the people, season, occasion and, of one-offs, size of the others; "
        "left out: as `ATTIRE_CONSISTENT` says.",
        examples=[True],
    )
    exclude: Few[Id] = Field(
        default_factory=list,
        description="Ids that must not be proposed, nor another size of the same in the same colour; a `group_id` is all of its items.",
        examples=[["w000007"]],
    )


class SimilarItems(Strict):
    """An item, a picture or words: what looks like it? One of `item`, `id`, `image` and `text`."""

    model_config = with_examples(
        {"item": "w000042", "k": 5}, {"text": "red summer dress", "category": "all-body"}, one_of=exactly_one("item", "id", "image", "text")
    )

    item: Item | None = Field(default=None, description="An id, or an item with a picture or title.")
    id: Id | None = Field(default=None, description="Id of a catalogue item; the same as `item`.")
    image: ImageIn | None = Field(default=None, description="A picture; compared with all categories unless `category` names one.")
    text: str | None = Field(
        default=None, min_length=1, max_length=LONGEST_TEXT, description="Words, compared with pictures.", examples=["red summer dress"]
    )
    category: CategoryName | None = Field(default=None, description="With `image` or `text`: only this category.")
    k: int = Field(default=10, ge=1, description="How many.", examples=[10])
    all_categories: bool = Field(default=False, description="Look beyond the item's own category.")
    filters: FiltersIn = Field(default_factory=FiltersIn, description="What they must satisfy; in stock or not, unless it says.")
    consistent: bool = Field(
        default=False,
        description="Whether they must be for the people (men or women, adults or children), the season, the occasion and, of one-offs, "
        "the size that it is for.",
    )

    @model_validator(mode="after")
    def _one_of_four(self) -> SimilarItems:
        given = [name for name in ("item", "id", "image", "text") if getattr(self, name) is not None]
        if len(given) != 1:
            found = f"not {' and '.join(given)}" if given else "there is none"
            kind, problem = "similar_to_what", f"give exactly one of item, id, image and text; {found}"
        elif self.category is not None and given[0] in {"item", "id"}:
            kind, problem = "category_of_item", "category goes with image or text; an item has its own (all_categories looks beyond it)"
        elif self.text is not None and not self.text.strip():
            kind, problem = "text_blank", "the text is blank; give at least one word"
        else:
            return self
        raise PydanticCustomError(kind, problem)


class LabelItem(Strict):
    """A picture: which words would a shop say of it?"""

    model_config = with_examples({"image": {"base64": _PICTURE}, "k": 5})

    image: ImageIn = Field(description="The picture.")
    k: int = Field(default=10, ge=1, description="How many words.", examples=[10])
