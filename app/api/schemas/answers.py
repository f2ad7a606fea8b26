"""Bodies of answers. Fields that are null are left out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, Field, SerializerFunctionWrapHandler, model_serializer

from app.api.schemas.items import LookItemOut
from app.api.schemas.wishes import TextOut


class WhyOut(BaseModel):
    """What one item contributes to a score."""

    with_: str = Field(
        validation_alias=AliasChoices("with_", "with"),
        serialization_alias="with",
        description="Item id, or the request's field of a photo.",
        examples=["w000042"],
    )
    contribution: float = Field(description="What it adds to the score, in its units.", examples=[0.31])


class LikelyOut(BaseModel):
    """What is said to be null where it is not known."""

    @model_serializer(mode="wrap")
    def _with_nulls(self, serialise: SerializerFunctionWrapHandler):  # type: ignore[no-untyped-def] # noqa: ANN202 - the schema is the fields'
        return {**{name: None for name in ("score", "probability") if name in type(self).model_fields}, **serialise(self)}


class SuggestionOut(LookItemOut, LikelyOut):
    """One item for a slot."""

    score: float = Field(
        description="The model's score of this item given what is worn: it orders this answer; no scale of whole outfits.", examples=[1.73]
    )
    probability: float | None = Field(
        description="How probably the outfit with it goes together, as POST /score-outfit says; null where `why_not` says why.",
        examples=[0.82],
    )
    share: float = Field(
        description="How probably it is the missing item, if one of the slot's candidates is: the index's best ones, or those given.",
        examples=[0.21],
    )
    pull: float | None = Field(
        default=None,
        description="What a direction that `text` gives, the shopper's `taste` and `prefer_price` add: the list is in the order of `score` "
        "and this; only where there is any of them.",
        examples=[0.4],
    )
    promoted: bool | None = Field(default=None, description="true where it is first because the request promotes it.", examples=[True])
    variants: list[str] | None = Field(
        default=None, description="Other colours and sizes of the same product, which are not listed themselves.", examples=[["w000043"]]
    )
    rules: list[str] | None = Field(default=None, description="The shop's rules that moved it.", examples=[["boost-nordhavn"]])
    explored: bool | None = Field(
        default=None,
        description="true where chance put it here, for the log to tell what becomes of it.",
        examples=[True],
    )
    base: float | None = Field(
        default=None,
        description="The score that it has with nothing worn. It and the contributions of `why` sum to `score`; only with `explain`.",
        examples=[0.4],
    )
    why: list[WhyOut] | None = Field(
        default=None,
        description="What each worn item adds, most first: on average over orders of joining (Shapley values); only with `explain`.",
    )


class SlotOut(BaseModel):
    """A filled blank."""

    category: str = Field(description='The slot; "any" for candidates of several categories.', examples=["shoes"])
    items: list[SuggestionOut] = Field(description="Suggestions, best first.")
    fallback: str | None = Field(default=None, description="Why the usual path could not be taken.")


class LookOut(LikelyOut):
    """The outfit with its blanks filled; the items that were worn already are not repeated."""

    items: list[LookItemOut] = Field(description="The added items, one per slot.")
    score: float = Field(description="Score of the whole outfit, as POST /score-outfit gives it.", examples=[2.4])
    probability: float | None = Field(
        description="How probably the whole outfit goes together, as POST /score-outfit says; null where `why_not` says why.",
        examples=[0.9],
    )
    price: float | None = Field(default=None, description="Of the added items together; left out when one has no price.", examples=[129.8])


class ShopperOut(BaseModel):
    """Whose answer it is."""

    user: str = Field(description="The shopper who was named.", examples=["u1"])
    personal: bool = Field(description="Whether the shopper's taste was taken into account.", examples=[True])
    note: str | None = Field(default=None, description="Why it was not.")


class ExcludedOut(BaseModel):
    """What was left out because the shopper has met it."""

    items: int = Field(description="How many items of the catalogue, their other sizes and colours not counted.", examples=[3])
    note: str | None = Field(default=None, description="Why some may be missing.")


class TasteOut(BaseModel):
    """What the shopper did lately that moved the suggestions."""

    of: Literal["session", "user"] | None = Field(default=None, description="Whose events: the session's, else the user's.")
    items: list[str] = Field(description="Items that were looked at, put in the bag or bought, newest first, without those that are worn.")
    strength: float = Field(description="What they counted.", examples=[1.0])
    note: str | None = Field(default=None, description="Why some may be missing.")


TakenFor = Annotated[
    dict[str, str] | None,
    Field(
        default=None,
        description="Of pictures without a category, by their fields, the category that each was taken for.",
        examples=[{"items[0]": "shoes"}],
    ),
]


class Completion(BaseModel):
    """What completes the outfit."""

    recommendation_id: str = Field(
        description="Names this answer, for events that follow from it; one to a `dry_run` is not kept.", examples=["0b9c…"]
    )
    release: str = Field(description="The release that answered.", examples=["r3-1f0c9a2b"])
    experiment: str | None = Field(default=None, description="The experiment that the request takes part in.", examples=["new-model"])
    variant: str | None = Field(default=None, description="Its variant that answered.", examples=["new"])
    variant_trouble: str | None = Field(
        default=None, description="Why the variant's release did not answer, and the one that serves did in its place."
    )
    complete: bool | None = Field(
        default=None, description="Whether nothing is missing, and so no slot is filled; left out where slots or candidates were given."
    )
    slots: list[SlotOut] = Field(description="The blanks, filled; none when the outfit is complete.")
    looks: list[LookOut] = Field(description="Whole looks, best first; only as many as `looks` asked for.")
    no_looks: str | None = Field(default=None, description="Why there is no look, though `looks` asked for some.")
    least: float | None = Field(
        default=None,
        description="What the added items of a look cost at least, where `budget` is less and there is no look.",
        examples=[95.0],
    )
    missing: list[str] = Field(description="Ids of the request that are not in the catalogue.")
    taken_for: TakenFor = None
    why_not: str | None = Field(default=None, description="Why there are no probabilities, or no slots though `complete` is false.")
    shopper: ShopperOut | None = Field(default=None, description="Whether the answer is the shopper's own; only with `user`.")
    user_note: str | None = Field(default=None, description="Why the `user` was left out, and what to do.")
    rules: list[str] | None = Field(
        default=None,
        description="The shop's rules that had part in this answer: they moved a suggestion, said which slots there are, or took away "
        "something that was considered, though it may not have been shown without them, either.",
    )
    excluded: ExcludedOut | None = Field(
        default=None, description="What the shopper has met and is left out; only with `exclude_seen` or `exclude_purchased`."
    )
    taste: TasteOut | None = Field(
        default=None, description="What of the shopper's last events was used; only with `session` or `user` and a `taste_strength`."
    )
    text: TextOut | None = Field(default=None, description="What was understood of the wishes; only with `text`.")
    understood: list[str] | None = Field(
        default=None, description="The words of `text` that were understood; `text` says as what.", examples=[["no heels", "under 80"]]
    )
    not_understood: list[str] | None = Field(default=None, description="Those that were not; as `text.ignored`.", examples=[["xyzzy"]])


class PairOut(LikelyOut):
    """Two items of an outfit by themselves."""

    items: list[str] = Field(description="Their ids, or the request's fields of photos.")
    score: float = Field(description="Score as an outfit of two.")
    probability: float | None = Field(description="How probably the two go together, as an outfit of two; null where `why_not` says why.")


class SwapOut(LikelyOut):
    """A better item in place of the weakest."""

    replace: str = Field(description="The weakest item.")
    item: LookItemOut = Field(description="What would do better.")
    score: float = Field(description="Score of the outfit after the swap.")
    probability: float | None = Field(description="Its probability after the swap; null where `why_not` says why.")


class CutOut(BaseModel):
    """The part of a photo of a whole outfit that was taken for an item, in pixels of the upright picture."""

    item: str = Field(description="What this answer calls the item.", examples=["outfits[0].photo.tops"])
    category: str = Field(description="The slot it shows.", examples=["tops"])
    left: int = Field(description="First column.", examples=[0])
    top: int = Field(description="First row.", examples=[160])
    right: int = Field(description="Column after the last.", examples=[300])
    bottom: int = Field(description="Row after the last.", examples=[480])


class OutfitScoreOut(LikelyOut):
    """How well one outfit goes together."""

    score: float | None = Field(
        description="Raw score; of outfits of as many items, the higher one goes better together. Null of fewer than two items.",
        examples=[1.2],
    )
    probability: float | None = Field(
        description="How probably it goes together, as outfits of as many items that were worn do, rather than being of other items of the "
        "same categories that are as popular; null where `why_not` says why.",
        examples=[0.71],
    )
    why_not: str | None = Field(default=None, description="Why there is no score, or no probability.")
    notes: list[str] | None = Field(
        default=None,
        description="What is odd about it, as far as outfits or words tell, each in a sentence that names the items, the first five: for "
        "people or seasons that share no outfit, or one in the place of another. They change no score.",
        examples=[["\u201cw000042\u201d for men, \u201cw000043\u201d for women: no outfit learned from has both"]],
    )
    missing: list[str] = Field(description="Ids that are not in the catalogue; scored without them.")
    taken_for: TakenFor = None
    pieces: int | None = Field(default=None, description="How many items the score speaks of, where some are missing.", examples=[3])
    cut: list[CutOut] | None = Field(default=None, description="How a photo of the whole outfit was cut into items; only with `photo`.")
    base: float | None = Field(
        default=None,
        description="What no item brings by itself. It and the contributions of `why` sum to `score`; only with `explain`.",
        examples=[1.1],
    )
    why: list[WhyOut] | None = Field(
        default=None,
        description="What the score would lose without each item, most first, so the last is the `weakest`; none of two items, which are "
        "no outfit without either; only with `explain`.",
    )
    pairs: list[PairOut] | None = Field(default=None, description="Every two of its items, worst first; only with `explain`.")
    weakest: str | None = Field(
        default=None, description="The item without which it scores best; only with `explain`, from three items on."
    )
    swap: SwapOut | None = Field(
        default=None, description="What would raise the score in its place; only with `explain`, where there is one."
    )
    rules: list[str] | None = Field(
        default=None,
        description="The shop's rules that had part in the swap, or in that there is none: they took away something that was considered.",
        examples=[["no-leather"]],
    )


class Scores(BaseModel):
    """One answer per outfit, in the order of the request."""

    release: str = Field(description="The release that answered.", examples=["r3-1f0c9a2b"])
    experiment: str | None = Field(default=None, description="The experiment that the shopper takes part in.", examples=["new-model"])
    variant: str | None = Field(default=None, description="Its variant that answered.", examples=["new"])
    variant_trouble: str | None = Field(
        default=None, description="Why the variant's release did not answer, and the one that serves did in its place."
    )
    outfits: list[OutfitScoreOut] = Field(description="One per outfit, in order.")
    shopper: ShopperOut | None = Field(default=None, description="Whether the answer is the shopper's own; only with `user`.")
    user_note: str | None = Field(default=None, description="Why the `user` was left out, and what to do.")


class WordOut(BaseModel):
    """A word for a picture."""

    word: str = Field(description="The word.", examples=["dress"])
    probability: float = Field(
        description="How probably it is the word said of the picture; all words of the encoder sum to 1.", examples=[0.41]
    )


class Labels(BaseModel):
    """Words for a picture."""

    release: str = Field(description="The release that answered.", examples=["r3-1f0c9a2b"])
    words: list[WordOut] = Field(description="Likeliest first.")


class ReleaseOut(BaseModel):
    """A bundle and a snapshot that belong together."""

    id: str = Field(description="Release id.", examples=["r3-1f0c9a2b"])
    current: bool = Field(description="Whether this one answers.")
    bundle: str = Field(description="Id of its bundle.")
    snapshot: str = Field(description="Id of its snapshot.")
    recipe: str = Field(description="How the bundle was trained.", examples=["attire"])
    items: int = Field(description="Items of its catalogue.", examples=[1500])
    created: str = Field(description="When, UTC.")
    index: dict[str, int] | None = Field(
        default=None,
        description="Of the one that answers: index backend -> items that it searches. Those changed since the release are scanned.",
        examples=[{"coded": 1200, "flat": 300}],
    )


class Releases(BaseModel):
    """The releases of this home, newest first."""

    releases: list[ReleaseOut] = Field(description="Newest first.")


class ProblemDetail(BaseModel):
    """One thing that is wrong."""

    field: str = Field(description="Path of the field.", examples=["items[0].id"])
    value: str = Field(description="Its value, shortened.", examples=["w999999"])
    problem: str = Field(description="What is wrong with it.", examples=["not in the catalogue"])


class ProblemOut(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(description="Stable name of the kind of problem.", examples=["/problems/unknown-item"])
    title: str = Field(description="The kind of problem in words.", examples=["No such item in the catalogue"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="This problem in words.")
    errors: list[ProblemDetail] = Field(description="Each thing that is wrong.")
