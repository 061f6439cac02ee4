"""The catalogue of policy texts: documents.yaml, checked entry by entry."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from index.yaml_files import DataError, load_entries
from prompts import say

FOLDER = Path(__file__).parent
# A clause's id is <document>#<number>, an annex's <document>/<part>.
ID = r"^[^\s#/|]+$"
Status = Literal["in_force", "expired", "draft", "unstated", "not_yet"]


class Drop(BaseModel):
    """A region of a source that is not policy: its first and last words, verbatim."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    # `from` is a word of Python.
    start: str = Field(alias="from", min_length=1)
    end: str = Field(alias="to", min_length=1)
    kind: Literal["site"] = "site"


class Source(BaseModel):
    """A raw file, byte for byte as it was found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    sha256: str
    found: str
    drops: tuple[Drop, ...] = ()


class Part(BaseModel):
    """An annex inside a file: the line it begins with, and its other sources."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=ID)
    title: str
    short: str
    begins: str = Field(min_length=1)
    names: tuple[str, ...] = ()
    copies: tuple[Source, ...] = ()


class Entry(BaseModel):
    """One text of documents.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=ID)
    title: str
    short: str
    number: str | None
    issuer: str | None
    place: tuple[str, ...]
    issued: date | None
    valid_from: date | None
    valid_until: date | None
    validity_quote: str | None = None
    draft: bool = False
    names: tuple[str, ...] = ()  # what people call it
    sources: tuple[Source, ...] = Field(min_length=1)
    parts: tuple[Part, ...] = ()

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        until = self.valid_until
        if until and any(d and d > until for d in (self.issued, self.valid_from)):
            raise ValueError(say("messages.corpus.dates", id=self.id))
        return self


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """One text or annex: what it is, where and when it applies, where it was found."""

    id: str
    title: str
    short: str
    number: str | None
    issuer: str | None
    place: tuple[str, ...]  # ("河南省", "郑州市"); () is the whole country
    issued: date | None
    valid_from: date | None
    valid_until: date | None
    validity_quote: str | None = None
    draft: bool = False
    names: tuple[str, ...] = ()
    parent: str | None = None
    parts: tuple[str, ...] = ()
    sources: tuple[Source, ...] = field(default=())

    @property
    def level(self) -> str:
        """national, province, city or district."""
        return ("national", "province", "city", "district")[min(len(self.place), 3)]

    def status(self, as_of: date) -> Status:
        """What may be said of the text's validity on a day."""
        if self.draft:
            return "draft"
        if any(d and as_of < d for d in (self.issued, self.valid_from)):
            return "not_yet"
        if self.valid_until is None:
            return "unstated"
        return "expired" if as_of > self.valid_until else "in_force"


def load_entries_of(folder: Path = FOLDER) -> list[Entry]:
    """The entries of `folder`/documents.yaml with every raw file's hash checked.

    Raises DataError for a wrong entry, an id given twice, a changed or unlisted file.
    """
    entries = load_entries(folder / "documents.yaml", Entry)
    seen: set[str] = set()
    for entry in entries:
        for name in (entry.id, *(f"{entry.id}/{part.id}" for part in entry.parts)):
            if name in seen:
                raise DataError(say("messages.corpus.duplicate_id", id=name))
            seen.add(name)
    sources = [s for e in entries for s in _all_sources(e)]
    for source in sources:
        _check_hash(folder / "corpus" / source.file, source.sha256)
    listed = {s.file for s in sources}
    for path in sorted((folder / "corpus").iterdir()):
        if path.name not in listed and not path.name.startswith("."):
            raise DataError(say("messages.corpus.unlisted", file=path.name))
    return entries


def documents_of(entry: Entry) -> tuple[PolicyDocument, ...]:
    """The main text and, after it, each annex as a document of its own."""
    ids = tuple(f"{entry.id}/{part.id}" for part in entry.parts)
    shared = {
        "number": entry.number,
        "issuer": entry.issuer,
        "place": entry.place,
        "issued": entry.issued,
        "valid_from": entry.valid_from,
        "valid_until": entry.valid_until,
        "validity_quote": entry.validity_quote,
        "draft": entry.draft,
    }
    main = PolicyDocument(
        id=entry.id,
        title=entry.title,
        short=entry.short,
        names=entry.names,
        parts=ids,
        sources=entry.sources,
        **shared,  # pyright: ignore[reportArgumentType]
    )
    annexes = (
        PolicyDocument(
            id=full_id,
            title=part.title,
            short=part.short,
            names=part.names,
            parent=entry.id,
            sources=(*entry.sources, *part.copies),
            **shared,  # pyright: ignore[reportArgumentType]
        )
        for full_id, part in zip(ids, entry.parts, strict=True)
    )
    return (main, *annexes)


def _all_sources(entry: Entry) -> list[Source]:
    return [*entry.sources, *(copy for part in entry.parts for copy in part.copies)]


def _check_hash(path: Path, expected: str) -> None:
    if not path.is_file():
        raise DataError(say("messages.no_file", file=path))
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != expected:
        raise DataError(say("messages.corpus.sha256", file=path, actual=actual))
