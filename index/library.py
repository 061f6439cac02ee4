"""Clauses and documents of a build in SQLite, read one by one as they are needed."""

import json
import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.documents import PolicyDocument, Source
from index.read import Clause, Place, Variant
from index.sentences import Sentence
from index.text import Correction

SCHEMA = """
create table document (id text primary key, data text not null);
create table clause (
    row integer primary key, id text unique not null,
    document text not null, place text not null, data text not null
);
"""


def write_library(
    path: Path, documents: Iterable[PolicyDocument], clauses: Iterable[Clause]
) -> None:
    """Write a library file, in place of an older one."""
    path.unlink(missing_ok=True)
    places: dict[str, str] = {}
    with sqlite3.connect(path) as db:
        db.executescript(SCHEMA)
        for document in documents:
            places[document.id] = "/".join(document.place)
            row = {
                **{n: getattr(document, n) for n in PolicyDocument.__slots__},
                "sources": [s.model_dump() for s in document.sources],
            }
            data = json.dumps(row, ensure_ascii=False, default=str)
            db.execute("insert into document values (?, ?)", (document.id, data))
        rows = (
            (i, c.id, c.document, places[c.document], _clause_json(c))
            for i, c in enumerate(clauses)
        )
        db.executemany("insert into clause values (?, ?, ?, ?, ?)", rows)
    db.close()


class Library:
    """The clauses and documents of one build, by id."""

    def __init__(self, path: Path) -> None:
        self._local = threading.local()
        self._path = path
        rows = self._db.execute("select id, data from document order by rowid")
        self.documents = {i: _document(json.loads(data)) for i, data in rows}
        rows = self._db.execute("select id, document, place from clause order by row")
        table = rows.fetchall()
        self.ids: list[str] = [row[0] for row in table]
        self.places: list[tuple[str, ...]] = [_path(row[2]) for row in table]
        self.owners: list[str] = [row[1] for row in table]  # document of each clause
        self.row = {clause: i for i, clause in enumerate(self.ids)}
        self.clause = lru_cache(4096)(self._clause)

    @property
    def _db(self) -> sqlite3.Connection:
        """A connection of this thread's own; SQLite's must not be shared."""
        if not hasattr(self._local, "db"):
            address = f"{self._path.resolve().as_uri()}?mode=ro"  # % # ? escaped
            self._local.db = sqlite3.connect(address, uri=True)
        return self._local.db

    def _clause(self, clause: str) -> Clause:
        row = self._db.execute("select data from clause where id = ?", (clause,))
        return _clause_of(json.loads(row.fetchone()[0]))

    def whole_texts(self) -> list[PolicyDocument]:
        """The texts that are not annexes and not the nation's."""
        return [d for d in self.documents.values() if d.parent is None and d.place]

    def of_document(self, document: str) -> list[Clause]:
        """The clauses of a document in their order, its front matter included."""
        own = (i for i, d in zip(self.ids, self.owners, strict=True) if d == document)
        return [self.clause(i) for i in own]


def _path(place: str) -> tuple[str, ...]:
    return tuple(place.split("/")) if place else ()


def _clause_json(clause: Clause) -> str:
    return json.dumps(asdict(clause), ensure_ascii=False)


def _clause_of(row: dict[str, Any]) -> Clause:
    row["headings"] = tuple(row["headings"])
    row["units"] = tuple(row["units"])
    row["sentences"] = tuple(Sentence(**s) for s in row["sentences"])
    row["sources"] = tuple(Place(**s) for s in row["sources"])
    row["corrections"] = tuple(Correction(**c) for c in row["corrections"])
    row["variants"] = tuple(Variant(**v) for v in row["variants"])
    return Clause(**row)


def _document(row: dict[str, Any]) -> PolicyDocument:
    for name in ("issued", "valid_from", "valid_until"):
        row[name] = date.fromisoformat(row[name]) if row[name] else None
    row["names"] = tuple(row["names"])
    row["place"] = tuple(row["place"])
    row["parts"] = tuple(row["parts"])
    row["sources"] = tuple(Source.model_validate(s) for s in row["sources"])
    return PolicyDocument(**row)
