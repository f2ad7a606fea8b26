"""What a service takes and answers, by the classes that it checks with itself."""

from app.api.schemas.answers import (
    Completion,
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
    TasteOut,
)
from app.api.schemas.batches import CompletedOut, CompleteOutfits, Completions
from app.api.schemas.catalogue import CatalogueChange, PatchIn, PatchItems, PictureIn, UpsertIn, UpsertItems
from app.api.schemas.events import EventIn, EventsIn, EventsOut
from app.api.schemas.experiments import ExperimentsOut, MeasuredOut, PutExperiments, ReportOut, VariantReportOut
from app.api.schemas.health import Health
from app.api.schemas.items import BrandOut, Categories, CategoryOut, Facets, ItemOut, LookItemOut, Page, Similar, SimilarOut, WholeItemOut
from app.api.schemas.narrowing import BlockIn, FiltersIn, PreferPriceIn
from app.api.schemas.requests import (
    CompleteOutfit,
    ImageIn,
    ItemIn,
    LabelItem,
    OutfitIn,
    ScoreOutfit,
    SimilarItems,
    SlotIn,
)
from app.api.schemas.rules import ConflictOut, DryRunOut, DryRunRules, PutRules, RulesOut
from app.api.schemas.wishes import TextOut, WishOut
from app.ground.strict import PriceRange

__all__ = [
    "BlockIn",
    "BrandOut",
    "CatalogueChange",
    "Categories",
    "CategoryOut",
    "CompleteOutfit",
    "CompleteOutfits",
    "CompletedOut",
    "Completion",
    "Completions",
    "ConflictOut",
    "DryRunOut",
    "DryRunRules",
    "EventIn",
    "EventsIn",
    "EventsOut",
    "ExperimentsOut",
    "Facets",
    "FiltersIn",
    "Health",
    "ImageIn",
    "ItemIn",
    "ItemOut",
    "LabelItem",
    "Labels",
    "LookItemOut",
    "LookOut",
    "MeasuredOut",
    "OutfitIn",
    "OutfitScoreOut",
    "Page",
    "PatchIn",
    "PatchItems",
    "PictureIn",
    "PreferPriceIn",
    "PriceRange",
    "ProblemDetail",
    "ProblemOut",
    "PutExperiments",
    "PutRules",
    "ReleaseOut",
    "Releases",
    "ReportOut",
    "RulesOut",
    "ScoreOutfit",
    "Scores",
    "Similar",
    "SimilarItems",
    "SimilarOut",
    "SlotIn",
    "SlotOut",
    "SuggestionOut",
    "TasteOut",
    "TextOut",
    "UpsertIn",
    "UpsertItems",
    "VariantReportOut",
    "WholeItemOut",
    "WishOut",
]  # fmt: skip
