"""Search among 130,000 law articles: python -m benchmarks.scale LAWS_DIR [GOLD].

The laws are national texts, which apply everywhere, so every article stays a
candidate. The first 20,000 articles are embedded; the rest get perturbed copies of
those vectors (said in the report). Each article is one unit, without sentence units.
"""

import hashlib
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from assistant.chat import Assistant
from assistant.session import Session
from eval.cases import Case, load_cases
from eval.retrieval import rankings, scores
from index.build import build_index
from index.clean import clean
from index.documents import PolicyDocument
from index.embed import Embedder, load_embedder
from index.read import Clause, Corpus, clauses_of, read_corpus, read_text
from index.search import ClauseIndex
from index.settings import Settings
from index.text import Text
from index.units import CLAUSE, units

REAL, ARTICLES = 20_000, 130_000
NOISE = 0.35  # length of the perturbation; neighbours in one law lie this far apart
AS_OF = date(2026, 11, 22)
FOLDER = Path("var/bench/scale")


@dataclass(slots=True)
class PartlyPerturbed:
    """The real embedder, but for the articles that `real_vectors` left out."""

    real: Embedder
    name: str
    dimension: int
    known: dict[str, NDArray[np.float32]]  # by text
    laws: set[str]  # the texts of all articles
    pool: list[NDArray[np.float32]]

    def questions(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.real.questions(texts)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        (text,) = texts  # the build embeds one at a time
        if text in self.known:
            return self.known[text][np.newaxis]
        if text not in self.laws:
            return self.real.passages(texts)
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        generator = np.random.default_rng(seed)
        start = self.pool[int(generator.integers(len(self.pool)))]
        noise = generator.normal(size=self.dimension).astype(np.float32)
        vector = start + NOISE * noise / np.linalg.norm(noise)
        return (vector / np.linalg.norm(vector))[np.newaxis].astype(np.float32)

    def pieces(self, text: str) -> list[str]:
        return self.real.pieces(text)


def real_vectors(
    embedder: Embedder, texts: Sequence[str]
) -> dict[str, NDArray[np.float32]]:
    """The vectors of `texts`, kept between runs."""
    file = FOLDER.parent / f"{embedder.name}-{len(texts)}.npy"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = [embedder.passages([t])[0] for t in tqdm(texts, desc="embed laws")]
        np.save(file, np.array(rows, np.float32))
    return dict(zip(texts, np.load(file), strict=True))


def law_clauses(folder: Path) -> Iterator[tuple[PolicyDocument, list[Clause]]]:
    """Each law as a national document with its articles."""
    for path in sorted(folder.rglob("*.md")):
        if path.name == "_index.md":
            continue
        document = PolicyDocument(
            id=path.stem,
            title=path.stem,
            short=path.stem.partition("(")[0],
            number=None,
            issuer=None,
            place=(),
            issued=None,
            valid_from=None,
            valid_until=None,
        )
        text = clean(Text.from_raw(path.read_text("utf-8")))
        clauses = clauses_of(read_text(document, path.name, text))
        yield document, [replace(c, sentences=()) for c in clauses]


def with_laws(corpus: Corpus, folder: Path) -> Corpus:
    """The corpus with up to `ARTICLES` law articles beside its own clauses."""
    documents, clauses = dict(corpus.documents), dict(corpus.clauses)
    wanted = len(clauses) + ARTICLES
    for document, own in law_clauses(folder):
        documents[document.id] = document
        clauses |= {c.id: c for c in own}
        if len(clauses) >= wanted:
            break
    return Corpus(documents, clauses, corpus.readings)


def latencies(
    assistants: Sequence[Assistant], cases: Sequence[Case]
) -> list[list[float]]:
    """Milliseconds of `ask` for each assistant, asked in turn after a warm-up."""
    questions = [c.turns[0].user for c in cases]
    times: list[list[float]] = [[] for _ in assistants]
    for question in (*questions[:10], *questions, *questions):
        for own, assistant in zip(times, assistants, strict=True):
            own.append(assistant.ask(question, Session(), AS_OF).latency_ms)
    return [own[10:] for own in times]


def main() -> None:
    folder = Path(sys.argv[1])
    cases = [c for g in sys.argv[2:] for c in load_cases(Path(g))]
    settings = Settings()
    embedder = load_embedder(settings.model)
    corpus = with_laws(read_corpus(), folder)
    print(f"{len(corpus.documents)} texts, {len(corpus.clauses)} clauses")
    laws = [u.text for u in units(corpus, {}) if not u.place and u.kind == CLAUSE]
    known = real_vectors(embedder, list(dict.fromkeys(laws))[:REAL])
    fake = PartlyPerturbed(
        embedder,
        embedder.name,
        embedder.dimension,
        known,
        set(laws),
        list(known.values()),
    )
    started = time.perf_counter()
    manifest = build_index(corpus, fake, FOLDER)
    print(f"{manifest.units} units, built in {time.perf_counter() - started:.0f} s")
    small = Assistant.load(settings)
    large = Assistant(ClauseIndex.open(FOLDER, embedder), small.rulebook)
    p95s: list[float] = []
    for name, ms in zip(("114", "130k"), latencies((small, large), cases), strict=True):
        p95s.append(quantiles(ms, n=20)[-1])
        print(f"{name}: ask p50 {median(ms):.1f} ms, p95 {p95s[-1]:.1f} ms")
    print(f"p95 at 130k / p95 at 114 = {p95s[1] / p95s[0]:.2f} (bar 2)")
    for name, assistant in (("114", small), ("130k", large)):
        print(name, scores(cases, rankings(assistant, cases)))


if __name__ == "__main__":
    main()
