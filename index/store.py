# pyright: basic
"""Vectors in Chroma, one collection a province and one for the whole country.

Chroma's own `where` costs 117 ms on 100,000 vectors, so what a question's place rules
out is kept apart in collections; `where` serves only inside a province.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast
from urllib.parse import urlsplit

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from index.units import Unit
from prompts import say

T = TypeVar("T")
NATION = "nation"
BATCH = 1000
# Recall@10 on 100,000 vectors is 0.88 with Chroma's defaults, above 0.99 with these.
HNSW: CreateHNSWConfiguration = {
    "space": "cosine",
    "ef_construction": 200,
    "max_neighbors": 32,
    "ef_search": 200,
}


class StoreError(Exception):
    """The vector store cannot be reached or lacks a collection; says what to do."""


def connect(folder: Path, url: str = "") -> ClientAPI:
    """A client of the Chroma server at `url`, else of the store embedded in `folder`.

    Raises StoreError when the server does not answer.
    """
    settings = ChromaSettings(anonymized_telemetry=False)
    if not url:
        folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(str(folder), settings)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StoreError(say("messages.store.address", url=url))
    try:
        return chromadb.HttpClient(
            parts.hostname,
            parts.port or 8000,
            ssl=parts.scheme == "https",
            settings=settings,
        )
    except (ValueError, ChromaError) as error:
        raise StoreError(say("messages.store.unreachable", url=url)) from error


def group_of(place: Sequence[str]) -> str:
    """The collection group of a place: its province, or the whole country."""
    return place[0] if place else NATION


class VectorStore:
    """The collections of one build."""

    def __init__(self, client: ClientAPI, build: str, groups: Sequence[str]) -> None:
        self._client = client
        self._prefix = f"policies-{build}-"
        self._names = {g: f"{self._prefix}{i}" for i, g in enumerate(groups)}
        self._open: dict[str, chromadb.Collection] = {}

    def create(self) -> None:
        """Make the empty collections of a new build, replacing a killed build's."""
        existing = {c.name for c in self._client.list_collections()}
        for group, name in self._names.items():
            if name in existing:
                self._client.delete_collection(name)
            self._open[group] = self._client.create_collection(
                name, embedding_function=None, configuration={"hnsw": HNSW}
            )

    def is_complete(self) -> bool:
        """Whether the store holds the build, which may have been made in another."""
        existing = {c.name for c in self._client.list_collections()}
        return existing.issuperset(self._names.values())

    def check(self) -> None:
        """Raises StoreError, which says to build, unless the build is here."""
        if not self.is_complete():
            name = f"{self._prefix}0"
            raise StoreError(say("messages.store.no_collection", name=name))

    def add(self, units: Sequence[Unit], vectors: NDArray[np.float32]) -> None:
        """Write units with their vectors, shape (len(units), dimension)."""
        for group in self._names:
            rows = [i for i, u in enumerate(units) if group_of(u.place) == group]
            for chunk in _chunks(rows):
                self._collection(group).add(
                    ids=[units[i].id for i in chunk],
                    embeddings=vectors[chunk],
                    metadatas=[{"document": units[i].document} for i in chunk],
                )

    def vectors(self, group: str, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The stored vectors of those of `ids` that the group holds."""
        found: dict[str, NDArray[np.float32]] = {}
        if group not in self._names:
            return found
        for chunk in _chunks(ids):
            got = self._collection(group).get(ids=list(chunk), include=["embeddings"])
            embeddings = cast("NDArray[np.float32]", got["embeddings"])
            pairs = zip(got["ids"], embeddings, strict=True)
            found |= {i: np.asarray(v, np.float32) for i, v in pairs}
        return found

    def nearest(
        self,
        group: str,
        vector: NDArray[np.float32],
        count: int,
        documents: Iterable[str] | None = None,
    ) -> list[tuple[str, float]]:
        """The `count` nearest units as (id, cosine), of these documents only."""
        where: chromadb.Where | None = None
        if documents is not None:
            where = {"document": {"$in": sorted(documents)}}
        with self._answering():
            got = self._collection(group).query(
                query_embeddings=[vector],
                n_results=count,
                where=where,
                include=["distances"],
            )
        distances = cast(list[list[float]], got["distances"])[0]
        pairs = zip(got["ids"][0], distances, strict=True)
        return [(unit, 1.0 - float(distance)) for unit, distance in pairs]

    def drop(self) -> None:
        """Delete the build's collections, a killed build's too."""
        for collection in self._client.list_collections():
            if collection.name.startswith(self._prefix):
                self._client.delete_collection(collection.name)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Raises StoreError when the server has gone since it was connected to."""
        try:
            yield
        except httpx.TransportError as error:
            at = self._client.get_settings()
            url = f"http://{at.chroma_server_host}:{at.chroma_server_http_port}"
            raise StoreError(say("messages.store.unreachable", url=url)) from error

    def _collection(self, group: str) -> chromadb.Collection:
        if group not in self._open:
            name = self._names[group]
            try:
                self._open[group] = self._client.get_collection(
                    name, embedding_function=None
                )
            except (ValueError, ChromaError) as error:
                message = say("messages.store.no_collection", name=name)
                raise StoreError(message) from error
        return self._open[group]


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(rows), BATCH):
        yield rows[at : at + BATCH]
