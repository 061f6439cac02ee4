"""Build the index beside the old one and switch over in one step.

Killed at any moment, the old build still answers; vectors of texts that have not
changed are taken over from it.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.declined import TOPICS, DeclinedTopics
from index.embed import Embedder
from index.lexical import LexicalIndex
from index.library import write_library
from index.paraphrases import load_paraphrases
from index.read import Corpus
from index.store import VectorStore, connect, group_of
from index.units import QUESTION, Unit, titled, units

# Raise it when a change here or in search.py makes older builds unusable.
VERSION = 3
CURRENT, MANIFEST = "CURRENT", "manifest.json"

Progress = Callable[[int, int], None]  # (done, total) units embedded


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build was made of; an index is opened only with the same model."""

    build: str
    version: int
    model: str
    dimension: int
    corpus: str  # sha256 of every embedded text and every clause
    groups: tuple[str, ...]
    clauses: int
    units: int
    embedded: int  # units embedded anew in this build


def build_index(
    corpus: Corpus,
    embedder: Embedder,
    folder: Path,
    chroma_url: str = "",
    progress: Progress = lambda done, total: None,
) -> Manifest:
    """Build the index of a corpus in `folder` and make it the current one.

    Does nothing when the current build is of the same corpus, model and version.
    """
    questions = load_paraphrases(corpus)
    rows = list(units(corpus, questions))
    fingerprint = _fingerprint(corpus, rows)
    old = current_manifest(folder)
    if old and _is_same(old, embedder, fingerprint):
        return old
    groups = tuple(dict.fromkeys(group_of(u.place) for u in rows))
    build = sha256(f"{VERSION}{embedder.name}{fingerprint}".encode()).hexdigest()[:12]
    if old and old.build == build:
        build += "b"  # the same content again after a change of code
    new = folder / build
    if new.exists():
        shutil.rmtree(new)  # a killed build's leftovers
    new.mkdir(parents=True)
    same = old and (old.version, old.model) == (VERSION, embedder.name)
    reusable = old if same else None
    known = _known_vectors(folder, reusable, rows, chroma_url)
    vectors = _embed(rows, known, embedder, progress)
    store = VectorStore(connect(new / "chroma", chroma_url), build, groups)
    store.create()
    store.add(rows, vectors)
    write_library(
        new / "library.sqlite", corpus.documents.values(), corpus.clauses.values()
    )
    before = DeclinedTopics.load(folder / reusable.build) if reusable else None
    declined = DeclinedTopics.build(embedder, before)
    declined.save(new)
    texts = [*lexical_texts(corpus, questions), *declined.texts()]
    LexicalIndex.build(texts).save(new / "lexical")
    manifest = Manifest(
        build,
        VERSION,
        embedder.name,
        embedder.dimension,
        fingerprint,
        groups,
        len(corpus.clauses),
        len(rows),
        len(rows) - len(known),
    )
    _write(new / MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    _write(folder / CURRENT, build)
    _remove_older(folder, {build, old.build if old else build}, chroma_url)
    return manifest


def current_manifest(folder: Path) -> Manifest | None:
    """The manifest of the current build, None before the first one."""
    pointer = folder / CURRENT
    if not pointer.is_file():
        return None
    path = folder / pointer.read_text("utf-8") / MANIFEST
    if not path.is_file():
        return None
    row = json.loads(path.read_text("utf-8"))
    return Manifest(**{**row, "groups": tuple(row["groups"])})


def lexical_texts(corpus: Corpus, questions: Mapping[str, list[str]]) -> list[str]:
    """What BM25 sees of each clause: title, headings, text, and how callers ask."""
    return [
        " ".join(
            (
                titled(corpus.documents[c.document]),
                *c.headings,
                c.text,
                *questions.get(c.id, ()),
            )
        )
        for c in corpus.clauses.values()
    ]


def _is_same(old: Manifest, embedder: Embedder, fingerprint: str) -> bool:
    wanted = (VERSION, embedder.name, fingerprint)
    return (old.version, old.model, old.corpus) == wanted


def _fingerprint(corpus: Corpus, rows: Sequence[Unit]) -> str:
    digest = sha256()
    for unit in rows:
        digest.update(unit.id.encode())
    for thing in (*corpus.documents.values(), *corpus.clauses.values()):
        digest.update(repr(thing).encode())
    digest.update(TOPICS.read_bytes())
    return digest.hexdigest()


def _known_vectors(
    folder: Path, old: Manifest | None, rows: Sequence[Unit], chroma_url: str
) -> dict[str, NDArray[np.float32]]:
    """The vectors of unchanged units, from the build that is still current."""
    if old is None:
        return {}
    client = connect(folder / old.build / "chroma", chroma_url)
    store = VectorStore(client, old.build, old.groups)
    known: dict[str, NDArray[np.float32]] = {}
    for group in old.groups:
        ids = [u.id for u in rows if group_of(u.place) == group]
        known |= store.vectors(group, ids)
    return known


def _embed(
    rows: Sequence[Unit],
    known: dict[str, NDArray[np.float32]],
    embedder: Embedder,
    progress: Progress,
) -> NDArray[np.float32]:
    vectors = np.empty((len(rows), embedder.dimension), np.float32)
    todo = [i for i, u in enumerate(rows) if u.id not in known]
    for i, unit in enumerate(rows):
        if unit.id in known:
            vectors[i] = known[unit.id]
    for done, i in enumerate(todo, 1):
        unit = rows[i]
        embed = embedder.questions if unit.kind == QUESTION else embedder.passages
        vectors[i] = embed([unit.text])[0]
        progress(done, len(todo))
    return vectors


def _write(path: Path, content: str) -> None:
    """Replace a file in one step, so that a reader sees the old or the new one."""
    temporary = path.with_suffix(".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _remove_older(folder: Path, keep: set[str], chroma_url: str) -> None:
    """Remove all builds but the current and the one before, which may still be read."""
    for path in folder.iterdir():
        if path.is_dir() and path.name not in keep:
            if chroma_url and (path / MANIFEST).is_file():
                row = json.loads((path / MANIFEST).read_text("utf-8"))
                client = connect(path / "chroma", chroma_url)
                VectorStore(client, path.name, row["groups"]).drop()
            shutil.rmtree(path)
