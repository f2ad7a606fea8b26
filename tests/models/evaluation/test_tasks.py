"""Questions put to a scorer."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import torch
from torch import Tensor

from models.bundle import Bundle
from models.compatibility.base import OutfitBatch
from models.compatibility.cosine import CosineModel
from models.datasets.schema import Catalogue, Dataset, FillInTheBlank, Retrieval
from models.evaluation import scorer, tasks
from models.evaluation.evaluate import features_for
from models.evaluation.scorer import ModelScorer
from models.evaluation.tasks import FillInTheBlankTask, RetrievalTask


@pytest.fixture
def model(dataset: Dataset, bundle: Bundle) -> ModelScorer:
    """The bundle applied to the shop."""
    catalogue = dataset.catalogue
    embeddings = bundle.embed(features_for(bundle, catalogue), catalogue.categories, catalogue.texts(), catalogue.ids)
    return ModelScorer(bundle, embeddings, catalogue.categories)


class Ranked(CosineModel):
    """A cosine model with a ``rank`` of its own that gives the same scores."""

    def rank(
        self,
        context: OutfitBatch,
        candidates_BMD: Tensor,
        category_BM: Tensor,
        query_BD: Tensor | None = None,  # noqa: ARG002 - it asks anew
    ) -> Tensor:
        return torch.einsum("bd,bmd->bm", self.query(context, category_BM[:, 0]), candidates_BMD)


def test_ties_are_broken_alike_in_every_process(dataset: Dataset) -> None:
    """Categories are answered in the order of their names, since a set's order differs between processes and all share one generator."""
    names = sorted(set(dataset.catalogue.categories), reverse=True)
    questions = [Retrieval(name, (), dataset.catalogue.ids[dataset.catalogue.categories.index(name)], name, "test") for name in names]
    assert list(RetrievalTask.pack(questions, dataset.catalogue).rows_in) == names[::-1]
    assert len(names) > 1


def test_retrieval_ranks_all_items_of_the_category(dataset: Dataset, model: ModelScorer) -> None:
    """The rank is that of a loop over every item of the category."""
    questions = [question for question in dataset.tasks["retrieval"] if isinstance(question, Retrieval)]
    found = RetrievalTask.pack(questions, dataset.catalogue).answer(model)
    row_of, vectors = dataset.catalogue.row_of, model.embeddings_ND
    for question, rank in zip(questions, found.rank_B, strict=True):
        query = np.mean([vectors[row_of[item]] for item in question.items], axis=0)
        asked = [row for row, name in enumerate(dataset.catalogue.categories) if name == question.category]
        scores = {row: float(query @ vectors[row]) for row in asked}
        slow = 1 + sum(score > scores[row_of[question.answer]] + 1e-6 for score in scores.values())
        assert rank == slow


def test_a_models_own_rank_is_used_in_chunks(dataset: Dataset, bundle: Bundle, model: ModelScorer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model with its own ``rank`` is asked for it, and chunking changes nothing."""
    ranked = ModelScorer(Bundle(bundle.manifest, Ranked(3)), model.embeddings_ND, dataset.catalogue.categories)
    assert (model.by_query, ranked.by_query) == (True, False)
    monkeypatch.setattr(scorer, "_MAX_BYTES", 500)
    monkeypatch.setattr(scorer, "_MAX_CANDIDATES", 5)
    monkeypatch.setattr(tasks, "_CELLS", 100)
    task = RetrievalTask.pack([question for question in dataset.tasks["retrieval"] if isinstance(question, Retrieval)], dataset.catalogue)
    context, rows = task.context_BI, task.rows_in["shoes"][None]
    assert ranked.candidates(context, rows) == pytest.approx(model.candidates(context, rows), abs=1e-6)
    assert task.answer(ranked).rank_B.tolist() == task.answer(model).rank_B.tolist()


def test_questions_of_different_lengths(dataset: Dataset, model: ModelScorer) -> None:
    """Padding of the longer question's candidates takes no part in the shorter one."""
    long = FillInTheBlank("l", ("tops-red-0",), ("shoes-blue-0", "shoes-green-0", "shoes-red-0", "shoes-blue-1"), 2, "test")
    short = FillInTheBlank("s", ("tops-red-0", "bottoms-red-1"), ("shoes-red-0", "shoes-blue-0"), 0, "test")
    task = FillInTheBlankTask.pack([long, short], dataset.catalogue)
    assert task.answer(model).rank_B.tolist() == [1, 1]
    assert task.chance() == {"fitb_accuracy": pytest.approx((1 / 4 + 1 / 2) / 2)}


def test_unknown_items(dataset: Dataset, model: ModelScorer) -> None:
    """Unknown items of the context are left out; an unknown candidate is the worst, so that an unknown answer is wrong."""
    candidates = ("shoes-red-0", "gone")
    known = FillInTheBlank("k", ("tops-red-0", "gone"), candidates, 0, "test")
    gone = FillInTheBlank("g", ("tops-red-0",), candidates, 1, "test")
    assert FillInTheBlankTask.pack([known, gone], dataset.catalogue).answer(model).rank_B.tolist() == [1, 2]
    lost = Retrieval("r", ("tops-red-0",), "gone", "shoes", "test")
    stray = Retrieval("s", ("tops-red-0",), "tops-red-1", "shoes", "test")
    empty = Retrieval("e", ("tops-red-0",), "gone", "hats", "test")
    assert RetrievalTask.pack([lost, stray, empty], dataset.catalogue).answer(model).rank_B.tolist() == [19, 19, 1 + 0]


def test_an_empty_context_is_wrong(dataset: Dataset, model: ModelScorer) -> None:
    """Without context all candidates tie, and a tie is wrong."""
    question = FillInTheBlank("q", (), ("shoes-red-0", "shoes-blue-0"), 0, "test")
    assert FillInTheBlankTask.pack([question], dataset.catalogue).answer(model).rank_B.tolist() == [2]


def test_chance_of_retrieval(dataset: Dataset) -> None:
    """Recall by chance is k over the size of the category; the reciprocal rank is the mean over all ranks."""
    question = Retrieval("r", ("tops-red-0",), "shoes-red-0", "shoes", "test")
    chance = RetrievalTask.pack([question], dataset.catalogue).chance()
    assert chance["recall_at_10"] == pytest.approx(10 / 18)
    assert chance["recall_at_50"] == 1.0
    assert chance["mrr"] == pytest.approx(sum(1 / rank for rank in range(1, 19)) / 18)


def test_sizes_of_one_product_are_ranked_as_one(dataset: Dataset) -> None:
    """Whichever is asked for; they score the same, and would stand before each other."""
    table = dataset.catalogue.table
    name = dataset.catalogue.categories[0]
    rows = [row for row, category in enumerate(dataset.catalogue.categories) if category == name]
    same = {"group_id": "g", "title": "t", "attributes": None, "image": None}
    items = [item | same if row in rows[:3] else item for row, item in enumerate(table.to_pylist())]
    sized = Catalogue(pa.Table.from_pylist(items, table.schema))
    task = RetrievalTask.pack([Retrieval("q", (), sized.ids[rows[1]], name, "test")], sized)
    assert (task.rows_in[name].tolist(), task.answer_B.tolist()) == (rows[:1] + rows[3:], rows[:1])
