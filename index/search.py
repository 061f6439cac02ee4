"""Which clauses answer a question: dense and lexical evidence, fused and explained."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from index.build import VERSION, Manifest, current_manifest
from index.declined import Declined, DeclinedTopics
from index.documents import PolicyDocument, Status
from index.embed import Embedder
from index.lexical import LexicalIndex, normalised
from index.library import Library
from index.read import Clause
from index.store import VectorStore, connect, group_of
from index.units import CLAUSE, QUESTION, SENTENCE
from prompts import say

PlacePath = tuple[str, ...]

# Shares of the four parts; how they were chosen stands in docs/experiments.md.
WEIGHTS = MappingProxyType(
    {CLAUSE: 0.2, SENTENCE: 0.25, QUESTION: 0.3, "lexical": 0.25}
)
# What the asker's own words about the level are worth (省里, 市财政, 区里).
LEVEL_BONUS = 0.08
# A text that was issued only after the day asked about comes behind the others.
NOT_YET_PENALTY = 0.15
NEAREST = 150  # units asked of each collection
CANDIDATES = 50  # clauses taken from BM25


class IndexMissing(Exception):
    """There is no index, or it was built otherwise; the message says how to rebuild."""


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


@dataclass(frozen=True, slots=True)
class Query:
    """A question and what its words say about where, when and at which level."""

    text: str
    as_of: date
    places: tuple[PlacePath, ...] = ()  # () is everywhere
    levels: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()  # () is any


class ClauseIndex:
    """The current build, opened for questions; safe to share between threads."""

    def __init__(self, folder: Path, manifest: Manifest, embedder: Embedder) -> None:
        build = folder / manifest.build
        self.manifest = manifest
        self.embedder = embedder
        self.library = Library(build / "library.sqlite")
        self.lexical = LexicalIndex.load(build / "lexical", len(self.library.ids))
        self._declined = DeclinedTopics.load(build)
        self._store: VectorStore
        owners = self.library.owners
        self._rows = {
            d: np.flatnonzero(np.array([o == d for o in owners]))
            for d in dict.fromkeys(owners)
        }
        self._groups: dict[str, list[str]] = {g: [] for g in manifest.groups}
        for document in self.library.documents.values():
            self._groups[group_of(document.place)].append(document.id)

    @classmethod
    def open(
        cls, folder: Path, embedder: Embedder, chroma_url: str = ""
    ) -> "ClauseIndex":
        """Open the current build of `folder`.

        Raises IndexMissing when there is none or another model or version built it.
        """
        manifest = current_manifest(folder)
        if manifest is None:
            raise IndexMissing(say("messages.index.missing"))
        if manifest.model != embedder.name:
            raise IndexMissing(
                say(
                    "messages.index.other_model",
                    built=manifest.model,
                    dimension=manifest.dimension,
                    wanted=embedder.name,
                )
            )
        if manifest.version != VERSION:
            raise IndexMissing(
                say(
                    "messages.index.other_version",
                    built=manifest.version,
                    wanted=VERSION,
                )
            )
        opened = cls(folder, manifest, embedder)
        client = connect(folder / manifest.build / "chroma", chroma_url)
        opened._store = VectorStore(client, manifest.build, manifest.groups)
        return opened

    def search(
        self,
        query: Query,
        top_k: int = 10,
        weights: Mapping[str, float] = WEIGHTS,
    ) -> Ranking:
        """The best clauses that apply where and when the query says, best first."""
        question = normalised(query.text)
        vector = self.embedder.questions([question])[0]
        declined = self._declined.nearest(vector)
        allowed = self._allowed(query)
        if not allowed:
            return Ranking((), declined)
        parts, sentences = self._dense(vector, allowed)
        parts["lexical"] = self._bm25(question, allowed)
        rows = sorted({row for part in parts.values() for row in part})
        scores = np.array([self._bonus(row, query) for row in rows])
        for name, weight in weights.items():
            scores += weight * _scaled(parts[name], rows)
        best = np.argsort(-scores, kind="stable")[:top_k]
        hits = (
            self._hit(
                rows[i],
                float(scores[i]),
                {n: p[rows[i]] for n, p in parts.items() if rows[i] in p},
                sentences.get(rows[i], {}),
                query.as_of,
            )
            for i in best
        )
        return Ranking(tuple(hits), declined)

    def applies(self, document: PolicyDocument, places: Iterable[PlacePath]) -> bool:
        """Whether a text holds at one of the places, above it, or inside a province.

        Someone who names only the province may be in any of its cities.
        """
        own = document.place
        return any(
            own == asked[: len(own)] or (len(asked) == 1 and own[:1] == asked)
            for asked in places
        )

    def _allowed(self, query: Query) -> list[str]:
        """The documents a query may be answered from."""
        return [
            d.id
            for d in self.library.documents.values()
            if (not query.places or self.applies(d, query.places))
            and (not query.statuses or d.status(query.as_of) in query.statuses)
            and d.id in self._rows
        ]

    def _dense(
        self, vector: NDArray[np.float32], allowed: Sequence[str]
    ) -> tuple[dict[str, dict[int, float]], dict[int, dict[int, float]]]:
        """Best cosine of each kind by clause row, and of each clause's sentences."""
        parts: dict[str, dict[int, float]] = {CLAUSE: {}, SENTENCE: {}, QUESTION: {}}
        sentences: dict[int, dict[int, float]] = {}
        chosen = set(allowed)
        for group, documents in self._groups.items():
            inside = [d for d in documents if d in chosen]
            if not inside:
                continue
            only = None if len(inside) == len(documents) else inside
            for unit, cosine in self._store.nearest(group, vector, NEAREST, only):
                clause, kind, position, _ = unit.rsplit("|", 3)
                row = self.library.row[clause]
                parts[kind].setdefault(row, cosine)  # the nearest comes first
                if kind == SENTENCE:
                    sentences.setdefault(row, {})[int(position)] = cosine
        return parts, sentences

    def _bm25(self, question: str, allowed: Sequence[str]) -> dict[int, float]:
        """BM25 of the best clauses of the allowed documents, by row."""
        scores = self.lexical.scores(question)
        rows = np.concatenate([self._rows[d] for d in allowed])
        own = scores[rows]
        if len(rows) > CANDIDATES:
            best = np.argpartition(-own, CANDIDATES)[:CANDIDATES]
            rows, own = rows[best], own[best]
        return dict(zip(rows.tolist(), own.tolist(), strict=True))

    def _bonus(self, row: int, query: Query) -> float:
        document = self.library.documents[self.library.owners[row]]
        bonus = LEVEL_BONUS if document.level in query.levels else 0.0
        if document.status(query.as_of) == "not_yet":
            bonus -= NOT_YET_PENALTY
        return bonus

    def _hit(
        self,
        row: int,
        score: float,
        parts: dict[str, float],
        sentences: dict[int, float],
        as_of: date,
    ) -> Hit:
        document = self.library.documents[self.library.owners[row]]
        clause = self.library.clause(self.library.ids[row])
        status = document.status(as_of)
        return Hit(clause, document, status, score, parts, sentences)


def _scaled(part: dict[int, float], rows: Sequence[int]) -> NDArray[np.float64]:
    """One part's scores at `rows`, 0 for its lowest or unknown, 1 for its highest."""
    if not part:
        return np.zeros(len(rows))
    low, high = min(part.values()), max(part.values())
    values = np.array([part.get(row, low) for row in rows])
    return (values - low) / (high - low) if high > low else np.zeros(len(rows))
