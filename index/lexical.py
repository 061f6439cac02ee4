# pyright: basic
"""BM25 over words and character pairs; masked before ranking, never after."""

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from index.clean import simplified

RUN = re.compile(r"[㐀-鿿]+|[a-z]+|\d+(?:\.\d+)?%?")
BLANK = re.compile(r"\s+")
# Flatter than the usual 0.75: the clauses differ in length by what they cover.
K1, B = 1.2, 0.5
ASKED = "asked.json"


def normalised(text: str) -> str:
    """NFKC, simplified, lower case: how a question and a clause are compared."""
    readable = text.encode("utf-8", "replace").decode("utf-8")  # a byte from a shell
    return simplified(unicodedata.normalize("NFKC", readable)).lower()


def terms(text: str) -> list[str]:
    """Characters and pairs of Chinese, whole words and numbers of the rest."""
    found: list[str] = []
    for run in RUN.findall(BLANK.sub("", normalised(text))):
        if run[0] < "㐀":
            found.append(run)
        else:
            found += run
            found += (run[i : i + 2] for i in range(len(run) - 1))
    return found


class LexicalIndex:
    """BM25 scores of every clause for a question."""

    def __init__(self, bm25: bm25s.BM25, asked: frozenset[str]) -> None:
        self._bm25 = bm25
        self._asked = asked
        self._size = int(bm25.scores["num_docs"])
        self._vocabulary: dict[str, int] = bm25.vocab_dict
        self._columns: NDArray[np.int32] = np.asarray(bm25.scores["indptr"])

    @classmethod
    def build(cls, texts: Sequence[str], asked: Iterable[str] = ()) -> "LexicalIndex":
        """Index the texts; position i of `scores` belongs to texts[i].

        `asked` are the words people ask in: callers' questions and headings.
        """
        bm25 = bm25s.BM25(k1=K1, b=B)
        bm25.index([terms(t) for t in texts], show_progress=False)
        return cls(bm25, frozenset(t for a in asked for t in terms(a) if len(t) > 1))

    def save(self, folder: Path) -> None:
        """Write the index to a folder of its own."""
        self._bm25.save(folder, show_progress=False)
        asked = json.dumps(sorted(self._asked), ensure_ascii=False)
        (folder / ASKED).write_text(asked, "utf-8")

    @classmethod
    def load(cls, folder: Path) -> "LexicalIndex":
        """Open a saved index without reading it into memory."""
        asked = json.loads((folder / ASKED).read_text("utf-8"))
        return cls(bm25s.BM25.load(folder, mmap=True), frozenset(asked))

    def scores(self, question: str) -> NDArray[np.float32]:
        """BM25 of each text, shape (size,), 0 where no term is shared."""
        known = [self._vocabulary[t] for t in terms(question) if t in self._vocabulary]
        if not known:
            return np.zeros(self._size, np.float32)
        return self._bm25.get_scores_from_ids(known)

    def relevance(self, piece: str) -> float:
        """How much of what people ask about is in a piece of a long story, from 0.

        Its cost does not grow with the number of texts, as that of `scores` does.
        """
        asked = {t for t in terms(piece) if t in self._asked}
        return sum(self.rarity(t) for t in asked) / (8 + len(piece)) ** 0.5

    def holds(self, words: str) -> bool:
        """Whether the texts hold each pair of characters of some words in Chinese."""
        pairs = [words[i : i + 2] for i in range(len(words) - 1)]
        return bool(pairs) and all(pair in self._vocabulary for pair in pairs)

    def rarity(self, term: str) -> float:
        """The term's inverse document frequency; an unknown one is rarer than any."""
        column = self._vocabulary.get(term)
        if column is None:
            count = 0.5
        else:
            count = max(1, int(self._columns[column + 1] - self._columns[column]))
        return math.log(1 + self._size / count)
