"""Rank the clauses for the first turn of each case, and score the rankings."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from assistant.chat import Assistant
from eval.cases import Case
from eval.metrics import hit_at_1, recall_at_k, reciprocal_rank
from index.build import build_index
from index.read import read_corpus
from index.search import ClauseIndex

TOP_K = 10


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over the cases that have gold clauses."""

    cases: int
    hit_at_1: float
    recall_at_5: float
    recall_at_10: float
    mrr: float


def rankings(
    assistant: Assistant,
    cases: Sequence[Case],
    weights: Mapping[str, float] | None = None,
) -> dict[str, list[str]]:
    """Ten clause ids for the first turn of each case, best first."""
    return {
        case.id: [
            hit.clause.id
            for hit in assistant.search(
                case.turns[0].user, case.as_of, TOP_K, weights
            ).hits
        ]
        for case in cases
    }


def without_paraphrases(assistant: Assistant, folder: Path) -> Assistant:
    """The same assistant on an index, built in `folder`, without callers' words."""
    nothing = folder / "paraphrases"
    nothing.mkdir(parents=True, exist_ok=True)
    embedder = assistant.index.embedder
    build_index(read_corpus(), embedder, folder / "index", paraphrases=nothing)
    index = ClauseIndex.open(folder / "index", embedder)
    return Assistant(index, assistant.rulebook)


def scores(cases: Sequence[Case], ranked: dict[str, list[str]]) -> Scores:
    """Score the single-turn cases with gold clauses; the rest has no recall."""
    rows = [
        (ranked[c.id], c.turns[0].expect.clauses)
        for c in cases
        if len(c.turns) == 1 and c.turns[0].expect.clauses
    ]
    if not rows:
        return Scores(0, 0.0, 0.0, 0.0, 0.0)
    return Scores(
        cases=len(rows),
        hit_at_1=mean(hit_at_1(r, g) for r, g in rows),
        recall_at_5=mean(recall_at_k(r, g, 5) for r, g in rows),
        recall_at_10=mean(recall_at_k(r, g, 10) for r, g in rows),
        mrr=mean(reciprocal_rank(r, g) for r, g in rows),
    )


def write_rankings(path: Path, ranked: dict[str, list[str]]) -> None:
    """Write {"id", "ranked"} a line."""
    rows = ({"id": case, "ranked": clauses} for case, clauses in ranked.items())
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
