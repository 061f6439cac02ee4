"""Build the index beside the old one and switch over in one step.

Killed at any moment, the old build still answers; vectors of texts that have not
changed are taken over from it.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.declined import TOPICS, DeclinedTopics
from index.embed import Embedder
from index.lexical import LexicalIndex
from index.library import write_library
from index.paraphrases import FOLDER, load_paraphrases
from index.read import Corpus
from index.store import VectorStore, connect, group_of
from index.units import QUESTION, Unit, titled, units

# Raise it when a change here or in search.py makes older builds unusable.
VERSION = 5
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
    paraphrases: Path = FOLDER,
) -> Manifest:
    """Build the index of a corpus in `folder` and make it the current one.

    Does nothing when there is a build of the same corpus, model, version and store.
    """
    questions = load_paraphrases(corpus, paraphrases)
    rows = list(units(corpus, questions))
    manifest = _planned(corpus, embedder, rows, chroma_url)
    new = folder / manifest.build
    done = _manifest(new)
    if new.exists() and not done:
        shutil.rmtree(new)  # a killed build's leftovers
    store = _store(folder, manifest, chroma_url)
    if done and _is_same(done, manifest) and store.is_complete():
        _write(folder / CURRENT, done.build)
        return done
    new.mkdir(parents=True, exist_ok=True)
    (new / MANIFEST).unlink(missing_ok=True)  # its vectors are in another store
    old = current_manifest(folder)
    lender = old if old and _can_lend(folder, old, embedder, chroma_url) else None
    known = _known_vectors(folder, lender, rows, chroma_url)
    vectors = _embed(rows, known, embedder, progress)
    store.create()
    store.add(rows, vectors)
    lent = DeclinedTopics.load(folder / lender.build) if lender else None
    _write_texts(new, corpus, questions, DeclinedTopics.build(embedder, lent))
    manifest = replace(manifest, embedded=len(rows) - len(known))
    _switch(folder, manifest)
    _remove_older(folder, {manifest.build, old.build if old else ""}, chroma_url)
    return manifest


def current_manifest(folder: Path) -> Manifest | None:
    """The manifest of the current build, None before the first one."""
    pointer = folder / CURRENT
    return _manifest(folder / pointer.read_text("utf-8")) if pointer.is_file() else None


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


def _planned(
    corpus: Corpus, embedder: Embedder, rows: Sequence[Unit], chroma_url: str
) -> Manifest:
    """The manifest of a build of all this, named after what goes into it and where."""
    fingerprint = _fingerprint(corpus, rows)
    model = f"{embedder.name} {embedder.dimension}"
    content = f"{VERSION} {model} {fingerprint} {chroma_url}"
    return Manifest(
        build=sha256(content.encode()).hexdigest()[:12],
        version=VERSION,
        model=embedder.name,
        dimension=embedder.dimension,
        corpus=fingerprint,
        groups=tuple(dict.fromkeys(group_of(u.place) for u in rows)),
        clauses=len(corpus.clauses),
        units=len(rows),
        embedded=len(rows),
    )


def _is_same(done: Manifest, planned: Manifest) -> bool:
    return replace(done, embedded=planned.embedded) == planned


def _manifest(build: Path) -> Manifest | None:
    """A complete build's manifest, None for a killed build's folder."""
    path = build / MANIFEST
    if not path.is_file():
        return None
    row = json.loads(path.read_text("utf-8"))
    # Another version's may hold more; a field added here later needs a default.
    known = {f.name: row[f.name] for f in fields(Manifest) if f.name in row}
    return replace(Manifest(**known), groups=tuple(row["groups"]))


def _store(folder: Path, manifest: Manifest, chroma_url: str) -> VectorStore:
    client = connect(folder / manifest.build / "chroma", chroma_url)
    return VectorStore(client, manifest.build, manifest.groups)


def _can_lend(folder: Path, old: Manifest, embedder: Embedder, chroma_url: str) -> bool:
    """Whether the old build's vectors are this model's and in the store at hand."""
    same = (old.version, old.model, old.dimension) == (
        VERSION,
        embedder.name,
        embedder.dimension,
    )
    return same and _store(folder, old, chroma_url).is_complete()


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
    store = _store(folder, old, chroma_url)
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


def _write_texts(
    new: Path,
    corpus: Corpus,
    questions: Mapping[str, list[str]],
    declined: DeclinedTopics,
) -> None:
    """Write the clauses, the declined topics, and BM25 over both."""
    write_library(
        new / "library.sqlite", corpus.documents.values(), corpus.clauses.values()
    )
    declined.save(new)
    texts = [*lexical_texts(corpus, questions), *declined.texts()]
    asked = [q for own in questions.values() for q in own]
    asked += [c.heading for c in corpus.clauses.values()]
    LexicalIndex.build(texts, asked).save(new / "lexical")


def _switch(folder: Path, manifest: Manifest) -> None:
    """Complete a build with its manifest and make it the current one."""
    row = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    _write(folder / manifest.build / MANIFEST, row)
    _write(folder / CURRENT, manifest.build)


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
            if chroma_url:
                VectorStore(connect(path, chroma_url), path.name, ()).drop()
            shutil.rmtree(path)
