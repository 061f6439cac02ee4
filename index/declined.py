"""Topics that the texts do not answer, with example questions: what to refuse."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from index.embed import Embedder
from index.lexical import normalised
from index.yaml_files import load_entries

TOPICS = Path(__file__).with_name("declined.yaml")
VECTORS, NAMES = "declined.npy", "declined.json"

DeclinedType = Literal[
    "outside", "silent", "authority", "illegal", "personal", "smalltalk", "nonsense"
]
Row = tuple[str, DeclinedType, str]  # topic, type, question


class Topic(BaseModel):
    """One topic of declined.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    topic: str
    type: DeclinedType
    questions: tuple[str, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Declined:
    """The declined topic nearest to a question."""

    topic: str
    type: DeclinedType
    cosine: float


class DeclinedTopics:
    """The example questions as vectors, shape (n, dimension)."""

    def __init__(self, rows: list[Row], vectors: NDArray[np.float32]) -> None:
        self._rows = rows
        self._vectors = vectors

    @classmethod
    def build(
        cls, embedder: Embedder, old: "DeclinedTopics | None", path: Path = TOPICS
    ) -> "DeclinedTopics":
        """Embed the questions of declined.yaml; unchanged ones are taken from `old`."""
        topics = load_entries(path, Topic)
        rows: list[Row] = [(t.topic, t.type, q) for t in topics for q in t.questions]
        known = old.by_question() if old else {}
        vectors = [
            known[q] if q in known else embedder.questions([normalised(q)])[0]
            for _, _, q in rows
        ]
        return cls(rows, np.array(vectors, np.float32))

    def save(self, folder: Path) -> None:
        """Write the vectors and their names into a build's folder."""
        np.save(folder / VECTORS, self._vectors)
        names = json.dumps(self._rows, ensure_ascii=False)
        (folder / NAMES).write_text(names, "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "DeclinedTopics":
        """Read what `save` wrote."""
        names = json.loads((folder / NAMES).read_text("utf-8"))
        return cls([tuple(row) for row in names], np.load(folder / VECTORS))

    def nearest(self, vector: NDArray[np.float32]) -> Declined:
        """The topic and type of the nearest example question."""
        cosines = self._vectors @ vector
        best = int(np.argmax(cosines))
        topic, kind, _ = self._rows[best]
        return Declined(topic, kind, float(cosines[best]))

    def texts(self) -> list[str]:
        """The questions of each topic as one text, so that BM25 can score it too."""
        topics: dict[str, list[str]] = {}
        for topic, _, question in self._rows:
            topics.setdefault(topic, []).append(question)
        return [" ".join(questions) for questions in topics.values()]

    def by_question(self) -> dict[str, NDArray[np.float32]]:
        """The vectors by question."""
        return {q: v for (_, _, q), v in zip(self._rows, self._vectors, strict=True)}
