"""Does the running service answer as the evaluation does?

    python benchmarks/serving_agreement.py DATA BUNDLE --url http://127.0.0.1:8000

1. FITB through HTTP (``candidates``) against ``attire evaluate --predictions`` on the same questions.
2. Retrieval and re-ranking through HTTP against exhaustive scoring of every item of the category: is the best one first?

The service must serve BUNDLE with the catalogue of DATA.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import httpx2
import numpy as np

from models.bundle import Bundle
from models.datasets.read import read_dataset
from models.datasets.schema import FillInTheBlank, Retrieval
from models.evaluation.evaluate import features_for


def main() -> None:
    """Ask, compare, and print both figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/attire").expanduser())
    given = parser.parse_args()
    dataset, bundle = read_dataset(given.data, ("test",)), Bundle.load(given.bundle)
    catalogue = dataset.catalogue
    categories = np.array(catalogue.categories)
    embeddings = bundle.embed(features_for(bundle, catalogue, given.cache), catalogue.categories, catalogue.texts(), list(catalogue.ids))
    row_of = catalogue.row_of

    def ranked(items: tuple[str, ...], rows: list[int]) -> list[int]:
        context = [row_of[item] for item in items]
        batch = bundle.outfits([embeddings[context]], [list(categories[context])])
        scores = bundle.rank(batch, embeddings[rows][None], [list(categories[rows])])[0]
        return [rows[position] for position in np.argsort(-scores, kind="stable")]

    with httpx2.Client(base_url=given.url, timeout=60) as http:
        same, asked, begun = 0, 0, time.perf_counter()
        for question in dataset.tasks["fitb"][: given.questions]:
            if isinstance(question, FillInTheBlank):
                answer = http.post("/complete-outfit", json={"items": question.items, "candidates": question.candidates}).raise_for_status()
                chosen = answer.json()["slots"][0]["items"][0]["id"]
                same += chosen == catalogue.ids[ranked(question.items, [row_of[one] for one in question.candidates])[0]]
                asked += 1
        fitb_s = time.perf_counter() - begun
        best, tried, begun = 0, 0, time.perf_counter()
        for question in dataset.tasks["retrieval"][: given.questions]:
            if isinstance(question, Retrieval):
                body = {"items": question.items, "slots": [{"category": question.category}], "k": 10}
                answer = http.post("/complete-outfit", json=body).raise_for_status()
                rows = [int(row) for row in np.flatnonzero(categories == question.category) if catalogue.ids[row] not in question.items]
                best += answer.json()["slots"][0]["items"][0]["id"] == catalogue.ids[ranked(question.items, rows)[0]]
                tried += 1
        retrieval_s = time.perf_counter() - begun
    figures = {
        "fitb_same_choice": f"{same} of {asked}",
        "fitb_ms_per_request": round(1000 * fitb_s / max(asked, 1), 1),
        "exhaustive_best_at_rank_1": f"{best} of {tried}",
        "retrieval_ms_per_request_with_exhaustive_check": round(1000 * retrieval_s / max(tried, 1), 1),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
