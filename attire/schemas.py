"""What a service takes and answers, by the classes that it checks with itself."""

from app.api.schemas.answers import (
    Completion,
    Health,
    Labels,
    LookOut,
    OutfitScoreOut,
    ProblemDetail,
    ProblemOut,
    ReleaseOut,
    Releases,
    Scores,
    SlotOut,
    SuggestionOut,
)
from app.api.schemas.catalogue import CatalogueChange, PatchIn, PatchItems, PictureIn, UpsertIn, UpsertItems
from app.api.schemas.events import EventIn, EventsIn, EventsOut
from app.api.schemas.items import Categories, CategoryOut, ItemOut, LookItemOut, Page, Similar, SimilarOut
from app.api.schemas.requests import (
    BlockIn,
    CompleteOutfit,
    FiltersIn,
    ImageIn,
    ItemIn,
    LabelItem,
    OutfitIn,
    ScoreOutfit,
    SimilarItems,
    SlotIn,
)
from app.api.schemas.wishes import TextOut, WishOut
from app.ground.strict import PriceRange

__all__ = [
    "BlockIn", "CatalogueChange", "Categories", "CategoryOut", "CompleteOutfit", "Completion", "EventIn", "EventsIn", "EventsOut",
    "FiltersIn",
    "Health", "ImageIn", "ItemIn", "ItemOut", "LabelItem", "Labels", "LookItemOut", "LookOut", "OutfitIn", "OutfitScoreOut", "Page",
    "PatchIn", "PatchItems", "PictureIn", "PriceRange", "ProblemDetail", "ProblemOut", "ReleaseOut", "Releases", "ScoreOutfit", "Scores",
    "Similar", "SimilarItems", "SimilarOut", "SlotIn", "SlotOut", "SuggestionOut", "TextOut", "UpsertIn", "UpsertItems", "WishOut",
]  # fmt: skip
