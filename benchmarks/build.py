"""Time of an index build against embedding alone: python -m benchmarks.build.

Both start from nothing and embed the same units with the same model, in one run.
"""

import tempfile
import time
from pathlib import Path

from index.build import build_index
from index.declined import DeclinedTopics
from index.embed import load_embedder
from index.paraphrases import load_paraphrases
from index.read import read_corpus
from index.settings import Settings
from index.units import QUESTION, units


def main() -> None:
    embedder = load_embedder(Settings().model)
    corpus = read_corpus()
    rows = list(units(corpus, load_paraphrases(corpus)))
    started = time.perf_counter()
    for unit in rows:
        embed = embedder.questions if unit.kind == QUESTION else embedder.passages
        embed([unit.text])
    DeclinedTopics.build(embedder, None)
    alone = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        build_index(read_corpus(), embedder, Path(folder))
        whole = time.perf_counter() - started
        started = time.perf_counter()
        build_index(read_corpus(), embedder, Path(folder))
        again = time.perf_counter() - started
    print(f"embedding alone {alone:.1f} s, reading and building {whole:.1f} s", end="")
    print(f", ratio {whole / alone:.2f} (bar 1.15); built again {again:.2f} s")


if __name__ == "__main__":
    main()
