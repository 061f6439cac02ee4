"""A query, the clauses found for it, and the scaling of their scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.declined import Declined
from index.documents import PolicyDocument, Status
from index.read import Clause

PlacePath = tuple[str, ...]
# Where another province's best clause reaches this share of the best score, the
# answer depends on the place: see docs/experiments.md.
NEAR_PROVINCE = 0.78


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause with the score of each part, so that a ranking can be explained."""

    clause: Clause
    document: PolicyDocument
    status: Status
    score: float  # 0 to about 1
    parts: dict[str, float]  # cosine of clause, sentence, question; BM25
    sentences: dict[int, float]  # cosine of its nearest sentences, by position


@dataclass(frozen=True, slots=True)
class Ranking:
    """The hits for a query, best first, and the declined topic nearest to it."""

    hits: tuple[Hit, ...]
    declined: Declined
    lexical_lead: float  # BM25 of the best clause less that of the best declined topic


@dataclass(frozen=True, slots=True)
class Query:
    """A question and what its words say about where, when and at which level."""

    text: str
    as_of: date
    places: tuple[PlacePath, ...] = ()  # () is everywhere
    levels: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()  # () is any


def scaled(part: dict[int, float], rows: Sequence[int]) -> NDArray[np.float64]:
    """One part's scores at `rows`, 0 for its lowest or unknown, 1 for its highest."""
    if not part:
        return np.zeros(len(rows))
    low, high = min(part.values()), max(part.values())
    values = np.array([part.get(row, low) for row in rows])
    return (values - low) / (high - low) if high > low else np.zeros(len(rows))


def near_provinces(ranking: Ranking, share: float = NEAR_PROVINCE) -> list[str]:
    """The provinces whose best clause reaches a share of the best of all."""
    best: dict[str, float] = {}
    for hit in ranking.hits:
        best.setdefault("".join(hit.document.place[:1]), hit.score)
    top = ranking.hits[0].score
    return [p for p, score in best.items() if p and score >= share * top]
