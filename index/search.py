"""Which clauses answer a question: dense and lexical evidence, fused and explained."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from index.build import VERSION, Manifest, current_manifest
from index.declined import DeclinedTopics
from index.documents import PolicyDocument
from index.embed import Embedder
from index.lexical import LexicalIndex, normalised
from index.library import Library
from index.ranking import Hit, Query, Ranking, scaled
from index.scope import Scope, applies, scope_of
from index.store import VectorStore, connect
from index.units import CLAUSE, QUESTION, SENTENCE
from prompts import say

# Shares of the four parts; how they were chosen stands in docs/experiments.md.
WEIGHTS = MappingProxyType(
    {CLAUSE: 0.1, SENTENCE: 0.15, QUESTION: 0.25, "lexical": 0.5}
)
# What the asker's own words about the level are worth (省里, 市财政, 区里).
LEVEL_BONUS = 0.08
# A text that was issued only after the day asked about comes behind the others.
NOT_YET_PENALTY = 0.15
# A level's or place's best clause is brought forward from this share of the best score.
WORTH_SHOWING = 0.35
NEAREST = 150  # units asked of each collection
CANDIDATES = 50  # clauses taken from BM25


class IndexMissing(Exception):
    """There is no index, or it was built otherwise; the message says how to rebuild."""


class ClauseIndex:
    """The current build, opened for questions; safe to share between threads."""

    def __init__(self, folder: Path, manifest: Manifest, embedder: Embedder) -> None:
        build = folder / manifest.build
        self.manifest = manifest
        self.embedder = embedder
        self.library = Library(build / "library.sqlite")
        self.lexical = LexicalIndex.load(build / "lexical")
        self._declined = DeclinedTopics.load(build)
        self._store: VectorStore
        self._scope = lru_cache(256)(partial(scope_of, self.library))

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
        built = (manifest.model, manifest.dimension)
        if built != (embedder.name, embedder.dimension):
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
        opened._store.check()
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
        scope = self._scope(query.places, query.statuses, query.as_of)
        if not scope.groups:
            return Ranking((), declined, 0.0)
        parts, sentences = self._dense(vector, scope)
        bm25 = self.lexical.scores(question)
        parts["lexical"] = self._bm25(bm25, scope)
        rows = sorted({row for part in parts.values() for row in part})
        scores = np.array([self._bonus(row, query) for row in rows])
        for name, weight in weights.items():
            scores += weight * scaled(parts[name], rows)
        order = np.argsort(-scores, kind="stable").tolist()
        best = self._represented(order, rows, scores, query)[:top_k]
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
        topics = float(bm25[len(self.library.ids) :].max(initial=0.0))
        lead = max(parts["lexical"].values()) - topics
        return Ranking(tuple(hits), declined, lead)

    def _dense(
        self, vector: NDArray[np.float32], scope: Scope
    ) -> tuple[dict[str, dict[int, float]], dict[int, dict[int, float]]]:
        """Best cosine of each kind by clause row, and of each clause's sentences."""
        parts: dict[str, dict[int, float]] = {CLAUSE: {}, SENTENCE: {}, QUESTION: {}}
        sentences: dict[int, dict[int, float]] = {}
        for group, documents in scope.groups.items():
            for unit, cosine in self._store.nearest(group, vector, NEAREST, documents):
                clause, kind, position, _ = unit.rsplit("|", 3)
                row = self.library.row[clause]
                parts[kind].setdefault(row, cosine)  # the nearest comes first
                if kind == SENTENCE:
                    sentences.setdefault(row, {})[int(position)] = cosine
        return parts, sentences

    def _bm25(self, scores: NDArray[np.float32], scope: Scope) -> dict[int, float]:
        """BM25 of the best clauses in the scope, by row."""
        rows, own = scope.rows, scores[scope.rows]
        if len(rows) > CANDIDATES:
            best = np.argpartition(-own, CANDIDATES)[:CANDIDATES]
            rows, own = rows[best], own[best]
        return dict(zip(rows.tolist(), own.tolist(), strict=True))

    def _represented(
        self,
        order: list[int],
        rows: Sequence[int],
        scores: NDArray[np.float64],
        query: Query,
    ) -> list[int]:
        """`order` with the best clause of each level and place asked for in front.

        Who asks for the province's share and the city's wants to see both.
        """
        levels = query.levels if len(query.levels) > 1 else ()
        places = query.places if len(query.places) > 1 else ()

        def documents() -> Iterator[tuple[int, PolicyDocument]]:
            for i in order:
                if scores[i] >= WORTH_SHOWING * scores[order[0]]:
                    yield i, self.library.documents[self.library.owners[rows[i]]]

        front = order[:1]
        for level in levels:
            front += [i for i, d in documents() if d.level == level][:1]
        for place in places:
            front += [i for i, d in documents() if applies(d, (place,))][:1]
        return list(dict.fromkeys([*front, *order]))

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
